"""The modules of a plan that a load leaves hidden: those of which there is nothing."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from indicators.models import Indicator
from measures.models import Load, Measure, Module, Plan, hide_modules
from problems.models import Problem
from projects.models import Project
from regions.models import Region
from themes.models import Theme


def empty_modules(plan: Plan) -> set[str]:
    rows: dict[Module, QuerySet[Any]] = {
        Module.MEASURES: Measure.objects.in_plan(plan),
        Module.PROJECTS: Project.objects.in_plan(plan),
        Module.INDICATORS: Indicator.objects.all(),
        Module.THEMES: Theme.objects.filter(plan=plan),
        Module.PROBLEMS: Problem.objects.filter(plan=plan),
        Module.REGIONS: Region.objects.filter(parent=plan.region_id),
    }
    return {module for module, found in rows.items() if not found.exists()}


def show_what_there_is(plan: Plan, load: Load, *, empty_before: Collection[str]) -> None:
    """Hide what the first load of a plan brings nothing of; show what a later one brings the first rows of."""
    empty = empty_modules(plan)
    is_first = not Load.objects.filter(plan=plan, taken_back_at=None).exclude(pk=load.pk).exists()
    hide_modules(plan, empty if is_first else set(plan.hidden_modules) - (set(empty_before) - empty))
