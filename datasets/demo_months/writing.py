"""Writes the made months and annual plans, with as few statements as there are tables."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import Department
from core.provenance import Provenance
from datasets.demo_months.rule import Calendar, Facts, MadeMonth, MadeProject, choose_absurd, make_project
from datasets.demo_months.wording import habits_of_cities, lead_of, texts_of
from datasets.demonstration import SOURCE
from datasets.ledger.writing import BATCH_SIZE, analyze_tables, upsert
from projects.models import AnnualPlan, Project, ProjectMonth, ProjectMonthStep
from projects.services import touch_cells
from reporting.workflow import ReportState

CHANGED = ["invested_before_wan", "planned_start_on", "planned_completion_on", "lead_department"]
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
        for each in projects
        if (facts := facts_of(each)).city in habits
    ]
    _write_projects(made)
    AnnualPlan.objects.bulk_create(
        (AnnualPlan(project=project, year=on.year, planned_wan=each.planned) for project, each in made),
        batch_size=BATCH_SIZE,
    )
    months = [_month(project, month) for project, each in made for month in each.months]
    ProjectMonth.objects.bulk_create(months, batch_size=BATCH_SIZE)
    ProjectMonth.objects.settle()
    ProjectMonthStep.objects.bulk_create((step for month in months for step in _steps(month)), batch_size=BATCH_SIZE)
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


def _month(project: Project, made: MadeMonth) -> ProjectMonth:
    return ProjectMonth(
        project=project,
        period=made.period,
        state=made.state,
        stage=made.stage,
        started_on=made.started_on,
        completed_on=made.completed_on,
        invested_wan=made.invested,
        progress=made.progress,
        submitted_on=made.submitted_on,
        decided_on=made.decided_on,
        provenance=Provenance.ILLUSTRATIVE,
        source=SOURCE,
        **texts_of(project.code, made),
    )


def _steps(month: ProjectMonth) -> list[ProjectMonthStep]:
    """Of the days alone: nobody is known to have made them. No month has evidence."""
    content = {**{name: _plain(getattr(month, name)) for name in month.kept_columns}, "evidence": []}
    moves: list[tuple[str, Any, str]] = []
    if month.submitted_on:
        moves.append(("submit", month.submitted_on, ""))
    if month.decided_on:
        moves.append((DECISIONS[ReportState(month.state)], month.decided_on, month.decision_note))
    return [
        ProjectMonthStep(report=month, move=move, made_on=on, note=note, content=content) for move, on, note in moves
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
