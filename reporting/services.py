"""Services for what a person does with a report, whatever it is about. Each service is all or nothing and says who.

What is refused raises NotAllowed with a sentence for the person. What only the reports of one app need (a status to
change) stands in a service of that app, around `apply_move`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role, User
from accounts.permissions import may_review
from core.clock import now, today
from core.exceptions import NotAllowed
from core.signals import action
from core.texts import clean_text
from reporting.models import AbstractFiling, AbstractReport, AbstractReportStep
from reporting.moves import Move, moves_from
from reporting.report_problems import take_problem_along
from reporting.workflow import EDITABLE_STATES, MOVES, ReportState
from web.cache.versions import DRAFTS, FILINGS, REPORTS, reports_as

# A draft that somebody with a closed account edited last is deleted this many days later.
ABANDONED_DAYS = 365


# Said where the office decides without the reason that the move needs.
WITHOUT_REASON = {
    "return": gettext_lazy("Please say why the report is returned"),
    "undo_acceptance": gettext_lazy("Please say why the acceptance is undone"),
}


class DraftChanged(NotAllowed):
    """Somebody else saved the draft in the meantime; `theirs` is what stands in the database now."""

    def __init__(self, theirs: AbstractFiling) -> None:
        super().__init__(_("A colleague has saved this report in the meantime; both versions are shown."))
        # Any: it is of the app's own model.
        self.theirs: Any = theirs


class ContentChanged(NotAllowed):
    """The report does not say any more what was shown to the person who decides."""

    def __init__(self) -> None:
        super().__init__(_("It says something else than when you opened this page: nothing was decided."))


def lock_report(report: AbstractFiling) -> None:
    """Locks what the report is about until the transaction ends, and reads the report as it is now."""
    report.lock_subject()
    try:
        report.refresh_from_db()
    except ObjectDoesNotExist:
        raise NotAllowed(_("A colleague has deleted this draft.")) from None


def check_filer(report: AbstractFiling, by: User) -> None:
    if not report.may_be_filed_by(by):
        raise NotAllowed(str(report.filing_refusal))


def check_editable(report: AbstractFiling, by: User, *, field: str | None = None) -> None:
    """Raises NotAllowed, with the field, unless the report is the person's to write now."""
    check_filer(report, by)
    if report.state not in EDITABLE_STATES:
        raise NotAllowed(_("This report waits for its review; withdraw it to change it."), field=field)


def allowed_moves(report: AbstractFiling, user: User | AnonymousUser) -> list[Move]:
    """Returns the moves that the person may make with the report now."""
    by = []
    if report.may_be_filed_by(user):
        by.append(Role.REPORTER)
    if may_review(user):
        by.append(Role.REVIEWER)
    moves = moves_from(MOVES, report.state, by=by)
    return [
        move
        for move in moves
        if (not move.same_day or report.decided_on == today())
        and (not move.by_same_unit or report.may_be_withdrawn_by(user))
    ]


def _check_unit(report: AbstractFiling, move: Move, by: User) -> None:
    if move.by_same_unit and not report.may_be_withdrawn_by(by):
        raise NotAllowed(str(report.withdrawal_refusal))


def check_move(report: AbstractFiling, *names: str, by: User) -> Move:
    """The one of these moves, all of one role, that the report's state allows. Raises NotAllowed."""
    moves = [move for move in MOVES if move.name in names]
    if Role.REPORTER in moves[0].by:
        check_filer(report, by)
        _check_unit(report, moves[0], by)
    elif not may_review(by):
        raise NotAllowed(_("You may not do this"))
    found = next((move for move in moves if report.state in move.before), None)
    if found is None:
        raise NotAllowed(_("The department has withdrawn this report") if report.is_draft else str(moves[0].refusal))
    if found.same_day and report.decided_on != today():
        raise NotAllowed(_("A decision is taken back on its own day only."))
    return found


def apply_move(report: AbstractFiling, name: str, *, by: User, note: str = "") -> None:
    """Makes a move of the table: checks role and state, sets the new state, stamps who and when, and keeps the step.

    The caller holds the lock of `lock_report`. `note` is what the reviewer says with a decision. Raises NotAllowed.
    """
    was = report.state
    step = make_move(report, name, by=by, note=note)
    with reports_as(REPORTS if ReportState.ACCEPTED in (was, report.state) else FILINGS):
        report.save()
        step.content = report.content()
        step.save()
    action.send(type(report), target=report, verb=name, by=by)


def make_move(report: AbstractFiling, name: str, *, by: User, note: str = "") -> AbstractReportStep:
    """Makes a move as `apply_move` does, short of saving: the step takes what the report says once that is saved."""
    move, moment = check_move(report, name, by=by), now()
    was, report.state = report.state, move.after or report.state
    if was == ReportState.ACCEPTED:
        report.decided_on = report.decided_at = report.decided_by = None
        report.decision_note = note
    elif move.after == ReportState.SUBMITTED:
        report.submitted_on, report.submitted_at, report.submitted_by = moment.date(), moment, by
        report.set_filing_unit(by)
        # A decision on an earlier submission has been answered by this one; its step keeps who, when and the words.
        report.decided_on = report.decided_at = report.decided_by = None
    elif move.after == ReportState.DRAFT:
        _stamp_edit(report, by)
    else:
        report.decided_on, report.decided_at, report.decided_by = moment.date(), moment, by
        report.decision_note = note
    step_model = type(report).steps.rel.related_model
    step: AbstractReportStep = step_model(
        report=report, move=name, made_on=moment.date(), made_at=moment, made_by=by, note=note
    )
    return step


