"""The look of every chart, and what a chart is.

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
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.statuses import MeasureStatus
from web import language
from web.api.renderers import to_json
from web.templatetags.pilotzone import NOTHING, minus, number

type Figure = dict[str, Any]
type Number = Decimal | float | int


# What would end a script, as JSON may also write it.
_IN_SCRIPT = {character: f"\\u{ord(character):04X}" for character in "<>&"}


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
        text = to_json(self.figure).decode()
        # A table for str.translate would be asked for each character.
        for character, written in _IN_SCRIPT.items():
            text = text.replace(character, written)
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


def tick_room(texts: Iterable[str], *, least: int, size: float = TICKS) -> int:
    """The left margin that the ticks of a value axis need: -10.0% is longer than 5.0%."""
    return max(least, *(round(about_wide(text, size)) + 8 for text in texts))


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
    """All with the decimals of the one that has most: 5.5, 6.0, 6.5."""
    texts = [f"{tick:.10g}" for tick in ticks]
    decimals = max((len(text.partition(".")[2]) for text in texts), default=0)
    return [minus(f"{float(text):,.{decimals}f}") + ("%" if percent else "") for text in texts]


def with_unit(text: str, unit: str) -> str:
    """10,307亿元, 83.82 GW."""
    if not unit:
        return text
    return f"{text}{unit}" if is_chinese() else f"{text} {unit}"


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


def value_text(
    value: Number, *, percent: bool = False, exact: bool = True, is_floor: bool = False, decimals: int = 0
) -> str:
    """83.820000 -> 83.82; a rate has at least one decimal; a minus is a true one; 约115 where it is not exact, and
    51以上 where the source says only that it is more. `decimals`: at least so many."""
    digits = f"{Decimal(str(value)):f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    decimals = max(decimals, int(percent))
    if decimals:
        whole_part, _point, own = digits.partition(".")
        digits = f"{whole_part}.{own:0<{decimals}}"
    text = minus(number(Decimal(digits))) + ("%" if percent else "")
    if is_floor:
        return _("more than %(value)s") % {"value": text}
    return text if exact else _("about %(value)s") % {"value": text}
