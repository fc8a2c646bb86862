"""The month's boards of departments and of cities, and reminders to those that have not reported."""

from collections.abc import Callable, Iterable, Sequence
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
from notices.services import city_reporters, put_notices, reporters_of
from projects.months.workspace import CityMonth, city_board, late_project_months, months_owed
from regions.models import Region
from reporting.months import LateMonth, ReportingMonth


@dataclass(frozen=True)
class BoardRow[M: ReportingMonth]:
    """The month of a unit, a department or a city, on its board. `key`: how forms name it; `reminded_on`: the day of
    the last reminder."""

    unit: Any
    key: str
    month: M
    reminded_on: date | None


def month_board(plan: Any, *, month: date, day: date) -> list[BoardRow[ReportingMonth]]:
    """The month of each department that owes something for it, those that miss most first. Five queries."""
    months = months_of(plan, month=month, day=day)
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, plan=plan, period=month, city=None).order_by()
    reminded = dict(reminders.values_list("user__department").annotate(last=Max("day")))
    rows = [
        BoardRow(each, each.slug, months[each.pk], reminded.get(each.pk))
        for each in Department.objects.filter(pk__in=months)
    ]
    return sorted(rows, key=lambda row: (-row.month.missing, row.unit.number))


def month_board_of_cities(plan: Any, *, month: date, day: date) -> list[BoardRow[CityMonth]]:
    """The same of the projects of each city. Four queries."""
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, plan=plan, period=month).order_by()
    reminded = dict(reminders.values_list("city").annotate(last=Max("day")))
    rows = city_board(plan, month=month, day=day)
    return [BoardRow(each.city, each.city.code, each, reminded.get(each.city.pk)) for each in rows]


@transaction.atomic
def remind_department(department: Department, *, by: User, plan: Plan, period: date) -> int:
    """Reminds a department of its reports for the month, and of each earlier month that it still owes: who looks after
    a measure that is outstanding, and all reporters where nobody does. Returns how many people were notified."""
    check_reviewer(by)
    # Two reviewers who press at once: the second sees that the first has.
    Department.objects.select_for_update(no_key=True).get(pk=department.pk)
    own = month_of_department(department.pk, plan=plan, month=period, by=today())
    if own.is_reported:
        raise NotAllowed(_("This department has reported the month."))
    if own.is_settled:
        raise NotAllowed(_("This department owes no report for the month: it has submitted a later one."))
    reminded = _reminded_today(plan, user__department=department, city=None)
    if period in reminded:
        raise NotAllowed(_("This department has been reminded today."))
    owed = reports_owed(plan, by=today())
    reporters = reporters_of([department.pk]).get(department.pk, [])
    keepers = _present_keepers(plan, department, reporters)

    def concerned(month: date) -> list[User]:
        codes = outstanding_codes(owed, month, department.pk)
        return [user for user in reporters if own_codes(codes, keepers, user)]

    late = _months_late(late_months(plan, day=today(), owed=owed), department.pk, before=period)
    return _put_reminders({period, *late} - reminded, concerned, plan=plan)


@transaction.atomic
def remind_city(city: Region, *, by: User, plan: Plan, period: date) -> int:
    """Reminds a city of the months of its projects, as `remind_department` does a department: all its reporters."""
    check_reviewer(by)
    Region.objects.select_for_update(no_key=True).get(pk=city.pk)
    owed = months_owed(plan, day=today(), months=[period], of=city.pk)[period].get(city.pk)
    if owed is None or owed.is_reported:
        raise NotAllowed(_("This city has reported the month of all its projects."))
    reminded = _reminded_today(plan, city=city)
    if period in reminded:
        raise NotAllowed(_("This city has been reminded today."))
    reporters = city_reporters().get(city.pk, [])
    late = _months_late(late_project_months(plan, day=today()), city.pk, before=period)
    return _put_reminders({period, *late} - reminded, lambda _month: reporters, plan=plan, city=city)


def _reminded_today(plan: Plan, **of: Any) -> set[date]:
    """Returns the months of which a unit was reminded today; `of`: the condition of its notices."""
    reminders = Notice.objects.filter(kind=NoticeKind.REMINDER, plan=plan, day=today(), **of)
    return {month for month in reminders.values_list("period", flat=True) if month is not None}


def _months_late(late: Sequence[LateMonth], unit: int, *, before: date) -> list[date]:
    return [each.month for each in late if unit in each.units and each.month < before]


def _put_reminders(months: Iterable[date], people_of: Callable[[date], list[User]], **about: Any) -> int:
    """Reminds those whom it concerns of each month. Returns how many people were notified."""
    notified: set[User] = set()
    # The newest notice stands first in the inbox: the oldest month is said last.
    for month in sorted(months, reverse=True):
        people = people_of(month)
        put_notices(people, NoticeKind.REMINDER, period=month, **about)
        notified.update(people)
    return len(notified)


def _present_keepers(plan: Plan, department: Department, reporters: Iterable[User]) -> dict[str, set[int]]:
    """Returns, by code, who looks after the measures that the department leads; without the
    measures that none of `reporters` looks after."""
    present = {user.pk for user in reporters}
    named = Measure.objects.in_plan(plan).led_by(department).keepers()
    return {code: keys for code, keys in named.items() if keys & present}
