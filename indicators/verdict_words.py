"""Verdicts on targets in the reader's language."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.pace import to_tenth
from indicators.models import Indicator
from indicators.state import IndicatorState, is_rate
from indicators.verdicts import Judgement, Reason, Verdict
from indicators.wording import change_words, number_cell, with_unit
from web.formats.dates import format_day
from web.formats.numbers import format_number
from web.formats.periods import format_period
from web.formats.text import format_list

# In per cent; above it words say enough.
MOST_ATTAINMENT = 200
# What stands first in a list: what is behind, and last what has no target.
ORDER = (Verdict.BEHIND, Verdict.ON_TRACK, Verdict.AHEAD, Verdict.CANNOT_JUDGE, None)


def verdict_rank(state: IndicatorState) -> int:
    return ORDER.index(state.verdict)


class VerdictCount(NamedTuple):
    """How many have a verdict; None of those without a target."""

    verdict: Verdict | None
    number: int


def verdict_counts(states: Iterable[IndicatorState]) -> list[VerdictCount]:
    verdicts = [state.verdict for state in states]
    return [VerdictCount(each, verdicts.count(each)) for each in ORDER]


def verdict_list(states: Iterable[IndicatorState]) -> str:
    """Return how many of those with a target have each verdict: Behind 1, Ahead 3; empty where none has one."""
    counts = [each for each in verdict_counts(states) if each.verdict is not None and each.number]
    return format_list(f"{each.verdict.label} {format_number(each.number)}" for each in counts if each.verdict)


def as_exact_as(value: Decimal, *others: Decimal) -> Decimal:
    """A number that was computed, with the decimals of those that it comes from; two digits where that leaves none."""
    decimals = max(max(-int(each.as_tuple().exponent), 0) for each in others)
    rounded = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if rounded or not value:
        return rounded
    return value.quantize(Decimal(1).scaleb(value.adjusted() - 1), ROUND_HALF_UP)


def required_value(found: Judgement) -> Decimal | None:
    if found.required is None or found.value is None:
        return None
    return as_exact_as(found.required, found.value.value, found.goal.value)


def verdict_note(indicator: Indicator, found: Judgement) -> str:
    """Return the note that follows the word of a verdict at once: what was required, or why nothing can be said."""
    if found.reason == Reason.NOT_RELEASED:
        return _("%(year)s figure not released") % {"year": found.goal.due_year}
    if found.reason == Reason.NO_LATER_VALUE and found.value is not None:
        period = format_period(found.value.kind, found.value.start, found.value.end)
        return _("no new value since %(period)s") % {"period": period}
    if found.reason is not None:
        return str(Reason(found.reason).label)
    if found.is_met:
        return _("target met")
    required = required_value(found)
    if required is None or (found.verdict == Verdict.BEHIND and found.pace_needed is None):
        return _("target missed")
    note = _("%(value)s required by then") % {"value": number_cell(indicator, required)}
    if found.verdict == Verdict.BEHIND and found.is_diverging:
        return _("%(note)s, and moving away") % {"note": note}
    return note


def verdict_sentence(state: IndicatorState) -> str | None:
    """Return the verdict with its note, as pages show them side by side; None without a target."""
    found = state.judgement
    if found is None:
        return None
    words = {"verdict": found.verdict.label, "note": verdict_note(state.indicator, found)}
    return pgettext("verdict", "%(verdict)s: %(note)s") % words


def working_sentences(indicator: Indicator, found: Judgement) -> list[str]:
    """How the verdict comes about, in sentences without full stops: the path, what was done of it, what is left and how
    fast it goes, and where that leads."""
    way = _single_year(indicator, found) if found.goal.single_year else _path(indicator, found)
    return [each for each in (way, pace_sentence(indicator, found), _forecast(indicator, found)) if each]


def earlier_sentence(indicator: Indicator, found: Judgement | None) -> str:
    """Return what became of a target that was due before the judged one; empty without one."""
    if found is None or found.value is None:
        return ""
    words = {
        "year": found.goal.due_year,
        "target": with_unit(indicator, found.goal.value),
        "value": with_unit(indicator, found.value.value),
    }
    if found.is_met:
        return _("The target for %(year)s, %(target)s, was met: %(value)s") % words
    return _("The target for %(year)s, %(target)s, was missed: %(value)s") % words


def _single_year(indicator: Indicator, found: Judgement) -> str:
    """Return what decides a target for a single year, in place of a path."""
    words: dict[str, object] = {"year": found.goal.due_year}
    if found.reason == Reason.NOT_RELEASED:
        return _("The target is for %(year)s alone: the value of no other year decides") % words
    if found.reason is not None or found.value is None:
        return ""
    words["value"] = with_unit(indicator, found.value.value)
    return _("The target is for %(year)s alone and judged by the value of that year, %(value)s") % words


def _path(indicator: Indicator, found: Judgement) -> str:
    baseline, required = found.baseline, required_value(found)
    if baseline is None or required is None or found.value is None:
        return ""
    words = {
        "base": with_unit(indicator, baseline.value),
        "day": format_day(baseline.on),
        "target": with_unit(indicator, found.goal.value),
        "year": found.goal.due_year,
        "required": with_unit(indicator, required),
        "value": with_unit(indicator, found.value.value),
        "end": format_day(found.value.end),
    }
    if found.is_baseline_inferred:
        path = _(
            "The document states no baseline: the newest value known when it was adopted, %(base)s on %(day)s, is "
            "taken as one; from there to %(target)s by the end of %(year)s, %(required)s was required by %(end)s, and "
            "%(value)s was reached"
        )
    else:
        path = _(
            "From %(base)s on %(day)s to %(target)s by the end of %(year)s, %(required)s was required by %(end)s, and "
            "%(value)s was reached"
        )
    return _with_share(path % words, found.attainment)


def _with_share(path: str, attainment: Decimal | None) -> str:
    """Return the path with how much of the way was done: in times where per cent would only astonish."""
    words = {"path": path}
    if attainment is None:
        return _("%(path)s; what was required is no better than the baseline, so it alone counts") % words
    if attainment < 0:
        return _("%(path)s: it went the other way") % words
    if attainment > MOST_ATTAINMENT:
        times = to_tenth(attainment / 100)
        return _("%(path)s: %(times)s times the way that was due") % {**words, "times": format_number(times)}
    return _("%(path)s: %(share)s%% of the way that was due") % {**words, "share": format_number(attainment)}


def pace_sentence(indicator: Indicator, found: Judgement) -> str:
    """Return a sentence about what is left and how fast it goes; empty for what is met."""
    if found.value is None or found.left is None or found.is_met:
        return ""
    exact = (found.value.value, found.goal.value)
    if found.pace_needed is None:
        return _("The target was missed by %(left)s") % {"left": _amount(indicator, abs(found.left))}
    words = {
        "year": found.goal.due_year,
        "needed": change_words(indicator, as_exact_as(found.pace_needed, *exact)),
    }
    if found.pace is None or found.pace_since is None:
        return _("To reach it by the end of %(year)s: %(needed)s a year") % words
    pace = as_exact_as(found.pace, *exact)
    since = found.pace_since
    words["since"] = format_period(since.kind, since.start, since.end)
    if not pace:
        return _("To reach it by the end of %(year)s: %(needed)s a year; no change since %(since)s") % words
    words["pace"] = change_words(indicator, pace)
    return _("To reach it by the end of %(year)s: %(needed)s a year; since %(since)s: %(pace)s a year") % words


def _forecast(indicator: Indicator, found: Judgement) -> str:
    line = found.forecast
    if line is None or found.value is None:
        return ""
    exact = (found.value.value, found.goal.value)
    spread = as_exact_as((line.high - line.low) / 2, *exact)
    words = {
        "count": line.values,
        "value": with_unit(indicator, as_exact_as(line.value, *exact)),
        "spread": _amount(indicator, spread),
        "year": found.goal.due_year,
    }
    return (
        _(
            "A straight line through the last %(count)s values stands at about %(value)s, give or take %(spread)s, at "
            "the end of %(year)s; it is drawn on, not predicted"
        )
        % words
    )


def _amount(indicator: Indicator, value: Decimal) -> str:
    """Return the words for a difference: of rates, in percentage points."""
    if is_rate(indicator):
        return _("%(points)s percentage points") % {"points": number_cell(indicator, value)}
    return with_unit(indicator, value)
