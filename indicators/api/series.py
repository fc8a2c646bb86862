from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from core.periods import PeriodKind
from indicators.api.indicators import CODE, NAME, PERIOD, REGION, RELEASE_BASIS, RELEASED_ON, VALUE, VINTAGE
from indicators.api.observations import VERIFIED
from indicators.models import Indicator, Observation
from indicators.released import every_observation, newest_releases
from regions.models import Region
from web.api.endpoints import ListEndpoint
from web.api.fields import Chunk, Field, Reader, value
from web.api.shapes import (
    AS_OF,
    DAY,
    FILLED_TEXT,
    FLAG,
    MOMENT,
    PROVENANCE,
    SOURCE,
    UNIT,
    UPDATED_AT,
    URL,
    Shape,
    array,
    choice,
    filled,
    local_names,
    meaning,
)
from web.api.shapes import (
    NAME as NAMED,
)
from web.days import api_timestamp, asked_range, asked_vintage
from web.errors import BadQuery, not_one_of
from web.formats.numbers import json_number, trimmed
from web.formats.sources import format_source
from web.language import localized
from web.lists.filters import MAX_NAMED, TimestampField
from web.lists.listing import Listing
from web.values import asked_values

_REGION_NAME = local_names("region_name", gettext_lazy("Name of the region"))


@dataclass(frozen=True)
class SeriesValue:
    """The value of a region and a period: its newest release (`row`), and the first one."""

    row: Observation
    first: Observation

    @property
    def is_revised(self) -> bool:
        return self.row.value != self.first.value


# By the public name of an ordering. A year may end on the day on which five years do.
_PLACES: dict[str, Callable[[SeriesValue], Any]] = {
    "region": lambda each: each.row.region.code,
    "period_end": lambda each: each.row.period_end,
    "released_on": lambda each: each.row.released_on,
    "value": lambda each: each.row.value,
}


@dataclass
class SeriesListing(Listing):
    """A list of values that may be computed, and so in memory."""

    values: Sequence[SeriesValue] = ()

    @cached_property
    def rows(self) -> Any:
        name, down = self.ordering.removeprefix("-"), self.ordering.startswith("-")
        usual = sorted(self.values, key=lambda each: (each.row.region.code, each.row.period_end, each.row.period_start))
        return sorted(usual, key=_PLACES[name], reverse=down)


def _of_row(shape: Shape, read: Callable[[Observation], Any]) -> Field:
    return value(shape, lambda each: read(each.row))


def _address(chunk: Chunk) -> Reader:
    """The series of its region around the end of its period."""

    def read(each: SeriesValue) -> str:
        end = each.row.period_end.isoformat()
        query = {"regions": each.row.region.code, "from": end, "to": end}
        return chunk.endpoint.address("api-indicator-series", each.row.indicator.code, **query)

    return read


def _day(chunk: Chunk) -> Reader:
    return lambda _each: chunk.endpoint.day


def _number(amount: Any) -> Any:
    return json_number(trimmed(amount))


