"""The figure of an indicator: its values, those of a comparator, targets and the way to them."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.periods import PeriodKind
from web.charts.axes import Margin, layout, narrow_layout, plain, scale, tick_values, x_axis, y_axis
from web.charts.chart import Figure, Number
from web.charts.labels import EndLabel, end_labels, label
from web.charts.text import value_text
from web.charts.text_size import wrapped
from web.charts.theme import (
    ACCENT,
    COMPARATOR,
    COMPARATOR_LINE,
    EDGE,
    GROUND,
    INK_2,
    INK_3,
    NARROW_FONT,
    PATH_LINE,
    SUBJECT_LINE,
)
from web.formats.dates import format_year


class IndicatorPoint(NamedTuple):
    """A value of a period. `label` is the period in words; not `exact`: the source rounds it, or says only that it is
    more (`is_floor`). `url`: where a click leads."""

    start: date
    end: date
    kind: str
    value: Number
    label: str
    exact: bool = True
    is_floor: bool = False
    url: str = ""

    def said(self, *, percent: bool) -> str:
        return value_text(self.value, percent=percent, exact=self.exact, is_floor=self.is_floor)

    @property
    def symbol(self) -> str:
        return "triangle-up" if self.is_floor else "circle"


class TargetPoint(NamedTuple):
    """`label` says it with what qualifies it, the year follows: 目标9,000以上. `path_from`: the value, one of the
    indicator's or the document's base, from which a straight path to the target is drawn."""

    due_year: int
    value: Number
    label: str
    path_from: IndicatorPoint | None = None
    url: str = ""


# The kinds of a year-to-date series: as rates they follow on each other, as amounts they do not.
_YEAR_TO_DATE = (PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.THREE_QUARTERS, PeriodKind.YEAR)
_QUARTER_DAYS, _YEAR_DAYS = 92, 366


class _Series(NamedTuple):
    """Values that one line may join, where they follow on each other within `step` days. Points stand at their
    period's end, or in its middle."""

    points: list[IndicatorPoint]
    step: int | None
    at_end: bool = False

    def place(self, point: IndicatorPoint) -> str:
        middle = point.start + (point.end - point.start) / 2
        return (point.end if self.at_end else middle).isoformat()

    def near(self, point: IndicatorPoint) -> float:
        """The value nearest in time to another point's."""
        return float(min(self.points, key=lambda one: abs(one.end - point.end)).value)


def _series(points: Iterable[IndicatorPoint], *, joined: bool, cumulative: bool) -> list[_Series]:
    """The one with the newest value first. Values for several years are left out: they are bars."""
    by_kind: dict[str, list[IndicatorPoint]] = {}
    for point in sorted(points, key=lambda one: (one.end, one.start)):
        if point.kind != PeriodKind.YEARS:
            by_kind.setdefault("" if joined and point.kind in _YEAR_TO_DATE else point.kind, []).append(point)
    steps: dict[str, int | None] = {
        "": _QUARTER_DAYS,
        PeriodKind.DAY: None,
        PeriodKind.MONTH: 31,
        PeriodKind.MONTHS: 31,
        PeriodKind.QUARTER: _YEAR_DAYS if cumulative else _QUARTER_DAYS,
        PeriodKind.HALF_YEAR: _YEAR_DAYS if cumulative else 2 * _QUARTER_DAYS,
    }
    found = [
        _Series(line, steps.get(kind, _YEAR_DAYS), at_end=kind in ("", PeriodKind.DAY))
        for kind, line in by_kind.items()
    ]
    return sorted(found, key=lambda one: one.points[-1].end, reverse=True)


