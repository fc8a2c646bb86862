"""What a report says about the problems of its measure or project: none any more, one that is open, or a new one."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Department, User
from core.clock import today
from core.exceptions import NotAllowed
from measures.models import Problem, ProblemStep
from measures.problems import kind_of, move_problem, open_problems, raise_problem, reword_problem
from reporting.models import AbstractReport, ProblemChoice
from reporting.problems.services import NO_OWNER, ProblemData
from reporting.problems.workflow import ProblemState
from web.errors import not_one_of


class ProblemStillOpen(NotAllowed):
    """The report says that there is no problem, while one is open: whoever files it is asked whether that is so."""


def choice_by_text(*, has_text: bool, has_open: bool) -> str:
    """What a report says about problems where nobody was asked: its text is about the open one, or a new one. Without a
    text it says nothing: what is open stays open."""
    if not has_text:
        return ""
    return ProblemChoice.SAME.value if has_open else ProblemChoice.NEW.value


def resolve_choice(report: AbstractReport, opened: Sequence[ProblemStep]) -> None:
    """Fills in what follows from the text, where nobody was asked. `opened`: the oldest problem first."""
    if report.problem_choice:
        return
    report.problem_choice = choice_by_text(has_text=report.names_problem, has_open=bool(opened))
    if report.problem_choice == ProblemChoice.SAME:
        report.about_problem = opened[0].problem


def why_no_answer(report: AbstractReport, opened: Sequence[Any], *, is_confirmed: bool) -> Iterator[NotAllowed]:
    """What keeps a report from being submitted in what it says about problems. `opened`: the steps of those that are
    open of what it is about; `is_confirmed`: that there is none any more."""
    if report.problem_choice == ProblemChoice.NEW and not report.names_problem:
        yield NotAllowed(_("Say what stands in the way."), field="problem")
    if report.problem_choice == ProblemChoice.SAME:
        if report.about_problem is None:
            yield NotAllowed(_("Choose the problem that is still the same."), field="problem_choice")
        elif report.about_problem_id not in {step.problem_id for step in opened}:
            sentence = _("%(code)s is not open any more: choose again.") % {"code": report.about_problem.code}
            yield NotAllowed(sentence, field="problem_choice")
    if report.problem_choice == ProblemChoice.NONE:
        if report.names_problem:
            sentence = _("“No problem” is chosen: choose otherwise, or leave this empty.")
            yield NotAllowed(sentence, field="problem")
        if opened and not is_confirmed:
            codes = ", ".join(step.problem.code for step in opened)
            sentence = _("%(codes)s is still open. If it no longer stands in the way, tick the box below.")
            yield ProblemStillOpen(sentence % {"codes": codes}, field="problem_choice")


def why_no_owner(report: AbstractReport, owner: Department | None = None) -> Iterator[NotAllowed]:
    """A new problem goes to the lead of what it is about; what has no lead needs an `owner`."""
    is_new = report.problem_choice == ProblemChoice.NEW and report.about_problem_id is None
    if is_new and owner is None and report.subject.lead_department_id is None:
        yield NotAllowed(str(NO_OWNER), field="owner")


def file_problem(report: AbstractReport, *, by: User, owner: Department | None = None) -> None:
    """Puts a new problem of a report that is being submitted on the list. A report that was withdrawn or returned had
    put it there before: then that one says what the report says now, unless the office has acted on it.

    `owner`: who is thought able to solve it, None for the lead. Raises NotAllowed where there is neither.
    """
    if report.problem_choice == ProblemChoice.NONE:
        opened = open_problems(report.subject, on=today())
        report.about_problem = opened[0].problem if opened else None
    if report.problem_choice != ProblemChoice.NEW:
        return
    data = ProblemData(report.problem_zh or report.problem_en, owner=owner)
    problem: Problem | None = report.about_problem
    if problem is None:
        problem = Problem(**{kind_of(report.subject): report.subject})
        raise_problem(problem, by=by, data=data)
        report.about_problem = problem
        return
    if problem.state == ProblemState.WITHDRAWN:
        move_problem(problem, "restore", by=by, note=_("The report was submitted again."), with_report=True)
    if problem.state == ProblemState.RAISED and data.text not in (problem.text_zh, problem.text_en):
        reworded = ProblemData(data.text, problem.category, owner or problem.proposed_owner)
        reword_problem(problem, by=by, data=reworded, with_report=True)


def take_problem_along(report: AbstractReport, *, by: User) -> None:
    """A report that is withdrawn takes the problem along that it raised, unless somebody has acted on it."""
    problem: Problem | None = report.about_problem
    is_its_own = problem is not None and report.problem_choice == ProblemChoice.NEW
    if is_its_own and problem is not None and problem.state == ProblemState.RAISED:
        move_problem(problem, "withdraw", by=by, note=_("The report was withdrawn."), with_report=True)


def problem_columns(report: AbstractReport, choice: str, number: int | None) -> dict[str, Any]:
    """What was chosen about problems, as columns; `number`: that of the problem that is still the same. Raises
    NotAllowed."""
    if choice not in ("", *ProblemChoice.values):
        raise NotAllowed(not_one_of(ProblemChoice.values), field="problem_choice")
    if choice == ProblemChoice.SAME:
        about = find_problem(report.subject, number)
    else:
        # A new problem that the report put on the list before it came back stays its own.
        is_still_new = choice == report.problem_choice == ProblemChoice.NEW
        about = report.about_problem if is_still_new else None
    return {"problem_choice": choice, "about_problem": about}


def find_problem(subject: Any, number: int | None) -> Problem | None:
    """Raises NotAllowed where the measure or project has no such problem on the list."""
    if number is None:
        return None
    problem: Problem | None = subject.problems.filter(number=number, raised_on__isnull=False).first()
    if problem is None:
        raise NotAllowed(_("Choose the problem that is still the same."), field="problem_choice")
    return problem
