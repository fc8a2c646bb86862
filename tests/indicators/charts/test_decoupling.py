"""Emissions against GDP as a path through the years."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest
from django.utils import translation

from indicators.charts.common_years import method_of, missing_words, years_words
from indicators.charts.decoupling import Axis, YearPoint, decoupling_charts, decoupling_path
from indicators.models import Indicator
from tests.factories import make_indicator, make_observation, region
from web.charts.chart import Chart, Figure

DAY = date(2023, 8, 29)
GDP, EMISSIONS = Axis("GDP", "billion yuan"), Axis("CO2 emissions", "Mt")
SHANDONG = [
    YearPoint(2016, Decimal("5876.25"), Decimal("863.43"), url="#value-1"),
    YearPoint(2017, Decimal("6301.21"), Decimal("835.82"), url="#value-2"),
    YearPoint(2018, Decimal("6664.89"), Decimal("901.65"), url="#value-3"),
    YearPoint(2019, Decimal("7054.05"), Decimal("937.12"), url="#value-4"),
]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def path(points: list[YearPoint]) -> Figure:
    figure = decoupling_path(points, gdp=GDP, emissions=EMISSIONS)
    go.Figure(data=figure["data"], layout=figure["layout"])
    assert json.loads(json.dumps(figure)) == figure
    return figure


class TestPath:
    def test_the_years_stand_on_the_path_and_the_last_is_filled(self) -> None:
        (line,) = path(SHANDONG)["data"]
        assert line["x"] == [5876.25, 6301.21, 6664.89, 7054.05]
        assert line["y"] == [863.43, 835.82, 901.65, 937.12]
        assert line["text"] == ["2016", "2017", "2018", "<b>2019</b>"]
        assert line["marker"]["color"] == ["#FFFFFF", "#FFFFFF", "#FFFFFF", "#0B5775"]
        assert line["customdata"] == ["#value-1", "#value-2", "#value-3", "#value-4"]

    def test_names_of_years_keep_clear_of_the_path(self) -> None:
        (line,) = path(SHANDONG)["data"]
        assert line["textposition"] == ["top center", "bottom center", "top left", "top center"]

    def test_axes_name_the_unit(self) -> None:
        layout = path(SHANDONG)["layout"]
        assert layout["xaxis"]["title"]["text"] == "GDP (billion yuan)"
        assert layout["xaxis"]["tickvals"] == [5500, 6000, 6500, 7000, 7500]
        assert layout["xaxis"]["ticktext"] == ["5,500", "6,000", "6,500", "7,000", "7,500"]
        assert layout["annotations"][0]["text"] == "CO2 emissions (Mt)"

    def test_chinese_axes_have_their_own_larger_units(self) -> None:
        points = [each._replace(gdp=each.gdp * 10, emissions=each.emissions * 100) for each in SHANDONG]
        with translation.override("zh-hans"):
            name = "二氧化碳排放量（CEADs清单）"
            layout = decoupling_path(points, gdp=Axis("地区生产总值", "亿元"), emissions=Axis(name, "万吨"))["layout"]
        assert layout["xaxis"]["title"]["text"] == "地区生产总值（万亿元）"
        assert layout["annotations"][0]["text"] == "二氧化碳排放量（CEADs清单，亿吨）"
        assert layout["yaxis"]["ticktext"] == ["8.0", "8.5", "9.0", "9.5", "10.0"]

    def test_small_amounts_keep_their_unit(self) -> None:
        points = [YearPoint(2020 + n, Decimal(2000 + 100 * n), Decimal(58 - n)) for n in range(3)]
        with translation.override("zh-hans"):
            layout = decoupling_path(points, gdp=Axis("地区生产总值", "亿元"), emissions=EMISSIONS)["layout"]
        assert layout["xaxis"]["title"]["text"] == "地区生产总值（亿元）"

    def test_a_rounded_year_is_an_open_diamond_even_as_the_last(self) -> None:
        (line,) = path([*SHANDONG[:3], SHANDONG[3]._replace(gdp_is_exact=False)])["data"]
        assert line["marker"]["symbol"] == ["circle", "circle", "circle", "diamond"]
        assert line["marker"]["color"][-1] == "#FFFFFF"
        assert line["text"][-1] == "<b>2019 (rounded)</b>"
        assert "GDP about 7,054.05 billion yuan" in line["hovertext"][-1]

    def test_years_that_do_not_follow_on_each_other_are_not_joined(self) -> None:
        (line,) = path([SHANDONG[0], *SHANDONG[2:]])["data"]
        assert line["x"] == [5876.25, None, 6664.89, 7054.05]
        assert line["text"] == ["2016", "", "2018", "<b>2019</b>"]


class TestWords:
    def test_first_releases_are_of_one_kind_whatever_is_remarked(self) -> None:
        assert method_of("first release; final verification lowered it to 1204724") == "first release"
        assert method_of("rounded: 126.06 trillion yuan, first release") == "first release"
        assert method_of("annual data by province, after the fourth economic census") != "first release"

    def test_years_are_named_in_runs(self) -> None:
        assert years_words([2019, 2016, 2017, 2021]) == "2016–2017, 2019, 2021"
        with translation.override("zh-hans"):
            assert years_words([2016, 2017, 2021]) == "2016—2017、2021年"

    @pytest.mark.parametrize(
        ("emitted", "produced", "words"),
        [
            ([2005, 2019], [2021, 2022], "missing: CO2 (from 2020 on) and GDP (up to 2020)"),
            ([2019, 2020], [2018, 2019, 2020, 2021], "missing: CO2 (2018, 2021)"),
            ([], [2021], "missing: CO2"),
            ([2021], [], "missing: GDP"),
            (
                [2019, 2020, 2021],
                [2019, 2020, 2021],
                "missing are years of which both are counted in one way throughout",
            ),
        ],
    )
    def test_the_missing_input_is_named(self, emitted: list[int], produced: list[int], words: str) -> None:
        assert missing_words(emitted, produced, name="CO2", gdp_name="GDP") == words


def observe(indicator: Indicator, values: dict[int, str], **more: Any) -> None:
    for year, value in values.items():
        span = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "released_on": date(year + 1, 3, 1)}
        make_observation(indicator, value, period=str(year), period_kind="year", **span | more)


@pytest.fixture
def emissions() -> Indicator:
    indicator = make_indicator("co2_emissions", name_en="CO2", name_zh="碳", unit="Mt", unit_zh="万吨", zh_factor=100)
    observe(indicator, {2015: "854.46", 2016: "863.43", 2017: "835.82", 2018: "901.65", 2019: "937.12"})
    return indicator


@pytest.fixture
def gdp() -> Indicator:
    indicator = make_indicator("gdp_annual", name_en="GDP", unit="100 million yuan", unit_zh="亿元")
    observe(indicator, {2016: "58762.5", 2017: "63012.1", 2018: "66648.9", 2019: "70540.5"}, basis="census")
    return indicator


def charts(indicator: Indicator, day: date = DAY) -> list[Chart]:
    return decoupling_charts(
        indicator, indicator.observations.released(day).select_related("region"), on=day, home=region()
    )


@pytest.mark.django_db
class TestCharts:
    def test_rows_are_the_common_years(self, emissions, gdp) -> None:
        (chart,) = charts(emissions)
        assert chart.title == "Shandong: GDP and CO2, 2016–2019, as of 29 August 2023"
        assert [row[:3] for row in chart.rows] == [(p.year, p.gdp, p.emissions) for p in SHANDONG]
        # 863.43 Mt / 5,876.25 billion yuan
        assert chart.rows[0][3] == Decimal("1.469")
        assert chart.summary == "Shandong from 2016 to 2019: GDP at current prices up 20.0%, emissions up 8.5%."
        assert [column.label for column in chart.columns[:3]] == ["Year", "GDP (billion yuan)", "CO2 (Mt)"]

    def test_the_nation_s_gdp_has_a_name_of_its_own_in_chinese(self, emissions, gdp) -> None:
        for indicator, values in ((emissions, (900, 910, 920)), (gdp, (800000, 850000, 900000))):
            own = {2017 + n: str(value) for n, value in enumerate(values)}
            observe(indicator, own, region_code="100000", basis="first release")
        with translation.override("zh-hans"):
            shandong, china = charts(emissions)
        assert shandong.title == "山东2016—2019年地区生产总值与碳，截至2023年8月29日"
        assert china.title == "全国2017—2019年国内生产总值与碳，截至2023年8月29日"
        assert china.summary.startswith("全国2017年至2019年，国内生产总值（现价）")
        assert china.note.startswith("国内生产总值按现价计算，为首次发布数；")
        assert china.columns[1].label == "国内生产总值（亿元）"

    def test_values_of_a_column_have_the_same_decimals(self, emissions, gdp) -> None:
        (chart,) = charts(emissions)
        assert [chart.columns[1].written(row[1]) for row in chart.rows] == [
            "5,876.25",
            "6,301.21",
            "6,664.89",
            "7,054.05",
        ]
        emissions.observations.filter(period="2017").update(value="835.8")
        (chart,) = charts(emissions)
        assert [chart.columns[2].written(row[2]) for row in chart.rows] == ["863.43", "835.80", "901.65", "937.12"]

    def test_a_click_opens_the_row_of_the_page(self, emissions, gdp) -> None:
        (of_emissions,), (of_gdp,) = charts(emissions), charts(gdp)
        first = emissions.observations.get(period="2016"), gdp.observations.get(period="2016")
        assert (of_emissions.urls[0], of_gdp.urls[0]) == (f"#value-{first[0].pk}", f"#value-{first[1].pk}")

    def test_gdp_of_another_method_is_not_joined(self, emissions, gdp) -> None:
        observe(gdp, {2020: "73129", 2021: "83095.9"}, basis="first release")
        observe(emissions, {2020: "940", 2021: "950"})
        (chart,) = charts(emissions)
        assert [row[0] for row in chart.rows] == [2016, 2017, 2018, 2019]

    def test_emissions_of_another_method_are_not_joined(self, emissions, gdp) -> None:
        observe(gdp, {2020: "73129"}, basis="census")
        observe(emissions, {2020: "793.41"}, basis="sum of daily estimates")
        (chart,) = charts(emissions)
        assert [row[0] for row in chart.rows] == [2016, 2017, 2018, 2019]

    def test_a_value_counts_from_its_release(self, emissions, gdp) -> None:
        (chart,) = charts(emissions, date(2020, 2, 29))
        assert [row[0] for row in chart.rows] == [2016, 2017, 2018]

    def test_a_newer_release_of_the_same_kind_replaces_the_older(self, emissions, gdp) -> None:
        observe(gdp, {2018: "70000"}, basis="census", released_on=date(2021, 1, 1))
        assert charts(emissions, date(2020, 12, 31))[0].rows[2][1] == Decimal("6664.89")
        assert charts(emissions, date(2021, 1, 1))[0].rows[2][1] == Decimal(7000)

    def test_what_is_not_verified_or_no_whole_year_is_left_out(self, emissions, gdp) -> None:
        observe(emissions, {2020: "940"}, verified=False)
        observe(gdp, {2020: "73129"}, basis="census")
        make_observation(gdp, "30000", period="2016H1", period_start=date(2016, 1, 1), period_end=date(2016, 6, 30))
        (chart,) = charts(emissions)
        assert [row[0] for row in chart.rows] == [2016, 2017, 2018, 2019]

    def test_nor_is_what_is_not_verified_of_the_other(self, emissions, gdp) -> None:
        gdp.observations.filter(period="2019").update(verified=False)
        (chart,) = charts(emissions)
        assert [row[0] for row in chart.rows] == [2016, 2017, 2018]

    def test_too_few_common_years_are_no_path_but_a_sentence(self, emissions, gdp) -> None:
        (chart,) = charts(emissions, date(2019, 2, 28))
        assert (chart.figure, chart.rows) == (None, [])
        assert chart.missing == "Fewer than 3 comparable years, so no chart yet (missing: GDP (up to 2015))."

    def test_other_regions_say_what_is_missing_cities_together(self, emissions, gdp) -> None:
        for code in ("100000", "370100", "370200"):
            observe(emissions, {2018: "50", 2019: "51"}, region_code=code)
        _shandong, china, cities = charts(emissions)
        assert china.title.startswith("China: ") and cities.title.startswith("2 cities: ")
        assert china.missing == "Fewer than 3 comparable years, so no chart yet (missing: GDP)."

    def test_a_rounded_value_is_said_in_its_row(self, emissions, gdp) -> None:
        gdp.observations.filter(period="2019").update(exact=False)
        (chart,) = charts(emissions)
        assert [row[4] for row in chart.rows] == [None, None, None, "GDP"]
        assert "GDP at current prices up about 20.0%" in chart.summary
        assert "an open diamond is a rounded value" in chart.note

    def test_other_indicators_have_none_and_ask_nothing(self, django_assert_num_queries) -> None:
        other = make_indicator("pm25")
        with django_assert_num_queries(0):
            assert decoupling_charts(other, [], on=DAY, home=None) == []

    def test_one_query(self, emissions, gdp, django_assert_num_queries) -> None:
        home = region()
        for indicator in (emissions, gdp):
            own = list(indicator.observations.released(DAY).select_related("region"))
            with django_assert_num_queries(1):
                decoupling_charts(indicator, own, on=DAY, home=home)

    def test_the_page_shows_it_with_the_values_of_the_api(self, client, today, open_reading, emissions, gdp) -> None:
        client.cookies["pilotzone_language"] = "en"
        response = client.get("/indicators/co2_emissions/")
        (chart,) = (each for name, each in response.context["charts"].items() if name.startswith("decoupling"))
        assert chart.summary in response.content.decode()
        # The page has billion yuan where the API has 100 million yuan.
        for code, column, many in (("gdp_annual", 1, 10), ("co2_emissions", 2, 1)):
            answer = client.get(f"/api/v1/observations/?indicator={code}&region=370000&ordering=period_end").json()
            values = {int(row["period"]): Decimal(str(row["value"])) for row in answer["results"]}
            assert [values[row[0]] for row in chart.rows] == [row[column] * many for row in chart.rows]
        assert 'href="/indicators/co2_emissions/#emissions-and-gdp"' in client.get("/indicators/").content.decode()
