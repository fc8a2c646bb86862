"""What changes measures, their terms and their statuses; `measures.reports` is the life of their reports.

Each is all or nothing, says who, and signals the cells it touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import may_comment, may_review
from core.clock import now, today
from core.exceptions import NotAllowed
from core.signals import figures_changed
from core.statuses import MeasureStatus
from core.texts import MAX_TEXT_LENGTH, clean_text
from measures.models import Comment, Measure, Section, StatusChange, Term, TermsChange
from measures.rules import Change, correction_window, effective_changes, is_completion

Cell = tuple[int, int, int]


class Unchanged:
    """Says that a term is left as it is; None is a value: no due date."""


UNCHANGED = Unchanged()


def cell_of(measure: Measure) -> Cell:
    return (measure.section.plan_id, measure.section_id, measure.lead_department_id)


def send_figures_changed(*cells: Cell) -> None:
    figures_changed.send(sender=Measure, kind="measures", cells=set(cells))


def locked_measures() -> QuerySet[Measure]:
    """Measures, their rows locked in the order of their ids: decisions on one measure come one after the other.

    The section is read after the lock: joined to it, a measure that changed its section meanwhile would match neither
    section, and be missing.
    """
    return Measure.objects.select_for_update().prefetch_related("section").order_by("pk")


def lock_measure(measure_id: int) -> Measure:
    return locked_measures().get(pk=measure_id)


def lock_departments(*departments: Department, and_all_others: bool = False) -> list[Department]:
    """The departments as they are now, locked in the order of their ids: whoever merges crosswise waits.

    NO KEY: rows that refer to them may be added meanwhile. Departments are locked before measures.
    """
    rows = Department.objects.select_for_update(no_key=True)
    if not and_all_others:
        rows = rows.filter(pk__in=[each.pk for each in departments])
    found = {row.pk: row for row in rows.order_by("pk")}
    return [found[each.pk] for each in departments]


def check_not_merged(department: Department, *, field: str) -> None:
    if department.merged_into_id is not None:
        raise NotAllowed(
            _("This department has been merged into another; choose the one that does its work now."), field=field
        )


def mark_updated(measure: Measure) -> None:
    """After a change of its reports or status changes, which its row shows."""
    Measure.objects.filter(pk=measure.pk).mark_updated()


def load_changes(measure: Measure) -> list[Change]:
    """All status changes of a measure, as the rules take them."""
    return [
        Change(row.pk, row.status, row.effective_on, row.recorded_at, row.supersedes_id)
        for row in measure.status_changes.all()
    ]


def current_change(measure: Measure) -> Change:
    """The newest status change that nothing supersedes."""
    return effective_changes(load_changes(measure))[-1]


def next_recorded_at(rows: Sequence[Change]) -> datetime:
    """Now, but never before what is recorded already: a pinned day begins anew at midnight."""
    return max([now(), *(row.recorded_at for row in rows)])


def add_measure(measure: Measure, *, by: User | None, listed_on: date) -> Measure:
    """A new measure, with its first row: promoting, from the day it was listed."""
    with transaction.atomic():
        # It may have been merged while the form was open.
        (lead,) = lock_departments(measure.lead_department)
        measure.lead_department = lead.successor
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
        send_figures_changed(cell_of(measure))
    return measure


@transaction.atomic
def change_measure(measure: Measure, *, by: User) -> Measure:
    """Saves changed texts of a measure. Its terms and the day it was listed have services of their own."""
    stored = lock_measure(measure.pk)
    for name in ("listed_on", "due_on", "lead_department", "section"):
        setattr(measure, name, getattr(stored, name))
    measure.save()
    return measure


@transaction.atomic
def change_terms(
    measure: Measure,
    *,
    by: User,
    reason: str,
    due_on: date | Unchanged | None = UNCHANGED,
    lead_department: Department | Unchanged = UNCHANGED,
    section: Section | Unchanged = UNCHANGED,
) -> list[TermsChange]:
    """Moves a due date, or a measure to another department or section: by a reviewer, with a reason, on record.

    Returns a row for each term that really changed. Raises NotAllowed.
    """
    if not may_review(by):
        raise NotAllowed(_("You may not do this"))
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    if isinstance(lead_department, Department):
        (lead_department,) = lock_departments(lead_department)
        check_not_merged(lead_department, field="lead_department")
    measure = lock_measure(measure.pk)
    before = cell_of(measure)
    if isinstance(due_on, date) and due_on < measure.listed_on:
        listed = {"day": measure.listed_on}
        raise NotAllowed(_("The measure was listed on %(day)s; it cannot be due before.") % listed, field="due_on")
    if isinstance(section, Section) and section.plan_id != measure.section.plan_id:
        raise NotAllowed(_("The section belongs to another plan."), field="section")
    wanted = {Term.DUE_ON: due_on, Term.LEAD_DEPARTMENT: lead_department, Term.SECTION: section}
    changes = []
    for term, value in wanted.items():
        old = getattr(measure, term.value)
        if isinstance(value, Unchanged) or value == old:
            continue
        setattr(measure, term.value, value)
        changes.append(
            TermsChange(
                measure=measure,
                field=term,
                old_value=_as_text(old),
                new_value=_as_text(value),
                reason=reason,
                recorded_at=now(),
                recorded_by=by,
            )
        )
    if not changes:
        raise NotAllowed(_("Nothing was changed."))
    measure.save()
    TermsChange.objects.bulk_create(changes)
    send_figures_changed(before, cell_of(measure))
    return changes


def _as_text(value: date | Department | Section | None) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value.slug


@dataclass(frozen=True)
class Holdings:
    """How much belongs to a department: measures that it leads, measures that it takes part in, and people."""

    led: int
    joined: int
    people: int


def count_holdings(department: Department) -> Holdings:
    return Holdings(department.led_measures.count(), department.joined_measures.count(), department.users.count())


@transaction.atomic
def merge_departments(source: Department, *, into: Department, by: User, reason: str) -> Holdings:
    """Makes a department part of another, for good: by a reviewer, with a reason, on record. Returns what went along.

    Everything that refers to `source` refers to `into` afterwards; reports stay with their measures. The number of
    statements does not grow with the measures. Raises NotAllowed.
    """
    if not may_review(by):
        raise NotAllowed(_("You may not do this"))
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    if source == into:
        raise NotAllowed(_("A department cannot be merged into itself."), field="into")
    # Whatever was merged into it before goes along, and who merges that now may hold one that is wanted here.
    source, into = lock_departments(source, into, and_all_others=True)
    if source.merged_into_id is not None:
        raise NotAllowed(_("This department has been merged already."))
    check_not_merged(into, field="into")
    # Those that it takes part in are written too: two mergers at once must come upon the same measures in one order.
    joined_by_source = Q(pk__in=_joins().filter(department=source).values("measure"))
    touched = locked_measures().filter(Q(lead_department=source) | joined_by_source)
    led = [measure for measure in touched if measure.lead_department_id == source.pk]
    before = {cell_of(measure) for measure in led}
    TermsChange.objects.bulk_create(
        TermsChange(
            measure=measure,
            field=Term.LEAD_DEPARTMENT,
            old_value=_as_text(source),
            new_value=_as_text(into),
            reason=reason,
            recorded_at=now(),
            recorded_by=by,
        )
        for measure in led
    )
    joined = _join_instead(source, into, by=by)
    Measure.objects.filter(lead_department=source).update(lead_department=into)
    people = User.objects.filter(department=source).update(department=into)
    # Who was merged into it before: their addresses still lead to a department that stands.
    Department.objects.filter(merged_into=source).update(merged_into=into)
    source.merged_into, source.merged_on = into, today()
    source.save(update_fields=["merged_into", "merged_on"])
    # A department that leads nothing has no change of terms to say who merged it and why.
    LogEntry.objects.log_create(
        source,
        action=LogEntry.Action.UPDATE,
        actor=by,
        changes={"merged_into": ["None", str(into.pk)]},
        additional_data={"reason": reason},
    )
    if before:
        send_figures_changed(*before, *((plan, section, into.pk) for plan, section, _lead in before))
    return Holdings(len(led), joined, people)


def _joins() -> Any:
    """Which department takes part in which measure."""
    return Measure.participating_departments.through._default_manager


def _join_instead(source: Department, into: Department, *, by: User) -> int:
    """`into` takes part where `source` did, once, and not where it leads; `source` still leads what it led.

    Returns in how many measures `source` took part. What was so before is in the log of the measures.
    """
    joins = _joins()
    both = joins.filter(department__in=(source, into)).values_list("measure", "department")
    before = set(both.all())
    joins.filter(
        Q(measure__lead_department__in=(source, into), department=source)
        | Q(measure__lead_department=source, department=into)
        | Q(measure__in=joins.filter(department=into).values("measure"), department=source)
    ).delete()
    joins.filter(department=source).update(department=into)
    after = set(both.all())
    others = {measure for measure, _department in before ^ after}
    Measure.objects.filter(pk__in=others).mark_updated()
    measures = Measure.objects.in_bulk(others)
    names = {each.pk: str(each) for each in (source, into)}
    LogEntry.objects.bulk_create(
        LogEntry(
            content_type=ContentType.objects.get_for_model(Measure),
            object_pk=str(measure),
            object_id=measure,
            object_repr=str(measures[measure]),
            action=LogEntry.Action.UPDATE,
            actor=by,
            changes={
                "participating_departments": {"type": "m2m", "operation": operation, "objects": [names[department]]}
            },
        )
        for operation, rows in (("delete", before - after), ("add", after - before))
        for measure, department in sorted(rows)
    )
    return sum(department == source.pk for _measure, department in before)


@transaction.atomic
def add_comment(measure: Measure, *, by: User, text: str) -> Comment:
    """What the lead, a participating department or the office says about a measure."""
    participating = list(measure.participating_departments.values_list("pk", flat=True))
    if not may_comment(by, lead=measure.lead_department_id, participating=participating):
        raise NotAllowed(_("You may not do this"))
    text = clean_text(text, field="text", max_length=MAX_TEXT_LENGTH, if_empty=_("This field is required"))
    return Comment.objects.create(measure=measure, text=text, written_at=now(), written_by=by)


@transaction.atomic
def move_listing(measure: Measure, *, by: User, listed_on: date) -> Measure:
    """Moves the day a measure counts from; its first row moves with it.

    Raises NotAllowed when a later row would come to stand before it, or the day is after today.
    """
    # They name the measures that are listed. Before the measure: whoever links them holds them first, too.
    measure.projects.mark_updated()
    measure.indicators.mark_updated()
    measure = lock_measure(measure.pk)
    rows = effective_changes(load_changes(measure))
    if listed_on > today():
        raise NotAllowed(_("The day is in the future"))
    if len(rows) > 1 and effective_changes([replace(rows[0], effective_on=listed_on), *rows[1:]])[0].id != rows[0].id:
        raise NotAllowed(_("The measure already changed its status on %(day)s.") % {"day": rows[1].effective_on})
    if measure.due_on is not None and measure.due_on < listed_on:
        raise NotAllowed(_("The measure was due on %(day)s.") % {"day": measure.due_on})
    measure.listed_on = listed_on
    measure.save(update_fields=["listed_on"])
    StatusChange.objects.filter(pk=rows[0].id).update(effective_on=listed_on)
    send_figures_changed(cell_of(measure))
    return measure


@transaction.atomic
def correct_status(change: StatusChange, *, by: User, status: str, effective_on: date, reason: str) -> StatusChange:
    """Says that a row was wrong: adds a row that supersedes it; the wrong one stays visible and counts for no day."""
    measure = lock_measure(change.measure_id)
    if not may_review(by):
        raise NotAllowed(_("You may not do this"))
    reason = clean_text(reason, field="reason", if_empty=_("A correction needs a reason."))
    rows = load_changes(measure)
    wrong = next((row for row in effective_changes(rows) if row.id == change.pk), None)
    if wrong is None:
        raise NotAllowed(_("This row has already been corrected."))
    window = correction_window(rows, wrong, today=today())
    if window is None:
        raise NotAllowed(_("Another change follows on the same day, so this row counts for no day."))
    if not window[0] <= effective_on <= window[1]:
        days = {"first": window[0], "last": window[1]}
        raise NotAllowed(_("The day must lie between %(first)s and %(last)s.") % days)
    if wrong.id == effective_changes(rows)[0].id and status != MeasureStatus.PROMOTING:
        raise NotAllowed(_("The first status of a measure is “being promoted”."))
    correction = StatusChange.objects.create(
        measure=measure,
        old_status=change.status,
        status=status,
        effective_on=effective_on,
        recorded_at=next_recorded_at(rows),
        recorded_by=by,
        supersedes=change,
        reason_zh=reason,
        provenance=change.provenance,
        source=change.source,
    )
    StatusChange.objects.filter(pk=change.pk).mark_updated()
    mark_updated(measure)
    send_figures_changed(cell_of(measure))
    return correction


@transaction.atomic
def reopen_measure(measure: Measure, *, by: User, status: str, effective_on: date, reason: str) -> StatusChange:
    """Says that a completed measure is no longer so: adds a row that supersedes nothing."""
    measure = lock_measure(measure.pk)
    if not may_review(by):
        raise NotAllowed(_("You may not do this"))
    reason = clean_text(reason, field="reason", if_empty=_("Going back from completed needs a reason"))
    rows = load_changes(measure)
    current = effective_changes(rows)[-1]
    if not is_completion(current.status) or is_completion(status):
        raise NotAllowed(_("Only a completed measure can be reopened."))
    if not current.effective_on <= effective_on <= today():
        raise NotAllowed(
            _("The day must lie between %(first)s and %(last)s.") % {"first": current.effective_on, "last": today()}
        )
    change = StatusChange.objects.create(
        measure=measure,
        old_status=current.status,
        status=status,
        effective_on=effective_on,
        recorded_at=next_recorded_at(rows),
        recorded_by=by,
        reason_zh=reason,
        provenance=measure.provenance,
        source=measure.source,
    )
    mark_updated(measure)
    send_figures_changed(cell_of(measure))
    return change
