from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from indicators.filters import INDICATOR_ORDERINGS, IndicatorFilter
from indicators.models import Direction, Indicator, Observation, Target
from indicators.state import COUNTRY, PROVINCE, Since, Standing, standings
from web.api.endpoints import Endpoint, ListEndpoint, Row
from web.api.schema import (
    ADDRESS,
    CUMULATIVE,
    DAY,
    FLAG,
    NUMBER,
    PROVENANCE,
    SOURCE,
    TEXT,
    UNIT,
    UPDATED_AT,
    URL,
    WHOLE,
    Shape,
    array,
    choice,
    local_names,
    meaning,
    optional,
    quantity,
    record,
)
from web.days import written_moment
from web.formats.numbers import json_number, trimmed
from web.formats.sources import format_source
from web.language import local

CODE = meaning(gettext_lazy("Code of the indicator"))
PERIOD = meaning(gettext_lazy("The period that the value is of, such as 2023H1"))
REGION = meaning(gettext_lazy("Code of the region"))
RELEASED_ON = meaning(gettext_lazy("The day on which the value was released"), DAY)
NAME = local_names("name", gettext_lazy("Name of the indicator"))
VALUE = meaning(gettext_lazy("The value, in the unit of the indicator"), NUMBER)
PREVIOUS = meaning(
    gettext_lazy("The value of the same period a year earlier; null: none, or not comparable"), optional(NUMBER)
)
GAP = meaning(gettext_lazy("The value minus that of the country, in the unit of the indicator"), optional(NUMBER))
COMPARATOR = meaning(
    gettext_lazy("The country in the same period; null: not released"),
    optional(record({"region": REGION, "value": VALUE})),
)
LATEST = record({"period": PERIOD, "value": VALUE, "released_on": RELEASED_ON, "provenance": PROVENANCE})
_TARGET: dict[str, Shape] = {
    "value": meaning(gettext_lazy("What it is to be, in the unit of the target"), NUMBER),
    "due_year": meaning(gettext_lazy("The year by whose end it is to be reached"), WHOLE),
    "qualifier": meaning(gettext_lazy("How the document qualifies it, such as “about” or “versus 2020”")),
    "document": meaning(gettext_lazy("The document that sets it, in the language of the request")),
}
TARGET = meaning(
    gettext_lazy("The target in force: of the newest document adopted by the day; null: none"),
    optional(record(_TARGET)),
)
INDICATOR: dict[str, Shape] = {
    "code": CODE,
    **NAME,
    "unit": UNIT,
    "direction": choice(Direction.choices, gettext_lazy("Which way is better")),
    "cumulative": CUMULATIVE,
    "latest": meaning(
        gettext_lazy("The newest verified and exact value of the province released by the day; null: none"),
        optional(LATEST),
    ),
    "target": TARGET,
    "comparator": COMPARATOR,
    "staleness": optional(
        quantity("days", WHOLE, description=gettext_lazy("Days from the end of the newest period to the day"))
    ),
    "updated_at": UPDATED_AT,
    "url": URL,
}
LONGER: dict[str, Shape] = {
    "region": REGION,
    "headline": meaning(gettext_lazy("Its place among the headline indicators; null: it is none"), optional(WHOLE)),
    "previous": PREVIOUS,
    "gap": GAP,
    "attainment": optional(
        quantity(
            "%",
            description=gettext_lazy(
                "How much of the straight path from the stated baseline to the target is done; null without a baseline"
            ),
        )
    ),
    "targets": meaning(
        gettext_lazy("Every target adopted by the day"),
        array(
            record(
                {
                    **_TARGET,
                    "unit": meaning(gettext_lazy("The unit of the target")),
                    "derived": meaning(gettext_lazy("Whether it was worked out from the document's own figures"), FLAG),
                    "baseline_value": meaning(
                        gettext_lazy("Where the straight path begins, in the unit of the target; null: not stated"),
                        optional(NUMBER),
                    ),
                    "baseline_on": meaning(gettext_lazy("The day of the baseline; null: not stated"), optional(DAY)),
                    "adopted_on": meaning(gettext_lazy("The day on which the document was adopted"), DAY),
                    "adopted_basis": meaning(gettext_lazy("Whether the document states that day, or it is assumed")),
                    "provenance": PROVENANCE,
                    "source": SOURCE,
                }
            )
        ),
    ),
    "measures": meaning(gettext_lazy("Codes of the measures that are to move it, listed by the day"), array(TEXT)),
    "observations": meaning(gettext_lazy("Address of its values in the API"), ADDRESS),
    "provenance": PROVENANCE,
    "source": SOURCE,
}


THEN: dict[str, Shape] = {
    "latest_then": meaning(
        gettext_lazy("The newest value on the earlier day; null: none was released"), optional(LATEST)
    ),
    "change": meaning(
        gettext_lazy("By how much it differs, in the unit; null also between sums from 1 January to other days"),
        optional(NUMBER),
    ),
}


def target_row(target: Target | None) -> Row | None:
    if target is None:
        return None
    return {
        "value": trimmed(target.value),
        "due_year": target.due_year,
        "qualifier": target.qualifier,
        "document": format_source(target.document),
    }


def latest_row(latest: Observation | None) -> Row | None:
    if latest is None:
        return None
    return {
        "period": latest.period,
        "value": json_number(trimmed(latest.value)),
        "released_on": latest.released_on,
        "provenance": latest.provenance,
    }


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
        "updated_at": written_moment(indicator.updated_at),
        "url": url,
    }


class Indicators(ListEndpoint):
    component = "IndicatorList"
    summary = gettext_lazy(
        "The indicators of the province, each with its newest verified and exact value released by the day."
    )
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
    component = "Indicator"
    summary = gettext_lazy("One indicator: what it stands against, and every target adopted by the day.")
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
                "source": format_source(indicator.source),
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
        "source": format_source(target.source),
    }
