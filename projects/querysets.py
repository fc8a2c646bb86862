"""Named questions about projects."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Q, QuerySet, Sum

from core.provenance import Provenance
from core.scoped import ScopedQuerySet

if TYPE_CHECKING:
    from projects.models import Project


class ProjectQuerySet(ScopedQuerySet["Project"]):
    def in_plan(self, plan: Any) -> Self:
        return self.filter(plan=plan)

    def illustrative(self) -> Self:
        """Those that are illustrative, or whose investment is."""
        return self.filter(Q(provenance=Provenance.ILLUSTRATIVE) | Q(investment_provenance=Provenance.ILLUSTRATIVE))

    def cells(self, as_of: date) -> QuerySet[Any, Any]:
        """One row per finest cell (plan, city, category, stage): `total` and `investment`, in 万元."""
        return (
            self.in_scope(as_of)
            .values("plan", "city", "category", "stage")
            .order_by()
            .annotate(total=Count("pk"), investment=Sum("investment_wan"))
        )
