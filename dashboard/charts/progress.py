"""The charts of the overview and of the pages of sections, departments and cities.

Plain values in, a figure out (web/charts/chart.py says what a figure is): no database, no request, no clock.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import Pace, gap, pace, percent, time_elapsed, to_tenth
from core.periods import month_end, months_between
from core.rounding import whole
from core.statuses import MeasureStatus
from web.charts.chart import (
    ACCENT,
    CATEGORY_TONES,
    COMPARATOR,
    COMPARATOR_LINE,
    EDGE,
    ELAPSED_LINE,
    FONT,
    GROUND,
    INK,
    INK_2,
    INK_3,
    NARROW_FONT,
    NARROW_TICKS,
    PACE_LINE,
    PLAN_LINE,
    SEQUENCE_TONES,
    STATUS_TONES,
    SUBJECT_LINE,
    EndLabel,
    Figure,
    Margin,
    Number,
    Tone,
    about_wide,
    end_labels,
    half_widths,
    hover_day,
    is_chinese,
    label,
    layout,
    month_name,
    narrow_layout,
    plain,
    scale,
    tick_room,
    tick_values,
    value_text,
    wrapped,
    x_axis,
    y_axis,
    year_name,
)
from web.templatetags.pilotzone import number


class Step(NamedTuple):
    """From this day on, so many; `url`: where a click leads."""

    on: date
    so_far: int
    url: str = ""


class CoursePoint(NamedTuple):
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


def course_points(
    completed: Sequence[Step],
    due: Sequence[Step],
    *,
    total: int,
    as_of: date,
    plan_start: date,
    plan_end: date,
    whole_plan: bool = False,
) -> list[CoursePoint]:
    """What `course` draws, day by day: each day in view on which a line bends or ends."""
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
            CoursePoint(
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


def course(
    completed: Sequence[Step],
    due: Sequence[Step],
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
        "due": _("Plan curve"),
        "elapsed": _("Time elapsed"),
        "needed": _("Even pace"),
    }
    data = [
        _line([start, end], [elapsed_at_start, elapsed_at_end], names["elapsed"], ELAPSED_LINE),
        *([_steps(due, total, start, end, names["due"], PLAN_LINE)] if due_at_end is not None else []),
    ]
    ends = [EndLabel(names["elapsed"], f"{elapsed_at_end}%", elapsed_at_end, COMPARATOR)]
    if due_at_end is not None:
        ends.append(EndLabel(names["due"], f"{due_at_end}%", due_at_end, INK_2))
    if rate is not None and needed is not None:
        data.append(_line([day, end], [rate, needed], names["needed"], PACE_LINE))
        ends.append(EndLabel(names["needed"], f"{needed}%", needed, ACCENT, short=pgettext("short", "Even pace")))
    if rate is not None:
        steps = _steps(completed, total, start, day, names["completed"], SUBJECT_LINE | {"width": 3.5})
        data.append(steps)
        dot = _line([day], [rate], names["completed"], SUBJECT_LINE)
        data.append(dot | {"mode": "markers", "marker": {"size": 9, "color": ACCENT}})

    ticks, span = scale(0, max(elapsed_at_end, due_at_end or 0, needed or 0, rate or 0))
    height, narrow_height = 380, 320
    margin, narrow_margin = Margin(42, 150), Margin(34, 62 if is_chinese() else 86, 14, 30)
    shapes: list[dict[str, Any]] = []
    if rate is not None and behind is not None and pace(behind, tolerance=tolerance) != Pace.ON_PACE:
        shapes = _bracket(day, rate, elapsed)

    def words(*, plot: int, height: int, margin: Margin, narrow: bool) -> list[dict[str, Any]]:
        written = end_labels(ends, x=end.isoformat(), span=span, height=height, margin=margin, narrow=narrow)
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


def _count(steps: Sequence[Step], on: date) -> int:
    """The running total of a day: that of the newest step by then."""
    return _newest(steps, on).so_far


def _newest(steps: Sequence[Step], on: date) -> Step:
    return max((step for step in steps if step.on <= on), default=Step(on, 0))


def _needed(rate: Decimal | None, *, day: date, end: date, plan_end: date) -> Decimal | None:
    """Where the straight way from the day to all measures at the plan's end passes the end of the view, in percent."""
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
    steps: Sequence[Step], total: int, first: date, last: date, name: str, line: dict[str, Any]
) -> dict[str, Any]:
    """Running totals as rates that hold until they change, from `first` to `last`."""
    inside = sorted(step for step in steps if first < step.on < last)
    points = [_newest(steps, first)._replace(on=first), *inside, _newest(steps, last)._replace(on=last)]
    rates = [percent(point.so_far, total) or Decimal(0) for point in points]
    drawn = _line([point.on for point in points], rates, name, line | {"shape": "hv"})
    return drawn | {"customdata": [point.url for point in points]}


