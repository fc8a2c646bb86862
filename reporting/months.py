"""A department's reports for a month: how many it owed, and how many of those are in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.periods import MonthState
from web.limits import report_due_day


def reports_due_on(month: date) -> date:
    """The last day on which the month's reports are in time; `month` is its first."""
    return month.replace(day=report_due_day())


@dataclass(frozen=True)
class ReportingMonth:
    """`filed` counts those owed reports that were submitted and not sent back. `last_on`: the day on which the last of
    them came, where that was asked for."""

    owed: int
    filed: int
    last_on: date | None = None

    @property
    def missing(self) -> int:
        return self.owed - self.filed

    @property
    def is_reported(self) -> bool:
        """Whether the department has reported the month: each report that it owed is in."""
        return self.filed >= self.owed

    def days_late(self, month: date, *, day: date) -> int:
        """By how many days the reports are late: until the day while something is missing, until the last submission
        once all is filed. Needs `last_on`."""
        end = self.last_on if self.is_reported else day
        return 0 if end is None else max((end - reports_due_on(month)).days, 0)

    def state(self, month: date, *, day: date) -> MonthState | None:
        """None where nothing is owed. What may still come in time is pending, not missing. Needs `last_on`."""
        if not self.owed:
            return None
        is_late = self.days_late(month, day=day) > 0
        if self.is_reported:
            return MonthState.LATE if is_late else MonthState.ON_TIME
        return MonthState.MISSING if is_late else MonthState.PENDING


@dataclass(frozen=True)
class LateMonth:
    """A month whose day is over, with each unit (a department or a city) that has not filed all of it, by its id."""

    month: date
    units: Mapping[int, ReportingMonth]

    @property
    def missing(self) -> int:
        return sum(each.missing for each in self.units.values())

    @property
    def unreported(self) -> int:
        """How many units filed nothing."""
        return sum(not each.filed for each in self.units.values())

    @property
    def incomplete(self) -> int:
        """How many units filed some."""
        return len(self.units) - self.unreported


def late_of(owed: Mapping[date, Mapping[int, ReportingMonth]], *, day: date) -> list[LateMonth]:
    """The months for which units still owe something after the day on which they were due, in the order of `owed`: what
    each unit, by its id, owes for each month. What may still come in time is not late."""
    found = []
    for month, by_unit in owed.items():
        late = {key: each for key, each in by_unit.items() if each.missing}
        if late and day > reports_due_on(month):
            found.append(LateMonth(month, late))
    return found


@dataclass(frozen=True)
class LateReports:
    """What is late on a day: the months, the oldest first. `is_owed`: whether anything is owed for that of the day."""

    months: Sequence[LateMonth]
    is_owed: bool

    @property
    def departments(self) -> set[int]:
        """The ids of those that have not filed all."""
        return {department for each in self.months for department in each.units}
