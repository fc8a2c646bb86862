"""Reading pages about indicators."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from indicators.figures import COUNTRY, PROVINCE, Standing, standings
from indicators.filters import INDICATOR_ORDERINGS, IndicatorFilter
from indicators.models import Indicator, Observation, Target
from indicators.rules import is_comparable
from indicators.wording import (
    change_cell,
    change_words,
    is_rate,
    number_cell,
    shown_unit,
    shown_value,
    target_label,
    target_words,
    with_unit,
)
from regions.models import RegionKind
from web.charts import Figure, IndicatorPoint, TargetPoint, indicator_line
from web.language import local
from web.periods import period_name
from web.sources import named_source
from web.templatetags.pilotzone import day, number
from web.views import ListPage, ReadingView

# A target of 2060 would press the years we know into a corner of the chart.
TARGET_YEARS_AHEAD = 10


class IndicatorList(ListPage):
    template_name = "indicators/indicator_list.html"
    filterset_class = IndicatorFilter
    orderings = INDICATOR_ORDERINGS
    default_ordering = "headline"

    def get_queryset(self) -> QuerySet[Indicator]:
        return Indicator.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"rows": [list_row(each) for each in standings(context["page"], on=self.day)]}


def list_row(standing: Standing) -> dict[str, Any]:
    indicator, latest = standing.indicator, standing.latest
    return {
        "indicator": indicator,
        "latest": latest,
        "value": number_cell(indicator, standing.value),
        "unit": shown_unit(indicator),
        "period": period_of(latest) if latest else "",
        "change": change_cell(indicator, standing.change),
        "target": target_words(standing.target, indicator) if standing.target else "",
        "comparator": number_cell(indicator, standing.comparator),
    }


def period_of(row: Observation) -> str:
    return period_name(row.period_kind, row.period_start, row.period_end)


class IndicatorDetail(ReadingView):
    template_name = "indicators/indicator_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        indicator = get_object_or_404(Indicator, code=kwargs["code"])
        standing = standings([indicator], on=self.day)[0]
        observations = in_order(indicator.observations.released(self.day).select_related("region"))
        targets = list(indicator.targets.adopted(self.day).select_related("region").order_by("due_year", "-adopted_on"))
        return super().get_context_data(
            indicator=indicator,
            standing=standing,
            key_sentence=key_sentence(standing),
            further_sentence=further_sentence(standing),
            unit=shown_unit(indicator),
            source=named_source(indicator.source),
            chart=chart_of(indicator, observations, targets, self.day.year),
            leaves_out_unverified=any(not row.verified and row.region.code == PROVINCE for row in observations),
            observations=[
                {
                    "row": row,
                    "period": period_of(row),
                    "value": number_cell(indicator, row.value, exact=row.exact),
                    "source": named_source(row.source),
                }
                for row in observations
            ],
            targets=[{"row": row, "words": target_words(row, indicator)} for row in targets],
            measures=indicator.measures.filter(listed_on__lte=self.day).order_by("code"),
            **kwargs,
        )


def in_order(observations: Iterable[Observation]) -> list[Observation]:
    """The province, the country, then the cities by code; the newest period first."""
    rank = {RegionKind.PROVINCE: 0, RegionKind.COUNTRY: 1}
    newest_first = sorted(observations, key=lambda row: (row.period_end, row.released_on, row.pk), reverse=True)
    return sorted(newest_first, key=lambda row: (rank.get(RegionKind(row.region.kind), 2), row.region.code))


def key_sentence(standing: Standing) -> str:
    if standing.latest is None or standing.value is None:
        return ""
    value = with_unit(standing.indicator, standing.value)
    return _("%(period)s: %(value)s") % {"period": period_of(standing.latest), "value": value}


def further_sentence(standing: Standing) -> str:
    """What follows the value: against the country and the year before, and when it was released."""
    if standing.latest is None:
        return ""
    clauses = []
    if standing.gap is not None and standing.comparator is not None:
        clauses.append(against_country(standing))
    if standing.change is not None:
        clauses.append(
            _("%(change)s on the year before") % {"change": change_words(standing.indicator, standing.change)}
        )
    clauses.append(_("released on %(day)s") % {"day": day(standing.latest.released_on)})
    return pgettext("between clauses", ", ").join(clauses)


def against_country(standing: Standing) -> str:
    assert standing.gap is not None and standing.comparator is not None
    if is_rate(standing.indicator) and standing.gap:
        points = {"points": number(abs(standing.gap))}
        if standing.gap > 0:
            return _("%(points)s percentage points above the national average") % points
        return _("%(points)s percentage points below the national average") % points
    return _("the country: %(value)s") % {"value": with_unit(standing.indicator, standing.comparator)}


def chart_of(indicator: Indicator, observations: list[Observation], targets: list[Target], year: int) -> Figure | None:
    """The province's course, with the country's where they compare; None without a verified value of the province."""
    own = points(indicator, (row for row in observations if row.region.code == PROVINCE))
    if not own:
        return None
    others = points(indicator, (row for row in observations if row.region.code == COUNTRY))
    names = {row.region.code: local(row.region, "short") for row in observations}
    newest = {row.due_year: row for row in reversed(targets) if row.region.code == PROVINCE}
    return indicator_line(
        own,
        others if is_comparable(indicator.unit) else [],
        [
            TargetPoint(
                row.due_year,
                shown_value(indicator, row.value),
                target_label(row, indicator),
            )
            for row in newest.values()
            if row.due_year <= year + TARGET_YEARS_AHEAD
        ],
        unit=shown_unit(indicator),
        name=names[PROVINCE],
        comparator_name=_("China") if COUNTRY in names else "",
        cumulative=indicator.cumulative,
    )


def points(indicator: Indicator, observations: Iterable[Observation]) -> list[IndicatorPoint]:
    """The newest verified value of each period."""
    newest: dict[Any, Observation] = {}
    for row in observations:
        if row.verified:
            newest.setdefault((row.period_start, row.period_end, row.period_kind), row)
    return [
        IndicatorPoint(
            row.period_start,
            row.period_end,
            row.period_kind,
            shown_value(indicator, row.value),
            period_of(row),
            exact=row.exact,
        )
        for row in newest.values()
    ]
