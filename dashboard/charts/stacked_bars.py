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
)


def _amount(value: Decimal) -> str:
    return f"{whole(value):,}"


def _key(text: str, tone: Tone) -> dict[str, str]:
    return {"label": text, "fill": tone.fill, "edge": tone.edge}


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
    return figure | {"key": [_key(part.name, part.tone) for part in parts]}


class CityRow(NamedTuple):
    """A city's projects by category: numbers of them, or their investment in yi yuan."""

    name: str
    industry: Decimal | int
    infrastructure: Decimal | int
    energy: Decimal | int
    innovation: Decimal | int
    url: str = ""


def city_bars(rows: Sequence[CityRow], *, said: Callable[[Decimal], str] = _amount) -> Figure:
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
