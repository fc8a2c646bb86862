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
from measures.models import Module
from web.formats.numbers import NO_VALUE, with_true_minus
from web.formats.text import format_counted
from web.language import localized

# Where no projects stand beside them.
MAX_FEATURED = 3


def featured_states(figures: Figures) -> list[IndicatorState]:
    """Return those headline indicators that stand among the counts: the first, and more where there is room."""
    hides = figures.plan.hides
    if hides.get(Module.INDICATORS):
        return []
    return figures.indicator_states[: MAX_FEATURED if hides.get(Module.PROJECTS) else 1]


def indicators_provenance(figures: Figures) -> Provenance:
    """Return the provenance of all headline indicators taken together."""
    rows = {each.latest.provenance for each in figures.indicator_states if each.latest}
    return of_aggregate(is_published=rows == {Provenance.PUBLISHED}, has_illustrative=Provenance.ILLUSTRATIVE in rows)


def indicators(figures: Figures, links: Links) -> dict[str, Any]:
    return {
        "sentence": _sentence(figures),
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
        "is_judged": state.judgement is not None or state.comparator is not None,
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


def _sentence(figures: Figures) -> str:
    """How many with a target have which verdict, and the first of them; the half-sentence that asks for action
    first."""
    states = figures.indicator_states
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
    parts.append(featured_clause(states[0]))
    text = pgettext("between half-sentences", "; ").join(parts) + pgettext("end of a sentence", ".")
    return text[0].upper() + text[1:]


def featured_clause(state: IndicatorState) -> str:
    """Return the value of an indicator as a clause, with what it is compared with."""
    assert state.latest is not None
    values = {
        "name": localized(state.indicator, "name"),
        "value": with_true_minus(with_unit(state.indicator, state.value or Decimal(0))),
        "period": period_words(state.latest),
    }
    if state.gap is None or state.comparator is None:
        return _("%(name)s: %(value)s in %(period)s") % values
    return _("%(name)s: %(value)s in %(period)s, %(against)s") % (values | {"against": _gap_to_comparator(state)})
