"""Axes and layout, as Plotly takes them. Sizes are px."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from core.periods import months_between
from web.charts.chart import Number
from web.charts.text_size import about_wide
from web.charts.theme import EDGE, FONT, GRID, GROUND, INK, INK_2, NARROW_FONT, NARROW_TICKS, TICKS
from web.formats.dates import format_short_day, format_short_month, format_year
from web.formats.numbers import with_true_minus


class Margin(NamedTuple):
    left: int
    right: int
    top: int = 14
    bottom: int = 34

    def as_layout(self) -> dict[str, int]:
        return {"l": self.left, "r": self.right, "t": self.top, "b": self.bottom}


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


def tick_room(texts: Iterable[str], *, least: int) -> int:
    """The left margin that the ticks of a value axis need: -10.0% is longer than 5.0%."""
    return max(least, *(round(about_wide(text, TICKS)) + 8 for text in texts))


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
    return [with_true_minus(f"{float(text):,.{decimals}f}") + ("%" if percent else "") for text in texts]


def month_ticks(first: date, last: date, *, at_most: int) -> dict[str, Any]:
    """First days of months, as many as find room; over more than a year, the year under its first one, and over many
    the years alone. Within a month, the last day."""
    months = months_between(first, last)
    if len(months) == 1:
        return {"tickvals": [last.isoformat()], "ticktext": [format_short_day(last)]}
    every = next((n for n in (1, 2, 3, 6) if len(months) <= n * at_most), 12)
    named = [month for month in months if (month.month - 1) % every == 0]
    if every == 12:
        named = named[:: -(-len(named) // at_most)]
        texts = [format_year(month.year) for month in named]
    else:
        texts = _month_names(named, has_years=first.year != last.year)
    return {"tickvals": [month.isoformat() for month in named], "ticktext": texts}


def _month_names(months: Sequence[date], *, has_years: bool) -> list[str]:
    """`has_years`: the first month of each year has its year below it."""
    texts = [format_short_month(month) for month in months]
    for n, month in enumerate(months):
        if has_years and (n == 0 or months[n - 1].year != month.year):
            texts[n] += f"<br>{format_year(month.year)}"
    return texts
