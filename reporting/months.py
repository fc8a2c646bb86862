"""A department's reports for a month: how many it owed, how many of those are in, and for how many a later month is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from core.periods import MonthState, month_of, next_month
from web.limits import report_due_day


def reports_due_on(month: date) -> date:
    """The last day on which the month's reports are in time; `month` is its first."""
    return month.replace(day=report_due_day())


def month_page(month: date, *, starts_on: date | None, day: date) -> dict[str, Any]:
    """Return what a page of a month says on a day: by when its reports are due, and the months before and after
    that may be turned to. `starts_on`: the first day of the plan, None without a plan."""
    due_on, after = reports_due_on(month), next_month(month)
    return {
        "month": month,
        "due_on": due_on,
        "is_past_due": day > due_on,
        "month_before": month_of(month - timedelta(days=1)) if starts_on and month > starts_on else None,
        "month_after": after if after is not None and after <= day else None,
    }


class OwedReport(NamedTuple):
    """A report that a measure owed for a month, and the department that leads the measure. `filed_on`: the day on which
    it came; None where none was filed for that very month. `is_covered`: a later month was, which ends the duty."""

    department: int
    filed_on: date | None
    is_covered: bool = False

    @property
    def is_missing(self) -> bool:
        return self.filed_on is None and not self.is_covered


@dataclass(frozen=True)
class ReportingMonth:
    """`owed` counts the reports that were owed at the month's end by what is known now; `filed` those that were
    submitted for it and not sent back; `covered` those that were not, where a later month was. `last_on`: the day on
    which the last of those filed came, where that was asked for."""

    owed: int
    filed: int
    last_on: date | None = None
    covered: int = 0

    @property
    def missing(self) -> int:
        """Return the number of reports that are owed still."""
        return self.owed - self.filed - self.covered

    @property
    def is_reported(self) -> bool:
        """Return whether the department has reported the month: each report that it owed is in."""
        return self.filed >= self.owed

    @property
    def is_settled(self) -> bool:
        """Return whether nothing is owed any longer: the month is reported, or a later month covers what is not."""
        return self.missing <= 0

    def days_late(self, month: date, *, day: date) -> int:
        """Return the number of days by which the reports are late: until the day while something is missing, until the
        last submission once nothing is. Needs `last_on`."""
        end = self.last_on if self.is_settled else day
        return 0 if end is None else max((end - reports_due_on(month)).days, 0)

    def state(self, month: date, *, day: date) -> MonthState | None:
        """None where nothing is owed. What may still come in time is pending, not missing. Needs `last_on`."""
        if not self.owed:
            return None
        if self.is_settled and not self.is_reported:
            return MonthState.COVERED
        is_late = self.days_late(month, day=day) > 0
        if self.is_reported:
            return MonthState.LATE if is_late else MonthState.ON_TIME
        return MonthState.MISSING if is_late else MonthState.PENDING


@dataclass(frozen=True)
class MonthTally:
    """How many departments stand how with a month: all is in, by its day or after it; some was covered later and
    nothing is missing; something is missing and some, or none, is in. Each that owes something counts once."""

    on_time: int
    late: int
    covered: int
    some: int
    none: int

    @property
    def owing(self) -> int:
        return self.reported + self.covered + self.some + self.none

    @property
    def reported(self) -> int:
        return self.on_time + self.late


def tally(months: Iterable[ReportingMonth], month: date, *, day: date) -> MonthTally:
    """Count departments by how they reported for a month. `months`: that month of each department, with its last
    day."""
    states = [(each.state(month, day=day), each.filed) for each in months]
    settled = [state for state, _filed in states]
    unsettled = [filed for state, filed in states if state in (MonthState.MISSING, MonthState.PENDING)]
    return MonthTally(
        on_time=settled.count(MonthState.ON_TIME),
        late=settled.count(MonthState.LATE),
        covered=settled.count(MonthState.COVERED),
        some=sum(filed > 0 for filed in unsettled),
        none=sum(filed == 0 for filed in unsettled),
    )


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
    """The reports that are late on a day: the months, the oldest first. `is_owed`: whether anything is owed for that of
    the day; `is_reported`: whether all of it is in, none of it covered by a later month."""

    months: Sequence[LateMonth]
    is_owed: bool
    is_reported: bool

    @property
    def departments(self) -> set[int]:
        """The ids of those that have not filed all."""
        return {department for each in self.months for department in each.units}
