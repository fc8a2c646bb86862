"""The figures of the overview, as of a day: what the summary of the API says, and what the pages show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Department
from core.clock import SHANGHAI, today
from core.lights import Light
from core.pace import Progress, time_elapsed
from core.provenance import Provenance
from core.statuses import MeasureStatus
from dashboard.models import PublishedFigure
from indicators.models import Indicator
from indicators.state import COUNTRY, PROVINCE, IndicatorState, indicator_states
from measures.models import Plan, Section, StatusChange
from projects.models import Category, Stage
from regions.models import Region, RegionKind
from rollups import engine
from rollups.freshness import Freshness, freshness
from web.formats.money import wan_to_yi
from web.formats.numbers import trimmed
from web.formats.sources import format_source
from web.language import kept, local

# Which published counts a figure is made of; a figure is published when each of them is.
MADE_OF = {
    "measures.total": ("measures.total",),
    "measures.completed": ("measures.completed",),
    "measures.in_progress": ("measures.in_progress",),
    "measures.promoting": ("measures.promoting",),
    "measures.completion_rate": ("measures.completed", "measures.total"),
    "measures.gap": ("measures.completed", "measures.total"),
    "projects.total": ("projects.total",),
    "projects.total_investment": ("projects.total_investment",),
}


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


def with_their_heirs(
    sums: dict[Any, engine.Counts], departments: Iterable[Department]
) -> tuple[list[Department], dict[Any, engine.Counts]]:
    """The departments that were not merged, with their sums. Counts under one that was go to its successor: until the
    refresh the stored cells still name it, and the rows must sum to the total all the same.
    """
    stand: list[Department] = []
    merged: list[Department] = []
    for each in departments:
        (stand if each.merged_into_id is None else merged).append(each)
    if not merged:
        return stand, sums
    moved: dict[Any, engine.Counts] = {each.pk: dict(sums.get(each.pk, {})) for each in stand}
    for each in merged:
        successors = moved.setdefault(each.merged_into_id, {})
        for name, count in sums.get(each.pk, {}).items():
            successors[name] = successors.get(name, 0) + count
    return stand, moved


@dataclass(frozen=True)
class Row:
    """A member of a grouping (a section, a department, a city …) with its figures."""

    key: str
    name: str
    member: Any
    figures: dict[str, Any]


class Figures:
    """The figures of one plan on one day. Each part is read once, with one query a table, when first asked for."""

    def __init__(self, plan: Plan, day: date) -> None:
        self.plan = plan
        self.day = day

    @cached_property
    def measure_cells(self) -> engine.PlanCells:
        return engine.read_cells("measures", plan_id=self.plan.pk, day=self.day, today=today())

    @cached_property
    def project_cells(self) -> engine.PlanCells:
        return engine.read_cells("projects", plan_id=self.plan.pk, day=self.day, today=today())

    @cached_property
    def freshness(self) -> Freshness:
        return freshness(self.plan.pk, [self.measure_cells.computed_at, self.project_cells.computed_at])

    @property
    def refreshing(self) -> bool:
        return self.freshness.refreshing

    @property
    def computed_at(self) -> datetime:
        return self.freshness.computed_at

    @cached_property
    def latest_change_on(self) -> date | None:
        """The last day by the day on which a status that holds was entered."""
        end = datetime.combine(self.day, time.max, tzinfo=SHANGHAI)
        rows = StatusChange.objects.effective().filter(measure__section__plan=self.plan, effective_on__lte=self.day)
        latest = rows.filter(recorded_at__lte=end).aggregate(latest=Max("recorded_at"))["latest"]
        return None if latest is None else latest.astimezone(SHANGHAI).date()

    @cached_property
    def measures(self) -> dict[str, Any]:
        counts = self.measure_cells.totals()
        return measure_figures(counts, self.plan, self.day)

    @cached_property
    def projects(self) -> dict[str, Any]:
        by_category = self.project_cells.sum_by("category")
        return {
            **project_figures(self.project_cells.totals()),
            "by_category": {each.value: project_figures(by_category.get(each.value, {})) for each in Category},
        }

    def measures_by(self, by: str) -> list[Row]:
        """Figures by plan, section or department; every member that stands, with zeros."""
        if by == "plan":
            return [Row(self.plan.slug, local(self.plan, "name"), self.plan, self.measures)]
        sums = self.measure_cells.sum_by("section" if by == "section" else "lead_department")
        members: Any
        if by == "section":
            members = list(Section.objects.filter(plan=self.plan).order_by("number"))
            for each in members:
                each.plan = self.plan
        else:
            members, sums = with_their_heirs(sums, Department.objects.all())
        name = "title" if by == "section" else "name"
        return [
            Row(
                each.slug,
                local(each, name),
                each,
                measure_figures(sums.get(each.pk, {}), self.plan, self.day),
            )
            for each in members
        ]

    def projects_by(self, by: str) -> list[Row]:
        """Figures by plan, city, category or stage; every member that exists, with zeros."""
        if by == "plan":
            total = project_figures(self.project_cells.totals())
            return [Row(self.plan.slug, local(self.plan, "name"), self.plan, total)]
        if by == "city":
            sums = self.project_cells.sum_by("city")
            return [
                Row(each.code, local(each, "name"), each, project_figures(sums.get(each.pk, {})))
                for each in Region.objects.filter(kind=RegionKind.CITY)
            ]
        sums = self.project_cells.sum_by(by)
        choices: Any = Category if by == "category" else Stage
        return [Row(each.value, str(each.label), each, project_figures(sums.get(each.value, {}))) for each in choices]

    @cached_property
    def indicator_states(self) -> list[IndicatorState]:
        """The headline indicators that have a value by the day."""
        found = indicator_states(Indicator.objects.headlines(), on=self.day)
        return [each for each in found if each.latest is not None]

    @cached_property
    def published(self) -> dict[str, PublishedFigure]:
        """The newest published figure of each path on or before the day."""
        rows = PublishedFigure.objects.filter(plan=self.plan, as_of__lte=self.day).order_by("as_of")
        return {row.figure: row for row in rows}

    def value_at(self, path: str) -> Any:
        value: Any = {"measures": self.measures, "projects": self.projects}
        for part in path.split("."):
            value = value[part]
        return value

    def published_for(self, path: str) -> PublishedFigure | None:
        """The published figure that this one equals; of several that it is made of, the oldest. None: illustrative."""
        rows = [self.published.get(each) for each in MADE_OF.get(path, ())]
        if not rows or any(row is None or row.value != self.value_at(row.figure) for row in rows):
            return None
        return min((row for row in rows if row is not None), key=lambda row: row.as_of)


def indicator_summary(state: IndicatorState) -> dict[str, Any]:
    latest = state.latest
    assert latest is not None
    target = state.target
    return {
        "name": local(state.indicator, "name"),
        "unit": state.indicator.unit,
        "region": PROVINCE,
        "period": latest.period,
        "value": state.value,
        "released_on": latest.released_on.isoformat(),
        "previous": state.previous,
        "comparator": None if state.comparator is None else {"region": COUNTRY, "value": state.comparator},
        "gap": state.gap,
        "target": None
        if target is None
        else {
            "value": trimmed(target.value),
            "due_year": target.due_year,
            "qualifier": target.qualifier,
            "document": format_source(target.document),
        },
        "provenance": latest.provenance,
        "source": format_source(latest.source),
    }


@dataclass(frozen=True)
class Explanation:
    """What a figure is. `working` is its formula over its `inputs`, which stand beside it in the answer or are counts
    of the explanation's own; `filters` make the list hold the rows that are counted.
    """

    label: str
    unit: str  # as the API names it; `unit_words` says it on a page
    formula: str
    inputs: tuple[str, ...] = ()
    working: str = ""
    # Whether it sums up all since a beginning; None where that is no question.
    cumulative: bool | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


MEASURES, PROJECTS, PERCENT, POINTS, YI = "measures", "projects", "%", "percentage points", "100 million yuan"


def unit_words(unit: str) -> str:
    """After a number, in the reader's language."""
    return {
        MEASURES: pgettext("unit", "measures"),
        PROJECTS: pgettext("unit", "projects"),
        POINTS: _("percentage points"),
        YI: _("100 million yuan"),
        "10,000 yuan": _("10,000 yuan"),
        "days": pgettext("unit", "days"),
    }.get(unit, unit)


