"""The form of a report: its page, the drafts that save themselves, and the files of evidence."""

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from accounts.models import User
from accounts.permissions import may_report, may_see_evidence, signed_in
from core.clock import today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.statuses import MeasureStatus
from measures.forms import ReportForm, text_of, typed_into
from measures.models import Evidence, Measure, Report
from measures.reports import NO_CHANGE, StatusMoved, open_report, save_draft, submit_report
from measures.rules import is_completion
from measures.services import lock_measure
from reporting.evidence import attach_document, attach_file, attach_link, remove_evidence
from reporting.file_types import download_name, too_large
from reporting.models import TEXTS
from reporting.months import reports_due_on
from reporting.services import DraftChanged, withdraw_report
from reporting.workflow import ReportState, moves_from
from web.days import asked_month
from web.errors import BadQuery
from web.formats.dates import format_day
from web.language import local
from web.unsaved_input import RestoresInput, forget_input, unsaved_input
from web.uploads import refused_files

# How long a practised person needs, in minutes.
MINUTES = 3


def form_url(code: str, month: date) -> str:
    return f"{reverse('measures:report', args=[code])}?period={month:%Y-%m}"


def refuse(form: ReportForm, refusal: NotAllowed) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@method_decorator([cache_control(private=True, no_store=True), vary_on_cookie], name="dispatch")
class ReportingView(RestoresInput, View):
    """Of a measure and a month, for the reporters of the department that leads it."""

    measure: Any
    month: date
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        code = kwargs["code"]
        self.month = asked_month(request.GET.get("period", ""))
        if not request.user.is_authenticated:
            return self.turn_away(request, code)
        measures = Measure.objects.select_related("section", "lead_department").with_status(today())
        self.measure, self.user = get_object_or_404(measures, code=code), signed_in(request.user)
        if not may_report(self.user, lead=self.measure.lead_department_id):
            raise PermissionDenied(_("Only the lead department may report on this measure"))
        if self.month < month_of(self.measure.listed_on) or self.measure.listed_on > today():
            raise BadQuery({"period": [_("The measure was not yet listed in this month.")]})
        return super().dispatch(request, *args, **kwargs)

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        assert request.resolver_match is not None
        return form_url(request.resolver_match.kwargs["code"], asked_month(request.GET.get("period", "")))

    def turn_away(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Somebody who is not, or no longer, logged in. What they typed waits for them behind the log-in."""
        if request.method == "POST":
            self.store_input(request)
        return redirect_to_login(form_url(code, self.month))

    def save(self, form: ReportForm) -> Report:
        version = form.cleaned_data["version"]
        return save_draft(self.measure, by=self.user, period=self.month, data=form.report_data(), version=version)


class SaveDraft(ReportingView):
    """Saves what has been typed so far; answers with the line that says so."""

    http_method_names = ["post"]

    def turn_away(self, request: HttpRequest, code: str) -> HttpResponseBase:
        # The browser keeps the text; a session made for it here would hide that the old one has ended.
        return HttpResponse(status=401)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        form = ReportForm(request.POST)
        report, reasons, status = None, [], 200
        if not form.is_valid():
            status = 422
            reasons = [
                _("%(label)s: %(text)s") % {"label": form[name].label, "text": error}
                for name, errors in form.errors.items()
                for error in errors
            ]
        else:
            try:
                report = self.save(form)
            except DraftChanged:
                status = 409
                reasons = [_("A colleague has saved this report in the meantime; save yours to see both versions.")]
            except NotAllowed as refusal:
                status, reasons = 409, [str(refusal)]
            else:
                forget_input(request, self.form_address(request))
        return render(request, "measures/_draft_state.html", {"saved": report, "reasons": reasons}, status=status)


class ReportPage(ReportingView):
    http_method_names = ["get", "post"]
    restored_fields = (
        *("status", "effective_on", *TEXTS, "version", "against_status"),
        *("url", "url_title", "document_number", "document_title"),
    )

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        report = open_report(self.measure, self.month)
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.show_submitted(report)
        last = self.last_report()
        typed = unsaved_input(request, self.form_address(request))
        initial = typed_into(report) if report is not None else self.begun(last)
        moved = None
        if report is not None and report.against_status != self.measure.status:
            # Both are shown, so whoever saves from here on has been told.
            moved = StatusMoved(report.against_status, self.measure.status)
            initial["against_status"] = self.measure.status
        form = self.make_form(initial=initial | typed)
        return self.show(form, report, saved=None if typed else report, last=last, restored=typed, moved=moved)

    @transaction.atomic
    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        # One after the other: of a double click the second comes when the first has filed the report.
        lock_measure(self.measure.pk)
        report = open_report(self.measure, self.month)
        if request.POST.get("action") == "withdraw":
            return self.withdraw(report)
        form = self.make_form(request.POST.copy(), request.FILES)
        is_valid = form.is_valid()
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.answer_again(form, report)
        theirs = moved = saved = None
        if is_valid:
            if report is None and form.cleaned_data["version"] is not None:
                # Written on a draft that is none any more; saved again, it begins a new one.
                form.add_error(None, _("This report has already been reviewed"))
                self.put(form, "version", "")
            else:
                try:
                    report = saved = self.save(form)
                except DraftChanged as refusal:
                    report = theirs = refusal.theirs
                    form.add_error(None, str(refusal))
                except NotAllowed as refusal:
                    refuse(form, refusal)
        if report is not None:
            self.put(form, "version", report.version)
        self.change_evidence(form, report)
        submits = request.POST.get("action") == "submit" and "remove" not in request.POST
        if submits and report is not None and not form.errors:
            try:
                submit_report(report, by=self.user)
            except NotAllowed as refusal:
                refuse(form, refusal)
                if isinstance(refusal, StatusMoved):
                    moved = refusal
                    self.put(form, "against_status", refusal.current)
        if form.errors:
            return self.show(form, report, saved=saved, theirs=theirs, moved=moved)
        forget_input(request, self.form_address(request))
        if submits:
            return self.filed()
        messages.success(request, _("Draft saved"))
        stays = "remove" in request.POST or request.POST.get("action") == "attach"
        return redirect(form_url(code, self.month) + ("#evidence" if stays else ""))

    def make_form(self, *args: Any, **kwargs: Any) -> ReportForm:
        form, since = ReportForm(*args, **kwargs), self.measure.status_since
        form.fields["status"].help_text = _("Current status: %(status)s (since %(day)s)") % {
            "status": MeasureStatus(self.measure.status).label,
            "day": format_day(since),
        }
        form.fields["effective_on"].widget.attrs |= {"min": since.isoformat(), "max": today().isoformat()}
        return form

    def put(self, form: ReportForm, name: str, value: Any) -> None:
        """What the form shows next time."""
        data: Any = form.data
        data[name] = value

    def change_evidence(self, form: ReportForm, report: Report | None) -> None:
        """Attaches what can be attached, each by itself; what was attached leaves its field."""
        request = self.request
        for name in refused_files(request):
            form.add_error("evidence", _("%(label)s: %(text)s") % {"label": name, "text": too_large()})
        files = request.FILES.getlist("evidence")
        if report is None:
            if files:
                form.add_error("evidence", _("Please choose the files once more: they could not be kept."))
            return
        removed = request.POST.get("remove", "")
        if removed:
            self.act(form, lambda: self.remove(report, removed))
        for file in files:
            self.act(form, lambda file=file: attach_file(report, by=self.user, file=file), name=str(file.name))
        self.attach_typed(
            form, "url", "url_title", lambda value, title: attach_link(report, by=self.user, url=value, title=title)
        )
        self.attach_typed(
            form,
            "document_number",
            "document_title",
            lambda value, title: attach_document(report, by=self.user, number=value, title=title),
        )

    def attach_typed(self, form: ReportForm, name: str, title_name: str, attach: Any) -> None:
        value, title = (form.data.get(each, "").strip() for each in (name, title_name))
        if not (value or title) or name in form.errors or title_name in form.errors:
            return
        if self.act(form, lambda: attach(value, title)):
            self.put(form, name, "")
            self.put(form, title_name, "")

    def act(self, form: ReportForm, do: Any, *, name: str = "") -> bool:
        try:
            do()
        except NotAllowed as refusal:
            words = _("%(label)s: %(text)s") % {"label": name, "text": refusal} if name else str(refusal)
            refuse(form, NotAllowed(words, field=refusal.field))
            return False
        return True

    def remove(self, report: Report, key: str) -> None:
        # Gone already where somebody pressed twice.
        evidence = next((each for each in report.evidence.all() if str(each.key) == key), None)
        if evidence is not None:
            remove_evidence(evidence, by=self.user)

    def withdraw(self, report: Report | None) -> HttpResponseBase:
        try:
            if report is None:
                raise NotAllowed(_("This report has already been reviewed"))
            withdraw_report(report, by=self.user)
        except NotAllowed as refusal:
            messages.error(self.request, str(refusal))
        else:
            messages.success(self.request, _("Report withdrawn; you can change it and submit it again."))
        return redirect(form_url(self.measure.code, self.month))

    def answer_again(self, form: ReportForm, report: Report) -> HttpResponseBase:
        """A form sent after the report was submitted: the same again is done; anything else is shown, to be copied."""
        shown = typed_into(report)
        if form.is_valid() and all(form.cleaned_data[name] == shown[name] for name in ("status", *TEXTS)):
            forget_input(self.request, self.form_address(self.request))
            return self.filed()
        unsaved = [(form.fields[name].label, form.data.get(name, "")) for name in TEXTS if form.data.get(name)]
        return self.show_submitted(report, unsaved=unsaved)

    def filed(self) -> HttpResponseBase:
        messages.success(self.request, _("Report submitted"))
        return redirect(f"{reverse('measures:workspace')}?period={self.month:%Y-%m}")

    def last_report(self) -> Report | None:
        reports = self.measure.reports.accepted().filter(period__lte=self.month)
        last: Report | None = reports.order_by("-period", "-submitted_on", "-pk").first()
        return last

    def begun(self, last: Report | None) -> dict[str, Any]:
        """A form that nobody has written in: the current status, and what was done as it was told last time, in the
        reader's language."""
        done = "" if last is None or last.what_was_done_zh == NO_CHANGE else local(last, "what_was_done")
        current = self.measure.status
        return {"status": current, "against_status": current, "what_was_done": done}

    def show(
        self,
        form: ReportForm,
        report: Report | None,
        *,
        saved: Report | None = None,
        last: Report | None = None,
        restored: dict[str, str] | None = None,
        theirs: Report | None = None,
        moved: StatusMoved | None = None,
    ) -> HttpResponseBase:
        last = last or self.last_report()
        accepted = last if last is not None and last.period == self.month else None
        is_new = report is None and not form.is_bound
        return self.answer(
            report,
            form=form,
            saved=saved,
            last=last,
            restored=restored,
            moved=moved and {"was": MeasureStatus(moved.was), "current": MeasureStatus(moved.current)},
            differences=self.differences(form, theirs) if theirs is not None else None,
            theirs=theirs,
            is_filled_in=is_new and not restored and bool(form.initial["what_was_done"]),
            may_report_no_change=is_new and accepted is None and not is_completion(self.measure.status),
            accepted=accepted,
            submit_move=moves_from(report.state if report else ReportState.DRAFT, role="reporter")[0],
        )

    def differences(self, form: ReportForm, theirs: Report) -> list[dict[str, Any]]:
        """Field by field what stands in the database and what was typed, where they differ."""
        shown = typed_into(theirs)
        mine = {name: form.cleaned_data[name] for name in ("status", "effective_on", *TEXTS)}
        rows = [
            {"label": form.fields[name].label, "theirs": shown[name], "mine": mine[name], "name": name}
            for name in mine
            if shown[name] != mine[name]
        ]
        for row in rows:
            if row["name"] == "status":
                row |= {each: MeasureStatus(row[each]).label for each in ("theirs", "mine")}
        return rows

    def show_submitted(self, report: Report, *, unsaved: list[tuple[Any, str]] | None = None) -> HttpResponseBase:
        shown = {name: text_of(report, name) for name in TEXTS}
        return self.answer(report, is_submitted=True, unsaved=unsaved, shown=shown, last=self.last_report())

    def answer(self, report: Report | None, **context: Any) -> HttpResponseBase:
        due_on = reports_due_on(self.month)
        return TemplateResponse(
            self.request,
            "measures/report_form.html",
            {
                "measure": self.measure,
                "month": self.month,
                "report": report,
                "form_url": form_url(self.measure.code, self.month),
                "draft_url": f"{reverse('measures:draft', args=[self.measure.code])}?period={self.month:%Y-%m}",
                "store": f"report:{self.user.pk}:{self.measure.code}:{self.month:%Y-%m}",
                "minutes": MINUTES,
                "due_on": due_on,
                "is_past_due": today() > due_on,
                "is_completed": is_completion(self.measure.status),
                "evidence": list(report.evidence.order_by("pk")) if report is not None else [],
                "megabytes": settings.PILOTZONE_EVIDENCE_MEGABYTES,
                "as_of": None,
                **context,
            },
        )


@require_safe
@cache_control(private=True, no_store=True)
def evidence_file(request: HttpRequest, code: str, key: UUID) -> HttpResponseBase:
    """A file of evidence, to be saved and not to be shown: whatever is in it, no page of this site runs it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    pieces = Evidence.objects.exclude(file="").select_related("report__measure")
    evidence = get_object_or_404(pieces, key=key, report__measure__code=code)
    is_accepted = evidence.report.state == ReportState.ACCEPTED
    if not may_see_evidence(
        request.user, department=evidence.report.measure.lead_department_id, is_accepted=is_accepted
    ):
        raise PermissionDenied
    try:
        file = evidence.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        file,
        as_attachment=True,
        filename=download_name(evidence.file_name, evidence.content_type),
        content_type=evidence.content_type or "application/octet-stream",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
