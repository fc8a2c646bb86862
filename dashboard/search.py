"""The rows that a search finds of each kind: in one plan on a day, by the rules of the lists of the same rows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F

from accounts.models import Department
from indicators.filters import IndicatorFilter
from indicators.models import Indicator
from measures.filters import DEPARTMENT_SEARCH, REPORT_SEARCH, MeasureFilter
from measures.models import Measure, Plan, Report
from problems.filters import ProblemFilter
from problems.models import ProblemStep
from problems.rows import BY_DUE_DAY
from projects.filters import REGION_SEARCH, ProjectFilter
from projects.models import Project
from regions.models import Region
from themes.filters import THEME_SEARCH
from themes.models import Theme


@dataclass(frozen=True)
class Search:
    """`text`: as `core.searching.search_text` gives it, and not empty."""

    text: str
    plan: Plan
    day: date

    @property
    def measures(self) -> Any:
        rows = Measure.objects.in_plan(self.plan).in_scope(self.day)
        return MeasureFilter.base_filters["search"].filter(rows, self.text).order_by("position", "code")

    @property
    def projects(self) -> Any:
        """Return the projects found, the largest first."""
        rows = Project.objects.in_plan(self.plan).in_scope(self.day)
        return (
            ProjectFilter.base_filters["search"].filter(rows, self.text).order_by("-investment_wan", "position", "code")
        )

    @property
    def indicators(self) -> Any:
        return (
            IndicatorFilter.base_filters["search"]
            .filter(Indicator.objects.with_headline(self.plan), self.text)
            .order_by(F("headline").asc(nulls_last=True), "code")
        )

    @property
    def themes(self) -> Any:
        return THEME_SEARCH.filter(Theme.objects.filter(plan=self.plan), self.text).order_by("number")

    @property
    def departments(self) -> Any:
        return DEPARTMENT_SEARCH.filter(Department.objects.not_merged(), self.text)

    @property
    def cities(self) -> Any:
        return REGION_SEARCH.filter(Region.objects.members_of(self.plan.region_id), self.text)

    @property
    def problems(self) -> Any:
        """The last step of each by the day; whoever must act first first."""
        rows = ProblemStep.objects.in_plan(self.plan).last_by(self.day)
        return ProblemFilter.base_filters["search"].filter(rows, self.text).order_by(*BY_DUE_DAY)

    @property
    def reports(self) -> Any:
        """Accepted ones, which every reader may see; the newest first."""
        rows = Report.objects.in_plan(self.plan).accepted().filter(submitted_on__lte=self.day)
        return REPORT_SEARCH.filter(rows, self.text).order_by("-submitted_on", "-pk")
