"""Stored counts of the finest cells of today, always recomputed from their rows and never added to.

One queryset a table (`StatusChange.objects.cells`, `Project.objects.cells`) groups rows into cells for a day. The
refresh, past days and the verification all count with it, so that they cannot disagree.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.constants import OnConflict

from core.clock import now
from core.lights import Thresholds, thresholds
from measures.models import Plan, StatusChange
from projects.models import Project
from rollups.models import MeasureRollup, ProjectRollup, Rollup, RollupRun, StaleCell

CellKey = tuple[int | str, ...]
Counts = dict[str, int]

# Stale cells taken in one transaction: enough for a busy second, few enough for one statement a table.
BATCH_SIZE = 200
# In characters: the start of an error says what it is.
MAX_ERROR_LENGTH = 1_000


class StoredCell(NamedTuple):
    key: CellKey
    as_of: date
    computed_at: datetime
    run_id: int | None
    counts: Counts


@dataclass(frozen=True)
class RollupTable:
    """A stored table. `source_paths` are the key fields as the counting query names them."""

    kind: str
    model: type[Rollup]
    key_fields: tuple[str, ...]
    source_paths: tuple[str, ...]
    count_fields: tuple[str, ...]
    count_cells: Callable[[date, Thresholds], QuerySet[Any, Any]]

    @property
    def key_columns(self) -> list[str]:
        """Foreign keys by their column."""
        columns = {field.name: field.attname for field in self.model._meta.concrete_fields}
        return [columns[name] for name in self.key_fields]

    def stored_rows(self) -> QuerySet[Rollup]:
        return self.model._default_manager.all()

    def stored_cells(self, plan_id: int) -> list[StoredCell]:
        width = len(self.key_fields)
        columns = (*self.key_columns, *self.count_fields, "as_of", "computed_at", "run_id")
        cells = []
        for row in self.stored_rows().filter(plan_id=plan_id).values_list(*columns):
            *counts, as_of, computed_at, run_id = row[width:]
            counted = dict(zip(self.count_fields, counts, strict=True))
            cells.append(StoredCell(row[:width], as_of, computed_at, run_id, counted))
        return cells

    def count_from_source(self, day: date, *, plan_id: int | None = None) -> dict[CellKey, Counts]:
        """The cells of a day, of all plans or of one."""
        rows = self.count_cells(day, thresholds())
        if plan_id is not None:
            rows = rows.filter(**{self.source_paths[0]: plan_id})
        return {
            tuple(row[path] for path in self.source_paths): {name: row[name] for name in self.count_fields}
            for row in rows.iterator()
        }


TABLES: Mapping[str, RollupTable] = {
    "measures": RollupTable(
        kind="measures",
        model=MeasureRollup,
        key_fields=("plan", "section", "lead_department"),
        source_paths=("measure__section__plan", "measure__section", "measure__lead_department"),
        count_fields=("total", "promoting", "in_progress", "completed", "due", "green", "yellow", "red"),
        count_cells=lambda day, limits: StatusChange.objects.cells(day, limits=limits),
    ),
    "projects": RollupTable(
        kind="projects",
        model=ProjectRollup,
        key_fields=("plan", "city", "category", "stage"),
        source_paths=("plan", "city", "category", "stage"),
        count_fields=("total", "investment"),
        count_cells=lambda day, limits: Project.objects.cells(day),
    ),
}


@dataclass(frozen=True)
class PlanCells:
    """The cells of one plan on one day. `computed_at` and `run_id` are those of the newest stored cell; None where the
    cells were counted for this answer."""

    kind: str
    counts: Mapping[CellKey, Counts]
    computed_at: datetime | None = None
    run_id: int | None = None

    def totals(self) -> Counts:
        """Empty without cells."""
        return add_up(self.counts.values())

    def narrow(self, wanted: Mapping[str, Collection[int | str]]) -> "PlanCells":
        """Only the cells whose key has one of the wanted values in each field."""
        places = {TABLES[self.kind].key_fields.index(field): values for field, values in wanted.items()}
        counts = {
            key: counts
            for key, counts in self.counts.items()
            if all(key[place] in values for place, values in places.items())
        }
        return replace(self, counts=counts)

    def sum_by(self, field: str) -> dict[int | str, Counts]:
        """Sums by the values of one field of the key."""
        place = TABLES[self.kind].key_fields.index(field)
        groups: dict[int | str, list[Counts]] = {}
        for key, counts in self.counts.items():
            groups.setdefault(key[place], []).append(counts)
        return {value: add_up(group) for value, group in groups.items()}


def add_up(cells: Iterable[Counts]) -> Counts:
    sums: Counts = {}
    for counts in cells:
        for name, number in counts.items():
            sums[name] = sums.get(name, 0) + number
    return sums


def read_cells(kind: str, *, plan_id: int, day: date, today: date) -> PlanCells:
    """Stored cells for today, when all of the plan's cells carry today; else counted live."""
    table = TABLES[kind]
    if day == today:
        stored = table.stored_cells(plan_id)
        if stored and all(cell.as_of == today for cell in stored):
            newest = max(stored, key=attrgetter("computed_at"))
            return PlanCells(kind, {cell.key: cell.counts for cell in stored}, newest.computed_at, newest.run_id)
    return PlanCells(kind, table.count_from_source(day, plan_id=plan_id))


