"""The form of a report: its page, and the drafts that save themselves."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_cookie

from accounts.rules import MEASURE_REPORTERS, Facts
from core.clock import today
from core.exceptions import NotAllowed
from core.lights import is_overdue
from core.periods import month_of
from core.scope import out_since
from core.statuses import MeasureStatus
from measures.addresses import month_url, report_url
from measures.filters import asked_plan
from measures.forms import ReportForm, editable_text, form_values
from measures.models import Measure, Report
from measures.reports import (
    StatusMoved,
    open_report,
    report_doubts,
    save_draft,
    submit_report,
    why_incomplete,
    withdraw_report,
)
from measures.rules import NO_CHANGE, is_completion
from measures.services import lock_measure
from measures.views.former_lead import FormerLead, find_former_lead, show_former_lead
from reporting.doubt_pages import SOME_UNLIKELY, AsksDoubts
from reporting.doubts import Doubtful
from reporting.draft_pages import DraftView, FormPage, SavesItself
from reporting.forms import DraftForm, first_choice
from reporting.models import TEXTS
from reporting.report_problems import ProblemStillOpen, open_problems
from reporting.workflow import ReportState
from web.days import asked_month
from web.errors import BadQuery
from web.formats.dates import format_day
from web.html.links import named_plan
from web.language import localized
from web.unsaved_input import labels_of

# How long a practised person needs, in minutes.
MINUTES = 3


@method_decorator([cache_control(private=True, no_store=True), vary_on_cookie], name="dispatch")
class ReportingView(DraftView):
    """A page of a measure and a month, for the reporters of the department that leads it."""

    permission = write_permission = MEASURE_REPORTERS
    permission_refusal = Report.filing_refusal

    @cached_property
    def month(self) -> date:  # type: ignore[override]  # always one
        return asked_month(self.request.GET.get("period", ""))

    @cached_property
    def plan(self) -> Any:
        # The frame of the page reads it too.
        return asked_plan(self.request)

    @cached_property
    def measure(self) -> Any:
        measures = Measure.objects.in_plan(self.plan).select_related("section", "lead_department")
        measure: Any = get_object_or_404(measures.with_status(today()), code=self.kwargs["code"])
        measure.plan = self.plan
        return measure

    def permission_facts(self) -> Facts:
        return {"lead": self.measure.lead_department_id}

    def deny(self, request: HttpRequest) -> HttpResponseBase:
        former = find_former_lead(self.measure, self.month, user=self.user)
        return super().deny(request) if former is None else self.refuse_former_lead(request, former)

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.month < month_of(self.measure.listed_on) or self.measure.listed_on > today():
            raise BadQuery({"period": [_("The measure was not yet listed in this month.")]})
        return super().serve(request, *args, **kwargs)

    @cached_property
    def opened(self) -> list[Any]:
        """The last steps of the open problems of the measure."""
        return open_problems(self.measure, on=today())

    @classmethod
    def form_address(cls, request: HttpRequest) -> str:
        assert request.resolver_match is not None
        month = asked_month(request.GET.get("period", ""))
        return report_url(request.resolver_match.kwargs["code"], month, plan=named_plan(request.GET))

    def address(self, name: str) -> str:
        return report_url(self.measure.code, self.month, plan=self.plan.action_slug, name=name)

    @property
    def form_url(self) -> str:
        return self.address("measures:report")

    @property
    def draft_url(self) -> str:
        return self.address("measures:draft")

    @property
    def workspace_url(self) -> str:
        return month_url("measures:workspace", self.month, plan=self.plan)

    @property
    def store(self) -> str:
        return f"report:{self.measure.pk}:{self.month:%Y-%m}"

    def refuse_former_lead(self, request: HttpRequest, former: FormerLead) -> HttpResponseBase:
        return show_former_lead(request, former, self.month, user=self.user)

    def lock_subject(self) -> None:
        lock_measure(self.measure.pk)

    def find_report(self) -> Report | None:
        return open_report(self.measure, self.month)

    def make_form(self, *args: Any, **kwargs: Any) -> ReportForm:
        form, since = ReportForm(*args, opened=self.opened, **kwargs), self.measure.status_since
        form.fields["status"].help_text = _("Current status: %(status)s (since %(day)s)") % {
            "status": MeasureStatus(self.measure.status).label,
            "day": format_day(since),
        }
        form.fields["effective_on"].widget.attrs |= {"min": since.isoformat(), "max": today().isoformat()}
        return form

    def values_of(self, report: Report) -> dict[str, Any]:
        return form_values(report)

    def write(self, form: ReportForm, version: int | None) -> Report:
        return save_draft(self.measure, by=self.user, period=self.month, data=form.report_data(), version=version)

    def refusals(self, report: Report) -> Iterable[NotAllowed]:
        return why_incomplete(
            report,
            status=self.measure.status,
            since=self.measure.status_since,
            has_evidence=report.evidence.exists,
            opened=self.opened,
        )

    def withdraw(self, report: Report) -> None:
        withdraw_report(report, by=self.user)


class SaveDraft(SavesItself, ReportingView):
    def refuse_former_lead(self, request: HttpRequest, former: FormerLead) -> HttpResponseBase:
        return render(request, self.state_template, {"reasons": [former.sentence]}, status=409)


class DiscardDraft(ReportingView):
    """Throws the month's draft away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        return self.take_back(self.find_report(), "discard")


