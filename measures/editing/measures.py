"""Measures that the reviewing office adds, and their texts and participating departments."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import check_reviewer
from core.bounds import check_columns
from core.clock import today
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.provenance import Provenance
from core.signals import action
from core.statuses import MeasureStatus
from core.texts import clean_text
from measures.editing.due_day_doubts import doubts_about
from measures.models import Measure, MeasureEvent, Plan, Section, StatusChange
from measures.services import (
    add_measure,
    change_measure,
    check_not_merged,
    load_changes,
    lock_measure,
    next_recorded_at,
)
from reporting.doubts import NO_ANSWERS, Answers, answered
from reporting.plausibility import limits

# A measure may be added late, when it has shown results already.
FIRST_STATUSES = (MeasureStatus.PROMOTING, MeasureStatus.IN_PROGRESS)
TEXTS = ("title_zh", "title_en", "description_zh", "description_en", "target_zh", "target_en")


def measure_state(measure: Measure) -> State:
    """Return the values that the form of a measure holds."""
    texts = {name: as_state(getattr(measure, name)) for name in TEXTS}
    return {**texts, "participating_departments": as_state(measure.participating_departments.all())}


@transaction.atomic
def enter_measure(
    section: Section,
    *,
    by: User,
    code: str,
    lead_department: Department,
    participating_departments: Collection[Department],
    listed_on: date,
    due_on: date | None,
    texts: Mapping[str, str],
    first_status: str = MeasureStatus.PROMOTING,
    reached_on: date | None = None,
    reason: str = "",
    answers: Answers = NO_ANSWERS,
) -> Measure:
    """A measure that the office adds to the plan of the section, under way from the day that it is listed.

    `first_status`: one of FIRST_STATUSES. One that it has reached already holds from `reached_on`, or from its listing
    where that is None, and needs a reason. Completed is none: that needs evidence, which a report carries. `answers`:
    to the doubts about its due date.

    Raises NotAllowed, with the field at fault, and Doubtful.
    """
    check_reviewer(by)
    # Two at once wait for each other, so that the second finds the code taken.
    plan = Plan.objects.select_for_update(no_key=True).get(pk=section.plan_id)
    measure = Measure(section=section, code=code, lead_department=lead_department, due_on=due_on, **texts)
    check_columns(measure, "code")
    check_named(measure, "title")
    if Measure.objects.in_plan(plan).filter(code=code).exists():
        raise NotAllowed(_("The plan has a measure of this code already."), field="code")
    if listed_on > today():
        raise NotAllowed(_("The day is in the future"), field="listed_on")
    if due_on is not None and due_on < listed_on:
        raise NotAllowed(
            _("The measure was listed on %(day)s; it cannot be due before.") % {"day": listed_on}, field="due_on"
        )
    check_not_merged(lead_department, field="lead_department")
    _check_participating(participating_departments, lead=lead_department)
    _check_first_status(first_status, listed_on=listed_on, reached_on=reached_on, reason=reason)
    answered(doubts_about(due_on, limits(), ends_on=plan.ends_on), answers)
    add_measure(measure, by=by, listed_on=listed_on)
    if first_status != MeasureStatus.PROMOTING:
        _add_first_status(measure, first_status, by=by, reached_on=reached_on or listed_on, reason=reason)
    measure.participating_departments.set(participating_departments)
    action.send(Measure, target=measure, verb=MeasureEvent.LEAD_GIVEN, by=by, department=measure.lead_department_id)
    return measure


def _check_first_status(status: str, *, listed_on: date, reached_on: date | None, reason: str) -> None:
    if status == MeasureStatus.PROMOTING:
        if reached_on or reason:
            sentence = _("Choose “Progress made”, or leave its day and what it has reached empty.")
            raise NotAllowed(sentence, field="first_status")
        return
    if status not in FIRST_STATUSES:
        raise NotAllowed(_("“Completed” needs evidence: the lead department reports it."), field="first_status")
    if reached_on is not None and not listed_on <= reached_on <= today():
        days = {"first": listed_on, "last": today()}
        raise NotAllowed(_("The day must lie between %(first)s and %(last)s.") % days, field="reached_on")
    clean_text(reason, field="reason", if_empty=_("Say what it has reached: no report does."))


def _add_first_status(measure: Measure, status: str, *, by: User, reached_on: date, reason: str) -> None:
    """Record the first status in the transaction that adds the measure, which signals its cell."""
    StatusChange.objects.create(
        measure=measure,
        old_status=MeasureStatus.PROMOTING,
        status=status,
        effective_on=reached_on,
        recorded_at=next_recorded_at(load_changes(measure)),
        recorded_by=by,
        reason_zh=clean_text(reason, field="reason"),
        provenance=Provenance.REPORTED,
    )


@transaction.atomic
def change_texts(
    measure: Measure,
    *,
    by: User,
    opened: State,
    texts: Mapping[str, str],
    participating_departments: Collection[Department],
    reason: str = "",
    source: str = "",
) -> Measure:
    """Changes texts and participating departments of a measure whose form was opened with the state `opened`.

    Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason and source.
    """
    check_reviewer(by)
    stored = lock_measure(measure.pk)
    before = measure_state(stored)
    check_unchanged(opened, before)
    _check_participating(participating_departments, lead=stored.lead_department)
    wanted: dict[str, Any] = {**texts, "participating_departments": participating_departments}
    if all(as_state(value) == before[name] for name, value in wanted.items()):
        raise NotAllowed(_("Nothing was changed."))
    for name, text in texts.items():
        setattr(stored, name, text)
    check_named(stored, "title")
    change_measure(stored, by=by, reason=reason, source=source)
    stored.participating_departments.set(participating_departments)
    return stored


def _check_participating(departments: Collection[Department], *, lead: Department) -> None:
    if lead in departments:
        raise NotAllowed(
            _("The lead department does not take part besides: take it off the list."),
            field="participating_departments",
        )
    for each in departments:
        check_not_merged(each, field="participating_departments")
