"""Problems in the tables of pages: the step of each that holds on a day, with what is left to solve it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from core.clock import today
from measures.models import Plan
from problems.models import Problem, ProblemStep
from problems.rules import OFFICE_STATES, TimeLeft, time_left
from problems.services import allowed_moves, may_raise
from problems.workflow import OPEN_STATES, ProblemState
from reporting.moves import Move
from web.formats.text import excerpt
from web.language import localized

# Of the text of a problem, in a table.
EXCERPT = 80
# Whoever must act first: the earliest due date, then the oldest.
BY_DUE_DAY = (
    F("due_on").asc(nulls_last=True),
    "problem__raised_on",
    # Those of measures before those of projects.
    F("problem__measure__position").asc(nulls_last=True),
    F("problem__project__position").asc(nulls_last=True),
    "problem__number",
)
# Of problems themselves.
BY_SUBJECT = (F("measure__position").asc(nulls_last=True), F("project__position").asc(nulls_last=True), "number")

# As what a department takes part in a problem; of several the first.
ROLES: dict[str, str | Promise] = {
    "owner": pgettext_lazy("role in a problem", "Solves"),
    "suggested": pgettext_lazy("role in a problem", "Suggested"),
    "helper": pgettext_lazy("role in a problem", "Helps"),
    "raiser": pgettext_lazy("role in a problem", "Raised"),
}


@dataclass(frozen=True)
class ProblemRow:
    """`role`: one of ROLES, on the page of a department; `moves`: what the reader may do with it now, where the page
    offers that; `refusal`: why it was not assigned just now; `is_ticked`: to be assigned with others."""

    step: Any
    left: TimeLeft
    role: str = ""
    moves: Sequence[Move] = ()
    refusal: str = ""
    is_ticked: bool = False

    @property
    def problem(self) -> Problem:
        problem: Problem = self.step.problem
        return problem

    @property
    def is_open(self) -> bool:
        return self.step.state in OPEN_STATES

    @property
    def waits_for_assignment(self) -> bool:
        return bool(self.step.state == ProblemState.RAISED)

    @property
    def key(self) -> str:
        """Names the problem and the step that is shown of it: the list sends it back with an assignment."""
        return f"{self.problem.pk}-{self.step.pk}"

    @property
    def text(self) -> str:
        return excerpt(localized(self.problem, "text"), EXCERPT)

    @property
    def role_name(self) -> str | Promise:
        return ROLES[self.role]


def problem_rows(steps: Iterable[ProblemStep], *, on: date) -> list[ProblemRow]:
    return [ProblemRow(each, each.left_on(on)) for each in steps]


@dataclass(frozen=True)
class ProblemsOf:
    """The problems that the page of a measure or project shows: `rows` are open, `settled` closed or withdrawn."""

    rows: list[ProblemRow]
    settled: list[ProblemRow]
    may_raise: bool
    raise_url: str


def problems_of(problem: Problem, *, on: date, user: User | AnonymousUser) -> ProblemsOf:
    """Return the problems of a measure or project by the day. `problem`: a new one of it, by which is known who may
    raise one."""
    steps = ProblemStep.objects.beside(problem).last_by(on).with_rows()
    rows = problem_rows(steps.order_by(*BY_DUE_DAY), on=on)
    return ProblemsOf(
        [row for row in rows if row.is_open],
        [row for row in rows if not row.is_open],
        may_raise=on == today() and may_raise(problem, user),
        raise_url=reverse(f"problems:{problem.subject_kind}_raise", args=[problem.subject.code]),
    )


def problems_of_department(department: Department, plan: Any, *, on: date) -> list[ProblemRow]:
    """The open ones that it must solve, is asked to help with or raised, each once: whoever must act first first. One
    query."""
    steps = _concerning(department, plan, on=on)
    return _by_role(ProblemRow(each, each.left_on(on), _role(each, department)) for each in steps)


@dataclass
class WorkspaceProblems:
    """Open ones with what the reader may do, and the drafts of the department, which have no step."""

    rows: list[ProblemRow]
    drafts: list[Problem]

    @property
    def to_solve(self) -> int:
        return sum(each.role == "owner" and each.step.state != ProblemState.SOLVED for each in self.rows)

    @property
    def overdue(self) -> int:
        return sum(each.role == "owner" and each.left.is_overdue and not each.left.is_of_office for each in self.rows)


def workspace_problems(
    department: Department, plan: Plan | None, *, on: date, user: User, kept_only: bool = False
) -> WorkspaceProblems:
    """`kept_only`: of the measures that the person looks after."""
    steps = _concerning(department, plan, on=on).select_related("owner__merged_into", "problem__raised_by__merged_into")
    steps = steps.prefetch_related("problem__helpers", "problem__measure__participating_departments")
    own = Q(raised_by=department) | Q(raised_by__merged_into=department)
    drafts = Problem.objects.in_plan(plan).filter(own, raised_on=None).select_related("measure", "project")
    if kept_only:
        steps = steps.filter(Q(problem__measure__owner=user) | Q(problem__measure__deputy=user))
        drafts = drafts.filter(Q(measure__owner=user) | Q(measure__deputy=user))
    rows = []
    for step in steps:
        # It is the step that holds now: that is not asked for again.
        step.problem.last_step = step
        moves = allowed_moves(step.problem, user)
        rows.append(ProblemRow(step, step.left_on(on), _role(step, department), moves))
    return WorkspaceProblems(_by_role(rows), list(drafts.order_by(*BY_SUBJECT)))


def _concerning(department: Department, plan: Any, *, on: date) -> Any:
    steps = ProblemStep.objects.in_plan(plan).last_by(on).open().concerning(department)
    return steps.with_rows().order_by(*BY_DUE_DAY)


def _by_role(rows: Iterable[ProblemRow]) -> list[ProblemRow]:
    return sorted(rows, key=lambda each: list(ROLES).index(each.role))


def _role(step: Any, department: Department) -> str:
    raiser = step.problem.raised_by
    is_named = department.pk in (step.owner_id, step.owner.merged_into_id)
    if is_named and step.responsible:
        return "owner"
    if step.is_asked_to_help:
        return "helper"
    was_raiser = raiser is not None and department.pk in (raiser.pk, raiser.merged_into_id)
    return "suggested" if is_named and not was_raiser else "raiser"


def overdue_by_department(plan: Plan | None, *, on: date) -> Counter[int]:
    """How many problems each department should have solved by now, by its id. One query."""
    steps = ProblemStep.objects.in_plan(plan).last_by(on).filter(state=ProblemState.ASSIGNED, due_on__lt=on).order_by()
    owners = steps.annotate(owner_now=Coalesce("owner__merged_into", "owner"))
    return Counter(owners.values_list("owner_now", flat=True))


def waiting_for_office(plan: Plan | None, *, on: date) -> dict[str, int]:
    """How many problems the office has yet to assign and to verify, and how many of these are overdue. One query."""
    steps = ProblemStep.objects.in_plan(plan).last_by(on).filter(state__in=OFFICE_STATES).order_by()
    found = list(steps.values_list("state", "state_since"))
    states = Counter(state for state, _since in found)
    late = sum(time_left(state, None, since=since, on=on).is_overdue for state, since in found)
    return {"to_assign": states[ProblemState.RAISED], "to_verify": states[ProblemState.SOLVED], "overdue": late}
