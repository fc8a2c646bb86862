"""How observations and targets are written: values in the unit of the reader's language, periods in words."""

from datetime import date
from decimal import Decimal

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _

from indicators.models import Indicator, Observation, Target
from reporting.periods import PeriodKind
from web.language import suffix
from web.numbers import trimmed
from web.templatetags.pilotzone import day as day_words


def is_chinese() -> bool:
    return suffix() == "zh"


def unit_words(indicator: Indicator) -> str:
    return indicator.unit_zh if is_chinese() else indicator.unit


def in_unit(indicator: Indicator, value: Decimal | None) -> Decimal | None:
    """A value of the indicator's `unit` in the unit that the reader sees."""
    if value is None or not is_chinese():
        return value
    return trimmed(value * indicator.zh_factor)


def period_words(observation: Observation) -> str:
    """2023年上半年, H1 2023."""
    start, end, kind = observation.period_start, observation.period_end, observation.period_kind
    year = {"year": start.year}
    if kind == PeriodKind.DAY:
        return day_words(end)
    if kind == PeriodKind.MONTH:
        return f"{end.year}年{end.month}月" if is_chinese() else f"{MONTHS[end.month]} {end.year}"
    if kind == PeriodKind.MONTHS:
        return _months(start, end)
    if kind == PeriodKind.QUARTER:
        quarters = (_("Q1 %(year)s"), _("Q2 %(year)s"), _("Q3 %(year)s"), _("Q4 %(year)s"))
        return quarters[(end.month - 1) // 3] % year
    if kind == PeriodKind.HALF_YEAR:
        return (_("H1 %(year)s") if end.month <= 6 else _("H2 %(year)s")) % year
    if kind == PeriodKind.THREE_QUARTERS:
        return _("Q1–3 %(year)s") % year
    if kind == PeriodKind.YEARS:
        return f"{start.year}—{end.year}年" if is_chinese() else f"{start.year}–{end.year}"
    return f"{end.year}年" if is_chinese() else str(end.year)


def _months(start: date, end: date) -> str:
    if is_chinese():
        return f"{end.year}年{start.month}—{end.month}月"
    return f"{MONTHS[start.month]} to {MONTHS[end.month]} {end.year}"


def target_words(indicator: Indicator, target: Target) -> str:
    """目标9,000以上（2025年）, target at least 90 (2025)."""
    value = in_unit(indicator, trimmed(target.value))
    words = {"value": f"{value:,f}", "year": target.due_year}
    qualifier = target.qualifier
    if qualifier.startswith(("at least", "above")):
        return _("target at least %(value)s (%(year)s)") % words
    if qualifier.startswith("about"):
        return _("target about %(value)s (%(year)s)") % words
    if qualifier == "versus 2020":
        return _("target %(value)s (%(year)s, from 2020)") % words
    return _("target %(value)s (%(year)s)") % words
