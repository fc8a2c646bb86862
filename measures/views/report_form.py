"""The form of a report: its page, and the drafts that save themselves."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_cookie

from accounts.models import User
from accounts.permissions import may_report, signed_in
from core.clock import today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.statuses import MeasureStatus
from measures.forms import ReportForm, editable_text, form_values
from measures.models import Measure, Report
from measures.reports import NO_CHANGE, StatusMoved, open_report, save_draft, submit_report
from measures.rules import is_completion
from measures.services import lock_measure
from measures.views.evidence import change_evidence
from reporting.models import TEXTS
from reporting.months import reports_due_on
from reporting.services import DraftChanged, withdraw_report
from reporting.workflow import REVIEWED_ALREADY, ReportState, moves_from
from web.days import asked_month
from web.errors import BadQuery, add_refusal
from web.formats.dates import format_day
from web.language import localized
from web.unsaved_input import RestoresInput, forget_input, unsaved_input

# How long a practised person needs, in minutes.
MINUTES = 3


def form_url(code: str, month: date) -> str:
    return f"{reverse('measures:report', args=[code])}?period={month:%Y-%m}"


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
            raise PermissionDenied(str(Report.filing_refusal))
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

    # The draft that the page says was saved, and why it could not be saved or submitted.
    saved: Report | None = None
    refusal: NotAllowed | None = None

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        report = open_report(self.measure, self.month)
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.show_submitted(report)
        restored = unsaved_input(request, self.form_address(request))
        self.saved = None if restored else report
        initial = form_values(report) if report is not None else self.first_values()
        if report is not None and report.against_status != self.measure.status:
            # Both are shown, so whoever saves from here on has been told.
            self.refusal = StatusMoved(report.against_status, self.measure.status)
            initial["against_status"] = self.measure.status
        return self.show(self.make_form(initial=initial | restored), report, restored=restored)

    @transaction.atomic
    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        # One after the other: of a double click the second comes when the first has filed the report.
        lock_measure(self.measure.pk)
        report, action = open_report(self.measure, self.month), request.POST.get("action")
        if action == "withdraw":
            return self.withdraw(report)
        form = self.make_form(request.POST.copy(), request.FILES)
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.post_to_submitted(form, report)
        report = self.save_valid(form, report)
        if report is not None:
            form.set_value("version", report.version)
        change_evidence(request, form, report, by=self.user)
        submits = action == "submit" and "remove" not in request.POST
        if submits and report is not None and not form.errors:
            self.submit(form, report)
        if form.errors:
            return self.show(form, report)
        forget_input(request, self.form_address(request))
        if submits:
            return self.redirect_submitted()
        return self.redirect_saved()

    def save_valid(self, form: ReportForm, report: Report | None) -> Report | None:
        """Saves what was typed if it is valid; returns the month's report as it now stands in the database."""
        if not form.is_valid():
            return report
        if report is None and form.cleaned_data["version"] is not None:
            # Written on a draft that is none any more; saved again, it begins a new one.
            form.add_error(None, str(REVIEWED_ALREADY))
            form.set_value("version", "")
            return None
        try:
            report = self.saved = self.save(form)
        except NotAllowed as refusal:
            self.refusal = refusal
            add_refusal(form, refusal)
            if isinstance(refusal, DraftChanged):
                report = refusal.theirs
        return report

    def submit(self, form: ReportForm, report: Report) -> None:
        try:
            submit_report(report, by=self.user)
        except NotAllowed as refusal:
            self.refusal = refusal
            add_refusal(form, refusal)
            if isinstance(refusal, StatusMoved):
                form.set_value("against_status", refusal.current)

    def make_form(self, *args: Any, **kwargs: Any) -> ReportForm:
        form, since = ReportForm(*args, **kwargs), self.measure.status_since
        form.fields["status"].help_text = _("Current status: %(status)s (since %(day)s)") % {
            "status": MeasureStatus(self.measure.status).label,
            "day": format_day(since),
        }
        form.fields["effective_on"].widget.attrs |= {"min": since.isoformat(), "max": today().isoformat()}
        return form

    def withdraw(self, report: Report | None) -> HttpResponseBase:
        try:
            if report is None:
                raise NotAllowed(str(REVIEWED_ALREADY))
            withdraw_report(report, by=self.user)
        except NotAllowed as refusal:
            messages.error(self.request, str(refusal))
        else:
            messages.success(self.request, _("Report withdrawn; you can change it and submit it again."))
        return redirect(form_url(self.measure.code, self.month))

    def post_to_submitted(self, form: ReportForm, report: Report) -> HttpResponseBase:
        """A form sent after the report was submitted: the same again is done; anything else is shown, to be copied."""
        shown = form_values(report)
        if form.is_valid() and all(form.cleaned_data[name] == shown[name] for name in ("status", *TEXTS)):
            forget_input(self.request, self.form_address(self.request))
            return self.redirect_submitted()
        unsaved = [(form.fields[name].label, form.data.get(name, "")) for name in TEXTS if form.data.get(name)]
        return self.show_submitted(report, unsaved=unsaved)

    def redirect_saved(self) -> HttpResponseBase:
        messages.success(self.request, _("Draft saved"))
        stays = "remove" in self.request.POST or self.request.POST.get("action") == "attach"
        return redirect(form_url(self.measure.code, self.month) + ("#evidence" if stays else ""))

    def redirect_submitted(self) -> HttpResponseBase:
        messages.success(self.request, _("Report submitted"))
        return redirect(f"{reverse('measures:workspace')}?period={self.month:%Y-%m}")

    @cached_property
    def last_report(self) -> Report | None:
        reports = self.measure.reports.accepted().filter(period__lte=self.month)
        last: Report | None = reports.order_by("-period", "-submitted_on", "-pk").first()
        return last

    def first_values(self) -> dict[str, Any]:
        """Of a form that nobody has written in: the current status, and what the last report said was done, in the
        reader's language."""
        last, current = self.last_report, self.measure.status
        done = "" if last is None or last.what_was_done_zh == NO_CHANGE else localized(last, "what_was_done")
        return {"status": current, "against_status": current, "what_was_done": done}

    def show(
        self, form: ReportForm, report: Report | None, *, restored: dict[str, str] | None = None
    ) -> HttpResponseBase:
        last = self.last_report
        accepted = last if last is not None and last.period == self.month else None
        is_new = report is None and not form.is_bound
        theirs = self.refusal.theirs if isinstance(self.refusal, DraftChanged) else None
        return self.render_page(
            report,
            form=form,
            saved=self.saved,
            last=last,
            restored=restored,
            moved=self.refusal if isinstance(self.refusal, StatusMoved) else None,
            differences=self.differences(form, theirs) if theirs is not None else None,
            theirs=theirs,
            is_filled_in=is_new and not restored and bool(form.initial["what_was_done"]),
            may_report_no_change=is_new and accepted is None and not is_completion(self.measure.status),
            accepted=accepted,
            submit_move=moves_from(report.state if report else ReportState.DRAFT, role="reporter")[0],
        )

    def differences(self, form: ReportForm, theirs: Report) -> list[dict[str, Any]]:
        """Field by field what stands in the database and what was typed, where they differ."""
        shown = form_values(theirs)
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
        shown = {name: editable_text(report, name) for name in TEXTS}
        return self.render_page(report, is_submitted=True, unsaved=unsaved, shown=shown, last=self.last_report)

    def render_page(self, report: Report | None, **context: Any) -> HttpResponseBase:
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
