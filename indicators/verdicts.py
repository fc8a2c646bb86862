"""Rules for judging whether an indicator is on the way to a target, by the values released by a day: plain functions of
plain values.

A path leads from a baseline over milestones, if there are any, to the target at the end of its due year, straight
between them. A target for a single year has none: the value of that year decides. `sign` is 1 where more is better and
-1 where less is.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from django.db import models
from django.utils.translation import pgettext_lazy

from core.pace import to_tenth
from core.periods import PeriodKind, month_end
from indicators.rules import Goal, Value, goal_in_force, is_whole_year

DAYS_A_YEAR = Decimal("365.25")
MONTHS_A_YEAR = 12
# The change of a year may lie between values some days less apart, as between 31 December and a leap year's.
NEARLY_A_YEAR = 360
# A line is drawn on through at least and at most so many values.
FORECAST_FROM, FORECAST_TO = 3, 5


class Verdict(models.TextChoices):
    AHEAD = "ahead", pgettext_lazy("verdict", "Ahead")
    ON_TRACK = "on_track", pgettext_lazy("verdict", "On track")
    BEHIND = "behind", pgettext_lazy("verdict", "Behind")
    CANNOT_JUDGE = "cannot_judge", pgettext_lazy("verdict", "Cannot judge")


class Reason(models.TextChoices):
    """Why nothing can be judged."""

    NO_VALUE = "no_value", pgettext_lazy("verdict", "No value yet")
    OTHER_SCOPE = "other_scope", pgettext_lazy("verdict", "Different scope")
    NO_BASELINE = "no_baseline", pgettext_lazy("verdict", "No baseline in the document")
    NO_LATER_VALUE = "no_later_value", pgettext_lazy("verdict", "No value since the baseline")
    NOT_RELEASED = "not_released", pgettext_lazy("verdict", "The due year's value is not released")
    NO_DIRECTION = "no_direction", pgettext_lazy("verdict", "Neither direction is better")


class Point(NamedTuple):
    """A value on a day."""

    on: date
    value: Decimal


class Forecast(NamedTuple):
    """The place of the straight line through so many `values` at the end of the due year, and one standard error of it
    on either side."""

    value: Decimal
    low: Decimal
    high: Decimal
    values: int
    first: date
    last: date


class Judgement(NamedTuple):
    """All that there is to say of one target. Numbers are in the unit of the indicator but for `attainment`, in per
    cent; None is "not known". `attainment` is None, too, where the path leads nowhere or back. `left` and `pace_needed`
    are what is to be added (negative: taken away), the latter a year; `pace` is what was added a year since
    `pace_since`, the newest value that is a year older, or the first one. `required`: where the path stands at the end
    of the value's period."""

    goal: Goal
    verdict: Verdict
    reason: Reason | None = None
    value: Value | None = None
    baseline: Point | None = None
    is_baseline_inferred: bool = False
    required: Decimal | None = None
    attainment: Decimal | None = None
    is_met: bool = False
    is_diverging: bool = False
    left: Decimal | None = None
    pace_needed: Decimal | None = None
    pace: Decimal | None = None
    pace_since: Value | None = None
    forecast: Forecast | None = None


def years_between(first: date, last: date) -> Decimal:
    """Return the years between two days: between ends of months by months, so that a reader can count them; else by
    days."""
    if first == month_end(first) and last == month_end(last):
        return Decimal((last.year - first.year) * MONTHS_A_YEAR + last.month - first.month) / MONTHS_A_YEAR
    return (last - first).days / DAYS_A_YEAR


def due_day(goal: Goal) -> date:
    return date(goal.due_year, 12, 31)


def judged_goal(goals: Iterable[Goal], *, scope: str, on: date) -> Goal | None:
    """The newest target of the nearest due year whose scope is that of the value; where all are past, of the last
    year. None without a target of the scope."""
    own = [goal for goal in goals if goal.adopted_on <= on and goal.scope == scope]
    in_force = goal_in_force(own, on=on)
    if in_force is not None:
        return in_force
    return max(own, key=lambda goal: (goal.due_year, goal.adopted_on, goal.id), default=None)


