"""Writes the made months and annual plans, with as few statements as there are tables."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import Department
from core.progress import bar
from core.provenance import Provenance
from demonstration.fixtures import SOURCE
from demonstration.months.rule import Calendar, Facts, MadeMonth, MadeProject, choose_absurd, make_project
from demonstration.months.wording import habits_of_cities, lead_of, texts_of
from ledger.writing import analyze_tables, insert, upsert
from projects.models import AnnualPlan, Project, ProjectMonth, ProjectMonthStep
from projects.services import touch_cells
from reporting.workflow import ReportState

CHANGED = ["invested_before_wan", "planned_start_on", "planned_completion_on", "lead_department"]
# What a month says in the columns that a step keeps, where it leaves them out. No month has evidence.
BLANK_CONTENT = {name: getattr(ProjectMonth(), name) for name in ProjectMonth.kept_columns}
DECISIONS = {ReportState.ACCEPTED: "accept", ReportState.RETURNED: "return"}


@transaction.atomic
def make_months(on: date) -> int:
    """Makes annual plans and months of the projects that were made for the demonstration, up to the day. Returns how
    many months; makes none where there are some."""
    if ProjectMonth.objects.exists() or AnnualPlan.objects.exists():
        return 0
    projects = list(Project.objects.exclude(provenance=Provenance.REPORTED).select_related("city", "category"))
    absurd = choose_absurd({each.code: each.opening_stage for each in projects})
    calendar, habits = Calendar(on), habits_of_cities()
    made = [
        (each, make_project(facts, habits[facts.city], calendar, absurd=absurd.get(each.code, "")))
        for each in bar("Months", over=projects, unit=" projects")
        if (facts := facts_of(each)).city in habits
    ]
    _write_projects(made)
    insert(AnnualPlan, ({"project_id": each.pk, "year": on.year, "planned_wan": one.planned} for each, one in made))
    months = [_month(project, month) for project, each in made for month in each.months]
    insert(ProjectMonth, bar("Writing months", over=months, unit=" months"))
    ProjectMonth.objects.settle()
    # There were none before: all are these, in this order.
    pks = ProjectMonth.objects.order_by("pk").values_list("pk", flat=True)
    rows = bar("Writing their steps", over=zip(pks, months, strict=True), unit=" months")
    insert(ProjectMonthStep, (step for pk, month in rows for step in _steps(pk, month)))
    analyze_tables([Project, AnnualPlan, ProjectMonth, ProjectMonthStep])
    touch_cells(*projects)
    return len(months)


def facts_of(project: Project) -> Facts:
    return Facts(
        project.code,
        project.city.code,
        project.category.slug,
        project.opening_stage,
        project.investment_wan,
        project.listed_on,
    )


def _write_projects(made: Iterable[tuple[Project, MadeProject]]) -> None:
    departments = dict(Department.objects.values_list("slug", "pk"))
    projects = []
    for project, each in made:
        project.invested_before_wan = each.invested_before
        project.planned_start_on, project.planned_completion_on = each.planned_start_on, each.planned_completion_on
        project.lead_department_id = departments.get(lead_of(facts_of(project)))
        projects.append(project)
    upsert(Project, projects, CHANGED)


def _month(project: Project, made: MadeMonth) -> dict[str, Any]:
    return {
        "project_id": project.pk,
        **vars(made),
        "provenance": Provenance.ILLUSTRATIVE,
        "source": SOURCE,
        **texts_of(project.code, made),
    }


def _steps(pk: int, month: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields the steps of a report with their days alone: nobody is known to have made them."""
    content = {name: _plain(month.get(name, blank)) for name, blank in BLANK_CONTENT.items()} | {"evidence": []}
    if month["submitted_on"]:
        yield {"report_id": pk, "move": "submit", "made_on": month["submitted_on"], "content": content}
    if month["decided_on"]:
        move, note = DECISIONS[month["state"]], month["decision_note"]
        yield {"report_id": pk, "move": move, "made_on": month["decided_on"], "note": note, "content": content}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
