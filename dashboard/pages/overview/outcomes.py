"""Outcomes, by the headline indicators: the fifth part of the overview."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.provenance import Provenance, of_aggregate
from dashboard.figures import Figures
from dashboard.pages.links import Links
from indicators.drawings import bullet_bar
from indicators.state import IndicatorState
from indicators.verdict_words import verdict_list, verdict_note, verdict_rank
from indicators.wording import change_cell, number_cell, period_words, shown_unit, target_words, with_unit
from web.formats.numbers import NO_VALUE, format_gap_cell, format_percent, with_true_minus
from web.formats.text import format_counted
from web.language import localized

GROWTH = "gdp_growth_ytd"


def state_of(figures: Figures, code: str) -> IndicatorState | None:
    return next((each for each in figures.indicator_states if each.indicator.code == code), None)


def indicators_provenance(figures: Figures) -> Provenance:
    """Return the provenance of all headline indicators taken together."""
    rows = {each.latest.provenance for each in figures.indicator_states if each.latest}
    return of_aggregate(is_published=rows == {Provenance.PUBLISHED}, has_illustrative=Provenance.ILLUSTRATIVE in rows)


def indicators(figures: Figures, links: Links) -> dict[str, Any]:
    return {
        "sentence": _sentence(figures.indicator_states),
        "provenance": indicators_provenance(figures),
        "indicators": [indicator_row(each, links) for each in sorted(figures.indicator_states, key=verdict_rank)],
        "indicators_url": links.url("indicators:list"),
    }


def indicator_row(state: IndicatorState, links: Links) -> dict[str, Any]:
    indicator, found = state.indicator, state.judgement
    return {
        "name": localized(indicator, "name"),
        "path": f"indicators.{indicator.code}.value",
        "url": links.url("indicators:detail", state.indicator.code),
        "value": state.value,
        "shown": number_cell(indicator, state.value),
        "unit": shown_unit(indicator),
        "period": period_words(state.latest) if state.latest else "",
        "change": change_cell(indicator, state.change, state.value),
        "target": NO_VALUE if state.judged_target is None else target_words(state.judged_target, indicator),
        "bar": bullet_bar(found),
        "verdict": state.verdict,
        "note": _note(state),
    }


def _note(state: IndicatorState) -> str:
    """Return the words that follow the verdict, or stand in its place: the comparison, else that there is no target."""
    if state.judgement is not None:
        return verdict_note(state.indicator, state.judgement)
    return pgettext("indicators", "No target") if state.comparator is None else _gap_to_comparator(state)


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


def _sentence(states: list[IndicatorState]) -> str:
    """How many with a target have which verdict, and how GDP grew; the half-sentence that asks for action first."""
    if not states:
        return _("No data for this period")
    total = sum(each.judgement is not None for each in states)
    parts = []
    if total:
        parts.append(
            format_counted(
                "%(count)s headline indicator has a target: %(verdicts)s",
                "%(count)s headline indicators have a target: %(verdicts)s",
                total,
                verdicts=verdict_list(states),
            )
        )
    growth = next((each for each in states if each.indicator.code == GROWTH and each.latest), None)
    if growth is not None:
        parts.append(_growth(growth))
    text = pgettext("between half-sentences", "; ").join(parts) + pgettext("end of a sentence", ".")
    return text[0].upper() + text[1:]


def _growth(state: IndicatorState) -> str:
    assert state.latest is not None
    values = {"value": with_true_minus(format_percent(state.value)), "period": period_words(state.latest)}
    if state.gap is None:
        return _("GDP grew by %(value)s in %(period)s") % values
    values["points"] = format_gap_cell(abs(state.gap)).lstrip("+")
    if state.gap >= 0:
        return _("GDP grew by %(value)s in %(period)s, %(points)s points above the national rate") % values
    return _("GDP grew by %(value)s in %(period)s, %(points)s points below the national rate") % values
