"""Rules for the days by which the owner of an indicator owes its next values: plain functions of its rhythm."""

from datetime import date, timedelta
from typing import NamedTuple

from core.period_codes import Period, of_months
from core.periods import PeriodKind, month_end, month_of
from indicators.models import Frequency, Indicator

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


class Rhythm(NamedTuple):
    """How often a value comes, and how many days after the end of its period it is due; `cumulative`: periods begin on
    1 January."""

    frequency: str
    due_days: int
    cumulative: bool = False


def rhythm_of(indicator: Indicator) -> Rhythm | None:
    """None: nothing is owed."""
    if not indicator.frequency or indicator.due_days is None or indicator.derived_form:
        return None
    return Rhythm(indicator.frequency, indicator.due_days, indicator.cumulative)


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


def owed_periods(rhythm: Rhythm | None, *, known_until: date | None, on: date) -> list[DuePeriod]:
    """Return the periods that are over on the day and without a value, the oldest first. `known_until`: the end of the
    newest period with one; without any, the last period alone is owed."""
    if rhythm is None:
        return []
    ends: list[date] = []
    end = last_end(rhythm.frequency, on)
    while len(ends) < MOST_OWED and (known_until is None or end > known_until):
        ends.append(end)
        if known_until is None:
            break
        end = last_end(rhythm.frequency, end)
    return [_due(rhythm, each) for each in reversed(ends)]


def next_period(rhythm: Rhythm | None, *, on: date) -> DuePeriod | None:
    """The one that is not over on the day."""
    if rhythm is None:
        return None
    return _due(rhythm, end_after(rhythm.frequency, last_end(rhythm.frequency, on)))


def next_due(rhythm: Rhythm | None, *, known_until: date | None, on: date) -> DuePeriod | None:
    """The next day by which a value is to be filed, and of which period: the day itself counts. `known_until` as in
    `owed_periods`."""
    coming = next_period(rhythm, on=on)
    if coming is None:
        return None
    owed = owed_periods(rhythm, known_until=known_until, on=on)
    return next((each for each in owed if each.due_on >= on), coming)


def due_day(rhythm: Rhythm | None, period: Period) -> date | None:
    """Return the day by which the value of a period is to be filed; None for one that is not of the rhythm."""
    if rhythm is None or period.end != last_end(rhythm.frequency, period.end + timedelta(days=1)):
        return None
    due = _due(rhythm, period.end)
    return due.due_on if due.period == period else None


def _due(rhythm: Rhythm, end: date) -> DuePeriod:
    period = period_ending(rhythm.frequency, end, cumulative=rhythm.cumulative)
    return DuePeriod(period, end + timedelta(days=rhythm.due_days))
