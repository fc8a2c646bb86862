"""Services for what people do with a problem: raised, assigned, answered, solved, verified. Each service is all or
nothing and says who; each step is told to whoever acts next.

What is refused raises NotAllowed with a sentence for the person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import may_raise_problem, may_use_workspace
from core.bounds import LAST_DAY
from core.clock import now, today
from core.exceptions import NotAllowed
from core.provenance import Provenance
from core.scope import ScopeKind, out_since
from core.signals import action
from core.texts import MAX_TEXT_LENGTH, Text, clean_text, text_columns
from problems.models import Problem, ProblemStep
from problems.workflow import ASSIGNING, BY_NAME, MOVES, Party, ProblemState
from reporting.evidence import MAX_EVIDENCE, keep_files, too_many
from reporting.moves import Move, moves_from
from reporting.report_problems import NO_OWNER
from reporting.services import Outcome, do_each


@dataclass(frozen=True)
class ProblemData:
    """The values that whoever raises a problem fills in. Without `owner` the lead is to solve it; what has no lead
    needs one."""

    text: Text = ""
    category: Any = None
    owner: Department | None = None


@dataclass(frozen=True)
class Assignment:
    """The department that solves a problem, with whose help, and by when. A `category` of None leaves it as it is."""

    owner: Department
    due_on: date | None
    helpers: Iterable[Department] = ()
    category: Any = None
    is_escalated: bool = False


# Files that come along with a move.
type Files = "Iterable[File[bytes]]"


def may_raise(problem: Problem, user: User | AnonymousUser) -> bool:
    """Return whether the person may raise the problem: those who carry out what it is about may, and the office."""
    # Who carries it out is read only where it matters.
    carriers = problem.carriers if may_use_workspace(user) else {"departments": (), "city": None}
    return may_raise_problem(user, **carriers)


def lock_problem(problem: Problem) -> None:
    """Locks what the problem is about until the transaction ends, and reads the problem as it is now."""
    problem.lock_subject()
    try:
        problem.refresh_from_db()
    except ObjectDoesNotExist:
        raise NotAllowed(_("A colleague has deleted this draft.")) from None
    vars(problem).pop("last_step", None)


def allowed_moves(problem: Problem, user: User | AnonymousUser) -> list[Move]:
    """Return the moves that the person may make with the problem now."""
    return moves_from(MOVES, problem.state, by=problem.parties_of(user))


def check_move(problem: Problem, name: str, *, by: User, with_report: bool = False) -> Move:
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


@transaction.atomic
def save_problem_draft(problem: Problem, *, by: User, data: ProblemData, version: int | None = None) -> Problem:
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
    return problem


def _begin(problem: Problem, *, by: User) -> None:
    if not may_raise(problem, by):
        raise NotAllowed(_("You may not do this"))
    if by.is_reporter:
        problem.raised_by, problem.raised_by_city = by.department, by.city
    problem.provenance = Provenance.REPORTED
    problem.number = (problem.others().aggregate(most=Max("number"))["most"] or 0) + 1


def _set_data(problem: Problem, data: ProblemData) -> None:
    for name, text in text_columns("text", data.text, present=problem).items():
        setattr(problem, name, text)
    problem.category = data.category
    problem.proposed_owner = data.owner


@transaction.atomic
def discard_problem_draft(problem: Problem, *, by: User) -> None:
    """Throws a problem away that nobody has seen but those who write it."""
    lock_problem(problem)
    check_move(problem, "raise", by=by)
    try:
        problem.delete()
    except ProtectedError as error:
        raise NotAllowed(_("Other rows refer to it.")) from error


@transaction.atomic
def raise_problem(problem: Problem, *, by: User, data: ProblemData, version: int | None = None) -> ProblemStep:
    """Saves what was typed and puts it on the list, where it waits for the office. Raises NotAllowed, and then saves
    nothing."""
    save_problem_draft(problem, by=by, data=data, version=version)
    lock_problem(problem)
    check_move(problem, "raise", by=by)
    if not problem.text_zh and not problem.text_en:
        raise NotAllowed(_("Say what stands in the way."), field="text")
    _check_not_withdrawn(problem.subject)
    problem.raised_on = today()
    problem.save()
    return _add_step(problem, BY_NAME["raise"], by=by, owner=_first_owner(problem), due_on=None, is_escalated=False)


@transaction.atomic
def reword_problem(
    problem: Problem, *, by: User, data: ProblemData, version: int | None = None, with_report: bool = False
) -> ProblemStep:
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


def _first_owner(problem: Problem) -> Department:
    """Return the department that has to solve the problem until the office says otherwise. Raises NotAllowed where
    nobody leads what it is about and nobody was proposed."""
    owner: Department | None = problem.proposed_owner or problem.lead_department
    if owner is None:
        raise NotAllowed(str(NO_OWNER), field="owner")
    return owner.successor


@transaction.atomic
def assign_problem(
    problem: Problem, *, by: User, assignment: Assignment, note: str = "", known_step: int | None = None
) -> ProblemStep:
    """Says who solves it by when: for the first time, or otherwise than before, with a reason.

    `known_step`: the id of the last step that was shown. Raises NotAllowed, also where somebody has acted on it since.
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


