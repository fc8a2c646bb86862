"""The indicators of which a city has values of its own, against its province and the best of the cities."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Q

from dashboard.figures import Figures
from dashboard.pages.links import Links
from dashboard.pages.sentences import format_share
from indicators.by_city import Cities, CityValue, compare_cities
from indicators.models import Direction, Indicator, Observation
from indicators.wording import period_words, short_text, shown_unit
from regions.models import Region
from web.formats.numbers import MINUS, NO_VALUE
from web.language import localized


class CityIndicator(NamedTuple):
    """`share`: of the province's sum, where parts add up to it. `place`, `of` and the best city: of the newest period
    for which the cities are ranked, `ranked_period`; the best is empty where it is this city, and neither is there
    where more is neither better nor worse."""

    name: str
    url: str
    unit: str
    period: str
    value: str
    province: str
    share: str
    place: int | None
    of: int
    ranked_period: str
    best: str
    best_url: str
    best_value: str


def city_indicators(figures: Figures, city: Region, cities: Sequence[Region], links: Links) -> list[CityIndicator]:
    """Return for each indicator the newest value of the city, beside that of the province for the same period. Two
    queries, one where the city has no value."""
    verified = Observation.objects.released(figures.day).filter(verified=True)
    own: dict[Indicator, Observation] = {}
    for row in verified.filter(region=city).select_related("indicator").order_by("indicator__code"):
        if row.indicator not in own or _age(own[row.indicator]) < _age(row):
            own[row.indicator] = row
    if not own:
        return []
    wanted_rows = reduce(or_, (_wanted(row) for row in own.values()))
    region = figures.plan.region
    beside: dict[int, list[Observation]] = defaultdict(list)
    wanted = [each.pk for each in cities] + ([region.pk] if region is not None else [])
    for row in verified.filter(wanted_rows, region__in=wanted).order_by("released_on", "pk"):
        beside[row.indicator_id].append(row)
    return [_row(row, beside[row.indicator_id], cities, region, links) for row in own.values()]


def _age(row: Observation) -> tuple[date, date, int]:
    """Return a key that orders values by which is newest, in the same way as a province's."""
    return row.period_end, row.released_on, (row.period_end - row.period_start).days


def _wanted(row: Observation) -> Q:
    """The rows of the same period; of an indicator by which the cities are ranked, those of all periods."""
    if row.indicator.may_rank:
        return Q(indicator=row.indicator_id)
    days = {"period_start": row.period_start, "period_end": row.period_end, "period_kind": row.period_kind}
    return Q(indicator=row.indicator_id, **days)


def _row(
    row: Observation,
    beside: Iterable[Observation],
    cities: Sequence[Region],
    region: Region | None,
    links: Links,
) -> CityIndicator:
    indicator = row.indicator
    rows = list(beside)
    of_province = next((each for each in reversed(rows) if region and _is_same(row, each, region)), None)
    found = compare_cities(indicator, rows, sorted(cities, key=lambda each: each.code))
    ranked = _ranked(indicator, found)
    place = ranked.get(row.region_id)
    best = next(iter(ranked.values()), None)
    is_other = best is not None and best.region.pk != row.region_id
    return CityIndicator(
        name=localized(indicator, "name"),
        url=links.url("indicators:detail", indicator.code),
        unit=shown_unit(indicator),
        period=period_words(row),
        value=_cell(row, like=row),
        province=_cell(of_province, like=row),
        share=_share(indicator, row, of_province),
        place=None if place is None else place.place,
        of=len(ranked),
        ranked_period="" if found is None or place is None else period_words(found.period),
        **_best(best if is_other else None, row, links),
    )


def _ranked(indicator: Indicator, found: Cities | None) -> dict[int, CityValue]:
    """Return the values by their city, the best first; none where the cities are not ranked, or more is neither better
    nor worse."""
    if found is None or not found.is_ranked or indicator.direction == Direction.NEUTRAL:
        return {}
    return {each.region.pk: each for each in found.values}


def _is_same(row: Observation, other: Observation, region: Region) -> bool:
    days = (row.period_kind, row.period_start, row.period_end)
    return other.region_id == region.pk and (other.period_kind, other.period_start, other.period_end) == days


def _best(best: CityValue | None, own: Observation, links: Links) -> Mapping[str, str]:
    if best is None:
        return {"best": "", "best_url": "", "best_value": ""}
    return {
        "best": localized(best.region, "short"),
        "best_url": links.url("dashboard:city", best.region.code),
        "best_value": _cell(best.row, like=own),
    }


def _cell(row: Observation | None, *, like: Observation) -> str:
    """Return the value, as exact as the city's own, which stands beside it."""
    if row is None:
        return NO_VALUE
    return short_text(like.indicator, row.value, like=[like.value], exact=row.exact).replace(MINUS, "-")


def _share(indicator: Indicator, row: Observation, province: Observation | None) -> str:
    if province is None or not indicator.may_add_up:
        return ""
    return format_share(row.value, province.value)
