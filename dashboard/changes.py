"""The differences between two days of a plan: its figures, the status of its measures, what was listed and released."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, OuterRef, Subquery, Sum

from core.comparison import FigureChange
from core.lights import Light
from core.pace import gap
from core.provenance import Provenance, of_aggregate
from core.punctuality import Punctuality, punctuality
from core.scope import PlanScope
from dashboard.due_days import is_of_due_days
from dashboard.figures import (
    MIN_MEASURES_TO_RANK,
    Figures,
    GroupFigures,
    measure_figures,
    project_figures,
    staged_figures,
)
from dashboard.project_rates import rate_figures
from indicators.models import HeadlineIndicator, Observation
from indicators.state import ChangeSince
from measures.comparison import MeasureChange, measure_changes
from measures.models import Measure, ScopeChange
from measures.timeline import History
from projects.models import Project
from projects.movement import Movement, read_movement
from projects.querysets import is_illustrative
from rollups.engine import PlanCells
from web.formats.money import wan_to_yi
from web.limits import thresholds


def figure_changes(now: Figures, then: Figures, paths: Iterable[str] = ()) -> dict[str, FigureChange]:
    """The figures of measures and projects by their path in the summary; of `paths` alone where some are named."""
    return {path: FigureChange(then.value_at(path), now.value_at(path)) for path in paths or now.definitions}


class EarlierFigures(Figures):
    """The figures of an earlier day, from what a page has read already and one small query, without the lights of that
    day."""

    def __init__(self, now: Figures, day: date, history: History) -> None:
        super().__init__(now.plan, day)
        self.now = now
        self.history = history

    @cached_property
    def measure_cells(self) -> PlanCells:
        return PlanCells(
            "measures", {(self.plan.pk, *key): counts for key, counts in self.history.counts_on(self.day).items()}
        )

    @cached_property
    def measures(self) -> dict[str, Any]:
        return {name: value for name, value in super().measures.items() if name != "lights"}

    @cached_property
    def projects(self) -> dict[str, Any]:
        """Counted, without the categories."""
        inside = Project.objects.in_plan(self.plan).in_scope(self.day)
        counts = inside.aggregate(total=Count("pk"), investment=Sum("investment_wan", default=0))
        return project_figures(counts)


def indicator_changes(now: Figures, day: date) -> dict[str, FigureChange]:
    """The headline indicators by their path, and what they were on an earlier day. No further query."""
    return {f"indicators.{each.indicator.code}.value": ChangeSince(each, day).figure for each in now.indicator_states}


def earlier_figures(then: Figures, by: str, groups: Iterable[GroupFigures]) -> dict[str, Mapping[str, Any]]:
    """The figures of sections, departments or cities on the earlier day by their key. No query but for the cells:
    those of a past day are counted, and name no department that was merged.
    """
    if by == "city":
        cells = then.project_cells.split("city")
        return {each.key: staged_figures(cells.get((each.group.pk,)), on=then.day) for each in groups}
    sums = then.measure_cells.sum_by("section" if by == "section" else "lead_department")
    return {each.key: measure_figures(sums.get(each.group.pk, {}), then.plan, then.day) for each in groups}


@dataclass(frozen=True)
class Fall:
    """The percentage points by which a group's gap fell: to time elapsed (`points`) and to the plan curve
    (`points_to_plan`)."""

    group: GroupFigures
    points: Decimal
    points_to_plan: Decimal


def greatest[T](items: Iterable[T], value: Callable[[T], Any]) -> list[T]:
    """Return the items with the greatest value: all of equals, and none of none."""
    items = list(items)
    most = max(map(value, items), default=None)
    return [each for each in items if value(each) == most]


def fallen_most(groups: Iterable[GroupFigures], earlier: Mapping[str, Mapping[str, Any]]) -> list[Fall]:
    """The groups whose gap to time elapsed fell most since the earlier day, of those that are ranked; of equals, those
    whose gap to the plan curve fell most: a group that completes nothing falls by the time that passed, and the plan
    curve tells which had something to complete."""
    falls = []
    for each in groups:
        now, before = each.figures, earlier[each.key]
        points, to_plan = gap(before["gap"], now["gap"]), gap(before["gap_to_plan"], now["gap_to_plan"])
        if now["total"] >= MIN_MEASURES_TO_RANK and points is not None and to_plan is not None and points > 0:
            falls.append(Fall(each, points, to_plan))
    return greatest(falls, lambda fall: (fall.points, fall.points_to_plan))


class Changes:
    """The changes of a plan from the end of the day of `then` to that of `now`, by what is known today. Each part is
    read once. `members` narrows its measures, by their columns."""

    def __init__(self, now: Figures, then: Figures, members: Mapping[str, Any] | None = None) -> None:
        self.now = now
        self.then = then
        self.members = members or {}

    @cached_property
    def figures(self) -> dict[str, FigureChange]:
        """Return the changes of all figures but for those of due days and of problems."""
        paths = [path for path in self.now.definitions if not (is_of_due_days(path) or path.startswith("problems."))]
        return figure_changes(self.now, self.then, paths)

    @cached_property
    def _compared(self) -> list[MeasureChange]:
        """All measures of the plan, including those that are out, in its order. Two queries: the lights of the earlier
        day are asked for alone."""
        limits = thresholds()
        measures = Measure.objects.in_plan(self.now.plan).filter(**self.members)
        measures = measures.with_all_of(self.now.day, limits=limits)
        listed = measures.select_related("lead_department").order_by("position", "code")
        return measure_changes(listed, self.then.day, limits=limits)

    @cached_property
    def measures(self) -> list[MeasureChange]:
        return sorted((each for each in self._compared if each.has_changed), key=lambda each: each.rank)

    @cached_property
    def lights(self) -> list[MeasureChange]:
        """Measures that had another light, whether or not their status differs; the worst light of now first."""
        changed = [each for each in self._compared if each.has_other_light]
        return sorted(changed, key=lambda each: (each.light or Light.GREEN).gravity)

    @property
    def turned(self) -> Counter[Light]:
        """Return how many measures turned to each light."""
        return Counter(each.light for each in self.lights if each.light)

    @cached_property
    def fell_due(self) -> list[MeasureChange]:
        """Measures in the plan whose due day passed in between: those that `due_before` counts now and did not count
        then. Whatever is overdue for longest comes first, then the late and the others."""
        found = [
            each
            for each in self._compared
            if each.scope == PlanScope.IN_PLAN
            and each.measure.due_on
            and self.then.day <= each.measure.due_on < self.now.day
        ]
        return sorted(found, key=lambda each: (each.completed_on is not None, each.measure.due_on))

    @property
    def punctuality(self) -> Punctuality:
        """Return how many of those that fell due were completed in time or late, or are overdue."""
        return punctuality(((each.measure.due_on, each.completed_on) for each in self.fell_due), on=self.now.day)

    @property
    def moved(self) -> list[MeasureChange]:
        """Return the measures that had another status; one that was listed since, left or returned has not changed."""
        return [each for each in self.measures if each.has_moved]

    @property
    def counts(self) -> dict[str, int]:
        return {
            "changed": len(self.moved),
            "completed": sum(each.is_completed for each in self.measures),
            "fell_back": sum(each.fell_back for each in self.measures),
            "newly_listed": sum(each.is_new for each in self.measures),
            "left": sum(each.has_left for each in self.measures),
            "returned": sum(each.has_returned for each in self.measures),
        }

    @cached_property
    def scope_changes(self) -> dict[int, ScopeChange]:
        """Return the change by which each measure that left or returned is out or back, by the measure's id. No query
        where there are none."""
        ids = [each.measure.pk for each in self.measures if each.has_left or each.has_returned]
        if not ids:
            return {}
        rows = ScopeChange.objects.in_force(self.now.day).filter(measure__in=ids).prefetch_related("successors")
        return {each.measure_id: each for each in rows}

    @property
    def first_day(self) -> date:
        """The first day after the one that is compared with."""
        return self.then.day + timedelta(days=1)

    @cached_property
    def _listed_projects(self) -> Sequence[Mapping[str, Any]]:
        """The projects listed since, by category."""
        rows = Project.objects.in_plan(self.now.plan).in_scope(self.now.day).filter(listed_on__gt=self.then.day)
        sums = {"total": Count("pk"), "investment": Sum("investment_wan")}
        illustrative = Count("pk", filter=is_illustrative())
        return list(rows.order_by().values("category").annotate(**sums, illustrative=illustrative))

    @property
    def listed_provenance(self) -> Provenance:
        has_illustrative = any(row["illustrative"] for row in self._listed_projects)
        return of_aggregate(is_published=False, has_illustrative=has_illustrative)

    @cached_property
    def projects(self) -> dict[str, Any]:
        """Return the sums of the projects listed since, as `projects` of the summary has them."""
        found = {row["category"]: (row["total"], row["investment"]) for row in self._listed_projects}
        parts = {slug: found.get(each.pk, (0, 0)) for slug, each in self.now.categories.items()}
        return {
            "total": sum(total for total, _wan in found.values()),
            "total_investment": wan_to_yi(sum(wan for _total, wan in found.values())),
            "by_category": {
                name: {"total": total, "total_investment": wan_to_yi(wan)} for name, (total, wan) in parts.items()
            },
        }

    @property
    def rates(self) -> dict[str, Any]:
        """Return the rates of all projects: see `dashboard.project_rates`."""
        return rate_figures(self.now.project_cells.totals(), on=self.now.day)

    @property
    def rates_then(self) -> dict[str, Any]:
        return rate_figures(self.then.project_cells.totals(), on=self.then.day)

    @cached_property
    def movement(self) -> Movement:
        return read_movement(self.now.plan, then=self.then.day, now=self.now.day)

    @cached_property
    def observations(self) -> list[Observation]:
        """The values of the plan's region that were released since and that an indicator may use, newest first."""
        released = Observation.objects.sound().released(self.now.day).filter(released_on__gt=self.then.day)
        place = HeadlineIndicator.objects.filter(plan=self.now.plan, indicator=OuterRef("indicator")).values("number")
        rows = released.filter(region=self.now.plan.region_id).select_related("indicator", "region")
        return list(
            rows.order_by(
                "-released_on", Subquery(place[:1]).asc(nulls_last=True), "indicator__code", "-period_end", "pk"
            )
        )