def _bracket(day: date, rate: Decimal, elapsed: Decimal) -> list[dict[str, Any]]:
    line = {"color": INK, "width": 1.5}
    on = day.isoformat()
    return [
        {"type": "line", "x0": on, "x1": on, "y0": float(rate), "y1": float(elapsed), "line": line},
        {
            "type": "line",
            "xsizemode": "pixel",
            "xanchor": on,
            "x0": -6,
            "x1": 6,
            "y0": float(elapsed),
            "y1": float(elapsed),
            "line": line,
        },
    ]


class _Place(NamedTuple):
    """Where the day's marks stand in the plot, in px, and how steeply time elapsed climbs; about, since widths vary."""

    x: float
    rate: float
    elapsed: float
    climb: float


def _gap_words(points: Decimal, judged: Pace | None, *, first: str) -> str:
    """`first`: what they say before the gap, in a line of its own; empty for nothing."""
    words = {
        Pace.BEHIND: _("%(points)s points behind<br>time elapsed"),
        Pace.AHEAD: _("%(points)s points ahead of<br>time elapsed"),
        Pace.ON_PACE: _("On pace"),
    }[judged or Pace.ON_PACE] % {"points": abs(points)}
    return f"{first}<br>{words}" if first else words


def _gap_label(words: str, *, day: date, rate: Decimal, elapsed: Decimal, place: _Place) -> dict[str, Any]:
    """Beside the bracket's middle; above it where it is short, and clear of time elapsed where it must stand right."""
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
    """In px, from the lower left corner of the plot."""

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
    """Whether a line that never turns back comes into the box between two corners."""
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
    """In the upper left corner of the plot, which is `top` px high; None where a line comes there."""
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
    """Under the dot, above it where the axis is too near; right of it unless a label `beside` the end is in the way;
    never where one of the `lines` comes through. None: nowhere.
    """
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
            "ticktext": [year_name(year) for year in years],
        }
    months = months_between(start, end)[::every]
    return {
        "tickvals": [month.replace(day=15).isoformat() for month in months],
        "ticktext": [month_name(month) for month in months],
    }


def _amount(value: Decimal) -> str:
    return f"{whole(value):,}"


class Tile(NamedTuple):
    """A city: its place from 1, left and top; its value, None where it has none; where a click leads."""

    name: str
    row: int
    column: int
    value: Decimal | int | None
    url: str


# Round and fixed, so that colours do not jump from day to day.
INVESTMENT_CLASSES = (3000, 4000, 5500, 8500)
PROJECT_CLASSES = (120, 160, 200, 300)
LAIZHOU_BAY = (1, 4)


def tile_map(
    cities: Sequence[Tile], *, classes: Sequence[int] = INVESTMENT_CLASSES, said: Callable[[Decimal], str] = _amount
) -> Figure:
    """The cities as tiles, each with name and value, coloured by class. `said` writes the value under the pointer."""
    tones = [SEQUENCE_TONES[_class_of(city.value or 0, classes)] for city in cities]
    values = ["—" if city.value is None else f"{whole(city.value):,}" for city in cities]
    columns = max((city.column for city in cities), default=1)
    rows = max((city.row for city in cities), default=1)
    row, column = LAIZHOU_BAY
    bay = label(_("Laizhou Bay"), x=column, y=row, colour=INK_3)
    small = 12.5 if is_chinese() else 9.5
    return {
        "data": [
            {
                "type": "bar",
                "x": [city.column for city in cities],
                "base": [city.row - 0.48 for city in cities],
                "y": [0.96] * len(cities),
                "width": 0.965,
                "marker": {
                    "color": [tone.fill for tone in tones],
                    "line": {"color": [tone.edge for tone in tones], "width": 1},
                },
                "text": [f"<b>{city.name}</b><br>{value}" for city, value in zip(cities, values, strict=True)],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "insidetextfont": {"color": [tone.text for tone in tones]},
                "constraintext": "none",
                "textangle": 0,
                "customdata": [city.url for city in cities],
                "hovertext": [
                    f"{city.name}<br>{'—' if city.value is None else said(Decimal(city.value))}" for city in cities
                ],
                "hoverinfo": "text",
            }
        ],
        "layout": layout(
            height=420,
            margin=Margin(1, 1, 1, 1),
            font={"size": 15, "color": INK},
            xaxis=x_axis(range=[0.5, columns + 0.5], visible=False),
            yaxis=y_axis(range=[rows + 0.5, 0.5], visible=False),
            annotations=[bay | {"font": {"color": INK_3, "size": 12}}],
        ),
        "narrow": narrow_layout(
            height=230,
            margin=Margin(1, 1, 1, 1),
            font={"size": small},
            annotations=[
                bay
                | {
                    "text": bay["text"].replace(" ", "<br>"),
                    "font": {"color": INK_3, "size": 11 if is_chinese() else 9.5},
                }
            ],
        ),
        "aspect": 1.62,
        "key": _class_key(classes),
    }


