from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from itertools import permutations
from operator import attrgetter
from typing import Any

from django.http import QueryDict
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.access_rules import READERS
from core.lights import Light
from core.pace import Pace
from core.periods import ends_between
from dashboard.api.summary import INVESTED, MEASURES, linked
from dashboard.due_days import OF_GROUPS
from dashboard.figure_definitions import PERCENT, POINTS, YI, figure_definitions
from dashboard.figure_definitions import PROJECTS as UNIT_OF_PROJECTS
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.ordering import sort_groups
from dashboard.project_groups import GROUPINGS, grouped_projects
from dashboard.series import figures_on
from dashboard.summary import describe_figure
from measures.filters import asked_plan
from measures.models import Plan
from projects.models import Stage
from web.api.endpoints import ListEndpoint
from web.api.fields import Chunk, Field, Reader, value
from web.api.shapes import (
    ADDRESS,
    AS_OF,
    DAY,
    FILLED_TEXT,
    FLAG,
    NAME,
    NUMBER,
    TEXT,
    Shape,
    array,
    choice,
    local_names,
    meaning,
    number_of,
    on_the_earlier_day,
    one_of,
    optional,
    quantity,
)
from web.days import asked_range
from web.errors import BadQuery, asked_choice, not_one_of
from web.language import localized
from web.lists.listing import Listing
from web.values import asked_values

# How many months lie between two days of a series, and how many days it may have.
INTERVALS = {"month": 1, "quarter": 3}
MAX_DAYS = 36


@dataclass
class GroupListing(Listing):
    """The list of rows that are sums, and so in memory. `orderings` names figures; "number" is the usual order."""

    members: Sequence[GroupFigures] = ()

    @cached_property
    def rows(self) -> Any:
        """Members without a value of the figure that orders them come last, whichever way the order goes."""
        found = self._found()
        name = self.ordering.removeprefix("-")
        if name == "number":
            return found if name == self.ordering else found[::-1]
        return sort_groups(found, {name: partial(_value, name)}, self.ordering)

    def _found(self) -> list[Any]:
        """Return the members that `key=` and `search=` ask for. Raises BadQuery for a key that no member has."""
        keys = asked_values(self.params, "key")
        known = {each.key: each for each in self.members}
        if any(key not in known for key in keys):
            raise BadQuery({"key": [not_one_of(known)]})
        words = self.params.get("search", "").lower().split()
        asked = [each for each in self.members if not keys or each.key in keys]
        return [each for each in asked if all(word in _searched(each) for word in words)]


def _value(name: str, member: GroupFigures) -> Any:
    if name in ("key", "name"):
        return getattr(member, name)
    return member.figures["lights"][name] if name in Light else member.figures[name]


def _both(member: GroupFigures) -> tuple[str, str]:
    """The member's name in Chinese and in English."""
    names = [_both_of(each) for each in _things(member)]
    return " / ".join(zh for zh, _en in names), " / ".join(en for _zh, en in names)


def _things(member: GroupFigures) -> list[Any]:
    """Return the groups that the member is of: a city and a category, where it is a pair."""
    return [each.group for each in member.group] if isinstance(member.group, tuple) else [member.group]


