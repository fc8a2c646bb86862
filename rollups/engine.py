"""Stored counts of the finest cells of today, always recomputed from their rows and never added to.

One queryset a table (`StatusChange.objects.cells`, `Project.objects.cells`) groups rows into cells for a day. The
refresh, past days and the verification all count with it, so that they cannot disagree.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import batched
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.constants import OnConflict

from core.clock import now
from core.exceptions import CannotCount
from core.lights import Light, Thresholds
from core.statuses import MeasureStatus
from measures.models import Plan, StatusChange
from projects.models import Project
from projects.querysets import SUMS
from rollups.models import CellKey, MeasureRollup, ProjectRollup, Rollup, RollupRun, StaleCell
from rollups.stale_cells import error_text, settle_marks, take_all_marks, take_marks
from web.limits import stored_thresholds, thresholds

Counts = dict[str, int]
# Why each cell that cannot be counted cannot.
Errors = dict[CellKey, str]

# Stale cells taken in one transaction: enough for a busy second, few enough for one statement a table.
BATCH_SIZE = 200


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

    def stored_cells(self, *plan_ids: int) -> list[StoredCell]:
        width = len(self.key_fields)
        columns = (*self.key_columns, *self.count_fields, "as_of", "computed_at", "run_id")
        cells = []
        for row in self.stored_rows().filter(plan_id__in=plan_ids).values_list(*columns):
            *counts, as_of, computed_at, run_id = row[width:]
            counted = dict(zip(self.count_fields, counts, strict=True))
            cells.append(StoredCell(row[:width], as_of, computed_at, run_id, counted))
        return cells

    def source_cells(self, day: date, *, plan_id: int | None = None) -> QuerySet[Any, Any]:
        rows = self.count_cells(day, thresholds())
        return rows if plan_id is None else rows.filter(**{self.source_paths[0]: plan_id})

    def source_keys(self, day: date, *, plan_id: int | None = None) -> list[CellKey]:
        """The cells that have rows, without counting these."""
        return sorted(self.source_cells(day, plan_id=plan_id).values_list(*self.source_paths))

    def count_from_source(
        self, day: date, *, plan_id: int | None = None, keys: Collection[CellKey] | None = None
    ) -> dict[CellKey, Counts]:
        """The cells of a day, of all plans or of one, or those of `keys`."""
        rows = self.source_cells(day, plan_id=plan_id)
        if keys is not None:
            rows = rows.filter(_has_key(self.source_paths, keys))
        return {
            tuple(row[path] for path in self.source_paths): {name: row[name] for name in self.count_fields}
            for row in rows.iterator()
        }

    def count_what_can_be(self, day: date, *, plan_id: int) -> tuple[dict[CellKey, Counts], Errors]:
        """The same of a plan, around the cells that cannot be counted."""
        try:
            with transaction.atomic():
                return self.count_from_source(day, plan_id=plan_id), {}
        except DatabaseError as error:
            raise_unless_of_rows(error)
        counted: dict[CellKey, Counts] = {}
        errors = around(
            self.source_keys(day, plan_id=plan_id),
            lambda keys: counted.update(self.count_from_source(day, plan_id=plan_id, keys=keys)),
        )
        return counted, errors


TABLES: Mapping[str, RollupTable] = {
    "measures": RollupTable(
        kind="measures",
        model=MeasureRollup,
        key_fields=("plan", "section", "lead_department"),
        source_paths=("measure__plan", "measure__section", "measure__lead_department"),
        count_fields=("total", *MeasureStatus.values, "due", *Light.values, "illustrative"),
        count_cells=lambda day, limits: StatusChange.objects.cells(day, limits=limits),
    ),
    "projects": RollupTable(
        kind="projects",
        model=ProjectRollup,
        key_fields=("plan", "city", "category", "stage"),
        source_paths=("plan", "city", "category", "stage"),
        count_fields=("total", "investment", *SUMS, "illustrative"),
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
        """Return the sums over all cells; empty without cells."""
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

    def split(self, *fields: str) -> dict[CellKey, "PlanCells"]:
        """Return the cells by the values of some fields of the key, in their order; no group is empty."""
        places = [TABLES[self.kind].key_fields.index(field) for field in fields]
        groups: dict[CellKey, dict[CellKey, Counts]] = {}
        for key, counts in self.counts.items():
            groups.setdefault(tuple(key[place] for place in places), {})[key] = counts
        return {values: replace(self, counts=counts) for values, counts in groups.items()}

    def sum_by(self, field: str) -> dict[int | str, Counts]:
        """Sums by the values of one field of the key."""
        return {value: cells.totals() for (value,), cells in self.split(field).items()}


def add_up(cells: Iterable[Counts]) -> Counts:
    sums: Counts = {}
    for counts in cells:
        for name, number in counts.items():
            sums[name] = sums.get(name, 0) + number
    return sums


def cells_of_today(kind: str, stored: Sequence[StoredCell], today: date) -> PlanCells | None:
    """Return the stored cells of a plan; None where it has none, or one that does not carry today."""
    if not stored or any(cell.as_of != today for cell in stored):
        return None
    newest = max(stored, key=attrgetter("computed_at"))
    return PlanCells(kind, {cell.key: cell.counts for cell in stored}, newest.computed_at, newest.run_id)


def read_cells(kind: str, *, plan_id: int, day: date, today: date) -> PlanCells:
    """Stored cells for today, when all of the plan's cells carry today; else counted live."""
    table = TABLES[kind]
    if day == today and (found := cells_of_today(kind, table.stored_cells(plan_id), today)):
        return found
    try:
        return PlanCells(kind, table.count_from_source(day, plan_id=plan_id))
    except DatabaseError as error:
        raise_unless_of_rows(error)
        counted, errors = table.count_what_can_be(day, plan_id=plan_id)
        if errors:
            raise CannotCount(next(iter(errors.values()))) from error
        return PlanCells(kind, counted)


