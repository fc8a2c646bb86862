"""The form of a report: its page, and the drafts that save themselves."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_cookie

from accounts.models import Role, User
from accounts.permissions import may_report, may_see_names, signed_in
from core.clock import today
from core.exceptions import NotAllowed
from core.lights import is_overdue
from core.periods import month_of
from core.scope import out_since
from core.statuses import MeasureStatus
from measures.addresses import month_url, report_url
from measures.filters import asked_plan
from measures.forms import TYPED, ReportForm, editable_text, form_values, known_values
from measures.models import Measure, ProblemStep, Report
from measures.problems import open_problems
from measures.report_problems import ProblemStillOpen
from measures.reports import NO_CHANGE, StatusMoved, open_report, save_draft, submit_report, withdraw_report
from measures.rules import is_completion
from measures.services import lock_measure
from measures.views.former_lead import FormerLead, find_former_lead, show_former_lead
from reporting.evidence_pages import change_evidence
from reporting.models import TEXTS, ProblemChoice
from reporting.months import reports_due_on
from reporting.moves import moves_from
from reporting.services import DraftChanged, discard_draft, is_discardable
from reporting.steps import step_rows
from reporting.workflow import MOVES, REVIEWED_ALREADY, ReportState
from web.days import asked_month
from web.errors import BadQuery, add_refusal
from web.formats.dates import format_day
from web.html.links import named_plan
from web.language import localized
from web.unsaved_input import ShowsUnsavedInput, labels_of

# How long a practised person needs, in minutes.
MINUTES = 3


@method_decorator([cache_control(private=True, no_store=True), vary_on_cookie], name="dispatch")
class ReportingView(ShowsUnsavedInput, View):
    """Of a measure and a month, for the reporters of the department that leads it."""

    plan: Any
    measure: Any
    month: date
    user: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        code = kwargs["code"]
        self.month = asked_month(request.GET.get("period", ""))
        if not request.user.is_authenticated:
            return self.turn_away(request)
        # The frame of the page reads it too.
        self.plan = asked_plan(request)
        measures = Measure.objects.in_plan(self.plan).select_related("section", "lead_department")
        self.measure = get_object_or_404(measures.with_status(today()), code=code)
        self.measure.plan, self.user = self.plan, signed_in(request.user)
        if not may_report(self.user, lead=self.measure.lead_department_id):
            former = find_former_lead(self.measure, self.month, user=self.user)
            if former is None:
                raise PermissionDenied(str(Report.filing_refusal))
            return self.refuse_former_lead(request, former)
        if self.month < month_of(self.measure.listed_on) or self.measure.listed_on > today():
            raise BadQuery({"period": [_("The measure was not yet listed in this month.")]})
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def opened(self) -> list[ProblemStep]:
        """The last steps of the open problems of the measure."""
        return open_problems(self.measure, on=today())

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        assert request.resolver_match is not None
        month = asked_month(request.GET.get("period", ""))
        return report_url(request.resolver_match.kwargs["code"], month, plan=named_plan(request.GET))

    @property
    def form_url(self) -> str:
        """Where the form is sent to."""
        return report_url(self.measure.code, self.month, plan=self.plan.action_slug)

    def refuse_former_lead(self, request: HttpRequest, former: FormerLead) -> HttpResponseBase:
        return show_former_lead(request, former, self.month, user=self.user)

    @transaction.atomic
    def save(self, form: ReportForm) -> Report:
        """What others have changed in other fields meanwhile stays. Raises DraftChanged for the same field."""
        lock_measure(self.measure.pk)
        report, version = open_report(self.measure, self.month), form.cleaned_data["version"]
        if report is None and version is not None:
            # What saves itself begins no other.
            raise NotAllowed(_("This draft is gone: it was reviewed or deleted. Save yours to begin another."))
        if report is not None and version != report.version and form.cleaned_data["known"] and not form.merge(report):
            version = report.version
        return save_draft(self.measure, by=self.user, period=self.month, data=form.report_data(), version=version)


class SaveDraft(ReportingView):
    """Saves what has been typed so far; answers with the line that says so."""

    http_method_names = ["post"]

    def turn_away(self, request: HttpRequest) -> HttpResponseBase:
        # The browser keeps the text.
        return HttpResponse(status=401)

    def refuse_former_lead(self, request: HttpRequest, former: FormerLead) -> HttpResponseBase:
        return render(request, "measures/_draft_state.html", {"reasons": [former.sentence]}, status=409)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        form = ReportForm(request.POST.copy(), opened=self.opened)
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
        known = known_values(form_values(report)) if report is not None else ""
        context = {"saved": report, "known": known, "reasons": reasons}
        return render(request, "measures/_draft_state.html", context, status=status)


class DiscardDraft(ReportingView):
    """Throws the month's draft away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        report = open_report(self.measure, self.month)
        try:
            if report is not None:
                discard_draft(report, by=self.user)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            return redirect(self.form_url)
        messages.success(request, _("The draft was deleted"))
        return redirect(month_url("measures:workspace", self.month, plan=self.plan))


