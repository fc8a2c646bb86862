"""What keeps the stored figures fresh, and what checks them."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from core.clock import now, today
from core.statements import answer, compiled
from rollups import engine
from rollups.models import RollupRun, StaleCell, Verification

# Of a check that finds many differences, as many as a person looks at.
KEPT_DIFFERENCES = 100
KEPT_DAYS = 30


def refresh_stale_rollups(*, retries: int = 0) -> int:
    """Recomputes the marked cells; all of them when the day has turned. Returns how many cells it recomputed.

    `retries`: how often the task that asks had failed before.
    """
    day = today()
    written = 0 if engine.is_of(day) else engine.rebuild(day=day, retries=retries, unless_done=True).cells
    while cells := engine.refresh_batch(day=day, retries=retries):
        written += cells
    return written


def rebuild_rollups(*, retries: int = 0) -> RollupRun:
    return engine.rebuild(day=today(), retries=retries)


def verify_rollups(on_plan: Callable[[], Any] | None = None) -> list[engine.Difference]:
    """Every stored cell that is not what its source says. Changes nothing."""
    return [each for _cells, found in _checked(on_plan) for each in found]


def verify_and_record(on_plan: Callable[[], Any] | None = None) -> Verification:
    """The same, kept for the staff page."""
    started_at, cells, differing = now(), 0, 0
    kept: list[engine.Difference] = []
    for held, found in _checked(on_plan):
        cells += held
        differing += len(found)
        kept += islice(found, max(KEPT_DIFFERENCES - len(kept), 0))
    return Verification.objects.create(
        started_at=started_at,
        # The pinned clock of the demonstration begins its day again at midnight.
        finished_at=max(now(), started_at),
        cells=cells,
        differing=differing,
        differences=[{**asdict(each), "as_of": each.as_of.isoformat()} for each in kept],
    )


def _checked(on_plan: Callable[[], Any] | None) -> Iterable[tuple[int, list[engine.Difference]]]:
    for checked in engine.verify(day=today()):
        yield checked
        if on_plan:
            on_plan()


def is_refreshing(plan_id: int | None = None) -> bool:
    """Whether some change waits to be in the totals: of a plan, or of any."""
    return bool(answer(_waiting(plan_id)))


@compiled
def _waiting(plan_id: int | None) -> QuerySet[Any, Any]:
    marks = StaleCell.objects.order_by().values_list("pk")
    return (marks if plan_id is None else marks.filter(key__0=plan_id))[:1]


def forget_old_runs() -> int:
    """Removes runs and checks older than a month, but for the runs that stored cells still name."""
    before = now() - timedelta(days=KEPT_DAYS)
    old = RollupRun.objects.filter(started_at__lt=before)
    for table in engine.TABLES.values():
        old = old.exclude(pk__in=table.model._default_manager.filter(run__isnull=False).values("run"))
    Verification.objects.filter(started_at__lt=before).delete()
    return old.delete()[0]