def _class_of(value: Decimal | int, classes: Sequence[int]) -> int:
    return sum(value >= bound for bound in classes)


def _class_key(classes: Sequence[int]) -> list[dict[str, str]]:
    words = [
        _("under %(bound)s") % {"bound": number(classes[0])},
        *(f"{number(low)}{'—' if is_chinese() else '–'}{number(high)}" for low, high in pairwise(classes)),
        _("%(bound)s and over") % {"bound": number(classes[-1])},
    ]
    return [_key(text, tone) for text, tone in zip(words, SEQUENCE_TONES, strict=True)]


def _key(text: str, tone: Tone) -> dict[str, str]:
    return {"label": text, "fill": tone.fill, "edge": tone.edge}


class GrowthPoint(NamedTuple):
    """Growth in percent of the year to the end of a quarter. None: not published."""

    period_end: date
    subject: Number | None
    comparator: Number | None


def growth(
    points: Sequence[GrowthPoint], *, subject_name: str, comparator_name: str, quarters: int = 6, url: str = ""
) -> Figure:
    """The last quarters, year to date. A quarter without a value is a gap, also where `points` leaves it out. `url`:
    where a click leads.
    """
    by_end = {point.period_end: point for point in points if point.subject is not None or point.comparator is not None}
    last = max(by_end, default=date(1, 3, 31))
    shown = [by_end.get(end, GrowthPoint(end, None, None)) for end in _quarter_ends(last, quarters)]
    while len(shown) > 1 and shown[0].subject is None and shown[0].comparator is None:
        shown.pop(0)

    lines = [
        (comparator_name, [point.comparator for point in shown], False),
        (subject_name, [point.subject for point in shown], True),
    ]
    values = [float(value) for _name, line, _subject in lines for value in line if value is not None] or [1.0]
    ticks, span = scale(min(*values, 0), max(*values, 0))
    data = []
    ends: dict[int, list[EndLabel]] = {}
    for name, line, is_subject in lines:
        colour = ACCENT if is_subject else COMPARATOR
        known = [n for n, value in enumerate(line) if value is not None]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": list(range(len(shown))),
                "y": [None if value is None else plain(value) for value in line],
                "line": SUBJECT_LINE if is_subject else COMPARATOR_LINE,
                "marker": {
                    "size": [9 if is_subject and known and n == known[-1] else 8 for n in range(len(shown))],
                    "opacity": 1,
                    "color": colour if is_subject else GROUND,
                    "line": {"color": colour, "width": 2},
                },
                "cliponaxis": False,
                "customdata": [url] * len(shown),
                "hovertext": [
                    "" if value is None else f"{_quarter(point.period_end)}<br>{name} {value_text(value, percent=True)}"
                    for point, value in zip(shown, line, strict=True)
                ],
                "hoverinfo": "text",
            }
        )
        if known:
            value = line[known[-1]]
            assert value is not None
            end = EndLabel(name, value_text(value, percent=True), value, colour, bold=is_subject)
            ends.setdefault(known[-1], []).append(end)

    height, narrow_height = 330, 260
    tick_texts = tick_values(ticks, percent=True)
    margin = Margin(tick_room(tick_texts, least=38), 112, 14, 50)
    narrow_left = tick_room(tick_texts, least=32, size=NARROW_TICKS)
    narrow_margin = Margin(narrow_left, 54 if is_chinese() else 70, 14, 44)

    def labels(*, height: int, margin: Margin, narrow: bool) -> list[dict[str, Any]]:
        return [
            one
            for n, group in ends.items()
            for one in end_labels(group, x=n, span=span, height=height, margin=margin, narrow=narrow)
        ]

    return {
        "data": data,
        "layout": layout(
            height=height,
            margin=margin,
            xaxis=x_axis(
                range=[-0.5, len(shown) - 0.85],
                tickvals=list(range(len(shown))),
                ticktext=_quarter_ticks([point.period_end for point in shown], narrow=False),
                ticks="outside",
                ticklen=4,
                tickcolor=EDGE,
            ),
            yaxis=y_axis(
                range=list(span),
                tickvals=ticks,
                ticktext=tick_texts,
                zeroline=span[0] < 0,
                zerolinecolor=EDGE,
                zerolinewidth=1,
            ),
            annotations=labels(height=height, margin=margin, narrow=False),
        ),
        "narrow": narrow_layout(
            height=narrow_height,
            margin=narrow_margin,
            xaxis={"ticktext": _quarter_ticks([point.period_end for point in shown], narrow=True)},
            annotations=labels(height=narrow_height, margin=narrow_margin, narrow=True),
        ),
    }


