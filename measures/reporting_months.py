"""Reports by month: what each lead department owed for it, what it filed, and what a later month covers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Min

from core.periods import month_of, months_between
from measures.models import Report
from measures.rules import has_duty_ended
from measures.timeline import History, load_history
from reporting.months import (
    LateMonth,
    LateReports,
    MonthTally,
    OwedReport,
    ReportingMonth,
    late_of,
    tally,
)

# For each month, by a measure's code.
type ReportsOwed = dict[date, dict[str, OwedReport]]


def months_of(
    plan: Any, *, day: date, month: date | None = None, history: History | None = None
) -> dict[int, ReportingMonth]:
    """One month, that of the day by default, as it stands on the day, by the id of each lead department that owes
    something for it. Three queries; one less where the page has loaded the plan's history up to the day already."""
    found = months_by_department(plan, months=[month or month_of(day)], by=day, history=history)
    return {department: months[0] for department, months in found.items()}


def month_of_department(department_id: int, *, plan: Any, month: date, by: date) -> ReportingMonth:
    """One department's month, with what was submitted by the day `by`."""
    return months_of_department(department_id, plan=plan, months=[month], by=by)[0]


def months_shown(plan: Any, day: date) -> list[date]:
    """The months of the day's year that pages list: from the plan's first one up to that of the day."""
    first = max(plan.starts_on, date(day.year, 1, 1))
    return months_between(first, day) if first <= day else []


def first_reporting_month(plan: Any, *, by: date) -> date:
    """The month from which reports are owed: the one that the plan or the settings name, else that of the plan's oldest
    report, else that of the day `by`. A query where none is named."""
    if plan.named_first_month is not None:
        named: date = plan.named_first_month
        return named
    oldest: date | None = Report.objects.in_plan(plan).aggregate(oldest=Min("period"))["oldest"]
    return oldest or month_of(by)


def reports_owed(
    plan: Any, *, by: date, months: Sequence[date] | None = None, history: History | None = None
) -> ReportsOwed:
    """Return the reports that were owed, which of them are filed by the day `by`, and which a later month covers; of
    all months up to the day, the oldest first, where none are named. Three queries, one less with a `history`."""
    if plan is None or months == []:
        return {}
    first = first_reporting_month(plan, by=by)
    months = months_between(first, by) if months is None else months
    if not months:
        return {}
    history = history or load_history(plan, by)
    filed_on = Report.objects.in_plan(plan).first_filed(since=min(months), by=by)
    last_filed: dict[str, date] = {}
    for code, month in sorted(filed_on):
        last_filed[code] = month
    owed: ReportsOwed = {}
    for month in months:
        owed[month] = {}
        for code, department in history.owing(month, first_month=first).items():
            day = filed_on.get((code, month))
            is_covered = day is None and has_duty_ended(month, last_filed.get(code))
            owed[month][code] = OwedReport(department, day, is_covered)
    return owed


def months_by_department(
    plan: Any, *, months: Sequence[date], by: date, history: History | None = None
) -> dict[int, list[ReportingMonth]]:
    """Months in their order, each as it stands on the day `by`, with its last day, by the id of each lead department
    that owes something for one of them; none where there is no plan. Queries as `reports_owed`."""
    return count_by_department(reports_owed(plan, by=by, months=months, history=history), months)


def count_by_department(owed: ReportsOwed, months: Sequence[date]) -> dict[int, list[ReportingMonth]]:
    found: dict[int, list[ReportingMonth]] = {}
    for number, month in enumerate(months):
        reports: dict[int, list[OwedReport]] = defaultdict(list)
        for each in owed.get(month, {}).values():
            reports[each.department].append(each)
        for department, own in reports.items():
            filed = [each.filed_on for each in own if each.filed_on is not None]
            covered = sum(each.is_covered for each in own)
            found.setdefault(department, [ReportingMonth(0, 0)] * len(months))
            found[department][number] = ReportingMonth(len(own), len(filed), max(filed, default=None), covered)
    return found


def tallies(owed: ReportsOwed, months: Sequence[date], *, day: date) -> dict[date, MonthTally]:
    """How the departments stand with each month; without those for which nothing was owed. `owed`: by the day."""
    by_department = count_by_department(owed, months).values()
    found = {
        month: tally((own[number] for own in by_department), month, day=day) for number, month in enumerate(months)
    }
    return {month: each for month, each in found.items() if each.owing}


def late_months(
    plan: Any, *, day: date, history: History | None = None, owed: ReportsOwed | None = None
) -> list[LateMonth]:
    """The months for which reports are still owed after the day on which they were due, the oldest first. What may
    still come in time is not late. `owed`: all that is owed by the day, where it is read already."""
    owed = reports_owed(plan, by=day, history=history) if owed is None else owed
    months = list(owed)
    by_department = count_by_department(owed, months)
    by_month = {
        month: {department: own[number] for department, own in by_department.items()}
        for number, month in enumerate(months)
    }
    return late_of(by_month, day=day)


def late_reports(plan: Any, *, day: date, owed: ReportsOwed) -> LateReports:
    """`owed`: all that is owed by the day."""
    of_month = owed.get(month_of(day), {}).values()
    return LateReports(
        late_months(plan, day=day, owed=owed),
        is_owed=bool(of_month),
        is_reported=bool(of_month) and all(each.filed_on is not None for each in of_month),
    )


def missing_by_department(owed: ReportsOwed, late: Sequence[LateMonth]) -> dict[int, int]:
    """How many reports of late months are missing, by the id of each department that owed any of any month."""
    found = {each.department: 0 for reports in owed.values() for each in reports.values()}
    for late_month in late:
        for department, month in late_month.units.items():
            found[department] += month.missing
    return found


def months_of_department(department_id: int, *, plan: Any, months: Sequence[date], by: date) -> list[ReportingMonth]:
    """One department's months in their order, each as it stands on the day `by`. Three queries."""
    found = months_by_department(plan, months=months, by=by)
    return found.get(department_id, [ReportingMonth(0, 0)] * len(months))


def outstanding_codes(owed: ReportsOwed, month: date, department: int | None) -> list[str]:
    """The codes of the measures whose reports for the month the department still owes."""
    reports = owed.get(month, {}).items()
    return [code for code, each in reports if each.department == department and each.is_missing]
