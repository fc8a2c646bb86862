"""The reports of measures: what lead departments and the reviewing office do with them.

Each service is all or nothing and says who. What is refused raises NotAllowed with a sentence for the person; nothing
of it is half-saved. What reports of anything have in common is in `reporting.services` and `reporting.evidence`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.exceptions import NotAllowed
from core.lights import is_overdue
from core.periods import month_of
from core.provenance import Provenance
from core.scope_changes import check_in_plan
from core.statuses import MeasureStatus
from core.texts import Text, text_columns
from measures.models import Measure, Report, StatusChange
from measures.report_checks import doubts_about, load_pasts
from measures.rules import NO_CHANGE, NO_CHANGE_EN, Change, effective_changes, is_completion, is_step_back
from measures.services import (
    cell_of,
    current_change,
    load_changes,
    lock_measure,
    mark_updated,
    next_recorded_at,
    send_figures_changed,
)
from reporting.doubts import NO_ANSWERS, Answers, Doubt, answered
from reporting.models import TEXTS
from reporting.plausibility import limits
from reporting.report_problems import (
    file_problem,
    open_problems,
    problem_columns,
    resolve_choice,
    why_no_answer,
)
from reporting.services import (
    apply_move,
    begin_decision,
    check_filer,
    check_move,
    lock_report,
    write_draft,
)
from reporting.workflow import OPEN_STATES
from web.errors import not_one_of


@dataclass(frozen=True)
class ReportData:
    """The values that a person filled in. `against_status`: the status that the form showed as the current one.

    `problem_choice`: a ProblemChoice, empty where nobody was asked; `about_problem`: the number of the problem that is
    still the same.
    """

    status: str
    against_status: str
    effective_on: date | None = None
    what_was_done: Text = ""
    problem: Text = ""
    next_step: Text = ""
    problem_choice: str = ""
    about_problem: int | None = None


class StatusMoved(NotAllowed):
    """The status of the measure changed after the report was begun: `was` then, `current` now."""

    def __init__(self, was: str, current: str) -> None:
        super().__init__(_("The status has changed since you began this report"), field="status")
        self.was = was
        self.current = current


def open_report(measure: Measure, period: date) -> Report | None:
    """The lead department's one report of the month that is a draft, submitted or returned."""
    lead = measure.lead_department_id
    return measure.reports.filter(period=period, department=lead, state__in=OPEN_STATES).first()


@transaction.atomic
def save_draft(
    measure: Measure, *, by: User, data: ReportData, period: date | None = None, version: int | None = None
) -> Report:
    """Makes the month's report, or saves what was typed into it; it need not be complete.

    `version` is that of the report that was being edited; None for a new one. Raises DraftChanged when another
    one stands in the database, and NotAllowed when the report is no longer the department's to edit.
    """
    measure = lock_measure(measure.pk)
    month = month_of(period or today())
    report = open_report(measure, month)
    if report is None:
        lead = measure.lead_department
        report = Report(measure=measure, department=lead, period=month, version=0, provenance=Provenance.REPORTED)
    check_filer(report, by)
    check_in_plan(measure)
    if month > today():
        raise NotAllowed(_("The day is in the future"), field="period")
    if month < month_of(measure.listed_on):
        raise NotAllowed(_("The measure was not yet listed in this month."), field="period")
    about = problem_columns(report, data.problem_choice, data.about_problem)
    write_draft(report, columns_of(data, report) | about, by=by, version=version)
    return report


def columns_of(data: ReportData, report: Report) -> dict[str, Any]:
    """Return the values that were filled in, cleaned, as columns of the report. Raises NotAllowed, with the field at
    fault."""
    texts: dict[str, str] = {}
    for name in TEXTS:
        texts |= text_columns(name, getattr(data, name), present=report)
    said, said_in_english = texts["what_was_done_zh"], texts["what_was_done_en"]
    if said == NO_CHANGE or (not said and said_in_english == NO_CHANGE_EN):
        # In both languages, whichever the form showed.
        texts |= {"what_was_done_zh": NO_CHANGE, "what_was_done_en": NO_CHANGE_EN}
    if data.status not in MeasureStatus.values or data.against_status not in MeasureStatus.values:
        raise NotAllowed(not_one_of(MeasureStatus.values), field="status")
    return {
        "status": data.status,
        "against_status": data.against_status,
        "effective_on": data.effective_on,
        **texts,
    }


