"""The state of the stored totals: which cells are stale, whether the totals are right, which runs failed. For the staff
page and for the machines that watch.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, QuerySet

from core.clock import now, today
from rollups import engine
from rollups.models import RollupRun, StaleCell, Verification

# What has gone well for a day is no longer news.
RECENT_HOURS = 24
# Two sweeps: cells that are stale for longer are refreshed by nobody.
LONG_SECONDS = 60
TASKS = {"recompute": "rollups.tasks.rebuild_rollups_task", "check": "rollups.tasks.verify_rollups_task"}


@dataclass(frozen=True)
class StaleCells:
    """The stale cells without those that are set aside. `count`: a cell that several changes marked counts once.
    `oldest_seconds`: 0 without stale cells."""

    count: int
    oldest_seconds: float


def stale_cells(at: datetime) -> StaleCells:
    # The key alone tells cells apart: those of measures have three parts, those of projects four.
    found = StaleCell.objects.filter(error="").aggregate(count=Count("key", distinct=True), oldest=Min("marked_at"))
    oldest = found["oldest"]
    return StaleCells(found["count"], max((at - oldest).total_seconds(), 0) if oldest else 0)


def cells_set_aside() -> QuerySet[StaleCell]:
    """The marks of cells whose rows cannot be counted: one a cell, but for changes since the last attempt."""
    return StaleCell.objects.exclude(error="").order_by("pk")


def newest_runs() -> QuerySet[RollupRun]:
    """Return the runs, newest first by id, not by time: the clock of the demonstration begins its day again at
    midnight."""
    return RollupRun.objects.order_by("-pk")


def latest_verification() -> Verification | None:
    return Verification.objects.order_by("-pk").first()


def failed_runs(at: datetime) -> QuerySet[RollupRun]:
    """Return the failed runs of the last RECENT_HOURS."""
    return RollupRun.objects.filter(started_at__gt=at - timedelta(hours=RECENT_HOURS)).exclude(error="")


@dataclass(frozen=True)
class TotalsState:
    """`last_run` and `verification` are None before the first. `is_rebuilt_since`: all cells were recomputed since the
    verification."""

    stale: StaleCells
    set_aside: int
    last_run: RollupRun | None
    verification: Verification | None
    failed: int
    is_of_today: bool
    is_rebuilt_since: bool

    @property
    def is_waiting_long(self) -> bool:
        return self.stale.oldest_seconds > LONG_SECONDS


def totals_state() -> TotalsState:
    at, verification = now(), latest_verification()
    rebuilds = RollupRun.objects.filter(full=True, error="")
    return TotalsState(
        stale=stale_cells(at),
        set_aside=cells_set_aside().count(),
        last_run=newest_runs().first(),
        verification=verification,
        failed=failed_runs(at).count(),
        is_of_today=engine.is_current(today()),
        is_rebuilt_since=bool(verification and rebuilds.filter(started_at__gt=verification.finished_at).exists()),
    )
