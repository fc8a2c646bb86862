"""The form of an indicator's chart, chosen by what its values are. Plain values in, no day of today."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from core.periods import PeriodKind
from indicators.charts.points import Band, IndicatorPoint, TargetPoint
from web.charts.axes import scale

# Up to so many values have no course: each stands for itself, with its number.
FEW = 4
# A target further off would press what we know into a corner.
YEARS_AHEAD = 10
# At least so many cities make a band.
LEAST_CITIES = 3

TO_DATE = (PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.THREE_QUARTERS, PeriodKind.YEAR)
_DATED = (PeriodKind.DAY, PeriodKind.MONTH)
_QUARTER_DAYS, _YEAR_DAYS = 92, 366
# Dated values follow on each other where they are not further apart than so many times the usual distance.
_USUAL = 1.5


class Form(StrEnum):
    NUMBER = "number"  # nothing to draw: one value is a number
    DOTS = "dots"
    LINE = "line"


class Scheme(StrEnum):
    """How a chart lays out the values of an indicator: by year, by day, or as a curve within each year."""

    YEARS = "years"
    DATES = "dates"  # levels on days, or of months, quarters …
    RATES_TO_DATE = "rates_to_date"
    SUMS_TO_DATE = "sums_to_date"  # from 0 on each 1 January
    FROM_BASE = "from_base"  # from the day on which a target's path begins


class Course(NamedTuple):
    """`drawn`: the oldest first. `apart`: values of other periods, which no chart may mix with these, the newest first.
    `step`: values whose periods end more days apart are not joined; `base`: where all begin that are drawn."""

    form: Form
    scheme: Scheme
    drawn: list[IndicatorPoint]
    apart: list[IndicatorPoint]
    step: float = _YEAR_DAYS
    base: IndicatorPoint | None = None

    @property
    def is_at_end(self) -> bool:
        """Return whether values stand at the end of their period; those of years stand in its middle."""
        return self.scheme is not Scheme.YEARS

    def place(self, point: IndicatorPoint) -> str:
        middle = point.start + (point.end - point.start) / 2
        return (point.end if self.is_at_end else middle).isoformat()

    def of_the_kind(self, points: Iterable[IndicatorPoint]) -> list[IndicatorPoint]:
        """Return the values of another region that may stand beside those that are drawn."""
        kinds = {each.kind for each in self.drawn}
        found = [each for each in points if each.kind in kinds and self.base is None]
        return sorted(found, key=lambda each: (each.end, each.start))


def choose_course(
    points: Iterable[IndicatorPoint],
    *,
    cumulative: bool = False,
    is_rate: bool = False,
    may_join: bool = True,
    base: IndicatorPoint | None = None,
) -> Course:
    """One value is a number, up to four are dots, more are a line, or dots where the method does not let them be
    joined. `cumulative`: values since 1 January; `base`: where the path to a target begins, with which only values
    since then can be set."""
    ordered = sorted(points, key=lambda each: (each.end, each.start))
    since = (
        [] if base is None else [each for each in ordered if (each.start - base.end).days == 1 and each.kind != "day"]
    )
    # A change of the first year alone is one since the base as well, but no accumulated one.
    if base is not None and any(each.kind != PeriodKind.YEAR for each in since):
        scheme, drawn = Scheme.FROM_BASE, since
    else:
        base = None
        scheme, drawn = _largest(ordered, cumulative=cumulative, is_rate=is_rate)
    apart = [each for each in reversed(ordered) if each not in drawn]
    form = _form(len(drawn) + (base is not None and bool(drawn)), may_join=may_join)
    return Course(form, scheme, drawn, apart, _step(scheme, drawn), base)


def _form(values: int, *, may_join: bool) -> Form:
    if values <= 1:
        return Form.NUMBER
    return Form.LINE if values > FEW and may_join else Form.DOTS


def _groups(ordered: Sequence[IndicatorPoint], *, cumulative: bool) -> dict[str, list[IndicatorPoint]]:
    """Return the values by kind of period. Some kinds go together as one: the parts of a year and the year where values
    are of the year to date, days and months where values are levels. The capacity of a month is that on its last
    day."""
    kinds = {each.kind for each in ordered}
    together: dict[str, str] = {}
    if cumulative and not kinds.isdisjoint(TO_DATE[:-1]):
        together = dict.fromkeys(TO_DATE, "to_date")
    if PeriodKind.DAY in kinds:
        together |= dict.fromkeys(_DATED, PeriodKind.DAY)
    groups: dict[str, list[IndicatorPoint]] = {}
    for each in ordered:
        groups.setdefault(together.get(each.kind, each.kind), []).append(each)
    return groups


def _largest(
    ordered: Sequence[IndicatorPoint], *, cumulative: bool, is_rate: bool
) -> tuple[Scheme, list[IndicatorPoint]]:
    """The group of values that is drawn: that of whole years where they are several, else the largest, the newest."""
    groups = _groups(ordered, cumulative=cumulative)
    if not groups:
        return Scheme.YEARS, []

    def weight(key: str) -> tuple[bool, int, bool, date]:
        group = groups[key]
        is_annual = key == PeriodKind.YEAR
        return (is_annual and len(group) > 1, len(group), is_annual, group[-1].end)

    chosen = max(groups, key=weight)
    if chosen == "to_date":
        return (Scheme.RATES_TO_DATE if is_rate else Scheme.SUMS_TO_DATE), groups[chosen]
    return (Scheme.YEARS if chosen == PeriodKind.YEAR else Scheme.DATES), groups[chosen]


def _step(scheme: Scheme, drawn: Sequence[IndicatorPoint]) -> float:
    if scheme in (Scheme.RATES_TO_DATE, Scheme.SUMS_TO_DATE):
        return _QUARTER_DAYS
    between = [(after.end - before.end).days for before, after in pairwise(drawn)]
    if scheme is Scheme.DATES and between:
        return _USUAL * median(between)
    return _YEAR_DAYS


def runs(course: Course, points: Sequence[IndicatorPoint]) -> list[list[IndicatorPoint]]:
    """Return the runs of values that a line joins, without a gap between. Sums since 1 January begin anew each year."""
    found: list[list[IndicatorPoint]] = []
    for point in points:
        before = found[-1][-1] if found else None
        follows = before is not None and (point.end - before.end).days <= course.step
        if follows and before is not None and course.scheme is Scheme.SUMS_TO_DATE:
            follows = point.end.year == before.end.year
        if follows:
            found[-1].append(point)
        else:
            found.append([point])
    return found


class Bounds(NamedTuple):
    """The bounds of the value axis. `is_cut`: it does not begin at 0, which is said."""

    ticks: list[float]
    span: tuple[float, float]
    is_cut: bool


def value_bounds(values: Sequence[float], *, is_level: bool, above: float = 0, below: float = 0) -> Bounds:
    """Levels (amounts, capacities, counts) from 0. Rates and concentrations too, but where all lie in the upper half:
    then the axis is cut. `above`, `below`: room for words beyond the values, as a share of what they span."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    is_cut = not is_level and high > low > high / 2 > 0
    if not is_cut:
        low, high = min(low, 0.0), max(high, 0.0)
    room = high - low
    # Words under a line that begins at 0 stand in the plot.
    low -= room * below if is_cut or low < 0 else 0
    ticks, span = scale(low, high + room * above)
    return Bounds(ticks, span, is_cut)


