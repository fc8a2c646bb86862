"""How fresh the totals are that a page or an answer shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Value

from core.clock import SHANGHAI, now
from rollups.engine import TABLES
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


def stored_times(*, plan_id: int, day: date, today: date) -> list[datetime | None]:
    """`computed_at` of what `rollups.engine.read_cells` gives of each table, without reading the cells."""
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
