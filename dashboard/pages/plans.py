"""The content of the page of all plans, each beside the others: read for all of them at once, whatever their number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count

from core.clock import today
from core.pace import percent
from dashboard.due_days import due_figures, read_days_of_plans
from dashboard.figures import GroupFigures, measure_figures
from dashboard.pages.links import Links
from dashboard.pages.ordering import SortKeys, by_figures, sort_groups
from dashboard.pages.standing import format_range
from measures.models import Plan
from problems.models import ProblemStep
from rollups.days import read_cells_of_plans
from web.language import localized

PLAN_SORT_KEYS: SortKeys = {
    "name": lambda row: row.name,
    "slug": lambda row: row.key,
    "region": lambda row: localized(row.group.region, "name") if row.group.region else None,
    "starts_on": lambda row: row.group.starts_on,
    "ends_on": lambda row: row.group.ends_on,
    **by_figures("total", "completed", "in_time_rate", "overdue", "gap_to_plan", "forecast_rate", "problems"),
    "rate": lambda row: row.figures["completion_rate"],
}


@dataclass(frozen=True)
class PlanRow:
    """A plan with its figures of the day. `forecast_range`: in words, empty without a forecast."""

    plan: Plan
    figures: Mapping[str, Any]
    forecast_range: str
    overdue_url: str
    problems_url: str


def plan_rows(plans: Sequence[Plan], day: date, links: Links, *, ordering: str) -> list[PlanRow]:
    return [_plan_row(each, links) for each in sort_groups(_plan_groups(plans, day), PLAN_SORT_KEYS, ordering)]


def _plan_groups(plans: Sequence[Plan], day: date) -> list[GroupFigures]:
    cells = read_cells_of_plans("measures", plan_ids=[plan.pk for plan in plans], day=day, today=today())
    days = read_days_of_plans(plans, day)
    steps = ProblemStep.objects.filter(problem__plan__in=plans).last_by(day).open().order_by()
    problems = dict(steps.values_list("problem__plan").annotate(Count("pk")))
    groups = []
    for plan in plans:
        figures = measure_figures(cells[plan.pk].totals(), plan, day) | due_figures(days[plan.pk], plan, day)
        expected = figures["forecast"]["expected"]
        figures["forecast_rate"] = None if expected is None else percent(expected, figures["total"])
        figures["problems"] = problems.get(plan.pk, 0)
        groups.append(GroupFigures(plan.slug, localized(plan, "name"), plan, figures))
    return groups


def _plan_row(group: GroupFigures, links: Links) -> PlanRow:
    forecast = group.figures["forecast"]
    own = links.of_plan(group.group.link_slug)
    return PlanRow(
        plan=group.group,
        figures=group.figures,
        forecast_range="" if forecast["expected"] is None else format_range(forecast),
        overdue_url=own.url("measures:list", light="red"),
        problems_url=own.url("problems:list", state="open"),
    )
