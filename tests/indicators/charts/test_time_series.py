"""The course of an indicator, and the way that is needed to its target."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from indicators.charts.time_series import Path, indicator_chart, path_sentence, path_to_target, two_digits
from indicators.models import Indicator
from indicators.state import IndicatorState, indicator_states
from indicators.wording import target_words
from tests.factories import make_indicator, make_observation, make_plan, make_target
from web.charts.chart import Chart

pytestmark = pytest.mark.django_db
DAY = date(2023, 8, 29)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def capacity() -> Indicator:
    return make_indicator("nre_capacity", name_en="Capacity", unit="GW", unit_zh="万千瓦", zh_factor=100)


def on_a_day(indicator: Indicator, day: date, value: str, **more: Any) -> None:
    when = {"period": day.isoformat(), "period_kind": "day", "period_start": day, "period_end": day}
    make_observation(indicator, value, **when | {"released_on": day} | more)


def of_years(indicator: Indicator, first: int, last: int, value: str, **more: Any) -> None:
    kind = "year" if first == last else "years"
    when = {"period": str(last), "period_start": date(first, 1, 1), "period_end": date(last, 12, 31)}
    make_observation(indicator, value, period_kind=kind, **when | {"released_on": date(last + 1, 3, 1)} | more)


def state_of(indicator: Indicator, day: date) -> IndicatorState:
    return indicator_states([indicator], on=day, plan=make_plan())[0]


def path_of(indicator: Indicator, day: date = DAY) -> Path | None:
    observations = indicator.observations.released(day).select_related("region")
    return path_to_target(
        state_of(indicator, day), observations, indicator.targets.adopted(day).select_related("region"), on=day
    )


def sentence(indicator: Indicator) -> str:
    path = path_of(indicator)
    return path_sentence(indicator, path) if path else ""


def chart_of(indicator: Indicator, day: date = DAY) -> Chart:
    observations = indicator.observations.released(day).select_related("region").order_by("-period_end", "-released_on")
    targets = list(indicator.targets.adopted(day).select_related("region"))
    return indicator_chart(state_of(indicator, day), list(observations), targets, path_of(indicator, day), on=day)


class TestPath:
    def test_the_change_a_year_runs_from_the_latest_value_to_the_end_of_the_year(self, capacity) -> None:
        on_a_day(capacity, date(2022, 12, 31), "78")
        make_target(capacity, "90", qualifier="at least")
        assert sentence(capacity) == "required path to the target of at least 90 GW (2025): up 4 GW a year"
        with translation.override("zh-hans"):
            assert "增加400万千瓦" in sentence(capacity)

    def test_a_part_of_a_year_counts_as_such(self, capacity) -> None:
        # 184 of 365 days of 2023 are left: 2.504 years for 6.18 GW.
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", qualifier="at least, aiming for 95")
        assert "up 2.47 GW a year" in sentence(capacity)

    def test_rates_change_in_percentage_points_with_two_digits(self) -> None:
        rate = make_indicator(unit="% of GDP")
        of_years(rate, 2022, 2022, "2.49")
        make_target(rate, "2.8", due_year=2027)
        assert sentence(rate).endswith("up 0.062 percentage points a year")

    def test_a_fall_is_said_as_such(self) -> None:
        share = make_indicator(direction="down")
        of_years(share, 2022, 2022, "56.5")
        make_target(share, "55", qualifier="about")
        assert sentence(share).endswith("down 0.5 percentage points a year")

    @pytest.mark.parametrize(("direction", "value", "is_reached"), [("up", "90", True), ("up", "89.9", False)])
    def test_what_is_reached_needs_no_path(self, capacity, direction, value, is_reached) -> None:
        on_a_day(capacity, date(2023, 6, 30), value)
        make_target(capacity, "90", qualifier="at least")
        path = path_of(capacity)
        assert path is not None and path.is_reached is is_reached
        assert ("is reached already" in sentence(capacity)) is is_reached
        starts = [trace for trace in chart_of(capacity).figure["data"] if trace["mode"] == "lines"]
        assert bool(starts) is not is_reached

    @pytest.mark.parametrize(
        "qualifier",
        ["versus 2005, at least", "at least (renewables)", "new in the year", "key areas", "some words nobody knows"],
    )
    def test_a_target_of_another_kind_has_none(self, capacity, qualifier) -> None:
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", qualifier=qualifier)
        assert path_of(capacity) is None

    def test_a_target_of_another_unit_has_none(self, capacity) -> None:
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", unit="TWh")
        assert path_of(capacity) is None

    def test_of_another_kind_the_next_target_is_taken(self, capacity) -> None:
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", document="The older", adopted_on=date(2022, 12, 31))
        make_target(capacity, "90", document="The newer", qualifier="at least (renewables)", adopted_on=DAY)
        path = path_of(capacity)
        assert path is not None and path.target.document == "The older"

    def test_sums_of_part_of_a_year_are_not_set_against_the_years_target(self) -> None:
        total = make_indicator(unit="GW", unit_zh="万千瓦", cumulative=True)
        make_observation(total, "40")
        make_target(total, "90")
        assert path_of(total) is None

    @pytest.mark.parametrize(
        ("qualifier", "english", "chinese"),
        [
            ("versus 2005, at least", "cut of at least 68.0% by 2030 from 2005", "2030年较2005年下降68.0%以上"),
            ("versus 2005", "cut of 68.0% by 2030 from 2005", "2030年较2005年下降68.0%"),
            (
                "versus 2005, key areas",
                "−68.0% (2030, compared with 2005, key areas)",
                "−68.0%（2030年，较2005年，重点领域）",
            ),
        ],
    )
    def test_a_target_below_the_level_of_a_year_is_a_cut(self, qualifier: str, english: str, chinese: str) -> None:
        change = make_indicator(unit="%", unit_zh="%", direction="down")
        target = make_target(change, Decimal("-68"), due_year=2030, qualifier=qualifier)
        assert target_words(target, change, unit=True) == english
        with translation.override("zh-hans"):
            assert target_words(target, change, unit=True) == chinese

    def test_from_a_stated_base_only_values_since_then_count(self) -> None:
        change = make_indicator(direction="down")
        base = {"baseline_value": 0, "baseline_on": date(2020, 12, 31), "qualifier": "versus 2020"}
        make_target(change, "-14.5", **base)
        of_years(change, 2022, 2022, "-3.9")
        of_years(change, 2016, 2020, "-20.4")
        assert path_of(change) is None
        # 3.4 points in three years.
        of_years(change, 2021, 2022, "-11.1")
        assert sentence(change).endswith("down 1.1 percentage points a year")
        *_rest, path, _mark = chart_of(change).figure["data"]
        assert (path["x"], path["y"]) == (["2020-12-31", "2025-12-31"], [0, -14.5])

    def test_an_unverified_value_a_past_target_and_another_region_do_not_count(self, capacity) -> None:
        make_target(capacity, "70", due_year=2022)
        make_target(capacity, "90", region_code="370100")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        assert path_of(capacity) is None
        make_target(capacity, "90")
        capacity.observations.update(verified=False)
        assert path_of(capacity) is None

    def test_from_a_rounded_value_or_a_floor_it_is_not_known_exactly(self, capacity) -> None:
        on_a_day(capacity, date(2022, 12, 31), "78", exact=False, basis="rounded")
        make_target(capacity, "90")
        assert "up about 4 GW" in sentence(capacity)
        capacity.observations.update(basis='"exceeded 78 GW"')
        assert "up at most 4 GW" in sentence(capacity)

    @pytest.mark.parametrize(
        ("value", "like", "shown"),
        [("0.0623", ["2.49", "2.8"], "0.062"), ("246.8", ["8382", "9000"], "247"), ("4", ["78", "90"], "4.0")],
    )
    def test_digits(self, value, like, shown) -> None:
        assert two_digits(Decimal(value), [Decimal(each) for each in like]) == Decimal(shown)
        assert str(two_digits(Decimal(value), [Decimal(each) for each in like])) == shown


class TestChart:
    def test_rows_are_the_values_and_targets_that_are_drawn(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", qualifier="at least")
        chart = chart_of(capacity)
        assert chart.title == "Capacity (GW), as of 29 August 2023"
        assert chart.rows == [
            ("Shandong", "30 June 2022", Decimal("66.37"), None),
            ("Shandong", "30 June 2023", Decimal("83.82"), None),
            ("Target at least 90", "2025", Decimal(90), None),
        ]
        line, path, mark = chart.figure["data"]
        assert (line["y"], path["y"], mark["y"]) == ([66.37, 83.82], [83.82, 90], [90])

    def test_a_target_of_a_rate_has_its_sign_as_the_values_beside_it(self) -> None:
        change = make_indicator(direction="down")
        of_years(change, 2022, 2022, "-11.1")
        make_target(change, "-14.5", qualifier="versus 2020")
        assert "Target −14.5% (compared with 2020)<br>2025" in chart_of(change).figure["data"][-1]["hovertext"]

    def test_a_name_that_ends_with_a_bracket_has_one_bracket_for_all(self, capacity) -> None:
        capacity.name_zh = "装机（不含火电）"
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        with translation.override("zh-hans"):
            assert chart_of(capacity).title == "装机（不含火电，万千瓦，截至2023年8月29日）"

    def test_a_click_opens_the_row(self, capacity) -> None:
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        row = capacity.observations.get()
        chart = chart_of(capacity)
        assert chart.figure["data"][0]["customdata"] == [f"#value-{row.pk}"] == list(chart.urls)

    def test_rounded_values_and_floors_say_so(self, capacity) -> None:
        on_a_day(capacity, date(2022, 12, 31), "74", exact=False, basis="rounded")
        on_a_day(capacity, date(2023, 6, 30), "97", exact=False, basis='"exceeded 97 GW"; month approximate')
        chart = chart_of(capacity)
        assert [row[3] for row in chart.rows] == ["Rounded", "The source says more than this"]
        assert chart.figure["data"][0]["marker"]["symbol"] == ["circle", "triangle-up"]

    def test_without_a_verified_value_it_says_so(self, capacity) -> None:
        on_a_day(capacity, date(2023, 6, 30), "83.82", verified=False)
        chart = chart_of(capacity)
        assert (chart.figure, chart.rows) == (None, [])
        assert chart.missing == "No verified figure available."

    def test_the_page_has_the_rows_that_a_click_opens_and_the_sentence(
        self, client, today, open_reading, capacity
    ) -> None:
        client.cookies["pilotzone_language"] = "en"
        on_a_day(capacity, date(2022, 12, 31), "78")
        make_target(capacity, "90", qualifier="at least")
        html = client.get("/indicators/nre_capacity/").content.decode()
        assert f'<tr id="value-{capacity.observations.get().pk}">' in html
        assert 'id="targets"' in html
        assert "Required path to the target of at least 90 GW (2025): up 4 GW a year." in html
