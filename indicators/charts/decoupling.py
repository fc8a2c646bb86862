"""Emissions against GDP, year by year: whether one grows without the other."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from core.pace import to_tenth
from core.periods import PeriodKind
from indicators.charts.common_years import (
    LEAST_YEARS,
    Common,
    YearsOf,
    common_years_of_each,
    joined,
    missing_words,
    years_of,
    years_words,
)
from indicators.charts.marks import scatter
from indicators.charts.points import row_id
from indicators.models import Indicator, Observation
from indicators.rules import emission_intensity
from indicators.wording import named_in, shown_unit, shown_value
from regions.models import Region, RegionKind
from web.charts.axes import Margin, layout, narrow_layout, plain, scale, tick_values, x_axis, y_axis
from web.charts.chart import Chart, Column, Figure
from web.charts.labels import label
from web.charts.text import value_text
from web.charts.theme import ACCENT, EDGE, GRID, GROUND, INK, INK_2, NARROW_FONT, SUBJECT_LINE
from web.formats.dates import format_day, format_year
from web.formats.numbers import NO_VALUE, trimmed
from web.formats.sources import format_source
from web.formats.units import format_with_unit
from web.language import localized

# The codes of what is emitted start so, one for each way of counting it; the second is the GDP of whole years.
EMISSIONS, GDP = "co2_emissions", "gdp_annual"


class YearPoint(NamedTuple):
    """Emissions and GDP of a year, in the units that are shown. Not exact: the source rounds it. `url`: its row."""

    year: int
    gdp: Decimal
    emissions: Decimal
    gdp_is_exact: bool = True
    emissions_are_exact: bool = True
    url: str = ""

    @property
    def is_exact(self) -> bool:
        return self.gdp_is_exact and self.emissions_are_exact


class Axis(NamedTuple):
    """The name of an axis, and the unit of the values. Its ticks are in a larger one where that has fewer digits."""

    name: str
    unit: str


# unit -> the larger one and how many make it, from which value on.
LARGER = {
    "亿元": ("万亿元", 10_000),
    "万吨": ("亿吨", 10_000),
}


def decoupling_path(points: Sequence[YearPoint], *, gdp: Axis, emissions: Axis) -> Figure:
    """The years as a path over GDP (across) and emissions (up). Years that do not follow on each other are not joined;
    the last one is filled, a rounded one is an open diamond."""
    points = sorted(points, key=lambda point: point.year)
    x_ticks, y_ticks = _ticks([p.gdp for p in points], gdp.unit), _ticks([p.emissions for p in points], emissions.unit)
    x_title, y_title = named_in(gdp.name, x_ticks.unit), named_in(emissions.name, y_ticks.unit)
    heading = label(
        y_title, x=0, y=1, colour=INK_2, xref="paper", yref="paper", xanchor="left", yanchor="bottom", yshift=8
    )
    title_font = {"size": NARROW_FONT, "color": INK_2}
    return {
        "data": [_path(_drawn_years(points), gdp, emissions)],
        "layout": layout(
            height=330,
            margin=Margin(48, 24, 34, 54),
            xaxis=x_axis(
                range=list(x_ticks.span),
                tickvals=x_ticks.at,
                ticktext=x_ticks.text,
                ticks="outside",
                tickcolor=EDGE,
                title={"text": x_title, "font": title_font, "standoff": 8},
            ),
            yaxis=y_axis(range=list(y_ticks.span), tickvals=y_ticks.at, ticktext=y_ticks.text, gridcolor=GRID),
            annotations=[heading],
        ),
        "narrow": narrow_layout(height=280, margin=Margin(40, 16, 32, 50), annotations=[heading]),
    }


class DrawnYear(NamedTuple):
    """A year as it is drawn: its name, and where that stands."""

    point: YearPoint
    name: str
    place: str
    is_last: bool


def _drawn_years(points: Sequence[YearPoint]) -> list[DrawnYear | None]:
    """Return the years in their order, with None where the path is broken."""
    drawn: list[DrawnYear | None] = []
    for before, point, after in zip([None, *points], points, [*points[1:], None], strict=False):
        if before is not None and point.year != before.year + 1:
            drawn.append(None)
        words = str(point.year) if point.is_exact else _("%(year)s (rounded)") % {"year": point.year}
        name = words if after else f"<b>{words}</b>"
        drawn.append(DrawnYear(point, name, _place(before, point, after), after is None))
    return drawn


def _path(drawn: Sequence[DrawnYear | None], gdp: Axis, emissions: Axis) -> dict[str, Any]:
    def of_each(value: Callable[[DrawnYear], Any], *, at_break: Any = "") -> list[Any]:
        return [at_break if each is None else value(each) for each in drawn]

    return scatter(
        "lines+markers+text",
        x=of_each(lambda each: plain(each.point.gdp), at_break=None),
        y=of_each(lambda each: plain(each.point.emissions), at_break=None),
        hover=of_each(lambda each: _hover(each.point, gdp, emissions)),
        line=SUBJECT_LINE | {"width": 2},
        marker={
            "size": 10,
            "opacity": 1,
            "symbol": of_each(lambda each: "circle" if each.point.is_exact else "diamond", at_break="circle"),
            "color": of_each(lambda each: ACCENT if each.is_last and each.point.is_exact else GROUND, at_break=GROUND),
            "line": {"color": ACCENT, "width": 2},
        },
        text=of_each(lambda each: each.name),
        textposition=of_each(lambda each: each.place, at_break="top center"),
        textfont={"color": INK},
        customdata=of_each(lambda each: each.point.url),
    )


class Ticks(NamedTuple):
    at: list[float]
    text: list[str]
    span: tuple[float, float]
    unit: str


def _ticks(values: Sequence[Decimal], unit: str) -> Ticks:
    """Return the ticks of an axis, with room for the years' names beyond the values, but not below 0, in the larger
    unit where one is known."""
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(1))
    larger, many = LARGER.get(unit, (unit, 1)) if high >= LARGER.get(unit, ("", 1))[1] else (unit, 1)
    room = (high - low) / 5 or high / 5 or Decimal(1)
    ticks, span = scale(max(low - room, Decimal(0)) / many, (high + room) / many)
    return Ticks(
        [tick * many for tick in ticks],
        tick_values(ticks, percent=False),
        (span[0] * many, span[1] * many),
        larger,
    )


def _place(before: YearPoint | None, point: YearPoint, after: YearPoint | None) -> str:
    """Return the place where a year's name stands clear of the path: above a peak, below a trough, beside a slope."""
    rises = [each.emissions > point.emissions for each in (before, after) if each is not None]
    if all(rises):
        return "bottom center" if rises else "top center"
    if not any(rises):
        return "top center"
    # A path may also run back, where GDP fell.
    is_up = (after.emissions if after else point.emissions) > (before.emissions if before else point.emissions)
    is_right = (after.gdp if after else point.gdp) >= (before.gdp if before else point.gdp)
    return "top left" if is_up == is_right else "top right"