def _series_trace(series: _Series, *, title: str, percent: bool, subject: bool) -> dict[str, Any]:
    colour = ACCENT if subject else COMPARATOR
    x: list[str] = []
    y: list[float | int | None] = []
    words: list[str] = []
    fills: list[str] = []
    symbols: list[str] = []
    urls: list[str] = []
    before: IndicatorPoint | None = None
    for point in series.points:
        if before and series.step and (point.end - before.end).days > series.step:
            x.append(series.place(point))
            y.append(None)
            words.append("")
            fills.append(GROUND)
            symbols.append("circle")
            urls.append("")
        x.append(series.place(point))
        y.append(plain(point.value))
        words.append(f"{point.label}<br>{title} {point.said(percent=percent)}")
        fills.append(colour if subject and point.exact else GROUND)
        symbols.append(point.symbol)
        urls.append(point.url)
        before = point
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x,
        "y": y,
        "hovertext": words,
        "hoverinfo": "text",
        "customdata": urls,
        "cliponaxis": False,
        "line": SUBJECT_LINE if subject else COMPARATOR_LINE,
        "marker": {
            "size": 8,
            "opacity": 1,
            "symbol": symbols,
            "color": fills,
            "line": {"color": colour, "width": 2},
        },
    }


def _spans_trace(spans: Sequence[IndicatorPoint], *, title: str, percent: bool, subject: bool) -> dict[str, Any]:
    """Values of several years at once, each as long as its years."""
    x: list[str | None] = []
    y: list[float | int | None] = []
    words: list[str] = []
    urls: list[str] = []
    for one in spans:
        said = f"{one.label}<br>{title} {one.said(percent=percent)}"
        x += [one.start.isoformat(), one.end.isoformat(), None]
        y += [plain(one.value), plain(one.value), None]
        words += [said, said, ""]
        urls += [one.url, one.url, ""]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "hovertext": words,
        "hoverinfo": "text",
        "customdata": urls,
        "cliponaxis": False,
        "line": {"color": ACCENT if subject else COMPARATOR, "width": 5 if subject else 3},
    }


# px, about: how wide the plot of a course is, and how long a path must be for its name to stand beside its end.
WIDE_COURSE, NARROW_COURSE = 620, 206
SHORT_PATH = 90


def _due(target: TargetPoint, newest: IndicatorPoint | None) -> str:
    """Where a target stands: in the middle of its year as the values of years do, but at its end where values stand at
    a day, or at the end of several years."""
    like = target.path_from or newest
    is_at_end = like is not None and like.kind in (PeriodKind.DAY, PeriodKind.YEARS)
    return f"{target.due_year:04d}-{'12-31' if is_at_end else '07-01'}"


def _target_words(
    target: TargetPoint, due: str, *, below: bool, a_day: float, room: float, narrow: bool
) -> list[dict[str, Any]]:
    """The target's name above or below its mark, and the path's beside it; beyond the target's where the path is so
    short that the end of the line is near, and there is `room`, in px, on that side. `a_day`: px that a day takes."""
    name = wrapped(target.label, 14)
    if narrow:
        name = "<br>".join(wrapped(line, 14) for line in name.split("<br>"))
    words = f"{name}<br>{format_year(target.due_year)}"
    written = [_beside(words, x=due, y=target.value, colour=INK_2, below=below)]
    if target.path_from:
        name = _("Required path")
        path = label(name, x=due, y=plain(target.value), colour=ACCENT)
        beyond = 9 + round((words.count("<br>") + 1) * NARROW_FONT * 1.35)
        is_short = (date.fromisoformat(due) - target.path_from.end).days * a_day < SHORT_PATH
        if is_short and beyond + NARROW_FONT * 1.35 <= room:
            where = {"yanchor": "top", "yshift": -beyond} if below else {"yanchor": "bottom", "yshift": beyond}
            # Away from its line it shows its dashes, so as not to be read as part of the target's name.
            written.append(path | where | {"text": f"– – {name}"})
        else:
            text = wrapped(name, 10) if narrow else name
            where = {"xanchor": "left", "align": "left", "xshift": 9, "yanchor": "bottom" if below else "top"}
            written.append(path | where | {"text": text})
    return written


