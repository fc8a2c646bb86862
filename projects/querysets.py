"""Named questions about projects and their months."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, ExtractYear

from core.periods import last_ended_month
from core.provenance import Provenance
from core.scoped import ScopedQuerySet
from core.succession import Succession
from projects.rates import behind, has_started, is_to_start, needs_attention, without_month
from reporting.querysets import AbstractReportQuerySet
from reporting.workflow import ReportState

if TYPE_CHECKING:
    from projects.models import Project, ProjectMonth

# How projects count in rates: `projects.rates` says what each means.
SUMS = ("started", "to_start", "planned", "invested", "without_month")


# The rule of ADR 22: the newest period decides, of two for one period the one that was submitted last.
SUCCESSION = Succession(
    subject="project",
    begins_on="period",
    in_order=["period", "submitted_on", F("submitted_at").asc(nulls_first=True), "pk"],
    among={"state": ReportState.ACCEPTED.value},
    is_shown=True,
)


def is_in_force(on: date, *, months: str = "") -> Q:
    """The condition of the month that decides on the day. `months`: how the query names the months."""
    return SUCCESSION.in_force(last_ended_month(on), rows=months)


def is_illustrative() -> Q:
    """The condition of a project that is illustrative, or whose investment is."""
    return Q(provenance=Provenance.ILLUSTRATIVE) | Q(investment_provenance=Provenance.ILLUSTRATIVE)


class ProjectQuerySet(ScopedQuerySet["Project"]):
    def in_plan(self, plan: Any) -> Self:
        return self.filter(plan=plan)

    def written(self, column: str) -> QuerySet[Any, Any]:
        """Returns the texts that these projects have in a column, each once."""
        return self.exclude(**{column: ""}).order_by(column).values_list(column, flat=True).distinct()

    def in_themes(self, themes: Any) -> Self:
        """Returns the projects of the categories of any of the themes."""
        categories = apps.get_model("projects", "Category")._default_manager.filter(themes__in=themes)
        return self.filter(category__in=categories.order_by().values("pk"))

    def listed(self, as_of: date) -> Self:
        """Returns the projects that have been in the plan by the day, with their `stage` on it."""
        return super().listed(as_of).with_stage(as_of)

    def with_stage(self, on: date) -> Self:
        """Adds `stage`, that of the month in force on the day, which conditions name `in_force`."""
        return self._with_stage(on, month="in_force", stage="stage")

    def with_stage_then(self, on: date) -> Self:
        """Adds `stage_then`, that of an earlier day."""
        return self._with_stage(on, month="in_force_then", stage="stage_then")

    def _with_stage(self, on: date, *, month: str, stage: str) -> Self:
        months = FilteredRelation("months", condition=is_in_force(on, months="months"))
        return self.alias(**{month: months}).annotate(**{stage: Coalesce(f"{month}__stage", "opening_stage")})

    def behind_plan(self, on: date) -> Self:
        """Returns, of rows with their `stage` on the day, those whose investment is behind their annual plan."""
        return self.with_annual_plan(last_ended_month(on).year).meeting(behind(on))

    def needing_attention(self, on: date) -> Self:
        """Returns, of the same, those that are suspended, late or behind their annual plan."""
        return self.with_annual_plan(last_ended_month(on).year).meeting(needs_attention(on))

    def meeting(self, condition: Q) -> Self:
        """Returns, of rows with their `stage`, those that meet a condition of `in_force`. A filter would join the month
        once more; an annotation takes those that are joined."""
        return self.alias(meets=condition).filter(meets=True)

    def cells(self, as_of: date) -> QuerySet[Any, Any]:
        """One row per finest cell (plan, city, category, stage): `total`, `investment` in 万元, and SUMS."""
        return self.in_scope(as_of).by_cell(as_of)

    def by_cell(self, on: date, *more: str) -> QuerySet[Any, Any]:
        """The same of rows that have their `stage`, such as those in scope; apart for each value of `more`."""
        rows: Any = self.with_annual_plan(last_ended_month(on).year)
        rows = rows.values("plan", "city", "category", "stage", *more).order_by()
        cells: QuerySet[Any, Any] = rows.annotate(**rate_sums(on))
        return cells

    def with_annual_plan(self, year: int) -> Self:
        """Conditions name the plan of the year `annual_plan`."""
        return self.alias(annual_plan=FilteredRelation("annual_plans", condition=Q(annual_plans__year=year)))


def rate_sums(on: date) -> dict[str, Any]:
    """Returns the sums of a group of projects on the day, of rows with `stage` and `annual_plan`: see SUMS."""
    month = last_ended_month(on)
    of_the_year = Q(in_force__period__gte=month.replace(month=1))
    return {
        "total": Count("pk"),
        "investment": Sum("investment_wan", default=0),
        "started": Count("pk", filter=has_started()),
        "to_start": Count("pk", filter=is_to_start(month.year)),
        "planned": Sum("annual_plan__planned_wan", default=0),
        "invested": Sum("in_force__invested_wan", filter=of_the_year, default=0),
        "without_month": Count("pk", filter=without_month(on)),
        "illustrative": Count("pk", filter=is_illustrative()),
    }


class ProjectMonthQuerySet(AbstractReportQuerySet["ProjectMonth"]):
    def in_plan(self, plan: Any) -> Self:
        return self.filter(project__plan=plan)

    def with_annual_plan(self) -> Self:
        """Adds `planned_wan`, what is to be invested in the year of the month; null where nothing says so."""
        plans = apps.get_model("projects", "AnnualPlan")._default_manager
        of_the_year = plans.filter(project=OuterRef("project"), year=ExtractYear(OuterRef("period")))
        return self.annotate(planned_wan=Subquery(of_the_year.order_by().values("planned_wan")[:1]))

    def in_force(self, on: date) -> Self:
        """Returns, of each project, the month that decides on the day."""
        return self.filter(is_in_force(on))

    def settle(self) -> None:
        """Writes `superseded_from` of the accepted months of these projects anew."""
        SUCCESSION.settle(self)
