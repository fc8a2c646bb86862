"""The rollup engine: stored counts of the finest cells of today, always recomputed from source.

One queryset per table (`measures.cells`, `projects.cells`) groups rows into cells for a day. The
refresh, past days and the verification all count with it, so they cannot disagree by rule.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from dashboard.models import MeasureRollup, ProjectRollup, Rollup, RollupRun, StaleCell
from measures.models import Plan, StatusChange
from projects.models import Project
from reporting.clock import now
from reporting.lights import thresholds

Key = tuple[int | str, ...]
Counts = dict[str, int]

# Marks taken in one transaction: enough for a busy second, few enough for one statement a table.
BATCH = 200


@dataclass(frozen=True)
class Table:
    """A stored table: `key` names its key columns, `paths` the same columns as the counting query names them."""

    kind: str
    model: type[Rollup]
    key: tuple[str, ...]
    paths: tuple[str, ...]
    counts: tuple[str, ...]
    count: Callable[[date], QuerySet[Any, Any]]

    @property
    def columns(self) -> list[str]:
        """The key as attributes of a stored row: foreign keys by id."""
        fields = {field.name: field.attname for field in self.model._meta.concrete_fields}
        return [fields[name] for name in self.key]

    def key_of(self, row: Any) -> Key:
        return tuple(getattr(row, column) for column in self.columns)

    def matching(self, keys: Collection[Key], names: Iterable[str]) -> Q:
        names = list(names)
        condition = Q(pk__in=[])
        for key in keys:
            condition |= Q(**dict(zip(names, key, strict=True)))
        return condition

    def fresh(self, day: date, *, keys: Collection[Key] | None = None, plan_id: int | None = None) -> dict[Key, Counts]:
        """The cells of a day counted from source: all, those of one plan, or those with the given keys."""
        rows = self.count(day)
        if plan_id is not None:
            rows = rows.filter(**{self.paths[0]: plan_id})
        if keys is not None:
            rows = rows.filter(self.matching(keys, self.paths))
        return {
            tuple(row[path] for path in self.paths): {name: row[name] for name in self.counts}
            for row in rows.iterator()
        }


TABLES: Mapping[str, Table] = {
    "measures": Table(
        kind="measures",
        model=MeasureRollup,
        key=("plan", "section", "lead_department"),
        paths=("measure__section__plan", "measure__section", "measure__lead_department"),
        counts=("total", "promoting", "in_progress", "completed", "due", "green", "yellow", "red"),
        count=lambda day: StatusChange.objects.cells(day, limits=thresholds()),
    ),
    "projects": Table(
        kind="projects",
        model=ProjectRollup,
        key=("plan", "city", "category", "stage"),
        paths=("plan", "city", "category", "stage"),
        counts=("total", "investment"),
        count=lambda day: Project.objects.cells(day),
    ),
}


def mark(kind: str, cells: Iterable[Key]) -> None:
    """Marks cells stale, in the transaction of the change that touched them."""
    at = now()
    StaleCell.objects.bulk_create(
        [StaleCell(kind=kind, key=list(cell), marked_at=at) for cell in sorted(cells, key=str)]
    )


def is_of(day: date) -> bool:
    """Whether every stored cell speaks of the day."""
    return not any(table.model._default_manager.exclude(as_of=day).exists() for table in TABLES.values())


def _lock_plans(plan_ids: Collection[int | str]) -> None:
    """One refresh of a plan at a time: what is computed under the lock cannot be overwritten by an older count.

    NO KEY: rows that refer to the plan may be added meanwhile.
    """
    list(Plan.objects.select_for_update(no_key=True).filter(pk__in=plan_ids).order_by("pk").values_list("pk"))


def _write(table: Table, keys: Collection[Key] | None, *, day: date, run: RollupRun) -> int:
    """Recomputes the cells of `keys` (None: all) and writes them with one upsert; a cell that became empty goes."""
    fresh = table.fresh(day, keys=keys)
    rows = [
        table.model(
            **dict(zip(table.columns, key, strict=True)),
            **counts,
            as_of=day,
            computed_at=run.started_at,
            run=run,
        )
        for key, counts in sorted(fresh.items(), key=str)
    ]
    table.model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=list(table.key),
        update_fields=[*table.counts, "as_of", "computed_at", "run"],
        batch_size=500,
    )
    if keys is None:
        table.model._default_manager.exclude(run=run).delete()
        return len(rows)
    gone = set(keys) - set(fresh)
    if gone:
        table.model._default_manager.filter(table.matching(gone, table.columns)).delete()
    return len(keys)


def refresh_batch(*, day: date) -> int:
    """Takes a batch of marks, recomputes their cells, writes them and clears the marks: one transaction.

    Returns the number of cells written; 0 when nothing waits.
    """
    with transaction.atomic():
        # Marks another worker has taken are left to it. SQLite has one writer at a time instead.
        marks = list(StaleCell.objects.select_for_update(skip_locked=_can_skip_locked()).order_by("id")[:BATCH])
        if not marks:
            return 0
        cells: dict[str, set[Key]] = {kind: set() for kind in TABLES}
        for each in marks:
            cells[each.kind].add(tuple(each.key))
        _lock_plans({key[0] for keys in cells.values() for key in keys})
        run = RollupRun.objects.create(started_at=now(), as_of=day)
        for kind, keys in cells.items():
            if keys:
                run.cells += _write(TABLES[kind], keys, day=day, run=run)
        StaleCell.objects.filter(pk__in=[each.pk for each in marks]).delete()
        run.finished_at = now()
        run.save(update_fields=["cells", "finished_at"])
    return run.cells


def rebuild(*, day: date) -> RollupRun:
    """Recomputes every cell. Readers see the old cells or the new ones, never a mixture."""
    with transaction.atomic():
        waiting = list(StaleCell.objects.values_list("pk", flat=True))
        _lock_plans(Plan.objects.values_list("pk", flat=True))
        run = RollupRun.objects.create(started_at=now(), as_of=day, full=True)
        for table in TABLES.values():
            run.cells += _write(table, None, day=day, run=run)
        StaleCell.objects.filter(pk__in=waiting).delete()
        run.finished_at = now()
        run.save(update_fields=["cells", "finished_at"])
    return run


def _can_skip_locked() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


@dataclass(frozen=True)
class Difference:
    """A stored cell that is not what its source says; None stands for a cell that is not there."""

    kind: str
    key: Key
    as_of: date
    stored: Counts | None
    fresh: Counts | None

    def __str__(self) -> str:
        return (
            f"{self.kind} {json.dumps(self.key)} as of {self.as_of}: "
            f"stored {json.dumps(self.stored)}, computed {json.dumps(self.fresh)}"
        )


def differences(*, day: date) -> list[Difference]:
    """Every stored cell against a fresh count for the cell's own day; cells that are missing count for `day`."""
    found = []
    for table in TABLES.values():
        stored = {table.key_of(row): row for row in table.model._default_manager.all()}
        counted = {each: table.fresh(each) for each in {row.as_of for row in stored.values()} | {day}}
        for key, row in stored.items():
            held = {name: getattr(row, name) for name in table.counts}
            fresh = counted[row.as_of].get(key)
            if held != fresh:
                found.append(Difference(table.kind, key, row.as_of, held, fresh))
        waiting = {tuple(mark.key) for mark in StaleCell.objects.filter(kind=table.kind)}
        for key, fresh in counted[day].items():
            if key not in stored and key not in waiting:
                found.append(Difference(table.kind, key, day, None, fresh))
    return sorted(found, key=str)


@dataclass(frozen=True)
class Cells:
    """The cells of one plan on one day. `computed_at` is None where they were counted for this answer."""

    rows: dict[Key, Counts]
    computed_at: datetime | None

    def sum_by(self, place: int | None = None) -> dict[Any, Counts]:
        """Sums by one part of the key (its place), or of everything under None."""
        sums: dict[Any, Counts] = {}
        for key, counts in self.rows.items():
            group = sums.setdefault(None if place is None else key[place], {})
            for name, number in counts.items():
                group[name] = group.get(name, 0) + number
        return sums


def read(kind: str, *, plan_id: int, day: date, today: date) -> Cells:
    """Stored cells for today, when all of the plan's cells carry today; else counted live."""
    table = TABLES[kind]
    if day == today:
        stored = list(table.model._default_manager.filter(plan_id=plan_id))
        if stored and all(row.as_of == today for row in stored):
            rows = {table.key_of(row): {name: getattr(row, name) for name in table.counts} for row in stored}
            return Cells(rows, max(row.computed_at for row in stored))
    return Cells(table.fresh(day, plan_id=plan_id), None)