@kept
def explanations() -> Mapping[str, Explanation]:
    """Every figure of measures and projects by its path: the one definition, for pages and API."""
    count = _("Measures listed by the day, whose status in force on the day is “%(status)s”.")
    light = _("Measures whose light on the day is “%(light)s”, by the rule of the lights.")
    measures = {
        "total": Explanation(
            _("Policy measures"),
            MEASURES,
            _("Measures of the plan listed by the day."),
            inputs=("completed", "in_progress", "promoting"),
            working="{completed} + {in_progress} + {promoting} = {value}",
            cumulative=True,
        ),
        **{
            each.value: Explanation(
                str(each.label),
                MEASURES,
                count % {"status": each.label},
                filters={"status": each.value},
                cumulative=each == MeasureStatus.COMPLETED,
            )
            for each in reversed(MeasureStatus)
        },
        "completion_rate": Explanation(
            _("Completion rate"),
            PERCENT,
            _("Completed measures over all measures, rounded half up to one decimal."),
            inputs=("completed", "total"),
            working="{completed} ÷ {total} = {value}",
            cumulative=True,
        ),
        "time_elapsed": Explanation(
            _("Time elapsed"),
            PERCENT,
            _("Days of the plan up to and with the day, over all its days."),
            inputs=("days_passed", "days", "starts_on", "ends_on"),
            working="{days_passed} ÷ {days} = {value}",
            cumulative=True,
        ),
        "gap": Explanation(
            _("Against time elapsed"),
            POINTS,
            _("Completion rate minus time elapsed, as shown."),
            inputs=("completion_rate", "time_elapsed"),
            working="{completion_rate} − {time_elapsed} = {value}",
        ),
        "due": Explanation(
            _("Due measures"),
            MEASURES,
            _("Measures with a due date on or before the day, completed or not."),
            cumulative=True,
        ),
        "due_rate": Explanation(
            _("Plan curve"),
            PERCENT,
            _("Due measures over all measures."),
            inputs=("due", "total"),
            working="{due} ÷ {total} = {value}",
            cumulative=True,
        ),
        "gap_to_plan": Explanation(
            _("Against the plan curve"),
            POINTS,
            _("Completion rate minus the share of due measures, as shown."),
            inputs=("completion_rate", "due_rate"),
            working="{completion_rate} − {due_rate} = {value}",
        ),
        **{
            f"lights.{each.value}": Explanation(
                str(each.label),
                MEASURES,
                light % {"light": each.label},
                # Red asks for the due date alone.
                inputs=() if each == Light.RED else ("due_soon", "silent"),
                filters={"light": each.value},
                cumulative=False,
            )
            for each in Light
        },
    }
    counted = Explanation(_("Supporting projects"), PROJECTS, _("Projects listed by the day."), cumulative=True)
    invested = Explanation(
        _("Investment"),
        YI,
        _("The sum of the investment of the projects listed by the day."),
        inputs=("total", "investment"),
        working="{investment} ÷ 10,000 = {value}",
        cumulative=True,
    )
    of_category = {
        "total": _("Projects of the category listed by the day."),
        "total_investment": _("The sum of the investment of the projects of the category listed by the day."),
    }
    projects = {"total": counted, "total_investment": invested}
    for category in Category:
        for name, formula in of_category.items():
            projects[f"by_category.{category.value}.{name}"] = replace(
                projects[name],
                label=_("%(figure)s: %(part)s") % {"figure": projects[name].label, "part": category.label},
                formula=formula,
                filters={"category": category.value},
            )
    return {
        **{f"measures.{name}": each for name, each in measures.items()},
        **{f"projects.{name}": each for name, each in projects.items()},
    }


