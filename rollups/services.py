"""The services that keep the stored figures fresh and check them. No statement has a time limit: without Redis they run
in requests."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from core.clock import now, today
from core.statement_timeout import statement_timeout
from rollups import engine
from rollups.models import RollupRun, StaleCell, Verification

# Of a verification that finds many differences, as many as a person looks at.
MAX_RECORDED_DIFFERENCES = 100
RETENTION_DAYS = 30


@statement_timeout(0)
def refresh_stale_rollups(*, retries: int = 0) -> int:
    """Recomputes the stale cells; all cells when the day has turned. Returns how many it recomputed.

    `retries`: how often the calling task had failed before.
    """
    day = today()
    written = 0 if engine.is_current(day) else engine.rebuild(day=day, retries=retries, unless_current=True).cells
    while run := engine.refresh_batch(day=day, retries=retries):
        written += run.cells
    return written


@statement_timeout(0)
def rebuild_rollups(*, retries: int = 0) -> RollupRun:
    return engine.rebuild(day=today(), retries=retries)


def verify_rollups(on_plan: Callable[[], Any] | None = None) -> list[engine.Difference]:
    """Every stored cell that is not what its rows say. Changes nothing."""
    return [each for _compared, differences in _verified(on_plan) for each in differences]


@statement_timeout(0)
def verify_and_record(on_plan: Callable[[], Any] | None = None) -> Verification:
    """The same, recorded for the staff page."""
    started_at, cells, differing = now(), 0, 0
    recorded: list[engine.Difference] = []
    for compared, differences in _verified(on_plan):
        cells += compared
        differing += len(differences)
        recorded += differences[: MAX_RECORDED_DIFFERENCES - len(recorded)]
    return Verification.objects.create(
        started_at=started_at,
        # The pinned clock of the demonstration begins its day again at midnight.
        finished_at=max(now(), started_at),
        cells=cells,
        differing=differing,
        differences=[{**asdict(each), "as_of": each.as_of.isoformat()} for each in recorded],
    )


def _verified(on_plan: Callable[[], Any] | None) -> Iterable[tuple[int, list[engine.Difference]]]:
    for verified in engine.verify(day=today()):
        yield verified
        if on_plan:
            on_plan()


def is_refreshing(plan_id: int | None = None) -> bool:
    """Return whether some cell is stale: of a plan, or of any."""
    stale = StaleCell.objects.all()
    return (stale if plan_id is None else stale.filter(key__0=plan_id)).exists()


def forget_old_runs() -> int:
    """Removes runs and verifications older than RETENTION_DAYS, but for the runs that stored cells still name."""
    before = now() - timedelta(days=RETENTION_DAYS)
    old = RollupRun.objects.filter(started_at__lt=before)
    for table in engine.TABLES.values():
        old = old.exclude(pk__in=table.stored_rows().filter(run__isnull=False).values("run"))
    Verification.objects.filter(started_at__lt=before).delete()
    return old.delete()[0]