def mark_stale(kind: str, cells: Iterable[CellKey]) -> None:
    """Mark the cells as stale, in the transaction of the change that touched them."""
    at = now()
    StaleCell.objects.bulk_create([StaleCell(kind=kind, key=list(cell), marked_at=at) for cell in cells])


def stored_keys(kind: str) -> set[CellKey]:
    """The cells of all plans. One that is not stored yet is stale anyway."""
    table = TABLES[kind]
    return set(table.stored_rows().order_by().values_list(*table.key_columns))


def is_current(day: date) -> bool:
    """Return whether every stored cell is of the day, by two look-ups in the index of `as_of` a table."""
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
                run.save(update_fields=["cells", "set_aside", "finished_at"])
    except Exception as error:
        run.pk, run.cells, run.set_aside, run.finished_at = None, 0, 0, now()
        run.error = error_text(error)
        # With the database away there is nowhere to write this; the error itself reaches the log.
        with suppress(DatabaseError):
            run.save(force_insert=True)
        raise


def raise_unless_of_rows(error: DatabaseError) -> None:
    """Whatever is not the fault of what the rows hold concerns all cells alike: the disk, the connection, a lock."""
    # SQLite has no class of its own for a sum that is too large.
    if not isinstance(error, DataError | IntegrityError) and "overflow" not in str(error):
        raise error


