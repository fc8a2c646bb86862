"""Named questions about indicators, their observations and targets."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Case, Exists, OuterRef, PositiveSmallIntegerField, Q, QuerySet, Subquery, Value, When

from core.timestamps import UpdatedAtQuerySet
from reporting.querysets import AbstractReportQuerySet, is_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User
    from indicators.models import Indicator, Observation, Target, ValueReport
    from measures.models import Plan


class IndicatorQuerySet(UpdatedAtQuerySet["Indicator"]):
    def with_headline(self, plan: "Plan | None") -> Self:
        """Adds `headline`, the place among the headline indicators of the plan; null for the others."""
        own = apps.get_model("indicators", "HeadlineIndicator").objects.filter(plan=plan, indicator=OuterRef("pk"))
        return self.annotate(headline=Subquery(own.values("number")[:1], output_field=PositiveSmallIntegerField()))

    def in_groups(self) -> Self:
        """Adds `group_rank`, the place of its group."""
        groups = apps.get_model("indicators", "Indicator")._meta.get_field("group").flatchoices
        ranks = [When(group=value, then=Value(rank)) for rank, (value, _label) in enumerate(groups)]
        return self.annotate(group_rank=Case(*ranks, output_field=PositiveSmallIntegerField()))

    def with_value(self, on: date) -> Self:
        """Add `has_value`: whether any value was released by the day. A derived indicator has one where what it is
        derived from has."""
        released = apps.get_model("indicators", "Observation").objects.released(on)
        own, source = released.filter(indicator=OuterRef("pk")), released.filter(indicator=OuterRef("derived_from"))
        return self.annotate(has_value=Exists(own) | Exists(source))

    def derived_from_any(self, indicators: Collection[int]) -> Self:
        """Keeps the indicators whose values follow from one of these, by their ids."""
        return self.filter(Q(derived_from__in=indicators) | Q(derived_with__in=indicators))

    def headlines(self, plan: "Plan") -> Self:
        return self.filter(headlines__plan=plan).order_by("headlines__number")


class ObservationQuerySet(UpdatedAtQuerySet["Observation"]):
    def effective(self) -> Self:
        """Leaves out those that a correction supersedes: they count for no day."""
        return self.filter(superseded=False)

    def released(self, as_of: date) -> Self:
        """Keeps the observations that were released by the day, as they are known now."""
        return self.effective().filter(released_on__lte=as_of)

    def sound(self) -> Self:
        """Verified and exact: what a headline, a gap or an attainment may use."""
        return self.filter(verified=True, exact=True)


class TargetQuerySet(QuerySet["Target"]):
    def adopted(self, as_of: date) -> Self:
        """Set by a document adopted by the day. Targets worked out backwards from a remark never count."""
        return self.filter(adopted_on__lte=as_of, derived=False)


class ValueReportQuerySet(AbstractReportQuerySet["ValueReport"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        return self.filter(is_visible_to(user))
