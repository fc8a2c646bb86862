from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from django.utils.translation import override

from dashboard.pages.overview.outcomes import indicator_row, indicators
from indicators.state import indicator_states
from indicators.views.indicators import further_sentence
from measures.models import Plan
from tests.factories import make_indicator, make_observation, make_plan, make_target, region

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = date(2023, 8, 29)
YEAR_BEFORE = {
    "period": "2022H1",
    "period_start": date(2022, 1, 1),
    "period_end": date(2022, 6, 30),
    "released_on": date(2022, 7, 20),
}


def state(indicator: Any, on: date = DAY) -> Any:
    return indicator_states([indicator], on=on, plan=make_plan())[0]


def test_growth_of_shandong_against_china() -> None:
    growth = make_indicator("gdp_growth_ytd")
    make_observation(growth, "6.2")
    make_observation(growth, "3.6", **YEAR_BEFORE)
    make_observation(growth, "5.5", region_code="100000", released_on=date(2023, 7, 17))
    got = state(growth)
    assert (got.value, got.previous, got.comparator) == (Decimal("6.2"), Decimal("3.6"), Decimal("5.5"))
    assert (got.gap, got.change) == (Decimal("0.7"), Decimal("2.6"))
    assert (got.target, got.judgement) == (None, None)


def test_without_a_released_value_everything_is_empty() -> None:
    growth = make_indicator()
    make_observation(growth, "6.2")
    got = state(growth, date(2023, 7, 19))
    assert (got.latest, got.value, got.previous, got.comparator, got.gap, got.change) == (None,) * 6


def test_the_comparator_waits_for_its_own_release() -> None:
    growth = make_indicator()
    make_observation(growth, "6.2", released_on=date(2023, 7, 15))
    make_observation(growth, "5.5", region_code="100000", released_on=date(2023, 7, 17))
    assert state(growth, date(2023, 7, 16)).gap is None
    assert state(growth, date(2023, 7, 17)).gap == Decimal("0.7")


@pytest.mark.parametrize("weakness", [{"verified": False}, {"exact": False}])
def test_unverified_and_rough_values_carry_no_headline_and_no_gap(weakness: dict[str, bool]) -> None:
    growth = make_indicator()
    make_observation(growth, "6.9", **weakness)
    make_observation(growth, "5.5", region_code="100000")
    assert state(growth).latest is None
    make_observation(growth, "4.7", period_kind="quarter", period_end=date(2023, 3, 31), released_on=date(2023, 4, 20))
    assert state(growth).value == Decimal("4.7")


def test_a_sum_is_not_set_against_the_country_of_which_it_is_a_part() -> None:
    gdp = make_indicator(unit="100 million yuan")
    make_observation(gdp, "44125")
    make_observation(gdp, "593034", region_code="100000")
    got = state(gdp)
    assert str(got.value) == "44125"
    assert (got.comparator, got.gap) == (None, None)


def test_attainment_against_the_newest_target_that_a_document_states() -> None:
    energy = make_indicator(direction="down")
    make_observation(
        energy,
        "-7.25",
        period="2021-01/2023-07-02",
        period_start=date(2021, 1, 1),
        period_end=date(2023, 7, 2),
        period_kind="years",
    )
    baseline = {"qualifier": "versus 2020", "baseline_value": "0", "baseline_on": date(2020, 12, 31)}
    make_target(energy, "-13.5", adopted_on=date(2021, 4, 6), **baseline)
    stated = make_target(energy, "-14.5", adopted_on=date(2022, 12, 31), **baseline)
    make_target(energy, "-20", adopted_on=date(2023, 8, 1), derived=True, **baseline)
    make_target(energy, "-21", adopted_on=date(2023, 8, 30), **baseline)
    got = state(energy)
    assert (got.target, got.judged_target, got.verdict) == (stated, stated, "on_track")
    assert got.judgement is not None
    assert got.judgement.attainment == Decimal("100.0")


def test_a_target_without_a_comparable_value_cannot_be_judged() -> None:
    share = make_indicator()
    make_observation(share, "10")
    target = make_target(share, "13")
    got = state(share)
    assert (got.target, got.judged_target, got.verdict) == (target, target, "cannot_judge")
    assert got.judgement is not None
    assert got.judgement.reason == "other_scope"


