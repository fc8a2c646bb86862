"""How many measures will be completed by the end of a plan, if completions go on as they went, and how many a month
would have to be."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from core.pace import to_tenth
from core.periods import month_end, month_of, months_between
from core.rounding import whole

# The pace is that of so many months; lowest and highest are those of so many in a row among them.
MONTHS = 6
MONTHS_IN_A_ROW = 3
# Fewer completions make no pace.
MIN_COMPLETIONS = 3
# Of a month on average: a year of 365.25 days has twelve. Months that are left are counted by days, so that a forecast
# does not jump when a month ends.
DAYS_OF_MONTH = Fraction(1461, 48)


@dataclass(frozen=True)
class Forecast:
    """Measures completed by the end of a plan. `per_month`: completions of each month of the pace, the oldest first;
    `days_left`: days after the day, up to the plan's end."""

    completed: int
    total: int
    days_left: int
    per_month: Sequence[int]

    @property
    def completions(self) -> int:
        return sum(self.per_month)

    @property
    def fewest_in_a_row(self) -> int:
        return min(self._in_a_row)

    @property
    def most_in_a_row(self) -> int:
        return max(self._in_a_row)

    @property
    def expected(self) -> int:
        return self._completed_at(self.completions, MONTHS)

    @property
    def lowest(self) -> int:
        return self._completed_at(self.fewest_in_a_row, MONTHS_IN_A_ROW)

    @property
    def highest(self) -> int:
        return self._completed_at(self.most_in_a_row, MONTHS_IN_A_ROW)

    @property
    def pace(self) -> Decimal:
        """Completions a month, to one decimal; likewise the slowest and the fastest pace."""
        return to_tenth(Fraction(self.completions, MONTHS))

    @property
    def slowest_pace(self) -> Decimal:
        return to_tenth(Fraction(self.fewest_in_a_row, MONTHS_IN_A_ROW))

    @property
    def fastest_pace(self) -> Decimal:
        return to_tenth(Fraction(self.most_in_a_row, MONTHS_IN_A_ROW))

    @property
    def _in_a_row(self) -> list[int]:
        firsts = range(len(self.per_month) - MONTHS_IN_A_ROW + 1)
        return [sum(self.per_month[first : first + MONTHS_IN_A_ROW]) for first in firsts]

    def _completed_at(self, completions: int, months: int) -> int:
        return min(whole(self.completed + completions * self.days_left / (months * DAYS_OF_MONTH)), self.total)


def forecast(
    completed_on: Collection[date], *, total: int, starts_on: date, ends_on: date, on: date
) -> Forecast | None:
    """Return a forecast from the days since which the completed measures have been so. None after the plan's end,
    before six calendar months of it have ended, and where these had fewer than three completions."""
    ended = [month for month in months_between(starts_on, ends_on) if starts_on <= month and month_end(month) < on]
    by_month = Counter(map(month_of, completed_on))
    per_month = [by_month[month] for month in ended[-MONTHS:]]
    if on > ends_on or len(per_month) < MONTHS or sum(per_month) < MIN_COMPLETIONS:
        return None
    return Forecast(len(completed_on), total, (ends_on - on).days, per_month)


def needed_per_month(open_measures: int, *, starts_on: date, ends_on: date, on: date) -> Decimal | None:
    """How many would have to be completed a month in the days after the day for all to be by the plan's end, to one
    decimal. None outside the plan, where less than a month of it is left, and where nothing is open."""
    months = (ends_on - on).days / DAYS_OF_MONTH
    if on < starts_on or months < 1 or not open_measures:
        return None
    return to_tenth(open_measures / months)
