"""Problems of measures and projects: raised, assigned, answered, solved, verified. Who acts must know, so each step
notifies.

What problems of anything have in common is in `reporting.problems`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from accounts.permissions import check_reviewer
from core.clock import today
from core.exceptions import NotAllowed
from core.scope import ScopeKind, out_since
from core.signals import action
from core.versions import State
from measures.models import Plan, Problem, ProblemCategory, ProblemStep, ProblemSubject
from measures.plan_rows import PlanRows
from reporting.problems import services
from reporting.problems.rules import ProblemCounts, ProblemOnDay, count_problems
from reporting.problems.services import Assignment, Files, ProblemData
from reporting.services import Outcome, do_each

CATEGORIES = PlanRows(
    ProblemCategory,
    "name",
    held="problems",
    slug_is_taken=gettext_lazy("The plan has a category of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this category."),
    is_in_use=gettext_lazy("It has problems: give them to another category first."),
)
# Of a new plan: slug, name in Chinese and in English. The office changes them.
DEFAULT_CATEGORIES = (
    ("land", "用地用海", "Land and sea use"),
    ("money", "资金", "Money"),
    ("approval", "审批手续", "Approvals"),
    ("environment", "环境容量", "Environment"),
    ("staff", "人员力量", "Staff"),
    ("coordination", "部门协调", "Coordination"),
    ("other", "其他", "Other"),
)


def add_default_categories(plan: Plan) -> None:
    """To a plan that has none."""
    if not plan.problem_categories.exists():
        ProblemCategory.objects.bulk_create(
            ProblemCategory(plan=plan, slug=slug, number=number, name_zh=zh, name_en=en)
            for number, (slug, zh, en) in enumerate(DEFAULT_CATEGORIES, start=1)
        )


def add_problem_category(plan: Plan, *, by: User, slug: str, number: int, **names: str) -> ProblemCategory:
    """Raises NotAllowed, with the field at fault."""
    check_reviewer(by)
    return CATEGORIES.add(plan, slug=slug, number=number, **names)


def change_problem_category(
    category: ProblemCategory, *, by: User, opened: State, reason: str = "", source: str = "", **values: Any
) -> ProblemCategory:
    """Renames or renumbers one. Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason
    and source."""
    check_reviewer(by)
    return CATEGORIES.change(category, opened=opened, reason=reason, source=source, **values)


def remove_problem_category(category: ProblemCategory, *, by: User) -> None:
    """Removes one without problems; the log keeps what it was. Raises NotAllowed."""
    check_reviewer(by)
    CATEGORIES.remove(category)


def open_problems(subject: Any, *, on: date) -> list[ProblemStep]:
    """The last step of each open problem of a measure or a project on a day, the oldest problem first."""
    return open_problems_of([subject], on=on).get(subject.pk, [])


def open_problems_of(subjects: Sequence[Any], *, on: date) -> dict[int, list[ProblemStep]]:
    """The same of many measures, or of many projects, by their ids. One query."""
    found: dict[int, list[ProblemStep]] = {}
    if not subjects:
        return found
    kind, by_id = kind_of(subjects[0]), {each.pk: each for each in subjects}
    steps = ProblemStep.objects.filter(**{f"problem__{kind}__in": by_id}).last_by(on).open().with_rows()
    for step in steps.order_by("problem__raised_on", "problem__number"):
        subject = by_id[getattr(step.problem, f"{kind}_id")]
        setattr(step.problem, kind, subject)
        found.setdefault(subject.pk, []).append(step)
    return found


def kind_of(subject: Any) -> ProblemSubject:
    """Of a measure or a project."""
    return ProblemSubject(subject._meta.model_name)


def problems_on(plan: Plan | None, *, on: date) -> list[ProblemOnDay]:
    """All of a plan, drafts aside, as the rules count them; owners, categories and sections by their ids. The owner is
    the department that does the work of the one that was to solve it then."""
    rows = ProblemStep.objects.in_plan(plan).last_by(on)
    return [ProblemOnDay(*row) for row in rows.order_by().values_list(*COUNTED)]


# The columns of a step in the order of `ProblemOnDay`.
COUNTED = (
    "state",
    "problem__raised_on",
    "due_on",
    "made_on",
    "is_escalated",
    Coalesce("owner__merged_into", "owner"),
    "problem__category",
    "problem__measure__section",
)


def problem_counts(plan: Plan | None, *, on: date) -> ProblemCounts:
    """One query, however many there are."""
    return count_problems(problems_on(plan, on=on), on=on)


@transaction.atomic
def save_problem_draft(problem: Problem, *, by: User, data: ProblemData, version: int | None = None) -> Problem:
    """Keeps what was typed about a new problem, or a draft; it need not be complete. Raises NotAllowed."""
    services.save_draft(problem, by=by, data=data, version=version)
    return problem


@transaction.atomic
def discard_problem_draft(problem: Problem, *, by: User) -> None:
    services.discard_draft(problem, by=by)


@transaction.atomic
def raise_problem(problem: Problem, *, by: User, data: ProblemData, version: int | None = None) -> ProblemStep:
    """Saves what was typed and puts it on the list. Raises NotAllowed, and then saves nothing."""
    services.save_draft(problem, by=by, data=data, version=version)
    step = services.raise_problem(problem, by=by)
    _check_not_withdrawn(problem.subject)
    return _tell(step, by=by)


@transaction.atomic
def reword_problem(
    problem: Problem, *, by: User, data: ProblemData, version: int | None = None, with_report: bool = False
) -> ProblemStep:
    """`version`: that of the problem as it was read. Raises NotAllowed."""
    step = services.reword_problem(problem, by=by, data=data, version=version, with_report=with_report)
    return _tell(step, by=by)


@transaction.atomic
def assign_problem(
    problem: Problem, *, by: User, assignment: Assignment, note: str = "", known_step: int | None = None
) -> ProblemStep:
    """Says who solves it by when, for the first time or otherwise than before. Raises NotAllowed, also where somebody
    has acted on it after `known_step`, the id of the last step that was shown."""
    step = services.assign_problem(problem, by=by, assignment=assignment, note=note, known_step=known_step)
    return _tell(step, by=by)


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


@transaction.atomic
def move_problem(
    problem: Problem, name: str, *, by: User, note: str = "", files: Files = (), with_report: bool = False
) -> ProblemStep:
    """A move that leaves owner and due day as they are. Raises NotAllowed."""
    step = services.make_move(problem, name, by=by, note=note, files=files, with_report=with_report)
    if name in ("restore", "reopen"):
        _check_not_withdrawn(problem.subject)
    return _tell(step, by=by)


def _check_not_withdrawn(subject: Any) -> None:
    """Raises NotAllowed: what was taken out of the plan for good gets no further problems. A suspended measure may well
    have some, and what was open before is brought to an end."""
    left = out_since(subject.scope_changes.all(), on=today())
    if left is not None and left.kind == ScopeKind.WITHDRAWN:
        raise NotAllowed(left.refusal)


def _tell(step: Any, *, by: User) -> ProblemStep:
    action.send(ProblemStep, target=step, verb=step.move, by=by)
    return step  # type: ignore[no-any-return]  # of this app's own model
