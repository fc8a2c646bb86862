"""Periods: the months that reports are filed for, and the periods that indicators speak of."""

from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PeriodKind(models.TextChoices):
    DAY = "day", _("Day")
    MONTH = "month", _("Month")
    MONTHS = "months", _("Months to date")
    QUARTER = "quarter", _("Quarter")
    HALF_YEAR = "half_year", _("Half year")
    THREE_QUARTERS = "three_quarters", _("Three quarters")
    YEAR = "year", _("Year")
    YEARS = "years", _("Years")


def month_of(day: date) -> date:
    """The first day of the day's month, which is how a month is stored."""
    return day.replace(day=1)


def next_month(month: date) -> date | None:
    """The first day of the month after; None after December 9999, which has none."""
    if (month.year, month.month) == (9999, 12):
        return None
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_end(month: date) -> date:
    after = next_month(month)
    return date.max if after is None else after - timedelta(days=1)


def last_ended_month(day: date) -> date:
    """The first day of the newest month that ended on or before the day."""
    return month_of(day) if day == month_end(day) else month_of(day_before(month_of(day)))


# The months of a period of the kind that begins in the year, and those in which it may begin. Kinds that have no such
# length have rules of their own in `is_period`.
_LENGTHS = {
    PeriodKind.MONTH: (1, range(1, 13)),
    PeriodKind.QUARTER: (3, (1, 4, 7, 10)),
    PeriodKind.HALF_YEAR: (6, (1, 7)),
    PeriodKind.THREE_QUARTERS: (9, (1,)),
    PeriodKind.YEAR: (12, (1,)),
}


def is_period(kind: str, first: date, last: date) -> bool:
    """Return whether the days are the first and the last of a period of the kind."""
    if kind == PeriodKind.DAY:
        return first == last
    months = len(months_between(first, last))
    if first.day != 1 or last != month_end(last) or not months:
        return False
    if kind == PeriodKind.MONTHS:
        return first.month == 1 and first.year == last.year
    if kind == PeriodKind.YEARS:
        return months > 12 and months % 12 == 0 and first.month == 1
    length, begins_in = _LENGTHS[PeriodKind(kind)]
    return months == length and first.month in begins_in


def months_between(first: date, last: date) -> list[date]:
    """The first days of all months from that of `first` to that of `last`, both included."""
    months = []
    month: date | None = month_of(first)
    while month is not None and month <= last:
        months.append(month)
        month = next_month(month)
    return months


def ends_between(first: date, last: date, *, months: int) -> list[date]:
    """The ends of months (`months` = 1) or quarters (3) from `first` to `last`, both included, and `last` itself."""
    ends = [month_end(month) for month in months_between(first, last) if month.month % months == 0]
    within = [day for day in ends if first <= day <= last]
    return within if within and within[-1] == last else [*within, last]


class MonthState(models.TextChoices):
    """How a department stands with a month that it owes reports for."""

    ON_TIME = "on_time", pgettext_lazy("month's reports", "On time")
    LATE = "late", pgettext_lazy("month's reports", "Late")
    COVERED = "covered", pgettext_lazy("month's reports", "Covered later")
    MISSING = "missing", pgettext_lazy("month's reports", "None or some submitted")
    PENDING = "pending", pgettext_lazy("month's reports", "Not yet due")


def day_before(day: date) -> date:
    """The first of all days has none before it and stands for itself."""
    return day if day == date.min else day - timedelta(days=1)
