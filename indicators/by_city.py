"""An indicator's values in the parts of a region, such as the cities of a province: one period, ranked where that is
fair. Rows in, no query."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from indicators.models import Direction, Indicator, Observation
from regions.models import Region

# With fewer values there is nothing to compare; nor where most cities have none: those few are often the two ends.
LEAST_CITIES = 3
ONE_IN = 2


class NoRank(StrEnum):
    METHOD = "method"  # the indicator's values do not allow it
    MISSING = "missing"  # some city has no value


class CityValue(NamedTuple):
    """`earlier`: of the same kind of period in an earlier year. `place`: from 1; None where nothing is ranked."""

    region: Region
    row: Observation
    earlier: Observation | None = None
    place: int | None = None


class Cities(NamedTuple):
    """`values`: the best first where they are ranked, else by code. `without`: the cities that have no value for the
    period. `mean`: the plain one of those that have, in the indicator's unit. `best_since`: a row of the first of the
    periods, one year after the other, in all of which the best city was the best; None where nothing is ranked."""

    indicator: Indicator
    values: list[CityValue]
    without: list[Region]
    mean: Decimal
    no_rank: NoRank | None
    best_since: Observation | None = None

    @property
    def is_ranked(self) -> bool:
        return self.no_rank is None

    @property
    def period(self) -> Observation:
        """A row of the period."""
        return self.values[0].row

    @property
    def earlier(self) -> Observation | None:
        """A row of the earlier period; all cities have one of it, or none has."""
        return self.values[0].earlier

    @property
    def amounts(self) -> list[Decimal]:
        return [each.row.value for each in self.values]

    @property
    def lowest(self) -> CityValue:
        return min(self.values, key=lambda each: each.row.value)

    @property
    def highest(self) -> CityValue:
        return max(self.values, key=lambda each: each.row.value)


type Period = tuple[str, date, date]
type ByPeriod = dict[Period, dict[int, Observation]]


def compare_cities(indicator: Indicator, observations: Iterable[Observation], parts: Sequence[Region]) -> Cities | None:
    """The newest period for which all cities have a verified value, else the one with the most; None where fewer than
    three, or than half of them, have one. `observations`: released by the day, in any order; `parts`: all cities, by
    code."""
    by_period = _by_period(observations, {each.pk for each in parts})
    if not by_period:
        return None
    chosen = max(by_period, key=lambda period: (len(by_period[period]), period[2], period[1]))
    rows = by_period[chosen]
    if len(rows) < LEAST_CITIES or len(rows) * ONE_IN < len(parts):
        return None
    earlier = _earlier(by_period, chosen)
    values = [CityValue(each, rows[each.pk], earlier.get(each.pk)) for each in parts if each.pk in rows]
    mean = sum((each.row.value for each in values), Decimal(0)) / len(values)
    without = [each for each in parts if each.pk not in rows]
    if not indicator.may_rank:
        return Cities(indicator, values, without, mean, NoRank.METHOD)
    if without:
        return Cities(indicator, values, without, mean, NoRank.MISSING)
    ranked = _ranked(indicator, values)
    return Cities(indicator, ranked, without, mean, None, _best_since(indicator, ranked[0], by_period, chosen))


def _by_period(observations: Iterable[Observation], parts: set[int]) -> ByPeriod:
    """The newest release of each period and city."""
    found: ByPeriod = defaultdict(dict)
    for row in sorted(observations, key=lambda row: (row.released_on, row.pk)):
        if row.verified and row.region_id in parts:
            found[row.period_kind, row.period_start, row.period_end][row.region_id] = row
    return found


def _earlier(by_period: ByPeriod, chosen: Period) -> Mapping[int, Observation]:
    """Return the rows of the earliest of the same periods in years before for which the same cities have values; empty
    without one."""
    wanted = by_period[chosen].keys()
    same = [period for period in _years_before(by_period, chosen) if wanted <= by_period[period].keys()]
    return by_period[same[-1]] if same else {}


def _best_since(indicator: Indicator, best: CityValue, by_period: ByPeriod, chosen: Period) -> Observation:
    """A tie is enough. A year without all values ends it, as far back as can be told."""
    sign, since = (1 if indicator.direction == Direction.DOWN else -1), best.row
    for period in _years_before(by_period, chosen):
        rows = by_period[period]
        if since.period_end.year - period[2].year != 1 or not by_period[chosen].keys() <= rows.keys():
            break
        own = rows[best.region.pk]
        if any(sign * row.value < sign * own.value for row in rows.values()):
            break
        since = own
    return since


def _years_before(by_period: ByPeriod, chosen: Period) -> list[Period]:
    """The same periods in years before, the last one first."""
    kind, start, end = chosen
    same = [
        period
        for period in by_period
        if period[0] == kind
        and (period[1].month, period[2].month) == (start.month, end.month)
        and end.year - start.year == period[2].year - period[1].year
        and period[2] < end
    ]
    return sorted(same, key=lambda period: period[2], reverse=True)


def _ranked(indicator: Indicator, values: Iterable[CityValue]) -> list[CityValue]:
    """The best first; what is neither better nor worse, the greatest first. Ties share a place."""
    sign = 1 if indicator.direction == Direction.DOWN else -1
    ordered = sorted(values, key=lambda each: (sign * each.row.value, each.region.code))
    amounts = [each.row.value for each in ordered]
    return [each._replace(place=1 + amounts.index(each.row.value)) for each in ordered]
