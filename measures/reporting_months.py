"""Who has reported a month: what each lead department owed for it, and what it filed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Max

from accounts.models import Department
from core.periods import month_of, months_between
from measures.models import Notice, NoticeKind, Report
from measures.timeline import History, load_history
from reporting.months import BoardRow, ReportingMonth


def months_of(
    plan: Any, *, day: date, month: date | None = None, history: History | None = None
) -> dict[int, ReportingMonth]:
    """One month, that of the day by default, as it stands on the day, by the id of each lead department that owes
    something for it. Two queries; one where the page has loaded the plan's history up to the day already."""
    found = months_by_department(plan, months=[month or month_of(day)], by=day, history=history)
    return {department: months[0] for department, months in found.items()}


def month_of_department(department_id: int, *, plan: Any, month: date, by: date) -> ReportingMonth:
    """One department's month, with what was submitted by the day `by`."""
    return months_of_department(department_id, plan=plan, months=[month], by=by)[0]


def months_shown(plan: Any, day: date) -> list[date]:
    """The months of the day's year that pages list: from the plan's first one up to that of the day."""
    first = max(plan.starts_on, date(day.year, 1, 1))
    return months_between(first, day) if first <= day else []


def months_by_department(
    plan: Any, *, months: Sequence[date], by: date, history: History | None = None
) -> dict[int, list[ReportingMonth]]:
    """Months in their order, each as it stands on the day `by`, with its last day, by the id of each lead department
    that owes something for one of them; none where there is no plan. Two queries."""
    if plan is None or not months:
        return {}
    history = history or load_history(plan, by)
    filed_on = Report.objects.in_plan(plan).first_filed(months, by=by)
    found: dict[int, list[ReportingMonth]] = {}
    for number, month in enumerate(months):
        days: dict[int, list[date | None]] = defaultdict(list)
        for code, department in history.owing(month).items():
            days[department].append(filed_on.get((code, month)))
        for department, own in days.items():
            filed = [day for day in own if day is not None]
            found.setdefault(department, [ReportingMonth(0, 0)] * len(months))
            found[department][number] = ReportingMonth(len(own), len(filed), max(filed, default=None))
    return found


def months_of_department(department_id: int, *, plan: Any, months: Sequence[date], by: date) -> list[ReportingMonth]:
    """One department's months in their order, each as it stands on the day `by`. Two queries."""
    found = months_by_department(plan, months=months, by=by)
    return found.get(department_id, [ReportingMonth(0, 0)] * len(months))


def month_board(plan: Any, *, month: date, day: date) -> list[BoardRow]:
    """The month of each department that owes something for it, those that miss most first. Four queries."""
    months = months_of(plan, month=month, day=day)
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, period=month).order_by()
    reminded = dict(reminders.values_list("user__department").annotate(last=Max("day")))
    rows = [BoardRow(each, months[each.pk], reminded.get(each.pk)) for each in Department.objects.filter(pk__in=months)]
    return sorted(rows, key=lambda row: (-row.month.missing, row.department.number))
