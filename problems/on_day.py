"""The problems that are open on a day, and what counts of all of a plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models.functions import Coalesce

from measures.models import Plan
from problems.models import ProblemStep, ProblemSubject
from problems.rules import ProblemCounts, ProblemOnDay, count_problems, responsible


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
    """Return the kind of a measure or a project."""
    return ProblemSubject(subject._meta.model_name)


def problems_on(plan: Plan | None, *, on: date) -> list[ProblemOnDay]:
    """All of a plan, drafts aside, as the rules count them; owners, categories and sections by their ids. The owner is
    the department that does the work of the one that was to solve it then."""
    rows = ProblemStep.objects.in_plan(plan).last_by(on).annotate(owner_now=Coalesce("owner__merged_into", "owner"))
    found = [ProblemOnDay(*row) for row in rows.order_by().values_list(*COUNTED)]
    return [replace(each, owner=responsible(each.state, each.owner)) for each in found]


# The columns of a step in the order of `ProblemOnDay`.
COUNTED = (
    "state",
    "problem__raised_on",
    "due_on",
    "state_since",
    "is_escalated",
    "owner_now",
    "problem__category",
    "problem__measure__section",
)


def problem_counts(plan: Plan | None, *, on: date) -> ProblemCounts:
    """One query, however many there are."""
    return count_problems(problems_on(plan, on=on), on=on)
