"""The figures of a plan on a day, for pages and API."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from itertools import product
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum, Value, prefetch_related_objects

from accounts.models import Department
from core.clock import SHANGHAI, today
from core.lights import Light
from core.pace import Progress, percent, time_elapsed
from core.provenance import Provenance, of_aggregate
from core.punctuality import Punctuality, urgency
from core.statuses import MeasureStatus
from dashboard.due_days import (
    MeasureDays,
    due_figures,
    is_of_due_days,
    punctuality_by,
    punctuality_figures,
    punctuality_of,
    read_days_on,
)
from dashboard.figure_definitions import BY_CATEGORY, FigureDefinition, definitions_by_category, figure_definitions
from dashboard.models import PublishedFigure
from dashboard.plan_members import PlanMembers
from dashboard.problem_figures import PlanProblem, problem_figures, read_problems
from dashboard.project_rates import rate_figures
from indicators.models import Indicator
from indicators.state import IndicatorState, indicator_states
from measures.models import Plan, Section, StatusChange
from problems.rules import ProblemCounts, count_problems
from projects.kinds import ProjectKind
from projects.lateness import BUILT
from projects.models import Category, Project, Stage
from rollups import engine
from rollups.freshness import Freshness, freshness
from rollups.models import CellKey
from web.formats.money import wan_to_yi
from web.language import localized

# Below this a rate says more about how few there are than about the work.
MIN_MEASURES_TO_RANK = 5
# Likewise a share of a city's projects: below this it is shown with the warning that there are few.
MIN_PROJECTS_FOR_SHARE = 10

# The published counts that a figure is made of: it is published when each of them is.
PUBLISHED_COUNTS = ("total", *MeasureStatus.values)
PUBLISHED_PARTS = {
    **{f"measures.{name}": (f"measures.{name}",) for name in PUBLISHED_COUNTS},
    "measures.completion_rate": ("measures.completed", "measures.total"),
    "measures.gap": ("measures.completed", "measures.total"),
    "projects.total": ("projects.total",),
    "projects.total_investment": ("projects.total_investment",),
}
# They move with every day, whatever happens: a source states them for its own day and for no later one.
MOVING_WITH_THE_DAY = {"measures.gap"}


STATUSES, LIGHTS = tuple(reversed(MeasureStatus.values)), tuple(Light.values)


def measure_figures(counts: engine.Counts, plan: Plan, day: date) -> dict[str, Any]:
    """The figures of any set of measures from the sums of its cells."""
    get = counts.get
    progress = Progress(
        total=get("total", 0),
        completed=get("completed", 0),
        due=get("due", 0),
        elapsed=time_elapsed(starts_on=plan.starts_on, ends_on=plan.ends_on, on=day),
        before_plan=day < plan.starts_on,
    )
    return {
        "total": progress.total,
        **{status: get(status, 0) for status in STATUSES},
        "completion_rate": progress.completion_rate,
        "time_elapsed": progress.elapsed,
        "gap": progress.gap,
        "due": progress.due,
        "due_rate": progress.due_rate,
        "gap_to_plan": progress.gap_to_plan,
        "lights": {light: get(light, 0) for light in LIGHTS},
    }


def project_figures(counts: engine.Counts) -> dict[str, Any]:
    return {"total": counts.get("total", 0), "total_investment": wan_to_yi(counts.get("investment", 0))}


def staged_figures(cells: engine.PlanCells | None, *, on: date) -> dict[str, Any]:
    """The same of some cells, with how many projects are in each stage and their rates. None: there are none."""
    totals = cells.totals() if cells else {}
    by_stage = cells.sum_by("stage") if cells else {}
    built = sum(by_stage.get(stage, {}).get("total", 0) for stage in BUILT)
    return {
        **project_figures(totals),
        **rate_figures(totals, on=on),
        **{stage: by_stage.get(stage, {}).get("total", 0) for stage in Stage.values},
        # 建成率: of those in production, too.
        "built_rate": percent(built, totals.get("total", 0)),
    }


def count_for_successors(
    sums: dict[int | str, engine.Counts], departments: Iterable[Department]
) -> dict[int | str, engine.Counts]:
    """Sums by department, with those of merged departments added to their successors. Stored cells name a merged
    department until their refresh, and the groups must sum to the total all the same.
    """
    moved = dict(sums)
    for each in departments:
        if each.merged_into_id is not None and each.pk in moved:
            successor = moved.get(each.merged_into_id, {})
            moved[each.merged_into_id] = engine.add_up([successor, moved.pop(each.pk)])
    return moved


@dataclass(frozen=True)
class GroupFigures:
    """The figures of a section, a department, a city … `key` is how addresses name the group."""

    key: str
    name: str
    group: Any
    figures: dict[str, Any]


@dataclass(frozen=True)
class Member:
    """A member that projects are counted by: a city, a category, a stage. `value`: what their cells have of it."""

    key: str
    name: str
    group: Any
    value: int | str


class Figures:
    """The figures of one plan on one day. Each part is read once, with one query a table, when first asked for.

    `members`: shared by the figures of several days.
    """

    def __init__(self, plan: Plan, day: date, *, members: PlanMembers | None = None) -> None:
        self.plan = plan
        self.day = day
        self.members = members or PlanMembers(plan)

    @cached_property
    def measure_cells(self) -> engine.PlanCells:
        return engine.read_cells("measures", plan_id=self.plan.pk, day=self.day, today=today())

    @cached_property
    def project_cells(self) -> engine.PlanCells:
        return engine.read_cells("projects", plan_id=self.plan.pk, day=self.day, today=today())

    def cells_of_kind(self, kind: ProjectKind) -> engine.PlanCells:
        """The same of projects of a kind alone. They are counted: cells tell stages, neither sizes nor delays."""
        if kind.name not in self._cells_of_kinds:
            self.read_kinds([kind])
        return self._cells_of_kinds[kind.name]

    @cached_property
    def _cells_of_kinds(self) -> dict[str, engine.PlanCells]:
        return {}

    def read_kinds(self, kinds: Iterable[ProjectKind], then: "Figures | None" = None) -> None:
        """Reads several kinds, for another day of the plan too, by one query."""
        found: dict[tuple[str, str], dict[CellKey, engine.Counts]] = {}
        queries: list[QuerySet[Any, Any]] = []
        for figures, kind in product([self, then] if then else [self], kinds):
            day = figures.day.isoformat()
            cells = found.setdefault((day, kind.name), {})
            figures._cells_of_kinds[kind.name] = engine.PlanCells("projects", cells)
            rows = kind.narrow(Project.objects.in_plan(self.plan).in_scope(figures.day), figures.day)
            sums = {"total": Count("pk"), "investment": Sum("investment_wan", default=0)}
            groups: Any = rows.order_by().values(*engine.TABLES["projects"].key_fields).annotate(**sums)
            queries.append(groups.annotate(on=Value(day), kind=Value(kind.name)))
        for row in queries[0].union(*queries[1:], all=True).order_by() if queries[1:] else queries[0]:
            key = (row["plan"], row["city"], row["category"], row["stage"])
            found[row["on"], row["kind"]][key] = {name: row[name] for name in ("total", "investment")}

    @cached_property
    def freshness(self) -> Freshness:
        return freshness(self.plan.pk, [self.measure_cells.computed_at, self.project_cells.computed_at])

    @cached_property
    def latest_change_on(self) -> date | None:
        """The last day, up to the day of the figures, on which a status change was recorded that nothing supersedes."""
        end = datetime.combine(self.day, time.max, tzinfo=SHANGHAI)
        rows = StatusChange.objects.effective().filter(measure__plan=self.plan, effective_on__lte=self.day)
        latest = rows.filter(recorded_at__lte=end, restates=False).aggregate(latest=Max("recorded_at"))["latest"]
        return None if latest is None else latest.astimezone(SHANGHAI).date()

    @cached_property
    def measures(self) -> dict[str, Any]:
        counts = self.measure_cells.totals()
        return measure_figures(counts, self.plan, self.day)

    @cached_property
    def measure_days(self) -> list[MeasureDays]:
        return read_days_on(self.plan, [self.day])[self.day]

    @cached_property
    def due_figures(self) -> dict[str, Any]:
        """Return the figures of due days: kept apart, since most pages show none of them."""
        return due_figures(self.measure_days, self.plan, self.day)

    @cached_property
    def categories(self) -> dict[str, Category]:
        """Return the categories of the plan by slug, in their order: read once, also where two days of it are
        compared."""
        prefetch_related_objects([self.plan], "categories")
        return {each.slug: each for each in self.plan.categories.all()}

    @cached_property
    def definitions(self) -> Mapping[str, FigureDefinition]:
        """Return the definitions of the figures of measures and projects, by their path."""
        return {**figure_definitions(), **definitions_by_category(self.categories.values())}

    def definitions_for(self, path: str) -> Mapping[str, FigureDefinition]:
        """Return the definitions among which the figure at `path` is, if it is any: the plan's categories are read for
        theirs alone."""
        return self.definitions if path.startswith(BY_CATEGORY) else figure_definitions()

    @cached_property
    def projects(self) -> dict[str, Any]:
        return {
            **project_figures(self.project_cells.totals()),
            "by_category": self.projects_by_category(self.project_cells),
        }

    @cached_property
    def has_project_months(self) -> bool:
        """Return whether some project of the plan has reported a month by the day, so that rates say something."""
        totals = self.project_cells.totals()
        return totals.get("without_month", 0) < totals.get("total", 0) or bool(totals.get("invested"))

    @cached_property
    def stages(self) -> list[Stage]:
        """Return the stages that pages list, also with zeros. Production alone is left out where no project has reached
        it: many plans do not tell it from completion."""
        is_reached = Stage.IN_PRODUCTION.value in self.project_cells.sum_by("stage")
        return [each for each in Stage if each != Stage.IN_PRODUCTION or is_reached]

    def projects_by_category(self, cells: engine.PlanCells) -> dict[str, dict[str, Any]]:
        """Return the figures of these cells of the plan by the slug of each category, also of those without a
        project."""
        sums = cells.sum_by("category")
        return {slug: project_figures(sums.get(each.pk, {})) for slug, each in self.categories.items()}

    @cached_property
    def problem_rows(self) -> list[PlanProblem]:
        return read_problems(self.plan, self.day)

    @cached_property
    def problem_counts(self) -> ProblemCounts:
        return count_problems(self.problem_rows, on=self.day)

    @cached_property
    def problems(self) -> dict[str, Any]:
        return problem_figures(self.problem_counts)

    def with_problems(self, groups: Iterable[GroupFigures], by: str) -> list[GroupFigures]:
        """Return the groups with their counts of problems: sections with the open ones of their measures, departments
        with those that they must solve."""
        counts = self.problem_counts
        found = counts.by_section if by == "section" else counts.by_owner
        return [replace(each, figures={**each.figures, "problems": found[each.group.pk]}) for each in groups]

    def measures_by(self, by: str) -> list[GroupFigures]:
        """Return the measures' figures by plan, section or department: every section and every department that was not
        merged, also with zeros."""
        if by == "plan":
            return [GroupFigures(self.plan.slug, localized(self.plan, "name"), self.plan, self.measures)]
        if by == "section":
            return self._measures_of(self.members.sections, "title", self.measure_cells.sum_by("section"))
        departments = self.members.departments
        sums = count_for_successors(self.measure_cells.sum_by("lead_department"), departments)
        return self._measures_of([each for each in departments if each.merged_into_id is None], "name", sums)

    def _measures_of(
        self, groups: Iterable[Section | Department], name: str, sums: Mapping[int | str, engine.Counts]
    ) -> list[GroupFigures]:
        return [
            GroupFigures(
                each.slug, localized(each, name), each, measure_figures(sums.get(each.pk, {}), self.plan, self.day)
            )
            for each in groups
        ]

    def punctuality_by(self, by: str) -> Mapping[int, Punctuality]:
        """Return the punctuality of the plan, or of each section or department that has measures, by its id."""
        if by == "plan":
            return {self.plan.pk: punctuality_of(self.measure_days, self.day)}
        return punctuality_by(self.measure_days, "section" if by == "section" else "lead_department", self.day)

    def measures_with_due_by(self, by: str) -> list[GroupFigures]:
        """Return the same groups as `measures_by`, with the figures of due days and `urgency`, a key to sort by: who
        must act first."""
        found, members = self.punctuality_by(by), []
        for place, each in enumerate(self.measures_by(by)):
            of = found.get(each.group.pk, Punctuality())
            order = urgency(of, gap_to_plan=each.figures["gap_to_plan"], number=place)
            members.append(replace(each, figures={**each.figures, **punctuality_figures(of), "urgency": order}))
        return members

    def projects_by(self, *by: str) -> list[GroupFigures]:
        """Return the projects' figures by plan, or by one or more of city, category and stage: every one and every
        pair, also with zeros. `group` is the city, category or stage, or the tuple of the members that the group is
        of."""
        if by == ("plan",):
            total = staged_figures(self.project_cells, on=self.day)
            return [GroupFigures(self.plan.slug, localized(self.plan, "name"), self.plan, total)]
        cells = self.project_cells.split(*by)
        return [
            GroupFigures(
                "/".join(each.key for each in members),
                " / ".join(each.name for each in members),
                members if len(members) > 1 else members[0].group,
                staged_figures(cells.get(tuple(each.value for each in members)), on=self.day),
            )
            for members in product(*(self._project_members(each) for each in by))
        ]

    def _project_members(self, by: str) -> list[Member]:
        if by == "city":
            return [Member(each.code, localized(each, "name"), each, each.pk) for each in self.members.regions]
        if by == "category":
            return [Member(slug, localized(each, "name"), each, each.pk) for slug, each in self.categories.items()]
        return [Member(each.value, str(each.label), each, each.value) for each in Stage]

    @property
    def against_name(self) -> str:
        """The short name of what the plan's indicators are compared with; empty where they are not."""
        comparator = self.plan.comparator
        return "" if comparator is None else localized(comparator, "short")

    @cached_property
    def indicator_states(self) -> list[IndicatorState]:
        """The headline indicators that have a value by the day."""
        found = indicator_states(Indicator.objects.headlines(self.plan), on=self.day, plan=self.plan)
        return [each for each in found if each.latest is not None]

    @cached_property
    def published(self) -> dict[str, PublishedFigure]:
        """The newest published figure of each path on or before the day."""
        rows = PublishedFigure.objects.filter(plan=self.plan, as_of__lte=self.day).order_by("as_of")
        return {row.figure: row for row in rows}

    def value_at(self, path: str) -> Any:
        kind, *parts = path.split(".")
        of_kind = "due_figures" if is_of_due_days(path) else kind
        value: Any = getattr(self, of_kind)
        for part in parts:
            value = value[part]
        return value

    def provenance_of(self, path: str, **members: Any) -> Provenance:
        """Return the provenance of the figure at `path`; `measures`, `projects` and `problems` are all sums of a kind.
        `members` narrows it to the cells with one value, or some, in a field of their key: what was published is of the
        whole plan."""
        kind = path.partition(".")[0]
        is_published = not members and self.published_for(path) is not None
        return of_aggregate(is_published=is_published, has_illustrative=self._has_illustrative(kind, members))

    def _has_illustrative(self, kind: str, members: Mapping[str, Any]) -> bool:
        if kind == "problems":
            return any(each.is_illustrative for each in self.problem_rows)
        cells = self.measure_cells if kind == "measures" else self.project_cells
        values: dict[str, set[Any]] = {
            field: {getattr(each, "pk", each) for each in (wanted if isinstance(wanted, Collection) else [wanted])}
            for field, wanted in members.items()
        }
        return any(counts.get("illustrative") for counts in cells.narrow(values).counts.values())

    def published_for(self, path: str) -> PublishedFigure | None:
        """The published figure that equals the one at `path`; the oldest of several parts. None: not published."""
        rows = [self.published.get(each) for each in PUBLISHED_PARTS.get(path, ())]
        if not rows or any(row is None or row.value != self.value_at(row.figure) for row in rows):
            return None
        oldest = min((row for row in rows if row is not None), key=lambda row: row.as_of)
        return None if path in MOVING_WITH_THE_DAY and oldest.as_of != self.day else oldest
