"""The straight way from an indicator's newest value to its target, and where its values stand in its page."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.periods import PeriodKind
from indicators.models import Direction, Indicator, Observation, Target
from indicators.rules import goal_in_force
from indicators.state import IndicatorState, as_goal, is_rate
from indicators.wording import shown_unit, shown_value, target_words
from web.charts.text import value_text
from web.formats.units import format_with_unit

# What the documents say of a target without giving it another meaning than the indicator's own values have.
BOUND = re.compile(r"about|at least|above|aiming for [0-9,.]+")
AT_LEAST = re.compile(r"at least|above")
FLOOR = re.compile(r'"(?:over|exceeded) ')


def row_id(row: Observation) -> str:
    """Where a value stands in its indicator's page."""
    return f"value-{row.pk}"


def is_floor(row: Observation) -> bool:
    """Whether the source says only that it is more than this."""
    return not row.exact and FLOOR.match(row.basis) is not None


def remarks(target: Target) -> list[str]:
    return [word for word in re.split(r"[,;]\s+|\s+(?=\()", target.qualifier) if word]


class Path(NamedTuple):
    """The straight way to a target. `latest`: the value that it is compared with; `base`: where the document lets it
    start, if it does. `is_reached`: nothing is left to be done. `change`: what is needed a year from the latest value,
    in the indicator's unit."""

    target: Target
    latest: Observation
    is_reached: bool
    change: Decimal


def path_to_target(
    state: IndicatorState, observations: Iterable[Observation], targets: Iterable[Target], *, on: date
) -> Path | None:
    """The way to the nearest target of the plan's region that its own values can be set against: of the same
    unit and of the same kind. None without such a target, or without a value of before the end of its year."""
    indicator = state.indicator
    comparable = [each for each in targets if each.unit == indicator.unit and each.region == state.region]
    by_goal = {as_goal(each): each for each in comparable}
    values = [row for row in observations if row.verified and row.region == state.region]
    while by_goal:
        goal = goal_in_force(by_goal, on=on)
        if goal is None:
            return None
        target = by_goal.pop(goal)
        latest = _latest(indicator, values, target)
        if latest is not None and latest.period_end < date(target.due_year, 12, 31):
            change = (target.value - latest.value) / _years(latest.period_end, target.due_year)
            return Path(target, latest, _is_reached(indicator, latest, target), change)
    return None


def _latest(indicator: Indicator, values: Iterable[Observation], target: Target) -> Observation | None:
    """The newest value of the target's kind: since the base that the document states, or for whole years and days."""
    if target.baseline_on is not None:
        if not all(BOUND.fullmatch(word) or word.startswith("versus ") for word in remarks(target)):
            return None
        base = target.baseline_on
        found = [row for row in values if row.period_kind == PeriodKind.YEARS and (row.period_start - base).days == 1]
    elif all(BOUND.fullmatch(word) for word in remarks(target)):
        kinds = (PeriodKind.YEAR,) if indicator.cumulative else (PeriodKind.YEAR, PeriodKind.DAY)
        found = [row for row in values if row.period_kind in kinds]
    else:
        return None
    return max(found, key=lambda row: (row.period_end, row.released_on), default=None)


def _years(start: date, due_year: int) -> Decimal:
    """From a day to the end of a year; whole between ends of years."""
    length = (date(start.year, 12, 31) - date(start.year, 1, 1)).days + 1
    left = Fraction((date(start.year, 12, 31) - start).days, length)
    years = due_year - start.year + left
    return Decimal(years.numerator) / Decimal(years.denominator)


def _is_reached(indicator: Indicator, latest: Observation, target: Target) -> bool:
    if indicator.direction == Direction.DOWN:
        return latest.value <= target.value
    if indicator.direction == Direction.UP or any(AT_LEAST.fullmatch(word) for word in remarks(target)):
        return latest.value >= target.value
    return False


def path_sentence(indicator: Indicator, path: Path) -> str:
    """How much a year is needed from here, or that nothing is."""
    words = {"target": target_words(path.target, indicator, unit=True)}
    if path.is_reached:
        return _("the target of %(target)s is reached already") % words
    values = (shown_value(indicator, path.latest.value), shown_value(indicator, path.target.value))
    change = two_digits(shown_value(indicator, path.change), values)
    words["change"] = _change_words(indicator, change, path.latest)
    return _("required path to the target of %(target)s: %(change)s a year") % words


def _change_words(indicator: Indicator, change: Decimal, latest: Observation) -> str:
    """`change` is in the unit that is shown. From a value that is rounded, or of which only a floor is known, it is not
    known exactly either."""
    amount = value_text(abs(change), exact=latest.exact or is_floor(latest))
    if is_floor(latest):
        amount = _("at most %(value)s") % {"value": amount}
    if is_rate(indicator):
        words = _("up %(points)s percentage points") if change > 0 else _("down %(points)s percentage points")
        return words % {"points": amount}
    words = _("up %(amount)s") if change > 0 else _("down %(amount)s")
    return words % {"amount": format_with_unit(amount, shown_unit(indicator))}


def two_digits(value: Decimal, like: Sequence[Decimal]) -> Decimal:
    """As exact as the values that it comes from, but with at least two digits."""
    decimals = max(max(-int(each.as_tuple().exponent), 0) for each in like)
    if value:
        decimals = max(decimals, 1 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
