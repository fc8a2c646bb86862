"""The months of projects: what cities, lead departments and the reviewing office do with them.

Each service is all or nothing and says who. What is refused raises NotAllowed with a sentence for the person; what is
only unlikely is asked about. What reports of anything have in common is in `reporting.services`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from core.bounds import check_columns
from core.clock import today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.provenance import Provenance
from core.scope_changes import check_in_plan
from core.texts import MAX_REASON_LENGTH, clean_text, text_columns
from projects.models import Project, ProjectMonth, Stage
from projects.models.months import STAGE_DAYS
from projects.months.figures import load_history
from projects.months.rules import doubts_about, why_incomplete
from projects.services import touch_cells
from reporting.doubts import NO_ANSWERS, Answers, Doubt, answered
from reporting.models import TEXTS
from reporting.plausibility import limits
from reporting.report_problems import (
    file_problem,
    open_problems,
    problem_columns,
    resolve_choice,
    why_no_answer,
    why_no_owner,
)
from reporting.services import apply_move, begin_decision, check_filer, check_move, fill_draft, lock_report
from web.errors import not_one_of

# What the database keeps within bounds.
BOUNDED = (*STAGE_DAYS, "invested_wan", "progress")


@dataclass(frozen=True)
class MonthData:
    """The data that a person filled in: money in 万元, progress in per cent, days of stages those of their
    beginning."""

    stage: str
    started_on: date | None = None
    completed_on: date | None = None
    in_production_on: date | None = None
    stage_reason: str = ""
    invested_wan: int | None = None
    progress: int | None = None
    what_was_done: str = ""
    problem: str = ""
    next_step: str = ""
    # As `measures.reports.ReportData` has them.
    problem_choice: str = ""
    about_problem: int | None = None


def lock_project(pk: int) -> Project:
    return Project.objects.select_for_update().get(pk=pk)


def open_month(project: Project, period: date) -> ProjectMonth | None:
    """The one of the month that is a draft, submitted or returned."""
    return project.months.open().filter(period=period).first()


def month_before(project: Project, period: date, *, but: ProjectMonth | None = None) -> ProjectMonth | None:
    """The accepted one that holds at the end of the month, `but` aside: what a new one goes on from."""
    accepted = project.months.accepted().filter(period__lte=period)
    if but is not None and but.pk is not None:
        accepted = accepted.exclude(pk=but.pk)
    return accepted.order_by("-period", "-submitted_on", "-submitted_at", "-pk").first()


def carried_over(project: Project, period: date) -> MonthData:
    """Returns the data with which a new month begins: the stage and its days as they are; of the same year, the
    investment."""
    return data_after(month_before(project, period), project, period)


def data_after(last: ProjectMonth | None, project: Project, period: date) -> MonthData:
    """The same, of the accepted month that it goes on from."""
    if last is None:
        return MonthData(project.opening_stage)
    invested = last.invested_wan if last.period.year == period.year else 0
    return MonthData(last.stage, last.started_on, last.completed_on, last.in_production_on, "", invested, last.progress)


@transaction.atomic
def save_month(
    project: Project, *, by: User, data: MonthData, period: date, version: int | None = None
) -> ProjectMonth:
    """Makes the project's month, or saves what was typed into it; it need not be complete.

    `version` is that of the month that was being edited; None for a new one. Raises DraftChanged when another one
    stands in the database, and NotAllowed when it is no longer the person's to edit.
    """
    project = lock_project(project.pk)
    period = month_of(period)
    month = open_month(project, period) or new_month(project, period)
    if fill_month(month, data, by=by, version=version):
        month.save()
    return month


def new_month(project: Project, period: date) -> ProjectMonth:
    """Returns a new month of the project, not saved yet."""
    return ProjectMonth(project=project, period=period, version=0, provenance=Provenance.REPORTED)


def fill_month(month: ProjectMonth, data: MonthData, *, by: User, version: int | None) -> bool:
    """Fills in a month whose project is locked, as `save_month` does, short of saving. Returns whether there is
    anything to save."""
    check_filer(month, by)
    check_in_plan(month.project)
    if month.period > today():
        raise NotAllowed(_("The day is in the future"), field="period")
    if month.period < month_of(month.project.listed_on):
        raise NotAllowed(_("The project was not yet listed in this month."), field="period")
    about = problem_columns(month, data.problem_choice, data.about_problem)
    return fill_draft(month, columns_of(data, month) | about, by=by, version=version)


def columns_of(data: MonthData, month: ProjectMonth) -> dict[str, Any]:
    """Returns the columns of what was filled in of the month, cleaned. Raises NotAllowed, with the field at fault."""
    if data.stage not in Stage.values:
        raise NotAllowed(not_one_of(Stage.values), field="stage")
    values = asdict(data)
    # `reporting.report_problems` makes columns of these.
    del values["problem_choice"], values["about_problem"]
    texts: dict[str, str] = {}
    for name in TEXTS:
        texts |= text_columns(name, values.pop(name), present=month)
    reason = clean_text(values.pop("stage_reason"), field="stage_reason", max_length=MAX_REASON_LENGTH)
    for name in BOUNDED:
        if values[name] is not None:
            check_columns(ProjectMonth(**{name: values[name]}), name)
    return {**values, **texts, "stage_reason": reason}


@transaction.atomic
def submit_month(
    month: ProjectMonth,
    *,
    by: User,
    answers: Answers = NO_ANSWERS,
    confirms_no_problem: bool = False,
    problem_owner: Department | None = None,
) -> ProjectMonth:
    """Hands a draft or returned month to the office; a new problem comes on the list.

    `answers`: to the doubts about it. `confirms_no_problem`: the problems that are open
    stand in the way no longer. `problem_owner`: who can solve the new one, None for the lead. Raises NotAllowed, with
    the field at fault, and Doubtful.
    """
    lock_report(month)
    move = check_move(month, "submit", "resubmit", by=by)
    before, opened = month_before(month.project, month.period, but=month), open_problems(month.project, on=today())
    check_complete(
        month,
        before,
        opened,
        doubts=lambda: month_doubts(month),
        answers=answers,
        confirms_no_problem=confirms_no_problem,
        problem_owner=problem_owner,
    )
    file_problem(month, by=by, owner=problem_owner)
    apply_move(month, move.name, by=by)
    return month


def check_complete(
    month: ProjectMonth,
    before: ProjectMonth | None,
    opened: Sequence[Any],
    *,
    doubts: Callable[[], Iterable[Doubt]],
    answers: Answers,
    confirms_no_problem: bool = False,
    problem_owner: Department | None = None,
) -> None:
    """Keeps the answers. Raises NotAllowed where the month cannot be submitted as it stands, and Doubtful. `before`:
    the accepted one that it goes on from; `opened`: the last steps of its project's open problems; `doubts`: about a
    complete one."""
    check_in_plan(month.project)
    resolve_choice(month, opened)
    for refusal in why_incomplete(month, before, on=today()):
        raise refusal
    for refusal in why_no_answer(month, opened, is_confirmed=confirms_no_problem):
        raise refusal
    for refusal in why_no_owner(month, problem_owner):
        raise refusal
    month.answers = answered(doubts(), answers)


def month_doubts(month: ProjectMonth) -> list[Doubt]:
    """Returns the doubts about a complete month. Two queries."""
    past = load_history([month.project_id], until=month.period).past(month)
    return list(doubts_about(month, past, limits()))


@transaction.atomic
def accept_month(month: ProjectMonth, *, by: User, note: str = "") -> ProjectMonth:
    """Accepts a submitted month: from its last day on it decides. Raises NotAllowed, and changes nothing, where
    somebody decided before."""
    note = begin_decision(month, "accept", by=by, note=note)
    check_in_plan(month.project)
    apply_move(month, "accept", by=by, note=note)
    _settle(month)
    return month


@transaction.atomic
def undo_month(month: ProjectMonth, *, by: User, note: str) -> ProjectMonth:
    """Makes a month that was accepted today wait for its review again. Raises NotAllowed where another one of the same
    month was begun since."""
    note = begin_decision(month, "undo_acceptance", by=by, note=note)
    if open_month(month.project, month.period) is not None:
        raise NotAllowed(_("Another report for this month has been begun."))
    # A later one may have been accepted since; only accepted months say from when the next one decides.
    month.superseded_from = None
    apply_move(month, "undo_acceptance", by=by, note=note)
    _settle(month)
    return month


def _settle(month: ProjectMonth) -> None:
    """Says anew which months decide, and has the figures counted that follow from it."""
    ProjectMonth.objects.filter(pk=month.pk).settle()
    month.refresh_from_db(fields=["superseded_from"])
    Project.objects.filter(pk=month.project_id).mark_updated()
    touch_cells(month.project)
