"""Measures that leave their plan and return: suspended, withdrawn, resumed. By a reviewer, with a reason, on record."""

from datetime import date

from django.db import transaction

from accounts.models import User
from accounts.permissions import check_reviewer
from core.scope import MEASURE_KINDS, ScopeKind
from core.scope_changes import add_scope_change
from core.signals import action
from measures.models import Measure, ScopeChange
from measures.services import cell_of, lock_measure, mark_updated, send_figures_changed


@transaction.atomic
def change_scope(measure: Measure, kind: ScopeKind, *, by: User, effective_on: date, reason: str) -> ScopeChange:
    """Suspend, withdraw or resume a measure: from the day on it counts nowhere and owes nothing, or does so again. One
    that was added by mistake is withdrawn from its first day.

    Raises NotAllowed, with the field at fault.
    """
    check_reviewer(by)
    # They name the measures that are in the plan. Before the measure: whoever links them holds them first, too.
    measure.projects.mark_updated()
    measure.indicators.mark_updated()
    measure = lock_measure(measure.pk)
    row: ScopeChange = add_scope_change(
        measure, kind, kinds=MEASURE_KINDS, by=by, effective_on=effective_on, reason=reason
    )
    action.send(Measure, target=measure, verb=kind, by=by)
    mark_updated(measure)
    send_figures_changed(cell_of(measure))
    return row