def _path_trace(target: TargetPoint, due: str, *, rates: bool) -> dict[str, Any]:
    """The straight way from where it starts, which stands as in its line, to the target."""
    start = target.path_from
    assert start is not None
    line = _Series([start], None, at_end=start.kind == PeriodKind.DAY or (rates and start.kind in _YEAR_TO_DATE))
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [line.place(start), due],
        "y": [plain(start.value), plain(target.value)],
        "line": PATH_LINE,
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _year_ticks(years: Sequence[int], *, at_most: int) -> dict[str, Any]:
    """Years named in their middle, as many as find room, the last one among them."""
    every = -(-len(years) // at_most)
    named = [year for year in years if (years[-1] - year) % every == 0]
    return {"tickvals": [f"{year:04d}-07-01" for year in named], "ticktext": [str(year) for year in named]}


def indicator_line(
    points: Sequence[IndicatorPoint],
    comparator_points: Sequence[IndicatorPoint] = (),
    targets: Sequence[TargetPoint] = (),
    *,
    unit: str,
    name: str,
    comparator_name: str = "",
    cumulative: bool = False,
) -> Figure:
    """The course of one indicator in one region, with a comparator and targets. Values come in the unit that is shown.

    A line joins values of one kind of period without a gap between them; a rate of the year to date
    (`cumulative`, in %) counts as one kind. A value for several years is a bar of that length. A value that
    is not exact has an open marker, a triangle where the source says only that it is more. Rates keep 0 in sight;
    where another axis is cut, the plot says so.
    """
    percent = unit.startswith("%")
    shown = [*points, *comparator_points]
    starts = [target.path_from for target in targets if target.path_from]
    values = [float(point.value) for point in (*shown, *starts)] + [float(target.value) for target in targets] or [0.0]
    is_cut = not percent and max(values) > min(values) > max(values) / 2
    newest = max(points, key=lambda point: point.end, default=None)
    reached = newest.value if newest else 0
    bounds = values if is_cut else [*values, 0.0]
    # Room for the words above or below a target.
    room = (max(bounds) - min(bounds)) / 5
    bounds += [float(one.value) + (room if one.value >= reached else -room) for one in targets]
    # And on the other side of the line's end, where its name makes way for the path.
    bounds += [
        float(reached) + 2 * room if one.value < reached else max(float(reached) - 2 * room, min(0.0, *bounds))
        for one in targets
        if one.path_from and one.path_from == newest
    ]
    ticks, span = scale(min(bounds), max(bounds))
    height, narrow_height, top = 330, 260, 30 if is_cut else 14
    margin, narrow_margin = Margin(52, 118, top), Margin(46, 76, top, 30)

    data: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    ends: dict[str, list[EndLabel]] = {}
    alone: set[str] = set()
    for of_region, title, subject in ((comparator_points, comparator_name, False), (points, name, True)):
        colour = ACCENT if subject else COMPARATOR
        found = _series(of_region, joined=percent and cumulative, cumulative=cumulative)
        for n, series in enumerate(found):
            data.append(_series_trace(series, title=title, percent=percent, subject=subject))
            last = series.points[-1]
            said = last.said(percent=percent)
            if n == 0:
                if len(series.points) == 1:
                    alone.add(series.place(last))
                ends.setdefault(series.place(last), []).append(EndLabel(title, said, last.value, colour, bold=subject))
            else:
                notes.append(
                    _beside(
                        f"{last.label} {said}",
                        x=series.place(last),
                        y=last.value,
                        colour=colour,
                        below=float(last.value) < found[0].near(last),
                    )
                )
        spans = [point for point in of_region if point.kind == PeriodKind.YEARS]
        if spans:
            data.append(_spans_trace(spans, title=title, percent=percent, subject=subject))
        for one in spans:
            said = f"{one.label}<br>{one.said(percent=percent)}"
            mark = _beside(said, x=one.end.isoformat(), y=one.value, colour=colour, below=True)
            notes.append(mark | {"xanchor": "right", "align": "right"})

    named = {edge.year for point in (*shown, *starts) for edge in (point.start, point.end)} | {
        target.due_year for target in targets
    }
    years = list(range(min(named), max(named) + 1)) if named else [1]
    # A little before the first year, so that its name does not touch the lowest value's.
    opening = date(years[0], 1, 1) - min(timedelta(days=9 * len(years)), date(years[0], 1, 1) - date.min)
    due = {target: _due(target, newest) for target in targets}
    if targets:
        data += [
            _path_trace(target, due[target], rates=percent and cumulative) for target in targets if target.path_from
        ]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [due[target] for target in targets],
                "y": [plain(target.value) for target in targets],
                "hovertext": [f"{target.label}<br>{format_year(target.due_year)}" for target in targets],
                "hoverinfo": "text",
                "customdata": [target.url for target in targets],
                "cliponaxis": False,
                "marker": {"size": 10, "symbol": "square-open", "color": INK_2, "line": {"width": 2}},
            }
        )
    if is_cut:
        where = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 10}
        notes.append(label(_("The vertical axis does not start at 0"), x=0, y=1, colour=INK_3, **where))

    days = (date(years[-1], 12, 31) - opening).days
    on_path = [one.path_from for one in targets if one.path_from]

    def words(*, height: int, margin: Margin, narrow: bool) -> list[dict[str, Any]]:
        written = list(notes)
        for target in targets:
            a_day = (NARROW_COURSE if narrow else WIDE_COURSE) / days
            below = target.value < reached
            share = abs(float(target.value) - span[0 if below else 1]) / (span[1] - span[0])
            room = share * (height - margin.top - margin.bottom)
            written += _target_words(target, due[target], below=below, a_day=a_day, room=room, narrow=narrow)
        for at, group in ends.items():
            if len(group) == 1 and newest in on_path and group[0].name == name:
                # Right of the line's end goes the path.
                text = "<br>".join(group[0][:2]) if narrow else " ".join(group[0][:2])
                is_down = any(one.path_from == newest and one.value < reached for one in targets)
                mark = _beside(f"<b>{text}</b>", x=at, y=group[0].at, colour=ACCENT, below=not is_down)
                written.append(mark | {"xanchor": "left", "align": "left"})
            else:
                marks = end_labels(group, x=at, span=span, height=height, margin=margin, narrow=narrow)
                if at in alone and any(one.end.isoformat() >= at for one in on_path):
                    # A path that starts near goes right; left of a single value there is room.
                    marks = [mark | {"xanchor": "right", "align": "right", "xshift": -mark["xshift"]} for mark in marks]
                written += marks
        return written

    return {
        "data": data,
        "layout": layout(
            height=height,
            margin=margin,
            xaxis=x_axis(
                type="date",
                range=[opening.isoformat(), f"{years[-1]:04d}-12-31"],
                **_year_ticks(years, at_most=8),
            ),
            yaxis=y_axis(
                range=list(span),
                tickvals=ticks,
                ticktext=tick_values(ticks, percent=percent),
                zeroline=span[0] < 0,
                zerolinecolor=EDGE,
                zerolinewidth=1,
            ),
            annotations=words(height=height, margin=margin, narrow=False),
        ),
        "narrow": narrow_layout(
            height=narrow_height,
            margin=narrow_margin,
            xaxis=_year_ticks(years, at_most=4),
            annotations=words(height=narrow_height, margin=narrow_margin, narrow=True),
        ),
    }


def _beside(text: str, *, x: str, y: Number, colour: str, below: bool) -> dict[str, Any]:
    where = {"yanchor": "top", "yshift": -7} if below else {"yanchor": "bottom", "yshift": 7}
    return label(text, x=x, y=plain(y), colour=colour, **where)
