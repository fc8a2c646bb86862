"""Rates, time elapsed and gaps. Decimal throughout; rounded half up to one decimal where they are shown."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.rounding import apportion, whole

TENTH = Decimal("0.1")


class Pace(models.TextChoices):
    AHEAD = "ahead", _("Ahead of schedule")
    ON_PACE = "on_pace", _("On schedule")
    BEHIND = "behind", _("Behind schedule")


def to_tenth(value: Fraction | Decimal) -> Decimal:
    """Rounded half up to one decimal, away from zero at the half."""
    if isinstance(value, Fraction):
        return Decimal(whole(value * 10)).scaleb(-1)
    return value.quantize(TENTH, ROUND_HALF_UP) + 0  # never "-0.0"


def percent(part: int, total: int) -> Decimal | None:
    """part / total in percent, to one decimal. None where there is nothing to measure, which is not 0 %."""
    # A page asks this some hundred times; whole numbers are ten times as quick as fractions, and as exact.
    return None if total == 0 else Decimal((part * 2000 + total) // (2 * total)).scaleb(-1)


def days_passed(*, starts_on: date, ends_on: date, on: date) -> tuple[int, int]:
    """The plan's days up to and with `on`, and all its days."""
    days = (ends_on - starts_on).days + 1
    return min(max((on - starts_on).days + 1, 0), days), days


@lru_cache(maxsize=64)
def time_elapsed(*, starts_on: date, ends_on: date, on: date) -> Decimal:
    """The share of the plan's days that have passed, `on` included, in percent: 0.0 before, 100.0 from the last day
    on."""
    passed, days = days_passed(starts_on=starts_on, ends_on=ends_on, on=on)
    return to_tenth(Fraction(passed * 100, days))


def month_share(month: int) -> Decimal:
    """Time elapsed at the end of a month of a year, in percent: month / 12. For annual project figures."""
    return to_tenth(Fraction(month * 100, 12))


def gap(rate: Decimal | None, against: Decimal | None) -> Decimal | None:
    """The difference of two figures as shown, in percentage points; positive is ahead."""
    return None if rate is None or against is None else rate - against


def pace(points: Decimal | None, *, tolerance: Decimal) -> Pace | None:
    if points is None:
        return None
    if abs(points) <= tolerance:
        return Pace.ON_PACE
    return Pace.AHEAD if points > 0 else Pace.BEHIND


def shares(first: int, *others: int) -> list[Decimal]:
    """The parts of a whole in percent, to one decimal, summing to exactly 100.0.

    The first part keeps its own rounding (it is the completion rate, shown elsewhere too); the others
    share the rest by largest remainder. All zeros where there is nothing to measure.
    """
    total = first + sum(others)
    if total == 0:
        return [Decimal("0.0")] * (1 + len(others))
    head = to_tenth(Fraction(first * 100, total))
    rest = 1000 - int(head * 10)
    rest_total = sum(others)
    if rest_total == 0:
        return [head, *(Decimal("0.0") for _other in others)]
    tenths = apportion([Fraction(part * rest, rest_total) for part in others], rest)
    return [head, *(Decimal(tenth).scaleb(-1) for tenth in tenths)]


@dataclass(frozen=True)
class Progress:
    """Rates and gaps of a set of measures on a day, from their counts."""

    total: int
    completed: int
    due: int
    elapsed: Decimal
    before_plan: bool = False

    @cached_property
    def completion_rate(self) -> Decimal | None:
        return None if self.before_plan else percent(self.completed, self.total)

    @cached_property
    def due_rate(self) -> Decimal | None:
        return None if self.before_plan else percent(self.due, self.total)

    @property
    def gap(self) -> Decimal | None:
        return gap(self.completion_rate, self.elapsed)

    @property
    def gap_to_plan(self) -> Decimal | None:
        return gap(self.completion_rate, self.due_rate)
