from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from core.periods import PeriodKind
from indicators.api.indicators import CODE, PERIOD, REGION, RELEASED_ON, VALUE
from indicators.filters import OBSERVATION_ORDERINGS, ObservationFilter
from indicators.models import Observation
from web.api.endpoints import ListEndpoint, Row
from web.api.schema import CUMULATIVE, DAY, FLAG, PROVENANCE, SOURCE, UNIT, UPDATED_AT, URL, choice, meaning
from web.days import written_moment
from web.formats.numbers import json_number, trimmed
from web.formats.sources import format_source

VERIFIED = meaning(gettext_lazy("Whether it was checked against the source"), FLAG)
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
    "updated_at",
    "indicator__unit",
    "indicator__cumulative",
]


class Observations(ListEndpoint):
    component = "ObservationList"
    summary = gettext_lazy("The values of all indicators released by the day, each in its indicator's unit.")
    columns = {
        "indicator": CODE,
        "region": REGION,
        "period": PERIOD,
        "period_kind": choice(PeriodKind.choices, gettext_lazy("Kind of period")),
        "period_start": meaning(gettext_lazy("First day of the period"), DAY),
        "period_end": meaning(gettext_lazy("Last day of the period"), DAY),
        "value": VALUE,
        "unit": UNIT,
        "cumulative": CUMULATIVE,
        "exact": meaning(gettext_lazy("False for a rounded figure, or one of “more than”"), FLAG),
        "basis": meaning(gettext_lazy("How it is counted, or what it was taken from")),
        "released_on": RELEASED_ON,
        "release_basis": meaning(gettext_lazy("Whether the source states the day of release, or it is assumed")),
        "verified": VERIFIED,
        "provenance": PROVENANCE,
        "source": SOURCE,
        "updated_at": UPDATED_AT,
        "url": URL,
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
                "unit": each["indicator__unit"],
                "cumulative": each["indicator__cumulative"],
                **{name: each[name] for name in _VALUES[7:13]},
                "source": format_source(each["source"]),
                "updated_at": written_moment(each["updated_at"]),
                "url": self.address(
                    "api-observations", indicator=indicator, region=region, period_from=end, period_to=end
                ),
            }
