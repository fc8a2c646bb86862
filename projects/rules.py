"""Rules for where a project may lie, and for when a city is not ranked."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regions.models import Region, RegionKind

CATEGORY_OF_ANOTHER_PLAN = gettext_lazy("Only a category of the project's own plan can be chosen.")
MEASURE_OF_ANOTHER_PLAN = gettext_lazy("Only measures of the project's own plan can be linked.")
# What the constraint of planned days says.
COMPLETION_BEFORE_START = gettext_lazy("The planned completion is before the planned start.")
# Of cities that are excused from the ranking.
EXEMPTION_WITHOUT_REASON = gettext_lazy("A reason is wanted, in Chinese or in English: every reader sees it.")
EXEMPTION_ENDS_BEFORE_START = gettext_lazy("The last day is before the first.")


class Place(NamedTuple):
    """A region: the key of it and of what it lies in, and how sentences name it."""

    key: int | str
    kind: str
    parent: int | str | None
    name: str


def place_of(region: Region) -> Place:
    return Place(region.pk, region.kind, region.parent_id, str(region))


def misplacements(
    plan_region: Place | None,
    city: Place,
    county: Place | None = None,
    also_in: Iterable[Place] = (),
    *,
    is_divided: bool = True,
) -> Iterator[tuple[str, str]]:
    """The field and what is wrong with it. Totals by city sum to that of the plan, so each project counts in one member
    of the plan's region; `is_divided`: whether that has members, else it counts in the region itself."""
    if plan_region is None:
        yield "city", _("The plan names no region in which its projects lie.")
    elif (city.parent if is_divided else city.key) != plan_region.key:
        yield (
            "city",
            _("%(place)s does not lie directly in %(region)s.") % {"place": city.name, "region": plan_region.name},
        )
    if county is not None and (county.kind != RegionKind.COUNTY or county.parent != city.key):
        yield "county", _("%(place)s is not in %(region)s.") % {"place": county.name, "region": city.name}
    for each in also_in:
        if each.kind != city.kind or each.key == city.key:
            words = {"place": each.name, "city": city.name}
            yield "also_in", _("%(place)s is not another region of the kind of %(city)s.") % words


class Days(NamedTuple):
    """The days from one to another, both included. `last`: None where no end is known."""

    first: date
    last: date | None

    def overlaps(self, other: "Days") -> bool:
        return (other.last is None or self.first <= other.last) and (self.last is None or other.first <= self.last)


def exempt_already(days: Days, others: Iterable[Days]) -> str:
    """Why a city cannot be excused on these days, on which it is already; empty where it can."""
    for other in others:
        if days.overlaps(other):
            if other.last is None:
                return _("It is excused from %(first)s on already.") % {"first": other.first}
            return _("It is excused from %(first)s to %(last)s already.") % other._asdict()
    return ""