class ReportPage(ReportingView):
    http_method_names = ["get", "post"]
    typed_fields = labels_of(
        ReportForm, "effective_on", *TEXTS, "url", "url_title", "document_number", "document_title"
    )

    # The draft that the page says was saved, and why it could not be saved or submitted.
    saved: Report | None = None
    refusal: NotAllowed | None = None

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        report = open_report(self.measure, self.month)
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.show_submitted(report)
        self.saved = report
        initial = form_values(report) if report is not None else self.first_values()
        if report is not None and report.against_status != self.measure.status:
            # Both are shown, so whoever saves from here on has been told.
            self.refusal = StatusMoved(report.against_status, self.measure.status)
            initial["against_status"] = self.measure.status
        initial["known"] = known_values(initial)
        return self.show(self.make_form(initial=initial), report)

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
        change_evidence(request, form, report, by=self.user)
        submits = action == "submit" and "remove" not in request.POST
        if submits and report is not None and not form.errors:
            self.submit(form, report)
        if form.errors:
            return self.show(form, report)
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
            form.set_value("known", "")
            return None
        try:
            report = self.saved = self.save(form)
        except NotAllowed as refusal:
            self.refusal = refusal
            add_refusal(form, refusal)
            if not isinstance(refusal, DraftChanged):
                return report
            report = refusal.theirs
        # What is sent next is written on this.
        form.set_value("version", report.version)
        form.set_value("known", known_values(form_values(report)))
        return report

    def submit(self, form: ReportForm, report: Report) -> None:
        try:
            submit_report(report, by=self.user, confirms_no_problem=form.cleaned_data["confirms_no_problem"])
        except NotAllowed as refusal:
            self.refusal = refusal
            add_refusal(form, refusal)
            if isinstance(refusal, StatusMoved):
                form.set_value("against_status", refusal.current)

    def make_form(self, *args: Any, **kwargs: Any) -> ReportForm:
        form, since = ReportForm(*args, opened=self.opened, **kwargs), self.measure.status_since
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
        return redirect(self.form_url)

    def post_to_submitted(self, form: ReportForm, report: Report) -> HttpResponseBase:
        """A form sent after the report was submitted: the same again is done; anything else is shown, to be copied."""
        shown = form_values(report)
        if form.is_valid() and all(form.cleaned_data[name] == shown[name] for name in ("status", *TEXTS)):
            return self.redirect_submitted()
        unsaved = [(form.fields[name].label, form.data.get(name, "")) for name in TEXTS if form.data.get(name)]
        return self.show_submitted(report, unsaved=unsaved)

    def redirect_saved(self) -> HttpResponseBase:
        messages.success(self.request, _("Draft saved"))
        stays = "remove" in self.request.POST or self.request.POST.get("action") == "attach"
        return redirect(self.form_url + ("#evidence" if stays else ""))

    def redirect_submitted(self) -> HttpResponseBase:
        messages.success(self.request, _("Report submitted"))
        return redirect(month_url("measures:workspace", self.month, plan=self.plan))

    @cached_property
    def last_report(self) -> Report | None:
        last: Report | None = self.accepted_reports().first()
        return last

    def accepted_reports(self) -> Any:
        """Up to the form's month, the newest first."""
        reports = self.measure.reports.accepted().filter(period__lte=self.month)
        return reports.order_by("-period", "-submitted_on", "-pk")

    def first_values(self) -> dict[str, Any]:
        """Of a form that nobody has written in: the current status, and the texts of the department's last report, in
        the reader's language. "No change" says that those before it stand."""
        current, own = self.measure.status, self.accepted_reports().filter(department=self.measure.lead_department_id)
        last, newest = own.exclude(what_was_done_zh=NO_CHANGE).first(), own.first()
        texts = {name: localized(last, name) for name in TEXTS} if last is not None else dict.fromkeys(TEXTS, "")
        if newest is not None and newest.what_was_done_zh == NO_CHANGE:
            also = {name: localized(newest, name) for name in ("problem", "next_step")}
            texts |= {name: text for name, text in also.items() if text}
        choice = ProblemChoice.NONE.value
        if self.opened:
            choice = f"{ProblemChoice.SAME}-{self.opened[0].problem.number}"
        else:
            # What the last report said has been solved since.
            texts["problem"] = ""
        return {"status": current, "against_status": current, "problem_choice": choice, **texts}

    def show(self, form: ReportForm, report: Report | None) -> HttpResponseBase:
        last = self.last_report
        accepted = last if last is not None and last.period == self.month else None
        is_new = report is None and not form.is_bound
        left = out_since(self.measure.scope_changes.all(), on=today())
        return self.render_page(
            report,
            form=form,
            left=left,
            # Nothing was written that would be lost from sight.
            is_closed=left is not None and is_new,
            saved=self.saved,
            last=last,
            asks_about_problem=isinstance(self.refusal, ProblemStillOpen),
            is_filled_in=is_new and any(map(form.initial.get, TEXTS)),
            may_report_no_change=is_new and accepted is None and self.has_quick_answer,
            accepted=accepted,
            submit_move=moves_from(MOVES, report.state if report else ReportState.DRAFT, by=[Role.REPORTER])[0],
            **self.both_versions(form),
        )

    def both_versions(self, form: ReportForm) -> dict[str, Any]:
        """What stands beside what was typed, where a refusal is about that: a colleague's draft, or another status."""
        theirs = self.refusal.theirs if isinstance(self.refusal, DraftChanged) else None
        return {
            "moved": self.refusal if isinstance(self.refusal, StatusMoved) else None,
            "theirs": theirs,
            "differences": self.differences(form, theirs) if theirs is not None else None,
        }

    @property
    def has_quick_answer(self) -> bool:
        """One that is overdue says why nothing has changed."""
        status = self.measure.status
        return not is_completion(status) and not is_overdue(due_on=self.measure.due_on, status=status, on=today())

    def differences(self, form: ReportForm, theirs: Report) -> list[dict[str, Any]]:
        """Field by field what stands in the database and what was typed, where they differ."""
        shown = form_values(theirs)
        mine = {name: form.cleaned_data[name] for name in TYPED}
        choices = dict(form.fields["problem_choice"].widget.choices)
        rows = [
            {"label": form.fields[name].label, "theirs": shown[name], "mine": mine[name], "name": name}
            for name in mine
            if shown[name] != mine[name]
        ]
        for row in rows:
            if row["name"] == "status":
                row |= {each: MeasureStatus(row[each]).label for each in ("theirs", "mine")}
            elif row["name"] == "problem_choice":
                row |= {each: choices.get(row[each], row[each]) for each in ("theirs", "mine")}
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
                "plan": self.plan,
                "form_url": self.form_url,
                "workspace_url": month_url("measures:workspace", self.month, plan=self.plan),
                "draft_url": report_url(
                    self.measure.code, self.month, plan=self.plan.action_slug, name="measures:draft"
                ),
                "discard_url": report_url(
                    self.measure.code, self.month, plan=self.plan.action_slug, name="measures:discard"
                ),
                "store": f"report:{self.measure.pk}:{self.month:%Y-%m}",
                "minutes": MINUTES,
                "due_on": due_on,
                "is_past_due": today() > due_on,
                "may_discard": report is not None and is_discardable(report),
                "is_completed": is_completion(self.measure.status),
                "steps": step_rows(report) if report is not None else [],
                "may_see_names": may_see_names(self.user),
                "evidence": list(report.evidence.order_by("pk")) if report is not None else [],
                "megabytes": settings.PILOTZONE_EVIDENCE_MEGABYTES,
                "as_of": None,
                **context,
            },
        )
