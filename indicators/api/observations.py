from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from indicators.api.indicators import CODE, PERIOD, REGION, RELEASED_ON, VALUE, VINTAGE
from indicators.filters import OBSERVATION_ORDERINGS, ObservationFilter
from indicators.models import Observation
from web.api.endpoints import ListEndpoint
from web.api.fields import ORIGIN, UPDATED, Chunk, Field, Reader, column, stored
from web.api.shapes import CUMULATIVE, FLAG, UNIT, URL, Shape, meaning
from web.days import asked_vintage
from web.formats.numbers import json_number, trimmed

VERIFIED = meaning(gettext_lazy("Whether it was checked against the source"), FLAG)


def _address(chunk: Chunk) -> Reader:
    """The list of the values of its indicator and region that end on the same day."""

    def read(row: dict[str, Any]) -> str:
        end = row["period_end"].isoformat()
        return chunk.endpoint.address(
            "api-observations",
            indicator=row["indicator__code"],
            region=row["region__code"],
            period_from=end,
            period_to=end,
        )

    return read


class Observations(ListEndpoint):
    permission = READERS
    component = "ObservationList"
    summary = gettext_lazy(
        "The values of all indicators released by the day, each in its indicator's unit; those that a later row"
        " corrects come with superseded=yes."
    )
    row_fields = {
        "id": stored(Observation, "pk", gettext_lazy("Number of the row")),
        "indicator": column("indicator__code", CODE),
        "region": column("region__code", REGION),
        "period": column("period", PERIOD),
        "period_kind": stored(Observation, "period_kind", gettext_lazy("Kind of period")),
        "period_start": stored(Observation, "period_start", gettext_lazy("First day of the period")),
        "period_end": stored(Observation, "period_end", gettext_lazy("Last day of the period")),
        "value": column("value", VALUE, convert=lambda value: json_number(trimmed(value))),
        "unit": column("indicator__unit", UNIT),
        "cumulative": column("indicator__cumulative", CUMULATIVE),
        "exact": stored(Observation, "exact", gettext_lazy("False for a rounded figure, or one of “more than”")),
        "basis": stored(Observation, "basis", gettext_lazy("How it is counted, or what it was taken from")),
        "released_on": column("released_on", RELEASED_ON),
        "release_basis": stored(
            Observation, "release_basis", gettext_lazy("Whether the source states the day of release, or it is assumed")
        ),
        "verified": column("verified", VERIFIED),
        "supersedes": stored(Observation, "supersedes__pk", gettext_lazy("Id of the wrong row that this one corrects")),
        "superseded_by": stored(
            Observation,
            "superseded_by__pk",
            gettext_lazy("Id of the row that corrects this one, which then counts for no day"),
        ),
        "reason": stored(Observation, "reason", gettext_lazy("Why it was corrected or revised")),
        **ORIGIN,
        **UPDATED,
        "url": Field(URL, ("indicator__code", "region__code", "period_end"), _address),
    }
    filterset_class = ObservationFilter
    orderings = OBSERVATION_ORDERINGS
    kinds = ("indicators", "regions")
    default_ordering = "-period_end"
    name = "observations"

    @classmethod
    def filter_shapes(cls) -> dict[str, Shape]:
        return {**super().filter_shapes(), "vintage": VINTAGE}

    def get_queryset(self) -> QuerySet[Observation]:
        by = asked_vintage(self.request.query_params, self.day)
        if any(self.request.query_params.getlist("superseded")):
            return Observation.objects.filter(released_on__lte=by)
        return Observation.objects.released(by)
