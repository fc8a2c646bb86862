"""The rollup engine: stored counts of the finest cells of today, always recomputed from source.

One queryset per table (`measures.cells`, `projects.cells`) groups rows into cells for a day. The
refresh, past days and the verification all count with it, so they cannot disagree by rule.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.constants import OnConflict

from core.clock import now
from core.lights import Thresholds, thresholds
from core.statements import answer, compiled, moment, statement
from measures.models import Plan, StatusChange
from projects.models import Project
from rollups.models import MeasureRollup, ProjectRollup, Rollup, RollupRun, StaleCell

Key = tuple[int | str, ...]
Counts = dict[str, int]

# Marks taken in one transaction: enough for a busy second, few enough for one statement a table.
BATCH = 200
# In characters: the start of an error says what it is.
MOST_ERROR = 1_000


@dataclass(frozen=True)
class Table:
    """A stored table: `key` names its key columns, `paths` the same columns as the counting query names them."""

    kind: str
    model: type[Rollup]
    key: tuple[str, ...]
    paths: tuple[str, ...]
    counts: tuple[str, ...]
    count: Callable[[date, Thresholds], QuerySet[Any, Any]]

    @property
    def columns(self) -> list[str]:
        """The key as attributes of a stored row: foreign keys by id."""
        fields = {field.name: field.attname for field in self.model._meta.concrete_fields}
        return [fields[name] for name in self.key]

    def key_of(self, row: Any) -> Key:
        return tuple(getattr(row, column) for column in self.columns)

    def matching(self, keys: Collection[Key], names: Iterable[str]) -> Q:
        names = list(names)
        # The plans first: alone the alternatives would have the database read every plan's rows.
        condition = Q(**{f"{names[0]}__in": {key[0] for key in keys}})
        alternatives = Q(pk__in=[])
        for key in keys:
            alternatives |= Q(**dict(zip(names, key, strict=True)))
        return condition & alternatives

    def fresh(self, day: date, *, plan_id: int | None = None) -> dict[Key, Counts]:
        """The cells of a day counted from source: all, or those of one plan."""
        rows = self.count(day, thresholds())
        if plan_id is not None:
            rows = rows.filter(**{self.paths[0]: plan_id})
        return {
            tuple(row[path] for path in self.paths): {name: row[name] for name in self.counts}
            for row in rows.iterator()
        }

    def stored(self, *, plan_id: int) -> "Iterator[Stored]":
        width = len(self.key)
        for row in answer(_stored(self.kind, plan_id)):
            counts = dict(zip(self.counts, row[width + 3 :], strict=True))
            yield Stored._make((row[:width], *row[width : width + 3], counts))


class Stored(NamedTuple):
    """`computed_at` as the database gives it: `moment` makes one of it."""

    key: Key
    as_of: date
    computed_at: datetime
    run_id: int | None
    counts: Counts


TABLES: Mapping[str, Table] = {
    "measures": Table(
        kind="measures",
        model=MeasureRollup,
        key=("plan", "section", "lead_department"),
        paths=("measure__section__plan", "measure__section", "measure__lead_department"),
        counts=("total", "promoting", "in_progress", "completed", "due", "green", "yellow", "red"),
        count=lambda day, limits: StatusChange.objects.cells(day, limits=limits),
    ),
    "projects": Table(
        kind="projects",
        model=ProjectRollup,
        key=("plan", "city", "category", "stage"),
        paths=("plan", "city", "category", "stage"),
        counts=("total", "investment"),
        count=lambda day, limits: Project.objects.cells(day),
    ),
}


@compiled
def _stored(kind: str, plan_id: int) -> QuerySet[Any, Any]:
    table = TABLES[kind]
    rows = table.model._default_manager.filter(plan_id=plan_id)
    return rows.values_list(*table.columns, "as_of", "computed_at", "run_id", *table.counts)


def mark(kind: str, cells: Iterable[Key]) -> None:
    """Marks cells stale, in the transaction of the change that touched them."""
    at = now()
    StaleCell.objects.bulk_create([StaleCell(kind=kind, key=list(cell), marked_at=at) for cell in cells])


def is_of(day: date) -> bool:
    """Whether every stored cell speaks of the day. Two looks into an index each, however many cells there are."""
    return not any(
        table.model._default_manager.filter(**{condition: day}).exists()
        for table in TABLES.values()
        for condition in ("as_of__lt", "as_of__gt")
    )


def _lock_plans(plan_ids: Collection[int | str] | None) -> None:
    """One refresh of a plan at a time: what is computed under the lock cannot be overwritten by an older count.

    None locks all. NO KEY: rows that refer to the plan may be added meanwhile.
    """
    plans = Plan.objects.select_for_update(no_key=True).order_by("pk")
    list((plans if plan_ids is None else plans.filter(pk__in=plan_ids)).values_list("pk"))


@contextmanager
def _running(*, day: date, full: bool, retries: int) -> Iterator[RollupRun]:
    """One transaction and its run, which the block saves when it finds that there is work. When the block fails
    nothing of it stays but a run that says what went wrong.
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
        run.error = f"{type(error).__name__}: {error}"[:MOST_ERROR]
        # With the database away there is nowhere to write this; the error itself reaches the log.
        with suppress(DatabaseError):
            run.save(force_insert=True)
        raise


