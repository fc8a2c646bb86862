"""The notices to cities and lead departments of months of their projects that are due soon, or overdue."""

from collections.abc import Iterator
from datetime import date

from measures.models import Plan
from notices.models import Notice
from notices.rules import notices_of_due
from notices.services import city_reporters, make_notices, put_due_notices, reporters_of
from projects.months.workspace import FilingUnit, months_owed
from reporting.months import reports_due_on


def notify_of_due_months(on: date) -> None:
    """Notifies the reporters of each city, and of each department that leads projects, of the months of the current
    plan for which they owe any project and that are due soon or overdue on the day: one notice of a month, however
    many projects it is of. Again is no harm."""
    plan = Plan.objects.current()
    if plan is not None:
        put_due_notices([*_of_due_months(plan, "city", on), *_of_due_months(plan, "lead_department", on)])


def _of_due_months(plan: Plan, unit: FilingUnit, on: date) -> Iterator[Notice]:
    outstanding: dict[int, list[date]] = {}
    for month, by_unit in months_owed(plan, day=on, unit=unit).items():
        for key, owed in by_unit.items():
            if owed.missing:
                outstanding.setdefault(key, []).append(month)
    people = city_reporters() if unit == "city" else reporters_of(outstanding)
    for key, months in outstanding.items():
        for kind, month in notices_of_due(months, reports_due_on, on=on):
            city = key if unit == "city" else None
            about = {"plan": plan, "period": month, "city_id": city, "due_on": reports_due_on(month)}
            yield from make_notices(people.get(key, []), kind, day=on, **about)
