"""Horizontal stacked bars: measures by status, and projects of a city by category. Plain values in, a figure out."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.rounding import whole
from core.statuses import MeasureStatus
from web.charts.axes import Margin, layout, narrow_layout, plain, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.labels import label
from web.charts.text_size import about_wide, half_widths, wrapped
from web.charts.theme import (
    CATEGORY_TONES,
    FONT,
    INK,
    STATUS_TONES,
    Tone,
    swatch,
)
from web.formats.numbers import format_whole


class StatusRow(NamedTuple):
    """A section or a department; `url`: where a click leads."""

    name: str
    completed: int
    in_progress: int
    promoting: int
    url: str = ""


def status_bars(rows: Sequence[StatusRow]) -> Figure:
    """Measures of each section or department by status, in the order given."""
    parts = [
        Part(str(status.label), STATUS_TONES[status], [getattr(row, status.value) for row in rows])
        for status in (MeasureStatus.COMPLETED, MeasureStatus.IN_PROGRESS, MeasureStatus.PROMOTING)
    ]
    figure = _stack([row.name for row in rows], [row.url for row in rows], parts)
    return figure | {"key": [swatch(part.name, part.tone) for part in parts]}


class CityRow(NamedTuple):
    """A city's projects by category: numbers of them, or their investment in yi yuan."""

    name: str
    industry: Decimal | int
    infrastructure: Decimal | int
    energy: Decimal | int
    innovation: Decimal | int
    url: str = ""


def city_bars(rows: Sequence[CityRow], *, format_value: Callable[[Decimal], str] = format_whole) -> Figure:
    """Projects of each city by category, in the order given; the categories are named above the first bar,
    so the longest one should come first. `format_value` writes the values under the pointer."""
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
    return _stack(
        [row.name for row in rows], [row.url for row in rows], parts, format_value=format_value, has_heads=True
    )


class Part(NamedTuple):
    """One colour of a stack, with a value for each row."""

    name: str
    tone: Tone
    values: list[Decimal | int]


# px. A bar as high as its values need, and about how wide the bars' room is.
BAR = 24


WIDE_PLOT, NARROW_PLOT = 500, 240
# In half characters, the longest name in one line beside its bar and above it, and the longest beside a narrow plot's.
NAME_BESIDE, NAME_ABOVE, SHORT_NAME = 44, 46, 12


def _stack(
    names: Sequence[str],
    urls: Sequence[str],
    parts: Sequence[Part],
    *,
    format_value: Callable[[Decimal], str] = format_whole,
    has_heads: bool = False,
) -> Figure:
    """Horizontal stacked bars with their values where they fit, and the sum at the end.

    Names stand left of the bars, on narrow plots above them where one is longer than a few characters.
    """
    sums = [sum(values) for values in zip(*(part.values for part in parts), strict=True)]
    longest = float(max(sums, default=0)) or 1.0
    room = 44 if longest >= 1000 else 32
    heads = parts if has_heads and names else []
    return {
        "data": [*(_bars(part, names, urls, format_value) for part in parts), _sums(sums)],
        "layout": _wide_layout(
            names, longest=longest, room=room, heads=_heads(heads, longest=longest, plot=WIDE_PLOT, room=room, size=13)
        ),
        "narrow": _narrow_layout(
            names, room=room, heads=_heads(heads, longest=longest, plot=NARROW_PLOT, room=room, size=12)
        ),
    }


def _bars(
    part: Part, names: Sequence[str], urls: Sequence[str], format_value: Callable[[Decimal], str]
) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(names))),
        "x": [plain(value) for value in part.values],
        "marker": {"color": part.tone.fill, "line": {"color": part.tone.edge, "width": 1}},
        "text": [f"{whole(value):,}" if value else "" for value in part.values],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": part.tone.text, "size": 12},
        "textangle": 0,
        "customdata": list(urls),
        "hovertext": [
            f"{name}<br>{part.name} {format_value(Decimal(value))}"
            for name, value in zip(names, part.values, strict=True)
        ],
        "hoverinfo": "text",
    }


def _sums(sums: Sequence[Decimal | int]) -> dict[str, Any]:
    """The sum of each bar, behind its end."""
    return {
        "type": "scatter",
        "mode": "text",
        "x": [plain(value) for value in sums],
        # Set in the middle, text stands a little higher than that of bars.
        "y": [place + 0.06 for place in range(len(sums))],
        "text": [f"\u2002<b>{whole(value):,}</b>" for value in sums],
        "textposition": "middle right",
        "textfont": {"color": INK, "size": 12},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _wide_layout(names: Sequence[str], *, longest: float, room: int, heads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Names left of the bars. `room`: px right of the longest one, for its sum."""
    row = 40 if _has_two_lines(names) else 36 if len(names) <= 12 else 31
    top = _head_room(heads)
    return layout(
        height=row * len(names) + top + 8,
        margin=Margin(8, room, top, 8),
        barmode="stack",
        bargap=round(1 - BAR / row, 4),
        uniformtext={"minsize": 12, "mode": "hide"},
        xaxis=x_axis(range=[-longest / 500, longest * 1.004], visible=False),
        yaxis=y_axis(
            range=[len(names) - 0.5, -0.5],
            showgrid=False,
            tickvals=list(range(len(names))),
            ticktext=[wrapped(name, NAME_BESIDE) for name in names],
            tickfont={"size": FONT, "color": INK},
            ticklabelstandoff=5,
            automargin="width",
        ),
        annotations=heads,
    )


def _narrow_layout(names: Sequence[str], *, room: int, heads: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Short names left of the bars, others above them."""
    if all(half_widths(name) <= SHORT_NAME for name in names):
        row, first_name, left, names_above = 31, 0, 8, []
    else:
        above = [wrapped(name, NAME_ABOVE) for name in names]
        row = 64 if _has_two_lines(names) else 48
        first_name = 36 if "<br>" in above[0] else 20
        left = 2
        names_above = [
            label(name, x=0, y=n, xanchor="left", align="left", yanchor="bottom", yshift=BAR // 2 + 1)
            for n, name in enumerate(above)
        ]
    top = _head_room(heads) + max(first_name - (row - BAR) // 2, 0)
    return narrow_layout(
        height=row * len(names) + top + 8,
        margin=Margin(left, room, top, 8),
        bargap=round(1 - BAR / row, 4),
        yaxis={"showticklabels": not names_above},
        annotations=[*heads, *names_above],
    )


def _has_two_lines(names: Sequence[str]) -> bool:
    return any("<br>" in wrapped(name, limit) for name in names for limit in (NAME_BESIDE, NAME_ABOVE))


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
