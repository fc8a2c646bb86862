"""Data in and out: what may be downloaded, a place for a file, and what was loaded."""

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from django.db.models import Count, Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import REVIEW_READERS, REVIEWERS
from accounts.log import log_export
from accounts.permissions import may_review, signed_in
from ledger.matching import LIKELY_SHEETS
from ledger.tables import PASTED
from measures.filters import asked_plan
from measures.models import Load, LoadedRow
from web.errors import BadQuery, not_one_of
from web.lists.listing import asked_page
from web.views import TodayView
from workbooks.downloads import FORMATS, write_current, write_template
from workbooks.forms import UploadForm
from workbooks.models import Upload
from workbooks.uploads import drafts_of, keep_upload
from workbooks.views.attachments import attachment
from workbooks.views.sending import SendingPage

CONTENTS = ("current", "template")


class DataPage(SendingPage):
    template_name = "workbooks/data.html"
    file_form = UploadForm
    typed_fields = {"pasted": gettext_lazy("Or rows of one table, pasted")}
    permission = REVIEW_READERS
    write_permission = REVIEWERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = asked_plan(self.request)
        what = LoadedRow.What
        loads = (
            Load.objects.filter(plan=plan)
            .select_related("loaded_by")
            .order_by("-loaded_at", "-pk")
            .annotate(**{each.value: Count("rows", filter=Q(rows__what=each)) for each in what})
        )
        person = signed_in(self.request.user)
        context: dict[str, Any] = {
            "plan": plan,
            "may_load": may_review(person),
            "page": asked_page(self.request.GET, loads if plan else Load.objects.none()),
            "drafts": drafts_of(person, Upload.Kind.LEDGER).filter(plan=plan) if may_review(person) else [],
        }
        if (sheet := self.request.GET.get("sheet", "")) not in ("", *LIKELY_SHEETS):
            raise BadQuery({"sheet": [not_one_of(LIKELY_SHEETS)]})
        context["form"] = UploadForm(initial={"sheet": sheet})
        return super().get_context_data(**context | kwargs)

    def keep(self, values: dict[str, Any]) -> Upload:
        plan, by, file = asked_plan(self.request), signed_in(self.request.user), values["file"]
        if file:
            return keep_upload(plan, by=by, name=file.name, content=file.read())
        answers = {PASTED: values["sheet"]}
        content = values["pasted"].encode()
        return keep_upload(plan, by=by, name=_("Pasted rows"), content=content, is_pasted=True, answers=answers)


class Download(TodayView):
    """`?content=current` or `template`, `?format=xlsx` or `csv`."""

    permission = REVIEW_READERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file, or a page
        content, file_format = request.GET.get("content", CONTENTS[0]), request.GET.get("format", "xlsx")
        for name, value, allowed in (("content", content, CONTENTS), ("format", file_format, FORMATS)):
            if value not in allowed:
                raise BadQuery({name: [not_one_of(allowed)]})
        plan = asked_plan(request)
        write: Callable[[BinaryIO], int | None]
        if content == "template":
            write, name = partial(write_template, file_format=file_format), _("template")
        elif plan is None:
            raise Http404
        else:
            write, name = partial(write_current, file_format=file_format, plan=plan), f"{plan.slug}-{self.day}"

        def log(rows: int | None) -> None:
            log_export(request, what=f"ledger {content}", file_format=file_format, as_of=self.day, rows=rows)

        return attachment(request, write, name=name, back="workbooks:data", file_format=file_format, log=log)
