"""Evidence of a report, whatever it is about: what its form attaches and removes, and the file that is sent."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from accounts.access_rules import Facts, GuardedView
from accounts.models import User
from core.exceptions import NotAllowed
from reporting.evidence import MAX_EVIDENCE, attach_document, attach_file, attach_link, remove_evidence, too_many
from reporting.file_types import download_name, too_large_message
from reporting.forms import EvidenceForm
from reporting.models import AbstractEvidence
from reporting.workflow import ReportState
from web.errors import add_refusal
from web.uploads import refused_files


def change_evidence(request: HttpRequest, form: EvidenceForm, report: Any, *, by: User) -> None:
    """Attaches and removes what was asked for, each by itself; what was attached leaves its field of the form."""
    for name in refused_files(request):
        form.add_error("evidence", _about(name, too_large_message()))
    files = request.FILES.getlist("evidence")
    if report is None:
        if files:
            form.add_error("evidence", _("Please choose the files once more: they could not be kept."))
        return
    if key := request.POST.get("remove"):
        _try(form, partial(_remove, report, key, by=by))
    for file in files[:MAX_EVIDENCE]:
        _try(form, partial(attach_file, report, by=by, file=file), name=str(file.name))
    if len(files) > MAX_EVIDENCE:
        add_refusal(form, too_many())
    _attach_typed(form, "url", "url_title", lambda url, title: attach_link(report, by=by, url=url, title=title))
    _attach_typed(
        form,
        "document_number",
        "document_title",
        lambda number, title: attach_document(report, by=by, number=number, title=title),
    )


def _remove(report: Any, key: str, *, by: User) -> None:
    # Gone already where somebody pressed twice.
    evidence = next((each for each in report.evidence.all() if str(each.key) == key), None)
    if evidence is not None:
        remove_evidence(evidence, by=by)


def _attach_typed(form: EvidenceForm, name: str, title_name: str, attach: Callable[[str, str], object]) -> None:
    value, title = (form.data.get(each, "").strip() for each in (name, title_name))
    if not (value or title) or name in form.errors or title_name in form.errors:
        return
    if _try(form, partial(attach, value, title)):
        form.set_value(name, "")
        form.set_value(title_name, "")


def _try(form: EvidenceForm, change: Callable[[], object], *, name: str = "") -> bool:
    """Makes the change, and returns whether it was made; why it was not stands in the form then, with the name of the
    file."""
    try:
        change()
    except NotAllowed as refusal:
        add_refusal(form, NotAllowed(_about(name, str(refusal)) if name else str(refusal), field=refusal.field))
        return False
    return True


def _about(name: str, sentence: str) -> str:
    return _("%(label)s: %(text)s") % {"label": name, "text": sentence}


def send_file(evidence: AbstractEvidence) -> FileResponse:
    """Returns the file to be saved and not to be shown: whatever is in it, no page of this site runs it. Raises Http404
    where it is gone."""
    try:
        file = evidence.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(
        file,
        as_attachment=True,
        filename=download_name(evidence.file_name, evidence.content_type),
        content_type=evidence.content_type or "application/octet-stream",
    )


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class EvidenceFile(GuardedView):
    """A file of evidence, for those who may see it. An app's own says of what, and asks who may."""

    http_method_names = ["get", "head", "options"]
    model: type[AbstractEvidence]
    # What is fetched with it to say whose it is.
    writer = "report__department__merged_into"

    @cached_property
    def evidence(self) -> Any:
        """Returns the evidence whose file is asked for. Raises Http404."""
        pieces = self.model._default_manager.exclude(file="").select_related(self.writer)
        reports = self.model.report.field.related_model
        about = {f"report__{reports.subject_name}__code": self.kwargs["code"]}
        return get_object_or_404(pieces, key=self.kwargs["key"], **about)

    def permission_facts(self) -> Facts:
        report = self.evidence.report
        return {"department": report.readers_department_id, "is_accepted": report.state == ReportState.ACCEPTED}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return send_file(self.evidence)
