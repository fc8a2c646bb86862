"""Published figures beside those computed from the rows."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.figure_definitions import format_unit
from dashboard.figures import Figures
from dashboard.models import PublishedFigure
from web.formats.numbers import trimmed
from web.html.sources import source_link


@dataclass(frozen=True)
class PublishedRow:
    figure: PublishedFigure
    label: str
    unit: str
    published: Decimal
    computed: Decimal

    @property
    def source(self) -> str:
        return source_link(self.figure.source)

    @property
    def is_equal(self) -> bool:
        return self.published == self.computed

    @property
    def difference(self) -> Decimal:
        return self.computed - self.published


def published_rows(figures: Figures) -> list[PublishedRow]:
    """The newest published figure of each path by the day, against the computed one of the day."""
    return [
        PublishedRow(row, each.label, format_unit(row.unit), trimmed(row.value), Decimal(figures.value_at(path)))
        for path, each in figures.definitions.items()
        if (row := figures.published.get(path)) is not None
    ]
