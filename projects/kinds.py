"""Kinds of projects that somebody must look after, each with the filters by which lists find them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from projects.lateness import late
from projects.models import Stage
from projects.querysets import ProjectQuerySet
from projects.rates import without_month
from projects.rules import LARGE_YI
from web.formats.money import WAN_PER_YI


@dataclass(frozen=True, eq=False)
class ProjectKind:
    """`narrow`: those of it among some projects that have their `stage`, on the day of the stage."""

    name: str
    filters: Mapping[str, Any]
    narrow: Callable[[ProjectQuerySet, date], ProjectQuerySet]


def _large(projects: ProjectQuerySet, _on: date) -> ProjectQuerySet:
    return projects.filter(Q(stage=Stage.PREPARING), investment_wan__gte=LARGE_YI * WAN_PER_YI)


def _without_month(projects: ProjectQuerySet, on: date) -> ProjectQuerySet:
    return projects.meeting(without_month(on))


def _late(projects: ProjectQuerySet, on: date) -> ProjectQuerySet:
    return projects.meeting(late(on))


# Large ones that have not started.
LARGE = ProjectKind("large", {"stage": Stage.PREPARING.value, "investment_from": LARGE_YI}, _large)
BEHIND = ProjectKind("behind", {"behind": "yes"}, ProjectQuerySet.behind_plan)
# Whether they are behind nobody knows.
NO_MONTH = ProjectKind("no_month", {"behind": "no_month"}, _without_month)
LATE = ProjectKind("late", {"late": "yes"}, _late)
