"""The completion rate over time, against the plan curve and time elapsed. Plain values in, a figure out."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import Pace, gap, pace, percent, time_elapsed, to_tenth
from core.periods import months_between
from web.charts.axes import Margin, layout, narrow_layout, scale, tick_values, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.labels import EndLabel, bracket, end_labels, label
from web.charts.text import hover_day
from web.charts.text_size import about_wide
from web.charts.theme import (
    ACCENT,
    COMPARATOR,
    EDGE,
    ELAPSED_LINE,
    INK_2,
    NARROW_FONT,
    PACE_LINE,
    PLAN_LINE,
    SUBJECT_LINE,
)
from web.formats.dates import format_short_day, format_short_month, format_year
from web.formats.numbers import format_number
from web.language import is_chinese

# Percentage points; a smaller jump of the plan curve needs no word.
LEAST_JUMP = 5


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


def in_view(as_of: date, *, plan_start: date, plan_end: date, whole_plan: bool) -> tuple[date, date]:
    """First and last day of the course: of the year of the day, or of the whole plan."""
    if whole_plan:
        return plan_start, plan_end
    year = min(max(as_of, plan_start), plan_end).year
    return max(plan_start, date(year, 1, 1)), min(plan_end, date(year, 12, 31))


def progress_points(
    completed: Sequence[RunningTotal],
    due: Sequence[RunningTotal],
    *,
    total: int,
    as_of: date,
    plan_start: date,
    plan_end: date,
    whole_plan: bool = False,
) -> list[ProgressPoint]:
    """Return the points that `course` draws, day by day: each day in view on which a line bends or ends."""
    start, end = in_view(as_of, plan_start=plan_start, plan_end=plan_end, whole_plan=whole_plan)
    day, has_begun = min(as_of, end), as_of >= plan_start
    bends = [step.on for step in completed if step.on <= day] + [step.on for step in due] + [day]
    points = []
    for on in sorted({start, end, *(on for on in bends if start <= on <= end)}):
        is_known = has_begun and on <= day
        so_far, due_by = _count(completed, on), _count(due, on)
        rate = percent(so_far, total) if is_known else None
        at_day = percent(_count(completed, day), total) if has_begun else None
        points.append(
            ProgressPoint(
                on,
                so_far if is_known else None,
                rate,
                due_by,
                percent(due_by, total),
                time_elapsed(starts_on=plan_start, ends_on=plan_end, on=on),
                at_day if on == day else _needed(at_day, day=day, end=end, plan_end=plan_end) if on == end else None,
            )
        )
    return points


def progress_curve(
    completed: Sequence[RunningTotal],
    due: Sequence[RunningTotal],
    *,
    total: int,
    as_of: date,
    plan_start: date,
    plan_end: date,
    whole_plan: bool = False,
    tolerance: Decimal = Decimal("0.5"),
) -> Figure:
    """Completion rate up to the day against the plan curve (the share of measures due) and time elapsed.

    `completed` and `due` are running totals at the days when they change, whether or not they lie in view.
    In view is the year of the day, or the whole plan.
    """
    start, end = in_view(as_of, plan_start=plan_start, plan_end=plan_end, whole_plan=whole_plan)
    day = min(as_of, end)

    elapsed_at_start = time_elapsed(starts_on=plan_start, ends_on=plan_end, on=start)
    elapsed_at_end = time_elapsed(starts_on=plan_start, ends_on=plan_end, on=end)
    elapsed = time_elapsed(starts_on=plan_start, ends_on=plan_end, on=day)
    rate = percent(_count(completed, day), total) if as_of >= plan_start else None
    due_at_end = percent(_count(due, end), total)
    needed = _needed(rate, day=day, end=end, plan_end=plan_end)
    behind = gap(rate, elapsed)

    names = {
        "completed": _("Completion rate"),
        "due": _("Planned completion"),
        "elapsed": _("Time elapsed"),
        "needed": _("Straight-line pace"),
    }
    data = [
        _line([start, end], [elapsed_at_start, elapsed_at_end], names["elapsed"], ELAPSED_LINE),
        *([_steps(due, total, start, end, names["due"], PLAN_LINE)] if due_at_end is not None else []),
    ]
    ends = [EndLabel(names["elapsed"], f"{elapsed_at_end}%", elapsed_at_end, COMPARATOR)]
    if due_at_end is not None:
        ends.append(EndLabel(names["due"], f"{due_at_end}%", due_at_end, INK_2, short=pgettext("short", "Planned")))
    if rate is not None and needed is not None:
        data.append(_line([day, end], [rate, needed], names["needed"], PACE_LINE))
        ends.append(EndLabel(names["needed"], f"{needed}%", needed, ACCENT, short=pgettext("short", "Straight line")))
    if rate is not None:
        steps = _steps(completed, total, start, day, names["completed"], SUBJECT_LINE | {"width": 3.5})
        data.append(steps)
        dot = _line([day], [rate], names["completed"], SUBJECT_LINE)
        data.append(dot | {"mode": "markers", "marker": {"size": 9, "color": ACCENT}})

    ticks, span = scale(0, max(elapsed_at_end, due_at_end or 0, needed or 0, rate or 0))
    height, narrow_height = 380, 320
    margin, narrow_margin = Margin(42, 150 if is_chinese() else 190), Margin(34, 62 if is_chinese() else 96, 14, 30)
    shapes: list[dict[str, Any]] = []
    if rate is not None and behind is not None and pace(behind, tolerance=tolerance) != Pace.ON_PACE:
        shapes = bracket(day.isoformat(), rate, elapsed)

    jump = _jump_words(due, total, end)

    def words(*, plot: int, height: int, margin: Margin, narrow: bool) -> list[dict[str, Any]]:
        written = end_labels(ends, x=end.isoformat(), span=span, height=height, margin=margin, narrow=narrow)
        written += jump
        if rate is not None and behind is not None:
            unit = (height - margin.top - margin.bottom) / span[1]
            a_day = plot / ((end - start).days or 1)
            place = _Place(
                x=(day - start).days * a_day,
                rate=float(rate) * unit,
                elapsed=float(elapsed) * unit,
                climb=float(elapsed_at_end - elapsed_at_start) * unit / plot,
            )
            judged = pace(behind, tolerance=tolerance)
            beside = [float(one.at) * unit for one in ends]
            name = f"{names['completed']} {rate}%"
            lines = [_drawn(trace, start=start, a_day=a_day, unit=unit) for trace in data]
            free = _rate_place(name, place=place, end=plot, beside=beside, lines=lines)
            first = "" if free else name
            said = _gap_words(behind, judged, first=first)
            # Over the whole plan the day's marks stand among lines that are close together.
            corner = _in_corner(said, start, top=span[1] * unit, lines=lines) if whole_plan else None
            written.append(corner or _gap_label(said, day=day, rate=rate, elapsed=elapsed, place=place))
            if free:
                written.append(label(f"<b>{name}</b>", x=day.isoformat(), y=float(rate), colour=ACCENT, **free))
        return written

    # The axis starts half a day early, so that the first point does not touch the tick's text.
    range_x = [
        f"{start - timedelta(days=1)}T12:00" if start > date.min else start.isoformat(),
        end.isoformat(),
    ]
    return {
        "data": data,
        "layout": layout(
            height=height,
            margin=margin,
            xaxis=x_axis(type="date", range=range_x, **_months(start, end, every=1)),
            yaxis=y_axis(range=list(span), tickvals=ticks, ticktext=tick_values(ticks, percent=True)),
            shapes=shapes,
            annotations=words(plot=520, height=height, margin=margin, narrow=False),
        ),
        "narrow": narrow_layout(
            height=narrow_height,
            margin=narrow_margin,
            xaxis=_months(start, end, every=2),
            annotations=words(plot=230, height=narrow_height, margin=narrow_margin, narrow=True),
        ),
    }


def _count(steps: Sequence[RunningTotal], on: date) -> int:
    """The running total of a day: that of the newest step by then."""
    return _newest(steps, on).so_far


def _newest(steps: Sequence[RunningTotal], on: date) -> RunningTotal:
    return max((step for step in steps if step.on <= on), default=RunningTotal(on, 0))


def _jump_words(due: Sequence[RunningTotal], total: int, end: date) -> list[dict[str, Any]]:
    """Return a label below the plan curve where it jumps at the end of the view, since much is due on its last day."""
    before, after = (_count(due, on) for on in (end - timedelta(days=1), end))
    rates = [percent(count, total) for count in (before, after)]
    if rates[0] is None or rates[1] is None or rates[1] - rates[0] < LEAST_JUMP:
        return []
    words = _("%(count)s fall due<br>on %(day)s") % {
        "count": format_number(after - before),
        "day": format_short_day(end),
    }
    where: dict[str, Any] = {"x": end.isoformat(), "xanchor": "right", "xshift": -4, "align": "right"}
    return [label(words, y=float(rates[0]), yanchor="top", yshift=-3, colour=INK_2, **where)]


def _needed(rate: Decimal | None, *, day: date, end: date, plan_end: date) -> Decimal | None:
    """Return the percentage at which the straight way from the day to all measures at the plan's end passes the end of
    the view."""
    if rate is None or rate >= 100 or day >= end:
        return None
    return to_tenth(Fraction(rate) + Fraction(100 - rate) * (end - day).days / (plan_end - day).days)


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
    steps: Sequence[RunningTotal], total: int, first: date, last: date, name: str, line: dict[str, Any]
) -> dict[str, Any]:
    """Running totals as rates that hold until they change, from `first` to `last`."""
    inside = sorted(step for step in steps if first < step.on < last)
    points = [_newest(steps, first)._replace(on=first), *inside, _newest(steps, last)._replace(on=last)]
    rates = [percent(point.so_far, total) or Decimal(0) for point in points]
    drawn = _line([point.on for point in points], rates, name, line | {"shape": "hv"})
    return drawn | {"customdata": [point.url for point in points]}


class _Place(NamedTuple):
    """The place of the day's marks in the plot, in px, and how steeply time elapsed climbs; about, since widths
    vary."""

    x: float
    rate: float
    elapsed: float
    climb: float


def _gap_words(points: Decimal, judged: Pace | None, *, first: str) -> str:
    """`first`: what they say before the gap, in a line of its own; empty for nothing."""
    words = {
        Pace.BEHIND: _("%(points)s points behind<br>schedule"),
        Pace.AHEAD: _("%(points)s points ahead of<br>schedule"),
        Pace.ON_PACE: _("On schedule"),
    }[judged or Pace.ON_PACE] % {"points": abs(points)}
    return f"{first}<br>{words}" if first else words


def _gap_label(words: str, *, day: date, rate: Decimal, elapsed: Decimal, place: _Place) -> dict[str, Any]:
    """Return the label of the gap: beside the bracket's middle; above it where it is short, and clear of time elapsed
    where it must stand right."""
    room = about_wide(words, NARROW_FONT) + 12
    is_short = abs(place.elapsed - place.rate) < 80
    is_left = place.x > 1.1 * room
    note = label(
        f"<b>{words}</b>",
        x=day.isoformat(),
        y=float(max(elapsed, rate) if is_short else (elapsed + rate) / 2),
        xanchor="right" if is_left else "left",
        yanchor="bottom" if is_short else "middle",
        align="left",
        xshift=-10 if is_left else 10,
    )
    if is_short and not is_left:
        leader = {"showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": EDGE, "standoff": 3}
        note |= leader | {"ax": 0, "ay": -round(room * place.climb) - 6, "xshift": 0}
    return note


class _Point(NamedTuple):
    """A point in px, from the lower left corner of the plot."""

    x: float
    y: float


def _drawn(trace: dict[str, Any], *, start: date, a_day: float, unit: float) -> list[_Point]:
    """The corners of a line. `a_day` and `unit`: px of a day and of one percent."""
    days = [(date.fromisoformat(x) - start).days for x in trace["x"]]
    points = [_Point(each * a_day, y * unit) for each, y in zip(days, trace["y"], strict=True)]
    if trace["line"].get("shape") != "hv":
        return points
    corners = [_Point(after.x, before.y) for before, after in pairwise(points)]
    return [each for two in zip(points, [*corners, points[-1]], strict=True) for each in two]


def _crosses(line: Sequence[_Point], low: _Point, high: _Point) -> bool:
    """Return whether a line that never turns back comes into the box between two corners."""
    for one, other in pairwise(line):
        first, last = max(one.x, low.x), min(other.x, high.x)
        if first > last:
            continue
        steep = (other.y - one.y) / (other.x - one.x) if other.x > one.x else 0.0
        ys = (one.y + (first - one.x) * steep, one.y + (last - one.x) * steep) if steep else (one.y, other.y)
        if min(ys) <= high.y and max(ys) >= low.y:
            return True
    return False


def _in_corner(words: str, start: date, *, top: float, lines: Sequence[Sequence[_Point]]) -> dict[str, Any] | None:
    """Return a label in the upper left corner of the plot, which is `top` px high; None where a line comes there."""
    low = _Point(0, top - 18 * (words.count("<br>") + 1))
    if any(_crosses(line, low, _Point(about_wide(words) + 12, top)) for line in lines):
        return None
    where: dict[str, Any] = {
        "x": start.isoformat(),
        "xanchor": "left",
        "xshift": 6,
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
    }
    return label(f"<b>{words}</b>", align="left", **where)


def _rate_place(
    words: str, *, place: _Place, end: float, beside: Sequence[float], lines: Sequence[Sequence[_Point]]
) -> dict[str, Any] | None:
    """Return the place of the rate's label: under the dot, above it where the axis is too near; right of it unless a
    label `beside` the end is in the way; never where one of the `lines` comes through. None: nowhere."""
    wide = about_wide(words)
    is_low = place.rate < 32
    is_blocked = place.x + wide + 10 > end and any(abs(place.rate - 18 - height) < 32 for height in beside)
    right: dict[str, Any] = {"xanchor": "left", "xshift": 10, "yshift": 14 if is_low else -18}
    left: dict[str, Any] = {"xanchor": "right", "xshift": -8 if is_low else 0, "yshift": 14 if is_low else -18}
    above: dict[str, Any] = {"xanchor": "center", "xshift": 0, "yshift": 16}
    found = [] if is_blocked else [right]
    if place.x > wide + 10:
        found.insert(0 if is_low or is_blocked or place.x + wide + 10 > end + 40 else 1, left)
    if is_blocked:
        found.append(above)
    for each in found:
        before = {"left": 0.0, "center": wide / 2, "right": wide}[each["xanchor"]]
        low = _Point(place.x + each["xshift"] - before, place.rate + each["yshift"] - 9)
        if not any(_crosses(line, low, _Point(low.x + wide, low.y + 18)) for line in lines):
            return each
    return None


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
