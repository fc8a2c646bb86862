"""Services that change measures: locks and cells that all services share, new measures, their texts, comments.

Terms, mergers and corrections are in `measures.editing`, the life of reports in `measures.reports`. Each service is all
or nothing, says who (`by`), and signals the cells that it touched.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import may_comment
from core.bounds import check_columns
from core.clock import now
from core.codes import next_position
from core.exceptions import NotAllowed
from core.published import explain_change
from core.signals import action, figures_changed
from core.statuses import MeasureStatus
from core.texts import MAX_TEXT_LENGTH, clean_text
from measures.models import Comment, Measure, MeasureEvent, StatusChange
from measures.rules import Change, effective_changes

Cell = tuple[int, int, int]


def cell_of(measure: Measure) -> Cell:
    return (measure.plan_id, measure.section_id, measure.lead_department_id)


def send_figures_changed(*cells: Cell) -> None:
    figures_changed.send(sender=Measure, kind="measures", cells=set(cells))


def locked_measures() -> QuerySet[Measure]:
    """Measures, locked in the order of their ids: decisions on one measure wait for each other."""
    return Measure.objects.select_for_update().order_by("pk")


def lock_measure(measure_id: int) -> Measure:
    return locked_measures().get(pk=measure_id)


def lock_department(department: Department) -> Department:
    """The row as it is now. NO KEY: others may still add rows that refer to it. Lock departments before measures."""
    locked: Department = Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    return locked


def check_not_merged(department: Department, *, field: str) -> None:
    if department.is_merged:
        raise NotAllowed(
            _("This department has been merged into another; choose the one that does its work now."), field=field
        )


def mark_updated(measure: Measure) -> None:
    """Mark the measure as updated after a change of its reports or status changes, which its row shows."""
    Measure.objects.filter(pk=measure.pk).mark_updated()


def load_changes(measure: Measure) -> list[Change]:
    """All status changes of a measure, as the rules take them."""
    return [
        Change(row.pk, row.status, row.effective_on, row.recorded_at, row.supersedes_id, row.restates)
        for row in measure.status_changes.all()
    ]


def current_change(measure: Measure) -> Change:
    """The newest status change that nothing supersedes."""
    return effective_changes(load_changes(measure))[-1]


def next_recorded_at(rows: Sequence[Change]) -> datetime:
    """Now, but not before what is recorded already: the clock of a pinned day starts again at midnight."""
    return max([now(), *(row.recorded_at for row in rows)])


@transaction.atomic
def add_measure(measure: Measure, *, by: User | None, listed_on: date) -> Measure:
    """A new measure of its section's plan, with its first change: promoting, from the day it was listed."""
    # It may have been merged while the form was open.
    measure.lead_department = lock_department(measure.lead_department).successor
    measure.plan, measure.listed_on = measure.section.plan, listed_on
    check_columns(measure, "code", "listed_on", "due_on")
    measure.position = next_position(Measure.objects.in_plan(measure.plan_id))
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
    send_figures_changed(cell_of(measure))
    return measure


@transaction.atomic
def change_measure(measure: Measure, *, by: User, reason: str = "", source: str = "") -> Measure:
    """Saves changed texts of a measure; terms, owners and the day it was listed are left as they are stored. Raises
    NotAllowed where a published one changes without reason and source."""
    stored = lock_measure(measure.pk)
    for name in ("plan", "listed_on", "due_on", "due_text", "lead_department", "section", "owner_id", "deputy_id"):
        setattr(measure, name, getattr(stored, name))
    explain_change(measure, stored, reason=reason, source=source)
    measure.save()
    return measure


@transaction.atomic
def add_comment(measure: Measure, *, by: User, text: str) -> Comment:
    """Add a comment of the lead, a participating department or the office about a measure."""
    # As it is now: it may have been given to another department since the page was opened.
    measure = lock_measure(measure.pk)
    participating = list(measure.participating_departments.values_list("pk", flat=True))
    if not may_comment(by, lead=measure.lead_department_id, participating=participating):
        raise NotAllowed(_("You may not do this"))
    text = clean_text(text, field="text", max_length=MAX_TEXT_LENGTH, if_empty=_("This field is required"))
    comment = Comment.objects.create(measure=measure, text=text, written_at=now(), written_by=by)
    action.send(Measure, target=measure, verb=MeasureEvent.COMMENT, by=by)
    return comment
