"""How fresh the totals are that a page or an answer shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.clock import SHANGHAI, now
from rollups.services import is_refreshing


@dataclass(frozen=True)
class Freshness:
    """`computed_at`: when the oldest of the stored totals was computed; this minute where none of them is stored but
    all were counted for this answer (`is_live`). Then no change waits to be in them.
    """

    computed_at: datetime
    is_live: bool
    refreshing: bool


def freshness(plan_id: int, stored: Iterable[datetime | None]) -> Freshness:
    """`stored`: when each part was computed, None for one that was counted for this answer."""
    times = [each for each in stored if each is not None]
    if not times:
        return Freshness(now().replace(second=0, microsecond=0), is_live=True, refreshing=False)
    return Freshness(min(times).astimezone(SHANGHAI), is_live=False, refreshing=is_refreshing(plan_id))
