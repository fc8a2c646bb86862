"""The state of each indicator on a day, for one region and its comparator: one query a table, then the rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings

from core.comparison import FigureChange
from core.pace import gap
from indicators.milestones import read_milestones
from indicators.models import Direction, Indicator, Observation, Target
from indicators.released import ObservationSeries, sound_observations
from indicators.rules import (
    VERSUS,
    Goal,
    Value,
    goal_in_force,
    is_whole_year,
    newest,
    same_period,
    year_before,
)
from indicators.verdicts import Judgement, Verdict, earlier_goals, judge, judged_goal
from measures.models import Plan
from regions.models import Region
from web.formats.numbers import trimmed
from web.language import localized


def is_rate(indicator: Indicator) -> bool:
    """Return whether an indicator's values are percentages, whose difference is percentage points."""
    return indicator.unit.startswith("%")


@dataclass(frozen=True)
class IndicatorState:
    """An indicator on a day. All numbers in the indicator's `unit`; None is "not published or not comparable"."""

    indicator: Indicator
    latest: Observation | None
    previous: Decimal | None
    comparator: Decimal | None
    gap: Decimal | None
    # In force: what `summary/` gives, whatever its scope.
    target: Target | None
    # That of the target which the newest value is judged by.
    judgement: Judgement | None = None
    # That of the last target due before it of which the value is known.
    earlier: Judgement | None = None
    # Every verified and exact observation of the region released by the day.
    series: tuple[Observation, ...] = ()
    # Of whole years that only the indicator of the sums from 1 January has.
    years: tuple[Value, ...] = ()
    # Adopted by the day, for the region; by id.
    targets: Mapping[int, Target] = field(default_factory=dict)
    on: date | None = None
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
        """Return the comparator's value as the API gives it; None without a value to compare with."""
        if self.comparator is None:
            return None
        return {"region": "" if self.against is None else self.against.code, "value": self.comparator}

    @property
    def verdict(self) -> Verdict | None:
        """None without a target."""
        return None if self.judgement is None else self.judgement.verdict

    @property
    def judged_target(self) -> Target | None:
        return None if self.judgement is None else self.targets[self.judgement.goal.id]

    def judge(self, target: Target) -> Judgement:
        """Return the judgement by any of the indicator's targets."""
        assert self.on is not None
        values, goal = map(as_value, self.series), as_goal(target, self.indicator)
        return _judgement_by(self.indicator, values, goal, years=self.years, on=self.on)

    @property
    def value(self) -> Decimal | None:
        return None if self.latest is None else trimmed(self.latest.value)

    @property
    def change(self) -> Decimal | None:
        """Return the change against the same kind of period one year earlier."""
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
        """Return whether there was no value yet on the earlier day."""
        return self.latest is None and self.now.latest is not None

    @property
    def is_same(self) -> bool:
        """Return whether the very same observation still stands."""
        return self.latest is not None and self.latest == self.now.latest

    @property
    def figure(self) -> FigureChange:
        """Return the value of both days. `then` is None, too, where the values are sums from 1 January to different
        days: these do not compare."""
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
    value = trimmed(row.value)
    return Value(row.period, row.period_kind, row.period_start, row.period_end, value, row.released_on, row.scope)


def as_goal(row: Target, indicator: Indicator) -> Goal:
    """A target in another unit than the indicator's is of another scope."""
    baseline = None if row.baseline_value is None else trimmed(row.baseline_value)
    versus = VERSUS.search(row.qualifier)
    return Goal(
        row.due_year,
        trimmed(row.value),
        row.adopted_on,
        row.pk,
        baseline,
        row.baseline_on,
        row.scope if row.unit == indicator.unit else f"{row.scope} {row.unit}".strip(),
        None if versus is None else int(versus["year"]),
        row.single_year,
        tuple(read_milestones(row.milestones)),
    )


def indicator_states(indicators: Iterable[Indicator], *, on: date, plan: Plan | None) -> list[IndicatorState]:
    """One for each indicator, in the order given, for the plan's region. Two queries, however many indicators; one more
    where one is derived, and where a target is for a single year."""
    indicators = list(indicators)
    if not indicators:
        return []
    region, against = (plan.region, plan.comparator) if plan is not None else (None, None)
    regions = [each.pk for each in (region, against) if each is not None]
    rows = sound_observations(indicators, on=on, regions=regions)
    targets: dict[int, list[Target]] = defaultdict(list)
    for target in Target.objects.adopted(on).filter(indicator__in=indicators, region=region).order_by("pk"):
        targets[target.indicator_id].append(target)
    yearly = [each for each in indicators if any(target.single_year for target in targets[each.pk])]
    years = whole_years(yearly, on=on, region=region)
    return [
        _state_of(each, rows, targets[each.pk], years[each.pk], on=on, region=region, against=against)
        for each in indicators
    ]


