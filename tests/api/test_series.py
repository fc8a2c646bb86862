"""The series of one indicator: several regions in one call, with revisions, recorded or derived."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from indicators.models import Indicator
from tests import factories as make
from tests.api.addresses import wrong

pytestmark = pytest.mark.django_db
YUAN = "100 million yuan"
GDP = {
    ("370000", 2020): "72798",
    ("370000", 2021): "82875",
    ("370100", 2021): "11432",
    ("370200", 2021): "14136",
    ("370200", 2022): "14921",
}


def year(number: int, **more: Any) -> dict[str, Any]:
    return {
        "period": str(number),
        "period_kind": "year",
        "period_start": date(number, 1, 1),
        "period_end": date(number, 12, 31),
        "released_on": date(number + 1, 1, 20),
        **more,
    }


@pytest.fixture
def gdp(site: Any) -> Indicator:
    found = make.make_indicator("gdp_annual", unit=YUAN, name_zh="地区生产总值", name_en="GDP", headline=None)
    for (region, number), value in GDP.items():
        make.make_observation(found, value, region_code=region, **year(number))
    return found


@pytest.fixture
def share(gdp: Indicator) -> Indicator:
    tertiary = make.make_indicator("gdp_tertiary", unit=YUAN, name_en="Tertiary", headline=None)
    for region, number, value in (("370000", 2021, "43879"), ("370200", 2021, "8601"), ("370200", 2022, "9244")):
        make.make_observation(tertiary, value, region_code=region, **year(number, released_on=date(number + 1, 3, 1)))
    return make.make_indicator(
        "tertiary_share", derived_form="share", derived_from=tertiary, derived_with=gdp, headline=None
    )


def rows(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.content
    found: list[Any] = answer.json()["results"]
    return found


def short(answer: Any) -> list[tuple[str, str, float]]:
    return [(each["region"], each["period"], each["value"]) for each in rows(answer)]


def test_every_region_with_values_in_a_stable_order(gdp: Indicator, ask: Any) -> None:
    assert short(ask("indicators/gdp_annual/series/")) == [
        ("370000", "2020", 72798),
        ("370000", "2021", 82875),
        ("370100", "2021", 11432),
        ("370200", "2021", 14136),
        ("370200", "2022", 14921),
    ]
    assert [each[2] for each in short(ask("indicators/gdp_annual/series/?ordering=-value"))][:2] == [82875, 72798]
    by_end = short(ask("indicators/gdp_annual/series/?ordering=period_end"))
    assert [each[:2] for each in by_end] == [
        ("370000", "2020"),
        ("370000", "2021"),
        ("370100", "2021"),
        ("370200", "2021"),
        ("370200", "2022"),
    ]


def test_several_regions_and_years_in_one_call(gdp: Indicator, ask: Any) -> None:
    path = "indicators/gdp_annual/series/?regions=370200,370000&from=2021-01-01&to=2021-12-31"
    assert short(ask(path)) == [("370000", "2021", 82875), ("370200", "2021", 14136)]
    assert short(ask("indicators/gdp_annual/series/?regions=370200&regions=370100&from=2022-12-31")) == [
        ("370200", "2022", 14921)
    ]
    assert short(ask("indicators/gdp_annual/series/?regions=100000")) == []


def test_each_row_of_a_file_stands_for_itself(gdp: Indicator, ask: Any) -> None:
    answer = ask("indicators/gdp_annual/series/?format=csv&regions=370200&lang=en&as_of=2023-08-29")
    first, second = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"), newline=""))
    expected = {
        "as_of": "2023-08-29",
        "indicator": "gdp_annual",
        "name": "GDP",
        "unit": YUAN,
        "region": "370200",
        "region_name": "Qingdao",
        "period": "2021",
        "period_kind": "year",
        "period_start": "2021-01-01",
        "period_end": "2021-12-31",
        "value": "14136",
        "released_on": "2022-01-20",
        "is_revised": "false",
        "first_value": "14136",
        "exact": "true",
        "verified": "true",
        "provenance": "illustrative",
    }
    assert {name: first[name] for name in expected} == expected
    assert second["period"] == "2022"


def test_a_revision_stands_beside_what_it_was_first(gdp: Indicator, ask: Any) -> None:
    revised = year(2021, released_on=date(2022, 12, 1))
    make.make_observation(gdp, "83096", **revised)
    path = "indicators/gdp_annual/series/?regions=370000&from=2021-01-01"
    [row] = rows(ask(path))
    told = ("value", "released_on", "is_revised", "first_value", "first_released_on")
    assert [row[name] for name in told] == [83096, "2022-12-01", True, 82875, "2022-01-20"]
    # By the days of its releases, and not before the first.
    [row] = rows(ask(f"{path}&vintage=2022-11-30"))
    assert [row[name] for name in told] == [82875, "2022-01-20", False, 82875, "2022-01-20"]
    assert rows(ask(f"{path}&vintage=2022-01-19")) == []
    assert rows(ask(f"{path}&as_of=2022-11-30"))[0]["value"] == 82875


def test_an_unverified_value_does_not_take_the_place_of_a_verified_one(gdp: Indicator, ask: Any) -> None:
    make.make_observation(gdp, "83000", **year(2021, released_on=date(2022, 12, 1), verified=False))
    make.make_observation(gdp, "90000", region_code="370100", **year(2022, exact=False))
    found = {(each["region"], each["period"]): each for each in rows(ask("indicators/gdp_annual/series/"))}
    assert found["370000", "2021"]["value"] == 82875
    assert [found["370100", "2022"][name] for name in ("value", "exact")] == [90000, False]


def test_derived_values_come_like_any_other(share: Indicator, gdp: Indicator, ask: Any) -> None:
    path = "indicators/tertiary_share/series/"
    assert short(ask(path)) == [("370000", "2021", 52.95), ("370200", "2021", 60.84), ("370200", "2022", 61.95)]
    make.make_observation(gdp, "86000", **year(2021, released_on=date(2022, 12, 1)))
    [row] = rows(ask(f"{path}?regions=370000&lang=en"))
    assert [row[name] for name in ("value", "is_revised", "first_value", "released_on", "first_released_on")] == [
        51.02,
        True,
        52.95,
        "2022-12-01",
        "2022-03-01",
    ]
    assert row["basis"] == "based on Tertiary of 2021, released on 1 March 2022"
    assert short(ask(f"{path}?regions=370000&vintage=2022-11-30")) == [("370000", "2021", 52.95)]
    assert short(ask(f"{path}?regions=370000&vintage=2022-02-28")) == []


def test_a_single_derived_indicator_says_how_it_follows(share: Indicator, ask: Any) -> None:
    answer = ask("indicators/tertiary_share/").json()
    assert answer["derived"] == {"form": "share", "from": "gdp_tertiary", "with": "gdp_annual"}
    assert answer["latest"]["value"] == 52.95
    assert [(each["indicator"], each["period"], each["value"]) for each in answer["inputs"]] == [
        ("gdp_tertiary", "2021", 43879),
        ("gdp_annual", "2021", 82875),
    ]
    assert answer["observations"] == answer["series"] == "http://testserver/api/v1/indicators/tertiary_share/series/"
    plain = ask("indicators/gdp_annual/").json()
    assert (plain["derived"], plain["inputs"]) == (None, [])
    assert "observations/?indicator=gdp_annual" in plain["observations"]


def test_the_number_of_queries_does_not_grow(share: Indicator, gdp: Indicator, ask: Any) -> None:
    def queries(path: str) -> int:
        ask(path)
        with CaptureQueriesContext(connection) as found:
            rows(ask(f"{path}&page=1"))
        return len(found)

    paths = [f"indicators/{code}/series/?regions=370000,370200" for code in ("gdp_annual", "tertiary_share")]
    before = [queries(path) for path in paths]
    for number in range(1990, 2015):
        for region in ("370000", "370200"):
            make.make_observation(gdp, "100", region_code=region, **year(number))
            make.make_observation(share.derived_from, "40", region_code=region, **year(number))  # type: ignore[arg-type]
    assert [queries(path) for path in paths] == before


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        ("regions=nowhere", "regions", "This value is not allowed; choose one of: 100000, 370000, 370100"),
        ("period_kind=week", "period_kind", "This value is not allowed; choose one of: day, month, months, quarter"),
        ("from=2023-02-30", "from", "There is no such date"),
        ("from=2023-02-01&to=2023-01-31", "to", "The last day lies before the first one."),
        ("vintage=soon", "vintage", "There is no such date"),
        ("as_of=2023-06-30&vintage=2023-07-01", "vintage", "The answer is of 2023-06-30: what was released later"),
        ("ordering=name", "ordering", "This value is not allowed; choose one of: region, period_end"),
        ("page=2", "page", "The last page is 1."),
    ],
)
def test_what_cannot_be_answered_is_told(query: str, name: str, sentence: str, gdp: Indicator, ask: Any) -> None:
    answer = ask(f"indicators/gdp_annual/series/?{query}", **{"Accept-Language": "en"})
    assert answer.status_code == 400
    [told] = wrong(answer)[name]
    assert told.startswith(sentence)


def test_an_unknown_indicator_is_not_found(site: Any, ask: Any) -> None:
    assert ask("indicators/nothing/series/").status_code == 404


def test_observations_by_the_day_by_which_they_were_released(gdp: Indicator, ask: Any) -> None:
    make.make_observation(gdp, "83096", **year(2021, released_on=date(2022, 12, 1)))
    path = "observations/?indicator=gdp_annual&region=370000&ordering=released_on"
    assert [each["value"] for each in rows(ask(path))] == [72798, 82875, 83096]
    assert [each["value"] for each in rows(ask(f"{path}&vintage=2022-11-30"))] == [72798, 82875]
    assert rows(ask(f"{path}&vintage=2022-11-30")) == rows(ask(f"{path}&as_of=2022-11-30"))
    assert ask(f"{path}&vintage=2022-11-30").json()["as_of"] != "2022-11-30"
    refused = ask(f"{path}&as_of=2022-01-01&vintage=2022-01-02", **{"Accept-Language": "en"})
    assert list(wrong(refused)) == ["vintage"]