def _hover(point: YearPoint, gdp: Axis, emissions: Axis) -> str:
    own = value_text(point.emissions, exact=point.emissions_are_exact)
    lines = [
        f"{gdp.name} {format_with_unit(value_text(point.gdp, exact=point.gdp_is_exact), gdp.unit)}",
        f"{emissions.name} {format_with_unit(own, emissions.unit)}",
    ]
    return "<br>".join([format_year(point.year), *lines])


def gdp_of(region: Region) -> str:
    """Chinese has one word for the nation's and another for that of a place in it."""
    return pgettext("of the nation", "GDP") if region.kind == RegionKind.COUNTRY else _("GDP")


def aligned(values: Sequence[Decimal]) -> Callable[[Any], str]:
    """Writes a column's values with the decimals of the one that has most: their points stand below each other."""
    decimals = max((-int(trimmed(each).as_tuple().exponent) for each in values), default=0)
    return lambda value: f"{value:,.{max(decimals, 0)}f}"


def has_decoupling(indicator: Indicator) -> bool:
    """Return whether an indicator's page has these charts: that of GDP has, and those of what is emitted."""
    return indicator.code == GDP or indicator.code.startswith(EMISSIONS)


def decoupling_charts(
    indicator: Indicator, own: Iterable[Observation], *, on: date, home: Region | None
) -> list[Chart]:
    """Return the charts for the page of what is emitted, or of GDP: one for each region that has the years, and an
    empty one that says what is missing for the others. `own`: the indicator's observations released by the day, with
    their regions. One query; none for other indicators, which have no such charts. `home`: the plan's region.
    """
    if not has_decoupling(indicator):
        return []
    is_gdp = indicator.code == GDP
    mine = [row for row in own if row.verified and row.period_kind == PeriodKind.YEAR]
    wanted = Q(indicator__code__startswith=EMISSIONS) if is_gdp else Q(indicator__code=GDP)
    others = list(_released_years(on).filter(wanted))
    emissions, gdp = (others, mine) if is_gdp else (mine, others)
    found = common_years_of_each(emissions, gdp)
    charts = [_chart(each, is_gdp=is_gdp, on=on) for each in found]
    if is_gdp and found:
        return charts
    return charts + _empty_charts(indicator, emissions, gdp, {each.region for each in found}, on=on, home=home)


