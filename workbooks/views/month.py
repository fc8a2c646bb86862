"""Reports as a workbook: what a department or a city fills in and sends back; the month that the office takes home."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property

from accounts.access_rules import REVIEW_READERS, Rule
from accounts.log import log_export
from accounts.models import Department, User
from accounts.permissions import signed_in
from measures.addresses import month_url
from measures.filters import MINE, asked_whose
from measures.forms import MonthFileForm
from measures.models import Plan
from measures.views.plans import PlanPage
from web.days import asked_month
from workbooks.models import Upload
from workbooks.month.export import write_month, write_office_month
from workbooks.month.findings import CONFIRMED, chosen_rows, confirmed_rows, doubtful_rows, tally
from workbooks.month.kinds import MonthKind, Place
from workbooks.month.measures import MEASURE_MONTH
from workbooks.month.values import INDICATOR_VALUES
from workbooks.uploads import drafts_of, keep_upload, open_conflicts, why_not_loaded
from workbooks.views.attachments import attachment
from workbooks.views.sending import SendingPage
from workbooks.views.uploads import UploadPage


class OwnMonth(PlanPage):
    """A page for those who file the month: the measures, the projects or the indicators of their department or city."""

    kind: MonthKind[Any] = MEASURE_MONTH

    @cached_property
    def month(self) -> date | None:
        return asked_month(self.request.GET.get("period", "")) if self.kind.is_of_month else None

    @property
    def permission(self) -> Rule:  # type: ignore[override]  # that of its kind
        return self.kind.permission

    write_permission = permission  # the same

    @property
    def by(self) -> User:
        return signed_in(self.request.user)

    @property
    def place(self) -> Place:
        place: Place = self.by.department or self.by.city  # type: ignore[assignment]  # a reporter is of one of them
        return place

    @property
    def whose(self) -> str:
        """Returns MINE where it is only what the person looks after, else an empty text: that is said of measures
        alone."""
        return asked_whose(self.request) if self.kind is MEASURE_MONTH else ""

    @property
    def workspace_url(self) -> str:
        return workspace_url(self.kind, self.month, plan=self.plan, whose=self.whose)


def workspace_url(kind: MonthKind[Any], month: date | None, *, plan: Plan | None, whose: str = "") -> str:
    place = "#values" if kind is INDICATOR_VALUES else ""
    return month_url("measures:workspace", month, plan=plan, whose=whose) + place


class MonthPage(OwnMonth, SendingPage):
    """The page where the workbook is taken and sent back."""

    template_name = "workbooks/month/month.html"
    file_form, form_name = MonthFileForm, "file_form"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        month, plan, kind = self.month, self.plan, self.kind
        context: dict[str, Any] = {
            "plan": plan,
            "month": month,
            "whose": self.whose,
            "city": self.by.city,
            "of": kind.upload_kind.value,
            "has_none": not kind.is_of_month and not kind.read(self.place, plan=plan, month=None),
            "drafts": drafts_of(self.by, kind.upload_kind).filter(plan=plan, period=month),
            "workspace_url": self.workspace_url,
        }
        return super().get_context_data(**context | kwargs)

    def keep(self, values: dict[str, Any]) -> Upload:
        file, kind = values["file"], self.kind.upload_kind
        return keep_upload(self.plan, by=self.by, name=file.name, content=file.read(), period=self.month, kind=kind)


class MonthDownload(OwnMonth):
    """The download of the workbook. `?whose=mine`: only what the person looks after."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file, or a page
        by, month, plan, kind = self.by, self.month, self.plan, self.kind
        kept_by = by if self.whose == MINE else None
        what = f"{kind.logged_as} a {'department' if by.department else 'city'}"
        return attachment(
            request,
            partial(write_month, kind=kind, place=self.place, plan=plan, month=month, kept_by=kept_by),
            name=name_of(kind, self.place, plan=plan, of=f"{month:%Y-%m}" if month else f"{self.day:%Y-%m-%d}"),
            back=self.workspace_url,
            log=partial(log_month, request, what, as_of=self.day),
        )


def name_of(kind: MonthKind[Any], place: Place, *, plan: Plan, of: str) -> str:
    """The name of a workbook: of which plan and when it is, whose, and what of."""
    named = place.slug if isinstance(place, Department) else place.code
    return "-".join(filter(None, (plan.slug, of, named, kind.file_name)))


class MonthPreviewContext(NamedTuple):
    """The preview of a filled-in workbook: how many reports it `submits` and `keeps` as drafts, and how many conflicts
    are `open`, doubts unconfirmed and rows wrong. `why_not`: what stands in its way."""

    submits: int
    keeps: int
    open: int
    unconfirmed: int
    wrong_rows: int
    why_not: str


class MonthUpload(UploadPage):
    """The page of a filled-in workbook: what it would do, and what became of it."""

    template_name = "workbooks/month/upload.html"
    month_kind: MonthKind[Any] = MEASURE_MONTH

    @property
    def kind(self) -> Upload.Kind:  # type: ignore[override]  # that of its month
        return self.month_kind.upload_kind

    @property
    def permission(self) -> Rule:  # type: ignore[override]  # that of its kind
        return self.month_kind.own_files

    write_permission = permission  # the same

    def address_afterwards(self) -> str:
        return ""

    @property
    def back_url(self) -> str:
        return month_url(self.month_kind.pages, self.upload.period, plan=self.upload.plan)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        upload = self.upload
        context: dict[str, Any] = {"month": upload.period, "city": upload.city}
        if upload.is_loaded:
            context["found"] = upload.findings
            context["workspace_url"] = workspace_url(self.month_kind, upload.period, plan=upload.plan)
        return super().get_context_data(**context | kwargs)

    def choices(self, found: dict[str, Any]) -> Iterator[tuple[list[Any], str]]:
        yield from super().choices(found)
        for each in doubtful_rows(found):
            yield each["doubt_cell"], CONFIRMED if doubt_field(each) in self.request.POST else ""

    def preview_context(self, found: dict[str, Any]) -> MonthPreviewContext:
        upload = self.upload
        chosen, confirmed = chosen_rows(upload), confirmed_rows(upload)
        for number, each in enumerate(found["conflicts"]):
            each["field"], each["chosen"] = f"cell-{number}", chosen.get(each["code"], "")
        for each in doubtful_rows(found):
            each["doubt_field"], each["is_confirmed"] = doubt_field(each), each["code"] in confirmed
        counts = tally(found, chosen, confirmed)
        return MonthPreviewContext(
            submits=counts["submit"],
            keeps=counts["draft"],
            open=open_conflicts(upload, found),
            unconfirmed=sum(not each["is_confirmed"] for each in found["doubt"]),
            wrong_rows=len({each["number"] for each in found["wrong"]}),
            why_not=why_not_loaded(upload),
        )


def doubt_field(row: Mapping[str, Any]) -> str:
    return f"so-{row['number']}"


class OfficeMonth(PlanPage):
    """The month of all departments, with what was decided."""

    @property
    def month(self) -> date:
        return asked_month(self.request.GET.get("period", ""))

    permission = REVIEW_READERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file, or a page
        plan, month = self.plan, self.month
        return attachment(
            request,
            partial(write_office_month, plan=plan, month=month),
            name=f"{plan.slug}-{month:%Y-%m}",
            back=month_url("notices:board", month, plan=plan),
            log=partial(log_month, request, "month of all departments", as_of=self.day),
        )


def log_month(request: HttpRequest, what: str, rows: int, *, as_of: date) -> None:
    log_export(request, what=what, file_format="xlsx", as_of=as_of, rows=rows)
