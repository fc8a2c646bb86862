"""The look of every chart, and the charts that more than one app shows.

A figure is a plain dict that a page hands over with json_script and static/js/charts.js draws:

    data, layout  as Plotly takes them
    narrow        changes to the layout where the plot is under 440 px wide: dicts merge, all else replaces
    key           swatches above the plot: label, fill, edge
    aspect        the height is width / aspect, in place of layout.height

The script adds what only it knows: width, the page's fonts, large print, paper.
Plotly is never imported here; tests check each figure with it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reporting.periods import PeriodKind, months_between
from reporting.statuses import MeasureStatus
from web import language
from web.renderers import to_json
from web.templatetags.pilotzone import NOTHING, day, minus, number

type Figure = dict[str, Any]
type Number = Decimal | float | int


# What would end a script, as JSON may also write it.
_IN_SCRIPT = {ord(character): f"\\u{ord(character):04X}" for character in "<>&"}


class Column(NamedTuple):
    """A column of a chart's rows: its head, with the unit in brackets, and how a page writes its values."""

    label: str
    show: Callable[[Any], str] = str
    is_number: bool = True

    def written(self, value: Any) -> str:
        return NOTHING if value is None else str(self.show(value))


@dataclass(frozen=True)
class Chart:
    """A figure with what it takes to read it without seeing it, and to use its numbers elsewhere.

    `rows` hold raw values, exactly those that are drawn: a page writes them below the drawing, and its address with
    `?chart=NAME` gives them as CSV. `urls`: where the first cell of each row leads.
    """

    name: str
    title: str  # what is shown, its unit, as of when
    figure: Figure | None  # None: nothing to draw, and `missing` says which input is not there
    summary: str  # one sentence, from the same numbers
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] = ()
    urls: Sequence[str] = ()
    kind: str = "line"  # holds the place while it loads: course, steps, due, map, line or free
    note: str = ""
    source: str = ""
    provenance: str = ""
    on: date | None = None  # the day that a published figure was published for
    missing: str = ""
    has_own_table: bool = False  # the page shows the same rows beside it, its own way
    key_template: str = ""  # a key between title and drawing
    rows_template: str = ""  # the same rows written its own way, in place of a table of `rows`

    @property
    def figure_id(self) -> str:
        return f"chart-{self.name}"

    @property
    def script(self) -> SafeString:
        """The figure for the script that draws it: as Django's json_script writes it, in a tenth of the time."""
        text = to_json(self.figure).decode().translate(_IN_SCRIPT)
        return format_html('<script id="{}" type="application/json">{}</script>', self.figure_id, mark_safe(text))

    @property
    def heads(self) -> list[dict[str, Any]]:
        """As components/table.html takes them."""
        return [{"label": column.label, "number": column.is_number} for column in self.columns]

    @property
    def cells(self) -> list[list[Any]]:
        rows = [self._written(row) for row in self.rows]
        for row, url in zip(rows, self.urls, strict=False):
            row[0] = {"text": row[0], "url": url}
        return rows

    @property
    def total_cells(self) -> list[Any]:
        return self._written(self.total) if self.total else []

    def _written(self, row: Sequence[Any]) -> list[Any]:
        return [column.written(value) for column, value in zip(self.columns, row, strict=True)]


INK, INK_2, INK_3 = "#17242F", "#43525F", "#5D6B77"
EDGE, GRID, GROUND = "#7C8994", "#E2E7EA", "#FFFFFF"
ACCENT, COMPARATOR, RED = "#0B5775", "#6B7782", "#B3261E"
# Text on `in-progress` needs more than ink has (3.9); this has 4.9.
INK_ON_MIDDLE = "#060B0F"


class Tone(NamedTuple):
    """How an area is filled, edged and written on."""

    fill: str
    edge: str
    text: str


