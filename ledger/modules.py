"""The modules of a plan that a load hides and shows: it hides those of which there is nothing."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from indicators.models import Indicator
from measures.models import Measure, Module, Plan, hide_modules
from problems.models import Problem
from projects.models import Project
from regions.models import Region
from themes.models import Theme

_ROWS: Mapping[Module, QuerySet[Any]] = {
    Module.MEASURES: Measure.objects.filter(plan=OuterRef("pk")),
    Module.PROJECTS: Project.objects.filter(plan=OuterRef("pk")),
    Module.INDICATORS: Indicator.objects.all(),
    Module.THEMES: Theme.objects.filter(plan=OuterRef("pk")),
    Module.PROBLEMS: Problem.objects.filter(plan=OuterRef("pk")),
    Module.REGIONS: Region.objects.filter(parent=OuterRef("region")),
}


def empty_modules(plan: Plan) -> set[str]:
    """Return the modules of which the plan has no row. One query."""
    found = Plan.objects.filter(pk=plan.pk).values_list(*map(Exists, _ROWS.values())).get()
    return {module for module, has_rows in zip(_ROWS, found, strict=True) if not has_rows}


def show_what_was_added(plan: Plan, sheets: Collection[str]) -> None:
    """Show modules again that rows were added to; `sheets` are called as modules are."""
    if added := set(plan.hidden_modules) & set(sheets):
        # One region has no parts that could be shown.
        hide_modules(plan, set(plan.hidden_modules) - (added - empty_modules(plan)))
