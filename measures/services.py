"""What changes measures, their statuses and reports.

Each is all or nothing, says who, and signals the cells it touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role, may_review
from measures.models import Evidence, Measure, Report, StatusChange
from measures.rules import Change, correction_window, is_completion, standing
from reporting.clock import now, today
from reporting.periods import month_of
from reporting.provenance import Provenance
from reporting.signals import figures_changed
from reporting.statuses import MeasureStatus
from reporting.workflow import MoveNotAllowed, ReportState, moves_from

Cell = tuple[int, int, int]
TEXTS = ("what_was_done", "problem", "next_step")


def cell_of(measure: Measure) -> Cell:
    return (measure.section.plan_id, measure.section_id, measure.lead_department_id)


def _signal(*cells: Cell) -> None:
    figures_changed.send(sender=Measure, kind="measures", cells=set(cells))


def _lock(measure_id: int) -> Measure:
    """The measure, its row locked: decisions on one measure come one after the other."""
    return Measure.objects.select_for_update(of=("self",)).select_related("section").get(pk=measure_id)


def history_of(measure: Measure) -> list[Change]:
    return [
        Change(row.pk, row.status, row.effective_on, row.recorded_at, row.supersedes_id)
        for row in measure.status_changes.all()
    ]


def _moment(rows: Sequence[Change]) -> datetime:
    """Now, but never before what is recorded already: a pinned day begins anew at midnight."""
    return max([now(), *(row.recorded_at for row in rows)])


def add_measure(measure: Measure, *, by: User | None, listed_on: date) -> Measure:
    """A new measure, with its first row: promoting, from the day it was listed."""
    with transaction.atomic():
        measure.listed_on = listed_on
        measure.save()
        StatusChange.objects.create(
            measure=measure,
            status=MeasureStatus.PROMOTING,
            effective_on=listed_on,
            recorded_at=now(),
            recorded_by=by,
            reason_zh="列入行动计划",
            reason_en="Listed in the action plan",
            provenance=measure.provenance,
            source=measure.source,
        )
        _signal(cell_of(measure))
    return measure


@transaction.atomic
def change_measure(measure: Measure, *, by: User) -> Measure:
    """Saves changed columns of a measure (section, lead, due day, texts); both cells hear of it."""
    stored = _lock(measure.pk)
    before = cell_of(stored)
    # The day it was listed moves with its first row alone: `move_listing`.
    measure.listed_on = stored.listed_on
    measure.save()
    _signal(before, cell_of(measure))
    return measure


@transaction.atomic
def move_listing(measure: Measure, *, by: User, listed_on: date) -> Measure:
    """Moves the day a measure counts from; its first row moves with it.

    Raises MoveNotAllowed when a later row would come to stand before it, or the day is after today.
    """
    measure = _lock(measure.pk)
    rows = standing(history_of(measure))
    if listed_on > today():
        raise MoveNotAllowed(_("The day is in the future"))
    if len(rows) > 1 and standing([replace(rows[0], effective_on=listed_on), *rows[1:]])[0].id != rows[0].id:
        raise MoveNotAllowed(_("The measure already changed its status on %(day)s.") % {"day": rows[1].effective_on})
    if measure.due_on is not None and measure.due_on < listed_on:
        raise MoveNotAllowed(_("The measure was due on %(day)s.") % {"day": measure.due_on})
    measure.listed_on = listed_on
    measure.save(update_fields=["listed_on"])
    StatusChange.objects.filter(pk=rows[0].id).update(effective_on=listed_on)
    _signal(cell_of(measure))
    return measure


@transaction.atomic
def file_report(
    measure: Measure,
    *,
    by: User,
    status: str,
    period: date | None = None,
    effective_on: date | None = None,
    texts: Mapping[str, str] | None = None,
    evidence: Sequence[Mapping[str, Any]] = (),
) -> Report:
    """A report of the lead department, submitted at once. `texts`: what_was_done, problem, next_step.

    Raises MoveNotAllowed: not the lead department, completion without evidence, an open report for the
    month, or an effective day that is after today or before the last change.
    """
    measure = _lock(measure.pk)
    day = today()
    if by.role != Role.REPORTER or by.department_id != measure.lead_department_id:
        raise MoveNotAllowed(_("Only the lead department may report on this measure"))
    current = standing(history_of(measure))[-1]
    if current.status == MeasureStatus.COMPLETED and status != current.status:
        raise MoveNotAllowed(_("Going back from completed needs a reason"))
    if status != current.status and is_completion(status) and not evidence:
        raise MoveNotAllowed(_("Completion needs evidence"))
    if effective_on is not None and not current.effective_on <= effective_on <= day:
        raise MoveNotAllowed(
            _("The day must lie between %(first)s and %(last)s.") % {"first": current.effective_on, "last": day}
        )
    month = month_of(period or day)
    if month > day:
        raise MoveNotAllowed(_("The day is in the future"))
    if measure.reports.filter(period=month).exclude(state=ReportState.ACCEPTED).exists():
        raise MoveNotAllowed(_("There is an open report for this month already."))
    report = Report.objects.create(
        measure=measure,
        period=month,
        status=status,
        against_status=current.status,
        effective_on=effective_on,
        state=ReportState.SUBMITTED,
        submitted_on=day,
        submitted_at=now(),
        submitted_by=by,
        # What a department files on a site is its own statement, but no published source.
        provenance=Provenance.ILLUSTRATIVE,
        **{f"{name}_zh": (texts or {}).get(name, "") for name in TEXTS},
    )
    for item in evidence:
        Evidence.objects.create(report=report, **item)
    return report


def _check_decision(report: Report, *, by: User, move: str) -> None:
    """Reads the report anew and checks the table of moves; the caller holds the measure's lock."""
    if not may_review(by):
        raise MoveNotAllowed(_("You may not do this"))
    report.refresh_from_db()
    if move not in {each.name for each in moves_from(report.state, role="reviewer")}:
        raise MoveNotAllowed(_("This report has already been reviewed"))


