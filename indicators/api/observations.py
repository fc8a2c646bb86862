from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from indicators.filters import OBSERVATION_ORDERINGS, ObservationFilter
from indicators.models import Observation
from reporting.periods import PeriodKind
from reporting.provenance import Provenance
from web.api import ListEndpoint, Row
from web.numbers import json_number, trimmed
from web.schema import ADDRESS, DAY, FLAG, NUMBER, TEXT, one_of
from web.sources import source_text

_VALUES = [
    "indicator__code",
    "region__code",
    "period",
    "period_kind",
    "period_start",
    "period_end",
    "value",
    "exact",
    "basis",
    "released_on",
    "release_basis",
    "verified",
    "provenance",
    "source",
]


class Observations(ListEndpoint):
    """The values of all indicators released by the day, each in its indicator's unit."""

    component = "ObservationList"
    columns = {
        "indicator": TEXT,
        "region": TEXT,
        "period": TEXT,
        "period_kind": one_of(PeriodKind.values),
        "period_start": DAY,
        "period_end": DAY,
        "value": {**NUMBER, "description": "In the unit of the indicator"},
        "exact": FLAG,
        "basis": TEXT,
        "released_on": DAY,
        "release_basis": TEXT,
        "verified": FLAG,
        "provenance": one_of(Provenance.values),
        "source": TEXT,
        "url": ADDRESS,
    }
    filterset_class = ObservationFilter
    orderings = OBSERVATION_ORDERINGS
    default_ordering = "-period_end"
    name = "observations"

    def get_queryset(self) -> QuerySet:
        return Observation.objects.released(self.day).values(*_VALUES)

    def make_rows(self, objects: Sequence[Mapping[str, Any]]) -> Iterable[Row]:
        for each in objects:
            indicator, region, end = each["indicator__code"], each["region__code"], each["period_end"].isoformat()
            yield {
                "indicator": indicator,
                "region": region,
                **{name: each[name] for name in _VALUES[2:6]},
                "value": json_number(trimmed(each["value"])),
                **{name: each[name] for name in _VALUES[7:-1]},
                "source": source_text(each["source"]),
                "url": self.address(
                    "api-observations", indicator=indicator, region=region, period_from=end, period_to=end
                ),
            }
