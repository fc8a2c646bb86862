"""The records of who left the plan and returned, as the ledger has them: rows of their own; a withdrawal alone may also
stand in the row of the measure or project."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from core.clock import today
from core.scope import MEASURE_KINDS, PROJECT_KINDS, PlanScope, ScopeKind, ScopeKinds, scope_on, scope_window
from ledger.merging import Item, Merged
from ledger.rows import Key
from measures.models import ScopeChange
from measures.rules import successor_fault
from projects.models import ScopeChange as ProjectScopeChange


@dataclass(frozen=True)
class Scopes:
    """`sheet`: that of the rows. `column`: theirs that names whom they are about."""

    sheet: str
    column: str
    model: Any
    kinds: ScopeKinds


# By the sheet of whom they are about.
SCOPES: Mapping[str, Scopes] = {
    "measures": Scopes("scope_changes", "measure", ScopeChange, MEASURE_KINDS),
    "projects": Scopes("project_scope_changes", "project", ProjectScopeChange, PROJECT_KINDS),
}


@dataclass(frozen=True)
class Change:
    """A change as the rules of `core.scope` take one; `pk`: its number among those of one moment."""

    pk: int
    kind: str
    effective_on: date
    recorded_at: datetime


def as_changes(rows: list[Item]) -> list[Change]:
    """Rows without a kind or a day are left out: each is a fault of its own."""
    return [
        Change(row["number"], row["kind"], row["effective_on"], row["recorded_at"])
        for row in rows
        if row["kind"] is not None and row["effective_on"] is not None
    ]


def last_days(merged: Merged, sheet: str) -> dict[Key, date]:
    """Returns, for measures or projects that left or returned, the last day on which they did."""
    days: dict[Key, date] = {}
    for key, rows in merged.stories(SCOPES[sheet].sheet).items():
        known = [row["effective_on"] for row in rows if row["effective_on"]]
        if known:
            days[key] = max(known)
    return days


def leaving_items(merged: Merged, sheet: str) -> list[Item]:
    """Returns the items that the load withdraws without a row of its own that says so."""
    rows = merged.stories(SCOPES[sheet].sheet)
    return [
        item
        for item in merged.touched(sheet)
        if item["remove"] is not None
        and (item.site is None or item.site["remove"] is None)
        and scope_on(as_changes(rows.get(item.key, [])), on=today()) != PlanScope.WITHDRAWN
    ]


def check_scopes(merged: Merged) -> None:
    """Checks that each new row may follow the one before it, as `core.scope_changes.add_scope_change` has it."""
    for sheet, scopes in SCOPES.items():
        concerned = {item.key[:1] for item in merged.touched(scopes.sheet)}
        rows = merged.stories(scopes.sheet) if concerned else {}
        for key in concerned:
            subject = merged.items[sheet].get(key)
            if subject is not None and subject["listed_on"] is not None:
                for item, sentence in _faults(rows[key], subject["listed_on"], scopes.kinds):
                    merged.add_problem(item, *sentence)
    _check_successors(merged)


def _faults(rows: list[Item], listed_on: date, kinds: ScopeKinds) -> Iterator[tuple[Item, tuple[str, str]]]:
    before: list[Change] = []
    for row in rows:
        if row["kind"] is None or row["effective_on"] is None:
            return
        [change] = as_changes([row])
        scope = scope_on(before, on=date.max)
        first, last = scope_window(before, listed_on=listed_on, today=today())
        if ScopeKind(row["kind"]) not in kinds[scope]:
            yield row, ("kind", _("It is “%(scope)s” by then; this cannot follow.") % {"scope": scope.label})
        elif not first <= row["effective_on"] <= last:
            days = {"first": first, "last": last}
            yield row, ("effective_on", _("The day must lie between %(first)s and %(last)s.") % days)
        elif row["effective_on"] > row["recorded_at"].date():
            yield row, ("effective_on", _("The change is recorded before it takes effect."))
        before.append(change)


def _check_successors(merged: Merged) -> None:
    """Checks that whoever takes over from a measure may, as `measures.editing.scope.change_scope` has it: the file may
    bring the change, or have the one that takes over be listed later or leave."""
    stories = merged.stories("scope_changes")
    left_on = {item.key: item["removed_on"] or today() for item in leaving_items(merged, "measures")}
    for rows in stories.values():
        for item in rows:
            if _is_lasting(item, rows):
                _check_successors_of(item, merged, stories, left_on)


def _check_successors_of(
    item: Item, merged: Merged, stories: Mapping[Key, list[Item]], left_on: Mapping[Key, date]
) -> None:
    """`stories`: all changes by what they are about; `left_on`: the day of those that leave without such a row."""
    day = item["effective_on"]
    for code in item["successors"]:
        successor, changes = merged.items["measures"].get((code,)), stories.get((code,), [])
        if successor is None:
            continue
        is_in_plan = day < left_on.get((code,), date.max) and _is_in_plan(successor, changes, on=day)
        if fault := successor_fault(item["kind"], is_itself=code == item["measure"], is_in_plan=is_in_plan):
            at = next((each for each in (item, *reversed(changes), successor) if each.is_touched), None)
            words = {"code": code, "day": day}
            merged.add_problem(at, "successors" if at is item else "effective_on", fault % words)


def _is_in_plan(measure: Item, changes: list[Item], *, on: date) -> bool:
    listed_on = measure["listed_on"]
    return listed_on is not None and listed_on <= on and scope_on(as_changes(changes), on=on) == PlanScope.IN_PLAN


def _is_lasting(item: Item, rows: list[Item]) -> bool:
    """Returns whether a change holds at the end of its first day; `rows`: all about the same, in order."""
    days = [row["effective_on"] for row in rows[rows.index(item) :]]
    return None not in days and days.count(item["effective_on"]) == 1
