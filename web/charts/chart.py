"""The look of every chart, and what a chart is.

A figure is a plain dict that a page hands over with json_script and static/js/charts.js draws:

    data, layout  as Plotly takes them
    narrow        changes to the layout where the plot is under 440 px wide: dicts merge, all else replaces
    key           swatches above the plot: label, fill, edge
    aspect        the height is width / aspect, in place of layout.height

The script adds what only it knows: width, the page's fonts, large print, paper.
Plotly is never imported here; tests check each figure with it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from web.formats.json import to_json
from web.formats.numbers import NO_VALUE

type Figure = dict[str, Any]


type Number = Decimal | float | int


# Plotly takes some markup in every text, links among it. Names come from data: only what charts write themselves stays.
_FOREIGN_MARKUP = re.compile(r"<(?!/?(?:b|br|extra)>)")
# What would end a script, as JSON may also write it.
_IN_SCRIPT = {character: f"\\u{ord(character):04X}" for character in "<>&"}


class Column(NamedTuple):
    """A column of a chart's rows: its head, with the unit in brackets, and how a page writes its values."""

    label: str
    show: Callable[[Any], str] = str
    is_number: bool = True

    def written(self, value: Any) -> str:
        return NO_VALUE if value is None else str(self.show(value))


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
    kind: str = "line"  # holds the place while it loads: course, steps, timeline, due, map or line
    note: str = ""
    source: str = ""
    provenance: str = ""
    on: date | None = None  # the day that a published figure was published for
    missing: str = ""
    has_own_table: bool = False  # the page shows the same rows beside it, its own way
    below_template: str = ""  # what stands right below the drawing, in line with it

    @property
    def figure_id(self) -> str:
        return f"chart-{self.name}"

    @property
    def script(self) -> SafeString:
        """The figure for the script that draws it: as Django's json_script writes it, in a tenth of the time."""
        text = _FOREIGN_MARKUP.sub("&lt;", to_json(self.figure).decode())
        # A table for str.translate would be asked for each character.
        for character, written in _IN_SCRIPT.items():
            text = text.replace(character, written)
        return format_html('<script id="{}" type="application/json">{}</script>', self.figure_id, mark_safe(text))  # noqa: S308  # what could end a script is written as escapes

    @property
    def heads(self) -> list[dict[str, Any]]:
        """The heads of the columns as components/table.html takes them."""
        return [{"label": column.label, "number": column.is_number} for column in self.columns]

    @property
    def cells(self) -> list[list[Any]]:
        rows = [self._written(row) for row in self.rows]
        for row, url in zip(rows, self.urls, strict=False):
            if url:
                row[0] = {"text": row[0], "url": url}
        return rows

    @property
    def total_cells(self) -> list[Any]:
        return self._written(self.total) if self.total else []

    def _written(self, row: Sequence[Any]) -> list[Any]:
        return [column.written(value) for column, value in zip(self.columns, row, strict=True)]