STATUS_TONES = {
    MeasureStatus.COMPLETED: Tone("#0A3448", "#0A3448", GROUND),
    MeasureStatus.IN_PROGRESS: Tone("#3A87A6", "#3A87A6", INK_ON_MIDDLE),
    MeasureStatus.PROMOTING: Tone("#DCE9EF", "#557686", INK),
}
SEQUENCE_TONES = (
    Tone("#E3EEF3", "#557686", INK),
    Tone("#B7D3E0", "#557686", INK),
    Tone("#82B3C9", "#557686", INK),
    Tone("#2F7696", "#557686", GROUND),
    Tone("#0A3448", "#557686", GROUND),
)
# Areas take the tint; the colour itself is the edge and the name.
CATEGORY_TONES = {
    "industry": Tone("#DDEBF3", "#2A7BA4", INK),
    "infrastructure": Tone("#E9E7E4", "#655E57", INK),
    "energy": Tone("#F6E8D6", "#A9620F", INK),
    "innovation": Tone("#E9E4F2", "#573E8C", INK),
}

FONT, TICKS = 13, 12
NARROW_FONT, NARROW_TICKS = 12, 11
SUBJECT_LINE = {"color": ACCENT, "width": 3}
COMPARATOR_LINE = {"color": COMPARATOR, "width": 2, "dash": "7px,5px"}
PLAN_LINE = {"color": INK_2, "width": 2, "dash": "6px,3px"}
ELAPSED_LINE = {"color": COMPARATOR, "width": 2, "dash": "2px,3px"}
PACE_LINE = {"color": ACCENT, "width": 2, "dash": "2px,3px"}
PATH_LINE = {"color": ACCENT, "width": 1.5, "dash": "5px,4px"}
LABEL_ROOM = 20
NARROW_LABEL_ROOM = 34
# On paper heights shrink more than fonts do (0.56 and 0.76): labels that must not touch there stand further apart here.
PAPER_SQUEEZE = 0.7


class Margin(NamedTuple):
    left: int
    right: int
    top: int = 14
    bottom: int = 34

    def as_layout(self) -> dict[str, int]:
        return {"l": self.left, "r": self.right, "t": self.top, "b": self.bottom}


def is_chinese() -> bool:
    return language.suffix() == "zh"


def plain(value: Number) -> float | int:
    """JSON has no Decimal, and json_script would make text of it."""
    return float(value) if isinstance(value, Decimal) else value


def x_axis(**more: Any) -> dict[str, Any]:
    return {
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "linecolor": EDGE,
        "linewidth": 1,
        "tickangle": 0,
        "tickfont": {"size": TICKS, "color": INK_2},
        **more,
    }


def y_axis(**more: Any) -> dict[str, Any]:
    return {
        "fixedrange": True,
        "showgrid": True,
        "gridcolor": GRID,
        "gridwidth": 1,
        "zeroline": False,
        "showline": False,
        "ticklabelstandoff": 3,
        "tickangle": 0,
        "tickfont": {"size": TICKS, "color": INK_2},
        **more,
    }


