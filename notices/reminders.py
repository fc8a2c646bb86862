"""The month's board, and reminders to departments that have not reported."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import check_reviewer
from core.clock import today
from core.exceptions import NotAllowed
from measures.models import Measure, Plan
from measures.owners import own_codes
from measures.reporting_months import late_months, month_of_department, months_of, outstanding_codes, reports_owed
from notices.models import Notice, NoticeKind
from notices.services import put_notices, reporters_of
from reporting.months import ReportingMonth


@dataclass(frozen=True)
class BoardRow:
    """A department's month on the board; `reminded_on` is the day of the last reminder."""

    department: Department
    month: ReportingMonth
    reminded_on: date | None

    @property
    def state(self) -> str:
        """all, some or none of what it owed is filed."""
        if self.month.is_reported:
            return "all"
        return "some" if self.month.filed else "none"


def month_board(plan: Any, *, month: date, day: date) -> list[BoardRow]:
    """The month of each department that owes something for it, those that miss most first. Five queries."""
    months = months_of(plan, month=month, day=day)
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, plan=plan, period=month).order_by()
    reminded = dict(reminders.values_list("user__department").annotate(last=Max("day")))
    rows = [BoardRow(each, months[each.pk], reminded.get(each.pk)) for each in Department.objects.filter(pk__in=months)]
    return sorted(rows, key=lambda row: (-row.month.missing, row.department.number))


@transaction.atomic
def remind_department(department: Department, *, by: User, plan: Plan, period: date) -> int:
    """Reminds a department of its reports for the month, and of each earlier month that it still owes: who looks after
    a measure that is outstanding, and all reporters where nobody does. Returns how many people were notified."""
    check_reviewer(by)
    # Two reviewers who press at once: the second sees that the first has.
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    if month_of_department(department.pk, plan=plan, month=period, by=today()).is_reported:
        raise NotAllowed(_("This department has reported the month."))
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, plan=plan, day=today(), user__department=department)
    reminded = set(reminders.values_list("period", flat=True))
    if period in reminded:
        raise NotAllowed(_("This department has been reminded today."))
    owed = reports_owed(plan, by=today())
    late = [each.month for each in late_months(plan, day=today(), owed=owed) if department.pk in each.units]
    reporters = reporters_of([department.pk]).get(department.pk, [])
    keepers = _present_keepers(plan, department, reporters)
    notified: set[User] = set()
    # The newest notice stands first in the inbox: the oldest month is said last.
    for month in sorted({period, *(each for each in late if each < period)} - reminded, reverse=True):
        codes = outstanding_codes(owed, month, department.pk)
        people = [user for user in reporters if own_codes(codes, keepers, user)]
        put_notices(people, NoticeKind.REMINDER, plan=plan, period=month)
        notified.update(people)
    return len(notified)


def _present_keepers(plan: Plan, department: Department, reporters: Iterable[User]) -> dict[str, set[int]]:
    """By code, who looks after the measures that the department leads; without those of whom none reports for it."""
    present = {user.pk for user in reporters}
    named = Measure.objects.in_plan(plan).led_by(department).keepers()
    return {code: keys for code, keys in named.items() if keys & present}
