"""Coordination meetings: a day, problems, and a direction on each.

A direction is the assignment that the meeting makes: who solves the problem, what is to be done, by when. It is a step
of the problem and followed as its due day is; a meeting has no reminders and no states of its own.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Department, User
from accounts.permissions import check_reviewer
from core.bounds import check_columns
from core.clock import today
from core.exceptions import NotAllowed
from core.names import check_named
from core.texts import MAX_TEXT_LENGTH, clean_text
from measures.models import Plan
from problems.models import Meeting, MeetingItem, Problem, ProblemStep
from problems.services import Assignment, assign_problem, lock_departments, move_problem
from problems.workflow import OPEN_STATES, ProblemState
from web.formats.dates import format_day
from web.formats.text import format_list

# More is no meeting, and no sheet that anybody reads.
MAX_ON_AGENDA = 100
# Those that a meeting can give a direction on: what is solved waits for its verification.
DIRECTED_STATES = (ProblemState.RAISED, ProblemState.ASSIGNED)


@dataclass(frozen=True)
class Direction:
    """A direction of a meeting: `what` is to be done. Without `due_on` it is refused."""

    owner: Department
    what: str
    due_on: date | None
    helpers: Collection[Department] = ()
    is_escalated: bool = False


@transaction.atomic
def add_meeting(
    plan: Plan,
    *,
    by: User,
    held_on: date,
    title_zh: str = "",
    title_en: str = "",
    place: str = "",
    problems: Iterable[Problem] = (),
) -> Meeting:
    """Add a meeting with these problems on its agenda. Raises NotAllowed, with the field at fault, and then adds
    nothing."""
    check_reviewer(by)
    # Two at once wait for each other, so that each has a number of its own.
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    last = Meeting.objects.filter(plan=plan).aggregate(most=Max("number"))["most"] or 0
    meeting = Meeting(
        plan=plan, number=last + 1, held_on=held_on, title_zh=title_zh, title_en=title_en, place=place, created_by=by
    )
    _check(meeting)
    meeting.save()
    put_on_agenda(meeting, list(problems), by=by)
    return meeting


@transaction.atomic
def change_meeting(meeting: Meeting, *, by: User, **values: Any) -> Meeting:
    """`values`: what the person changed, of title_zh, title_en, held_on and place; the rest stays as a colleague may
    have left it. Raises NotAllowed."""
    check_reviewer(by)
    stored = _locked(meeting)
    before = {name: getattr(stored, name) for name in values}
    for name, value in values.items():
        setattr(stored, name, value)
    _check(stored)
    if before == {name: getattr(stored, name) for name in values}:
        raise NotAllowed(_("Nothing was changed."))
    given = stored.items.exclude(direction=None)
    first = given.order_by("direction__made_on").values_list("direction__made_on", flat=True).first()
    if first is not None and stored.held_on > first:
        text = _("Directions were given on %(day)s: the meeting was not held later.") % {"day": format_day(first)}
        raise NotAllowed(text, field="held_on")
    stored.save()
    return stored


@transaction.atomic
def remove_meeting(meeting: Meeting, *, by: User) -> None:
    """The log keeps what it was. Raises NotAllowed once a direction is given: problems refer to it."""
    check_reviewer(by)
    stored = _locked(meeting)
    if stored.items.exclude(direction=None).exists():
        raise NotAllowed(_("Directions were given at this meeting: it stays on record."))
    stored.delete()


@transaction.atomic
def put_on_agenda(meeting: Meeting, problems: Sequence[Problem], *, by: User) -> list[Problem]:
    """Put the problems at the end of the agenda; gives those that were on it already. Raises NotAllowed, and then puts
    none on it."""
    check_reviewer(by)
    stored = _locked(meeting)
    wanted = {each.pk: each for each in problems}
    there = set(stored.items.values_list("problem_id", flat=True))
    new = [each for each in wanted.values() if each.pk not in there]
    _check_open(new, plan=stored.plan)
    if len(there) + len(new) > MAX_ON_AGENDA:
        raise NotAllowed(_("A meeting takes at most %(count)s problems.") % {"count": MAX_ON_AGENDA}, field="problems")
    last = stored.items.aggregate(most=Max("position"))["most"] or 0
    for position, problem in enumerate(new, start=last + 1):
        MeetingItem.objects.create(meeting=stored, problem=problem, position=position)
    return [each for each in wanted.values() if each.pk in there]


@transaction.atomic
def take_off_agenda(item: MeetingItem, *, by: User) -> None:
    """Raises NotAllowed where a direction is given on it."""
    check_reviewer(by)
    _meeting, stored = _locked_item(item)
    if stored.direction_id is not None:
        raise NotAllowed(_("A direction is given on this problem: it stays on the agenda."))
    stored.delete()


@transaction.atomic
def move_on_agenda(item: MeetingItem, *, by: User, up: bool) -> None:
    """Changes places with the one before or after it; the first stays the first, and the last the last."""
    check_reviewer(by)
    meeting, stored = _locked_item(item)
    rows = list(meeting.items.order_by("position", "pk"))
    place = rows.index(stored)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return
    rows[place], rows[other] = rows[other], rows[place]
    for position, each in enumerate(rows, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])


@transaction.atomic
def give_direction(item: MeetingItem, *, by: User, direction: Direction) -> ProblemStep:
    """Assigns the problem, or changes its assignment, in the name of the meeting. Raises NotAllowed, and then saves
    nothing: each item gets one direction, and what follows is done on the problem's page."""
    check_reviewer(by)
    meeting, stored = _locked_item(item)
    if stored.direction_id is not None:
        raise NotAllowed(_("A colleague has given the direction on this problem already."))
    if meeting.held_on > today():
        text = _("The meeting is on %(day)s: its directions are given then.") % {"day": format_day(meeting.held_on)}
        raise NotAllowed(text)
    if_empty = _("This field is required")
    what = clean_text(direction.what, field="what", max_length=MAX_TEXT_LENGTH, if_empty=if_empty)
    if direction.due_on is None:
        raise NotAllowed(_("Say by when it is to be solved."), field="due_on")
    problem = stored.problem
    assignment = Assignment(
        owner=direction.owner,
        due_on=direction.due_on,
        helpers=direction.helpers,
        is_escalated=direction.is_escalated,
    )
    # As everywhere: departments before measures. A merger of one of them holds them in that order.
    lock_departments(assignment)
    # What two reviewers do with one problem comes one after the other, whichever pages they are on.
    problem.lock_subject()
    if problem.state not in DIRECTED_STATES:
        words = {"code": problem.code, "state": problem.state.label}
        raise NotAllowed(_("%(code)s is in the state “%(state)s” now: there is nothing to assign.") % words)
    if _is_as_before(problem, direction):
        # Who and when stay as they are; what is to be done is new.
        stored.direction = move_problem(problem, "reply", by=by, note=what)
    else:
        stored.direction = assign_problem(problem, by=by, assignment=assignment, note=what)
    stored.save(update_fields=["direction"])
    return stored.direction


