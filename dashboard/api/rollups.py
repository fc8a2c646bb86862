from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.lights import Light
from dashboard.api.summary import INVESTED, MEASURES, linked
from dashboard.due_days import OF_GROUPS
from dashboard.figure_definitions import figure_definitions
from dashboard.figures import Figures, GroupFigures
from dashboard.summary import describe_figure
from measures.filters import asked_plan
from web.api.endpoints import ListEndpoint
from web.api.fields import Chunk, Field, Reader, value
from web.api.schema import ADDRESS, FILLED_TEXT, NAME, Shape, array, choice, local_names, meaning, on_the_earlier_day
from web.errors import BadQuery, not_one_of
from web.lists.listing import Listing
from web.values import asked_values


@dataclass
class GroupListing(Listing):
    """The list of rows that are sums, and so in memory. `orderings` names figures; "number" is the usual order."""

    members: Sequence[GroupFigures] = ()

    @cached_property
    def rows(self) -> Any:
        """Members without a value of the figure that orders them come last, whichever way the order goes."""
        found = self._found()
        name = self.ordering.removeprefix("-")
        down = self.ordering.startswith("-")
        if name == "number":
            return found[::-1] if down else found
        with_value = [each for each in found if _value(each, name) is not None]
        without = [each for each in found if _value(each, name) is None]
        return sorted(with_value, key=lambda each: _value(each, name), reverse=down) + without

    def _found(self) -> list[Any]:
        """Those of `key=` and `search=`. Raises BadQuery for a key that no member has."""
        keys = asked_values(self.params, "key")
        known = {each.key: each for each in self.members}
        if any(key not in known for key in keys):
            raise BadQuery({"key": [not_one_of(known)]})
        words = self.params.get("search", "").lower().split()
        asked = [each for each in self.members if not keys or each.key in keys]
        return [each for each in asked if all(word in _searched(each) for word in words)]


def _value(member: GroupFigures, name: str) -> Any:
    if name in ("key", "name"):
        return getattr(member, name)
    return member.figures["lights"][name] if name in Light else member.figures[name]


def _both(member: GroupFigures) -> tuple[str, str]:
    """The member's name in Chinese and in English."""
    thing = member.group
    for field in ("name", "title"):
        if hasattr(thing, f"{field}_zh"):
            return getattr(thing, f"{field}_zh"), getattr(thing, f"{field}_en")
    names = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            names.append(str(thing.label))
    return names[0], names[1]


def _searched(member: GroupFigures) -> str:
    return " ".join((member.key, *_both(member))).lower()


class Rollups(ListEndpoint):
    """Figures by members of a grouping: every member that exists, with zeros, unless `key` names some; each opens the
    rows behind it."""

    kind: str  # the first part of the paths of its figures
    takes_cursor = False
    # What `by` takes, each with its label; the list of the rows behind has a filter of the same name.
    groups: dict[str, Any] = {}
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
            "by": {**choice(cls.groups.items(), gettext_lazy("Grouping")), "default": "plan"},
            "key": {**array(NAME), "description": gettext_lazy("Keys of members, with commas between: only these")},
            "search": {**FILLED_TEXT, "description": gettext_lazy("Keyword")},
        }

    def get_members(self, figures: Figures, by: str) -> Sequence[GroupFigures]:
        raise NotImplementedError

    @property
    def by(self) -> str:
        by = self.request.GET.get("by") or "plan"
        if by not in self.groups:
            raise BadQuery({"by": [not_one_of(self.groups)]})
        return by

    def get_listing(self) -> Listing:
        by, self.plan = self.by, asked_plan(self.request._request)
        members = [] if self.plan is None else self.get_members(Figures(self.plan, self.day), by)
        if self.plan and self.compared:
            self.then = {each.key: each.figures for each in self.get_members(Figures(self.plan, self.compared), by)}
        return GroupListing(self.request, self.orderings, self.default_ordering, members=members)

    def get_meta(self) -> dict[str, Any]:
        if self.plan is None:
            return {}
        figures, found = Figures(self.plan, self.day), {}
        for path, definition in figure_definitions().items():
            kind, _dot, name = path.partition(".")
            if kind == self.kind and name.partition(".")[0] in (self.fields or self.figures):
                found[path] = describe_figure(figures, path, definition, of_plan=self.by == "plan")
        return {path.removeprefix(f"{self.kind}."): each for path, each in linked(found, self, figures).items()}

    def every(self, listing: Listing) -> Iterable[Sequence[Any]]:
        return [list(listing.rows)]


