"""Where each indicator stands on a day, for one region and its comparator: one query a table, then the rules."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.comparison import FigureChange
from core.pace import gap
from indicators.models import Indicator, Observation, Target
from indicators.released import sound_observations
from indicators.rules import (
    Goal,
    Value,
    attainment,
    goal_in_force,
    newest,
    same_period,
    year_before,
)
from measures.models import Plan
from regions.models import Region
from web.formats.numbers import trimmed
from web.language import localized


def is_rate(indicator: Indicator) -> bool:
    """Whether its values are percentages, whose difference is percentage points."""
    return indicator.unit.startswith("%")


@dataclass(frozen=True)
class IndicatorState:
    """An indicator on a day. All numbers in the indicator's `unit`; None is "not published or not comparable"."""

    indicator: Indicator
    latest: Observation | None
    previous: Decimal | None
    comparator: Decimal | None
    gap: Decimal | None
    target: Target | None
    attainment: Decimal | None
    # Every verified and exact observation released by the day: the region's, and the comparator's.
    series: tuple[Observation, ...] = ()
    comparator_series: tuple[Observation, ...] = ()
    # The region that the values are of, and the one that they are compared with.
    region: Region | None = None
    against: Region | None = None

    @property
    def against_name(self) -> str:
        """The short name of what it is compared with, in the reader's language."""
        return "" if self.against is None else localized(self.against, "short")

    @property
    def region_code(self) -> str:
        return "" if self.region is None else self.region.code

    @property
    def comparator_row(self) -> dict[str, Any] | None:
        """As the API gives it; None without a value to compare with."""
        if self.comparator is None:
            return None
        return {"region": "" if self.against is None else self.against.code, "value": self.comparator}

    @property
    def value(self) -> Decimal | None:
        return None if self.latest is None else trimmed(self.latest.value)

    @property
    def change(self) -> Decimal | None:
        """Against the same kind of period one year earlier."""
        return gap(self.value, self.previous)


@dataclass(frozen=True)
class ChangeSince:
    """An indicator on the day of `now` and on an earlier `day` that it is compared with, by what is known now. Needs no
    query: what was released by the earlier day is among what was released by the later one.
    """

    now: IndicatorState
    day: date

    @cached_property
    def latest(self) -> Observation | None:
        """The observation whose value was the indicator's on the earlier day."""
        by_value = {as_value(row): row for row in self.now.series}
        found = newest(by_value, on=self.day)
        return None if found is None else by_value[found]

    @property
    def value(self) -> Decimal | None:
        return None if self.latest is None else trimmed(self.latest.value)

    @property
    def is_first(self) -> bool:
        """Whether there was no value yet on the earlier day."""
        return self.latest is None and self.now.latest is not None

    @property
    def is_same(self) -> bool:
        """Whether the very same observation still stands."""
        return self.latest is not None and self.latest == self.now.latest

    @property
    def figure(self) -> FigureChange:
        """`then` is None also where the values are sums from 1 January to different days, which no difference makes
        comparable."""
        return FigureChange(self.value if self._is_comparable else None, self.now.value)

    @property
    def change(self) -> Decimal | None:
        return gap(self.now.value, self.value) if self._is_comparable else None

    @property
    def _is_comparable(self) -> bool:
        if self.latest is None or self.now.latest is None:
            return False
        indicator = self.now.indicator
        return self.latest.period == self.now.latest.period or not indicator.cumulative or is_rate(indicator)


def as_value(row: Observation) -> Value:
    return Value(row.period, row.period_kind, row.period_start, row.period_end, trimmed(row.value), row.released_on)


def as_goal(row: Target) -> Goal:
    baseline = None if row.baseline_value is None else trimmed(row.baseline_value)
    return Goal(row.due_year, trimmed(row.value), row.adopted_on, row.pk, baseline, row.baseline_on)


def indicator_states(indicators: Iterable[Indicator], *, on: date, plan: Plan | None) -> list[IndicatorState]:
    """One for each indicator, in the order given, for the plan's region. Two queries, however many indicators; three
    where one is derived."""
    indicators = list(indicators)
    if not indicators:
        return []
    region, against = (plan.region, plan.comparator) if plan is not None else (None, None)
    regions = [each.pk for each in (region, against) if each is not None]
    rows = sound_observations(indicators, on=on, regions=regions)
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.adopted(on).filter(indicator__in=indicators, region=region).order_by("pk"):
        targets[target.indicator_id].append(target)
    return [
        replace(
            _state_of(
                each,
                rows[each.pk, region.pk] if region is not None else [],
                rows[each.pk, against.pk] if against is not None else [],
                targets[each.pk],
                on=on,
            ),
            region=region,
            against=against,
        )
        for each in indicators
    ]


def _state_of(
    indicator: Indicator,
    own: list[Observation],
    others: list[Observation],
    targets: list[Target],
    *,
    on: date,
) -> IndicatorState:
    by_value = {as_value(row): row for row in own}
    by_goal = {as_goal(row): row for row in targets}
    current = newest(by_value, on=on)
    goal = goal_in_force(by_goal, on=on)
    target = None if goal is None else by_goal[goal]
    if current is None:
        return IndicatorState(indicator, None, None, None, None, target, None)
    before = year_before(by_value, current, on=on)
    against = same_period(map(as_value, others), current, on=on) if indicator.may_compare else None
    comparator = None if against is None else against.value
    return IndicatorState(
        indicator=indicator,
        latest=by_value[current],
        previous=None if before is None else before.value,
        comparator=comparator,
        gap=gap(current.value, comparator),
        target=target,
        attainment=None if goal is None else attainment(current, goal),
        series=tuple(own),
        comparator_series=tuple(others),
    )