def _quarter_ends(last: date, count: int) -> list[date]:
    """The last days of so many quarters, the newest last."""
    ends: list[date] = []
    year, month = last.year, last.month
    while len(ends) < count and year >= 1:
        ends.insert(0, month_end(date(year, month, 1)))
        year, month = (year, month - 3) if month > 3 else (year - 1, 12)
    return ends


def _quarter(end: date) -> str:
    """The year to a quarter's end, in words: 2023年上半年, H1 2023."""
    return pgettext("quarter of a year", "%(quarter)s %(year)s") % {
        "quarter": _quarter_names()[end.month],
        "year": end.year,
    }


def _quarter_names() -> dict[int, str]:
    return {
        3: pgettext("year to date", "Q1"),
        6: pgettext("year to date", "H1"),
        9: pgettext("year to date", "Q1–3"),
        12: pgettext("year to date", "Year"),
    }


def _quarter_ticks(ends: Sequence[date], *, narrow: bool) -> list[str]:
    """Names, with the year under the first one of each; of many quarters only the years."""
    names = _quarter_names() if len(ends) <= 6 else dict.fromkeys((3, 6, 9, 12), "")
    if narrow and len(ends) <= 6:
        names |= {
            3: pgettext("year to date, short", "Q1"),
            6: pgettext("year to date, short", "H1"),
            9: pgettext("year to date, short", "Q1–3"),
        }
    words = []
    before = 0
    for end in ends:
        year = str(end.year) if narrow else year_name(end.year)
        words.append(names[end.month] + (f"<br>{year}" if end.year != before else ""))
        before = end.year
    return words


class StatusRow(NamedTuple):
    """A section or a department; `url`: where a click leads."""

    name: str
    completed: int
    in_progress: int
    promoting: int
    url: str = ""


def status_stack(rows: Sequence[StatusRow]) -> Figure:
    """Measures of each section or department by status, in the order given."""
    parts = [
        Part(str(status.label), STATUS_TONES[status], [getattr(row, status.value) for row in rows])
        for status in (MeasureStatus.COMPLETED, MeasureStatus.IN_PROGRESS, MeasureStatus.PROMOTING)
    ]
    figure = _stack([row.name for row in rows], [row.url for row in rows], parts)
    return figure | {"key": [_key(part.name, part.tone) for part in parts]}


class CityRow(NamedTuple):
    """A city's projects by category: numbers of them, or their investment in yi yuan."""

    name: str
    industry: Decimal | int
    infrastructure: Decimal | int
    energy: Decimal | int
    innovation: Decimal | int
    url: str = ""


def projects_by_city(rows: Sequence[CityRow], *, said: Callable[[Decimal], str] = _amount) -> Figure:
    """Projects of each city by category, in the order given; the categories are named above the first bar,
    so the longest one should come first. `said` writes the values under the pointer."""
    names = {
        "industry": _("Key industries"),
        "infrastructure": _("Infrastructure"),
        "energy": _("Energy"),
        "innovation": _("Innovation"),
    }
    parts = [
        Part(names[category], tone, [getattr(row, category) for row in rows])
        for category, tone in CATEGORY_TONES.items()
    ]
    return _stack([row.name for row in rows], [row.url for row in rows], parts, said=said, heads=True)


class Part(NamedTuple):
    """One colour of a stack, with a value for each row."""

    name: str
    tone: Tone
    values: list[Decimal | int]


# px. A bar as high as its values need, and about how wide the bars' room is.
BAR = 24
WIDE_PLOT, NARROW_PLOT = 500, 240