def _rows_behind(chunk: Chunk) -> Reader:
    """The address of the list of the rows that were counted."""
    api: Any = chunk.endpoint
    query = {"plan": api.plan.slug} if api.plan else {}
    day = {"as_of": api.day.isoformat()} if api.request.GET.get("as_of") else {}
    return lambda member: api.address(api.behind, **{**query, api.by: member.key, **day})


def _fields(figures: dict[str, Shape]) -> dict[str, Field]:
    names = local_names("name", gettext_lazy("Name of the member"))
    return {
        "key": value(
            meaning(gettext_lazy("Slug or code of the member, or the value that its rows share")), attrgetter("key")
        ),
        "name": value(names["name"], attrgetter("name")),
        "name_zh": value(names["name_zh"], lambda member: _both(member)[0]),
        "name_en": value(names["name_en"], lambda member: _both(member)[1]),
        **{name: value(shape, partial(_figure, name)) for name, shape in figures.items()},
        "url": Field(
            meaning(gettext_lazy("Address of the rows that were counted in the API"), ADDRESS), (), _rows_behind
        ),
    }


def _figure(name: str, member: GroupFigures) -> Any:
    return member.figures[name]


def _fields_then(figures: dict[str, Shape]) -> dict[str, Field]:
    def then(name: str, chunk: Chunk) -> Reader:
        api: Any = chunk.endpoint
        return lambda member: api.then[member.key][name]

    return {
        f"{name}_then": Field(on_the_earlier_day(shape), (), partial(then, name)) for name, shape in figures.items()
    }


def _orderings(figures: dict[str, Shape]) -> dict[str, Sequence[str]]:
    names = [each for name in figures for each in (Light.values if name == "lights" else [name])]
    return {name: [name] for name in ("number", "key", "name", *names)}


_MEASURES = {
    **{name: MEASURES[name] for name in ("total", "completed", "in_progress", "promoting")},
    **{name: MEASURES[name] for name in ("completion_rate", "due", "due_rate", "gap", "gap_to_plan", "lights")},
    **{name: MEASURES[name] for name in OF_GROUPS},
}


class MeasureRollups(Rollups):
    component = "MeasureRollupList"
    summary = gettext_lazy("Measures of a plan counted by plan, priority area or lead department.")
    kind = "measures"
    figures = _MEASURES
    row_fields = _fields(_MEASURES)
    compared_fields = _fields_then(_MEASURES)
    # Who must act first.
    orderings = {**_orderings(_MEASURES), "urgency": ["urgency"]}
    groups = {
        "plan": gettext_lazy("Action plan"),
        "section": gettext_lazy("Priority area"),
        "department": gettext_lazy("Lead department"),
    }
    behind = "api-measures"
    name = "rollups-measures"

    def get_members(self, figures: Figures, by: str) -> Sequence[GroupFigures]:
        return figures.measures_with_due_by(by)


class ProjectRollups(Rollups):
    component = "ProjectRollupList"
    summary = gettext_lazy("Projects of a plan counted, and their investment summed, by plan, city, category or stage.")
    kind = "projects"
    figures = INVESTED
    row_fields = _fields(INVESTED)
    compared_fields = _fields_then(INVESTED)
    orderings = _orderings(INVESTED)
    groups = {
        "plan": gettext_lazy("Action plan"),
        "city": pgettext_lazy("project", "City"),
        "category": gettext_lazy("Category"),
        "stage": gettext_lazy("Stage"),
    }
    behind = "api-projects"
    name = "rollups-projects"

    def get_members(self, figures: Figures, by: str) -> Sequence[GroupFigures]:
        return figures.projects_by(by)