@transaction.atomic
def submit_report(
    report: Report, *, by: User, confirms_no_problem: bool = False, answers: Answers = NO_ANSWERS
) -> Report:
    """Hands a draft or returned report to the office; a new problem comes on the list.

    `confirms_no_problem`: those that are open stand in the way no longer; `answers`: to the doubts about it. Raises
    NotAllowed, with the field at fault, and Doubtful.
    """
    lock_report(report)
    move = check_move(report, "submit", "resubmit", by=by)
    check_in_plan(report.measure)
    current, opened = current_change(report.measure), open_problems(report.measure, on=today())
    resolve_choice(report, opened)
    for refusal in why_incomplete(
        report,
        status=current.status,
        since=current.effective_on,
        has_evidence=report.evidence.exists,
        opened=opened,
        confirms_no_problem=confirms_no_problem,
    ):
        raise refusal
    report.answers = answered(report_doubts(report), answers)
    file_problem(report, by=by)
    apply_move(report, move.name, by=by)
    return report


def report_doubts(report: Report) -> list[Doubt]:
    """Return the doubts about a complete report."""
    return list(doubts_about(report, load_pasts([report.measure])[report.measure_id], limits()))


def why_incomplete(
    report: Report,
    *,
    status: str,
    since: date,
    has_evidence: Callable[[], bool],
    opened: Sequence[Any] = (),
    confirms_no_problem: bool = False,
) -> Iterator[NotAllowed]:
    """All that keeps a report from being submitted, each with the field at fault. `status`: the measure's current one,
    `since`: its first day; `opened`: the last steps of its open problems."""
    if not report.what_was_done_zh and not report.what_was_done_en:
        yield NotAllowed(_("This field is required"), field="what_was_done")
    if report.against_status != status:
        yield StatusMoved(report.against_status, status)
    if report.status != status:
        yield from _why_no_change_of_status(report, status, has_evidence=has_evidence)
    elif report.effective_on is not None:
        sentence = _("The status does not change: leave the day empty, or choose the new status.")
        yield NotAllowed(sentence, field="effective_on")
    elif report.what_was_done_zh == NO_CHANGE and _is_late(report) and not report.names_problem:
        yield NotAllowed(_("The measure is overdue: say under “Problems” why nothing has changed."), field="problem")
    if report.effective_on is not None:
        yield from _why_no_effective_day(report.effective_on, since=since)
    yield from why_no_answer(report, opened, is_confirmed=confirms_no_problem)


def _why_no_change_of_status(report: Report, before: str, *, has_evidence: Callable[[], bool]) -> Iterator[NotAllowed]:
    if is_completion(before):
        yield NotAllowed(_("Only the reviewing office reopens a completed measure."), field="status")
    if is_completion(report.status) and not has_evidence():
        yield NotAllowed(_("Completion needs evidence: a file, a link or a document number"), field="evidence")
    if is_step_back(before, report.status) and not report.names_problem:
        yield NotAllowed(_("A reversed status needs its reason: say here why."), field="problem")


def _is_late(report: Report) -> bool:
    return is_overdue(due_on=report.measure.due_on, status=report.status, on=today())


def _why_no_effective_day(day: date, *, since: date) -> Iterator[NotAllowed]:
    if day > today():
        yield NotAllowed(_("The day is in the future"), field="effective_on")
    if day < since:
        days = {"first": since, "last": today()}
        yield NotAllowed(_("The day must lie between %(first)s and %(last)s.") % days, field="effective_on")


@transaction.atomic
def accept_report(report: Report, *, by: User, note: str = "") -> StatusChange | None:
    """Accepts a submitted report and writes its status change; None where the status stays as it is.

    Raises NotAllowed, and changes nothing, when somebody decided before, or the status has changed since.
    """
    note = begin_decision(report, "accept", by=by, note=note)
    check_in_plan(report.measure)
    changes = load_changes(report.measure)
    current = effective_changes(changes)[-1]
    if current.status != report.against_status:
        raise StatusMoved(report.against_status, current.status)
    apply_move(report, "accept", by=by, note=note)
    change = None
    if report.status != current.status:
        change = _change_status(report, changes, by=by)
    mark_updated(report.measure)
    send_figures_changed(cell_of(report.measure))
    return change


def _change_status(report: Report, changes: Sequence[Change], *, by: User) -> StatusChange:
    current = effective_changes(changes)[-1]
    effective_on = report.effective_on or report.submitted_on
    assert effective_on is not None
    return StatusChange.objects.create(
        measure=report.measure,
        old_status=current.status,
        status=report.status,
        effective_on=max(effective_on, current.effective_on),
        recorded_at=next_recorded_at(changes),
        recorded_by=by,
        report=report,
        acceptance=report.status_changes.count() + 1,
        reason_zh=report.what_was_done_zh,
        reason_en=report.what_was_done_en,
        provenance=report.provenance,
        source=report.source,
    )
