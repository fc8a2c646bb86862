"""Status changes by the reviewing office: a wrong one corrected, a completed measure reopened."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.clock import today
from core.exceptions import NotAllowed
from core.provenance import Provenance
from core.scope_changes import check_in_plan
from core.signals import action
from core.statuses import MeasureStatus
from core.texts import clean_text
from measures.models import Measure, MeasureEvent, StatusChange
from measures.rules import Change, correction_window, effective_changes, is_completion, restating
from measures.services import (
    cell_of,
    load_changes,
    lock_measure,
    mark_updated,
    next_recorded_at,
    send_figures_changed,
)


@transaction.atomic
def correct_status(change: StatusChange, *, by: User, status: str, effective_on: date, reason: str) -> StatusChange:
    """Says that a change was wrong: adds one that supersedes it. The wrong one stays visible and counts for no day."""
    measure = lock_measure(change.measure_id)
    check_reviewer(by)
    reason = clean_text(reason, field="reason", if_empty=_("A correction needs a reason."))
    changes = load_changes(measure)
    effective = effective_changes(changes)
    wrong = next((each for each in effective if each.id == change.pk), None)
    if wrong is None:
        raise NotAllowed(_("This row has already been corrected."))
    if wrong.restates:
        raise NotAllowed(_("This row only says again what the one before it says: correct that one."))
    window = correction_window(changes, wrong, today=today())
    if window is None:
        raise NotAllowed(_("Another change follows on the same day, so this row counts for no day."))
    _check_day(effective_on, *window)
    if wrong == effective[0] and status != MeasureStatus.PROMOTING:
        raise NotAllowed(_("The first status of a measure is “Under way”."))
    correction = _add_change(
        measure,
        changes,
        old_status=change.status,
        status=status,
        effective_on=effective_on,
        recorded_by=by,
        supersedes=change,
        reason_zh=reason,
        provenance=Provenance.REPORTED,
    )
    for again in restating(effective, wrong):
        restate(measure, StatusChange.objects.get(pk=again.id), as_in=correction, by=by, reason=reason)
    StatusChange.objects.filter(pk=change.pk).mark_updated()
    action.send(Measure, target=measure, verb=MeasureEvent.CORRECTED, by=by)
    return correction


def restate(
    measure: Measure, wrong: StatusChange, *, as_in: StatusChange | Change, by: User, reason: str
) -> StatusChange:
    """Replaces a row by one that says what another says."""
    row = StatusChange.objects.create(
        measure=measure,
        old_status=wrong.status,
        status=as_in.status,
        effective_on=as_in.effective_on,
        recorded_at=next_recorded_at(load_changes(measure)),
        recorded_by=by,
        supersedes=wrong,
        restates=True,
        reason_zh=reason,
        provenance=wrong.provenance,
        source=wrong.source,
    )
    StatusChange.objects.filter(pk=wrong.pk).mark_updated()
    return row


@transaction.atomic
def reopen_measure(measure: Measure, *, by: User, status: str, effective_on: date, reason: str) -> StatusChange:
    """Says that a completed measure is no longer so: adds a change that supersedes nothing."""
    measure = lock_measure(measure.pk)
    check_reviewer(by)
    check_in_plan(measure)
    reason = clean_text(reason, field="reason", if_empty=_("Going back from completed needs a reason"))
    changes = load_changes(measure)
    current = effective_changes(changes)[-1]
    if not is_completion(current.status) or is_completion(status):
        raise NotAllowed(_("Only a completed measure can be reopened."))
    _check_day(effective_on, current.effective_on, today())
    change = _add_change(
        measure,
        changes,
        old_status=current.status,
        status=status,
        effective_on=effective_on,
        recorded_by=by,
        reason_zh=reason,
        provenance=Provenance.REPORTED,
    )
    action.send(Measure, target=measure, verb=MeasureEvent.REOPENED, by=by)
    return change


def _check_day(day: date, first: date, last: date) -> None:
    if not first <= day <= last:
        raise NotAllowed(_("The day must lie between %(first)s and %(last)s.") % {"first": first, "last": last})


def _add_change(measure: Measure, changes: Sequence[Change], **columns: Any) -> StatusChange:
    """`changes`: those of the measure so far."""
    change = StatusChange.objects.create(measure=measure, recorded_at=next_recorded_at(changes), **columns)
    mark_updated(measure)
    send_figures_changed(cell_of(measure))
    return change
