"""By when the owner of an indicator owes its next values: plain functions of its rhythm."""

from datetime import date, timedelta
from typing import NamedTuple

from core.period_codes import Period, of_months
from core.periods import PeriodKind, month_end, month_of
from indicators.models import Frequency

# Of an indicator that nobody has filed for years, the last ones alone are asked for.
MOST_OWED = 12
_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.HALF_YEAR: 6, Frequency.YEAR: 12}
# Of sums from 1 January: what a period to the end of this month is called.
_TO_DATE = {
    1: PeriodKind.MONTH,
    3: PeriodKind.QUARTER,
    6: PeriodKind.HALF_YEAR,
    9: PeriodKind.THREE_QUARTERS,
    12: PeriodKind.YEAR,
}


class DuePeriod(NamedTuple):
    """`due_on`: the day by which its value is to be filed."""

    period: Period
    due_on: date


def period_ending(frequency: str, end: date, *, cumulative: bool) -> Period:
    """The period of the rhythm that ends on a day, the last one of a month; a cumulative one begins on 1 January."""
    if cumulative:
        return of_months(_TO_DATE.get(end.month, PeriodKind.MONTHS), end.year, 1, end.month)
    months = _MONTHS[Frequency(frequency)]
    return of_months(PeriodKind(frequency), end.year, end.month - months + 1, end.month)


def last_end(frequency: str, on: date) -> date:
    """The end of the newest period that is over on the day: its last day counts as over on the day after."""
    months = _MONTHS[Frequency(frequency)]
    first = month_of(on)
    # The months of the year that are over, in whole periods.
    over = (first.month - 1) // months * months
    return month_end(date(first.year, over, 1)) if over else date(first.year - 1, 12, 31)


def end_after(frequency: str, end: date) -> date:
    """The end of the period after that which ends on a day."""
    months = end.month + _MONTHS[Frequency(frequency)]
    return month_end(date(end.year + (months - 1) // 12, (months - 1) % 12 + 1, 1))


def owed_periods(
    frequency: str, due_days: int | None, *, cumulative: bool, known_until: date | None, on: date
) -> list[DuePeriod]:
    """Those that are over on the day and without a value, the oldest first. `known_until`: the end of the newest period
    with one; without any, the last period alone is owed. Nothing is owed without a rhythm and days until due."""
    if not frequency or due_days is None:
        return []
    ends: list[date] = []
    end = last_end(frequency, on)
    while len(ends) < MOST_OWED and (known_until is None or end > known_until):
        ends.append(end)
        if known_until is None:
            break
        end = last_end(frequency, end)
    return [_due(frequency, due_days, each, cumulative=cumulative) for each in reversed(ends)]


def next_period(frequency: str, due_days: int | None, *, cumulative: bool, on: date) -> DuePeriod | None:
    """The one that is not over on the day."""
    if not frequency or due_days is None:
        return None
    return _due(frequency, due_days, end_after(frequency, last_end(frequency, on)), cumulative=cumulative)


def due_day(frequency: str, due_days: int | None, period: Period, *, cumulative: bool) -> date | None:
    """By when the value of a period is to be filed; None for one that is not of the rhythm."""
    if not frequency or due_days is None or period.end != last_end(frequency, period.end + timedelta(days=1)):
        return None
    is_of_rhythm = period_ending(frequency, period.end, cumulative=cumulative) == period
    return period.end + timedelta(days=due_days) if is_of_rhythm else None


def _due(frequency: str, due_days: int, end: date, *, cumulative: bool) -> DuePeriod:
    return DuePeriod(period_ending(frequency, end, cumulative=cumulative), end + timedelta(days=due_days))
