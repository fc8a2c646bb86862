"""Who has reported a month: what each lead department owed for it, and what it filed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from measures.models import Measure
from reporting.periods import is_month_reported, month_of


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


def months_of(plan: Any, *, day: date) -> dict[int, Month]:
    """The month of the day, by the id of each lead department that owes something for it. One query."""
    month = month_of(day)
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
