"""The columns of the table of cities: the measure that is shown, what stands beside it, and stages or categories."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.rounding import whole
from dashboard.figures import MIN_PROJECTS_FOR_SHARE, Figures, GroupFigures, project_figures
from dashboard.pages.city_statistics import (
    BEHIND,
    COMPLETION,
    INVESTMENT,
    NO_MONTH,
    NUMBER,
    START_RATE,
    SUSPENDED,
    CityStatistic,
    large_statistic,
)
from dashboard.pages.links import Links
from dashboard.pages.sentences import format_share, rounding_note
from projects.kinds import LARGE_NAME
from projects.models import Category, Stage
from web.formats.numbers import format_number
from web.language import localized

RATES = (COMPLETION, START_RATE)
# The share of projects that are suspended, beside their number.
SHARE = "share"


class Head(NamedTuple):
    """`ordering`: what the first click asks for; empty where the column does not sort."""

    label: str
    ordering: str = ""


class Cell(NamedTuple):
    """`url`: of the projects that were counted, where the number leads to them."""

    text: str
    url: str = ""
    is_zero: bool = False
    is_strong: bool = False
    is_small: bool = False


def is_small(figures: Mapping[str, Any]) -> bool:
    """Return whether a city has too few projects for a share to say much."""
    return bool(0 < figures["total"] < MIN_PROJECTS_FOR_SHARE)


@dataclass(frozen=True)
class CityTable:
    """`columns`: stages or categories. Cities have the figure `large`."""

    figures: Figures
    links: Links
    measure: CityStatistic
    columns: str

    @property
    def heads(self) -> list[Head]:
        return [*map(self._head, self._names), *(Head(localized(each, "name")) for each in self._categories)]

    def cells(self, city: GroupFigures) -> list[Cell]:
        return [
            *(self._cell(name, city.figures, city.key) for name in self._names),
            *(self._category_cell(city, each) for each in self._categories),
        ]

    @property
    def totals(self) -> list[Cell]:
        """Return the totals of all cities, under their columns."""
        kinds = {each.name: each.total(self.figures)["total"] for each in (self._large, self.measure) if each.kind}
        whole_plan = {**self._plan, **kinds}
        sums = self.measure.sums(self.figures, ["category"]) if self._categories else {}
        values = [sums.get((each.pk,), {}).get(self.measure.figure, self._none) for each in self._categories]
        return [
            *(self._cell(name, whole_plan) for name in self._names),
            *(Cell(self.measure.shown(value)) for value in values),
        ]

    @cached_property
    def _large(self) -> CityStatistic:
        return large_statistic(self.figures.plan)

    @property
    def _none(self) -> int | None:
        """Return the value of no projects: nothing to measure is not 0."""
        return None if self.measure.is_rate else 0

    @property
    def rounding(self) -> str:
        """A note where investments that are shown do not add up to their sum."""
        total = self.figures.projects["total_investment"]
        cells = self.figures.project_cells
        fields = ["city", "category"] if self.measure.is_amount and self._categories else ["city"]
        notes = (
            rounding_note((project_figures(each)["total_investment"] for each in cells.sum_by(field).values()), total)
            for field in fields
        )
        return next(filter(None, notes), "")

    @cached_property
    def _names(self) -> list[str]:
        """Return the names of the columns with figures of a city: the shown measure first of all, then rates, then
        counts."""
        names = [each.name for each in RATES if self.figures.has_project_months]
        names += [NUMBER.name, INVESTMENT.name]
        if self.columns == "stages":
            names += [*(each.value for each in self.figures.stages), LARGE_NAME]
        names = [self.measure.name, *(name for name in names if name != self.measure.name)]
        if SUSPENDED.name in names:
            names.insert(names.index(SUSPENDED.name) + 1, SHARE)
        return names

    @property
    def _categories(self) -> list[Category]:
        return [] if self.columns == "stages" else list(self.figures.categories.values())

    @cached_property
    def _by_category(self) -> Mapping[tuple[int | str, ...], Decimal | int | None]:
        """The measure by city and category."""
        if not self._categories:
            return {}
        sums = self.measure.sums(self.figures, ["city", "category"])
        return {key: each[self.measure.figure] for key, each in sums.items()}

    @cached_property
    def _plan(self) -> dict[str, Any]:
        [plan] = self.figures.projects_by("plan")
        return plan.figures

    def _head(self, name: str) -> Head:
        labels = {
            NUMBER.name: pgettext("unit in a table head", "Projects"),
            INVESTMENT.name: str(INVESTMENT.head),
            LARGE_NAME: _("Large, not started"),
            **{each.name: str(each.head) for each in (BEHIND, NO_MONTH)},
            **{each.name: str(each.head) for each in RATES},
            SHARE: _("Share suspended"),
        }
        return Head(labels.get(name) or str(Stage(name).label), "" if name == SHARE else f"-{name}")

    def _cell(self, name: str, figures: Mapping[str, Any], city: str = "") -> Cell:
        """`city`: its key; empty for the sum of all."""
        if name == SHARE:
            share = format_share(figures[SUSPENDED.name], figures[NUMBER.name])
            return Cell(share, is_small=bool(city) and is_small(figures))
        value = figures[name]
        filters = {each.name: each.filters for each in (SUSPENDED, self._large, BEHIND, NO_MONTH)}.get(name)
        url = self.links.url("projects:list", city=city, **filters) if city and filters and value else ""
        is_shown = bool(city) and name == self.measure.name
        text = START_RATE.shown(value) if name in {each.name for each in RATES} else format_number(whole(value))
        return Cell(text, url, is_zero=bool(city) and not value, is_strong=is_shown)

    def _category_cell(self, city: GroupFigures, category: Category) -> Cell:
        value, filters = self._by_category.get((city.group.pk, category.pk), self._none), self.measure.filters
        address = {"city": city.key, "category": category.slug}
        url = self.links.url("projects:list", **address, **filters) if value and filters else ""
        return Cell(self.measure.shown(value), url, is_zero=not value)