def _stack(
    names: Sequence[str],
    urls: Sequence[str],
    parts: Sequence[Part],
    *,
    said: Callable[[Decimal], str] = _amount,
    heads: bool = False,
) -> Figure:
    """Horizontal stacked bars with their values where they fit, and the sum at the end.

    Names stand left of the bars, on narrow plots above them where one is longer than a few characters.
    """
    places = list(range(len(names)))
    sums = [sum(values) for values in zip(*(part.values for part in parts), strict=True)]
    longest = float(max(sums, default=0)) or 1.0
    data: list[dict[str, Any]] = [
        {
            "type": "bar",
            "orientation": "h",
            "y": places,
            "x": [plain(value) for value in part.values],
            "marker": {"color": part.tone.fill, "line": {"color": part.tone.edge, "width": 1}},
            "text": [f"{whole(value):,}" if value else "" for value in part.values],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "insidetextfont": {"color": part.tone.text, "size": 12},
            "textangle": 0,
            "customdata": list(urls),
            "hovertext": [
                f"{name}<br>{part.name} {said(Decimal(value))}" for name, value in zip(names, part.values, strict=True)
            ],
            "hoverinfo": "text",
        }
        for part in parts
    ]
    data.append(
        {
            "type": "scatter",
            "mode": "text",
            "x": [plain(value) for value in sums],
            # Set in the middle, text stands a little higher than that of bars.
            "y": [place + 0.06 for place in places],
            "text": [f"\u2002<b>{whole(value):,}</b>" for value in sums],
            "textposition": "middle right",
            "textfont": {"color": INK, "size": 12},
            "cliponaxis": False,
            "hoverinfo": "skip",
        }
    )
    beside = [wrapped(name, 44) for name in names]
    is_short = all(half_widths(name) <= 12 for name in names)
    above = [wrapped(name, 46) for name in names]
    is_wrapped = any("<br>" in name for name in (*beside, *above))
    row = 40 if is_wrapped else 36 if len(names) <= 12 else 31
    narrow_row = 31 if is_short else 64 if is_wrapped else 48
    room = 44 if longest >= 1000 else 32
    over = [
        label(name, x=0, y=n, xanchor="left", align="left", yanchor="bottom", yshift=BAR // 2 + 1)
        for n, name in enumerate(above)
    ]
    wide_heads = _heads(parts, longest=longest, plot=WIDE_PLOT, room=room, size=13) if heads and names else []
    narrow_heads = _heads(parts, longest=longest, plot=NARROW_PLOT, room=room, size=12) if heads and names else []
    first_name = 0 if is_short else 36 if above and "<br>" in above[0] else 20
    wide_top = _head_room(wide_heads)
    narrow_top = _head_room(narrow_heads) + max(first_name - (narrow_row - BAR) // 2, 0)
    return {
        "data": data,
        "layout": layout(
            height=row * len(names) + wide_top + 8,
            margin=Margin(8, room, wide_top, 8),
            barmode="stack",
            bargap=round(1 - BAR / row, 4),
            uniformtext={"minsize": 12, "mode": "hide"},
            xaxis=x_axis(range=[-longest / 500, longest * 1.004], visible=False),
            yaxis=y_axis(
                range=[len(names) - 0.5, -0.5],
                showgrid=False,
                tickvals=places,
                ticktext=beside,
                tickfont={"size": FONT, "color": INK},
                ticklabelstandoff=5,
                automargin="width",
            ),
            annotations=wide_heads,
        ),
        "narrow": narrow_layout(
            height=narrow_row * len(names) + narrow_top + 8,
            margin=Margin(2 if not is_short else 8, room, narrow_top, 8),
            bargap=round(1 - BAR / narrow_row, 4),
            yaxis={"showticklabels": is_short},
            annotations=narrow_heads + ([] if is_short else over),
        ),
    }


def _heads(parts: Sequence[Part], *, longest: float, plot: int, room: int, size: int) -> list[dict[str, Any]]:
    """The parts' names above those of the first bar, one line higher where they would run into each other."""
    lines: list[float] = []
    heads = []
    before = 0.0
    for part in parts:
        value = float(part.values[0])
        wide = about_wide(part.name, size) + 2
        centre = (before + value / 2) / longest * plot
        left = max(centre - wide / 2, 0)
        left = min(left, plot + room - wide)
        line = next((n for n, right in enumerate(lines) if right + 8 <= left), len(lines))
        lines[line : line + 1] = [left + wide]
        x = before + value / 2 if left == centre - wide / 2 else left / plot * longest
        heads.append(
            label(
                f"<b>{part.name}</b>",
                x=x,
                y=-0.5,
                colour=part.tone.edge,
                xanchor="center" if left == centre - wide / 2 else "left",
                yanchor="bottom",
                yshift=line * 17,
            )
        )
        before += value
    return heads


def _head_room(heads: Sequence[dict[str, Any]]) -> int:
    return 8 if not heads else 22 + max(head["yshift"] for head in heads)
