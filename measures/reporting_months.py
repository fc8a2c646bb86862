"""Who has reported a month: what each lead department owed for it, and what it filed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, Value

from accounts.models import Department
from core.periods import MonthState, days_late, is_month_reported, month_of, month_state, months_between
from core.statements import answer, compiled
from measures.models import Measure, Notice, NoticeKind, Report
from measures.timeline import History


@dataclass(frozen=True)
class Month:
    """Reports of one department for one month: those owed, and those of them that are in. `last_on`: the day on which
    the last of them came, where that was asked for."""

    owed: int
    filed: int
    last_on: date | None = None

    @property
    def missing(self) -> int:
        return self.owed - self.filed

    @property
    def is_reported(self) -> bool:
        return is_month_reported(owed=self.owed, filed=self.filed)

    def state(self, month: date, *, day: date) -> MonthState | None:
        """Of the month that it is; needs `last_on`."""
        due_on = reports_due_on(month)
        return month_state(owed=self.owed, filed=self.filed, last_on=self.last_on, due_on=due_on, day=day)


def reports_due_on(month: date) -> date:
    return month.replace(day=settings.PILOTZONE_REPORT_DUE_DAY)


def months_of(plan: Any, *, day: date, month: date | None = None) -> dict[int, Month]:
    """The month, that of the day by default, as it stood on the day, by the id of each lead department that owes
    something for it. One query."""
    month = month or month_of(day)
    rows = (
        Measure.objects.in_plan(plan)
        .owing(month, by=day)
        .with_filed(month, by=day)
        .values("lead_department")
        .order_by()
        .annotate(owed=Count("pk"), reported=Count("pk", filter=Q(is_filed=True)))
    )
    return {row["lead_department"]: Month(row["owed"], row["reported"]) for row in rows}


@compiled
def _filed(plan_id: int, month: date, by: date) -> QuerySet[Any, Any]:
    reports = Report.objects.filed(month, by=by).filter(measure__section__plan=plan_id).order_by()
    return reports.values_list("measure__code")


def months_in(history: History, plan: Any) -> dict[int, Month]:
    """The same of the month of the day up to which a page has read the plan's history anyway. One small query."""
    month = month_of(history.day)
    owing = history.owing(month)
    filed = {code for (code,) in answer(_filed(plan.pk, month, history.day))} & owing.keys()
    owed, reported = Counter(owing.values()), Counter(owing[code] for code in filed)
    return {department: Month(number, reported[department]) for department, number in owed.items()}


def month_of_department(department_id: int, *, plan: Any, month: date, by: date) -> Month:
    """One department's month, with what was submitted by the day `by`."""
    return months_of_department(department_id, plan=plan, months=[month], by=by)[0]


def months_shown(plan: Any, day: date) -> list[date]:
    """The months of the day's year that pages list: from the plan's first one up to that of the day."""
    first = max(plan.starts_on, date(day.year, 1, 1))
    return months_between(first, day) if first <= day else []


def months_by_department(plan: Any, *, months: Sequence[date], by: date, **only: Any) -> dict[int, list[Month]]:
    """Months in their order, each as it stands on the day `by`, with its last day, by the id of each lead department
    that owes something for one of them. One query. `only` narrows the measures."""
    counts = []
    for number, month in enumerate(months):
        owing = Measure.objects.in_plan(plan).owing(month, by=by).filter(**only)
        counts.append(
            owing.with_filed_on(month, by=by)
            .order_by()
            .annotate(number=Value(number))
            .values("lead_department", "number")
            .annotate(owed=Count("pk"), filed=Count("filed_on"), last_on=Max("filed_on"))
        )
    if not counts:
        return {}
    found: dict[int, list[Month]] = {}
    for row in counts[0].union(*counts[1:], all=True).order_by():
        own = found.setdefault(row["lead_department"], [Month(0, 0)] * len(counts))
        own[row["number"]] = Month(row["owed"], row["filed"], row["last_on"])
    return found


def months_of_department(department_id: int, *, plan: Any, months: Sequence[date], by: date) -> list[Month]:
    """One department's months in their order, each as it stands on the day `by`. One query."""
    found = months_by_department(plan, months=months, by=by, lead_department=department_id)
    return found.get(department_id, [Month(0, 0)] * len(months))


@dataclass(frozen=True)
class BoardRow:
    """A department's month; `reminded_on` is the day of the last reminder."""

    department: Department
    month: Month
    reminded_on: date | None
    due_on: date

    @property
    def state(self) -> str:
        """all, some or none of what it owed is filed."""
        if self.month.is_reported:
            return "all"
        return "some" if self.month.filed else "none"

    def days_late(self, day: date) -> int:
        return days_late(is_reported=self.month.is_reported, last_on=self.month.last_on, due_on=self.due_on, day=day)


def board_of(plan: Any, *, month: date, day: date) -> list[BoardRow]:
    """The month of each department that owes something for it, those that miss most first. Three queries."""
    months = months_by_department(plan, months=[month], by=day)
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, period=month).order_by()
    reminded = dict(reminders.values_list("user__department").annotate(last=Max("day")))
    rows = [
        BoardRow(each, months[each.pk][0], reminded.get(each.pk), reports_due_on(month))
        for each in Department.objects.filter(pk__in=months)
    ]
    return sorted(rows, key=lambda row: (-row.month.missing, row.department.number))