def _save_decision(report: Report, state: ReportState, *, by: User, note: str) -> None:
    report.state = state
    report.decided_at = now()
    report.decided_on = report.decided_at.date()
    report.decided_by = by
    report.decision_note = note
    report.save()


@transaction.atomic
def accept_report(report: Report, *, by: User, note: str = "") -> StatusChange | None:
    """Accepts a submitted report and writes its status change; None where the status stays as it is.

    Raises MoveNotAllowed, and changes nothing, when somebody decided before, or the status has changed since.
    """
    measure = _lock(report.measure_id)
    _check_decision(report, by=by, move="accept")
    rows = history_of(measure)
    current = standing(rows)[-1]
    if current.status != report.against_status:
        raise MoveNotAllowed(_("The status has changed since you began this report"))
    _save_decision(report, ReportState.ACCEPTED, by=by, note=note)
    change = None
    if report.status != current.status:
        wanted = report.effective_on or report.submitted_on
        assert wanted is not None
        change = StatusChange.objects.create(
            measure=measure,
            old_status=current.status,
            status=report.status,
            effective_on=max(wanted, current.effective_on),
            recorded_at=_moment(rows),
            recorded_by=by,
            report=report,
            reason_zh=report.what_was_done_zh[:300],
            reason_en=report.what_was_done_en[:400],
            provenance=report.provenance,
            source=report.source,
        )
    _signal(cell_of(measure))
    return change


@transaction.atomic
def return_report(report: Report, *, by: User, note: str) -> Report:
    """Returns a submitted report to its department with words."""
    _lock(report.measure_id)
    if not note.strip():
        raise MoveNotAllowed(_("Please say why the report is returned"))
    _check_decision(report, by=by, move="return")
    _save_decision(report, ReportState.RETURNED, by=by, note=note)
    return report


@transaction.atomic
def correct_status(change: StatusChange, *, by: User, status: str, effective_on: date, reason: str) -> StatusChange:
    """Says that a row was wrong: adds a row that supersedes it; the wrong one stays visible and counts for no day."""
    measure = _lock(change.measure_id)
    if not may_review(by):
        raise MoveNotAllowed(_("You may not do this"))
    if not reason.strip():
        raise MoveNotAllowed(_("A correction needs a reason."))
    rows = history_of(measure)
    wrong = next((row for row in standing(rows) if row.id == change.pk), None)
    if wrong is None:
        raise MoveNotAllowed(_("This row has already been corrected."))
    window = correction_window(rows, wrong, today=today())
    if window is None:
        raise MoveNotAllowed(_("Another change follows on the same day, so this row counts for no day."))
    if not window[0] <= effective_on <= window[1]:
        days = {"first": window[0], "last": window[1]}
        raise MoveNotAllowed(_("The day must lie between %(first)s and %(last)s.") % days)
    if wrong.id == standing(rows)[0].id and status != MeasureStatus.PROMOTING:
        raise MoveNotAllowed(_("The first status of a measure is “being promoted”."))
    correction = StatusChange.objects.create(
        measure=measure,
        old_status=change.status,
        status=status,
        effective_on=effective_on,
        recorded_at=_moment(rows),
        recorded_by=by,
        supersedes=change,
        reason_zh=reason,
        provenance=change.provenance,
        source=change.source,
    )
    _signal(cell_of(measure))
    return correction


@transaction.atomic
def reopen_measure(measure: Measure, *, by: User, status: str, effective_on: date, reason: str) -> StatusChange:
    """Says that a completed measure is no longer so: adds a row that supersedes nothing."""
    measure = _lock(measure.pk)
    if not may_review(by):
        raise MoveNotAllowed(_("You may not do this"))
    if not reason.strip():
        raise MoveNotAllowed(_("Going back from completed needs a reason"))
    rows = history_of(measure)
    current = standing(rows)[-1]
    if not is_completion(current.status) or is_completion(status):
        raise MoveNotAllowed(_("Only a completed measure can be reopened."))
    if not current.effective_on <= effective_on <= today():
        raise MoveNotAllowed(
            _("The day must lie between %(first)s and %(last)s.") % {"first": current.effective_on, "last": today()}
        )
    change = StatusChange.objects.create(
        measure=measure,
        old_status=current.status,
        status=status,
        effective_on=effective_on,
        recorded_at=_moment(rows),
        recorded_by=by,
        reason_zh=reason,
        provenance=measure.provenance,
        source=measure.source,
    )
    _signal(cell_of(measure))
    return change
