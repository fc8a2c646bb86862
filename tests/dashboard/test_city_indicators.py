"""A city's own values beside its province and the best of the cities."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from indicators.models import Indicator
from tests.dashboard.test_cities import page, text_at
from tests.factories import make_indicator, make_observation, make_plan, region
from tests.measures.test_views import query_count
from tests.pages import text_of

pytestmark = pytest.mark.django_db
CITIES = {"370100": "11432", "370200": "14136", "370300": "4200", "370600": "8711", "371000": "3463"}


@pytest.fixture(autouse=True)
def _site(today: None, open_reading: None) -> None:
    make_plan()
    for code in CITIES:
        region(code)


@pytest.fixture
def gdp() -> Indicator:
    indicator = make_indicator(
        "gdp_annual", name_en="GDP", unit="100 million yuan", unit_zh="亿元", may_add_up=True, may_rank=True
    )
    for code, value in CITIES.items():
        of_year(indicator, 2021, value, region_code=code)
    of_year(indicator, 2021, "83096")
    return indicator


def of_year(indicator: Indicator, year: int, value: str, **more: Any) -> None:
    days = {"period": str(year), "period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
    row = {"period_kind": "year", "released_on": date(year + 1, 3, 1), **days}
    make_observation(indicator, value, **row | more)


def test_value_province_share_best_and_rank(gdp: Indicator) -> None:
    assert "GDP 871 billion yuan 2021 8,310 10.5% Qingdao 1,414 3 of 5 (2021)" in text_at("/cities/370600/")
    assert "GDP 1,414 billion yuan 2021 8,310 17.0% this city 1 of 5 (2021)" in text_at("/cities/370200/")
    chinese = text_of(Client().get("/cities/370600/?lang=zh-hans").content.decode())
    assert "8,711 亿元 2021年 83,096 10.5% 青岛 14,136 第3（共5个，2021年）" in chinese
    shown = page("/cities/370600/?as_of=2023-07-31")
    assert 'href="/indicators/gdp_annual/?as_of=2023-07-31"' in shown
    assert 'href="/cities/370200/?as_of=2023-07-31"' in shown


def test_the_newest_value_stands_beside_the_rank_of_the_newest_period_of_all(gdp: Indicator) -> None:
    of_year(gdp, 2022, "9516", region_code="370600")
    of_year(gdp, 2022, "87435")
    text = text_at("/cities/370600/")
    assert "GDP 952 billion yuan 2022 8,744 10.9% Qingdao 1,414 3 of 5 (2021)" in text
    assert "GDP 871 billion yuan 2021" in text_at("/cities/370600/?as_of=2023-02-28")


def test_where_the_method_allows_no_rank_there_is_none(gdp: Indicator) -> None:
    Indicator.objects.update(may_rank=False, may_add_up=False)
    assert "GDP 871 billion yuan 2021 8,310 — — —" in text_at("/cities/370600/")


def test_nobody_is_best_where_more_is_neither_better_nor_worse(gdp: Indicator) -> None:
    Indicator.objects.update(direction="neutral")
    assert "GDP 871 billion yuan 2021 8,310 10.5% — —" in text_at("/cities/370600/")
    Indicator.objects.update(direction="down")
    assert "GDP 871 billion yuan 2021 8,310 10.5% Weihai 346 3 of 5 (2021)" in text_at("/cities/370600/")


def test_what_is_not_verified_is_left_out_and_without_a_value_so_is_the_part(gdp: Indicator) -> None:
    gdp.observations.filter(region__code="370600").update(verified=False)
    assert 'id="indicators"' not in page("/cities/370600/")
    assert 'id="indicators"' in page("/cities/370200/")


def test_it_asks_two_queries_however_many_values_there_are(gdp: Indicator) -> None:
    page("/cities/370600/")
    few = query_count(Client(), "/cities/370600/")
    for n in range(8):
        more = make_indicator(may_rank=bool(n % 2))
        for code in CITIES:
            for year in range(2015, 2022):
                of_year(more, year, str(n), region_code=code)
    assert query_count(Client(), "/cities/370600/") == few <= 17