def _is_as_before(problem: Problem, direction: Direction) -> bool:
    last = problem.last_step
    helpers = {each.pk for each in direction.helpers if each != direction.owner}
    return problem.state == ProblemState.ASSIGNED and (
        direction.owner.pk,
        direction.due_on,
        direction.is_escalated,
        helpers,
    ) == (last.owner_id, last.due_on, last.is_escalated, {each.pk for each in problem.helpers.all()})


def _check(meeting: Meeting) -> None:
    """Raises NotAllowed where a column cannot be as it is."""
    for name in ("title_zh", "title_en", "place"):
        column: Any = Meeting._meta.get_field(name)
        setattr(meeting, name, clean_text(getattr(meeting, name), field=name, max_length=column.max_length))
    check_named(meeting, "title")
    check_columns(meeting, "held_on")


def _check_open(problems: Sequence[Problem], *, plan: Plan) -> None:
    """Raises NotAllowed for drafts, for problems of other plans, and for those that are closed or withdrawn."""
    keys = [each.pk for each in problems]
    there = Problem.objects.in_plan(plan).filter(~Q(raised_on=None), pk__in=keys).select_related("measure", "project")
    found = {each.pk: each for each in there}
    if len(found) < len(keys):
        raise NotAllowed(_("A problem that you chose is not on the list of this plan."), field="problems")
    steps = ProblemStep.objects.filter(problem__in=keys).last_by(today()).exclude(state__in=OPEN_STATES)
    over = {each.problem_id: each.get_state_display() for each in steps}
    if over:
        named = [f"{found[key].code} ({over[key]})" for key in keys if key in over]
        text = ngettext(
            "Not open any more: %(problems)s. Choose without it.",
            "Not open any more: %(problems)s. Choose without them.",
            len(named),
        )
        raise NotAllowed(text % {"problems": format_list(named)}, field="problems")


def _locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, locked: what two reviewers do with it comes one after the other."""
    stored = Meeting.objects.select_for_update(no_key=True).filter(pk=meeting.pk).first()
    if stored is None:
        raise NotAllowed(_("A colleague has removed this meeting."))
    return stored


def _locked_item(item: MeetingItem) -> tuple[Meeting, MeetingItem]:
    meeting = _locked(item.meeting)
    stored = meeting.items.select_related("problem__measure", "problem__project").filter(pk=item.pk).first()
    if stored is None:
        raise NotAllowed(_("A colleague has taken this problem off the agenda."))
    return meeting, stored
