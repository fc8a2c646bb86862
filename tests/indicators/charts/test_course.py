"""The course of an indicator, and the way that is needed to its target."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from indicators.charts.course import indicator_chart, own_course
from indicators.models import Indicator
from indicators.state import IndicatorState, indicator_states
from indicators.wording import target_words
from tests.factories import make_indicator, make_observation, make_plan, make_target
from tests.pages import text_of
from web.charts.chart import Chart

pytestmark = pytest.mark.django_db
DAY = date(2023, 8, 29)
# The dash of a path.
PATH = "2px,3px"


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


def chart_of(indicator: Indicator, day: date = DAY, **more: Any) -> Chart:
    released = indicator.observations.released(day).select_related("region").order_by("-period_end", "-released_on")
    observations, targets = list(released), list(indicator.targets.adopted(day).select_related("region"))
    state = state_of(indicator, day)
    course = own_course(state, observations, targets)
    return indicator_chart(state, course, observations, targets, on=day, **more)


def trace_of(chart: Chart, dash: str) -> dict[str, Any]:
    (found,) = (each for each in chart.figure["data"] if each.get("line", {}).get("dash") == dash)
    return found


class TestPath:
    def test_starts_from_the_base_that_the_document_states(self) -> None:
        change = make_indicator(direction="down")
        base = {"baseline_value": 0, "baseline_on": date(2020, 12, 31), "qualifier": "versus 2020"}
        make_target(change, "-14.5", **base)
        of_years(change, 2021, 2022, "-11.1")
        path = trace_of(chart_of(change), PATH)
        assert (path["x"], path["y"]) == (["2020-12-31", "2025-12-31"], [0, -14.5])

    def test_leads_over_milestones(self, capacity) -> None:
        for day, value in ((date(2021, 12, 31), "50"), (date(2022, 12, 31), "60")):
            on_a_day(capacity, day, value)
        make_target(capacity, "90", adopted_on=date(2022, 6, 30), milestones="2021 = 40; 2023 = 62; 2024 = 80")
        chart = chart_of(capacity)
        path = trace_of(chart, PATH)
        assert path["x"] == ["2021-12-31", "2023-12-31", "2024-12-31", "2025-12-31"]
        assert path["y"] == [50, 62, 80, 90]
        # Half way from 50 to 62.
        assert ("Required by then", "31 December 2022", 56, None) in chart.rows
        assert ("Milestone", "2024", 80, None) in chart.rows

    def test_starts_from_the_newest_value_where_no_base_is_known(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", adopted_on=date(2021, 8, 1))
        assert trace_of(chart_of(capacity), PATH)["y"] == [83.82, 90]

    @pytest.mark.parametrize(("value", "is_met"), [("90", True), ("89.9", False)])
    def test_what_is_met_needs_none(self, capacity, value, is_met) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), value)
        make_target(capacity, "90", qualifier="at least", adopted_on=date(2021, 8, 1))
        starts = [trace for trace in chart_of(capacity).figure["data"] if trace["mode"] == "lines"]
        assert bool(starts) is not is_met

    @pytest.mark.parametrize("stated", [{}, {"baseline_value": 60, "baseline_on": date(2021, 12, 31)}])
    def test_does_not_lead_to_a_target_for_the_due_year_alone(self, capacity, stated) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2022, 12, 31), "75")
        make_target(capacity, "90", due_year=2022, adopted_on=date(2021, 8, 1), single_year=True, **stated)
        figure = chart_of(capacity).figure
        assert figure is not None
        assert [trace for trace in figure["data"] if trace["mode"] == "lines"] == []

    @pytest.mark.parametrize("other", [{"scope": "renewables"}, {"unit": "TWh"}, {"region_code": "370100"}])
    def test_does_not_lead_to_a_target_of_something_else(self, capacity, other) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", adopted_on=date(2022, 12, 31), **other)
        assert [trace for trace in chart_of(capacity).figure["data"] if trace["mode"] == "lines"] == []


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
def test_a_target_below_the_level_of_a_year_is_a_cut(qualifier: str, english: str, chinese: str) -> None:
    change = make_indicator(unit="%", unit_zh="%", direction="down")
    target = make_target(change, Decimal("-68"), due_year=2030, qualifier=qualifier)
    assert target_words(target, change, unit=True) == english
    with translation.override("zh-hans"):
        assert target_words(target, change, unit=True) == chinese


class TestChart:
    def test_rows_are_the_values_and_targets_that_are_drawn(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", qualifier="at least", adopted_on=date(2021, 8, 1))
        chart = chart_of(capacity)
        assert chart.title == "Capacity (GW), as of 29 August 2023"
        assert chart.rows == [
            ("Shandong", "30 June 2022", Decimal("66.37"), None),
            ("Shandong", "30 June 2023", Decimal("83.82"), None),
            ("Target at least 90", "2025", Decimal(90), None),
        ]
        path, dots, mark = chart.figure["data"]
        # Two values are no line: what stands between them is nothing.
        assert (dots["mode"], dots["y"]) == ("markers", [66.37, 83.82])
        assert (path["y"], mark["y"]) == ([83.82, 90], [90])

    def test_a_target_of_a_rate_has_its_sign_as_the_values_beside_it(self) -> None:
        change = make_indicator(direction="down")
        of_years(change, 2021, 2022, "-11.1")
        make_target(change, "-14.5", qualifier="versus 2020", baseline_value=0, baseline_on=date(2020, 12, 31))
        assert "Target −14.5% (compared with 2020)<br>2025" in chart_of(change).figure["data"][-1]["hovertext"]

    def test_what_accumulates_starts_where_its_path_does(self) -> None:
        change = make_indicator(direction="down")
        make_target(change, "-14.5", qualifier="versus 2020", baseline_value=0, baseline_on=date(2020, 12, 31))
        of_years(change, 2020, 2020, "-2.41")
        of_years(change, 2016, 2020, "-20.4")
        of_years(change, 2021, 2022, "-11.1")
        chart = chart_of(change)
        assert [row[1:3] for row in chart.rows] == [
            ("2021–2022", Decimal("-11.1")),
            ("31 December 2020", 0),
            ("2021–2022", Decimal("-5.8")),
            ("2025", Decimal("-14.5")),
        ]
        assert trace_of(chart, PATH)["x"][0] == "2020-12-31"
        assert "values of other periods are in the table below" in chart.note.lower()

    def test_a_target_that_counts_from_a_year_is_not_set_against_changes_within_one(self) -> None:
        change = make_indicator(direction="down")
        for year in (2017, 2018, 2019):
            of_years(change, year, year, "-5")
        make_target(change, "-14.5", qualifier="versus 2020", baseline_value=0, baseline_on=date(2020, 12, 31))
        chart = chart_of(change, date(2021, 8, 29))
        assert [row[1] for row in chart.rows] == ["2017", "2018", "2019"]

    def test_a_far_target_stands_in_the_note(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", qualifier="at least")
        make_target(capacity, "200", qualifier="above", due_year=2030)
        make_target(capacity, "95", due_year=2060)
        chart = chart_of(capacity)
        assert [row[1] for row in chart.rows if row[0].startswith("Target")] == ["2025"]
        assert "not drawn: targets of more than 200 GW (2030), 95 GW (2060)" in chart.note.lower().replace("gw", "GW")

    def test_the_word_of_the_verdict_stands_at_the_value_and_the_gap_at_its_bracket(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2022, 12, 31), "74.61")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        make_target(capacity, "90", qualifier="at least", adopted_on=date(2023, 1, 31))
        chart = chart_of(capacity)
        texts = {note["text"]: note for note in chart.figure["layout"]["annotations"]}
        assert any(text.endswith("<b>83.82 Ahead</b>") for text in texts)
        assert not any("Ahead" in text for text in texts if text.startswith("Target"))
        # The path rises: above it, the left side is free.
        [gap] = [note for text, note in texts.items() if text.startswith("+6.6")]
        assert (gap["x"], gap["xanchor"]) == ("2023-06-30", "right")
        assert gap["y"] == pytest.approx((83.82 + 77.15) / 2, abs=0.01)
        assert trace_of(chart, PATH)["y"] == [74.61, 90]
        # From the newest value to what the path asks for: 181 of 1,096 days of 15.39 GW.
        (bracket,) = (each for each in chart.figure["data"] if each.get("marker", {}).get("symbol") == "line-ew")
        assert bracket["y"] == [83.82, pytest.approx(77.15, abs=0.01)]
        (start,) = (each for each in chart.figure["data"] if each["y"] == [74.61])
        assert start["marker"]["color"] == "#FFFFFF"

    def test_a_note_of_a_value_is_numbered(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82", note="口径调整 | Counted anew")
        chart = chart_of(capacity)
        assert chart.note == "① 30 June 2023 Counted anew"
        assert any("①" in note["text"] for note in chart.figure["layout"]["annotations"])

    def test_a_cut_axis_is_stated_and_levels_have_none(self, capacity) -> None:
        rate = make_indicator(unit="%")
        for indicator in (rate, capacity):
            of_years(indicator, 2021, 2021, "82")
            of_years(indicator, 2022, 2022, "83")
        assert chart_of(rate).note == "The vertical axis does not start at 0"
        assert chart_of(rate).figure["layout"]["yaxis"]["range"][0] > 0
        assert chart_of(capacity).figure["layout"]["yaxis"]["range"][0] == 0
        assert chart_of(capacity).note == ""

    def test_the_cities_stand_behind_the_province_where_they_are_not_its_parts(self) -> None:
        rate = make_indicator(unit="%")
        for year, codes in ((2021, ("370100", "370200", "370300")), (2022, ("370100", "370200"))):
            of_years(rate, year, year, "5")
            for n, code in enumerate(codes):
                of_years(rate, year, year, str(4 + n), region_code=code)
        chart = chart_of(rate)
        band = chart.figure["data"][0]
        assert (band["type"], band["base"], band["y"]) == ("bar", [4], [2])
        assert ("Lowest of the regions", "2021", 4, None) in chart.rows
        rate.may_add_up = True
        assert chart_of(rate).figure["data"][0]["type"] == "scatter"

    def test_a_name_that_ends_with_a_bracket_has_one_bracket_for_all(self, capacity) -> None:
        capacity.name_zh = "装机（不含火电）"
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        with translation.override("zh-hans"):
            assert chart_of(capacity).title == "装机（不含火电，万千瓦，截至2023年8月29日）"

    def test_a_click_opens_the_row(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        chart = chart_of(capacity)
        ids = [f"#value-{row.pk}" for row in capacity.observations.order_by("period_end")]
        assert chart.figure["data"][0]["customdata"] == ids == list(chart.urls)

    def test_rounded_values_and_floors_say_so(self, capacity) -> None:
        on_a_day(capacity, date(2022, 12, 31), "74", exact=False, basis="rounded")
        on_a_day(capacity, date(2023, 6, 30), "97", exact=False, basis='"exceeded 97 GW"; month approximate')
        chart = chart_of(capacity)
        assert [row[3] for row in chart.rows] == ["Rounded", "The source says more than this"]
        assert chart.figure["data"][0]["marker"]["symbol"] == ["diamond", "triangle-up"]

    def test_what_is_not_verified_is_hollow(self, capacity) -> None:
        on_a_day(capacity, date(2022, 6, 30), "66.37")
        on_a_day(capacity, date(2023, 6, 30), "83.82", verified=False)
        chart = chart_of(capacity)
        assert chart.figure["data"][0]["marker"]["color"] == ["#0B5775", "#FFFFFF"]
        assert [row[3] for row in chart.rows] == [None, "Not verified"]
        assert chart.note == "Hollow: not verified"

    def test_one_value_is_no_chart_and_no_frame(self, client, today, open_reading, capacity) -> None:
        client.cookies["pilotzone_language"] = "en"
        on_a_day(capacity, date(2023, 6, 30), "83.82")
        chart = chart_of(capacity)
        assert (chart.figure, chart.rows, chart.missing) == (None, [], "")
        html = client.get("/indicators/nre_capacity/").content.decode()
        assert "data-chart" not in html
        assert f'<a class="figure n1" href="#value-{capacity.observations.get().pk}">83.82</a>' in html

    def test_without_a_value_it_says_so(self, capacity) -> None:
        chart = chart_of(capacity)
        assert (chart.figure, chart.rows) == (None, [])
        assert chart.missing == "No verified figure available."

    def test_parts_of_a_year_are_a_table_beside_it(self, client, today, open_reading) -> None:
        client.cookies["pilotzone_language"] = "en"
        air = make_indicator("air", unit="µg/m³", direction="down")
        for year, value in ((2020, "46"), (2021, "39"), (2022, "36")):
            of_years(air, year, year, value)
        halves = {"period_kind": "half_year", "released_on": date(2022, 7, 20)}
        for year, value in ((2021, "44"), (2022, "40")):
            days = {"period_start": date(year, 1, 1), "period_end": date(year, 6, 30)}
            make_observation(air, value, period=f"{year}H1", **days, **halves)
        assert [row[1] for row in chart_of(air).rows] == ["2020", "2021", "2022"]
        text = text_of(client.get("/indicators/air/").content.decode())
        assert "Values of other periods (not in the chart)" in text
        assert "H1 2022 40 -4 H1 2021 44 —" in text

    def test_the_page_has_the_rows_that_a_click_opens_and_the_sentence(
        self, client, today, open_reading, capacity
    ) -> None:
        client.cookies["pilotzone_language"] = "en"
        on_a_day(capacity, date(2022, 12, 31), "78")
        make_target(capacity, "90", qualifier="at least")
        html = client.get("/indicators/nre_capacity/").content.decode()
        assert f'<tr id="value-{capacity.observations.get().pk}">' in html
        assert 'id="targets"' in html
        assert "To reach it by the end of 2025: up 4 GW a year." in text_of(html)
