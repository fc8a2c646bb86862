"""Outcomes, by the headline indicators: the fifth part of the overview."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.provenance import Provenance, of_aggregate
from dashboard.figures import Figures
from dashboard.pages.links import Links
from indicators.state import IndicatorState
from indicators.wording import (
    change_cell,
    number_cell,
    period_words,
    shown_unit,
    target_words,
    with_unit,
)
from web.formats.numbers import (
    NO_VALUE,
    format_gap_cell,
    format_percent,
    with_true_minus,
)
from web.language import localized

GROWTH = "gdp_growth_ytd"
CAPACITY = "nre_capacity"


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
        "against": figures.against_name,
        "indicators_url": links.url("indicators:list"),
    }


def indicator_row(state: IndicatorState, links: Links) -> dict[str, Any]:
    indicator = state.indicator
    return {
        "name": localized(indicator, "name"),
        "path": f"indicators.{indicator.code}.value",
        "url": links.url("indicators:detail", state.indicator.code),
        "value": state.value,
        "shown": number_cell(indicator, state.value),
        "unit": shown_unit(indicator),
        "period": period_words(state.latest) if state.latest else "",
        "change": change_cell(indicator, state.change, state.value),
        "target": NO_VALUE if state.target is None else target_words(state.target, indicator),
        "against": NO_VALUE if state.comparator is None else _gap_to_comparator(state),
    }


def _gap_to_comparator(state: IndicatorState) -> str:
    indicator = state.indicator
    values = {
        "region": state.against_name,
        "value": with_unit(indicator, state.comparator or Decimal(0)),
        "points": number_cell(indicator, abs(state.gap or Decimal(0))),
    }
    if not state.gap:
        return _("%(region)s %(value)s, the same") % values
    if indicator.unit != "%":
        return _("%(region)s %(value)s") % values
    if state.gap > 0:
        return _("%(points)s points above %(region)s (%(value)s)") % values
    return _("%(points)s points below %(region)s (%(value)s)") % values


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
