"""The effects of a merger of departments on problems."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.log import log_links
from accounts.models import Department, User
from core.bounds import LAST_DAY
from core.clock import now
from problems.models import Problem, ProblemStep
from problems.querysets import ProblemQuerySet


def owned_open_problems(department: Department) -> Any:
    """The last step of each open problem that the department must solve."""
    return ProblemStep.objects.last_by(LAST_DAY).open().filter(owner=department)


def problems_of(department: Department) -> ProblemQuerySet:
    """Return the problems that a merger of the department touches."""
    owned = Q(pk__in=owned_open_problems(department).order_by().values("problem"))
    return Problem.objects.filter(
        owned | Q(pk__in=_helpers().filter(department=department).values("problem")) | Q(proposed_owner=department)
    )


def move_problems(source: Department, into: Department, *, by: User, reason: str) -> int:
    """Gives what `source` must solve to `into`, which is asked to help where `source` was, and is thought of where that
    one was. Who raised a problem, and who owned one that is closed, stays on record. Returns how many open ones moved.
    """
    problems = list(problems_of(source).values_list("pk", flat=True))
    owned = [step.problem_id for step in owned_open_problems(source)]
    _move_helpers(source, into, owned=owned, by=by)
    Problem.objects.filter(proposed_owner=source).update(proposed_owner=into)
    handed_over = (
        Problem.objects.filter(pk__in=owned)
        .select_related("category", "measure", "project")
        .prefetch_related("helpers")
    )
    _hand_over(handed_over.order_by("pk"), into=into, by=by, reason=reason)
    Problem.objects.filter(pk__in=problems).mark_updated()
    return len(owned)


def _hand_over(problems: QuerySet[Any], *, into: Department, by: User, reason: str) -> None:
    """Gives open problems, whose subjects are locked, to the department that does their owner's work from now on.

    Their state and due date stay. The number of statements does not grow with the problems.
    """
    steps = ProblemStep.objects.filter(problem__in=problems.order_by()).last_by(LAST_DAY)
    last = {step.problem_id: step for step in steps}
    moment = now()
    ProblemStep.objects.bulk_create(
        ProblemStep(
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


def _helpers() -> Any:
    """Return the links that say which department is asked to help with which problem."""
    return Problem.helpers.through._default_manager


def _move_helpers(source: Department, into: Department, *, owned: list[int], by: User) -> None:
    """Puts `into` in the place of `source` among those asked to help, unless it is there already or is the owner.
    `owned`: the problems that become its own."""
    helpers = _helpers()
    both = helpers.filter(department__in=(source, into)).values_list("problem", "department")
    before = set(both.all())
    of_into = owned_open_problems(into).filter(problem=OuterRef("problem"))
    helpers.filter(
        Q(problem__in=helpers.filter(department=into).values("problem"), department=source)
        | Q(problem__in=owned, department__in=(source, into))
        | Q(Exists(of_into), department=source)
    ).delete()
    helpers.filter(department=source).update(department=into)
    after = set(both.all())
    rows = Problem.objects.select_related("measure", "project").in_bulk(
        {problem for problem, _department in before ^ after}
    )
    log_links(rows, "helpers", before, after, of=(source, into), by=by)
