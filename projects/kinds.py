"""Kinds of projects that somebody must look after, each with the filters by which lists find them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from measures.models import Plan
from projects.lateness import late
from projects.models import Stage
from projects.querysets import ProjectQuerySet
from projects.rates import without_month
from web.formats.money import format_exact_money, yi_number


@dataclass(frozen=True, eq=False)
class ProjectKind:
    """`narrow`: those of it among some projects that have their `stage`, on the day of the stage."""

    name: str
    filters: Mapping[str, Any]
    narrow: Callable[[ProjectQuerySet, date], ProjectQuerySet]


def _without_month(projects: ProjectQuerySet, on: date) -> ProjectQuerySet:
    return projects.meeting(without_month(on))


def _late(projects: ProjectQuerySet, on: date) -> ProjectQuerySet:
    return projects.meeting(late(on))


BEHIND = ProjectKind("behind", {"behind": "yes"}, ProjectQuerySet.behind_plan)
# Whether they are behind nobody knows.
NO_MONTH = ProjectKind("no_month", {"behind": "no_month"}, _without_month)
LATE = ProjectKind("late", {"late": "yes"}, _late)
ATTENTION = ProjectKind("attention", {"attention": "yes"}, ProjectQuerySet.needing_attention)
LARGE_NAME = "large"


def large_projects(plan: Plan | None) -> ProjectKind:
    """Return the kind of large ones that have not started, of as much as the plan says."""
    least_wan = least_of_large(plan)

    def narrow(projects: ProjectQuerySet, _on: date) -> ProjectQuerySet:
        return projects.filter(Q(stage=Stage.PREPARING), investment_wan__gte=least_wan)

    filters = {"stage": Stage.PREPARING.value, "investment_from": yi_number(least_wan)}
    return ProjectKind(LARGE_NAME, filters, narrow)


def least_of_large(plan: Plan | None) -> int:
    """Return what counts as large among the projects of a plan, in 万元; where there is none, of a new one."""
    return (plan or Plan()).large_project_wan


def format_large(plan: Plan | None) -> str:
    """Return the same as texts say it: 10 billion yuan."""
    return format_exact_money(least_of_large(plan))