def _counting(kind: str, day: date, limits: Thresholds) -> QuerySet[Any, Any]:
    """Keys first, then counts."""
    table = TABLES[kind]
    return table.count(day, limits).values_list(*table.paths, *table.counts)


_count_all = compiled(_counting)


def _write(kind: str, keys: Collection[Key] | None, *, day: date, run: RollupRun) -> int:
    """Recomputes the cells of `keys` (None: all) and writes them with one statement, whose rows never pass through
    Python; a cell that became empty goes. Returns how many cells were recomputed.

    The one place with SQL of ours: it wraps the counting query.
    """
    table, ops, limits = TABLES[kind], connection.ops, thresholds()
    if keys is None:
        select, params = _count_all(kind, day, limits)
    else:
        select, params = statement(_counting(kind, day, limits).filter(table.matching(keys, table.paths)))
    stamp = {
        "as_of": ops.adapt_datefield_value(day),
        "computed_at": ops.adapt_datetimefield_value(run.started_at),
        "run_id": run.pk,
    }
    written = [*table.counts, *stamp]
    columns = ", ".join(ops.quote_name(name) for name in (*table.columns, *written))
    on_conflict = ops.on_conflict_suffix_sql((), OnConflict.UPDATE, written, table.columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ops.quote_name(table.model._meta.db_table)} ({columns})"
            # Without a condition SQLite would read ON as the beginning of a join.
            f" SELECT cells.*, %s, %s, %s FROM ({select}) AS cells WHERE 1 = 1 {on_conflict}",
            (*stamp.values(), *params),
        )
        recomputed = cursor.rowcount if keys is None else len(keys)
    stored = table.model._default_manager.exclude(run=run)
    (stored if keys is None else stored.filter(table.matching(keys, table.columns))).delete()
    return recomputed


def _free_marks() -> QuerySet[StaleCell]:
    """Marks, but for those that another worker has taken. SQLite has one writer at a time instead."""
    can_skip = connection.features.has_select_for_update_skip_locked
    return StaleCell.objects.select_for_update(skip_locked=bool(can_skip)).order_by("id")


def refresh_batch(*, day: date, retries: int = 0) -> int:
    """Takes a batch of marks, recomputes their cells, writes them and clears the marks: one transaction.

    Returns the number of cells it recomputed; 0 when nothing waits.
    """
    with _running(day=day, full=False, retries=retries) as run:
        marks = list(_free_marks()[:BATCH])
        if not marks:
            return 0
        run.save()
        cells: dict[str, set[Key]] = {kind: set() for kind in TABLES}
        for each in marks:
            cells[each.kind].add(tuple(each.key))
        _lock_plans({key[0] for keys in cells.values() for key in keys})
        for kind, keys in cells.items():
            if keys:
                run.cells += _write(kind, keys, day=day, run=run)
        StaleCell.objects.filter(pk__in=[each.pk for each in marks]).delete()
    return run.cells