def test_a_value_is_judged_by_the_target_of_its_scope() -> None:
    """The newest document speaks of a part alone: it is in force, but says nothing of the whole."""
    capacity = make_indicator(unit="GW")
    days = {"period_kind": "day", "period": "2023-06-30"}
    make_observation(capacity, "80", period_start=date(2023, 6, 30), period_end=date(2023, 6, 30), **days)
    whole = make_target(capacity, "90", adopted_on=date(2022, 12, 31))
    part = make_target(capacity, "70", adopted_on=date(2023, 1, 31), scope="renewables")
    got = state(capacity)
    assert (got.target, got.judged_target) == (part, whole)
    assert got.judgement is not None
    assert got.judgement.reason == "no_baseline"


def whole_year(number: int) -> dict[str, Any]:
    days = {"period_start": date(number, 1, 1), "period_end": date(number, 12, 31)}
    return {**days, "period_kind": "year", "period": str(number), "released_on": date(number + 1, 2, 28)}


class TestATargetForASingleYear:
    """A target for the growth of 2022, of an indicator whose sibling to date has the growth from January to
    December."""

    @pytest.fixture
    def growth(self) -> Any:
        growth = make_indicator("rd_growth_annual")
        make_target(growth, "10", due_year=2022, adopted_on=date(2022, 1, 31), single_year=True)
        return growth

    @pytest.mark.parametrize("code", ["rd_growth_annual", "rd_growth"])
    def test_is_judged_by_january_to_december_of_the_sibling_to_date(self, code: str) -> None:
        growth, to_date = make_indicator(code), make_indicator("rd_growth_ytd", cumulative=True)
        make_target(growth, "10", due_year=2022, adopted_on=date(2022, 1, 31), single_year=True)
        make_observation(to_date, "12", **YEAR_BEFORE)
        assert state(growth).judgement.reason == "no_value"
        make_observation(to_date, "9.4", **whole_year(2022))
        got = state(growth)
        assert (got.latest, got.verdict, got.judgement.value.value) == (None, "behind", Decimal("9.4"))
        assert got.judge(got.judged_target) == got.judgement
        assert state(growth, date(2023, 2, 27)).judgement.reason == "no_value"

    def test_is_judged_by_the_own_value_where_there_is_one(self, growth: Any) -> None:
        make_observation(make_indicator("rd_growth_ytd", cumulative=True), "9.4", **whole_year(2022))
        make_observation(growth, "10.1", **whole_year(2022) | {"released_on": date(2023, 2, 1)})
        assert (state(growth).verdict, state(growth).judgement.value.value) == ("ahead", Decimal("10.1"))

    def test_is_not_judged_by_a_sibling_in_another_unit(self, growth: Any) -> None:
        sums = make_indicator("rd_growth_ytd", cumulative=True, unit="100 million yuan")
        make_observation(sums, "2180", **whole_year(2022))
        assert state(growth).judgement.reason == "no_value"

    def test_costs_one_query(self, growth: Any, django_assert_num_queries: Any) -> None:
        plan = Plan.objects.with_others().get() if make_plan() else None
        with django_assert_num_queries(3):
            indicator_states([growth], on=DAY, plan=plan)


def test_what_became_of_the_nearest_target_before_stands_beside_the_judged_one() -> None:
    firms = make_indicator("hightech_firms", unit="enterprises")
    for number, value in ((2021, "20412"), (2025, "35000")):
        make_observation(firms, value, **whole_year(number))
    for due, value in ((2024, "35000"), (2025, "38000"), (2027, "40000")):
        make_target(firms, value, due_year=due)
    got = state(firms, date(2026, 4, 1))
    assert (got.judged_target.due_year, got.verdict) == (2027, "ahead")
    assert (got.earlier.goal.due_year, got.earlier.verdict, got.earlier.left) == (2025, "behind", Decimal(3000))
    # Neither is its value known, nor that of 2024.
    assert state(firms, date(2026, 2, 27)).earlier is None


def test_values_and_targets_of_other_regions_and_indicators_stay_away() -> None:
    growth, other = make_indicator(), make_indicator()
    make_observation(growth, "7.1", region_code="370200")
    make_observation(other, "8.1")
    make_target(growth, "9", region_code="370200")
    got = state(growth)
    assert (got.latest, got.target) == (None, None)
    qingdao = indicator_states([growth], on=DAY, plan=make_plan("qingdao", region=region("370200")))[0]
    assert (qingdao.value, qingdao.target.value) == (Decimal("7.1"), Decimal(9))


