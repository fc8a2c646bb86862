"""Measures that leave their plan and return: suspended, withdrawn, resumed. By a reviewer, with a reason, on record."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.exceptions import NotAllowed
from core.scope import MEASURE_KINDS, OUT_KINDS, ScopeKind
from core.scope_changes import add_scope_change
from core.signals import action
from measures.models import Measure, ScopeChange
from measures.rules import successor_fault
from measures.services import cell_of, locked_measures, send_figures_changed


@transaction.atomic
def change_scope(
    measure: Measure,
    kind: ScopeKind,
    *,
    by: User,
    effective_on: date,
    reason: str,
    successors: Iterable[Measure] = (),
) -> ScopeChange:
    """Suspend, withdraw or resume a measure: from the day on it counts nowhere and owes nothing, or does so again. One
    that was added by mistake is withdrawn from its first day. `successors`: which carry on what a withdrawn one was to
    do: it is merged into the one, or split into the several; resuming it ends that.

    Raises NotAllowed, with the field at fault.
    """
    check_reviewer(by)
    # They name the measures that are in the plan. Before the measure: whoever links them holds them first, too.
    measure.projects.mark_updated()
    measure.indicators.mark_updated()
    named = {each.pk for each in successors}
    # Together: two that are merged into each other at once wait for each other.
    before = ScopeChange.successors.through._default_manager.filter(scopechange__measure=measure)
    locked = locked_measures().filter(Q(pk__in={measure.pk, *named}) | Q(pk__in=before.values("measure"))).in_bulk()
    measure = locked[measure.pk]
    row: ScopeChange = add_scope_change(
        measure, kind, kinds=MEASURE_KINDS, by=by, effective_on=effective_on, reason=reason
    )
    if kind in OUT_KINDS:
        _check_takes_over_later(measure, effective_on)
    followers = [each for pk, each in locked.items() if pk in named]
    _check_successors(row, followers)
    row.successors.set(followers)
    action.send(Measure, target=measure, verb=kind, by=by)
    # The pages of both show it.
    Measure.objects.filter(pk__in=locked).mark_updated()
    send_figures_changed(cell_of(measure))
    return row


def _check_takes_over_later(measure: Measure, leaves_on: date) -> None:
    """Check that a measure does not leave on or before a day on which it takes over from another: so there are no
    circles either."""
    change = measure.predecessor_changes.lasting().filter(effective_on__gte=leaves_on).first()
    if change is not None:
        words = {"code": change.measure.code, "day": change.effective_on}
        raise NotAllowed(
            _("It takes over from %(code)s on %(day)s, and can leave only after that day.") % words,
            field="effective_on",
        )


def _check_successors(change: ScopeChange, successors: Iterable[Measure]) -> None:
    inside = Measure.objects.in_plan(change.measure.plan_id).in_scope(change.effective_on)
    for each in successors:
        if fault := successor_fault(
            change.kind, is_itself=each == change.measure, is_in_plan=inside.filter(pk=each.pk).exists()
        ):
            words = {"code": each.code, "day": change.effective_on}
            raise NotAllowed(fault % words, field="successors")
