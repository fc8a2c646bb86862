"""What people do with a problem, whatever it is about. Each service is all or nothing and says who.

What is refused raises NotAllowed with a sentence for the person. Whom an app notifies stands in services of that app,
around `make_move`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import File
from django.db.models import Max, ProtectedError, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from accounts.permissions import may_raise_problem, may_use_workspace
from core.bounds import LAST_DAY
from core.clock import now, today
from core.exceptions import NotAllowed
from core.provenance import Provenance
from core.texts import MAX_TEXT_LENGTH, clean_text
from reporting.evidence import MAX_EVIDENCE, keep_files, too_many
from reporting.moves import Move, moves_from
from reporting.problems.models import AbstractProblem, AbstractProblemStep
from reporting.problems.workflow import ASSIGNING, BY_NAME, MOVES, Party, ProblemState

NO_OWNER = gettext_lazy("Say who can solve it: this project has no lead department.")


@dataclass(frozen=True)
class ProblemData:
    """What whoever raises a problem fills in. Without `owner` the lead is to solve it; what has no lead needs one."""

    text: str = ""
    category: Any = None
    owner: Department | None = None


@dataclass(frozen=True)
class Assignment:
    """Who solves a problem, with whose help, and by when. None leaves the category as it is."""

    owner: Department
    due_on: date | None
    helpers: Iterable[Department] = ()
    category: Any = None
    is_escalated: bool = False


# Files that come along with a move.
type Files = "Iterable[File[bytes]]"


def may_raise(problem: AbstractProblem, user: User | AnonymousUser) -> bool:
    """Those that carry out what it is about, and the office."""
    # Who carries it out is read only where it matters.
    carriers = problem.carriers if may_use_workspace(user) else {"departments": (), "city": None}
    return may_raise_problem(user, **carriers)


def lock_problem(problem: AbstractProblem) -> None:
    """Locks what the problem is about until the transaction ends, and reads the problem as it is now."""
    problem.lock_subject()
    try:
        problem.refresh_from_db()
    except ObjectDoesNotExist:
        raise NotAllowed(_("A colleague has deleted this draft.")) from None
    vars(problem).pop("last_step", None)


def allowed_moves(problem: AbstractProblem, user: User | AnonymousUser) -> list[Move]:
    """What the person may do with the problem now."""
    return moves_from(MOVES, problem.state, by=problem.parties_of(user))


def check_move(problem: AbstractProblem, name: str, *, by: User, with_report: bool = False) -> Move:
    """Raises NotAllowed for who may not make the move, and in another state.

    `with_report`: whoever files the report that raised the problem acts as whoever raised it. Of a project these may be
    two: its city, and the department that leads it.
    """
    move = BY_NAME[name]
    parties = problem.parties_of(by) | ({Party.RAISER} if with_report else set())
    if parties.isdisjoint(move.by):
        raise NotAllowed(_("You may not do this"))
    if problem.state not in move.before:
        raise NotAllowed(str(move.refusal))
    return move


def save_draft(problem: AbstractProblem, *, by: User, data: ProblemData, version: int | None = None) -> None:
    """Keeps what was typed about a problem that is not raised yet; it need not be complete.

    A new one has no key yet, and knows what it is about; `version` is that of the draft that was being edited. Raises
    NotAllowed where somebody else saved it meanwhile.
    """
    problem.lock_subject()
    if problem.pk is None:
        _begin(problem, by=by)
    else:
        lock_problem(problem)
        check_move(problem, "raise", by=by)
        if version != problem.version:
            raise NotAllowed(_("A colleague has saved this draft in the meantime: look at it before you save yours."))
        problem.version += 1
    _set_data(problem, data)
    problem.edited_at, problem.edited_by = now(), by
    problem.save()


def _begin(problem: AbstractProblem, *, by: User) -> None:
    if not may_raise(problem, by):
        raise NotAllowed(_("You may not do this"))
    if by.is_reporter:
        problem.raised_by, problem.raised_by_city = by.department, by.city
    problem.provenance = Provenance.REPORTED
    others: Any = problem.others()
    problem.number = (others.aggregate(most=Max("number"))["most"] or 0) + 1


def _set_data(problem: AbstractProblem, data: ProblemData) -> None:
    text = clean_text(data.text, field="text", max_length=MAX_TEXT_LENGTH)
    if not text or text not in (problem.text_zh, problem.text_en):
        # Written anew: a translation of what it said before would say something else.
        problem.text_zh, problem.text_en = text, ""
    problem.category = data.category
    problem.proposed_owner = data.owner


def discard_draft(problem: AbstractProblem, *, by: User) -> None:
    """Throws a problem away that nobody has seen but those who write it."""
    lock_problem(problem)
    check_move(problem, "raise", by=by)
    try:
        problem.delete()
    except ProtectedError as error:
        raise NotAllowed(_("Other rows refer to it.")) from error


def raise_problem(problem: AbstractProblem, *, by: User) -> AbstractProblemStep:
    """Puts a draft on the list; it waits for the office then."""
    lock_problem(problem)
    check_move(problem, "raise", by=by)
    if not problem.text_zh and not problem.text_en:
        raise NotAllowed(_("Say what stands in the way."), field="text")
    problem.raised_on = today()
    problem.save()
    return _add_step(problem, BY_NAME["raise"], by=by, owner=_first_owner(problem), due_on=None, is_escalated=False)


def reword_problem(
    problem: AbstractProblem, *, by: User, data: ProblemData, version: int | None = None, with_report: bool = False
) -> AbstractProblemStep:
    """Says it in other words while nobody has acted on it; its steps keep the words before.

    `version`: that of the problem that was being reworded. Raises NotAllowed where somebody else reworded it meanwhile.
    """
    lock_problem(problem)
    move = check_move(problem, "reword", by=by, with_report=with_report)
    if version not in (None, problem.version):
        raise NotAllowed(_("A colleague has reworded this problem in the meantime: read it before you reword it."))
    before = problem.content(), problem.proposed_owner_id
    _set_data(problem, data)
    if not problem.text_zh and not problem.text_en:
        raise NotAllowed(_("Say what stands in the way."), field="text")
    if (problem.content(), problem.proposed_owner_id) == before:
        raise NotAllowed(_("Nothing was changed."))
    problem.version += 1
    problem.edited_at, problem.edited_by = now(), by
    problem.save()
    last, owner = problem.last_step, _first_owner(problem)
    return _add_step(problem, move, by=by, owner=owner, due_on=last.due_on, is_escalated=last.is_escalated)


def _first_owner(problem: AbstractProblem) -> Department:
    """Who has to solve it until the office says otherwise. Raises NotAllowed where nobody leads what it is about and
    nobody was proposed."""
    owner: Department | None = problem.proposed_owner or problem.lead_department
    if owner is None:
        raise NotAllowed(str(NO_OWNER), field="owner")
    return owner.successor


def assign_problem(
    problem: AbstractProblem, *, by: User, assignment: Assignment, note: str = "", known_step: int | None = None
) -> AbstractProblemStep:
    """Says who solves it by when: for the first time, or otherwise than before, with a reason.

    `known_step`: the id of the last step that the form showed; NotAllowed where there is another one by now.
    """
    owner, helpers = lock_departments(assignment)
    lock_problem(problem)
    last = problem.last_step
    if known_step is not None and last is not None and last.pk != known_step:
        sentence = _("Somebody has acted on this problem since you opened the form: look at it, then send yours.")
        raise NotAllowed(sentence)
    move = check_move(problem, "assign" if problem.state == ProblemState.RAISED else "reassign", by=by)
    check_due_day(assignment.due_on, before=last.due_on)
    content = problem.content()
    if assignment.category is not None:
        problem.category = assignment.category
    problem.save()
    problem.helpers.set([each for each in helpers if each != owner])
    holds: dict[str, Any] = {"owner": owner, "due_on": assignment.due_on, "is_escalated": assignment.is_escalated}
    is_same = all(getattr(last, name) == value for name, value in holds.items()) and problem.content() == content
    if move.after is None and is_same:
        raise NotAllowed(_("Nothing was changed."))
    return _add_step(problem, move, by=by, note=note, **holds)


def check_due_day(due_on: date | None, *, before: date | None = None) -> None:
    """`before`: the day by which it was to be solved until now, which may stay. Raises NotAllowed."""
    if due_on is None:
        raise NotAllowed(_("Say by when it is to be solved."), field="due_on")
    if due_on != before and not today() <= due_on <= LAST_DAY:
        raise NotAllowed(_("The day must not lie before today."), field="due_on")


def lock_departments(assignment: Assignment) -> tuple[Department, list[Department]]:
    """The owner and those asked to help, as they are now: nobody merges one of them meanwhile. Departments are locked
    before what they work on. Raises NotAllowed where one has been merged."""
    asked = list(assignment.helpers)
    rows = Department.objects.select_for_update(no_key=True).order_by("pk")
    locked = {each.pk: each for each in rows.filter(pk__in=[assignment.owner.pk, *(each.pk for each in asked)])}
    owner, helpers = locked[assignment.owner.pk], [locked[each.pk] for each in asked]
    for field, departments in (("owner", [owner]), ("helpers", helpers)):
        if any(each.is_merged for each in departments):
            sentence = _("This department has been merged into another; choose the one that does its work now.")
            raise NotAllowed(sentence, field=field)
    return owner, helpers


def make_move(
    problem: AbstractProblem,
    name: str,
    *,
    by: User,
    note: str = "",
    files: Files = (),
    with_report: bool = False,
) -> AbstractProblemStep:
    """A move that leaves owner and due day as they are: an answer, a solution, its verification, an end.

    The owner of one that was closed or withdrawn may have been merged since: its work is another department's then.
    """
    assert name not in (*ASSIGNING, "raise", "reword"), "they have services of their own"
    lock_problem(problem)
    move, last = check_move(problem, name, by=by, with_report=with_report), problem.last_step
    return _add_step(
        problem,
        move,
        by=by,
        note=note,
        files=files,
        owner=last.owner.successor,
        due_on=last.due_on,
        is_escalated=last.is_escalated,
    )


def _add_step(
    problem: AbstractProblem, move: Move, *, by: User, note: str = "", files: Files = (), **holds: Any
) -> AbstractProblemStep:
    if_empty = _("This field is required") if move.needs_note else ""
    note = clean_text(note, field="note", max_length=MAX_TEXT_LENGTH, if_empty=if_empty)
    kept = list(files)
    if len(kept) > MAX_EVIDENCE:
        raise too_many()
    moment = now()
    step: AbstractProblemStep = problem.steps.create(
        move=move.name,
        state=move.after or problem.state,
        made_on=moment.date(),
        made_at=moment,
        made_by=by,
        note=note,
        content=problem.content(),
        **holds,
    )
    keep_files(step, kept)
    vars(problem).pop("last_step", None)
    return step


def hand_over_problems(problems: QuerySet[Any], *, into: Department, by: User, reason: str) -> None:
    """Gives open problems, whose subjects are locked, to the department that does their owner's work from now on.

    Their state and due date stay. The number of statements does not grow with the problems.
    """
    steps: Any = problems.model.steps.rel.related_model._default_manager
    last = {step.problem_id: step for step in steps.filter(problem__in=problems.order_by()).last_by(LAST_DAY)}
    moment = now()
    steps.bulk_create(
        steps.model(
            problem=problem,
            move="reassign",
            state=last[problem.pk].state,
            owner=into,
            due_on=last[problem.pk].due_on,
            is_escalated=last[problem.pk].is_escalated,
            made_on=moment.date(),
            made_at=moment,
            made_by=by,
            note=reason,
            content=problem.content(),
        )
        for problem in problems
    )
