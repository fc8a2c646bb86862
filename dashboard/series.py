"""The figures of a plan on several days, read together."""

from collections.abc import Sequence
from datetime import date

from core.clock import today
from dashboard.due_days import read_days_on
from dashboard.figures import Figures
from dashboard.plan_members import PlanMembers
from measures.models import Plan
from rollups.days import read_cells_on


def figures_on(plan: Plan, days: Sequence[date], kind: str) -> list[Figures]:
    """Return the figures of each day, with the cells of a kind (`measures`, `projects`): the same as day by day, by as
    many queries as one day and today take, however many days."""
    members = PlanMembers(plan)
    cells = read_cells_on(kind, plan_id=plan.pk, days=days, today=today())
    due_days = read_days_on(plan, days) if kind == "measures" else {}
    found = []
    for day in days:
        figures = Figures(plan, day, members=members)
        if kind == "measures":
            figures.measure_cells, figures.measure_days = cells[day], due_days[day]
        else:
            figures.project_cells = cells[day]
        found.append(figures)
    return found
