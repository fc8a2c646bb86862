"""What the map, the bars and the order of cities may show: one of these at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.rounding import whole
from dashboard.cells import split_cells
from dashboard.changes import earlier_figures
from dashboard.figures import Figures, GroupFigures, project_figures
from dashboard.pages.sentences import format_share
from dashboard.project_rates import rate_figures
from projects.large import LARGE_PREPARING
from projects.models import Stage
from projects.rates import rates_of
from rollups.engine import PlanCells
from web.formats.dates import format_month
from web.formats.money import format_rounded_money
from web.formats.numbers import NO_VALUE, format_number, format_percent
from web.formats.text import format_names
from web.language import is_chinese, localized

MAX_CITY_NAMES = 4


@dataclass(frozen=True)
class CityMeasure:
    """`name`: in addresses, and among the figures of a city. `figure`: which sum of `cells` it is. `head`: of a column;
    `title`: of the map, with the place and the day. `filters`: of the list of its projects. `are_few`: its values are
    small counts. `is_better_low`: a city fell back that rose among the others.
    """

    name: str
    label: str | Promise
    head: str | Promise
    title: str | Promise
    cells: Callable[[Figures], PlanCells]
    figure: str = "total"
    filters: Mapping[str, Any] | None = None
    are_few: bool = False
    is_better_low: bool = False
    is_rate: bool = False

    @property
    def is_amount(self) -> bool:
        return self.figure == "total_investment"

    @property
    def has_sentence(self) -> bool:
        """Whether it is told apart from what the page of cities says of all projects anyway."""
        return self.filters is not None or self.is_rate

    def value(self, city: GroupFigures) -> Decimal | int | None:
        """None where a rate has nothing to measure."""
        found: Decimal | int | None = city.figures[self.name]
        return found

    def size(self, city: GroupFigures) -> Decimal | int:
        """The same as the length of a bar."""
        return self.value(city) or 0

    def shown(self, value: Decimal | int | None) -> str:
        """As tables and tiles write it."""
        if value is None:
            return NO_VALUE
        return format_percent(value) if self.is_rate else format_number(whole(value))

    def sums(self, figures: Figures, fields: Sequence[str]) -> dict[tuple[int | str, ...], dict[str, Any]]:
        """The sums and rates of its projects by some fields of the cells."""
        groups = split_cells(self.cells(figures), fields)
        return {key: _sums_of(cells.totals(), figures) for key, cells in groups.items()}

    def total(self, figures: Figures) -> dict[str, Any]:
        return _sums_of(self.cells(figures).totals(), figures)


def _sums_of(totals: Mapping[str, int], figures: Figures) -> dict[str, Any]:
    return {**project_figures(dict(totals)), **rate_figures(totals, on=figures.day)}


def _all_cells(figures: Figures) -> PlanCells:
    return figures.project_cells


def _suspended_cells(figures: Figures) -> PlanCells:
    return figures.project_cells.narrow({"stage": {Stage.SUSPENDED.value}})


def _large_cells(figures: Figures) -> PlanCells:
    return figures.large_cells


INVESTMENT = CityMeasure(
    "total_investment",
    gettext_lazy("Total investment"),
    gettext_lazy("Total investment (100 million yuan)"),
    gettext_lazy("Investment by %(place)s, as of %(day)s (100 million yuan)"),
    _all_cells,
    figure="total_investment",
)
NUMBER = CityMeasure(
    "total",
    gettext_lazy("Number of projects"),
    gettext_lazy("Number of projects"),
    gettext_lazy("Projects by %(place)s, as of %(day)s"),
    _all_cells,
)
SUSPENDED = CityMeasure(
    Stage.SUSPENDED.value,
    gettext_lazy("Suspended projects"),
    Stage.SUSPENDED.label,
    gettext_lazy("Suspended projects by %(place)s, as of %(day)s"),
    _suspended_cells,
    filters={"stage": Stage.SUSPENDED.value},
    are_few=True,
    is_better_low=True,
)
LARGE = CityMeasure(
    "large",
    gettext_lazy("10 billion yuan or more, not started"),
    gettext_lazy("10 billion yuan or more, not started"),
    gettext_lazy("Projects of 10 billion yuan or more not started, by %(place)s, as of %(day)s"),
    _large_cells,
    filters=LARGE_PREPARING,
    are_few=True,
    is_better_low=True,
)
START_RATE = CityMeasure(
    "start_rate",
    gettext_lazy("Start rate"),
    gettext_lazy("Start rate"),
    gettext_lazy("Start rate by %(place)s, as of %(day)s"),
    _all_cells,
    figure="start_rate",
    is_rate=True,
)
COMPLETION = CityMeasure(
    "plan_completion",
    gettext_lazy("Completion of the annual plan"),
    gettext_lazy("Completion of the annual plan"),
    gettext_lazy("Completion of the annual plan by %(place)s, as of %(day)s"),
    _all_cells,
    figure="plan_completion",
    is_rate=True,
)
CITY_MEASURES = {each.name: each for each in (INVESTMENT, NUMBER, START_RATE, COMPLETION, SUSPENDED, LARGE)}


def measures_shown(figures: Figures) -> list[CityMeasure]:
    """What a page offers: rates only where some month was reported."""
    return [each for each in CITY_MEASURES.values() if figures.has_project_months or not each.is_rate]


def chosen(measure: CityMeasure, parameter: str) -> dict[str, str]:
    """How an address asks for a measure; not at all for the usual one."""
    return {} if measure is INVESTMENT else {parameter: measure.name}


def with_large(figures: Figures, cities: Iterable[GroupFigures]) -> list[GroupFigures]:
    """Cities with how many of their large projects have not started (`large`), and what these cost
    (`large_investment`)."""
    sums = LARGE.sums(figures, ["city"])
    found = []
    for city in cities:
        own = sums.get((city.group.pk,), project_figures({}))
        more = {"large": own["total"], "large_investment": own["total_investment"]}
        found.append(replace(city, figures={**city.figures, **more}))
    return found


def cities_of_both_days(figures: Figures, then: Figures | None) -> tuple[list[GroupFigures], list[GroupFigures] | None]:
    """All cities with what their large projects are, and the same on the earlier day; None without one."""
    if then is None:
        return with_large(figures, figures.projects_by("city")), None
    figures.read_large_cells_with(then)
    cities = with_large(figures, figures.projects_by("city"))
    earlier = earlier_figures(then, "city", cities)
    return cities, with_large(then, [replace(city, figures=dict(earlier[city.key])) for city in cities])


def measured_cities(figures: Figures, measure: CityMeasure) -> list[GroupFigures]:
    """All cities with the figure of the measure. A query more for large projects, which cells do not tell."""
    cities = figures.projects_by("city")
    return with_large(figures, cities) if measure is LARGE else cities


def city_sentence(figures: Figures, measure: CityMeasure, cities: Sequence[GroupFigures]) -> str:
    """Where most of it is. `cities` have the figure of the measure."""
    ranked = sorted(cities, key=measure.size, reverse=True)
    if not figures.projects["total"]:
        return _("No projects are listed by this day.")
    if measure.is_rate:
        return rate_sentence(figures, measure, ranked)
    if measure.filters is None:
        return _share_sentence(ranked, figures.projects["total_investment"])
    total = measure.total(figures)
    if not total["total"]:
        return nothing_of(measure)
    return _most_sentence(measure, ranked, total)


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


def rate_sentence(figures: Figures, measure: CityMeasure, ranked: Sequence[GroupFigures]) -> str:
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
    """As a clause: 24.0 percentage points ahead of the time elapsed."""
    if not points:
        return _("level with the time elapsed")
    text = (
        _("%(points)s percentage points ahead of the time elapsed")
        if points > 0
        else _("%(points)s percentage points behind the time elapsed")
    )
    return text % {"points": abs(points)}


def nothing_of(measure: CityMeasure) -> str:
    if measure is LARGE:
        return _("No project of 10 billion yuan or more has yet to start.")
    return _("No project is suspended.")


def _most_sentence(measure: CityMeasure, ranked: Sequence[GroupFigures], total: Mapping[str, Any]) -> str:
    """How many there are, what they cost, and the cities with the most."""
    most = measure.size(ranked[0])
    first = [row for row in ranked if measure.size(row) == most]
    words = {
        "count": format_number(total["total"]),
        "investment": format_rounded_money(total["total_investment"]),
        "most": format_number(most),
        "cities": format_names([localized(row.group, "short") for row in first]),
    }
    if measure is LARGE:
        counted = ngettext(
            "%(count)s project of 10 billion yuan or more has not started, with an investment of %(investment)s",
            "%(count)s projects of 10 billion yuan or more have not started, with an investment of %(investment)s",
            total["total"],
        )
    else:
        counted = ngettext(
            "%(count)s project is suspended, with an investment of %(investment)s",
            "%(count)s projects are suspended, with an investment of %(investment)s",
            total["total"],
        )
    where = ngettext(
        "%(counted)s; most of them in %(cities)s (%(most)s).",
        "%(counted)s; most of them in %(cities)s (%(most)s each).",
        len(first),
    )
    return where % {**words, "counted": counted % words}
