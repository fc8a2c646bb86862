"""Named questions about indicators, their observations and targets."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import QuerySet

from core.timestamps import UpdatedAtQuerySet

if TYPE_CHECKING:
    from indicators.models import Indicator, Observation, Target


class IndicatorQuerySet(UpdatedAtQuerySet["Indicator"]):
    def headlines(self) -> Self:
        return self.filter(headline__isnull=False).order_by("headline")


class ObservationQuerySet(UpdatedAtQuerySet["Observation"]):
    def effective(self) -> Self:
        """Without those that a correction supersedes: they count for no day."""
        return self.filter(superseded=False)

    def released(self, as_of: date) -> Self:
        """What was released by the day, as it is known now."""
        return self.effective().filter(released_on__lte=as_of)

    def sound(self) -> Self:
        """Verified and exact: what a headline, a gap or an attainment may use."""
        return self.filter(verified=True, exact=True)


class TargetQuerySet(QuerySet["Target"]):
    def adopted(self, as_of: date) -> Self:
        """Set by a document adopted by the day. Targets worked out backwards from a remark never count."""
        return self.filter(adopted_on__lte=as_of, derived=False)
