"""The figures that follow from due days and days of completion: in time or late, what falls due next, a forecast.

Stored totals know no days of completion: each plan's measures are read anew.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Value

from core.forecast import Forecast, forecast
from core.periods import month_of, months_between
from core.punctuality import Completion, Punctuality, completion_of, next_due, punctuality
from core.statuses import MeasureStatus
from measures.models import Measure, Plan
from measures.querysets import MeasureQuerySet

# The names of the figures, of which `by_first_due_day` and `forecast` have more within.
PARTS = ("due_before", "completed_in_time", "completed_late", "overdue")
OF_GROUPS = (*PARTS, "in_time_rate", "longest_overdue")
NAMES = (*OF_GROUPS, "due_days_moved", "by_first_due_day", "next_due", "forecast")


def is_of_due_days(path: str) -> bool:
    """Return whether the figure of the summary at `path` is one of those of due days."""
    kind, *names = path.split(".")
    return kind == "measures" and names[0] in NAMES


class MeasureDays(NamedTuple):
    """The days of a measure in the plan on a day. `completed_on`: from when its status in force is completed; None if
    it is not."""

    measure: int
    section: int
    lead_department: int
    due_on: date | None
    first_due_on: date | None
    completed_on: date | None

    @property
    def is_moved(self) -> bool:
        return self.due_on != self.first_due_on

    @property
    def is_late(self) -> bool:
        """Return whether it was completed after its due day."""
        return self.completed_on is not None and completion_of(self.due_on, self.completed_on) == Completion.LATE


class MonthOfDueDays(NamedTuple):
    """How many measures fall due in a month, by its first day, how many were completed in it, and how many of these
    late."""

    month: date
    due: int
    completed: int
    late: int


def year_by_month(rows: Iterable[MeasureDays], year: int) -> list[MonthOfDueDays]:
    """Return the twelve months of a year."""
    due: Counter[date] = Counter()
    completed: Counter[date] = Counter()
    late: Counter[date] = Counter()
    for row in rows:
        if row.due_on is not None:
            due[month_of(row.due_on)] += 1
        if row.completed_on is not None:
            completed[month_of(row.completed_on)] += 1
            late[month_of(row.completed_on)] += row.is_late
    months = months_between(date(year, 1, 1), date(year, 12, 31))
    return [MonthOfDueDays(each, due[each], completed[each], late[each]) for each in months]


# Of `MeasureDays`, with its status in place of `completed_on`.
COLUMNS = ("pk", "section_id", "lead_department_id", "due_on", "first_due_on", "status_since", "status")


def read_days_on(plan: Plan, days: Sequence[date]) -> dict[date, list[MeasureDays]]:
    """Return the days of each measure in the plan for several days, by one query."""
    queries = [
        _with_days(Measure.objects.in_plan(plan), day).annotate(on=Value(day.isoformat())).values_list(*COLUMNS, "on")
        for day in days
    ]
    found: dict[date, list[MeasureDays]] = {day: [] for day in days}
    rows = queries[0].union(*queries[1:], all=True).order_by() if queries[1:] else queries[0]
    for *row, on in rows:
        found[date.fromisoformat(on)].append(_days_of(row))
    return found


def read_days_of_plans(plans: Collection[Plan], day: date) -> dict[int, list[MeasureDays]]:
    """Return the days of each measure in several plans, by the id of its plan and by one query."""
    found: dict[int, list[MeasureDays]] = {plan.pk: [] for plan in plans}
    for plan, *row in _with_days(Measure.objects.filter(plan__in=plans), day).values_list("plan_id", *COLUMNS):
        found[plan].append(_days_of(row))
    return found


def _with_days(measures: MeasureQuerySet, day: date) -> MeasureQuerySet:
    return measures.in_scope(day).with_status(day).with_first_due_on().order_by()


def _days_of(row: Sequence[Any]) -> MeasureDays:
    """Return the days of a measure from its values of COLUMNS."""
    *known, since, status = row
    return MeasureDays._make([*known, since if status == MeasureStatus.COMPLETED else None])


def punctuality_of(rows: Collection[MeasureDays], day: date) -> Punctuality:
    return punctuality(((row.due_on, row.completed_on) for row in rows), on=day)


def forecast_of(rows: Collection[MeasureDays], plan: Plan, day: date) -> Forecast | None:
    completed_on = [row.completed_on for row in rows if row.completed_on is not None]
    return forecast(completed_on, total=len(rows), starts_on=plan.starts_on, ends_on=plan.ends_on, on=day)


def due_figures(rows: Sequence[MeasureDays], plan: Plan, day: date) -> dict[str, Any]:
    """Return the figures of due days, as `measures` of the API's summary has them."""
    now = punctuality_of(rows, day)
    first = punctuality(((row.first_due_on, row.completed_on) for row in rows), on=day)
    ahead, expected = next_due((row.due_on for row in rows), on=day), forecast_of(rows, plan, day)
    return {
        **punctuality_figures(now),
        "due_days_moved": sum(row.is_moved for row in rows),
        "by_first_due_day": punctuality_figures(first, PARTS),
        "next_due": {
            "month": ahead.month and f"{ahead.month:%Y-%m}",
            "in_month": ahead.in_month,
            "peak_on": ahead.peak_on and ahead.peak_on.isoformat(),
            "on_peak": ahead.on_peak,
        },
        "forecast": {
            name: None if expected is None else getattr(expected, name) for name in ("expected", "lowest", "highest")
        },
    }


def punctuality_by(rows: Iterable[MeasureDays], by: str, day: date) -> dict[int, Punctuality]:
    """Return the punctuality of each section or lead department (`by`) that has measures, by its id."""
    groups: dict[int, list[MeasureDays]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    return {key: punctuality_of(own, day) for key, own in groups.items()}


def punctuality_figures(of: Punctuality, names: Iterable[str] = OF_GROUPS) -> dict[str, Any]:
    return {name: getattr(of, name) for name in names}
