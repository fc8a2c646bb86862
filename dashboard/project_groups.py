"""The projects of a plan by what cells do not tell: lead department, size and list. They are counted at once."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Department
from dashboard.figures import Figures, GroupFigures, Member, staged_figures
from measures.models import Plan
from projects.filters import NONE
from projects.models import Project
from projects.sizes import ProjectSize, project_size
from rollups.engine import Counts, PlanCells
from rollups.models import CellKey
from web.language import localized


@dataclass(frozen=True)
class NamedGroup:
    """A group that has no row of its own."""

    label: str | Promise


@dataclass(frozen=True)
class Grouping:
    """`label`: of what the projects are grouped by. `expression`: what a query groups them by; `members`: those of a
    plan in their order, whether or not they have projects.
    """

    label: str | Promise
    expression: Any
    members: Callable[[Plan], Iterator[Member]]


def _leads(_plan: Plan) -> Iterator[Member]:
    for each in Department.objects.not_merged():
        yield Member(each.slug, localized(each, "short"), each, each.pk)
    yield _without(0, gettext_lazy("No lead department"))


def _sizes(_plan: Plan) -> Iterator[Member]:
    for each in ProjectSize:
        yield Member(each.value, str(each.label), each, each.value)


def _lists(plan: Plan) -> Iterator[Member]:
    for name in Project.objects.in_plan(plan).written("list_name"):
        yield Member(name, name, NamedGroup(name), name)
    yield _without("", gettext_lazy("On no list"))


def _without(value: int | str, label: Promise) -> Member:
    return Member(NONE, str(label), NamedGroup(label), value)


GROUPINGS: Mapping[str, Grouping] = {
    "lead": Grouping(
        gettext_lazy("Lead department"), Coalesce("lead_department__merged_into", "lead_department", Value(0)), _leads
    ),
    "size": Grouping(gettext_lazy("Size"), project_size(), _sizes),
    "list": Grouping(gettext_lazy("List"), F("list_name"), _lists),
}


def grouped_projects(figures: Figures, by: str) -> list[GroupFigures]:
    """Return the projects' figures by one of GROUPINGS: every department that was not merged, every size, every list of
    the plan, also with zeros. Projects without one come last. In two queries."""
    rows = Project.objects.in_plan(figures.plan).in_scope(figures.day).annotate(member=GROUPINGS[by].expression)
    groups: dict[Any, dict[CellKey, Counts]] = {}
    for row in rows.by_cell(figures.day, "member"):
        member = row.pop("member")
        key = tuple(row.pop(name) for name in ("plan", "city", "category", "stage"))
        groups.setdefault(member, {})[key] = row
    return [
        GroupFigures(
            each.key,
            each.name,
            each.group,
            staged_figures(PlanCells("projects", groups.get(each.value, {})), on=figures.day),
        )
        for each in GROUPINGS[by].members(figures.plan)
    ]