class ReportPage(AsksDoubts, FormPage, ReportingView):
    typed_fields = labels_of(
        ReportForm, "effective_on", *TEXTS, "url", "url_title", "document_number", "document_title"
    )

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        report = self.find_report()
        if report is not None and report.state == ReportState.SUBMITTED:
            return self.show_submitted(report)
        self.saved = report
        initial = form_values(report) if report is not None else self.first_values()
        if report is not None and report.against_status != self.measure.status:
            # Both are shown, so whoever saves from here on has been told.
            self.refusal = StatusMoved(report.against_status, self.measure.status)
            initial["against_status"] = self.measure.status
        initial["known"] = ReportForm.known_values(initial)
        return self.show(self.make_form(initial=initial), report)

    def submit(self, form: ReportForm, report: Report) -> None:
        try:
            confirms_no_problem = form.cleaned_data["confirms_no_problem"]
            submit_report(report, by=self.user, confirms_no_problem=confirms_no_problem, answers=self.answers)
        except Doubtful:
            self.doubts = report_doubts(report)
            form.add_error(None, SOME_UNLIKELY)
        except NotAllowed as refusal:
            self.refuse(form, refusal)

    def refuse(self, form: DraftForm, refusal: NotAllowed) -> None:
        super().refuse(form, refusal)
        if isinstance(refusal, StatusMoved):
            form.set_value("against_status", refusal.current)

    def post_to_submitted(self, form: ReportForm, report: Report) -> HttpResponseBase:
        shown = form_values(report)
        if form.is_valid() and all(form.cleaned_data[name] == shown[name] for name in ("status", *TEXTS)):
            return self.redirect_submitted()
        unsaved = [(form.fields[name].label, form.data.get(name, "")) for name in TEXTS if form.data.get(name)]
        return self.show_submitted(report, unsaved=unsaved)

    @cached_property
    def last_report(self) -> Report | None:
        last: Report | None = self.accepted_reports().first()
        return last

    def accepted_reports(self) -> Any:
        """Return the reports up to the form's month, the newest first."""
        reports = self.measure.reports.accepted().filter(period__lte=self.month)
        return reports.order_by("-period", "-submitted_on", "-pk")

    def first_values(self) -> dict[str, Any]:
        """Return the values of a form that nobody has written in: the current status, and the texts of the department's
        last report, in the reader's language. "No change" says that those before it stand."""
        current, own = self.measure.status, self.accepted_reports().filter(department=self.measure.lead_department_id)
        last, newest = own.exclude(what_was_done_zh=NO_CHANGE).first(), own.first()
        texts = {name: localized(last, name) for name in TEXTS} if last is not None else dict.fromkeys(TEXTS, "")
        if newest is not None and newest.what_was_done_zh == NO_CHANGE:
            also = {name: localized(newest, name) for name in ("problem", "next_step")}
            texts |= {name: text for name, text in also.items() if text}
        if not self.opened:
            # What the last report said has been solved since.
            texts["problem"] = ""
        choice = first_choice(self.opened)
        return {"status": current, "against_status": current, "problem_choice": choice, **texts}

    def show(self, form: ReportForm, report: Report | None) -> HttpResponseBase:
        last = self.last_report
        accepted = last if last is not None and last.period == self.month else None
        is_new = report is None and not form.is_bound
        left = out_since(self.measure.scope_changes.all(), on=today())
        return self.render_page(
            report,
            left=left,
            # Nothing was written that would be lost from sight.
            is_closed=left is not None and is_new,
            last=last,
            **self.asked,
            asks_about_problem=isinstance(self.refusal, ProblemStillOpen),
            is_filled_in=is_new and any(map(form.initial.get, TEXTS)),
            may_report_no_change=is_new and accepted is None and self.has_quick_answer,
            accepted=accepted,
            # Another status than the one that the report was written against.
            moved=self.refusal if isinstance(self.refusal, StatusMoved) else None,
            **self.form_context(form, report),
        )

    @property
    def has_quick_answer(self) -> bool:
        """One that is overdue says why nothing has changed."""
        status = self.measure.status
        return not is_completion(status) and not is_overdue(due_on=self.measure.due_on, status=status, on=today())

    def show_submitted(self, report: Report, *, unsaved: list[tuple[Any, str]] | None = None) -> HttpResponseBase:
        shown = {name: editable_text(report, name) for name in TEXTS}
        return self.render_page(report, shown=shown, unsaved=unsaved, last=self.last_report)

    def render_page(
        self, report: Report | None, *, shown: Mapping[str, str] | None = None, **context: Any
    ) -> HttpResponseBase:
        return TemplateResponse(
            self.request,
            "measures/report_form.html",
            {
                **self.page_context(report, shown=shown),
                "measure": self.measure,
                "plan": self.plan,
                "discard_url": self.address("measures:discard"),
                "minutes": MINUTES,
                "is_completed": is_completion(self.measure.status),
                **context,
            },
        )