def _released_years(on: date) -> QuerySet[Observation]:
    rows = Observation.objects.released(on).filter(verified=True, period_kind=PeriodKind.YEAR)
    return rows.select_related("region", "indicator").order_by("indicator", "region", "period_end")


def _chart(common: Common, *, is_gdp: bool, on: date) -> Chart:
    region = localized(common.region, "short")
    newest_emissions, newest_gdp = common.years[max(common.years)]
    gdp = Axis(gdp_of(common.region), shown_unit(newest_gdp.indicator))
    emissions = Axis(localized(common.indicator, "name"), shown_unit(common.indicator))
    points = [_year_point(*both, is_gdp=is_gdp) for both in common.years.values()]
    columns = [
        Column(_("Year"), is_number=False),
        Column(named_in(gdp.name, gdp.unit), aligned([point.gdp for point in points])),
        Column(named_in(emissions.name, emissions.unit), aligned([point.emissions for point in points])),
        Column(_("Emission intensity (tonnes per 10,000 yuan)"), value_text),
    ]
    rows: list[tuple[Any, ...]] = [
        (point.year, point.gdp, point.emissions, emission_intensity(emitted.value, produced.value))
        for point, (emitted, produced) in zip(points, common.years.values(), strict=True)
    ]
    prices = _("%(gdp)s at current prices")
    if common.is_first_release:
        prices = _("%(gdp)s at current prices, as first released")
    notes = [prices % {"gdp": gdp.name}, _("the axes do not start at 0")]
    rounded = [_rounded_words(point, gdp.name, emissions.name) for point in points]
    if any(rounded):
        columns.append(Column(_("Rounded"), is_number=False))
        rows = [(*row, words or None) for row, words in zip(rows, rounded, strict=True)]
        notes.append(_("an open diamond is a rounded value"))
    return Chart(
        name=f"decoupling-{common.indicator.code}-{common.region.code}-{min(common.years)}",
        title=_("%(region)s: %(gdp)s and %(emissions)s, %(years)s, as of %(day)s")
        % {
            "region": region,
            "gdp": gdp.name,
            "emissions": emissions.name,
            "years": years_words(common.years),
            "day": format_day(on),
        },
        figure=decoupling_path(points, gdp=gdp, emissions=emissions),
        summary=_summary(points, region, gdp.name),
        columns=columns,
        rows=rows,
        urls=[point.url for point in points],
        note=pgettext("between clauses", "; ").join(notes),
        source=pgettext("between clauses", "; ").join(map(format_source, [common.indicator.source, newest_gdp.source])),
        provenance=newest_emissions.provenance,
    )


