"""The figures of the overview, as of a day: what the summary of the API says, and what the pages show."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Department
from dashboard import rollups
from dashboard.models import PublishedFigure
from dashboard.services import is_refreshing
from indicators.figures import COUNTRY, PROVINCE, Standing, standings
from indicators.models import Indicator
from measures.models import Plan, Section, StatusChange
from projects.models import Category, Stage
from regions.models import Region, RegionKind
from reporting.clock import SHANGHAI, now, today
from reporting.lights import Light
from reporting.pace import Progress, time_elapsed
from reporting.provenance import Provenance
from reporting.statuses import MeasureStatus
from web.language import local
from web.numbers import trimmed, yi

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


def measure_figures(counts: rollups.Counts, plan: Plan, day: date) -> dict[str, Any]:
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
        **{status.value: get(status.value, 0) for status in reversed(MeasureStatus)},
        "completion_rate": progress.completion_rate,
        "time_elapsed": progress.elapsed,
        "gap": progress.gap,
        "due": progress.due,
        "due_rate": progress.due_rate,
        "gap_to_plan": progress.gap_to_plan,
        "lights": {light.value: get(light.value, 0) for light in Light},
    }


def project_figures(counts: rollups.Counts) -> dict[str, Any]:
    return {"total": counts.get("total", 0), "total_investment": yi(counts.get("investment", 0))}


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
    def measure_cells(self) -> rollups.Cells:
        return rollups.read("measures", plan_id=self.plan.pk, day=self.day, today=today())

    @cached_property
    def project_cells(self) -> rollups.Cells:
        return rollups.read("projects", plan_id=self.plan.pk, day=self.day, today=today())

    @cached_property
    def refreshing(self) -> bool:
        return is_refreshing(self.plan.pk)

    @cached_property
    def computed_at(self) -> datetime:
        """When the older of the stored totals was computed; this minute where they were counted for this answer."""
        stored = [cells.computed_at for cells in (self.measure_cells, self.project_cells) if cells.computed_at]
        return min(stored).astimezone(SHANGHAI) if stored else now().replace(second=0, microsecond=0)

    @cached_property
    def latest_change_on(self) -> date | None:
        """The last day by the day on which a status that holds was entered."""
        end = datetime.combine(self.day, time.max, tzinfo=SHANGHAI)
        rows = StatusChange.objects.standing().filter(measure__section__plan=self.plan, effective_on__lte=self.day)
        latest = rows.filter(recorded_at__lte=end).aggregate(latest=Max("recorded_at"))["latest"]
        return None if latest is None else latest.astimezone(SHANGHAI).date()

    @cached_property
    def measures(self) -> dict[str, Any]:
        counts = self.measure_cells.sum_by().get(None, {})
        return measure_figures(counts, self.plan, self.day)

    @cached_property
    def projects(self) -> dict[str, Any]:
        by_category = self.project_cells.sum_by(2)
        return {
            **project_figures(self.project_cells.sum_by().get(None, {})),
            "by_category": {each.value: project_figures(by_category.get(each.value, {})) for each in Category},
        }

    def measures_by(self, by: str) -> list[Row]:
        """Figures by plan, section or department; every member that exists, with zeros."""
        if by == "plan":
            return [Row(self.plan.slug, local(self.plan, "name"), self.plan, self.measures)]
        members: Any = (
            Section.objects.filter(plan=self.plan).select_related("plan")
            if by == "section"
            else Department.objects.all()
        )
        sums = self.measure_cells.sum_by(1 if by == "section" else 2)
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
            total = project_figures(self.project_cells.sum_by().get(None, {}))
            return [Row(self.plan.slug, local(self.plan, "name"), self.plan, total)]
        if by == "city":
            sums = self.project_cells.sum_by(1)
            cities = Region.objects.filter(kind=RegionKind.CITY)
            return [
                Row(each.code, local(each, "name"), each, project_figures(sums.get(each.pk, {}))) for each in cities
            ]
        sums = self.project_cells.sum_by(2 if by == "category" else 3)
        choices: Any = Category if by == "category" else Stage
        return [Row(each.value, str(each.label), each, project_figures(sums.get(each.value, {}))) for each in choices]

    @cached_property
    def standings(self) -> list[Standing]:
        """The headline indicators that have a value by the day."""
        found = standings(Indicator.objects.headlines(), on=self.day)
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


def indicator_summary(standing: Standing) -> dict[str, Any]:
    latest = standing.latest
    assert latest is not None
    target = standing.target
    return {
        "name": local(standing.indicator, "name"),
        "unit": standing.indicator.unit,
        "region": PROVINCE,
        "period": latest.period,
        "value": standing.value,
        "released_on": latest.released_on.isoformat(),
        "previous": standing.previous,
        "comparator": None if standing.comparator is None else {"region": COUNTRY, "value": standing.comparator},
        "gap": standing.gap,
        "target": None
        if target is None
        else {
            "value": trimmed(target.value),
            "due_year": target.due_year,
            "qualifier": target.qualifier,
            "document": target.document,
        },
        "provenance": latest.provenance,
        "source": latest.source,
    }


def explanations() -> dict[str, tuple[str, str]]:
    """Path -> (unit, formula in words)."""
    points = "percentage points"
    count = _("Measures listed by the day, whose status in force on the day is “%(status)s”.")
    light = _("Measures whose light on the day is “%(light)s”, by the rule of the lights.")
    return {
        "measures.total": ("measures", _("Measures of the plan listed by the day.")),
        **{f"measures.{s.value}": ("measures", count % {"status": s.label}) for s in MeasureStatus},
        "measures.completion_rate": (
            "%",
            _("Completed measures over all measures, rounded half up to one decimal."),
        ),
        "measures.time_elapsed": ("%", _("Days of the plan up to and with the day, over all its days.")),
        "measures.gap": (points, _("Completion rate minus time elapsed, as shown.")),
        "measures.due": ("measures", _("Measures with a due date on or before the day, completed or not.")),
        "measures.due_rate": ("%", _("Due measures over all measures.")),
        "measures.gap_to_plan": (points, _("Completion rate minus the share of due measures, as shown.")),
        **{f"measures.lights.{each.value}": ("measures", light % {"light": each.label}) for each in Light},
        "projects.total": ("projects", _("Projects listed by the day.")),
        "projects.total_investment": (
            "100 million yuan",
            _("The sum of the investment of the projects listed by the day."),
        ),
    }


def meta(figures: Figures) -> dict[str, Any]:
    """Unit, provenance and formula of each figure of the summary, by its path."""
    described = {}
    for path, (unit, explain) in explanations().items():
        row = figures.published_for(path)
        described[path] = {
            "unit": unit,
            "provenance": Provenance.PUBLISHED if row else Provenance.ILLUSTRATIVE,
            "published_for": row.as_of.isoformat() if row else None,
            "source": row.source if row else "",
            "explain": explain,
        }
    # Time elapsed follows from the plan's own days.
    described["measures.time_elapsed"]["provenance"] = figures.plan.provenance
    described["measures.time_elapsed"]["source"] = figures.plan.source
    for category in Category:
        for name in ("total", "total_investment"):
            base = described[f"projects.{name}"]
            described[f"projects.by_category.{category.value}.{name}"] = {
                **base,
                "provenance": Provenance.ILLUSTRATIVE,
                "published_for": None,
                "source": "",
            }
    for standing in figures.standings:
        described[f"indicators.{standing.indicator.code}.value"] = {
            "unit": standing.indicator.unit,
            "provenance": standing.latest.provenance if standing.latest else Provenance.ILLUSTRATIVE,
            "published_for": standing.latest.period_end.isoformat() if standing.latest else None,
            "source": standing.latest.source if standing.latest else "",
            "explain": _("The value of the newest period released by the day, verified and exact."),
        }
    return described


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
        "indicators": {each.indicator.code: indicator_summary(each) for each in figures.standings},
        "meta": meta(figures),
    }