class IndicatorSeries(ListEndpoint):
    permission = READERS
    component = "SeriesList"
    summary = gettext_lazy(
        "The values of one indicator, recorded or derived, for several regions: of each region and period the newest"
        " release, and what it was first."
    )
    row_fields = {
        "as_of": Field(AS_OF, (), _day),
        "indicator": _of_row(CODE, lambda row: row.indicator.code),
        "name": _of_row(NAME["name"], lambda row: localized(row.indicator, "name")),
        "unit": _of_row(UNIT, lambda row: row.indicator.unit),
        "region": _of_row(REGION, lambda row: row.region.code),
        "region_name": _of_row(_REGION_NAME["region_name"], lambda row: localized(row.region, "name")),
        "region_name_zh": _of_row(_REGION_NAME["region_name_zh"], lambda row: row.region.name_zh),
        "region_name_en": _of_row(_REGION_NAME["region_name_en"], lambda row: row.region.name_en),
        "period": _of_row(PERIOD, lambda row: row.period),
        "period_kind": _of_row(choice(PeriodKind.choices, gettext_lazy("Kind of period")), lambda row: row.period_kind),
        "period_start": _of_row(meaning(gettext_lazy("First day of the period"), DAY), lambda row: row.period_start),
        "period_end": _of_row(meaning(gettext_lazy("Last day of the period"), DAY), lambda row: row.period_end),
        "value": _of_row(VALUE, lambda row: _number(row.value)),
        "released_on": _of_row(RELEASED_ON, lambda row: row.released_on),
        "release_basis": _of_row(RELEASE_BASIS, lambda row: row.release_basis),
        "is_revised": value(
            meaning(gettext_lazy("Whether it differs from what was released first"), FLAG),
            lambda each: each.is_revised,
        ),
        "first_value": value(
            meaning(gettext_lazy("What was released first, in the unit of the indicator"), VALUE),
            lambda each: _number(each.first.value),
        ),
        "first_released_on": value(
            meaning(gettext_lazy("The day on which that was released"), DAY), lambda each: each.first.released_on
        ),
        "exact": _of_row(
            meaning(gettext_lazy("False for a rounded figure, or one of “more than”"), FLAG), lambda row: row.exact
        ),
        "verified": _of_row(VERIFIED, lambda row: row.verified),
        "basis": _of_row(
            meaning(gettext_lazy("How it is counted, or what it was taken from; of a derived value its oldest input")),
            lambda row: row.basis,
        ),
        "scope": _of_row(
            meaning(gettext_lazy("What the value is of, where it is not the whole that the name says")),
            lambda row: format_source(row.scope),
        ),
        "provenance": _of_row(PROVENANCE, lambda row: row.provenance),
        "source": _of_row(SOURCE, lambda row: format_source(row.source)),
        "updated_at": _of_row(UPDATED_AT, lambda row: api_timestamp(row.updated_at)),
        "url": Field(URL, (), _address),
    }
    orderings = {name: [name] for name in _PLACES}
    default_ordering = "region"
    takes_cursor = False
    kinds = ("indicators", "regions")
    name = "series"

    @classmethod
    def filter_shapes(cls) -> dict[str, Shape]:
        kinds = filled(array(choice(PeriodKind.choices)))
        return {
            "regions": {**filled(array(NAMED)), "description": gettext_lazy("Codes of regions; all unless given")},
            "period_kind": {**kinds, "description": gettext_lazy("Kind of period")},
            "from": {**DAY, "description": gettext_lazy("Period ends from")},
            "to": {**DAY, "description": gettext_lazy("Period ends by")},
            "vintage": VINTAGE,
            "search": {**FILLED_TEXT, "description": gettext_lazy("Keyword")},
            "updated_since": {**MOMENT, "description": gettext_lazy("Updated since")},
        }

    def get_answer(self, request: Any, code: str) -> Any:
        self.indicator = Indicator.objects.filter(code=code).first()
        if self.indicator is None:
            raise Http404
        return super().get_answer(request)

    def get_listing(self) -> Listing:
        assert self.indicator is not None
        params = self.request.query_params
        first, last = asked_range(params)
        kinds = _asked_among(params, "period_kind", PeriodKind.values)
        found = every_observation(self.indicator, on=asked_vintage(params, self.day), regions=self.asked_regions())
        for row in found:
            # Every row would ask for it anew.
            row.indicator = self.indicator
        rows = (
            row for row in found if _is_within(row.period_end, first, last) and (not kinds or row.period_kind in kinds)
        )
        since, words = _asked_moment(params), params.get("search", "").lower().split()
        values = [
            SeriesValue(newest, earliest)
            for newest, earliest in newest_releases(rows)
            if (since is None or newest.updated_at >= since) and all(word in _searched(newest) for word in words)
        ]
        return SeriesListing(self.request._request, self.orderings, self.default_ordering, values=values)

    def asked_regions(self) -> list[int] | None:
        """Ids of those of `?regions=`, None where none are asked for. Raises BadQuery for an unknown code."""
        codes = asked_values(self.request.query_params, "regions")
        if not codes:
            return None
        known = dict(Region.objects.values_list("code", "pk"))
        if any(code not in known for code in codes):
            is_long = len(known) > MAX_NAMED
            raise BadQuery({"regions": [_("No row of that name exists.") if is_long else not_one_of(sorted(known))]})
        return [known[code] for code in codes]

    def every(self, listing: Listing) -> Iterable[Sequence[Any]]:
        return [list(listing.rows)]


def _asked_among(params: Any, name: str, allowed: Sequence[str]) -> list[str]:
    asked = asked_values(params, name)
    if any(each not in allowed for each in asked):
        raise BadQuery({name: [not_one_of(allowed)]})
    return asked


def _asked_moment(params: Any) -> datetime | None:
    try:
        moment: datetime | None = TimestampField(required=False).clean(params.get("updated_since"))
    except ValidationError as error:
        raise BadQuery({"updated_since": error.messages}) from error
    return moment


def _searched(row: Observation) -> str:
    named = (row.indicator, row.region)
    return " ".join(text for each in named for text in (each.code, each.name_zh, each.name_en)).lower()


def _is_within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)
