"""The subject of a brief: a plan, a section, a department or a theme."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from core.statuses import MeasureStatus
from dashboard.due_days import MeasureDays, due_figures
from dashboard.figures import Figures, GroupFigures
from dashboard.pages.groups import listed_measures
from dashboard.pages.links import Links
from dashboard.problem_figures import PlanProblem
from dashboard.theme_figures import is_problem_of
from measures.models import Measure
from themes.members import Members, read_members

# The columns of its measures.
COLUMNS = {"section": "section", "department": "lead_department"}
# Whose its problems are, as the rows of figures name it.
PROBLEM_COLUMNS = {"section": "section", "department": "owner"}


@dataclass(frozen=True)
class Subject:
    """The subject of a brief. `by`: plan, section, department or theme."""

    figures: Figures
    then: Figures
    by: str
    group: GroupFigures
    links: Links

    @property
    def day(self) -> date:
        return self.figures.day

    @property
    def filters(self) -> dict[str, str]:
        """Return the filters for the subject, as addresses of lists name it."""
        return {} if self.by == "plan" else {self.by: self.group.key}

    @property
    def members(self) -> dict[str, Any]:
        """The same by the columns of its measures."""
        if self.by == "theme":
            named = Measure.objects.in_plan(self.figures.plan).in_themes([self.group.group])
            return {"pk__in": named.order_by().values("pk")}
        return {} if self.by == "plan" else {COLUMNS[self.by]: self.group.group}

    @cached_property
    def of_theme(self) -> Members:
        theme = self.group.group
        return read_members([theme])[theme.pk]

    def has_problem(self, problem: PlanProblem) -> bool:
        """Return whether the problem is of a measure or project of the section or theme, or one that the department
        must solve."""
        if self.by == "theme":
            return is_problem_of(self.of_theme, problem)
        return self.by == "plan" or getattr(problem, PROBLEM_COLUMNS[self.by]) == self.group.group.pk

    @cached_property
    def due(self) -> Mapping[str, Any]:
        """The figures of due days, of its measures alone."""
        if self.by == "plan":
            return self.figures.due_figures
        own = [row for row in self.figures.measure_days if self._has_measure(row)]
        return due_figures(own, self.figures.plan, self.day)

    def _has_measure(self, row: MeasureDays) -> bool:
        if self.by == "theme":
            return self.of_theme.has_measure(row.measure, row.section)
        return bool(getattr(row, COLUMNS[self.by]) == self.group.group.pk)

    @property
    def overdue(self) -> Any:
        """The measures overdue longest first, then in the order of the plan."""
        return self._unfinished.filter(due_on__lt=self.day)

    @property
    def coming(self) -> Any:
        """Return the measures not completed that fall due from the day on, the next ones first."""
        return self._unfinished.filter(due_on__gte=self.day)

    @property
    def _unfinished(self) -> Any:
        measures: Any = listed_measures(self.figures, self.then).filter(**self.members)
        return measures.exclude(status=MeasureStatus.COMPLETED).order_by("due_on", "position", "code")

    def list_url(self, **filters: str) -> str:
        """Return the address of the list of measures as of the day: on paper an address has to mean the day for
        good."""
        return self.links.as_of(self.day).url("measures:list", **filters, **self.filters)
