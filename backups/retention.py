"""The times of backups: when one is made, and which are kept: of each of the last days, weeks and months that have any,
the newest."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, time
from typing import Any

# By the clock of Shanghai.
MADE_AT = time(1, 30)
# Letter of PILOTZONE_BACKUP_KEEP -> what is the same for all moments of a period.
PERIODS: Mapping[str, Callable[[datetime], Any]] = {
    "d": lambda moment: moment.date(),
    "w": lambda moment: moment.isocalendar()[:2],
    "m": lambda moment: (moment.year, moment.month),
}


def kept(moments: Iterable[datetime], keep: Mapping[str, int]) -> set[datetime]:
    """`keep`: letter of PERIODS -> of how many. The newest of all is kept whatever it says."""
    newest_first = sorted(moments, reverse=True)
    found = set(newest_first[:1])
    for letter, count in keep.items():
        newest: dict[Any, datetime] = {}
        for moment in newest_first:
            newest.setdefault(PERIODS[letter](moment), moment)
        found.update(list(newest.values())[:count])
    return found