def rebuild(*, day: date, retries: int = 0, unless_done: bool = False) -> RollupRun:
    """Recomputes every cell. Readers see the old cells or the new ones, never a mixture.

    `unless_done`: not where every cell is of the day by now. When the day turns all workers come at once, and those
    who waited for the first find its work done.
    """
    with _running(day=day, full=True, retries=retries) as run:
        _lock_plans(None)
        if unless_done and is_of(day):
            return run
        run.save()
        # What these marks stand for is committed, so that the counts below have it.
        StaleCell.objects.filter(pk__in=_free_marks().values("pk")).delete()
        for kind in TABLES:
            run.cells += _write(kind, None, day=day, run=run)
    return run


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


def verify(*, day: date) -> Iterator[tuple[int, list[Difference]]]:
    """Holds the stored cells against fresh counts, plan by plan: how many cells were held, and those that differ.

    A cell counts for its own day; a cell that is missing for the newest day that the plan's cells have. Cells that
    are marked will be recomputed, and are not judged. The plan's lock keeps refreshes out meanwhile, so that a cell
    that some change touches in between is marked by the time the marks are read.
    """
    for plan_id in list(Plan.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            _lock_plans([plan_id])
            yield _verify_plan(plan_id, day)


def _verify_plan(plan_id: int, day: date) -> tuple[int, list[Difference]]:
    held, found = 0, []
    for table in TABLES.values():
        stored = {cell.key: cell for cell in table.stored(plan_id=plan_id)}
        counted = {
            each: table.fresh(each, plan_id=plan_id) for each in {cell.as_of for cell in stored.values()} or {day}
        }
        newest = max(counted)
        marks = StaleCell.objects.filter(kind=table.kind, key__0=plan_id)
        waiting = {tuple(key) for key in marks.values_list("key", flat=True)}
        for key in (stored.keys() | counted[newest].keys()) - waiting:
            cell = stored.get(key)
            as_of = cell.as_of if cell else newest
            counts, fresh = cell.counts if cell else None, counted[as_of].get(key)
            held += 1
            if counts != fresh:
                found.append(Difference(table.kind, key, as_of, counts, fresh))
    return held, sorted(found, key=str)


@dataclass(frozen=True)
class Cells:
    """The cells of one plan on one day. `computed_at` and `run_id`, of the newest cell, are None where they were
    counted for this answer."""

    rows: dict[Key, Counts]
    computed_at: datetime | None = None
    run_id: int | None = None
    _sums: dict[int | None, Mapping[Any, Counts]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def sum_by(self, place: int | None = None) -> Mapping[Any, Counts]:
        """Sums by one part of the key (its place), or of everything under None. Added up once for all who ask."""
        if place not in self._sums:
            sums: dict[Any, Counts] = {}
            for key, counts in self.rows.items():
                group = sums.setdefault(None if place is None else key[place], {})
                for name, number in counts.items():
                    group[name] = group.get(name, 0) + number
            self._sums[place] = sums
        return self._sums[place]


def read(kind: str, *, plan_id: int, day: date, today: date) -> Cells:
    """Stored cells for today, when all of the plan's cells carry today; else counted live."""
    table = TABLES[kind]
    if day == today:
        stored = list(table.stored(plan_id=plan_id))
        if stored and all(cell.as_of == today for cell in stored):
            newest = max(stored, key=attrgetter("computed_at"))
            return Cells({cell.key: cell.counts for cell in stored}, moment(newest.computed_at), newest.run_id)
    return Cells(table.fresh(day, plan_id=plan_id))


@compiled
def _ages(plan_id: int) -> QuerySet[Any, Any]:
    """Kind, day and moment. A union holds equal rows once: one for each time at which cells were computed."""
    ages = [
        table.model._default_manager.filter(plan_id=plan_id).order_by().values_list(Value(kind), "as_of", "computed_at")
        for kind, table in TABLES.items()
    ]
    return ages[0].union(*ages[1:])


def computed_at(*, plan_id: int, day: date, today: date) -> list[datetime | None]:
    """The times that `read` gives with the same cells of each table, without reading them. One query."""
    if day != today:
        return [None for _kind in TABLES]
    times: dict[str, set[datetime]] = {kind: set() for kind in TABLES}
    days: dict[str, set[date]] = {kind: set() for kind in TABLES}
    for kind, as_of, at in answer(_ages(plan_id)):
        times[kind].add(moment(at))
        days[kind].add(as_of)
    return [max(times[kind]) if days[kind] == {today} else None for kind in TABLES]
