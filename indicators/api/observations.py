from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.rules import READERS
from core.periods import PeriodKind
from indicators.api.indicators import CODE, PERIOD, REGION, RELEASED_ON, VALUE, VINTAGE
from indicators.filters import OBSERVATION_ORDERINGS, ObservationFilter
from indicators.models import Observation
from web.api.endpoints import ListEndpoint
from web.api.fields import ORIGIN, UPDATED, Chunk, Field, Reader, column
from web.api.shapes import CUMULATIVE, DAY, FLAG, UNIT, URL, WHOLE, Shape, choice, meaning, optional
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
        "id": column("pk", meaning(gettext_lazy("Number of the row"), WHOLE)),
        "indicator": column("indicator__code", CODE),
        "region": column("region__code", REGION),
        "period": column("period", PERIOD),
        "period_kind": column("period_kind", choice(PeriodKind.choices, gettext_lazy("Kind of period"))),
        "period_start": column("period_start", meaning(gettext_lazy("First day of the period"), DAY)),
        "period_end": column("period_end", meaning(gettext_lazy("Last day of the period"), DAY)),
        "value": column("value", VALUE, convert=lambda value: json_number(trimmed(value))),
        "unit": column("indicator__unit", UNIT),
        "cumulative": column("indicator__cumulative", CUMULATIVE),
        "exact": column("exact", meaning(gettext_lazy("False for a rounded figure, or one of “more than”"), FLAG)),
        "basis": column("basis", meaning(gettext_lazy("How it is counted, or what it was taken from"))),
        "released_on": column("released_on", RELEASED_ON),
        "release_basis": column(
            "release_basis", meaning(gettext_lazy("Whether the source states the day of release, or it is assumed"))
        ),
        "verified": column("verified", VERIFIED),
        "supersedes": column(
            "supersedes_id", meaning(gettext_lazy("Id of the wrong row that this one corrects"), optional(WHOLE))
        ),
        "superseded_by": column(
            "superseded_by__pk",
            meaning(
                gettext_lazy("Id of the row that corrects this one, which then counts for no day"), optional(WHOLE)
            ),
        ),
        "reason": column("reason", meaning(gettext_lazy("Why it was corrected or revised"))),
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