def described(figures: Figures, path: str, explanation: Explanation, *, of_plan: bool = True) -> dict[str, Any]:
    """Unit, provenance and formula of a figure of measures or projects."""
    # What was published speaks of the whole plan.
    row = figures.published_for(path) if of_plan else None
    found = {
        "unit": explanation.unit,
        "cumulative": explanation.cumulative,
        "provenance": Provenance.PUBLISHED if row else Provenance.ILLUSTRATIVE,
        "published_for": row.as_of.isoformat() if row else None,
        "source": format_source(row.source) if row else "",
        "explain": explanation.formula,
    }
    if path == "measures.time_elapsed":
        # It follows from the plan's own days.
        found |= {"provenance": figures.plan.provenance, "source": format_source(figures.plan.source)}
    return found


def described_indicator(state: IndicatorState) -> dict[str, Any]:
    latest = state.latest
    assert latest is not None
    return {
        "unit": state.indicator.unit,
        "cumulative": state.indicator.cumulative,
        "provenance": latest.provenance,
        "published_for": latest.period_end.isoformat(),
        "source": format_source(latest.source),
        "explain": _("The value of the newest period released by the day, verified and exact."),
    }


def meta(figures: Figures) -> dict[str, Any]:
    """The same of each figure of the summary, by its path."""
    return {
        **{path: described(figures, path, each) for path, each in explanations().items()},
        **{f"indicators.{each.indicator.code}.value": described_indicator(each) for each in figures.indicator_states},
    }


def summary(figures: Figures) -> dict[str, Any]:
    """The answer of `GET /api/v1/summary/`: Decimals stand for JSON numbers."""
    latest = figures.latest_change_on
    return {
        "as_of": figures.day.isoformat(),
        "plan": figures.plan.slug,
        "computed_at": figures.computed_at.isoformat(timespec="seconds"),
        "refreshing": figures.refreshing,
        "measures": {**figures.measures, "latest_change_on": latest.isoformat() if latest else None},
        "projects": figures.projects,
        "indicators": {each.indicator.code: indicator_summary(each) for each in figures.indicator_states},
    }
