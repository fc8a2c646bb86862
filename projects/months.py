"""The months of projects: what cities, lead departments and the reviewing office do with them.

Each service is all or nothing and says who. What is refused raises NotAllowed with a sentence for the person; what is
only unlikely is asked about. What reports of anything have in common is in `reporting.services`.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.clock import today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.provenance import Provenance
from core.scope_changes import check_in_plan
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH, clean_text
from projects.models import Project, ProjectMonth, Stage
from projects.month_rules import Doubt, doubts_about, why_incomplete
from projects.services import touch_cells
from reporting import services
from reporting.models import TEXTS, ProblemChoice
from reporting.services import Outcome, apply_move, check_filer, check_move, do_each, lock_report, write_draft
from web.errors import not_one_of


@dataclass(frozen=True)
class MonthData:
    """What a person filled in: money in 万元, progress in per cent, days of stages those of their beginning."""

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
    problem_choice: str = ""


class Doubtful(NotAllowed):
    """What was filed is unlikely; whoever filed it has not yet said that it is so. `doubts`: about what."""

    def __init__(self, doubts: Collection[Doubt]) -> None:
        first = next(iter(doubts))
        super().__init__(first.question, field=first.field)
        self.doubts = list(doubts)


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
    """What a new month begins with: the stage and its days as they are; of the same year, the investment."""
    last = month_before(project, period)
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
    month = open_month(project, period)
    if month is None:
        month = ProjectMonth(project=project, period=period, version=0, provenance=Provenance.REPORTED)
    check_filer(month, by)
    check_in_plan(project)
    if period > today():
        raise NotAllowed(_("The day is in the future"), field="period")
    if period < month_of(project.listed_on):
        raise NotAllowed(_("The project was not yet listed in this month."), field="period")
    write_draft(month, columns_of(data), by=by, version=version)
    return month


def columns_of(data: MonthData) -> dict[str, Any]:
    """What was filled in, cleaned, as columns. Raises NotAllowed, with the field at fault."""
    if data.stage not in Stage.values:
        raise NotAllowed(not_one_of(Stage.values), field="stage")
    if data.problem_choice not in ("", *ProblemChoice.values):
        raise NotAllowed(not_one_of(ProblemChoice.values), field="problem_choice")
    values = asdict(data)
    # Typed texts go into the working language's column; readers of the other language see them too.
    texts = {f"{name}_zh": clean_text(values.pop(name), field=name, max_length=MAX_TEXT_LENGTH) for name in TEXTS}
    reason = clean_text(values.pop("stage_reason"), field="stage_reason", max_length=MAX_REASON_LENGTH)
    return {**values, **texts, "stage_reason": reason}


@transaction.atomic
def submit_month(month: ProjectMonth, *, by: User, confirmed: Collection[str] = ()) -> ProjectMonth:
    """Hands a draft or returned month to the office. `confirmed`: the names of doubts that the person says are so.

    Raises NotAllowed, with the field at fault, and Doubtful.
    """
    lock_report(month)
    move = check_move(month, "submit", "resubmit", by=by)
    check_in_plan(month.project)
    before = month_before(month.project, month.period, but=month)
    for refusal in why_incomplete(month, before, on=today()):
        raise refusal
    doubts = [each for each in month_doubts(month, before) if each.name not in confirmed]
    if doubts:
        raise Doubtful(doubts)
    apply_move(month, move.name, by=by)
    return month


def month_doubts(month: ProjectMonth, before: ProjectMonth | None) -> list[Doubt]:
    """About a complete month, of which `before` is the accepted one that it goes on from."""
    return list(doubts_about(month, before, invested_before=invested_before(month.project, month.period.year)))


def invested_before(project: Project, year: int) -> int:
    """What was invested in the years before, in 万元: that of the accepted months, each year by its last one, and of
    the years before the first."""
    months = project.months.accepted().filter(period__year__lt=year)
    in_order = months.order_by("period", "submitted_on", "submitted_at", "pk")
    last_of_years = {each.period.year: each.invested_wan or 0 for each in in_order}
    return project.invested_before_wan + sum(last_of_years.values())


@transaction.atomic
def accept_month(month: ProjectMonth, *, by: User, note: str = "") -> ProjectMonth:
    """Accepts a submitted month: from its last day on it decides. Raises NotAllowed, and changes nothing, where
    somebody decided before."""
    note = clean_text(note, field="note")
    lock_report(month)
    check_move(month, "accept", by=by)
    check_in_plan(month.project)
    apply_move(month, "accept", by=by, note=note)
    _settle(month)
    return month


def accept_months(months: Iterable[ProjectMonth], *, by: User) -> list[Outcome[ProjectMonth]]:
    """Accepts many; each succeeds or fails by itself."""
    return do_each(months, lambda month: accept_month(month, by=by))


def return_months(months: Iterable[ProjectMonth], *, by: User, note: str) -> list[Outcome[ProjectMonth]]:
    """Returns many with the same reason; each succeeds or fails by itself."""
    return do_each(months, lambda month: services.return_report(month, by=by, note=note))


@transaction.atomic
def undo_month(month: ProjectMonth, *, by: User, note: str) -> ProjectMonth:
    """Makes a month that was accepted today wait for its review again. Raises NotAllowed where another one of the same
    month was begun since."""
    note = clean_text(note, field="note", if_empty=_("Please say why the acceptance is undone"))
    lock_report(month)
    check_move(month, "undo_acceptance", by=by)
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
