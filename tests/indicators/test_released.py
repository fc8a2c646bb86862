"""Derived values on the site: read from what was released of others, never stored."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.exceptions import NotAllowed
from indicators.models import Indicator, Observation
from indicators.released import every_observation, newest_releases, sound_observations
from indicators.services import add_observation, correct_observation, revise_observation
from indicators.state import ChangeSince, indicator_states
from tests.factories import make_indicator, make_observation, make_plan, make_target, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today"), pytest.mark.both_databases]
DAY = date(2023, 8, 29)
YEAR = {
    "period": "2022",
    "period_kind": "year",
    "period_start": date(2022, 1, 1),
    "period_end": date(2022, 12, 31),
    "released_on": date(2023, 1, 20),
}
BEFORE = {
    "period": "2021",
    "period_kind": "year",
    "period_start": date(2021, 1, 1),
    "period_end": date(2021, 12, 31),
    "released_on": date(2022, 1, 20),
}
YUAN = "100 million yuan"


@pytest.fixture
def tertiary() -> Indicator:
    return make_indicator("gdp_tertiary", unit=YUAN, name_zh="第三产业增加值", name_en="Tertiary sector", headline=None)


@pytest.fixture
def gdp() -> Indicator:
    return make_indicator("gdp_annual", unit=YUAN, name_zh="地区生产总值", name_en="GDP", headline=None)


@pytest.fixture
def share(tertiary: Indicator, gdp: Indicator) -> Indicator:
    return make_indicator("tertiary_share", derived_form="share", derived_from=tertiary, derived_with=gdp, headline=1)


def state(indicator: Indicator, on: date = DAY) -> Any:
    return indicator_states([indicator], on=on, plan=make_plan())[0]


def test_a_derived_indicator_stands_like_any_other(share: Indicator, tertiary: Indicator, gdp: Indicator) -> None:
    make_observation(tertiary, "46122.3", **YEAR)
    make_observation(gdp, "87435", **YEAR | {"released_on": date(2023, 3, 1)})
    make_observation(tertiary, "43879.7", **BEFORE)
    make_observation(gdp, "83095.9", **BEFORE)
    make_observation(tertiary, "638698", region_code="100000", **YEAR)
    make_observation(gdp, "1210207", region_code="100000", **YEAR)
    make_target(share, "55")
    got = state(share)
    assert (got.value, got.previous, got.comparator) == (Decimal("52.75"), Decimal("52.81"), Decimal("52.78"))
    assert (got.gap, got.change, got.target.value) == (Decimal("-0.03"), Decimal("-0.06"), Decimal("55"))
    assert (got.latest.period, got.latest.released_on) == ("2022", date(2023, 3, 1))
    assert (got.latest.verified, got.latest.exact, got.latest.pk < 0) == (True, True, True)
    assert not Observation.objects.filter(indicator=share).exists()
    # The day before both were known, the value was that of the year before.
    assert state(share, date(2023, 2, 28)).latest.period == "2021"
    assert state(share, date(2022, 1, 19)).latest is None


def test_a_revised_input_gives_another_value_from_its_day_on(
    share: Indicator, tertiary: Indicator, gdp: Indicator
) -> None:
    ada = make_user("ada")
    make_observation(tertiary, "40", **YEAR)
    whole = make_observation(gdp, "100", **YEAR)
    revise_observation(
        whole, by=ada, reason="Census", released_on=date(2023, 6, 1), source="Bureau", value=Decimal("80")
    )
    assert (state(share).value, state(share, date(2023, 5, 31)).value) == (Decimal("50"), Decimal("40"))
    assert ChangeSince(state(share), date(2023, 5, 31)).change == Decimal("10")
    newest, first = next(newest_releases(every_observation(share, on=DAY)))
    assert (newest.value, first.value, first.released_on) == (Decimal("50"), Decimal("40"), date(2023, 1, 20))
    # A correction holds for all days.
    correct_observation(whole, by=ada, reason="Typed wrongly", value=Decimal("160"))
    assert (state(share).value, state(share, date(2023, 5, 31)).value) == (Decimal("50"), Decimal("25"))


@pytest.mark.parametrize("weakness", [{"verified": False}, {"exact": False}, {"superseded": True}])
def test_inputs_must_be_sound(weakness: dict[str, bool], share: Indicator, tertiary: Indicator, gdp: Indicator) -> None:
    make_observation(tertiary, "40", **YEAR)
    make_observation(gdp, "100", **YEAR | weakness)
    assert state(share).latest is None
    assert every_observation(share, on=DAY) == []


def test_regions_do_not_mix(share: Indicator, tertiary: Indicator, gdp: Indicator) -> None:
    make_observation(tertiary, "40", region_code="370100", **YEAR)
    make_observation(gdp, "100", region_code="370200", **YEAR)
    assert every_observation(share, on=DAY) == []
    make_observation(gdp, "50", region_code="370100", **YEAR)
    [row] = every_observation(share, on=DAY)
    assert (row.region.code, row.value) == ("370100", Decimal("80"))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("published", "published", "published"),
        ("published", "reported", "reported"),
        ("reported", "illustrative", "illustrative"),
        ("illustrative", "published", "illustrative"),
    ],
)
def test_a_value_is_no_better_than_its_weakest_input(
    one: str, other: str, expected: str, share: Indicator, tertiary: Indicator, gdp: Indicator
) -> None:
    make_observation(tertiary, "40", **YEAR, provenance=one, source="统计局 | Bureau; https://stats.example")
    make_observation(gdp, "100", **YEAR | {"release_basis": "assumed"}, provenance=other, source="年鉴 | Yearbook")
    for language, words in (("en", "Tertiary sector: Bureau; GDP: Yearbook"), ("zh-hans", "第三产业增加值：统计局")):
        with translation.override(language):
            [row] = every_observation(share, on=DAY)
        assert row.provenance == expected
        assert row.is_release_assumed
        assert row.source.startswith(words)


def test_the_oldest_input_is_told(share: Indicator, tertiary: Indicator, gdp: Indicator) -> None:
    make_observation(tertiary, "40", **YEAR | {"released_on": date(2023, 3, 1)})
    make_observation(gdp, "100", **YEAR)
    with translation.override("en"):
        [row] = every_observation(share, on=DAY)
    assert row.basis == "based on GDP of 2022, released on 20 January 2023"


def test_a_change_on_the_year_rests_on_the_year_before(gdp: Indicator) -> None:
    growth = make_indicator("gdp_nominal_growth", derived_form="year_on_year", derived_from=gdp)
    make_observation(gdp, "83100", **BEFORE)
    make_observation(gdp, "87435", **YEAR)
    with translation.override("en"):
        [row] = every_observation(growth, on=DAY)
    assert (row.value, row.basis) == (Decimal("5.2"), "based on GDP of 2021, released on 20 January 2022")


def test_people_of_the_end_of_the_year(gdp: Indicator) -> None:
    people = make_indicator("population", unit="10 thousand people", direction="neutral", headline=None)
    per_head = make_indicator(
        "gdp_per_head", unit="10 thousand yuan", derived_form="per_head", derived_from=gdp, derived_with=people
    )
    make_observation(gdp, "87435", **YEAR)
    day = {"period": "2022-12-31", "period_kind": "day", "period_start": date(2022, 12, 31)}
    make_observation(people, "10162.79", **YEAR | day)
    assert state(per_head).value == Decimal("8.603")


def test_the_number_of_queries_does_not_grow(share: Indicator, tertiary: Indicator, gdp: Indicator) -> None:
    make_observation(tertiary, "40", **YEAR)
    make_observation(gdp, "100", **YEAR)
    plan = make_plan()

    def queries(of: list[Indicator]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            indicator_states(of, on=DAY, plan=plan)
        return len(found)

    indicator_states([gdp], on=DAY, plan=plan)
    more = [
        make_indicator(unit=YUAN, derived_form="difference", derived_from=gdp, derived_with=tertiary)
        for _each in range(9)
    ]
    assert queries([gdp]) == 2
    assert queries([share]) == queries([gdp, share, *more]) == 3


def test_a_series_asked_for_without_its_inputs_still_has_them(
    share: Indicator, tertiary: Indicator, gdp: Indicator
) -> None:
    make_observation(tertiary, "40", **YEAR)
    make_observation(gdp, "100", **YEAR)
    found = sound_observations([share], on=DAY, regions=[make_plan().region_id])
    assert [row.value for row in found[share.pk, make_plan().region_id]] == [Decimal("40")]


class TestNobodyWritesThem:
    def test_a_value_is_refused(self, share: Indicator, gdp: Indicator) -> None:
        own = make_observation(gdp, "100", **YEAR)
        own.pk, own.indicator = None, share
        with translation.override("en"), pytest.raises(NotAllowed, match="derived from others") as refusal:
            add_observation(own, by=make_user("ada"))
        assert refusal.value.field == "indicator"
        assert not Observation.objects.filter(indicator=share).exists()

    def test_an_indicator_with_values_becomes_none(self, tertiary: Indicator, gdp: Indicator) -> None:
        own = make_indicator(unit="%")
        make_observation(own, "5", **YEAR)
        own.derived_form, own.derived_from, own.derived_with = "share", tertiary, gdp
        with translation.override("en"), pytest.raises(ValidationError, match="It has values of its own"):
            own.full_clean()

    def test_the_administration_says_what_does_not_fit(self, tertiary: Indicator) -> None:
        people = make_indicator("population", unit="10 thousand people", headline=None)
        own = make_indicator(unit="%", derived_form="share", derived_from=tertiary, derived_with=people)
        with translation.override("en"), pytest.raises(ValidationError) as refusal:
            own.full_clean()
        assert list(refusal.value.message_dict) == ["derived_with"]

    def test_the_unit_of_an_input_cannot_leave_what_is_derived_from_it(
        self, share: Indicator, tertiary: Indicator
    ) -> None:
        tertiary.unit = "yuan"
        with translation.override("en"), pytest.raises(ValidationError) as refusal:
            tertiary.full_clean()
        assert refusal.value.message_dict == {"unit": ["tertiary_share is derived from it, which this does not allow."]}

    def test_an_input_does_not_become_derived(self, share: Indicator, tertiary: Indicator, gdp: Indicator) -> None:
        tertiary.derived_form, tertiary.derived_from = "year_on_year", gdp
        tertiary.unit = "%"
        with pytest.raises(ValidationError) as refusal:
            tertiary.full_clean()
        assert list(refusal.value.message_dict) == ["derived_form"]


def test_what_is_derived_counts_as_updated_with_its_inputs(share: Indicator, gdp: Indicator) -> None:
    before = Indicator.objects.get(pk=share.pk).updated_at
    make_observation(gdp, "100", **YEAR)
    assert Indicator.objects.get(pk=share.pk).updated_at > before


def test_its_page_shows_the_value_and_what_it_rests_on(
    share: Indicator, tertiary: Indicator, gdp: Indicator, client: Client, open_reading: None
) -> None:
    make_observation(tertiary, "40", **YEAR | {"released_on": date(2023, 3, 1)}, source="统计局 | Bureau")
    make_observation(gdp, "100", **YEAR)
    make_observation(gdp, "80", **YEAR | {"released_on": date(2023, 6, 1)})
    page = client.get("/indicators/tertiary_share/", headers={"accept-language": "en"}).content.decode()
    assert "based on Tertiary sector of 2022, released on" in " ".join(page.replace("&nbsp;", " ").split()).replace(
        "\xa0", " "
    )
    ids = [part.partition('"')[0] for part in page.split('id="value-')[1:]]
    assert len(ids) == 1
    assert "First release: 40.0 (2023-03-01)" in page


def test_its_explanation_leads_to_its_series(
    share: Indicator, tertiary: Indicator, gdp: Indicator, client: Client, open_reading: None
) -> None:
    make_observation(tertiary, "40", **YEAR)
    make_observation(gdp, "100", **YEAR)
    answer = client.get("/api/v1/explain/?figure=indicators.tertiary_share.value").json()
    assert answer["value"] == 40
    assert "/api/v1/indicators/tertiary_share/series/?regions=370000" in answer["rows"]["url"]
    assert client.get(answer["rows"]["url"]).json()["count"] == 1
    page = client.get("/explain/?figure=indicators.tertiary_share.value")
    assert page.status_code == 200
    assert "/api/v1/indicators/tertiary_share/series/" in page.content.decode()