def is_near(
    target: TargetPoint, values: Sequence[IndicatorPoint], *, on: date, nearer: Sequence[TargetPoint] = ()
) -> bool:
    """Return whether a target is drawn. A far one is said in the note: due in more than ten years, or so far beyond the
    values and the `nearer` targets, in time or in height, that these would have little room left."""
    if target.due_year - on.year > YEARS_AHEAD or not values:
        return False
    first = min(each.start.year for each in values)
    last = max([each.end.year for each in values] + [each.due_year for each in nearer])
    if target.due_year - last > max(4, last - first + 1):
        return False
    known = [abs(float(each)) for each in [*(one.value for one in values), *(one.value for one in nearer)]]
    return abs(float(target.value)) <= 2 * max(known)


def near_targets(targets: Iterable[TargetPoint], values: Sequence[IndicatorPoint], *, on: date) -> list[TargetPoint]:
    """Return the targets that are drawn, the nearest due first. One to which a path leads is never far but in years."""
    near: list[TargetPoint] = []
    for target in sorted(targets, key=lambda each: each.due_year):
        is_led_to = target.path_from is not None and target.due_year - on.year <= YEARS_AHEAD
        if is_led_to or is_near(target, values, on=on, nearer=near):
            near.append(target)
    return near


def bands(by_year: dict[tuple[date, date], tuple[str, list[float]]], course: Course) -> list[Band]:
    """The lowest and the highest of the cities in each year that the chart shows, where enough have a value. `by_year`:
    the period in words and the values, by first and last day."""
    if course.scheme is not Scheme.YEARS or course.form is Form.NUMBER:
        return []
    shown = {(each.start, each.end) for each in course.drawn}
    return [
        Band(*days, label, min(values), max(values))
        for days, (label, values) in sorted(by_year.items())
        if days in shown and len(values) >= LEAST_CITIES
    ]


def missing_years(course: Course) -> list[int]:
    """Years between the first and the last that are drawn which have no value."""
    if course.scheme is not Scheme.YEARS or not course.drawn:
        return []
    known = {each.end.year for each in course.drawn}
    return [year for year in range(min(known), max(known)) if year not in known]


def opening_day(first_year: int, years: int) -> date:
    """A little before the first year, so that its name does not touch the lowest value's."""
    day = date(first_year, 1, 1)
    return day - min(timedelta(days=9 * years), day - date.min)
