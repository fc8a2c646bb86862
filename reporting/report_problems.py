"""The part of a report about the problems of its measure or project: none any more, one that is open, or a new one."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Protocol

from django.conf import settings
from django.db.models import QuerySet
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from core.clock import today
from core.exceptions import NotAllowed
from reporting.models import AbstractReport, ProblemChoice
from web.errors import not_one_of

NO_OWNER = gettext_lazy("Say who can solve it: this project has no lead department.")


class ProblemList(Protocol):
    """The list of problems as reports ask it. The list is about measures and projects, and so stands above what is
    filed of them: `settings.PROBLEM_LIST` names it."""

    def open_of(self, subjects: Sequence[Any], *, on: date) -> dict[int, list[Any]]:
        """The last step of each problem of many measures, or of many projects, that is open on the day: by their ids,
        the oldest problem first. One query."""

    def subjects_with_open(self, kind: str, *, on: date) -> QuerySet[Any]:
        """The ids of measures, or of projects, that have an open problem on the day. `kind`: "measure" or "project"."""

    def raise_with(self, report: AbstractReport, *, by: User, owner: Department | None) -> int:
        """Puts a new problem on the list, or brings that which the report raised before up to date, unless the office
        has acted on it. Returns its number. Raises NotAllowed where nobody is to solve it."""

    def withdraw_with(self, report: AbstractReport, *, by: User) -> None:
        """Takes the problem that the report raised off the list, unless somebody has acted on it."""


def problem_list() -> ProblemList:
    found: ProblemList = import_string(settings.PROBLEM_LIST)()
    return found


def open_problems(subject: Any, *, on: date) -> list[Any]:
    """The last step of each open problem of a measure or a project on a day, the oldest problem first."""
    return problem_list().open_of([subject], on=on).get(subject.pk, [])


class ProblemStillOpen(NotAllowed):
    """The report says that there is no problem, while one is open: whoever files it is asked whether that is so."""


def choice_by_text(*, has_text: bool, has_open: bool) -> str:
    """Returns the choice about problems of a report where nobody was asked: its text is about the open one, or a new
    one. Without a text it says nothing: what is open stays open."""
    if not has_text:
        return ""
    return ProblemChoice.SAME.value if has_open else ProblemChoice.NEW.value


def resolve_choice(report: AbstractReport, opened: Sequence[Any]) -> None:
    """Fills in what follows from the text, where nobody was asked. `opened`: the oldest problem first."""
    if report.problem_choice:
        return
    report.problem_choice = choice_by_text(has_text=report.names_problem, has_open=bool(opened))
    if report.problem_choice == ProblemChoice.SAME:
        report.about_problem = opened[0].problem.number


def why_no_answer(report: AbstractReport, opened: Sequence[Any], *, is_confirmed: bool) -> Iterator[NotAllowed]:
    """Yield why a report cannot be submitted, as far as its part about problems goes.

    `opened`: the latest steps of the problems that are open for its measure or project; `is_confirmed`: the writer has
    confirmed that none of them remains.
    """
    if report.problem_choice == ProblemChoice.NEW and not report.names_problem:
        yield NotAllowed(_("Say what stands in the way."), field="problem")
    if report.problem_choice == ProblemChoice.SAME:
        if report.about_problem is None:
            yield NotAllowed(_("Choose the problem that is still the same."), field="problem_choice")
        elif report.about_problem not in {step.problem.number for step in opened}:
            sentence = _("%(code)s is not open any more: choose again.") % {"code": report.problem_code}
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
    is_new = report.problem_choice == ProblemChoice.NEW and report.about_problem is None
    if is_new and owner is None and report.subject.lead_department_id is None:
        yield NotAllowed(str(NO_OWNER), field="owner")


def file_problem(report: AbstractReport, *, by: User, owner: Department | None = None) -> None:
    """Notes which problem a report that is being submitted is about, and puts a new one on the list.

    `owner`: who is thought able to solve it, None for the lead. Raises NotAllowed where there is neither.
    """
    if report.problem_choice == ProblemChoice.NONE:
        opened = open_problems(report.subject, on=today())
        report.about_problem = opened[0].problem.number if opened else None
    elif report.problem_choice == ProblemChoice.NEW:
        report.about_problem = problem_list().raise_with(report, by=by, owner=owner)


def take_problem_along(report: AbstractReport, *, by: User) -> None:
    """A report that is withdrawn takes the problem along that it raised, unless somebody has acted on it."""
    if report.problem_choice == ProblemChoice.NEW and report.about_problem is not None:
        problem_list().withdraw_with(report, by=by)


def problem_columns(report: AbstractReport, choice: str, number: int | None) -> dict[str, Any]:
    """Returns the columns of what was chosen about problems; `number`: that of the problem that is still the same.
    Raises NotAllowed."""
    if choice not in ("", *ProblemChoice.values):
        raise NotAllowed(not_one_of(ProblemChoice.values), field="problem_choice")
    about = None
    if choice == ProblemChoice.SAME:
        about = number
        if number is not None and not report.subject.problems.filter(number=number, raised_on__isnull=False).exists():
            raise NotAllowed(_("Choose the problem that is still the same."), field="problem_choice")
    elif choice == report.problem_choice == ProblemChoice.NEW:
        # A new problem that the report put on the list before it came back stays its own.
        about = report.about_problem
    return {"problem_choice": choice, "about_problem": about}
