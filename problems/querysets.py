"""Named questions about problems and their steps."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from core.append_only import AppendOnlyQuerySet
from core.dated import DatedRows
from core.timestamps import UpdatedAtQuerySet
from measures.models import Measure
from problems.rules import IS_ASSIGNED, overdue_condition
from problems.workflow import GIVING_A_STATE, OPEN_STATES
from projects.models import Project

if TYPE_CHECKING:
    from accounts.models import Department
    from problems.models import Problem

# The order of the steps of a problem.
IN_ORDER = ("made_on", "pk")


class ProblemQuerySet(UpdatedAtQuerySet["Problem"]):
    def in_plan(self, plan: Any) -> Self:
        return self.filter(plan=plan)

    def raised(self, *, by: date) -> Self:
        """Return the problems raised by the day, which everybody reads: drafts are not among them."""
        return self.filter(raised_on__lte=by)


class ProblemStepQuerySet(DatedRows, AppendOnlyQuerySet[Any]):
    """A problem on a day is its last step by that day: each step carries the state, the owner and the due day that held
    from it on."""

    def last_by(self, on: date) -> Self:
        """Return the step of each problem that holds on the day, one row for each problem that was raised by then; add
        `state_since`, the day on which it came to its state."""
        steps = self.model._default_manager.filter(problem=OuterRef("problem"), made_on__lte=on)
        given = steps.filter(move__in=GIVING_A_STATE).order_by("-made_on", "-pk").values("made_on")
        since = Coalesce(Subquery(given[:1]), "made_on")
        return self.in_force(on).annotate(state_since=since)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def overdue(self, on: date) -> Self:
        return self.filter(overdue_condition(on))

    def owned_by(self, *departments: Any) -> Self:
        """Return what the office has assigned to any of the departments, or to ones merged into them."""
        merged = Q(owner__merged_into__in=departments)
        return self.filter(IS_ASSIGNED, Q(owner__in=departments) | merged)

    def in_plan(self, plan: Any) -> Self:
        return self.filter(problem__plan=plan)

    def beside(self, problem: "Problem") -> Self:
        """Return the steps of all problems of what a problem is about."""
        return self.filter(**{f"problem__{problem.subject_kind.value}": problem.subject.pk})

    def in_themes(self, themes: Any) -> Self:
        """Return the steps of problems of measures and projects of any of the themes."""
        measures, projects = (model.objects.in_themes(themes).order_by().values("pk") for model in (Measure, Project))
        return self.filter(Q(problem__measure__in=measures) | Q(problem__project__in=projects))

    def concerning(self, department: "Department") -> Self:
        """Return the steps of problems that the department, or one merged into it, must solve, is asked to help with or
        raised; adds `is_asked_to_help`."""
        links = apps.get_model("problems", "Problem").helpers.through.objects.filter(problem=OuterRef("problem"))
        asked = links.filter(Q(department=department) | Q(department__merged_into=department))
        own = Q(owner=department) | Q(owner__merged_into=department) | Q(is_asked_to_help=True)
        raised = Q(problem__raised_by=department) | Q(problem__raised_by__merged_into=department)
        return self.annotate(is_asked_to_help=Exists(asked)).filter(own | raised)

    def with_rows(self) -> Self:
        """Load the steps with all that a list shows of a problem."""
        return self.select_related(
            "owner",
            "problem__category",
            "problem__raised_by",
            "problem__raised_by_city",
            "problem__measure__lead_department",
            "problem__project",
        )
