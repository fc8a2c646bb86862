"""What a report says about the problems of its measure: none any more, one that is open, or a new one."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.exceptions import NotAllowed
from measures.models import Measure, Problem, ProblemStep, Report
from measures.problems import move_problem, open_problems, raise_problem, reword_problem
from reporting.models import ProblemChoice
from reporting.problems.services import ProblemData
from reporting.problems.workflow import ProblemState


class ProblemStillOpen(NotAllowed):
    """The report says that there is no problem, while one is open: whoever files it is asked whether that is so."""


def choice_by_text(*, has_text: bool, has_open: bool) -> str:
    """What a report says about problems where nobody was asked: its text is about the open one, or a new one. Without a
    text it says nothing: what is open stays open."""
    if not has_text:
        return ""
    return ProblemChoice.SAME.value if has_open else ProblemChoice.NEW.value


def resolve_choice(report: Report, opened: Sequence[ProblemStep]) -> None:
    """Fills in what follows from the text, where nobody was asked. `opened`: the oldest problem first."""
    if report.problem_choice:
        return
    report.problem_choice = choice_by_text(has_text=names_problem(report), has_open=bool(opened))
    if report.problem_choice == ProblemChoice.SAME:
        report.about_problem = opened[0].problem


def names_problem(report: Report) -> bool:
    return bool(report.problem_zh or report.problem_en)


def why_no_answer(report: Report, opened: Sequence[Any], *, is_confirmed: bool) -> Iterator[NotAllowed]:
    """What keeps a report from being submitted in what it says about problems. `opened`: the steps of those of its
    measure that are open; `is_confirmed`: that there is none any more."""
    if report.problem_choice == ProblemChoice.NEW and not names_problem(report):
        yield NotAllowed(_("Say what stands in the way."), field="problem")
    if report.problem_choice == ProblemChoice.SAME:
        if report.about_problem is None:
            yield NotAllowed(_("Choose the problem that is still the same."), field="problem_choice")
        elif report.about_problem_id not in {step.problem_id for step in opened}:
            sentence = _("%(code)s is not open any more: choose again.") % {"code": report.about_problem.code}
            yield NotAllowed(sentence, field="problem_choice")
    if report.problem_choice == ProblemChoice.NONE:
        if names_problem(report):
            sentence = _("“No problem” is chosen: choose otherwise, or leave this empty.")
            yield NotAllowed(sentence, field="problem")
        if opened and not is_confirmed:
            codes = ", ".join(step.problem.code for step in opened)
            sentence = _("%(codes)s is still open. If it no longer stands in the way, tick the box below.")
            yield ProblemStillOpen(sentence % {"codes": codes}, field="problem_choice")


def file_problem(report: Report, *, by: User) -> None:
    """Puts a new problem of a report that is being submitted on the list. A report that was withdrawn or returned had
    put it there before: then that one says what the report says now, unless the office has acted on it."""
    if report.problem_choice == ProblemChoice.NONE:
        opened = open_problems(report.measure, on=today())
        report.about_problem = opened[0].problem if opened else None
    if report.problem_choice != ProblemChoice.NEW:
        return
    data = ProblemData(report.problem_zh or report.problem_en)
    problem = report.about_problem
    if problem is None:
        problem = Problem(measure=report.measure)
        raise_problem(problem, by=by, data=data)
        report.about_problem = problem
        return
    if problem.state == ProblemState.WITHDRAWN:
        move_problem(problem, "restore", by=by, note=_("The report was submitted again."))
    if problem.state == ProblemState.RAISED and data.text not in (problem.text_zh, problem.text_en):
        reword_problem(problem, by=by, data=ProblemData(data.text, problem.category, problem.proposed_owner))


def take_problem_along(report: Report, *, by: User) -> None:
    """A report that is withdrawn takes the problem along that it raised, unless somebody has acted on it."""
    problem = report.about_problem
    is_its_own = problem is not None and report.problem_choice == ProblemChoice.NEW
    if is_its_own and problem is not None and problem.state == ProblemState.RAISED:
        move_problem(problem, "withdraw", by=by, note=_("The report was withdrawn."))


def find_problem(measure: Measure, number: int | None) -> Problem | None:
    """Raises NotAllowed where the measure has no such problem on the list."""
    if number is None:
        return None
    problem: Problem | None = measure.problems.filter(number=number, raised_on__isnull=False).first()
    if problem is None:
        raise NotAllowed(_("Choose the problem that is still the same."), field="problem_choice")
    return problem