def earlier_goals(goals: Iterable[Goal], judged: Goal) -> list[Goal]:
    """Return the targets of the judged one's scope that were due in earlier years, the last year's first, each year's
    newest. They are past, since judged is the nearest that is not."""
    newest: dict[int, Goal] = {}
    for goal in sorted(goals, key=lambda goal: (goal.due_year, goal.adopted_on, goal.id), reverse=True):
        if goal.scope == judged.scope and goal.due_year < judged.due_year:
            newest.setdefault(goal.due_year, goal)
    return list(newest.values())


def comparable_values(values: Iterable[Value], goal: Goal, *, cumulative: bool, on: date) -> list[Value]:
    """Return the values that say how far it is to the target, in the order of their periods, each in its newest
    release: of its scope; for a change since a year those since the end of it, else whole years, however they are
    recorded, and, unless they sum up from 1 January, days."""
    newest: dict[date, Value] = {}
    for value in sorted(values, key=lambda each: (each.released_on, each.end - each.start), reverse=True):
        if goal.since is not None:
            is_of_kind = value.kind == PeriodKind.YEARS and value.start.year == goal.since + 1
        else:
            is_day = value.kind == PeriodKind.DAY and not cumulative
            is_of_kind = is_day or is_whole_year(value.start, value.end)
        if is_of_kind and value.scope == goal.scope and value.released_on <= on:
            newest.setdefault(value.end, value)
    return [newest[day] for day in sorted(newest)]


def path_value(points: Sequence[Point], on: date) -> Decimal:
    """Return the value of the path through the points, in order, on a day; before the first and after the last as on
    them."""
    if on <= points[0].on:
        return points[0].value
    for before, after in pairwise(points):
        if on <= after.on:
            way = after.value - before.value
            return before.value + way * (on - before.on).days / (after.on - before.on).days
    return points[-1].value


def path_of(goal: Goal, baseline: Point) -> list[Point]:
    """Return the path from the baseline to the target. A milestone before the baseline is past."""
    end = Point(due_day(goal), goal.value)
    return [baseline, *(Point(*each) for each in goal.milestones if baseline.on < each[0] < end.on), end]


def judge(
    values: Iterable[Value],
    goal: Goal,
    *,
    sign: int,
    cumulative: bool,
    on: date,
    tolerance: Decimal = Decimal(5),
) -> Judgement:
    """Judge an indicator's values of one region, in any order, against one of its targets, on a day. `tolerance`:
    within how many per cent of the path it is on track. A better value never gives a worse verdict."""
    released = [value for value in values if value.released_on <= on]
    comparable = comparable_values(released, goal, cumulative=cumulative, on=on)
    if not comparable:
        return Judgement(goal, Verdict.CANNOT_JUDGE, Reason.OTHER_SCOPE if released else Reason.NO_VALUE)
    if not sign:
        return Judgement(goal, Verdict.CANNOT_JUDGE, Reason.NO_DIRECTION, comparable[-1])
    is_decided = goal.single_year or on > due_day(goal)
    current = _deciding(comparable, goal, sign=sign) if is_decided else comparable[-1]
    baseline, is_inferred = _baseline(released, goal, cumulative=cumulative, on=on)
    found = Judgement(goal, Verdict.CANNOT_JUDGE, Reason.NOT_RELEASED, current, baseline, is_inferred)
    if current is None:
        return found
    until = [value for value in comparable if value.end <= current.end]
    found = _with_path(_with_paces(found._replace(reason=None), until, sign=sign), sign=sign)
    return _concluded(found, is_decided=is_decided, sign=sign, tolerance=tolerance)


def _concluded(found: Judgement, *, is_decided: bool, sign: int, tolerance: Decimal) -> Judgement:
    """Return the judgement with the verdict on a value that is known, or the reason why there is none. `is_decided`:
    the value of the due year decides."""
    if found.is_met:
        return found._replace(verdict=Verdict.AHEAD)
    if is_decided:
        return found._replace(verdict=Verdict.BEHIND)
    if found.baseline is None:
        return found._replace(reason=Reason.NO_BASELINE)
    if found.required is None:
        return found._replace(reason=Reason.NO_LATER_VALUE)
    return found._replace(verdict=_verdict(found, sign=sign, tolerance=tolerance))


def _deciding(values: Sequence[Value], goal: Goal, *, sign: int) -> Value | None:
    """The value that says how the due year ended. Until it is released a level that was reached by then stays so, but
    for one of a single year, which no other year's value reaches."""
    ends = [value for value in values if (value.end.year, value.end.month) == (goal.due_year, 12)]
    if ends or goal.single_year:
        return ends[-1] if ends else None
    before = [value for value in values if value.end <= due_day(goal)]
    return before[-1] if before and _meets(before[-1], goal, sign=sign) else None


