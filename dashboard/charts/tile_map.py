"""The cities of the province as a map of tiles. Plain values in, a figure out."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.rounding import whole
from web.charts.axes import Margin, layout, narrow_layout, x_axis, y_axis
from web.charts.chart import Figure
from web.charts.labels import label
from web.charts.theme import INK, INK_3, SEQUENCE_TONES, swatch
from web.formats.numbers import format_number, format_whole
from web.language import is_chinese


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


def city_tile_map(
    cities: Sequence[Tile],
    *,
    classes: Sequence[int] = INVESTMENT_CLASSES,
    format_value: Callable[[Decimal], str] = format_whole,
) -> Figure:
    """The cities as tiles with name and value, coloured by class. `format_value` writes what the pointer shows."""
    tones = [SEQUENCE_TONES[class_of(city.value or 0, classes)] for city in cities]
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
                    f"{city.name}<br>{'—' if city.value is None else format_value(Decimal(city.value))}"
                    for city in cities
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
        "key": [swatch(text, tone) for text, tone in zip(class_labels(classes), SEQUENCE_TONES, strict=True)],
    }


def class_of(value: Decimal | int, classes: Sequence[int]) -> int:
    return sum(value >= bound for bound in classes)


def class_labels(classes: Sequence[int]) -> list[str]:
    return [
        _("under %(bound)s") % {"bound": format_number(classes[0])},
        *(
            f"{format_number(low)}{'—' if is_chinese() else '–'}{format_number(high)}"
            for low, high in pairwise(classes)
        ),
        _("%(bound)s and over") % {"bound": format_number(classes[-1])},
    ]
