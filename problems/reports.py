"""The effects of filing a report on the list of problems; `settings.PROBLEM_LIST` names the class."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Department, User
from core.texts import Text, text_columns, written_text
from problems.models import Problem, ProblemStep
from problems.on_day import kind_of, open_problems_of
from problems.services import ProblemData, move_problem, raise_problem, reword_problem
from problems.workflow import ProblemState
from reporting.models import AbstractReport


class ProblemsOfReports:
    """The list of problems that reports use, as `reporting.report_problems.ProblemList` describes it."""

    def open_of(self, subjects: Sequence[Any], *, on: date) -> dict[int, list[ProblemStep]]:
        return open_problems_of(subjects, on=on)

    def subjects_with_open(self, kind: str, *, on: date) -> QuerySet[Any]:
        steps = ProblemStep.objects.last_by(on).open().exclude(**{f"problem__{kind}": None})
        ids: QuerySet[Any] = steps.order_by().values(f"problem__{kind}")
        return ids

    def raise_with(self, report: AbstractReport, *, by: User, owner: Department | None) -> int:
        data = ProblemData(written_text(report, "problem"), owner=owner)
        problem = _raised_by(report)
        if problem is None:
            problem = Problem(**{kind_of(report.subject): report.subject})
            raise_problem(problem, by=by, data=data)
            return problem.number
        if problem.state == ProblemState.WITHDRAWN:
            move_problem(problem, "restore", by=by, note=_("The report was submitted again."), with_report=True)
        if problem.state == ProblemState.RAISED and _says_other_than(problem, data.text):
            reworded = ProblemData(data.text, problem.category, owner or problem.proposed_owner)
            reword_problem(problem, by=by, data=reworded, with_report=True)
        return problem.number

    def withdraw_with(self, report: AbstractReport, *, by: User) -> None:
        problem = _raised_by(report)
        if problem is not None and problem.state == ProblemState.RAISED:
            move_problem(problem, "withdraw", by=by, note=_("The report was withdrawn."), with_report=True)


def _says_other_than(problem: Problem, text: Text) -> bool:
    columns = text_columns("text", text, present=problem)
    return any(getattr(problem, name) != each for name, each in columns.items())


def _raised_by(report: AbstractReport) -> Problem | None:
    """The problem that a report with a new one has put on the list before."""
    if report.about_problem is None:
        return None
    kind = kind_of(report.subject)
    problem = Problem.objects.select_related("category", "proposed_owner", "plan").get(
        **{kind: report.subject, "number": report.about_problem}
    )
    setattr(problem, kind, report.subject)
    return problem
