"""Acceptances that the reviewing office takes back: on the same day, with a reason, while nothing rests on them."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import NotAllowed
from measures.editing.corrections import restate
from measures.models import Report, StatusChange
from measures.rules import Change, effective_changes
from measures.services import cell_of, load_changes, mark_updated, send_figures_changed
from reporting.services import apply_move, begin_decision
from reporting.workflow import FILED_STATES
from web.formats.dates import format_month


@transaction.atomic
def undo_acceptance(report: Report, *, by: User, note: str) -> Report:
    """Makes an accepted report wait for its review again. Nothing is deleted: its status change is replaced by a row
    that says again what was in force before. Raises NotAllowed where something rests on the acceptance."""
    note = begin_decision(report, "undo_acceptance", by=by, note=note)
    measure, changes = report.measure, load_changes(report.measure)
    change = report.status_changes.filter(superseded_by=None).first()
    _check_nothing_rests(report, change, changes)
    apply_move(report, "undo_acceptance", by=by, note=note)
    if change is not None:
        restate(measure, change, as_in=effective_changes(changes)[-2], by=by, reason=note)
    mark_updated(measure)
    send_figures_changed(cell_of(measure))
    return report


def _check_nothing_rests(report: Report, change: StatusChange | None, changes: Sequence[Change]) -> None:
    accepted_at = report.decided_at
    if accepted_at is None:
        raise NotAllowed(_("Nobody is known to have accepted this report: it came with a data set."))
    if report.department_id != report.measure.lead_department_id:
        raise NotAllowed(_("Another department leads the measure now."))
    if any(row.recorded_at >= accepted_at and (change is None or row.id != change.pk) for row in changes):
        raise NotAllowed(_("The status of the measure has changed since: correct it instead."))
    others = report.measure.reports.exclude(pk=report.pk)
    if others.open().filter(department=report.department_id, period=report.period).exists():
        raise NotAllowed(_("The department has begun another report for this month."))
    since = Q(period__gt=report.period) | Q(submitted_at__gt=accepted_at) | Q(decided_at__gt=accepted_at)
    later = others.filter(since, state__in=FILED_STATES).first()
    if later is not None:
        raise NotAllowed(_("The report for %(month)s rests on it.") % {"month": format_month(later.period)})
