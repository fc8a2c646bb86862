"""Named questions about indicators, their observations and targets."""

from datetime import date
from typing import Self

from django.db.models import QuerySet

from core.timestamps import UpdatedAtQuerySet


class IndicatorQuerySet(UpdatedAtQuerySet):
    def headlines(self) -> Self:
        return self.filter(headline__isnull=False).order_by("headline")

    def with_everything_shown(self) -> Self:
        return self.prefetch_related("measures")


class ObservationQuerySet(UpdatedAtQuerySet):
    def released(self, as_of: date) -> Self:
        return self.filter(released_on__lte=as_of)

    def sound(self) -> Self:
        """Verified and exact: what a headline, a gap or an attainment may use."""
        return self.filter(verified=True, exact=True)


class TargetQuerySet(QuerySet):
    def adopted(self, as_of: date) -> Self:
        """Set by a document adopted by the day. Targets worked out backwards from a remark never count."""
        return self.filter(adopted_on__lte=as_of, derived=False)
