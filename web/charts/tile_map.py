"""The members of a plan's region as a map of tiles. Plain values in, a figure out."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from core.classes import class_limits, class_of, count_limits, rate_limits, shades
from web.charts.axes import Margin, layout, narrow_layout, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.theme import INK, SEQUENCE_TONES, Tone, swatch
from web.formats.numbers import NO_VALUE, format_number, format_whole
from web.language import is_chinese


class Tile(NamedTuple):
    """A city: its place from 1, left and top; its value, None where it has none; where a click leads."""

    name: str
    row: int
    column: int
    value: Decimal | int | None
    url: str


def city_tile_map(
    cities: Sequence[Tile],
    *,
    are_few: bool = False,
    are_rates: bool = False,
    format_value: Callable[[Decimal], str] = format_whole,
    format_tile: Callable[[Decimal], str] = format_whole,
) -> Figure:
    """The cities as tiles with name and value, coloured by class. `are_few`: the values are small counts; `are_rates`:
    they are per cent. `format_tile` writes what stands on a tile, `format_value` what the pointer shows."""
    values_shown = [city.value for city in cities if city.value is not None]
    limits = value_limits(values_shown, are_few=are_few, are_rates=are_rates)
    labels = class_labels(limits, are_few=are_few)
    sequence = [SEQUENCE_TONES[shade] for shade in shades(len(limits) + 1)]
    # English names are long: on the page of the cities, too, where the map stands beside a wide table.
    size, small = (15, 12.5) if is_chinese() else (13, 9.5)
    return {
        "data": [
            _bars(cities, [sequence[class_of(city.value or 0, limits)] for city in cities], format_value, format_tile)
        ],
        "layout": layout(
            height=420,
            margin=Margin(1, 1, 1, 1),
            font={"size": size, "color": INK},
            xaxis=x_axis(range=[0.5, max((city.column for city in cities), default=1) + 0.5], visible=False),
            yaxis=y_axis(range=[max((city.row for city in cities), default=1) + 0.5, 0.5], visible=False),
        ),
        "narrow": narrow_layout(height=230, margin=Margin(1, 1, 1, 1), font={"size": small}),
        "aspect": 1.62,
        "key": [swatch(text, tone) for text, tone in zip(labels, sequence, strict=False)],
    }


def _bars(
    cities: Sequence[Tile],
    tones: Sequence[Tone],
    format_value: Callable[[Decimal], str],
    format_tile: Callable[[Decimal], str],
) -> dict[str, Any]:
    """Return the tiles as bars of one height."""
    return {
        "type": "bar",
        "x": [city.column for city in cities],
        "base": [city.row - 0.48 for city in cities],
        "y": [0.96] * len(cities),
        "width": 0.965,
        "marker": {
            "color": [tone.fill for tone in tones],
            "line": {"color": [tone.edge for tone in tones], "width": 1},
        },
        "text": [f"<b>{city.name}</b><br>{_written(city, format_tile)}" for city in cities],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "insidetextfont": {"color": [tone.text for tone in tones]},
        "constraintext": "none",
        "textangle": 0,
        "customdata": [city.url for city in cities],
        "hovertext": [f"{city.name}<br>{_written(city, format_value)}" for city in cities],
        "hoverinfo": "text",
    }


def _written(city: Tile, write: Callable[[Decimal], str]) -> str:
    return NO_VALUE if city.value is None else write(Decimal(city.value))


def value_limits(values: Sequence[Decimal | int], *, are_few: bool = False, are_rates: bool = False) -> list[Decimal]:
    """Return the limits between the classes of values: small counts, rates in per cent, or amounts."""
    if are_few:
        return count_limits(list(map(int, values)))
    return rate_limits(list(map(Decimal, values))) if are_rates else class_limits(values)


def class_labels(limits: Sequence[Decimal], *, are_few: bool = False) -> list[str]:
    """Return the labels of classes: under 100, 100–200, 200 and over; of small counts 0, 1–2, 3–4, 5 and over. There
    are none where all values are of one class."""
    if not limits:
        return []
    dash = "—" if is_chinese() else "–"
    spans = [(low, high - 1 if are_few else high) for low, high in pairwise(limits)]
    return [
        format_number(0) if are_few else _("under %(bound)s") % {"bound": format_number(limits[0])},
        *(
            format_number(low) if low == high else f"{format_number(low)}{dash}{format_number(high)}"
            for low, high in spans
        ),
        _("%(bound)s and over") % {"bound": format_number(limits[-1])},
    ]