def stored_times(*, plan_id: int, day: date, today: date) -> list[datetime | None]:
    """`computed_at` of what `read_cells` gives of each table, without reading the cells."""
    if day != today:
        return [None for _kind in TABLES]
    ages = [
        table.stored_rows().filter(plan_id=plan_id).order_by().values_list(Value(kind), "as_of", "computed_at")
        for kind, table in TABLES.items()
    ]
    days: dict[str, set[date]] = {kind: set() for kind in TABLES}
    times: dict[str, set[datetime]] = {kind: set() for kind in TABLES}
    # One query. A union holds equal rows once: one for each time at which cells were computed.
    for kind, as_of, computed_at in ages[0].union(*ages[1:]):
        days[kind].add(as_of)
        times[kind].add(computed_at)
    return [max(times[kind]) if days[kind] == {today} else None for kind in TABLES]


def mark_stale(kind: str, cells: Iterable[CellKey]) -> None:
    """In the transaction of the change that touched the cells."""
    at = now()
    StaleCell.objects.bulk_create([StaleCell(kind=kind, key=list(cell), marked_at=at) for cell in cells])


def is_current(day: date) -> bool:
    """Whether every stored cell is of the day. Two look-ups in the index of `as_of` a table, however many cells."""
    return not any(
        table.stored_rows().filter(**{condition: day}).exists()
        for table in TABLES.values()
        for condition in ("as_of__lt", "as_of__gt")
    )


def _lock_plans(plan_ids: Collection[int | str] | None) -> None:
    """Lets one refresh of a plan run at a time, so that an older count cannot overwrite a newer one. None locks all.

    FOR NO KEY UPDATE: rows that refer to the plan may be added meanwhile.
    """
    plans = Plan.objects.select_for_update(no_key=True).order_by("pk")
    list((plans if plan_ids is None else plans.filter(pk__in=plan_ids)).values_list("pk"))


@contextmanager
def _recorded_run(*, day: date, full: bool, retries: int) -> Iterator[RollupRun]:
    """A transaction with its run, which the block saves once it finds work. When the block fails, all is rolled back
    but a run with the error.
    """
    run = RollupRun(started_at=now(), as_of=day, full=full, retries=retries)
    try:
        with transaction.atomic():
            yield run
            if run.pk:
                run.finished_at = now()
                run.save(update_fields=["cells", "finished_at"])
    except Exception as error:
        run.pk, run.cells, run.finished_at = None, 0, now()
        run.error = f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]
        # With the database away there is nowhere to write this; the error itself reaches the log.
        with suppress(DatabaseError):
            run.save(force_insert=True)
        raise


def _has_key(names: Sequence[str], keys: Collection[CellKey]) -> Q:
    """The rows of some cells. `names`: the fields of the key."""
    cells = Q(pk__in=[])
    for key in keys:
        cells |= Q(**dict(zip(names, key, strict=True)))
    # The plans besides: with the alternatives alone the database would read every plan's rows.
    return Q(**{f"{names[0]}__in": {key[0] for key in keys}}) & cells


def _write(kind: str, keys: Collection[CellKey] | None, *, day: date, run: RollupRun) -> int:
    """Recomputes the cells of `keys` (None: all) and writes them with one statement, whose rows never pass through
    Python; a cell that became empty goes. Returns how many cells were recomputed.

    The one place with SQL of ours: it wraps the counting query.
    """
    table, ops = TABLES[kind], connection.ops
    counted = table.count_cells(day, thresholds())
    if keys is not None:
        counted = counted.filter(_has_key(table.source_paths, keys))
    select, params = counted.values_list(*table.source_paths, *table.count_fields).query.sql_with_params()
    stamp = {
        "as_of": ops.adapt_datefield_value(day),
        "computed_at": ops.adapt_datetimefield_value(run.started_at),
        "run_id": run.pk,
    }
    written = [*table.count_fields, *stamp]
    columns = ", ".join(ops.quote_name(name) for name in (*table.key_columns, *written))
    on_conflict = ops.on_conflict_suffix_sql((), OnConflict.UPDATE, written, table.key_columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ops.quote_name(table.model._meta.db_table)} ({columns})"
            # Without a condition SQLite would read ON as the beginning of a join.
            f" SELECT cells.*, %s, %s, %s FROM ({select}) AS cells WHERE 1 = 1 {on_conflict}",
            (*stamp.values(), *params),
        )
        recomputed = cursor.rowcount if keys is None else len(keys)
    not_written = table.stored_rows().exclude(run=run)
    (not_written if keys is None else not_written.filter(_has_key(table.key_columns, keys))).delete()
    return recomputed


