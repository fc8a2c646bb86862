"""The months of many projects in one go, such as all that a city filled in: all of them, or nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from accounts.models import Department, User
from core.clock import today
from core.periods import month_of
from projects.models import Project, ProjectMonth
from projects.months.figures import History, load_history
from projects.months.rules import doubts_about
from projects.months.services import MonthData, check_complete, fill_month, new_month
from reporting.bulk import ReportBatch
from reporting.doubts import Answers
from reporting.evidence import EvidenceData
from reporting.plausibility import limits
from reporting.report_problems import file_problem, problem_list
from reporting.services import check_move


@dataclass(frozen=True)
class MonthFiling:
    """`version`: of the open month that was written over; None for a new one. `evidence`: the documents and links that
    it is to have. `answers`: to the doubts about it. `problem_owner`: who can solve a new
    problem, None for the lead."""

    project: int
    data: MonthData
    version: int | None
    evidence: Sequence[EvidenceData]
    submits: bool
    answers: Answers = field(default_factory=dict)
    problem_owner: Department | None = None


@transaction.atomic
def file_months(filings: Iterable[MonthFiling], *, by: User, period: date) -> list[ProjectMonth]:
    """Saves each month, and submits those that are to be. What `projects.months.services` refuses of one is refused
    of all. The number of queries does not grow with them, but for new problems."""
    period, asked = month_of(period), {each.project: each for each in filings}
    locked = Project.objects.select_for_update().filter(pk__in=asked).order_by("pk")
    projects = {each.pk: each for each in locked.prefetch_related("scope_changes")}
    opened = _open_months(asked, period)
    history = load_history(asked, until=period)
    problems = problem_list().open_of(list(projects.values()), on=today())
    batch = ReportBatch[ProjectMonth](by=by)
    for key, project in projects.items():
        month = opened.get(key) or new_month(project, period)
        month.project = project
        _file(month, asked[key], batch, history, problems.get(key, ()))
    return list(batch.save())


def _open_months(projects: Collection[int], period: date) -> dict[int, ProjectMonth]:
    months = ProjectMonth.objects.open().filter(project__in=projects, period=period)
    return {each.project_id: each for each in months.prefetch_related("evidence")}


def _file(
    month: ProjectMonth,
    filing: MonthFiling,
    batch: ReportBatch[ProjectMonth],
    history: History,
    opened: Sequence[Any],
) -> None:
    fill_month(month, filing.data, by=batch.by, version=filing.version)
    batch.add(month, evidence=filing.evidence)
    if not filing.submits:
        return
    move, before = check_move(month, "submit", "resubmit", by=batch.by), history.before(month)
    check_complete(
        month,
        before,
        opened,
        doubts=lambda: doubts_about(month, history.past(month), limits()),
        answers=filing.answers,
        problem_owner=filing.problem_owner,
    )
    file_problem(month, by=batch.by, owner=filing.problem_owner)
    batch.move(month, move.name)
