from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from core.periods import PeriodKind
from core.provenance import Provenance
from indicators.models import Direction, Indicator, IndicatorGroup
from measures.filters import measures_of_asked_plan, themes_of_asked_plan
from measures.models import Plan
from regions.models import Region
from web.lists.filters import (
    ChoiceFilter,
    CodeFilter,
    DayFilter,
    SearchFilter,
    SlugFilter,
    UpdatedFilterSet,
    YesNoFilter,
)


class IndicatorFilter(UpdatedFilterSet):
    search = SearchFilter("code", names=["name"])
    headline = YesNoFilter(
        field_name="headline", lookup_expr="isnull", exclude=True, label=gettext_lazy("Headline indicators")
    )
    group = ChoiceFilter(choices=IndicatorGroup.choices, label=gettext_lazy("Group"))
    has_value = YesNoFilter(field_name="has_value", label=gettext_lazy("With a value"))
    direction = ChoiceFilter(choices=Direction.choices, label=gettext_lazy("Desired direction"))
    measure = CodeFilter(
        field_name="measures",
        queryset=measures_of_asked_plan,
        label=gettext_lazy("Measure"),
    )

    theme = SlugFilter(field_name="themes", queryset=themes_of_asked_plan, label=gettext_lazy("Theme"))

    shown = ("search", "group")


INDICATOR_ORDERINGS = {
    "headline": ["headline", "code"],
    "group": ["group_rank", "headline", "code"],
    "code": ["code"],
}


def indicators_of(plan: Plan | None, *, on: date, asks_for_values: bool) -> QuerySet[Indicator]:
    """Return the indicators of a list; unless it `asks_for_values` itself, without those that have no value by the
    day."""
    found: Any = Indicator.objects.with_headline(plan).in_groups().with_value(on)
    listed: QuerySet[Indicator] = found if asks_for_values else found.filter(has_value=True)
    return listed


class ObservationFilter(UpdatedFilterSet):
    """A filter over observations released by a day."""

    indicator = SlugFilter(to_field_name="code", queryset=Indicator.objects.all(), label=gettext_lazy("Indicator"))
    region = SlugFilter(to_field_name="code", queryset=Region.objects.all(), label=gettext_lazy("Region"))
    period_kind = ChoiceFilter(choices=PeriodKind.choices, label=gettext_lazy("Kind of period"))
    period_from = DayFilter(field_name="period_end", lookup_expr="gte", label=gettext_lazy("Period ends from"))
    period_to = DayFilter(field_name="period_end", lookup_expr="lte", label=gettext_lazy("Period ends by"))
    verified = YesNoFilter(field_name="verified", label=gettext_lazy("Verified"))
    exact = YesNoFilter(field_name="exact", label=gettext_lazy("Exact"))
    provenance = ChoiceFilter(choices=Provenance.choices, label=gettext_lazy("Provenance"))
    superseded = YesNoFilter(field_name="superseded", label=gettext_lazy("Replaced by a correction"))
    search = SearchFilter("indicator__code", names=["indicator__name"])


OBSERVATION_ORDERINGS = {
    # A year may end on the day on which five years do.
    "period_end": ["period_end", "released_on", "indicator__code", "region__code", "period"],
    "released_on": ["released_on", "indicator__code", "region__code", "period"],
    "indicator": ["indicator__code", "region__code", "period_end", "period"],
    "value": ["value"],
}
