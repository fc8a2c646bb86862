"""Published figures beside those computed from the rows."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dashboard.figures import Figures, explanations
from dashboard.models import PublishedFigure
from web.numbers import trimmed
from web.sources import named_source


@dataclass(frozen=True)
class PublishedRow:
    figure: PublishedFigure
    explain: str
    unit: str
    published: Decimal
    computed: Decimal

    @property
    def source(self) -> str:
        return named_source(self.figure.source)

    @property
    def is_equal(self) -> bool:
        return self.published == self.computed

    @property
    def difference(self) -> Decimal:
        return self.computed - self.published


def published_rows(figures: Figures) -> list[PublishedRow]:
    """The newest published figure of each path by the day, against the computed one of the day."""
    explained = explanations()
    # The units that published figures come in, for the catalogue.
    units = {
        "100 million yuan": _("100 million yuan"),
        "measures": pgettext("unit", "measures"),
        "projects": pgettext("unit", "projects"),
    }
    return [
        PublishedRow(
            row, explained[path][1], units.get(row.unit, row.unit), trimmed(row.value), Decimal(figures.value_at(path))
        )
        for path in explained
        if (row := figures.published.get(path)) is not None
    ]
