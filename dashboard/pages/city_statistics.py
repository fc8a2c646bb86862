"""The measures that the map, the bars and the order of cities may show: one of these at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from core.periods import last_ended_month
from core.rounding import whole
from dashboard.changes import earlier_figures
from dashboard.figures import Figures, GroupFigures, project_figures
from dashboard.pages.sentences import format_share
from dashboard.project_rates import rate_figures
from indicators.models import Direction
from measures.models import Plan
from projects import kinds
from projects.kinds import ProjectKind
from projects.models import Stage
from projects.rates import rates_of
from rollups.engine import PlanCells
from web.days import end_of_month_before
from web.formats.dates import format_month
from web.formats.money import format_rounded_money
from web.formats.numbers import NO_VALUE, format_number, format_percent
from web.formats.text import format_names
from web.language import is_chinese, localized

MAX_CITY_NAMES = 4


@dataclass(frozen=True, eq=False)
class CityStatistic:
    """`name`: in addresses, and among the figures of a city. `figure`: which sum of its cells it is. `head`: of a
    column; `title`: of the map, with the place and the day. `stage` or `kind`: of the projects that it counts, if not
    all; `counted` says of them how many there are, `nothing` that there are none. `is_of_months`: it says something
    only where projects have reported months. `direction`: which way is better.
    """

    name: str
    label: str | Promise
    head: str | Promise
    title: str | Promise
    figure: str = "total"
    stage: Stage | None = None
    kind: ProjectKind | None = None
    counted: Any = ""
    nothing: str | Promise = ""
    is_rate: bool = False
    is_of_months: bool = False
    direction: Direction = Direction.NEUTRAL

    @property
    def filters(self) -> Mapping[str, Any] | None:
        """Return the filters of the list of its projects; None where it counts all."""
        if self.kind is not None:
            return self.kind.filters
        return None if self.stage is None else {"stage": self.stage.value}

    @property
    def are_few(self) -> bool:
        """Return whether its values are small counts."""
        return self.filters is not None

    @property
    def is_amount(self) -> bool:
        return self.figure == "total_investment"

    @property
    def has_sentence(self) -> bool:
        """Return whether a sentence tells the measure apart from what the page of cities says of all projects
        anyway."""
        return self.filters is not None or self.is_rate

    def ranked_before(self, day: date) -> date | None:
        """The day whose ranks stand beside those of `day`: the end of last month; of what projects report by month,
        that of the month before the newest one that ended. None in the calendar's first month."""
        return end_of_month_before(last_ended_month(day) if self.is_of_months else day)

    def value(self, city: GroupFigures) -> Decimal | int | None:
        """None where a rate has nothing to measure."""
        found: Decimal | int | None = city.figures[self.name]
        return found

    def size(self, city: GroupFigures) -> Decimal | int:
        """The same as the length of a bar."""
        return self.value(city) or 0

    def shown(self, value: Decimal | int | None) -> str:
        """Return the value as tables and tiles write it."""
        if value is None:
            return NO_VALUE
        return format_percent(value) if self.is_rate else format_number(whole(value))

    def cells(self, figures: Figures) -> PlanCells:
        if self.kind is not None:
            return figures.cells_of_kind(self.kind)
        return figures.project_cells if self.stage is None else figures.project_cells.narrow({"stage": {self.stage}})

    def sums(self, figures: Figures, fields: Sequence[str]) -> dict[tuple[int | str, ...], dict[str, Any]]:
        """The sums and rates of its projects by some fields of the cells."""
        groups = self.cells(figures).split(*fields)
        return {key: _sums_of(cells.totals(), figures) for key, cells in groups.items()}

    def total(self, figures: Figures) -> dict[str, Any]:
        return _sums_of(self.cells(figures).totals(), figures)


def _sums_of(totals: Mapping[str, int], figures: Figures) -> dict[str, Any]:
    return {**project_figures(dict(totals)), **rate_figures(totals, on=figures.day)}