def _stamp_edit(report: AbstractFiling, by: User) -> None:
    report.version += 1
    report.edited_at, report.edited_by = now(), by


def write_draft(report: AbstractFiling, values: Mapping[str, Any], *, by: User, version: int | None) -> None:
    """Saves what was typed into a report, or into a new one; it need not be complete.

    The caller holds the lock. `version` is that of the report that was being edited; None for a new one. Raises
    DraftChanged when another one stands in the database, and NotAllowed when it is no longer the person's to write.
    """
    if fill_draft(report, values, by=by, version=version):
        # A new one counts among those that there are of its month.
        with reports_as(FILINGS if report.pk is None else DRAFTS):
            report.save()


def fill_draft(report: AbstractFiling, values: Mapping[str, Any], *, by: User, version: int | None) -> bool:
    """Fills in a draft as `write_draft` does, short of saving. Returns whether there is anything to save."""
    check_editable(report, by)
    if report.pk is not None:
        if all(getattr(report, name) == value for name, value in values.items()):
            return False
        if version != report.version:
            raise DraftChanged(report)
    for name, value in values.items():
        setattr(report, name, value)
    _stamp_edit(report, by)
    return True


@transaction.atomic
def withdraw_report[R: AbstractFiling](report: R, *, by: User) -> R:
    """Takes a submitted report back until it is decided, and the problem along that it raised."""
    lock_report(report)
    apply_move(report, "withdraw", by=by)
    if isinstance(report, AbstractReport):
        take_problem_along(report, by=by)
    return report


def is_discardable(report: AbstractFiling) -> bool:
    """A draft that nobody has seen but those who write it."""
    return report.is_draft and report.submitted_on is None


@transaction.atomic
def discard_draft(report: AbstractFiling, *, by: User) -> None:
    """Throws a draft away that was never submitted, with its files."""
    lock_report(report)
    check_filer(report, by)
    if not is_discardable(report):
        raise NotAllowed(_("Only a draft that was never submitted can be deleted."))
    delete_with_files(report)


def delete_with_files(report: AbstractFiling) -> None:
    """Deletes a draft; its files go once the transaction is committed."""
    for evidence in report.evidence.all():
        evidence.delete_file()
    report.delete()


def delete_abandoned_drafts(filings: type[AbstractFiling]) -> int:
    """Deletes, with their files, drafts of a model that were never submitted, whose last writer's account is closed,
    and that nobody has edited for ABANDONED_DAYS; returns how many.

    Any other draft stays, whoever answers for its subject now: its writers read and copy it.
    """
    abandoned: QuerySet[Any] = filings._default_manager.filter(
        state=ReportState.DRAFT,
        submitted_on=None,
        edited_by__is_active=False,
        edited_at__lt=now() - timedelta(days=ABANDONED_DAYS),
    )
    deleted = 0
    for report in abandoned.order_by("pk"):
        with transaction.atomic():
            report.lock_subject()
            # A colleague may have gone on with it meanwhile.
            found = abandoned.filter(pk=report.pk).first()
            if found is not None:
                delete_with_files(found)
                deleted += 1
    return deleted


@transaction.atomic
def decide_as_shown[R: AbstractFiling](
    report: R, move: str, decide: Callable[[R], object], *, by: User, digest: str
) -> None:
    """Makes a decision of the table, by the service `decide`, on what the person was shown. `digest`: that of the
    content shown. Raises ContentChanged, and decides nothing, where the report says something else now."""
    lock_report(report)
    check_move(report, move, by=by)
    if digest != report.content_digest:
        raise ContentChanged
    decide(report)


def begin_decision(report: AbstractFiling, move: str, *, by: User, note: str) -> str:
    """Locks the report on which the office decides, and returns the note, cleaned. Raises NotAllowed where it may not
    make the move, or where the note lacks that the move needs."""
    note = clean_text(note, field="note", if_empty=str(WITHOUT_REASON.get(move, "")))
    lock_report(report)
    check_move(report, move, by=by)
    return note


@transaction.atomic
def return_report[R: AbstractFiling](report: R, *, by: User, note: str) -> R:
    """Returns a submitted report to whoever filed it, with a reason."""
    note = begin_decision(report, "return", by=by, note=note)
    apply_move(report, "return", by=by, note=note)
    return report


@dataclass(frozen=True)
class Outcome[T]:
    """The outcome of one row of many; `refusal` says why it failed."""

    subject: T
    refusal: NotAllowed | None = None

    @property
    def reason(self) -> str:
        return "" if self.refusal is None else str(self.refusal)

    @property
    def ok(self) -> bool:
        return self.refusal is None


def do_each[T](subjects: Iterable[T], do: Callable[[T], object]) -> list[Outcome[T]]:
    """Does it to each; each succeeds, or is refused, by itself."""
    outcomes = []
    for subject in subjects:
        try:
            do(subject)
        except NotAllowed as refusal:
            outcomes.append(Outcome(subject, refusal))
        else:
            outcomes.append(Outcome(subject))
    return outcomes
