"""Named questions about projects."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, QuerySet, Sum

from core.timestamps import UpdatedAtQuerySet

if TYPE_CHECKING:
    from projects.models import Project


class ProjectQuerySet(UpdatedAtQuerySet["Project"]):
    def in_plan(self, plan: Any) -> Self:
        return self.filter(plan=plan)

    def listed(self, as_of: date) -> Self:
        return self.filter(listed_on__lte=as_of)

    def cells(self, as_of: date) -> QuerySet[Any, Any]:
        """One row per finest cell (plan, city, category, stage): `total` and `investment`, in 万元."""
        return (
            self.listed(as_of)
            .values("plan", "city", "category", "stage")
            .order_by()
            .annotate(total=Count("pk"), investment=Sum("investment_wan"))
        )