def _both_of(thing: Any) -> tuple[str, str]:
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
    # What `by` takes, each with its label, and several of them with commas between; the list of the rows behind has a
    # filter of the same name.
    groups: dict[str, Any] = {}
    behind: str
    figures: dict[str, Shape]
    takes_plan = True
    takes_compare = True
    default_ordering = "number"
    # The figures of the members on the day that is compared with, by their key; empty without one.
    then: Mapping[str, Mapping[str, Any]] = {}
    # Of a series; None where the figures are of the day of the answer alone.
    days: Sequence[date] | None = None

    @classmethod
    def filter_shapes(cls) -> dict[str, Shape]:
        return {
            "by": {**choice(cls.groups.items(), gettext_lazy("Grouping")), "default": "plan"},
            "key": meaning(gettext_lazy("Keys of members, with commas between: only these"), array(NAME)),
            "search": meaning(gettext_lazy("Keyword"), FILLED_TEXT),
            "from": meaning(
                gettext_lazy("First day of a series, of a row for each member and day; that of the plan unless given"),
                DAY,
            ),
            "to": meaning(gettext_lazy("Last day of a series; that of the answer unless given"), DAY),
            "interval": meaning(
                gettext_lazy("A series is of the ends of months, or of quarters, and of its last day"),
                one_of(INTERVALS),
            ),
        }

    def get_members(self, figures: Figures, by: str) -> Sequence[GroupFigures]:
        """Return the members of a grouping with their figures. `by`: one of `groups`."""
        raise NotImplementedError

    @property
    def by(self) -> str:
        return asked_choice(self.request.GET.get("by") or "plan", self.groups, name="by")

    def get_listing(self) -> Listing:
        by, self.plan = self.by, asked_plan(self.request._request)
        self.days = self.asked_days(self.plan)
        members: Sequence[GroupFigures] = []
        if self.plan:
            members = (
                self.get_series(self.plan, by) if self.days else self.get_members(Figures(self.plan, self.day), by)
            )
        if self.plan and self.compared:
            self.then = {each.key: each.figures for each in self.get_members(Figures(self.plan, self.compared), by)}
        return GroupListing(self.request, self.orderings, self.default_ordering, members=members)

    def asked_days(self, plan: Plan | None) -> Sequence[date] | None:
        """The days of a series, which begins with the plan unless `from` says otherwise. Raises BadQuery for too many,
        for one after that of the answer, and beside `compare`."""
        params = self.request.query_params
        first, last = asked_range(params)
        interval = _asked_interval(params)
        if plan is None or not (first or last or interval):
            return None
        if self.compared:
            raise BadQuery({"compare": [_("A series is not compared: ask for one or the other.")]})
        first, last = first or plan.starts_on, last or self.day
        if max(first, last) > self.day:
            sentence = _("A series ends by the day of the answer, %(day)s.") % {"day": self.day.isoformat()}
            raise BadQuery({"to" if last > self.day else "from": [sentence]})
        if last < first:
            raise BadQuery({"to": [_("The last day lies before the first one.")]})
        return _few(ends_between(first, last, months=INTERVALS[interval or "month"]))

    def get_series(self, plan: Plan, by: str) -> list[GroupFigures]:
        """Each member on each day, the days of one below each other."""
        of_days = [
            [replace(each, figures={**each.figures, "as_of": figures.day}) for each in self.get_members(figures, by)]
            for figures in figures_on(plan, self.days or (), self.kind)
        ]
        return [each for member in zip(*of_days, strict=True) for each in member]

    def get_meta(self) -> dict[str, Any]:
        if self.plan is None:
            return {}
        figures, found = Figures(self.plan, self.day), {}
        for path, definition in figure_definitions().items():
            kind, _dot, name = path.partition(".")
            if kind == self.kind and name.partition(".")[0] in (self.fields or self.figures):
                of_plan = self.by == "plan" and not self.days
                found[path] = describe_figure(figures, path, definition, of_plan=of_plan)
        return {path.removeprefix(f"{self.kind}."): each for path, each in linked(found, self, figures).items()}

    def every(self, listing: Listing) -> Iterable[Sequence[Any]]:
        return [list(listing.rows)]


def _asked_interval(params: QueryDict) -> str:
    """Empty where none is asked for."""
    asked = params.get("interval", "")
    return asked and asked_choice(asked, INTERVALS, name="interval")


def _few(days: Sequence[date]) -> Sequence[date]:
    if len(days) > MAX_DAYS:
        words = {"most": MAX_DAYS, "count": len(days)}
        sentence = _("A series has at most %(most)s days, not %(count)s: take a shorter time, or quarters.") % words
        raise BadQuery({"from": [sentence]})
    return days


def _rows_behind(chunk: Chunk) -> Reader:
    """The address of the list of the rows that were counted."""
    api: Any = chunk.endpoint
    query = {"plan": api.plan.slug} if api.plan else {}
    keys = api.by.split(",")

    def read(member: GroupFigures) -> str:
        day = {"as_of": _day(chunk)(member).isoformat()} if api.days or api.request.GET.get("as_of") else {}
        return str(api.address(api.behind, **{**query, **dict(zip(keys, member.key.split("/"), strict=True)), **day}))

    return read


def _day(chunk: Chunk) -> Reader:
    return lambda member: member.figures.get("as_of", chunk.endpoint.day)