INVESTMENT = CityStatistic(
    "total_investment",
    gettext_lazy("Total investment"),
    gettext_lazy("Total investment (100 million yuan)"),
    gettext_lazy("Investment by %(place)s, as of %(day)s (100 million yuan)"),
    figure="total_investment",
)
NUMBER = CityStatistic(
    "total",
    gettext_lazy("Number of projects"),
    gettext_lazy("Number of projects"),
    gettext_lazy("Projects by %(place)s, as of %(day)s"),
)
SUSPENDED = CityStatistic(
    Stage.SUSPENDED.value,
    gettext_lazy("Suspended projects"),
    Stage.SUSPENDED.label,
    gettext_lazy("Suspended projects by %(place)s, as of %(day)s"),
    stage=Stage.SUSPENDED,
    counted=ngettext_lazy(
        "%(count)s project is suspended, with an investment of %(investment)s",
        "%(count)s projects are suspended, with an investment of %(investment)s",
        "total",
    ),
    nothing=gettext_lazy("No project is suspended."),
    direction=Direction.DOWN,
)
BEHIND = CityStatistic(
    kinds.BEHIND.name,
    gettext_lazy("Behind the annual plan"),
    gettext_lazy("Behind the annual plan"),
    gettext_lazy("Projects behind their annual plan by %(place)s, as of %(day)s"),
    kind=kinds.BEHIND,
    is_of_months=True,
    counted=ngettext_lazy(
        "%(count)s project is behind its annual plan, with an investment of %(investment)s",
        "%(count)s projects are behind their annual plans, with an investment of %(investment)s",
        "total",
    ),
    nothing=gettext_lazy("No project is behind its annual plan."),
    direction=Direction.DOWN,
)
NO_MONTH = CityStatistic(
    kinds.NO_MONTH.name,
    gettext_lazy("No month reported"),
    gettext_lazy("No month reported"),
    gettext_lazy("Projects that have not reported the newest month, by %(place)s, as of %(day)s"),
    kind=kinds.NO_MONTH,
    is_of_months=True,
    counted=ngettext_lazy(
        "%(count)s project has not reported the newest month, with an investment of %(investment)s",
        "%(count)s projects have not reported the newest month, with an investment of %(investment)s",
        "total",
    ),
    nothing=gettext_lazy("Every project has reported the newest month."),
    direction=Direction.DOWN,
)
# Of cities one by one: the page of cities has each of the three kinds.
ATTENTION = CityStatistic(
    kinds.ATTENTION.name,
    gettext_lazy("Need attention"),
    gettext_lazy("Need attention"),
    gettext_lazy("Projects that need attention by %(place)s, as of %(day)s"),
    kind=kinds.ATTENTION,
    is_of_months=True,
    nothing=gettext_lazy("No project is suspended, late or behind its annual plan."),
    direction=Direction.DOWN,
)
# Likewise: by planned days, which many plans do not know.
LATE = CityStatistic(
    kinds.LATE.name,
    gettext_lazy("Late projects"),
    gettext_lazy("Late projects"),
    gettext_lazy("Late projects by %(place)s, as of %(day)s"),
    kind=kinds.LATE,
    nothing=gettext_lazy("No project is late."),
    direction=Direction.DOWN,
)
START_RATE = CityStatistic(
    "start_rate",
    gettext_lazy("Start rate"),
    gettext_lazy("Start rate"),
    gettext_lazy("Start rate by %(place)s, as of %(day)s"),
    figure="start_rate",
    is_rate=True,
    is_of_months=True,
    direction=Direction.UP,
)
COMPLETION = CityStatistic(
    "plan_completion",
    gettext_lazy("Completion of the annual plan"),
    gettext_lazy("Completion of the annual plan"),
    gettext_lazy("Completion of the annual plan by %(place)s, as of %(day)s"),
    figure="plan_completion",
    is_rate=True,
    is_of_months=True,
    direction=Direction.UP,
)


def large_statistic(plan: Plan) -> CityStatistic:
    """Return the measure of large projects that have not started, in the words of the reader."""
    least = {"least": kinds.format_large(plan)}
    label = _("%(least)s or more, not started") % least
    return CityStatistic(
        kinds.LARGE_NAME,
        label,
        label,
        gettext_lazy("Projects of %(least)s or more not started, by %(place)s, as of %(day)s"),
        kind=kinds.large_projects(plan),
        counted=ngettext_lazy(
            "%(count)s project of %(least)s or more has not started, with an investment of %(investment)s",
            "%(count)s projects of %(least)s or more have not started, with an investment of %(investment)s",
            "total",
        ),
        nothing=_("No project of %(least)s or more has yet to start.") % least,
        direction=Direction.DOWN,
    )


def city_measures(plan: Plan) -> dict[str, CityStatistic]:
    fixed = (COMPLETION, START_RATE, INVESTMENT, NUMBER, BEHIND, NO_MONTH, SUSPENDED)
    return {each.name: each for each in (*fixed, large_statistic(plan))}


def measures_shown(figures: Figures) -> list[CityStatistic]:
    """Return the measures that a page offers: those of months only where some month was reported."""
    return [
        each for each in city_measures(figures.plan).values() if figures.has_project_months or not each.is_of_months
    ]


def usual_statistic(figures: Figures) -> CityStatistic:
    """Return the measure that is shown where none is asked for: a rate, where months were reported."""
    return COMPLETION if figures.has_project_months else INVESTMENT


def chosen(figures: Figures, measure: CityStatistic, parameter: str) -> dict[str, str]:
    """How an address asks for a measure; not at all for the usual one."""
    return {} if measure is usual_statistic(figures) else {parameter: measure.name}


def with_kinds(
    figures: Figures, cities: Iterable[GroupFigures], measures: Iterable[CityStatistic]
) -> list[GroupFigures]:
    """Cities with how many projects of the kind of each measure they have, and what these cost: `large`,
    `large_investment`. Measures without a kind add nothing."""
    sums = {each.name: each.sums(figures, ["city"]) for each in measures if each.kind is not None}
    found = []
    for city in cities:
        more: dict[str, Any] = {}
        for name, own in sums.items():
            of_city = own.get((city.group.pk,), project_figures({}))
            more |= {name: of_city["total"], f"{name}_investment": of_city["total_investment"]}
        found.append(replace(city, figures={**city.figures, **more}))
    return found


