"""The period that the cities are compared for, and when they are ranked."""

from datetime import date

import pytest
from django.utils.translation import override

from indicators.by_city import NoRank, compare_cities
from indicators.charts.cities import cities_part
from indicators.models import Indicator, Observation
from regions.models import Region
from regions.words import NEUTRAL
from tests.factories import make_indicator, make_observation, region

pytestmark = pytest.mark.django_db
CODES = ("370100", "370200", "370300", "370600")


@pytest.fixture
def air() -> Indicator:
    return make_indicator("air", unit="µg/m³", direction="down", may_rank=True)


@pytest.fixture
def parts() -> list[Region]:
    return [region(code) for code in CODES]


def of_year(indicator: Indicator, year: int, *values: str, **more: object) -> None:
    days = {"period": str(year), "period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
    for code, value in zip(CODES, values, strict=False):
        released = {"released_on": date(year + 1, 3, 1)}
        make_observation(indicator, value, region_code=code, period_kind="year", **days, **{**released, **more})


def compared(indicator: Indicator, parts: list[Region]):
    return compare_cities(indicator, Observation.objects.select_related("region"), parts)


def test_the_newest_period_that_all_have_is_ranked_with_the_best_first(air, parts) -> None:
    of_year(air, 2020, "40", "30", "50", "40")
    of_year(air, 2021, "36", "28", "47", "36")
    of_year(air, 2022, "30", "20", "10")
    found = compared(air, parts)
    assert found is not None and found.period.period == "2021"
    assert [(each.region.code, each.place) for each in found.values] == [
        ("370200", 1),
        ("370100", 2),
        ("370600", 2),
        ("370300", 4),
    ]
    assert found.mean == 36.75 and found.without == []
    assert found.earlier is not None and found.earlier.period == "2020"
    assert (found.lowest.region.code, found.highest.region.code) == ("370200", "370300")


def test_where_more_is_better_the_greatest_is_first(parts) -> None:
    good = make_indicator(direction="up", may_rank=True)
    of_year(good, 2021, "1", "4", "2", "3")
    found = compared(good, parts)
    assert found is not None and [each.region.code for each in found.values] == ["370200", "370600", "370300", "370100"]


def test_without_all_values_nothing_is_ranked_and_cities_stand_by_code(air, parts) -> None:
    of_year(air, 2021, "36", "28", "47")
    found = compared(air, parts)
    assert found is not None and found.no_rank is NoRank.MISSING
    assert [(each.region.code, each.place) for each in found.values] == [(code, None) for code in CODES[:3]]
    assert [each.code for each in found.without] == ["370600"]


def test_where_the_method_does_not_allow_a_rank_there_is_none(air, parts) -> None:
    of_year(air, 2021, "36", "28", "47", "36")
    air.may_rank = False
    found = compared(air, parts)
    assert found is not None and found.no_rank is NoRank.METHOD


@pytest.mark.parametrize("values", [(), ("36", "28")])
def test_too_few_are_not_compared(air, parts, values) -> None:
    of_year(air, 2021, *values)
    assert compared(air, parts) is None


def test_fewer_than_half_are_not_compared(air) -> None:
    """Few cities are often the best and the worst alone."""
    of_year(air, 2021, "36", "28", "47")
    parts = [*(region(code) for code in CODES), *(Region(pk=-n, code=f"3799{n:02}") for n in range(3))]
    assert compared(air, parts) is None
    assert compared(air, parts[:6]) is not None


def test_what_is_not_verified_does_not_count_and_the_newest_release_does(air, parts) -> None:
    of_year(air, 2021, "36", "28", "47", "36")
    of_year(air, 2021, "35", released_on=date(2022, 9, 1))
    of_year(air, 2022, "1", "1", "1", "1", verified=False)
    found = compared(air, parts)
    assert found is not None and found.period.period == "2021"
    assert {each.region.code: each.row.value for each in found.values}["370100"] == 35


def test_an_earlier_year_stands_beside_it_only_for_all(air, parts) -> None:
    of_year(air, 2019, "40", "30", "50")
    of_year(air, 2021, "36", "28", "47", "36")
    found = compared(air, parts)
    assert found is not None and found.earlier is None


def test_since_when_the_best_has_been_the_best(air, parts) -> None:
    """The best was not so in 2017; a tie of 2019 does not end it, a missing 2018 would."""
    of_year(air, 2017, "30", "40", "50", "40")
    of_year(air, 2018, "40", "30", "50", "40")
    of_year(air, 2019, "30", "30", "50", "40")
    of_year(air, 2020, "40", "30", "50", "40")
    found = compared(air, parts)
    assert found is not None and found.best_since is not None and found.best_since.period == "2018"
    air.observations.filter(period="2019", region__code="370600").delete()
    found = compared(air, parts)
    assert found is not None and found.best_since is not None and found.best_since.period == "2020"
    air.may_rank = False
    found = compared(air, parts)
    assert found is not None and found.best_since is None


@override("en")
def test_the_words_beside_the_cities(air, parts) -> None:
    of_year(air, 2020, "40", "30", "50", "40")
    of_year(air, 2021, "36", "28", "47", "36")
    found = compared(air, parts)
    assert found is not None
    part = cities_part(found, NEUTRAL, url_of=str)
    assert "; Qingdao has been the best each year since 2020; all 4 fell since 2020." in part.sentence
    assert part.dots.note == "The axis starts at 20" and part.tiles is not None
    of_year(air, 2022, "30", "20", "1", exact=False)
    Observation.objects.exclude(period="2022").delete()
    Region.objects.update(tile_row=None, tile_column=None)
    found = compared(air, [region(code) for code in CODES])
    assert found is not None
    part = cities_part(found, NEUTRAL, url_of=str)
    assert part.dots.note == "Not ranked, since not all have a value; no value: Yantai; open diamond: rounded"
    assert part.tiles is None
