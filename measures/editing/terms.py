"""The terms of a measure: due date, lead department, section. They change by a reviewer, with a reason, on record."""

from dataclasses import replace
from datetime import date
from typing import TypedDict, Unpack, cast

from django.db import transaction
from django.db.models import Min, Q
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import check_reviewer
from core.bounds import check_columns
from core.clock import now, today
from core.exceptions import NotAllowed
from core.signals import action
from core.texts import clean_text
from measures.editing.due_day_doubts import doubts_about
from measures.models import Measure, MeasureEvent, Section, StatusChange, Term, TermsChange
from measures.rules import effective_changes, restating
from measures.services import (
    cell_of,
    check_not_merged,
    load_changes,
    lock_department,
    lock_measure,
    send_figures_changed,
)
from reporting.doubts import NO_ANSWERS, Answers, answered
from reporting.plausibility import limits
from reporting.services import return_report
from reporting.workflow import ReportState

TermValue = date | Department | Section | None


class Terms(TypedDict, total=False):
    """Terms to be changed; one that is left out stays. A `due_on` of None: no due date."""

    due_on: date | None
    lead_department: Department
    section: Section


@transaction.atomic
def change_terms(
    measure: Measure, *, by: User, reason: str, answers: Answers = NO_ANSWERS, **terms: Unpack[Terms]
) -> list[TermsChange]:
    """Moves a due date, or a measure to another department or section. `answers`: to the doubts about a new due date.

    Returns a row for each term that really changed. Raises NotAllowed, and Doubtful.
    """
    check_reviewer(by)
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    if "lead_department" in terms:
        terms["lead_department"] = lock_department(terms["lead_department"])
        check_not_merged(terms["lead_department"], field="lead_department")
    measure = lock_measure(measure.pk)
    _check_terms(measure, terms)
    if terms.get("due_on", measure.due_on) != measure.due_on:
        answered(doubts_about(terms["due_on"], limits(), ends_on=measure.plan.ends_on), answers)
    before = cell_of(measure)
    changes = []
    for name, new in cast(dict[str, TermValue], terms).items():
        term, old = Term(name), getattr(measure, name)
        if new != old:
            setattr(measure, name, new)
            changes.append(terms_change(measure, term, old, new, by=by, reason=reason))
    if not changes:
        raise NotAllowed(_("Nothing was changed."))
    if measure.due_on is not None:
        measure.due_text = ""
    if measure.lead_department_id != before[-1]:
        # They are people of the old one.
        measure.owner = measure.deputy = None
    measure.save()
    TermsChange.objects.bulk_create(changes)
    changed = {change.field for change in changes}
    if Term.LEAD_DEPARTMENT in changed:
        _hand_over(measure, before[-1], by=by, reason=reason)
    if Term.DUE_ON in changed:
        action.send(Measure, target=measure, verb=MeasureEvent.DUE_MOVED, by=by)
    send_figures_changed(before, cell_of(measure))
    return changes


def _hand_over(measure: Measure, old_lead: int, *, by: User, reason: str) -> None:
    """Hand the measure from its old lead department to the new one. What the old one wrote stays its own: reports that
    wait are returned to it with the reason, and the new lead begins with nothing."""
    measure.participating_departments.remove(old_lead, measure.lead_department_id)
    own = Q(department=old_lead) | Q(department__merged_into=old_lead)
    for report in measure.reports.filter(own, state=ReportState.SUBMITTED):
        return_report(report, by=by, note=reason)
    news = {old_lead: MeasureEvent.LEAD_TAKEN, measure.lead_department_id: MeasureEvent.LEAD_GIVEN}
    for department, event in news.items():
        action.send(Measure, target=measure, verb=event, by=by, department=department)


def _check_terms(measure: Measure, terms: Terms) -> None:
    due_on, section = terms.get("due_on"), terms.get("section")
    check_columns(Measure(due_on=due_on), "due_on")
    if due_on is not None and due_on < measure.listed_on:
        listed = {"day": measure.listed_on}
        raise NotAllowed(_("The measure was listed on %(day)s; it cannot be due before.") % listed, field="due_on")
    if section is not None and section.plan_id != measure.plan_id:
        raise NotAllowed(_("The priority area belongs to another plan."), field="section")


def terms_change(measure: Measure, term: Term, old: TermValue, new: TermValue, *, by: User, reason: str) -> TermsChange:
    """The row that keeps a change of terms, not yet saved."""
    return TermsChange(
        measure=measure,
        field=term,
        old_value=_as_text(old),
        new_value=_as_text(new),
        reason=reason,
        recorded_at=now(),
        recorded_by=by,
    )


def _as_text(value: TermValue) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value.slug


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
    same = {row.id for row in (rows[0], *restating(rows, rows[0]))}
    moved = effective_changes([replace(row, effective_on=listed_on) if row.id in same else row for row in rows])
    if {row.id for row in moved[: len(same)]} != same:
        day = rows[len(same)].effective_on
        raise NotAllowed(_("The measure already changed its status on %(day)s.") % {"day": day})
    _check_listed_before(measure, listed_on)
    if measure.due_on is not None and measure.due_on < listed_on:
        raise NotAllowed(_("The measure was due on %(day)s.") % {"day": measure.due_on})
    measure.listed_on = listed_on
    check_columns(measure, "listed_on")
    measure.save(update_fields=["listed_on"])
    StatusChange.objects.filter(pk__in=same).update(effective_on=listed_on)
    measure.status_changes.settle()
    send_figures_changed(cell_of(measure))
    return measure


def _check_listed_before(measure: Measure, listed_on: date) -> None:
    """Check that the measure is listed before it leaves the plan or takes over from another."""
    left_on = measure.scope_changes.aggregate(first=Min("effective_on"))["first"]
    if left_on is not None and listed_on > left_on:
        raise NotAllowed(_("The measure left the plan on %(day)s.") % {"day": left_on})
    took_over_on = measure.predecessor_changes.lasting().aggregate(first=Min("effective_on"))["first"]
    if took_over_on is not None and listed_on > took_over_on:
        raise NotAllowed(_("The measure takes over from another one on %(day)s.") % {"day": took_over_on})
