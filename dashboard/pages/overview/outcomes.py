"""Outcomes, by the headline indicators: the fifth part of the overview."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.periods import PeriodKind
from core.provenance import Provenance, of_aggregate
from dashboard.figures import Figures
from dashboard.pages.links import Links
from indicators.charts.growth import GrowthPoint, growth_figure
from indicators.state import IndicatorState
from indicators.wording import (
    change_cell,
    number_cell,
    period_words,
    shown_unit,
    target_words,
    with_unit,
)
from web.charts.chart import Chart, Column
from web.formats.dates import format_day
from web.formats.numbers import (
    NO_VALUE,
    format_gap_cell,
    format_number,
    format_percent,
    trimmed,
    with_true_minus,
)
from web.html.nowrap import nowrap
from web.language import localized

GROWTH = "gdp_growth_ytd"
CAPACITY = "nre_capacity"
MAX_QUARTERS = 6


def state_of(figures: Figures, code: str) -> IndicatorState | None:
    return next((each for each in figures.indicator_states if each.indicator.code == code), None)


def indicators(figures: Figures, links: Links) -> dict[str, Any]:
    rows = {each.latest.provenance for each in figures.indicator_states if each.latest}
    return {
        "sentence": _indicator_sentence(state_of(figures, GROWTH), state_of(figures, CAPACITY)),
        "provenance": of_aggregate(
            is_published=rows == {Provenance.PUBLISHED}, has_illustrative=Provenance.ILLUSTRATIVE in rows
        ),
        "indicators": [indicator_row(each, links) for each in figures.indicator_states],
        "indicators_url": links.url("indicators:list"),
    }


def growth_chart(figures: Figures, links: Links) -> Chart:
    state = state_of(figures, GROWTH)
    points = growth_points(state)[-MAX_QUARTERS:]
    latest = state.latest if state else None
    return Chart(
        name="growth",
        title=_("GDP growth, year to date, Shandong and China, as of %(day)s (%%)") % {"day": format_day(figures.day)},
        figure=growth_figure(
            points,
            subject_name=_("Shandong"),
            comparator_name=_("China"),
            quarters=MAX_QUARTERS,
            url=links.url("indicators:detail", GROWTH),
        )
        if points
        else None,
        summary=_indicator_sentence(state, None),
        columns=[
            Column(_("Year to the end of"), lambda end: f"{end:%Y-%m}", is_number=False),
            Column(_("Shandong (%)"), format_number),
            Column(_("China (%)"), format_number),
        ],
        rows=points,
        note=_("Year on year at constant prices, first releases"),
        source=latest.source if latest else "",
        provenance=latest.provenance if latest else "",
        missing=_("No data for this period"),
    )


def growth_points(state: IndicatorState | None) -> list[GrowthPoint]:
    """The year to each quarter's end, from what was released by the day."""
    if state is None:
        return []
    kinds = (PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.THREE_QUARTERS, PeriodKind.YEAR)

    def by_end(rows: Any) -> dict[date, Decimal]:
        shown = [row for row in rows if row.period_kind in kinds and row.period_start.month == 1]
        return {row.period_end: trimmed(row.value) for row in sorted(shown, key=lambda row: row.released_on)}

    own, others = by_end(state.series), by_end(state.comparator_series)
    return [GrowthPoint(end, own.get(end), others.get(end)) for end in sorted(own.keys() | others.keys())]


def indicator_row(state: IndicatorState, links: Links) -> dict[str, Any]:
    indicator = state.indicator
    against = []
    if state.comparator is not None:
        against.append(_gap_to_country(state))
    if state.target is not None:
        against.append(_("target %(target)s") % {"target": target_words(state.target, indicator, unit=True)})
    return {
        "name": localized(indicator, "name"),
        "path": f"indicators.{indicator.code}.value",
        "url": links.url("indicators:detail", state.indicator.code),
        "value": state.value,
        "shown": number_cell(indicator, state.value),
        "unit": shown_unit(indicator),
        "period": period_words(state.latest) if state.latest else "",
        "change": change_cell(indicator, state.change, state.value),
        "against": format_html_join(mark_safe("<br>"), "{}", ((nowrap(each),) for each in against)) or NO_VALUE,
    }


def _gap_to_country(state: IndicatorState) -> str:
    indicator = state.indicator
    values = {
        "value": with_unit(indicator, state.comparator or Decimal(0)),
        "points": number_cell(indicator, abs(state.gap or Decimal(0))),
    }
    if not state.gap:
        return _("China %(value)s, the same") % values
    if indicator.unit != "%":
        return _("China %(value)s") % values
    if state.gap > 0:
        return _("%(points)s points above China (%(value)s)") % values
    return _("%(points)s points below China (%(value)s)") % values


def _indicator_sentence(growth: IndicatorState | None, capacity: IndicatorState | None) -> str:
    parts = []
    if growth is not None and growth.latest is not None:
        values = {"value": with_true_minus(format_percent(growth.value)), "period": period_words(growth.latest)}
        if growth.gap is None:
            parts.append(_("GDP grew by %(value)s in %(period)s") % values)
        else:
            values["points"] = format_gap_cell(abs(growth.gap)).lstrip("+")
            parts.append(
                (
                    _("GDP grew by %(value)s in %(period)s, %(points)s points above the national rate")
                    if growth.gap >= 0
                    else _("GDP grew by %(value)s in %(period)s, %(points)s points below the national rate")
                )
                % values
            )
    if capacity is not None and capacity.target is not None:
        parts.append(
            _("new and renewable energy capacity is %(value)s against a target of %(target)s")
            % {
                "value": with_unit(capacity.indicator, capacity.value or Decimal(0)),
                "target": target_words(capacity.target, capacity.indicator, unit=True),
            }
        )
    if not parts:
        return _("No data for this period")
    text = pgettext("between half-sentences", "; ").join(parts) + pgettext("end of a sentence", ".")
    return text[0].upper() + text[1:]
