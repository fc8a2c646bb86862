"""The reports of a month as a workbook: what a department fills in and sends back, and what the office takes home."""

from datetime import date
from functools import partial
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import cached_property

from accounts.log import log_export
from accounts.permissions import may_report_measures, may_see_reviews, signed_in
from core.exceptions import NotAllowed
from datasets.models import Upload
from datasets.month.export import write_month, write_office_month
from datasets.month.findings import chosen_rows, tally
from datasets.queue import ask_for_work
from datasets.uploads import drafts_of, keep_upload, open_conflicts, why_not_loaded
from datasets.views.attachments import attachment
from datasets.views.uploads import UploadPage
from measures.addresses import month_url
from measures.filters import MINE, asked_plan, asked_whose
from measures.forms import MonthFileForm
from measures.models import Plan
from reporting.file_types import too_large_message
from web.days import asked_month
from web.errors import add_refusal
from web.uploads import refused_files
from web.views import TodayView


class OfMonth(TodayView):
    """Of a month of a plan, for the reporters of a department."""

    def may_open(self, request: HttpRequest) -> bool:
        return may_report_measures(request.user)

    @cached_property
    def month(self) -> date:
        return asked_month(self.request.GET.get("period", ""))

    @cached_property
    def plan(self) -> Plan:
        """Raises Http404 on a site without a plan."""
        plan = asked_plan(self.request)
        if plan is None:
            raise Http404
        return plan


class MonthPage(OfMonth):
    """Where the month's workbook is taken and sent back."""

    template_name = "datasets/month/month.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        month, plan, whose = self.month, self.plan, asked_whose(self.request)
        drafts = drafts_of(signed_in(self.request.user), Upload.Kind.MONTH).filter(plan=plan, period=month)
        context: dict[str, Any] = {
            "plan": plan,
            "month": month,
            "whose": whose,
            "drafts": drafts,
            "file_form": MonthFileForm(),
            "workspace_url": month_url("measures:workspace", month, plan=plan, whose=whose),
        }
        return super().get_context_data(**context | kwargs)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = MonthFileForm(request.POST, request.FILES)
        if refused_files(request):
            form.add_error("file", too_large_message())
        elif form.is_valid():
            file = form.cleaned_data["file"]
            by = signed_in(request.user)
            try:
                upload = keep_upload(self.plan, by=by, name=file.name, content=file.read(), period=self.month)
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                ask_for_work(upload)
                return redirect(upload)
        return self.render_to_response(self.get_context_data(file_form=form))


class MonthDownload(OfMonth):
    """`?whose=mine`: only what the person looks after."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file, or a page
        by, month, plan = signed_in(request.user), self.month, self.plan
        assert by.department is not None
        whose = asked_whose(request)
        kept_by = by if whose == MINE else None
        return attachment(
            request,
            partial(write_month, department=by.department, plan=plan, month=month, kept_by=kept_by),
            name=f"{plan.slug}-{month:%Y-%m}-{by.department.slug}",
            back=month_url("measures:workspace", month, plan=plan, whose=whose),
            log=partial(log_month, request, "month of a department", as_of=self.day),
        )


class MonthUpload(UploadPage):
    """What a filled-in month would do, and what became of it."""

    template_name = "datasets/month/upload.html"
    kind = Upload.Kind.MONTH

    def may_open(self, request: HttpRequest) -> bool:
        return may_report_measures(request.user)

    def address_afterwards(self) -> str:
        return ""

    @property
    def back_url(self) -> str:
        month = self.upload.period
        assert month is not None
        return month_url("datasets:month", month, plan=self.upload.plan)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        upload = self.upload
        context: dict[str, Any] = {"month": upload.period}
        if upload.is_loaded:
            assert upload.period is not None
            context["found"] = upload.findings
            context["workspace_url"] = month_url("measures:workspace", upload.period, plan=upload.plan)
        return super().get_context_data(**context | kwargs)

    def preview_context(self, found: dict[str, Any]) -> dict[str, Any]:
        upload = self.upload
        chosen = chosen_rows(upload)
        for number, each in enumerate(found["conflicts"]):
            each["field"], each["chosen"] = f"cell-{number}", chosen.get(each["cell"][1][0], "")
        counts = tally(found, chosen)
        return {
            "submits": counts["submit"],
            "keeps": counts["draft"],
            "open": open_conflicts(upload, found),
            "wrong_rows": len({each["number"] for each in found["wrong"]}),
            "why_not": why_not_loaded(upload),
        }


class OfficeMonth(OfMonth):
    """The month of all departments, with what was decided."""

    def may_open(self, request: HttpRequest) -> bool:
        return may_see_reviews(request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file, or a page
        plan, month = self.plan, self.month
        return attachment(
            request,
            partial(write_office_month, plan=plan, month=month),
            name=f"{plan.slug}-{month:%Y-%m}",
            back=month_url("measures:board", month, plan=plan),
            log=partial(log_month, request, "month of all departments", as_of=self.day),
        )


def log_month(request: HttpRequest, what: str, rows: int, *, as_of: date) -> None:
    log_export(request, what=what, file_format="xlsx", as_of=as_of, rows=rows)
