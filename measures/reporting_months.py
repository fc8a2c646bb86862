"""Who has reported a month: what each lead department owed for it, and what it filed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, Value

from accounts.models import Department
from measures.models import Measure, Notice, NoticeKind, Report
from reporting.periods import is_month_reported, month_of
from reporting.workflow import FILED_STATES


@dataclass(frozen=True)
class Month:
    """Reports of one department for one month: those owed, and those of them that are in."""

    owed: int
    filed: int

    @property
    def missing(self) -> int:
        return self.owed - self.filed

    @property
    def is_reported(self) -> bool:
        return is_month_reported(owed=self.owed, filed=self.filed)


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


def month_of_department(department_id: int, *, plan: Any, month: date, by: date) -> Month:
    """One department's month, with what was submitted by the day `by`."""
    owing = Measure.objects.in_plan(plan).owing(month, by=by).filter(lead_department=department_id)
    counts = owing.with_filed(month, by=by).aggregate(owed=Count("pk"), filed=Count("pk", filter=Q(is_filed=True)))
    return Month(**counts)


def months_of_department(department_id: int, *, plan: Any, months: Sequence[date], by: date) -> list[Month]:
    """One department's months in their order, each as it stands on the day `by`. One query."""
    counts = []
    for number, month in enumerate(months):
        owing = Measure.objects.in_plan(plan).owing(month, by=by).filter(lead_department=department_id)
        counts.append(
            owing.with_filed(month, by=by)
            .order_by()
            .annotate(number=Value(number))
            .values("number")
            .annotate(owed=Count("pk"), reported=Count("pk", filter=Q(is_filed=True)))
        )
    if not counts:
        return []
    rows = counts[0].union(*counts[1:], all=True).order_by()
    found = {row["number"]: Month(row["owed"], row["reported"]) for row in rows}
    return [found.get(number, Month(0, 0)) for number in range(len(months))]


@dataclass(frozen=True)
class BoardRow:
    """A department's month; `last_on` is the day of its last submission, `reminded_on` that of the last reminder."""

    department: Department
    month: Month
    last_on: date | None
    reminded_on: date | None
    due_on: date

    @property
    def state(self) -> str:
        """all, some or none of what it owed is filed."""
        if self.month.is_reported:
            return "all"
        return "some" if self.month.filed else "none"

    def days_late(self, day: date) -> int:
        """By how many days: until today while something is missing, until the last submission once all is filed."""
        end = self.last_on if self.month.is_reported else day
        return 0 if end is None else max((end - self.due_on).days, 0)


def board_of(plan: Any, *, month: date, day: date) -> list[BoardRow]:
    """The month of each department that owes something for it, those that miss most first. Four queries."""
    months = months_of(plan, day=day, month=month)
    filed = Report.objects.filter(measure__section__plan=plan, period=month, state__in=FILED_STATES).order_by()
    lasts = dict(filed.values_list("measure__lead_department").annotate(last=Max("submitted_on")))
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, period=month).order_by()
    reminded = dict(reminders.values_list("user__department").annotate(last=Max("day")))
    rows = [
        BoardRow(each, months[each.pk], lasts.get(each.pk), reminded.get(each.pk), reports_due_on(month))
        for each in Department.objects.filter(pk__in=months)
    ]
    return sorted(rows, key=lambda row: (-row.month.missing, row.department.number))
