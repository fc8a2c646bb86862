"""The problems of a plan on a day, as the figures of pages and API count them: one query for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models.functions import Coalesce

from core.pace import shares
from core.provenance import Provenance
from measures.models import Plan
from problems.models import ProblemStep, ProblemSubject
from problems.rules import CLOSED_DAYS, ProblemCounts, ProblemOnDay, WaitingFor, responsible
from problems.workflow import OPEN_STATES
from web.formats.numbers import trimmed

# Of fewer open problems pages show no shares: one more or less would move them by two percentage points or more.
MIN_PROBLEMS_FOR_SHARE = 50


@dataclass(frozen=True)
class Category:
    """A category of problems, by its number in the plan. Nothing but `number` where a problem has none yet: it comes
    last."""

    number: float = float("inf")
    slug: str = ""
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanProblem(ProblemOnDay):
    """`owner` is the id of the department that does the work of the responsible one now; `category` a Category; `code`
    and `position` are those of the measure or project that it is about, `measure` the id of the former and
    `project_category` that of the latter's category."""

    subject_kind: ProblemSubject
    code: str
    position: int
    number: int
    city: int | None
    measure: int | None
    project_category: int | None
    provenance: str

    @property
    def is_illustrative(self) -> bool:
        return self.provenance == Provenance.ILLUSTRATIVE

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class CategoryShare:
    """`share`: of the open problems, in percent; those of all categories sum to 100."""

    category: Category
    open: int
    share: Decimal


# The columns of a step, by the fields of PlanProblem.
COLUMNS = {
    "state": "state",
    "raised_on": "problem__raised_on",
    "due_on": "due_on",
    "since": "state_since",
    "is_escalated": "is_escalated",
    "owner": "owner_now",
    "section": "problem__measure__section",
    "number": "problem__number",
    "city": "problem__project__city",
    "measure": "problem__measure",
    "project_category": "problem__project__category",
    "provenance": "problem__provenance",
}
SUBJECTS = {kind: (f"problem__{kind}__code", f"problem__{kind}__position") for kind in ProblemSubject}
CATEGORY = [f"problem__category__{each.name}" for each in fields(Category)]


def read_problems(plan: Plan, day: date) -> list[PlanProblem]:
    """Return the problems of the plan on the day, drafts aside."""
    rows = ProblemStep.objects.in_plan(plan).last_by(day).annotate(owner_now=Coalesce("owner__merged_into", "owner"))
    subjects = [column for columns in SUBJECTS.values() for column in columns]
    return [_problem(row) for row in rows.order_by().values(*COLUMNS.values(), *subjects, *CATEGORY)]


def _problem(row: Mapping[str, Any]) -> PlanProblem:
    """`row`: a step with the columns of PlanProblem, of its subjects and of its category."""
    kind = ProblemSubject.PROJECT if row["problem__measure"] is None else ProblemSubject.MEASURE
    code, position = (row[column] for column in SUBJECTS[kind])
    category = [row[column] for column in CATEGORY]
    return PlanProblem(
        **{name: row[column] for name, column in COLUMNS.items() if name != "owner"},
        owner=responsible(row["state"], row["owner_now"]),
        subject_kind=kind,
        code=code,
        position=position,
        category=Category() if category[0] is None else Category(*category),
    )


def problem_figures(counts: ProblemCounts) -> dict[str, Any]:
    """The figures of any set of problems."""
    median = counts.median_days
    return {
        "open": counts.open,
        "overdue": counts.overdue,
        "to_verify": counts.to_verify,
        "longest_days": counts.oldest,
        "closed_recently": counts.closed_recently,
        "median_days": None if median is None else trimmed(median),
        "waiting": {each.value: counts.waiting[each] for each in WaitingFor},
    }


def shares_by_category(counts: ProblemCounts) -> list[CategoryShare]:
    """Return the shares of the categories with open problems, in the order of the plan."""
    found: Any = sorted(counts.by_category.items(), key=lambda each: each[0].number)
    percents = shares(*(count for _category, count in found)) if found else []
    return [CategoryShare(category, count, share) for (category, count), share in zip(found, percents, strict=True)]


def oldest_open(problems: Iterable[PlanProblem]) -> PlanProblem | None:
    """Return the open problem that was raised first; of several on a day the first in the order of the plan, measures
    before projects."""
    found = [each for each in problems if each.is_open]
    return min(
        found,
        key=lambda each: (each.raised_on, each.subject_kind.value, each.position, each.code, each.number),
        default=None,
    )


def closed_from(day: date) -> date:
    """The first of the days over which closed problems are counted."""
    return date.fromordinal(max(1, day.toordinal() - CLOSED_DAYS + 1))
