"""The history of a measure or a project: who changed it, when, and from what to what."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from core.scope import ScopeKind
from core.statuses import MeasureStatus
from measures.editing.terms_history import term_rows
from measures.models import Measure, Plan, Term
from projects.models import AnnualPlan, AnnualPlanChange, Project
from projects.models import Term as ProjectTerm
from projects.terms_history import terms_history
from web.formats.money import format_exact_money
from web.formats.text import format_list, format_person

# Columns of the log that have rows of their own, which say more: of terms, and of the first status.
_TOLD_ELSEWHERE = {
    Measure: {*Term.values, "listed_on", "plan", "id"},
    Project: {*ProjectTerm.values, "plan", "id"},
}


class HistoryRow(NamedTuple):
    """A row of a history. `who`: None for the site itself, or for what was loaded from files. Empty texts: nothing."""

    at: datetime
    who: User | None
    what: str
    old: str
    new: str
    reason: str


def measure_history(measure: Measure) -> list[HistoryRow]:
    """Newest first: texts and participating departments, terms, statuses, leaving and returning, what it took over."""
    rows = [*_of_log(measure), *_of_terms(measure), *_of_statuses(measure), *_of_scope(measure)]
    rows += _of_predecessors(measure)
    return sorted(rows, key=lambda row: row.at, reverse=True)


def project_history(project: Project) -> list[HistoryRow]:
    """Newest first: what it says, terms, leaving and returning."""
    plans = project.annual_plans.all()
    rows = [*_of_log(project), *_of_project_terms(project), *_of_annual_plans(plans), *_of_scope(project)]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def annual_plan_history(plan: AnnualPlan) -> list[HistoryRow]:
    """Newest first: what was planned for the year before."""
    return sorted(_of_annual_plans([plan]), key=lambda row: row.at, reverse=True)


def current_plan_history() -> Iterator[HistoryRow]:
    """Newest first: which plan became the current one."""
    label = _label(Plan, "is_current")
    for entry in LogEntry.objects.get_for_model(Plan).filter(changes__is_current__1="True").select_related("actor"):
        reason = (entry.additional_data or {}).get("reason", "")
        yield HistoryRow(entry.timestamp, entry.actor, label, "", entry.object_repr, reason)


def _of_log(subject: Measure | Project) -> Iterator[HistoryRow]:
    model = type(subject)
    for entry in LogEntry.objects.get_for_object(subject).select_related("actor"):
        reason = (entry.additional_data or {}).get("reason", "")
        if entry.action == LogEntry.Action.CREATE:
            yield HistoryRow(entry.timestamp, entry.actor, pgettext("history", "Added"), "", "", reason)
            continue
        for name, change in (entry.changes or {}).items():
            if name not in _TOLD_ELSEWHERE[model]:
                yield HistoryRow(
                    entry.timestamp, entry.actor, _label(model, name), *_values(model, name, change), reason
                )


def _label(model: type[Measure | Project | Plan], name: str) -> str:
    try:
        return capfirst(str(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]  # it has one
    except FieldDoesNotExist:
        # Of a column that an earlier version had.
        return name


def _values(model: type[Measure | Project], name: str, change: Any) -> tuple[str, str]:
    if isinstance(change, Mapping):
        names = format_list(change["objects"])
        return (names, "") if change["operation"] == "delete" else ("", names)
    field: Any = model._meta.get_field(name) if hasattr(model, name) else None
    if field is not None and field.related_model is not None:
        return _names_of_rows(field.related_model, *change)
    choices = dict(field.flatchoices) if field is not None else {}
    old, new = ("" if each in (None, "None") else str(choices.get(each, each)) for each in change)
    return old, new


def _names_of_rows(model: Any, *keys: str | None) -> tuple[str, str]:
    """Returns the old and the new name of a region, category, department or person: the log has their keys."""
    rows = model.objects.in_bulk([int(key) for key in keys if key and key != "None"])
    name_of: Any = format_person if model is User else str
    old, new = (name_of(rows[int(key)]) if key and key != "None" else "" for key in keys)
    return old, new


def _of_terms(measure: Measure) -> Iterator[HistoryRow]:
    for row in term_rows(measure):
        change = row.change
        label = str(Term(change.field).label)
        yield HistoryRow(change.recorded_at, change.recorded_by, label, row.old, row.new, change.reason)


def _of_project_terms(project: Project) -> Iterator[HistoryRow]:
    for change, old, new in terms_history(project).rows:
        label = str(ProjectTerm(change.field).label)
        yield HistoryRow(change.recorded_at, change.recorded_by, label, old, new, change.reason)


def _of_annual_plans(plans: Iterable[AnnualPlan]) -> Iterator[HistoryRow]:
    changes = AnnualPlanChange.objects.filter(annual_plan__in=plans).select_related("annual_plan", "recorded_by")
    for change in changes:
        label = _("Annual plan %(year)s") % {"year": change.annual_plan.year}
        old, new = (format_exact_money(int(value)) for value in (change.old_value, change.new_value))
        yield HistoryRow(change.recorded_at, change.recorded_by, label, old, new, change.reason)


def _of_statuses(measure: Measure) -> Iterator[HistoryRow]:
    """Each from the day that it holds from: that is not the day on which it was recorded."""
    for change in measure.status_changes.select_related("recorded_by"):
        old = str(MeasureStatus(change.old_status).label) if change.old_status else ""
        day = change.effective_on.isoformat()
        new = _("%(status)s from %(day)s") % {"status": change.get_status_display(), "day": day}
        reason = change.reason_zh if change.report_id is None else ""
        yield HistoryRow(change.recorded_at, change.recorded_by, _("Status"), old, new, reason)


def _of_scope(subject: Measure | Project) -> Iterator[HistoryRow]:
    for change in subject.scope_changes.select_related("recorded_by"):
        day = change.effective_on.isoformat()
        status = change.successors_note or ScopeKind(change.kind).label
        new = _("%(status)s from %(day)s") % {"status": status, "day": day}
        label = pgettext("plan", "Scope")
        yield HistoryRow(change.recorded_at, change.recorded_by, label, "", new, change.reason)


def _of_predecessors(measure: Measure) -> Iterator[HistoryRow]:
    for change in measure.predecessor_changes.select_related("measure", "recorded_by"):
        words = {"code": change.measure.code, "day": change.effective_on.isoformat()}
        new = _("Takes over from %(code)s from %(day)s") % words
        label = pgettext("plan", "Scope")
        yield HistoryRow(change.recorded_at, change.recorded_by, label, "", new, change.reason)
