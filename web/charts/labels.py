"""Labels inside a plot. Sizes are px."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from web.charts.axes import Margin, plain
from web.charts.chart import Number
from web.charts.theme import GROUND, INK

LABEL_ROOM = 20


NARROW_LABEL_ROOM = 34


# On paper heights shrink more than fonts do (0.56 and 0.76): labels that must not touch there stand further apart here.
PAPER_SQUEEZE = 0.7


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


def bracket(x: Any, value: Number, against: Number) -> list[dict[str, Any]]:
    """Return the shapes of a bracket between two values at `x`, with a foot at the one that the other is held
    against."""
    line = {"color": INK, "width": 1.5}
    foot = {"xsizemode": "pixel", "xanchor": x, "x0": -6, "x1": 6, "y0": plain(against), "y1": plain(against)}
    return [
        {"type": "line", "x0": x, "x1": x, "y0": plain(value), "y1": plain(against), "line": line},
        {"type": "line", **foot, "line": line},
    ]


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
