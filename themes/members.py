"""The members of themes, as ids: for pages that count the rows of several themes at once."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from indicators.models import Indicator
from measures.models import Measure, Section
from projects.models import Category
from themes.models import Theme

MODELS: Mapping[str, Any] = {
    "sections": Section,
    "categories": Category,
    "indicators": Indicator,
    "measures": Measure,
}


@dataclass(frozen=True)
class Members:
    """The members of one theme, as ids."""

    sections: Collection[Hashable]
    categories: Collection[int]
    indicators: Collection[int]
    measures: Collection[int]

    def has_measure(self, measure: int, section: Hashable) -> bool:
        """Return whether the measure is of the theme, as `MeasureQuerySet.in_themes` finds them."""
        return section in self.sections or measure in self.measures

    def has_category(self, category: int) -> bool:
        """Return whether the category's projects are those of the theme, as `ProjectQuerySet.in_themes` finds them."""
        return category in self.categories


def read_members(themes: Iterable[Theme]) -> dict[int, Members]:
    """Return the members by the id of each theme. Four queries."""
    ids = [each.pk for each in themes]
    found: dict[str, dict[int, set[int]]] = {}
    for name, model in MODELS.items():
        found[name] = {pk: set() for pk in ids}
        for theme, member in model.objects.filter(themes__in=ids).order_by().values_list("themes", "pk"):
            found[name][theme].add(member)
    return {pk: Members(**{name: own[pk] for name, own in found.items()}) for pk in ids}