def cities_of_both_days(
    figures: Figures, then: Figures | None, measures: Collection[CityStatistic]
) -> tuple[list[GroupFigures], list[GroupFigures] | None]:
    """All cities with the figures of the measures, and the same on the earlier day; None without one."""
    read = {each.name: each.kind for each in measures if each.kind is not None}
    if read:
        figures.read_kinds(read.values(), then)
    cities = with_kinds(figures, figures.projects_by("city"), measures)
    if then is None:
        return cities, None
    earlier = earlier_figures(then, "city", cities)
    return cities, with_kinds(then, [replace(city, figures=dict(earlier[city.key])) for city in cities], measures)


def measured_cities(figures: Figures, measure: CityStatistic) -> list[GroupFigures]:
    """All cities with the figure of the measure. A query more for a kind of projects, which cells do not tell."""
    return with_kinds(figures, figures.projects_by("city"), [measure])


def city_sentence(figures: Figures, measure: CityStatistic, cities: Sequence[GroupFigures]) -> str:
    """Return a sentence that says where most of the measure is. `cities` have its figure."""
    ranked = sorted(cities, key=measure.size, reverse=True)
    if not figures.projects["total"]:
        return _("No projects are listed by this day.")
    if measure.is_rate:
        return rate_sentence(figures, measure)
    if measure.filters is None:
        return _share_sentence(ranked, figures.projects["total_investment"])
    total = measure.total(figures)
    if not total["total"]:
        return str(measure.nothing)
    return _most_sentence(figures, measure, ranked, total)


def _share_sentence(ranked: Sequence[GroupFigures], total: Decimal) -> str:
    top = sorted(ranked, key=INVESTMENT.size, reverse=True)[:MAX_CITY_NAMES]
    top = [row for row in top if row.figures["total_investment"]]
    sum_of_top = sum((row.figures["total_investment"] for row in top), Decimal(0))
    return ngettext(
        "%(cities)s accounts for %(investment)s, %(share)s of the total.",
        "%(cities)s account for %(investment)s, %(share)s of the total.",
        len(top),
    ) % {
        "cities": format_names([localized(row.group, "short") for row in top]),
        "investment": format_rounded_money(sum_of_top),
        "share": format_share(sum_of_top, total),
    }


def rate_sentence(figures: Figures, measure: CityStatistic) -> str:
    """The rate of all, against the time elapsed where it is that of the annual plan, and how many did not report."""
    rates = rates_of(figures.project_cells.totals(), on=figures.day)
    month = format_month(rates.month)
    if measure is START_RATE:
        text = _(
            "At the end of %(month)s the start rate is %(rate)s: %(started)s started, %(to_start)s still to start."
        )
    elif rates.plan_completion is None:
        text = _("No annual plan is known for the year of %(month)s.")
    else:
        text = _("At the end of %(month)s %(rate)s of the annual plan is invested, %(against)s.")
    words = {
        "month": month,
        "rate": measure.shown(measure.total(figures)[measure.figure]),
        "started": format_number(rates.started),
        "to_start": format_number(rates.to_start),
        "against": against_elapsed(rates.gap),
    }
    missing = ngettext(
        "%(missing)s of %(total)s project has not reported it.",
        "%(missing)s of %(total)s projects have not reported it.",
        figures.projects["total"],
    ) % {"missing": format_number(rates.without_month), "total": format_number(figures.projects["total"])}
    return ("" if is_chinese() else " ").join([text % words, missing])


def against_elapsed(points: Decimal | None) -> str:
    """Return the points as a clause: 24.0 percentage points ahead of the time elapsed."""
    if not points:
        return _("level with the time elapsed")
    text = (
        _("%(points)s percentage points ahead of the time elapsed")
        if points > 0
        else _("%(points)s percentage points behind the time elapsed")
    )
    return text % {"points": abs(points)}


def _most_sentence(
    figures: Figures, measure: CityStatistic, ranked: Sequence[GroupFigures], total: Mapping[str, Any]
) -> str:
    """How many there are, what they cost, and the cities with the most."""
    most = measure.size(ranked[0])
    first = [row for row in ranked if measure.size(row) == most]
    words = {
        "total": total["total"],
        "least": kinds.format_large(figures.plan),
        "count": format_number(total["total"]),
        "investment": format_rounded_money(total["total_investment"]),
        "most": format_number(most),
        "cities": format_names([localized(row.group, "short") for row in first]),
    }
    where = ngettext(
        "%(counted)s; most of them in %(cities)s (%(most)s).",
        "%(counted)s; most of them in %(cities)s (%(most)s each).",
        len(first),
    )
    return where % {**words, "counted": measure.counted % words}