def around(keys: Sequence[CellKey], attempt: Callable[[Sequence[CellKey]], object]) -> Errors:
    """Attempts it with many cells at a time; where the database refuses, with ever fewer. Returns the errors of the
    cells that it refuses by themselves."""
    errors: Errors = {}
    waiting: list[Sequence[CellKey]] = list(batched(keys, BATCH_SIZE))
    while waiting:
        some = waiting.pop()
        try:
            with transaction.atomic():
                attempt(some)
        except DatabaseError as error:
            raise_unless_of_rows(error)
            if len(some) == 1:
                errors[some[0]] = error_text(error)
            else:
                waiting += [some[: len(some) // 2], some[len(some) // 2 :]]
    return errors


def _has_key(names: Sequence[str], keys: Collection[CellKey]) -> Q:
    """The rows of some cells. `names`: the fields of the key."""
    cells = Q(pk__in=[])
    for key in keys:
        cells |= Q(**dict(zip(names, key, strict=True)))
    # The plans besides: with the alternatives alone the database would read every plan's rows.
    return Q(**{f"{names[0]}__in": {key[0] for key in keys}}) & cells


def _write(kind: str, keys: Collection[CellKey] | None, *, day: date, run: RollupRun, limits: Thresholds) -> None:
    """Recomputes the cells of `keys` (None: all) and writes them with one statement, whose rows never pass through
    Python; a cell that became empty goes. The run counts the cells.

    The one place with SQL of ours: it wraps the counting query.
    """
    table, ops = TABLES[kind], connection.ops
    counted = table.count_cells(day, limits)
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
            f"INSERT INTO {ops.quote_name(table.model._meta.db_table)} ({columns})"  # noqa: S608  # names come from our models
            # Without a condition SQLite would read ON as the beginning of a join.
            f" SELECT cells.*, %s, %s, %s FROM ({select}) AS cells WHERE 1 = 1 {on_conflict}",
            (*stamp.values(), *params),
        )
        run.cells += cursor.rowcount if keys is None else len(keys)
    not_written = table.stored_rows().exclude(run=run)
    (not_written if keys is None else not_written.filter(_has_key(table.key_columns, keys))).delete()


def refresh_batch(*, day: date, retries: int = 0) -> RollupRun | None:
    """Recomputes a batch of stale cells and forgets that they were stale, in one transaction; a cell that cannot be
    counted keeps its stored counts and is set aside. None when no cell is stale.
    """
    with _recorded_run(day=day, full=False, retries=retries) as run:
        marks = take_marks(BATCH_SIZE)
        if not marks:
            return None
        run.save()
        keys_by_kind: dict[str, set[CellKey]] = {kind: set() for kind in TABLES}
        for mark in marks:
            keys_by_kind[mark.kind].add(mark.cell)
        _lock_plans({key[0] for keys in keys_by_kind.values() for key in keys})
        # Read behind the marks: whoever changes them marks cells in the same transaction.
        limits = stored_thresholds()
        errors: dict[str, Errors] = {}
        for kind, keys in keys_by_kind.items():
            errors[kind] = around(sorted(keys), partial(_write, kind, day=day, run=run, limits=limits))
        run.set_aside = settle_marks(marks, errors)
    return run


def _write_all(kind: str, *, day: date, run: RollupRun, limits: Thresholds) -> Errors:
    """Every cell. Those that cannot be counted keep their stored counts, which then stand for the day."""
    try:
        with transaction.atomic():
            _write(kind, None, day=day, run=run, limits=limits)
        return {}
    except DatabaseError as error:
        raise_unless_of_rows(error)
    table = TABLES[kind]
    errors = around(table.source_keys(day), partial(_write, kind, day=day, run=run, limits=limits))
    kept, old = _has_key(table.key_columns, errors), table.stored_rows().exclude(run=run)
    old.exclude(kept).delete()
    old.filter(kept).update(as_of=day)
    return errors


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
        marks = take_all_marks()
        limits = stored_thresholds()
        errors = {kind: _write_all(kind, day=day, run=run, limits=limits) for kind in TABLES}
        run.set_aside = settle_marks(marks, errors)
    return run


@dataclass(frozen=True)
class Difference:
    """A stored cell that is not what its rows say. `stored` or `fresh` is None for a cell that is not there.

    `error`: why the rows cannot be counted; then `fresh` is None too.
    """

    kind: str
    key: CellKey
    as_of: date
    stored: Counts | None
    fresh: Counts | None
    error: str = ""

    def __str__(self) -> str:
        fresh = f"cannot be counted ({self.error})" if self.error else f"computed {json.dumps(self.fresh)}"
        return f"{self.kind} {json.dumps(self.key)} as of {self.as_of}: stored {json.dumps(self.stored)}, {fresh}"


def verify(*, day: date) -> Iterator[tuple[int, list[Difference]]]:
    """Compares the stored cells with fresh counts. Gives for each plan how many were compared, and the differences.

    A cell is counted for its own day; a missing one for the newest day of the plan's cells. Stale cells are left out;
    those that cannot be counted are not.
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
        counted, errors, stale = _count_days(table, days, plan_id)
        for key in (stored.keys() | counted[newest].keys() | errors.keys()) - stale:
            cell = stored.get(key)
            as_of = cell.as_of if cell else newest
            error, stored_counts = errors.get(key, ""), cell.counts if cell else None
            fresh_counts = None if error else counted[as_of].get(key)
            compared += 1
            if error or stored_counts != fresh_counts:
                differences.append(Difference(table.kind, key, as_of, stored_counts, fresh_counts, error))
    return compared, sorted(differences, key=str)


def _count_days(
    table: RollupTable, days: Iterable[date], plan_id: int
) -> tuple[dict[date, dict[CellKey, Counts]], Errors, set[CellKey]]:
    """Return the counts that can be made on each of the days, the errors of the other cells, and the stale cells."""
    counted: dict[date, dict[CellKey, Counts]] = {}
    errors: Errors = {}
    for day in days:
        counted[day], found = table.count_what_can_be(day, plan_id=plan_id)
        errors |= found
    marks = list(StaleCell.objects.filter(kind=table.kind, key__0=plan_id))
    stale = {mark.cell for mark in marks if not mark.error}
    errors |= {mark.cell: mark.error for mark in marks if mark.error}
    return counted, errors, stale