def layout(*, height: int, margin: Margin, **more: Any) -> dict[str, Any]:
    return {
        "height": height,
        "margin": margin.as_layout(),
        "font": {"size": FONT, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {
            "bgcolor": GROUND,
            "bordercolor": EDGE,
            "font": {"size": FONT, "color": INK},
            "align": "left",
        },
        **more,
    }


def narrow_layout(*, height: int, margin: Margin, **more: Any) -> dict[str, Any]:
    ticks = {"tickfont": {"size": NARROW_TICKS}}
    return {
        "height": height,
        "margin": margin.as_layout(),
        "font": {"size": NARROW_FONT},
        **more,
        "xaxis": ticks | more.get("xaxis", {}),
        "yaxis": ticks | more.get("yaxis", {}),
    }


def label(text: str, *, x: Any, y: Any, colour: str = INK, **more: Any) -> dict[str, Any]:
    """Words in the plot, at a point of its axes; no line runs through them."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "showarrow": False,
        "font": {"color": colour},
        "bgcolor": GROUND,
        "borderpad": 0,
        "borderwidth": 0,
        **more,
    }


class EndLabel(NamedTuple):
    """Name and value at the right end of a line, which ends at the height `at`."""

    name: str
    value: str
    at: Number
    colour: str
    bold: bool = False
    short: str = ""


def end_labels(
    labels: Sequence[EndLabel],
    *,
    x: Any,
    span: tuple[Number, Number],
    height: int,
    margin: Margin,
    narrow: bool = False,
) -> list[dict[str, Any]]:
    """Labels at `x` in two lines where the plot is narrow; moved apart where lines end close together."""
    room = NARROW_LABEL_ROOM if narrow else LABEL_ROOM
    inner = height - margin.top - margin.bottom
    unit = inner / (float(span[1]) - float(span[0]))
    places = [(float(one.at) - float(span[0])) * unit for one in labels]
    top = inner + margin.top - room / 2 - max(places, default=0) * (1 - PAPER_SQUEEZE)
    shifts = apart([place * PAPER_SQUEEZE for place in places], room=room, highest=top)
    written = []
    for one, shift in zip(labels, shifts, strict=True):
        text = f"{one.short or one.name}<br>{one.value}" if narrow else f"{one.name} {one.value}"
        written.append(
            label(
                f"<b>{text}</b>" if one.bold else text,
                x=x,
                y=plain(one.at),
                colour=one.colour,
                xanchor="left",
                align="left",
                xshift=7 if narrow else 10,
                yshift=round(shift),
            )
        )
    return written


def about_wide(text: str, size: float = FONT) -> float:
    """px that the longest line takes, about: a Chinese character is as wide as high, a Latin one half of it."""
    return max(half_widths(line) for line in text.split("<br>")) * size / 2 * 1.12


def half_widths(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def wrapped(text: str, limit: int) -> str:
    """In two lines where it is longer than `limit` half characters: before a bracket, else of about the same length."""
    if half_widths(text) <= limit:
        return text
    if "（" in text:
        return text.replace("（", "<br>（", 1)
    words = text.split(" ")
    if len(words) == 1:
        return f"{text[: len(text) // 2]}<br>{text[len(text) // 2 :]}"
    breaks = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return "<br>".join(min(breaks, key=lambda two: max(map(half_widths, two))))


def apart(places: Sequence[float], *, room: float, highest: float) -> list[float]:
    """How far to move each of some heights, in px, so that neighbours stand `room` apart, none above `highest`."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for below, this in pairwise(order):
        moved[this] = max(moved[this], moved[below] + room)
    if order:
        moved[order[-1]] = min(moved[order[-1]], highest)
    for this, above in zip(order[-2::-1], order[:0:-1], strict=False):
        moved[this] = min(moved[this], moved[above] - room)
    return [after - before for before, after in zip(places, moved, strict=True)]


def nice_step(span: Number, lines: int = 4) -> float:
    """The smallest round step with which `lines` steps cover the span."""
    least = float(span) / lines
    power = 10.0 ** (len(str(int(least))) - 1) if least >= 1 else 1.0
    while power > least:
        power /= 10
    for factor in (1, 2, 2.5, 5, 10):
        if factor * power >= least * 0.999999:
            return factor * power
    return 10 * power


def scale(lowest: Number, highest: Number) -> tuple[list[float], tuple[float, float]]:
    """Ticks and range of a value axis that covers both values."""
    low, high = float(lowest), float(highest)
    step = nice_step((high - low) or abs(high) or 1)
    first = int(low // step)
    last = -int(-high // step)
    ticks = [round(step * n, 6) for n in range(first, max(last, first + 1) + 1)]
    return ticks, (ticks[0], ticks[-1])


def tick_values(ticks: Iterable[float], *, percent: bool) -> list[str]:
    return [minus(f"{tick:,.10g}") + ("%" if percent else "") for tick in ticks]


def with_unit(text: str, unit: str) -> str:
    """10,307亿元, 10,307 × 100 million yuan."""
    if not unit:
        return text
    return f"{text}{unit}" if is_chinese() else f"{text} {unit_after(unit)}"


def unit_after(unit: str) -> str:
    """A unit as it stands behind a number: one that begins with a figure, as 100 million yuan does, multiplies it."""
    return f"× {unit}" if unit[:1].isdigit() else unit


def month_name(month: date) -> str:
    return f"{month.month}月" if is_chinese() else str(MONTHS_3[month.month]).title()


def day_of_year(on: date) -> str:
    """A day where the year is clear: 8月29日, 29 Aug."""
    return f"{on.month}月{on.day}日" if is_chinese() else f"{on.day} {str(MONTHS_3[on.month]).title()}"


def year_name(year: int) -> str:
    return f"{year}年" if is_chinese() else str(year)


def hover_day() -> str:
    """Plotly's format of a day on a time axis: 2023年6月28日, 28 June 2023."""
    return "%{x|%Y年%-m月%-d日}" if is_chinese() else "%{x|%-d %B %Y}"


def value_text(value: Number, *, percent: bool = False, exact: bool = True, is_floor: bool = False) -> str:
    """83.820000 -> 83.82; a rate has at least one decimal; a minus is a true one; 约115 where it is not exact, and
    51以上 where the source says only that it is more."""
    digits = f"{Decimal(str(value)):f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    if percent and "." not in digits:
        digits += ".0"
    text = minus(number(Decimal(digits))) + ("%" if percent else "")
    if is_floor:
        return _("more than %(value)s") % {"value": text}
    return text if exact else _("about %(value)s") % {"value": text}


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


def _target_words(target: TargetPoint, due: str, *, below: bool, a_day: float, narrow: bool) -> list[dict[str, Any]]:
    """The target's name above or below its mark, and the path's beside it; beyond the target's where the path is so
    short that the end of the line is near. `a_day`: px that a day takes."""
    name = wrapped(target.label, 14)
    if narrow:
        name = "<br>".join(wrapped(line, 14) for line in name.split("<br>"))
    words = f"{name}<br>{year_name(target.due_year)}"
    written = [_beside(words, x=due, y=target.value, colour=INK_2, below=below)]
    if target.path_from:
        name = _("Path needed")
        path = label(name, x=due, y=plain(target.value), colour=ACCENT)
        if (date.fromisoformat(due) - target.path_from.end).days * a_day < SHORT_PATH:
            beyond = 9 + round((words.count("<br>") + 1) * NARROW_FONT * 1.35)
            where = {"yanchor": "top", "yshift": -beyond} if below else {"yanchor": "bottom", "yshift": beyond}
            written.append(path | where)
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
                "hovertext": [f"{target.label}<br>{year_name(target.due_year)}" for target in targets],
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
            written += _target_words(target, due[target], below=target.value < reached, a_day=a_day, narrow=narrow)
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


class StatusStep(NamedTuple):
    """A status change. `is_superseded`: a later row says that it was wrong."""

    effective_on: date
    status: str
    is_superseded: bool = False


def status_steps(changes: Sequence[StatusStep], due_on: date | None, as_of: date) -> Figure:
    """The history of one measure on three steps, up to the day: changes that took effect later are left out.

    `changes` come newest first, as tables list them, so that of two on one day the newer one holds.
    """
    levels = {status.value: n for n, status in enumerate(MeasureStatus)}
    known = [change for change in reversed(changes) if change.effective_on <= as_of]
    known.sort(key=lambda change: change.effective_on)
    counted = [change for change in known if not change.is_superseded]
    wrong = [change for change in known if change.is_superseded]
    first = min((change.effective_on for change in known), default=as_of)

    passed = max((as_of - first).days, 1)
    is_due_in_sight = due_on is not None and due_on >= first and (due_on - as_of).days <= max(passed // 2, 31)
    last = max(as_of, due_on) if due_on and is_due_in_sight else as_of
    pad = timedelta(days=max((last - first).days // 40, 1))
    start, end = first - min(pad, first - date.min), last + min(pad, date.max - last)

    bottom = 30 if first.year == last.year else 46

    data = []
    if counted:
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [*(change.effective_on.isoformat() for change in counted), as_of.isoformat()],
                "y": [*(levels[change.status] for change in counted), levels[counted[-1].status]],
                "line": SUBJECT_LINE | {"shape": "hv"},
                "marker": {"size": 9, "color": ACCENT},
                "hovertemplate": hover_day() + "<br>%{y}<extra></extra>",
            }
        )
    notes = []
    if wrong:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [change.effective_on.isoformat() for change in wrong],
                "y": [levels[change.status] for change in wrong],
                "marker": {"size": 10, "symbol": "x-thin", "line": {"color": INK_3, "width": 2.5}},
                "hovertemplate": hover_day() + "<br>%{y}<extra></extra>",
            }
        )
    for change in wrong:
        is_late = (change.effective_on - start).days * 2 > (end - start).days
        notes.append(
            label(
                _("%(day)s, corrected") % {"day": day_of_year(change.effective_on)},
                x=change.effective_on.isoformat(),
                y=levels[change.status],
                colour=INK_3,
                xanchor="right" if is_late else "left",
                xshift=-9 if is_late else 9,
            )
        )
    shapes = []
    if due_on and is_due_in_sight:
        shapes.append(
            {
                "type": "line",
                "x0": due_on.isoformat(),
                "x1": due_on.isoformat(),
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": RED, "width": 2, "dash": "4px,3px"},
            }
        )
        is_at_right = (due_on - start).days * 3 > (end - start).days * 2
        notes.append(
            label(
                f"{_('Due date')}<br>{day_of_year(due_on) if first.year == last.year else day(due_on)}",
                x=due_on.isoformat(),
                y=0.5,
                colour=RED,
                xanchor="right" if is_at_right else "left",
                align="right" if is_at_right else "left",
                xshift=-6 if is_at_right else 6,
            )
        )
    elif due_on:
        # Far ahead, it would squeeze the history; far back, before the first change, likewise.
        is_ahead = due_on > as_of
        words = f"{_('Due date')} {day(due_on)}"
        notes.append(
            label(
                f"{words} →" if is_ahead else f"← {words}",
                x=1 if is_ahead else 0,
                y=0.5 if counted and levels[counted[-1].status] == 2 else 1.5,
                colour=INK_2 if is_ahead else RED,
                xref="paper",
                xanchor="right" if is_ahead else "left",
            )
        )
    return {
        "data": data,
        "layout": layout(
            height=190,
            margin=Margin(12, 12, 8, bottom),
            xaxis=x_axis(
                type="date",
                range=[start.isoformat(), end.isoformat()],
                ticks="outside",
                tickcolor=EDGE,
                **_month_ticks(first, last, at_most=10),
            ),
            yaxis=y_axis(
                range=[-0.4, 2.35],
                tickvals=list(levels.values()),
                ticktext=[str(status.label) for status in MeasureStatus],
                ticklabelstandoff=4,
                automargin="width",
            ),
            annotations=notes,
            shapes=shapes,
        ),
        "narrow": narrow_layout(
            height=190,
            margin=Margin(8, 8, 8, bottom),
            xaxis=_month_ticks(first, last, at_most=5),
            annotations=notes,
        ),
    }


def _month_ticks(first: date, last: date, *, at_most: int) -> dict[str, Any]:
    """First days of months, as many as find room; over more than a year, the year under its first one.
    Within a month, the last day."""
    months = months_between(first, last)
    if len(months) == 1:
        return {"tickvals": [last.isoformat()], "ticktext": [day_of_year(last)]}
    every = next((n for n in (1, 2, 3, 6) if len(months) <= n * at_most), 12)
    named = [month for month in months if (month.month - 1) % every == 0]
    words = [month_name(month) for month in named]
    if first.year != last.year:
        for n, month in enumerate(named):
            if n == 0 or named[n - 1].year != month.year:
                words[n] += f"<br>{year_name(month.year)}"
    return {"tickvals": [month.isoformat() for month in named], "ticktext": words}
