"""The form of a report: its page, and the drafts that save themselves."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import EVIDENCE_READERS, MEASURE_REPORTERS, Facts
from core.clock import today
from core.exceptions import NotAllowed
from core.lights import is_overdue
from core.statuses import MeasureStatus
from measures.forms import ReportForm, form_values
from measures.models import Evidence, Measure, Report
from measures.month_drafts import MonthDraftView, MonthFormPage
from measures.reports import (
    StatusMoved,
    open_report,
    report_doubts,
    save_draft,
    submit_report,
    why_incomplete,
)
from measures.rules import NO_CHANGE, is_completion
from measures.services import lock_measure
from measures.views.former_lead import FormerLead, find_former_lead, show_former_lead
from reporting.doubts import Doubt
from reporting.forms import TYPED_EVIDENCE, DraftForm, first_choice
from reporting.models import TEXTS
from reporting.views.drafts import FormContext, SavesItself
from reporting.views.evidence import EvidenceFile
from web.formats.dates import format_day
from web.language import localized
from web.unsaved_input import labels_of

# How long a practised person needs, in minutes.
MINUTES = 3


class ReportingView(MonthDraftView):
    """A page of a measure and a month, for the reporters of the department that leads it."""

    permission = write_permission = MEASURE_REPORTERS
    permission_refusal = Report.filing_refusal
    form_class = ReportForm
    form_name, draft_name, store_name = "measures:report", "measures:draft", "report"
    unlisted_refusal = gettext_lazy("The measure was not yet listed in this month.")

    @cached_property
    def subject(self) -> Any:
        measures = Measure.objects.in_plan(self.plan).select_related("section", "lead_department")
        measure: Any = get_object_or_404(measures.with_status(today()), code=self.kwargs["code"])
        measure.plan = self.plan
        return measure

    def permission_facts(self) -> Facts:
        return {"lead": self.subject.lead_department_id}

    def deny(self, request: HttpRequest) -> HttpResponseBase:
        former = find_former_lead(self.subject, self.month, user=self.user)
        return super().deny(request) if former is None else self.refuse_former_lead(request, former)

    def refuse_former_lead(self, request: HttpRequest, former: FormerLead) -> HttpResponseBase:
        return show_former_lead(request, former, self.month, user=self.user)

    def lock_subject(self) -> None:
        lock_measure(self.subject.pk)

    def find_report(self) -> Report | None:
        return open_report(self.subject, self.month)

    def make_form(self, *args: Any, **kwargs: Any) -> ReportForm:
        form, since = ReportForm(*args, opened=self.opened, **kwargs), self.subject.status_since
        form.fields["status"].help_text = _("Current status: %(status)s (since %(day)s)") % {
            "status": MeasureStatus(self.subject.status).label,
            "day": format_day(since),
        }
        form.fields["effective_on"].widget.attrs |= {"min": since.isoformat(), "max": today().isoformat()}
        return form

    def values_of(self, report: Report) -> dict[str, Any]:
        return form_values(report)

    def write(self, form: ReportForm, version: int | None) -> Report:
        return save_draft(self.subject, by=self.user, period=self.month, data=form.report_data(), version=version)

    def refusals(self, report: Report) -> Iterable[NotAllowed]:
        return why_incomplete(
            report,
            status=self.subject.status,
            since=self.subject.status_since,
            has_evidence=report.evidence.exists,
            opened=self.opened,
        )


class SaveDraft(SavesItself, ReportingView):
    def refuse_former_lead(self, request: HttpRequest, former: FormerLead) -> HttpResponseBase:
        return render(request, self.state_template, {"reasons": [former.sentence]}, status=409)


class DiscardDraft(ReportingView):
    """Throws the month's draft away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, code: str) -> HttpResponseBase:
        return self.take_back(self.find_report(), "discard")


class ReportContext(NamedTuple):
    """The values that only the page of a report has. `last`: the last accepted report, and `accepted` the same where it
    is of this month; `is_filled_in`: the form begins with texts; `moved`: says to which status, where that is another
    one than the report was written against."""

    measure: Any
    last: Report | None
    discard_url: str
    required_when: str
    is_completed: bool
    is_filled_in: bool
    may_report_no_change: bool
    accepted: Report | None
    moved: StatusMoved | None
    minutes: int = MINUTES


class ReportPage(MonthFormPage, ReportingView):
    template_name = "measures/report_form.html"
    file_view = "measures:evidence"
    unsaved_refusal = gettext_lazy(
        "Not saved: your department no longer leads this measure, or the form is from before your last log-in. What "
        "you typed is kept in this browser and can be copied."
    )
    typed_fields = labels_of(ReportForm, "effective_on", *TEXTS, *TYPED_EVIDENCE)

    def initial_values(self, report: Report | None) -> dict[str, Any]:
        initial = super().initial_values(report)
        if report is not None and report.against_status != self.subject.status:
            # Both are shown, so whoever saves from here on has been told.
            self.refusal = StatusMoved(report.against_status, self.subject.status)
            initial["against_status"] = self.subject.status
        return initial

    def hand_in(self, form: ReportForm, report: Report) -> None:
        confirms_no_problem = form.cleaned_data["confirms_no_problem"]
        submit_report(report, by=self.user, confirms_no_problem=confirms_no_problem, answers=self.answers)

    def doubts_about(self, report: Report) -> list[Doubt]:
        return report_doubts(report)

    def refuse(self, form: DraftForm, refusal: NotAllowed) -> None:
        super().refuse(form, refusal)
        if isinstance(refusal, StatusMoved):
            form.set_value("against_status", refusal.current)

    def says_the_same(self, form: DraftForm, report: Report) -> bool:
        shown = form_values(report)
        return all(form.cleaned_data[name] == shown[name] for name in ("status", *TEXTS))

    @cached_property
    def last_report(self) -> Report | None:
        last: Report | None = self.accepted_reports().first()
        return last

    def accepted_reports(self) -> Any:
        """Return the reports up to the form's month, the newest first."""
        reports = self.subject.reports.accepted().filter(period__lte=self.month)
        return reports.order_by("-period", "-submitted_on", "-pk")

    def first_values(self) -> dict[str, Any]:
        """Return the values of a form that nobody has written in: the current status, and the texts of the department's
        last report, in the reader's language. "No change" says that those before it stand."""
        current, own = self.subject.status, self.accepted_reports().filter(department=self.subject.lead_department_id)
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

    @property
    def has_quick_answer(self) -> bool:
        """One that is overdue says why nothing has changed."""
        status = self.subject.status
        return not is_completion(status) and not is_overdue(due_on=self.subject.due_on, status=status, on=today())

    def subject_context(self, report: Report | None, form: FormContext | None) -> ReportContext:
        last, new_form = self.last_report, form.form if form is not None and form.is_new else None
        accepted = last if last is not None and last.period == self.month else None
        return ReportContext(
            measure=self.subject,
            last=last,
            discard_url=self.address("measures:discard"),
            required_when=_("Required with “completed”"),
            is_completed=is_completion(self.subject.status),
            is_filled_in=new_form is not None and any(map(new_form.initial.get, TEXTS)),
            may_report_no_change=new_form is not None and accepted is None and self.has_quick_answer,
            accepted=accepted,
            moved=self.refusal if isinstance(self.refusal, StatusMoved) else None,
        )


class ReportEvidenceFile(EvidenceFile):
    permission = EVIDENCE_READERS
    model = Evidence
