from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.response import Response

from indicators.figures import COUNTRY, PROVINCE, Since, Standing, standings
from indicators.filters import INDICATOR_ORDERINGS, IndicatorFilter
from indicators.models import Direction, Indicator, Observation, Target
from reporting.provenance import Provenance
from web.api import Endpoint, ListEndpoint, Row
from web.language import local
from web.numbers import json_number, trimmed
from web.schema import ADDRESS, DAY, FLAG, NUMBER, TEXT, WHOLE, Shape, array, local_names, one_of, optional, record
from web.sources import source_text

LATEST = record({"period": TEXT, "value": NUMBER, "released_on": DAY})
TARGET = record({"value": NUMBER, "due_year": WHOLE, "qualifier": TEXT, "document": TEXT})
INDICATOR: dict[str, Shape] = {
    "code": TEXT,
    **local_names("name"),
    "unit": TEXT,
    "direction": one_of(Direction.values),
    "cumulative": FLAG,
    "latest": optional(LATEST),
    "target": optional(TARGET),
    "comparator": optional(record({"region": TEXT, "value": NUMBER})),
    "staleness": optional({**WHOLE, "description": "Days from the end of the newest period to the day"}),
    "url": ADDRESS,
}
LONGER: dict[str, Shape] = {
    "region": TEXT,
    "headline": optional(WHOLE),
    "previous": optional(NUMBER),
    "gap": optional(NUMBER),
    "attainment": optional({**NUMBER, "description": "Percent of the straight path from the baseline to the target"}),
    "targets": array(
        record(
            {
                **TARGET["properties"],
                "unit": TEXT,
                "derived": FLAG,
                "baseline_value": optional(NUMBER),
                "baseline_on": optional(DAY),
                "adopted_on": DAY,
                "adopted_basis": TEXT,
                "provenance": one_of(Provenance.values),
                "source": TEXT,
            }
        )
    ),
    "measures": array(TEXT),
    "observations": ADDRESS,
    "provenance": one_of(Provenance.values),
    "source": TEXT,
}


THEN: dict[str, Shape] = {
    "latest_then": {**optional(LATEST), "description": "The newest value on the earlier day; null: none was released"},
    "change": {**optional(NUMBER), "description": "In the unit; null also between sums from 1 January to other days"},
}


def target_row(target: Target | None) -> Row | None:
    if target is None:
        return None
    return {
        "value": trimmed(target.value),
        "due_year": target.due_year,
        "qualifier": target.qualifier,
        "document": source_text(target.document),
    }


def latest_row(latest: Observation | None) -> Row | None:
    if latest is None:
        return None
    return {"period": latest.period, "value": json_number(trimmed(latest.value)), "released_on": latest.released_on}


def then_row(standing: Standing, compared: date | None) -> Row:
    """What follows where an earlier day is compared with."""
    if compared is None:
        return {}
    since = Since(standing, compared)
    return {"latest_then": latest_row(since.latest), "change": since.change}


def indicator_row(standing: Standing, day: date, url: str) -> Row:
    indicator, latest = standing.indicator, standing.latest
    comparator = json_number(standing.comparator)
    return {
        "code": indicator.code,
        "name": local(indicator, "name"),
        "name_zh": indicator.name_zh,
        "name_en": indicator.name_en,
        "unit": indicator.unit,
        "direction": indicator.direction,
        "cumulative": indicator.cumulative,
        "latest": latest_row(latest),
        "target": target_row(standing.target),
        "comparator": None if comparator is None else {"region": COUNTRY, "value": comparator},
        "staleness": None if latest is None else (day - latest.period_end).days,
        "url": url,
    }


class Indicators(ListEndpoint):
    """The indicators of the province, each with its newest verified and exact value released by the day."""

    component = "IndicatorList"
    columns = INDICATOR
    takes_compare = True
    compared_columns = THEN
    filterset_class = IndicatorFilter
    orderings = INDICATOR_ORDERINGS
    default_ordering = "headline"
    name = "indicators"

    def get_queryset(self) -> QuerySet:
        return Indicator.objects.all()

    def make_rows(self, objects: Sequence[Indicator]) -> Iterable[Row]:
        base = self.address("api-indicators")
        for each in standings(objects, on=self.day):
            row = indicator_row(each, self.day, f"{base}{each.indicator.code}/")
            yield {**row, **then_row(each, self.compared)}


class IndicatorDetail(Endpoint):
    """One indicator: what it stands against, and every target adopted by the day."""

    component = "Indicator"
    columns = INDICATOR | LONGER
    takes_compare = True
    compared_columns = THEN

    def get(self, request: Any, code: str) -> Response:
        indicator = Indicator.objects.filter(code=code).first()
        if indicator is None:
            raise Http404
        [standing] = standings([indicator], on=self.day)
        targets = indicator.targets.filter(adopted_on__lte=self.day, region__code=PROVINCE)
        measures = indicator.measures.filter(listed_on__lte=self.day)
        return Response(
            {
                "as_of": self.day,
                **indicator_row(standing, self.day, self.address("api-indicator", code)),
                "region": PROVINCE,
                "headline": indicator.headline,
                "previous": standing.previous,
                "gap": standing.gap,
                "attainment": standing.attainment,
                "targets": [_whole_target(each) for each in targets],
                "measures": list(measures.order_by("code").values_list("code", flat=True)),
                "observations": self.address("api-observations", indicator=code),
                "provenance": indicator.provenance,
                "source": source_text(indicator.source),
                **then_row(standing, self.compared),
            }
        )


def _whole_target(target: Target) -> Row:
    return {
        **(target_row(target) or {}),
        "unit": target.unit,
        "derived": target.derived,
        "baseline_value": None if target.baseline_value is None else trimmed(target.baseline_value),
        "baseline_on": target.baseline_on,
        "adopted_on": target.adopted_on,
        "adopted_basis": target.adopted_basis,
        "provenance": target.provenance,
        "source": source_text(target.source),
    }