def code_to_date(indicator: Indicator) -> str:
    """Return the code of the indicator that gives the same from 1 January to date: gdp_growth_ytd of
    gdp_growth_annual."""
    return f"{indicator.code.removesuffix('_annual')}_ytd"


def whole_years(indicators: Iterable[Indicator], *, on: date, region: Region | None) -> Mapping[int, list[Value]]:
    """Return the values of whole years, in the same unit, of the indicators to date that belong to some; by the id of
    these. One query; none for no indicator."""
    by_code = {code_to_date(each): each for each in indicators}
    found: dict[int, list[Value]] = defaultdict(list)
    if not by_code or region is None:
        return found
    rows = Observation.objects.sound().released(on).filter(indicator__code__in=by_code, region=region)
    for row in rows.select_related("indicator").order_by("period_end", "released_on", "id"):
        own = by_code[row.indicator.code]
        if row.indicator.unit == own.unit and is_whole_year(row.period_start, row.period_end):
            found[own.pk].append(as_value(row))
    return found


def _state_of(
    indicator: Indicator,
    rows: ObservationSeries,
    targets: list[Target],
    years: list[Value],
    *,
    on: date,
    region: Region | None,
    against: Region | None,
) -> IndicatorState:
    own = [] if region is None else rows[indicator.pk, region.pk]
    others = [] if against is None or not indicator.may_compare else rows[indicator.pk, against.pk]
    by_value = {as_value(row): row for row in own}
    by_goal = {as_goal(row, indicator): row for row in targets}
    current = newest(by_value, on=on)
    goal = goal_in_force(by_goal, on=on)
    before = None if current is None else year_before(by_value, current, on=on)
    beside = None if current is None else same_period(map(as_value, others), current, on=on)
    judgement, earlier = _judgements(indicator, by_value, by_goal, current, years, on=on)
    return IndicatorState(
        indicator=indicator,
        latest=None if current is None else by_value[current],
        previous=_number(before),
        comparator=_number(beside),
        gap=gap(_number(current), _number(beside)),
        target=None if goal is None else by_goal[goal],
        judgement=judgement,
        earlier=earlier,
        targets={row.pk: row for row in targets},
        series=tuple(own),
        years=tuple(years),
        on=on,
        region=region,
        against=against,
    )


def _number(found: Value | None) -> Decimal | None:
    return None if found is None else found.value


SIGNS = {Direction.UP: 1, Direction.DOWN: -1, Direction.NEUTRAL: 0}


def _judgements(
    indicator: Indicator,
    values: Iterable[Value],
    goals: Iterable[Goal],
    current: Value | None,
    years: Sequence[Value],
    *,
    on: date,
) -> tuple[Judgement | None, Judgement | None]:
    """The judgement by the target of the value's scope, else by the one in force, and that of the last target before it
    of which something is known; None without such a target."""
    goals = list(goals)
    scope = "" if current is None else current.scope
    goal = judged_goal(goals, scope=scope, on=on) or goal_in_force(goals, on=on)
    if goal is None:
        return None, None

    def judge_by(each: Goal) -> Judgement:
        return _judgement_by(indicator, values, each, years=years, on=on)

    before = (judge_by(each) for each in earlier_goals(goals, goal))
    return judge_by(goal), next((found for found in before if found.verdict != Verdict.CANNOT_JUDGE), None)


def _judgement_by(
    indicator: Indicator, values: Iterable[Value], goal: Goal, *, years: Sequence[Value], on: date
) -> Judgement:
    values = list(values)
    if goal.single_year:
        own = {each.end for each in values if is_whole_year(each.start, each.end)}
        values += [each for each in years if each.end not in own]
    return judge(
        values,
        goal,
        sign=SIGNS[Direction(indicator.direction)],
        cumulative=indicator.cumulative,
        on=on,
        tolerance=settings.PILOTZONE_VERDICT_TOLERANCE,
    )
