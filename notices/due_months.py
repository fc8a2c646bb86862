"""The notices to cities and lead departments of months of their projects that are due soon, or overdue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from core.clock import now
from measures.models import Plan
from notices.models import Notice
from notices.rules import notices_of_due
from notices.services import city_reporters, put_due_notices, reporters_of
from projects.month_work import FilingUnit, months_owed
from reporting.months import reports_due_on


@dataclass(frozen=True)
class DueMonth:
    month: date

    @property
    def due_on(self) -> date:
        return reports_due_on(self.month)


def notify_of_due_months(on: date) -> None:
    """Notifies the reporters of each city, and of each department that leads projects, of the months of the current
    plan for which they owe any project and that are due soon or overdue on the day: one notice of a month, however
    many projects it is of. Again is no harm."""
    plan = Plan.objects.current()
    if plan is not None:
        put_due_notices([*_of_due_months(plan, "city", on), *_of_due_months(plan, "lead_department", on)])


def _of_due_months(plan: Plan, unit: FilingUnit, on: date) -> Iterator[Notice]:
    outstanding: dict[int, list[DueMonth]] = {}
    for month, by_unit in months_owed(plan, day=on, unit=unit).items():
        for key, owed in by_unit.items():
            if owed.missing:
                outstanding.setdefault(key, []).append(DueMonth(month))
    people = city_reporters() if unit == "city" else reporters_of(outstanding)
    for key, months in outstanding.items():
        for kind, due in notices_of_due(months, on=on):
            for user in people.get(key, []):
                yield Notice(
                    user=user,
                    kind=kind,
                    plan=plan,
                    period=due.month,
                    city_id=key if unit == "city" else None,
                    due_on=due.due_on,
                    day=on,
                    created_at=now(),
                )
