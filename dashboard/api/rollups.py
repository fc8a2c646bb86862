from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy

from dashboard.api.summary import INVESTED, MEASURES
from dashboard.figures import Figures
from dashboard.figures import Row as Member
from measures.filters import asked_plan
from web.api import ListEndpoint, Row, refused_value
from web.listing import Listing
from web.schema import ADDRESS, TEXT, Shape, local_names, one_of


@dataclass
class MemberListing(Listing):
    """The list of rows that are sums, and so in memory. `orderings` names figures; "number" is the usual order."""

    members: Sequence[Member] = ()

    @cached_property
    def rows(self) -> Any:
        words = self.params.get("search", "").lower().split()
        found = [each for each in self.members if all(word in _searched(each) for word in words)]
        name = self.ordering.removeprefix("-")
        down = self.ordering.startswith("-")
        if name == "number":
            return found[::-1] if down else found
        known = [each for each in found if _value(each, name) is not None]
        unknown = [each for each in found if _value(each, name) is None]
        return sorted(known, key=lambda each: _value(each, name), reverse=down) + unknown


def _value(member: Member, name: str) -> Any:
    return getattr(member, name) if name in ("key", "name") else member.figures[name]


def _both(member: Member) -> tuple[str, str]:
    """The member's name in Chinese and in English."""
    thing = member.member
    for field in ("name", "title"):
        if hasattr(thing, f"{field}_zh"):
            return getattr(thing, f"{field}_zh"), getattr(thing, f"{field}_en")
    names = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            names.append(str(thing.label))
    return names[0], names[1]


def _searched(member: Member) -> str:
    return " ".join((member.key, *_both(member))).lower()


class Rollups(ListEndpoint):
    """Figures by members of a grouping: every member that exists, with zeros; each opens the rows behind it."""

    groups: dict[str, str] = {}  # `by` -> the filter of the list of the rows behind
    behind: str
    figures: dict[str, Shape]
    takes_plan = True
    takes_compare = True
    default_ordering = "number"
    # The figures of the members on the day that is compared with, by their key; empty without one.
    then: Mapping[str, Mapping[str, Any]] = {}

    @classmethod
    def filter_shapes(cls) -> dict[str, Shape]:
        return {
            "by": {**one_of(cls.groups), "default": "plan", "description": gettext_lazy("Grouping")},
            "search": {**TEXT, "description": gettext_lazy("Search by name")},
        }

    def get_members(self, figures: Figures, by: str) -> Sequence[Member]:
        raise NotImplementedError

    @property
    def by(self) -> str:
        by = self.request.GET.get("by") or "plan"
        if by not in self.groups:
            raise refused_value("by", self.groups)
        return by

    def get_listing(self) -> Listing:
        by, self.plan = self.by, asked_plan(self.request._request)
        members = [] if self.plan is None else self.get_members(Figures(self.plan, self.day), by)
        if self.plan and self.compared:
            self.then = {each.key: each.figures for each in self.get_members(Figures(self.plan, self.compared), by)}
        return MemberListing(self.request.GET, None, self.orderings, self.default_ordering, members=members)

    def make_rows(self, objects: Sequence[Member]) -> Iterable[Row]:
        plan = {"plan": self.plan.slug} if self.plan else {}
        by = self.by
        asked = {"as_of": self.day.isoformat()} if self.request.GET.get("as_of") else {}
        for each in objects:
            name_zh, name_en = _both(each)
            query = {**plan, self.groups[by]: each.key, **asked}
            yield {
                "key": each.key,
                "name": each.name,
                "name_zh": name_zh,
                "name_en": name_en,
                **{name: each.figures[name] for name in self.figures},
                "url": self.address(self.behind, **query),
                **({f"{name}_then": self.then[each.key][name] for name in self.figures} if self.then else {}),
            }

    def every(self, listing: Listing) -> Iterable[Sequence[Any]]:
        return [list(listing.rows)]


def _columns(figures: dict[str, Shape]) -> dict[str, Shape]:
    return {"key": TEXT, **local_names("name"), **figures, "url": ADDRESS}


def _then(figures: dict[str, Shape]) -> dict[str, Shape]:
    return {f"{name}_then": shape for name, shape in figures.items()}


def _orderings(figures: dict[str, Shape]) -> dict[str, Sequence[str]]:
    return {name: [name] for name in ("number", "key", "name", *figures) if name != "lights"}


_MEASURES = {
    **{name: MEASURES[name] for name in ("total", "completed", "in_progress", "promoting")},
    **{name: MEASURES[name] for name in ("completion_rate", "due", "due_rate", "gap", "gap_to_plan", "lights")},
}


class MeasureRollups(Rollups):
    """Measures of a plan counted by plan, section or lead department."""

    component = "MeasureRollupList"
    figures = _MEASURES
    columns = _columns(_MEASURES)
    compared_columns = _then(_MEASURES)
    orderings = _orderings(_MEASURES)
    groups = {"plan": "plan", "section": "section", "department": "department"}
    behind = "api-measures"
    name = "rollups-measures"

    def get_members(self, figures: Figures, by: str) -> Sequence[Member]:
        return figures.measures_by(by)


class ProjectRollups(Rollups):
    """Projects of a plan counted, and their investment summed, by plan, city, category or stage."""

    component = "ProjectRollupList"
    figures = INVESTED
    columns = _columns(INVESTED)
    compared_columns = _then(INVESTED)
    orderings = _orderings(INVESTED)
    groups = {"plan": "plan", "city": "city", "category": "category", "stage": "stage"}
    behind = "api-projects"
    name = "rollups-projects"

    def get_members(self, figures: Figures, by: str) -> Sequence[Member]:
        return figures.projects_by(by)