def assign_problems(
    problems: Iterable[Problem], *, by: User, owner: Department, due_on: date, known_steps: Mapping[int, int]
) -> list[Outcome[Problem]]:
    """Gives each to the same department, by the same day; each is assigned, or refused, by itself. Who helps, and what
    was put before the government, stays. `known_steps`: by the ids of the problems, as `assign_problem` has it."""

    def assign(problem: Problem) -> None:
        last = problem.last_step
        is_escalated = last is not None and last.is_escalated
        assignment = Assignment(owner, due_on, helpers=problem.helpers.all(), is_escalated=is_escalated)
        assign_problem(problem, by=by, assignment=assignment, known_step=known_steps[problem.pk])

    return do_each(problems, assign)


def check_due_day(due_on: date | None, *, before: date | None = None) -> None:
    """Check the day by which a problem is to be solved. `before`: the day by which it was to be solved until now, which
    may stay. Raises NotAllowed."""
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


@transaction.atomic
def move_problem(
    problem: Problem,
    name: str,
    *,
    by: User,
    note: str = "",
    files: Files = (),
    with_report: bool = False,
) -> ProblemStep:
    """Make a move that leaves owner and due day as they are, such as an answer, a solution, its verification or an end,
    and return its step. Raises NotAllowed.

    The owner of one that was closed or withdrawn may have been merged since: its work is another department's then.
    """
    assert name not in (*ASSIGNING, "raise", "reword"), "they have services of their own"
    lock_problem(problem)
    move, last = check_move(problem, name, by=by, with_report=with_report), problem.last_step
    if name in ("restore", "reopen"):
        _check_not_withdrawn(problem.subject)
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
    problem: Problem, move: Move, *, by: User, note: str = "", files: Files = (), **holds: Any
) -> ProblemStep:
    if_empty = _("This field is required") if move.needs_note else ""
    note = clean_text(note, field="note", max_length=MAX_TEXT_LENGTH, if_empty=if_empty)
    kept = list(files)
    if len(kept) > MAX_EVIDENCE:
        raise too_many()
    moment = now()
    step = ProblemStep.objects.create(
        problem=problem,
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
    action.send(ProblemStep, target=step, verb=step.move, by=by)
    return step


def _check_not_withdrawn(subject: Any) -> None:
    """Raises NotAllowed: what was taken out of the plan for good gets no further problems. A suspended measure may well
    have some, and what was open before is brought to an end."""
    left = out_since(subject.scope_changes.all(), on=today())
    if left is not None and left.kind == ScopeKind.WITHDRAWN:
        raise NotAllowed(left.refusal)
