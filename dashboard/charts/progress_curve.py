"""The completion rate over time, against the plan curve and time elapsed. Plain values in, a figure out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import Pace, gap, pace, percent, time_elapsed, to_tenth
from core.periods import months_between
from web.charts.axes import Margin, layout, narrow_layout, scale, tick_values, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.labels import EndLabel, bracket, end_labels, label
from web.charts.text import hover_day
from web.charts.theme import ACCENT, COMPARATOR, INK_2, PACE_LINE, SUBJECT_LINE
from web.formats.dates import format_short_day, format_short_month, format_year
from web.formats.numbers import format_number, format_percent
from web.language import is_chinese

# Percentage points; a smaller jump of the plan curve needs no word.
LEAST_JUMP = 5
HEIGHT, NARROW_HEIGHT = 380, 320
# One line alone is dashed: the one that is only wanted.
PLAN_LINE, ELAPSED_LINE = {"color": INK_2, "width": 2}, {"color": COMPARATOR, "width": 1}
# How far along its line time elapsed is named.
NAMED_AT = Fraction(3, 5)


class RunningTotal(NamedTuple):
    """A running total: from the day `on`, so many; `url`: where a click leads."""

    on: date
    so_far: int
    url: str = ""


class ProgressPoint(NamedTuple):
    """A day of the course: numbers of measures, and rates in percent. `needed` stands at both ends of its line."""

    on: date
    completed: int | None
    rate: Decimal | None
    due: int
    due_rate: Decimal | None
    elapsed: Decimal
    needed: Decimal | None


@dataclass(frozen=True)
class Course:
    """The course of a plan. `completed` and `due` are running totals at the days when they change, whether or not they
    lie in view: of the year of the day, or of the whole plan. `total`: of its measures."""

    completed: Sequence[RunningTotal]
    due: Sequence[RunningTotal]
    total: int
    as_of: date
    plan_start: date
    plan_end: date
    whole_plan: bool = False

    @property
    def year(self) -> int:
        return min(max(self.as_of, self.plan_start), self.plan_end).year

    @property
    def start(self) -> date:
        """Return the first day in view."""
        return self.plan_start if self.whole_plan else max(self.plan_start, date(self.year, 1, 1))

    @property
    def end(self) -> date:
        return self.plan_end if self.whole_plan else min(self.plan_end, date(self.year, 12, 31))

    @property
    def day(self) -> date:
        """Return the day up to which the course is known."""
        return min(self.as_of, self.end)

    def elapsed(self, on: date) -> Decimal:
        return time_elapsed(starts_on=self.plan_start, ends_on=self.plan_end, on=on)

    def due_rate(self, on: date) -> Decimal | None:
        return percent(count_on(self.due, on), self.total)

    @cached_property
    def rate(self) -> Decimal | None:
        """Return the completion rate on the day; None before the plan, and of nothing."""
        return percent(count_on(self.completed, self.day), self.total) if self.as_of >= self.plan_start else None

    @cached_property
    def gap(self) -> Decimal | None:
        return gap(self.rate, self.elapsed(self.day))

    @cached_property
    def needed(self) -> Decimal | None:
        """Return the percentage at which the straight way from the day to all measures at the plan's end passes the end
        of the view."""
        if self.rate is None or self.rate >= 100 or self.day >= self.end:
            return None
        days, of = (self.end - self.day).days, (self.plan_end - self.day).days
        return to_tenth(Fraction(self.rate) + Fraction(100 - self.rate) * days / of)

    def points(self) -> list[ProgressPoint]:
        """Return the points that are drawn, day by day: each day in view on which a line bends or ends."""
        bends = [step.on for step in self.completed if step.on <= self.day] + [step.on for step in self.due]
        days = {self.start, self.end, *(on for on in (*bends, self.day) if self.start <= on <= self.end)}
        return [self._point(on) for on in sorted(days)]

    def _point(self, on: date) -> ProgressPoint:
        is_known = self.as_of >= self.plan_start and on <= self.day
        completed = count_on(self.completed, on) if is_known else None
        return ProgressPoint(
            on,
            completed,
            None if completed is None else percent(completed, self.total),
            count_on(self.due, on),
            self.due_rate(on),
            self.elapsed(on),
            {self.end: self.needed, self.day: self.rate}.get(on),
        )


def count_on(steps: Sequence[RunningTotal], on: date) -> int:
    """Return the running total of a day: that of the newest step by then."""
    return _newest(steps, on).so_far


def _newest(steps: Sequence[RunningTotal], on: date) -> RunningTotal:
    return max((step for step in steps if step.on <= on), default=RunningTotal(on, 0))


def progress_curve(course: Course, *, tolerance: Decimal = Decimal("0.5")) -> Figure:
    """Completion rate up to the day against the plan curve (the share of measures due) and time elapsed."""
    highest = [course.elapsed(course.end), course.due_rate(course.end), course.needed, course.rate]
    ticks, span = scale(0, max(each for each in highest if each is not None))
    margin, narrow = Margin(42, 150 if is_chinese() else 190), Margin(34, 62 if is_chinese() else 96, 14, 30)
    judged = pace(course.gap, tolerance=tolerance)

    def words(height: int, margin: Margin, *, is_narrow: bool) -> list[dict[str, Any]]:
        x, ends = course.end.isoformat(), _end_labels(course)
        at_ends = end_labels(ends, x=x, span=span, height=height, margin=margin, narrow=is_narrow)
        return [*at_ends, _elapsed_label(course), *_jump_words(course), *_verdict(course, judged)]

    return {
        "data": _lines(course),
        "layout": layout(
            height=HEIGHT,
            margin=margin,
            xaxis=x_axis(type="date", range=_range(course), **_months(course.start, course.end, every=1)),
            yaxis=y_axis(range=list(span), tickvals=ticks, ticktext=tick_values(ticks, percent=True)),
            shapes=_bracket(course, judged),
            annotations=words(HEIGHT, margin, is_narrow=False),
        ),
        "narrow": narrow_layout(
            height=NARROW_HEIGHT,
            margin=narrow,
            xaxis=_months(course.start, course.end, every=2),
            annotations=words(NARROW_HEIGHT, narrow, is_narrow=True),
        ),
    }


def _lines(course: Course) -> list[dict[str, Any]]:
    start, end, day = course.start, course.end, course.day
    lines = [_line([start, end], [course.elapsed(start), course.elapsed(end)], _("Time elapsed"), ELAPSED_LINE)]
    if course.due_rate(end) is not None:
        lines.append(_steps(course.due, course.total, (start, end), _("Planned completion"), PLAN_LINE))
    if course.rate is None:
        return lines
    if course.needed is not None:
        lines.append(_line([day, end], [course.rate, course.needed], _("Straight-line pace"), PACE_LINE))
    name, line = _("Completion rate"), SUBJECT_LINE | {"width": 3.5}
    dot = {"mode": "markers", "marker": {"size": 9, "color": ACCENT}}
    return [
        *lines,
        _steps(course.completed, course.total, (start, day), name, line),
        _line([day], [course.rate], name, SUBJECT_LINE) | dot,
    ]


def _line(x: Sequence[date], y: Sequence[Decimal], name: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [day.isoformat() for day in x],
        "y": [float(value) for value in y],
        "line": line,
        "cliponaxis": False,
        "hovertemplate": f"{hover_day()}<br>{name} %{{y:.1f}}%<extra></extra>",
    }


def _steps(
    steps: Sequence[RunningTotal], total: int, days: tuple[date, date], name: str, line: dict[str, Any]
) -> dict[str, Any]:
    """Running totals as rates that hold until they change, from the first to the last of the `days`."""
    first, last = days
    inside = sorted(step for step in steps if first < step.on < last)
    points = [_newest(steps, first)._replace(on=first), *inside, _newest(steps, last)._replace(on=last)]
    rates = [percent(point.so_far, total) or Decimal(0) for point in points]
    drawn = _line([point.on for point in points], rates, name, line | {"shape": "hv"})
    return drawn | {"customdata": [point.url for point in points]}


def _end_labels(course: Course) -> list[EndLabel]:
    """Return the names of the lines that stand apart at the end of the view, with what they reach there."""
    planned, needed, found = course.due_rate(course.end), course.needed, []
    if planned is not None:
        short = pgettext("short", "Planned")
        found.append(EndLabel(_("Planned completion"), format_percent(planned), planned, INK_2, short=short))
    if needed is not None:
        short = pgettext("short", "Straight line")
        found.append(EndLabel(_("Straight-line pace"), format_percent(needed), needed, ACCENT, short=short))
    return found


def _elapsed_label(course: Course) -> dict[str, Any]:
    """Return the name of time elapsed above its line."""
    on = course.start + timedelta(days=int((course.end - course.start).days * NAMED_AT))
    where: dict[str, Any] = {"xanchor": "right", "yanchor": "bottom", "xshift": -4, "yshift": 2}
    return label(_("Time elapsed"), x=on.isoformat(), y=float(course.elapsed(on)), colour=COMPARATOR, **where)


def _jump_words(course: Course) -> list[dict[str, Any]]:
    """Return a label below the plan curve where it jumps at the end of the view, since much is due on its last day."""
    days = course.end - timedelta(days=1), course.end
    before, after = (course.due_rate(on) for on in days)
    if before is None or after is None or after - before < LEAST_JUMP:
        return []
    words = _("%(count)s fall due<br>on %(day)s") % {
        "count": format_number(count_on(course.due, days[1]) - count_on(course.due, days[0])),
        "day": format_short_day(course.end),
    }
    where: dict[str, Any] = {"x": course.end.isoformat(), "xanchor": "right", "xshift": -4, "align": "right"}
    return [label(words, y=float(before), yanchor="top", yshift=-3, colour=INK_2, **where)]


def _verdict(course: Course, judged: Pace | None) -> list[dict[str, Any]]:
    """Return the rate and the gap in the upper left corner: lines climb from the lower left one."""
    if course.rate is None or judged is None or course.gap is None:
        return []
    words = {
        Pace.BEHIND: _("%(points)s points behind<br>schedule"),
        Pace.AHEAD: _("%(points)s points ahead of<br>schedule"),
        Pace.ON_PACE: _("On schedule"),
    }[judged] % {"points": abs(course.gap)}
    text = f"<b>{_('Completion rate')} {format_percent(course.rate)}<br>{words}</b>"
    where: dict[str, Any] = {"x": course.start.isoformat(), "xanchor": "left", "xshift": 6}
    return [label(text, y=1, yref="paper", yanchor="top", align="left", **where)]


def _bracket(course: Course, judged: Pace | None) -> list[dict[str, Any]]:
    if course.rate is None or judged in (None, Pace.ON_PACE):
        return []
    return bracket(course.day.isoformat(), course.rate, course.elapsed(course.day))


def _range(course: Course) -> list[str]:
    """Return the range of days. It starts half a day early, so that the first point does not touch the tick's text."""
    first = f"{course.start - timedelta(days=1)}T12:00" if course.start > date.min else course.start.isoformat()
    return [first, course.end.isoformat()]


def _months(start: date, end: date, *, every: int) -> dict[str, Any]:
    """Names in the middle of their month; over more than a year, of their year."""
    if start.year != end.year:
        years = range(start.year, end.year + 1)
        return {
            "tickvals": [f"{year:04d}-07-01" for year in years],
            "ticktext": [format_year(year) for year in years],
        }
    months = months_between(start, end)[::every]
    return {
        "tickvals": [month.replace(day=15).isoformat() for month in months],
        "ticktext": [format_short_month(month) for month in months],
    }