def _fields(figures: dict[str, Shape]) -> dict[str, Field]:
    names = local_names("name", gettext_lazy("Name of the member"))
    return {
        "as_of": Field(AS_OF, (), _day),
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
    permission = READERS
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


def _rate(unit: str, words: Any) -> Shape:
    """A rate or a gap, which is null where there is nothing to measure."""
    return quantity(unit, optional(NUMBER), description=words)


# What projects are counted by, two at a time too: the code of each with what it is a code of.
_PROJECT_KEYS = {
    "city": (pgettext_lazy("project", "City"), gettext_lazy("Code of the city; null where nothing is counted by it")),
    "category": (
        gettext_lazy("Category"),
        gettext_lazy("Slug of the category; null where nothing is counted by it"),
    ),
    "stage": (gettext_lazy("Stage"), gettext_lazy("The stage on the day; null where nothing is counted by it")),
}
RATES = {
    "rate_month": meaning(gettext_lazy("The newest month that ended by the day, of which the rates are"), TEXT),
    "started": number_of(UNIT_OF_PROJECTS, gettext_lazy("Those of them that have started, without reserve projects")),
    "to_start": number_of(
        UNIT_OF_PROJECTS, gettext_lazy("Those that have not, and are planned to start by the end of the year")
    ),
    "start_rate": _rate(
        PERCENT, gettext_lazy("started / (started + to_start); null where there is nothing to measure")
    ),
    "planned_this_year": quantity(YI, description=gettext_lazy("What is to be invested in the year of the rates")),
    "invested_this_year": quantity(
        YI,
        cumulative=True,
        description=gettext_lazy("What was invested since 1 January by the newest accepted months"),
    ),
    "plan_completion": _rate(
        PERCENT, gettext_lazy("invested_this_year / planned_this_year; null where nothing is planned")
    ),
    "plan_gap": _rate(POINTS, gettext_lazy("plan_completion less the time elapsed, which is month / 12")),
    "plan_pace": optional(choice(Pace.choices, gettext_lazy("Within one percentage point is on schedule"))),
    "without_month": number_of(
        UNIT_OF_PROJECTS, gettext_lazy("Those without an accepted report for the month of the rates")
    ),
    "is_carried_forward": meaning(
        gettext_lazy(
            "Whether none of them has an accepted report for the month of the rates, so that stages and investment are "
            "those of older months"
        ),
        FLAG,
    ),
}
_PROJECTS = {
    **INVESTED,
    **RATES,
    **{
        stage.value: number_of(
            UNIT_OF_PROJECTS,
            format_lazy(gettext_lazy("Those of them in this stage on the day: {stage}"), stage=stage.label),
        )
        for stage in Stage
    },
    "built_rate": _rate(PERCENT, gettext_lazy("(completed + in_production) / total; null where there are no projects")),
}


def _part(key: str, reader: Callable[[str, Any], Any], chunk: Chunk) -> Reader:
    """Return a reader that calls `reader` with the code and the thing of a key that rows are counted by; null for other
    keys."""
    keys = getattr(chunk.endpoint, "by", "").split(",")
    if key not in keys:
        return lambda member: None
    place = keys.index(key)
    return lambda member: reader(member.key.split("/")[place], _things(member)[place])


def _name(_code: str, thing: Any) -> str:
    return str(thing.label) if isinstance(thing, Stage) else localized(thing, "name")


def _project_fields() -> dict[str, Field]:
    found = _fields(_PROJECTS)
    first = {name: found.pop(name) for name in ("as_of", "key", "name", "name_zh", "name_en")}
    for key, (label, words) in _PROJECT_KEYS.items():
        shape = choice(Stage.choices, words) if key == "stage" else meaning(words)
        first[key] = Field(optional(shape), (), partial(_part, key, lambda code, _thing: code))
        name = format_lazy(gettext_lazy("Name of the same, in the language of the answer: {label}"), label=label)
        first[f"{key}_name"] = Field(meaning(name, optional(TEXT)), (), partial(_part, key, _name))
    return first | found


class ProjectRollups(Rollups):
    permission = READERS
    component = "ProjectRollupList"
    summary = gettext_lazy(
        "Projects and their investment by plan, city, category or stage, or by two of these, or by lead department, "
        "size or list; counts of each stage."
    )
    kind = "projects"
    figures = _PROJECTS
    row_fields = _project_fields()
    compared_fields = _fields_then(_PROJECTS)
    orderings = _orderings(_PROJECTS)
    groups = {
        "plan": gettext_lazy("Action plan"),
        **{key: label for key, (label, _words) in _PROJECT_KEYS.items()},
        **{
            f"{one},{other}": format_lazy("{} × {}", _PROJECT_KEYS[one][0], _PROJECT_KEYS[other][0])
            for one, other in permutations(_PROJECT_KEYS, 2)
        },
        **{name: each.label for name, each in GROUPINGS.items()},
    }
    behind = "api-projects"
    name = "rollups-projects"

    def get_members(self, figures: Figures, by: str) -> Sequence[GroupFigures]:
        return grouped_projects(figures, by) if by in GROUPINGS else figures.projects_by(*by.split(","))