def _year_point(emissions: Observation, gdp: Observation, *, is_gdp: bool) -> YearPoint:
    return YearPoint(
        gdp.period_end.year,
        shown_value(gdp.indicator, gdp.value, exactly=True),
        shown_value(emissions.indicator, emissions.value, exactly=True),
        gdp.exact,
        emissions.exact,
        f"#{row_id(gdp if is_gdp else emissions)}",
    )


def _rounded_words(point: YearPoint, gdp_name: str, name: str) -> str:
    rounded = [(gdp_name, point.gdp_is_exact), (name, point.emissions_are_exact)]
    return pgettext("between clauses", ", ").join(words for words, is_exact in rounded if not is_exact)


def _summary(points: Sequence[YearPoint], region: str, gdp_name: str) -> str:
    """How far both went from the first to the last year."""
    first, last = points[0], points[-1]
    return _("%(region)s from %(first)s to %(last)s: %(name)s at current prices %(gdp)s, emissions %(emissions)s.") % {
        "region": region,
        "name": gdp_name,
        "first": first.year,
        "last": last.year,
        "gdp": _growth(first.gdp, last.gdp, is_exact=first.gdp_is_exact and last.gdp_is_exact),
        "emissions": _growth(
            first.emissions, last.emissions, is_exact=first.emissions_are_exact and last.emissions_are_exact
        ),
    }


def _growth(first: Decimal, last: Decimal, *, is_exact: bool) -> str:
    if not first:
        return NO_VALUE
    rate = to_tenth((last - first) * 100 / first)
    if not rate:
        return _("unchanged")
    words = _("up %(share)s") if rate > 0 else _("down %(share)s")
    return words % {"share": value_text(abs(rate), percent=True, exact=is_exact)}


def _empty_charts(
    indicator: Indicator,
    emissions: Sequence[Observation],
    gdp: Sequence[Observation],
    drawn: set[Region],
    *,
    on: date,
    home: Region | None,
) -> list[Chart]:
    """One for each region without a path; one for all such cities."""
    name = _("CO2 emissions") if indicator.code == GDP else localized(indicator, "name")
    emitted, produced = years_of(emissions), years_of(gdp)
    missing = [each for each in emitted.keys() | produced.keys() if each not in drawn]
    if indicator.code == GDP:
        groups = [[each for each in missing if each == home]]
    else:
        groups = _groups([each for each in missing if each in emitted])
    return [_empty_chart(indicator, name, group, emitted, produced, on=on) for group in groups if group]


def _groups(regions: Iterable[Region]) -> list[list[Region]]:
    """Return each region by itself, and all cities together."""
    regions = sorted(regions, key=lambda each: each.code)
    cities = [each for each in regions if each.kind == RegionKind.CITY]
    return [*([each] for each in regions if each not in cities), cities]


def _empty_chart(
    indicator: Indicator, name: str, group: Sequence[Region], emitted: YearsOf, produced: YearsOf, *, on: date
) -> Chart:
    who = localized(group[0], "short")
    if len(group) > 1:
        who = ngettext("%(count)s city", "%(count)s cities", len(group)) % {"count": len(group)}
    words = missing_words(joined(emitted, group), joined(produced, group), name=name, gdp_name=gdp_of(group[0]))
    return Chart(
        name=f"decoupling-{indicator.code}-{group[0].code}",
        title=_("%(region)s: %(gdp)s and %(emissions)s, as of %(day)s")
        % {"region": who, "gdp": gdp_of(group[0]), "emissions": name, "day": format_day(on)},
        figure=None,
        summary="",
        columns=[],
        rows=[],
        missing=_("Fewer than %(count)s comparable years, so no chart yet (%(missing)s).")
        % {"count": LEAST_YEARS, "missing": words},
    )