def _meets(value: Value, goal: Goal, *, sign: int) -> bool:
    return (value.value - goal.value) * sign >= 0


def _baseline(values: Sequence[Value], goal: Goal, *, cumulative: bool, on: date) -> tuple[Point | None, bool]:
    """Return the baseline, with whether it is inferred; none of a target for a single year."""
    if goal.single_year:
        return None, False
    if goal.baseline_value is not None and goal.baseline_on is not None:
        return Point(goal.baseline_on, goal.baseline_value), False
    if goal.since is not None:
        # A change since the end of a year: then it was nothing.
        return Point(date(goal.since, 12, 31), Decimal(0)), False
    known = comparable_values(values, goal, cumulative=cumulative, on=goal.adopted_on)
    if not known:
        return None, False
    now = {value.end: value for value in comparable_values(values, goal, cumulative=cumulative, on=on)}
    last = now[known[-1].end]
    return Point(last.end, last.value), True


def _with_paces(found: Judgement, values: Sequence[Value], *, sign: int) -> Judgement:
    """Return the judgement with all that needs no baseline; `values` end with the current one."""
    current, goal = values[-1], found.goal
    left = goal.value - current.value
    years_left = years_between(current.end, due_day(goal))
    before = values[-2] if len(values) > 1 else None
    earlier = [value for value in values[:-1] if (current.end - value.end).days >= NEARLY_A_YEAR]
    since = earlier[-1] if earlier else values[0] if before else None
    return found._replace(
        is_met=_meets(current, goal, sign=sign),
        is_diverging=before is not None and (current.value - before.value) * sign < 0,
        left=left,
        pace_needed=left / years_left if years_left > 0 else None,
        pace=None if since is None else (current.value - since.value) / years_between(since.end, current.end),
        pace_since=since,
        forecast=forecast(values, due_day(goal)),
    )


def _with_path(found: Judgement, *, sign: int) -> Judgement:
    """Return the judgement with where the path stands, and how much of the way to there is done; as it is before there
    is a way. Of a path that leads nowhere, or back, there is no way to measure, only the line to keep."""
    value, baseline = found.value, found.baseline
    if value is None or baseline is None or not baseline.on < value.end <= due_day(found.goal):
        return found
    required = path_value(path_of(found.goal, baseline), value.end)
    way = required - baseline.value
    done = to_tenth((value.value - baseline.value) * 100 / way) if way * sign > 0 else None
    return found._replace(required=required, attainment=done)


def _verdict(found: Judgement, *, sign: int, tolerance: Decimal) -> Verdict:
    """Return the verdict on a target that is not met yet and has a path."""
    assert found.value is not None and found.required is not None
    if found.attainment is None:
        ahead = (found.value.value - found.required) * sign
        return Verdict.AHEAD if ahead > 0 else Verdict.ON_TRACK if ahead == 0 else Verdict.BEHIND
    if found.attainment > 100 + tolerance:
        return Verdict.AHEAD
    return Verdict.ON_TRACK if found.attainment >= 100 - tolerance else Verdict.BEHIND


def forecast(values: Sequence[Value], day: date) -> Forecast | None:
    """The straight line of least squares through the last three to five of the values, in the order of their periods,
    drawn on to a day; None with fewer, or for a day that they reach."""
    used = values[-FORECAST_TO:]
    if len(used) < FORECAST_FROM or day <= used[-1].end:
        return None
    zero, count = Decimal(0), len(used)
    days = [Decimal((value.end - used[0].end).days) for value in used]
    mean_day = sum(days, zero) / count
    mean = sum((value.value for value in used), zero) / count
    # Of both from their means.
    points = [(each - mean_day, value.value - mean) for each, value in zip(days, used, strict=True)]
    width = sum((x * x for x, _y in points), zero)
    slope = sum((x * y for x, y in points), zero) / width
    left_over = sum(((y - slope * x) ** 2 for x, y in points), zero)
    at = Decimal((day - used[0].end).days) - mean_day
    error = (left_over / (count - 2) * (1 + 1 / Decimal(count) + at**2 / width)).sqrt()
    end = mean + slope * at
    return Forecast(end, end - error, end + error, count, used[0].end, used[-1].end)
