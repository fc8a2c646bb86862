"""The movement of the projects of a plan from one day to another: which entered the stock and left it, and which stages
they went through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, Q, Sum, Value, When

from core.scoped import is_out
from projects.lateness import BUILT
from projects.models import Project
from projects.sums import ProjectSum


def _sums(*names: str) -> dict[str, ProjectSum]:
    return {name: ProjectSum() for name in names}


@dataclass(frozen=True)
class Movement:
    """The stock are the projects that are in the plan and not yet built.

    `stock`: `opening` (on the earlier day), `listed`, `readmitted` and `reopened` (no longer reported as built) since,
    `completed` and `withdrawn` since, `closing` (on the day). Opening + listed + readmitted + reopened - completed -
    withdrawn = closing. What was listed since and is built already is listed and completed; what was listed since and
    has left is neither listed nor withdrawn. `stages`: of projects in the plan on both days whose stage differs, by
    both stages.
    """

    stock: Mapping[str, ProjectSum] = field(
        default_factory=lambda: _sums(
            "opening", "listed", "readmitted", "reopened", "completed", "withdrawn", "closing"
        )
    )
    stages: dict[tuple[str, str], ProjectSum] = field(default_factory=dict)


def read_movement(plan: Any, *, then: date, now: date) -> Movement:
    """Return the movement by what is known today, in one query."""
    projects: Any = Project.objects.in_plan(plan).with_stage(now).with_stage_then(then)
    projects = projects.annotate(counts_then=_counts(then), counts=_counts(now), is_new=_is(Q(listed_on__gt=then)))
    groups = projects.order_by().values_list("counts_then", "counts", "is_new", "stage_then", "stage")
    movement = Movement()
    for *group, number, wan in groups.annotate(number=Count("pk"), wan=Sum("investment_wan")):
        _add(movement, *group, amount=(number, wan))
    return movement


def _is(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False))


def _counts(on: date) -> Case:
    """Return the expression for whether a project is in the plan on the day."""
    return _is(Q(~is_out(Project, on), listed_on__lte=on))


def _add(
    movement: Movement,
    counted: bool,
    counts: bool,
    is_new: bool,
    stage_then: str,
    stage: str,
    *,
    amount: tuple[int, int],
) -> None:
    was_built, is_built = stage_then in BUILT, stage in BUILT
    entered = _how_it_entered(counted, counts, is_new, was_built=was_built, is_built=is_built)
    is_opening = counted and not was_built
    if is_opening:
        movement.stock["opening"].add(*amount)
    if entered:
        movement.stock[entered].add(*amount)
    if is_opening or entered:
        movement.stock["withdrawn" if not counts else "completed" if is_built else "closing"].add(*amount)
    if counted and counts and stage_then != stage:
        movement.stages.setdefault((stage_then, stage), ProjectSum()).add(*amount)


def _how_it_entered(counted: bool, counts: bool, is_new: bool, *, was_built: bool, is_built: bool) -> str:
    """Return the row of the stock by which a project entered it; empty where it did not."""
    if not counts:
        return ""
    if is_new:
        return "listed"
    if was_built and is_built:
        return ""
    if not counted:
        return "readmitted"
    return "reopened" if was_built else ""
