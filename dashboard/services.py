"""What keeps the stored figures fresh."""

from dashboard import rollups
from dashboard.models import RollupRun, StaleCell
from reporting.clock import today


def refresh_stale_rollups() -> int:
    """Recomputes the marked cells; all of them when the day has turned. Returns how many cells it wrote."""
    day = today()
    if not rollups.is_of(day):
        return rollups.rebuild(day=day).cells
    written = 0
    while cells := rollups.refresh_batch(day=day):
        written += cells
    return written


def rebuild_rollups() -> RollupRun:
    return rollups.rebuild(day=today())


def verify_rollups() -> list[rollups.Difference]:
    return rollups.differences(day=today())


def is_refreshing() -> bool:
    """Whether some change waits to be in the totals."""
    return StaleCell.objects.exists()