def _unlocked_stale_cells() -> QuerySet[StaleCell]:
    """Those that no other worker has taken. SQLite has one writer at a time instead."""
    can_skip = connection.features.has_select_for_update_skip_locked
    return StaleCell.objects.select_for_update(skip_locked=bool(can_skip)).order_by("id")


def refresh_batch(*, day: date, retries: int = 0) -> int:
    """Recomputes a batch of stale cells and forgets that they were stale, in one transaction.

    Returns the number of cells it recomputed; 0 when none is stale.
    """
    with _recorded_run(day=day, full=False, retries=retries) as run:
        stale = list(_unlocked_stale_cells()[:BATCH_SIZE])
        if not stale:
            return 0
        run.save()
        keys_by_kind: dict[str, set[CellKey]] = {kind: set() for kind in TABLES}
        for cell in stale:
            keys_by_kind[cell.kind].add(tuple(cell.key))
        _lock_plans({key[0] for keys in keys_by_kind.values() for key in keys})
        for kind, keys in keys_by_kind.items():
            if keys:
                run.cells += _write(kind, keys, day=day, run=run)
        StaleCell.objects.filter(pk__in=[cell.pk for cell in stale]).delete()
    return run.cells


def rebuild(*, day: date, retries: int = 0, unless_current: bool = False) -> RollupRun:
    """Recomputes every cell. Readers see the old cells or the new ones, never a mixture.

    `unless_current`: does nothing where every cell is of the day by now. When the day turns all workers come at once,
    and those who waited for the first find its work done.
    """
    with _recorded_run(day=day, full=True, retries=retries) as run:
        _lock_plans(None)
        if unless_current and is_current(day):
            return run
        run.save()
        # The changes that marked these cells are committed, so that the counts below have them.
        StaleCell.objects.filter(pk__in=_unlocked_stale_cells().values("pk")).delete()
        for kind in TABLES:
            run.cells += _write(kind, None, day=day, run=run)
    return run


@dataclass(frozen=True)
class Difference:
    """A stored cell that is not what its rows say. `stored` or `fresh` is None for a cell that is not there."""

    kind: str
    key: CellKey
    as_of: date
    stored: Counts | None
    fresh: Counts | None

    def __str__(self) -> str:
        return (
            f"{self.kind} {json.dumps(self.key)} as of {self.as_of}: "
            f"stored {json.dumps(self.stored)}, computed {json.dumps(self.fresh)}"
        )


def verify(*, day: date) -> Iterator[tuple[int, list[Difference]]]:
    """Compares the stored cells with fresh counts. Gives for each plan how many were compared, and the differences.

    A cell is counted for its own day; a missing one for the newest day of the plan's cells. Stale cells are left out.
    The plan's lock keeps refreshes out meanwhile, so that a cell that changes in between is stale by the time that the
    stale cells are read.
    """
    for plan_id in list(Plan.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            _lock_plans([plan_id])
            yield _verify_plan(plan_id, day)


def _verify_plan(plan_id: int, day: date) -> tuple[int, list[Difference]]:
    compared, differences = 0, []
    for table in TABLES.values():
        stored = {cell.key: cell for cell in table.stored_cells(plan_id)}
        days = {cell.as_of for cell in stored.values()} or {day}
        newest = max(days)
        counted = {each: table.count_from_source(each, plan_id=plan_id) for each in days}
        stale = StaleCell.objects.filter(kind=table.kind, key__0=plan_id).values_list("key", flat=True)
        for key in (stored.keys() | counted[newest].keys()) - {tuple(key) for key in stale}:
            cell = stored.get(key)
            as_of = cell.as_of if cell else newest
            stored_counts, fresh_counts = cell.counts if cell else None, counted[as_of].get(key)
            compared += 1
            if stored_counts != fresh_counts:
                differences.append(Difference(table.kind, key, as_of, stored_counts, fresh_counts))
    return compared, sorted(differences, key=str)