def test_the_order_is_kept_and_the_queries_do_not_grow(django_assert_num_queries: Any) -> None:
    indicators = [make_indicator() for _each in range(6)]
    for number, indicator in enumerate(indicators):
        make_observation(indicator, number)
        make_target(indicator)
    plan = Plan.objects.with_others().get()
    with django_assert_num_queries(2):
        got = indicator_states(reversed(indicators), on=DAY, plan=plan)
    assert [each.value for each in got] == [5, 4, 3, 2, 1, 0]


def test_a_plan_is_compared_with_what_it_names() -> None:
    growth = make_indicator()
    for code, value in (("370200", "7.1"), ("370000", "6.2"), ("100000", "5.5")):
        make_observation(growth, value, region_code=code)
    city = make_plan("city", region=region("370200"), comparator=region("370000"))
    [got] = indicator_states([growth], on=DAY, plan=city)
    assert (got.value, got.comparator, got.gap) == (Decimal("7.1"), Decimal("6.2"), Decimal("0.9"))
    assert got.comparator_row == {"region": "370000", "value": Decimal("6.2")}
    assert got.against_name == "山东"


def test_without_a_comparator_nothing_is_compared() -> None:
    growth = make_indicator()
    make_observation(growth)
    make_observation(growth, "5.5", region_code="100000")
    [got] = indicator_states([growth], on=DAY, plan=make_plan("alone", comparator=None))
    assert (got.value, got.comparator, got.gap, got.against_name) == (Decimal("6.2"), None, None, "")


def test_without_a_region_there_are_no_values() -> None:
    growth = make_indicator()
    make_observation(growth)
    for plan in (make_plan("nowhere", region=None, comparator=None), None):
        [got] = indicator_states([growth], on=DAY, plan=plan)
        assert got.latest is None


@pytest.mark.parametrize("on", [date(1990, 1, 1), date(2100, 12, 31)])
def test_the_ends_of_the_calendar_do_no_harm(on: date) -> None:
    growth = make_indicator()
    make_observation(growth, "1", period_start=on, period_end=on, released_on=on)
    make_target(growth, due_year=on.year, adopted_on=on, baseline_value="0", baseline_on=on)
    got = state(growth, on)
    assert (got.value, got.previous) == (Decimal(1), None)
    assert (state(growth, date.min).value, state(growth, date.max).value) == (None, Decimal(1))


@pytest.mark.parametrize(
    ("values", "unit", "note", "further"),
    [
        (("6.2", "5.5", "6.2"), "%", "0.7 points above China (5.5%)", "0.7 percentage points above China"),
        (("5.0", "5.5", "5.0"), "%", "0.5 points below China (5.5%)", "0.5 percentage points below China"),
        (("5.5", "5.5", "5.5"), "%", "China 5.5%, the same", "China: 5.5%"),
        (("38", "30", "38"), "µg/m3", "China 30 µg/m3", "China: 30 µg/m3"),
    ],
)
@override("en")
def test_how_it_stands_against_the_comparator_is_said(
    values: tuple[str, str, str], unit: str, note: str, further: str
) -> None:
    value, comparator, before = values
    indicator = make_indicator(unit=unit)
    make_observation(indicator, value)
    make_observation(indicator, comparator, region_code="100000")
    make_observation(indicator, before, **YEAR_BEFORE)
    got = state(indicator)
    assert indicator_row(got, Mock())["note"] == note
    assert further_sentence(got).startswith(f"{further}, the same as the year before, ")


@override("en")
def test_a_whole_year_like_the_one_before_is_said_and_so_is_growth_below_the_nation() -> None:
    growth = make_indicator("gdp_growth_ytd", name_en="GDP growth")
    for year in (2021, 2022):
        days = {"period": str(year), "period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
        for code, value in (("370000", "5.0"), ("100000", "5.5")):
            released = date(year + 1, 1, 20)
            make_observation(growth, value, region_code=code, period_kind="year", released_on=released, **days)
    got = state(growth)
    assert ", the same as the year before, " in further_sentence(got)
    assert indicators(SimpleNamespace(indicator_states=[got]), Mock())["sentence"] == (
        "GDP growth: 5.0% in 2022, 0.5 points below China (5.5%)."
    )
