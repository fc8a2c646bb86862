from datetime import date
from decimal import Decimal

import pytest

from tests.factories import make_indicator, make_measure, make_observation, make_plan, make_target, make_user
from tests.measures.test_views import page, query_count
from tests.pages import text_of

pytestmark = pytest.mark.django_db

YEAR_BEFORE = {
    "period": "2022H1",
    "period_start": date(2022, 1, 1),
    "period_end": date(2022, 6, 30),
    "released_on": date(2022, 7, 20),
}


@pytest.fixture(autouse=True)
def _as_in_the_demonstration(today, open_reading, client):
    client.cookies["pilotzone_language"] = "en"


@pytest.fixture
def growth():
    indicator = make_indicator("gdp_growth_ytd", name_en="GDP growth", name_zh="生产总值增速", cumulative=True)
    make_observation(indicator, "6.2")
    make_observation(indicator, "5.5", region_code="100000")
    make_observation(indicator, "3.6", **YEAR_BEFORE)
    return indicator


@pytest.fixture
def capacity():
    indicator = make_indicator("nre_capacity", name_en="Capacity", unit="GW", unit_zh="万千瓦", zh_factor=100)
    make_observation(
        indicator, "83.82", period="2023-06-30", period_kind="day", period_start=date(2023, 6, 30), exact=True
    )
    return indicator


def test_the_values_of_a_derived_one_are_its_series_in_the_api(client, growth):
    make_indicator("derived", derived_form="year_on_year", derived_from=growth)
    own, derived = (page(client, f"/indicators/{code}/") for code in ("gdp_growth_ytd", "derived"))
    assert 'href="/api/v1/observations/?indicator=gdp_growth_ytd&amp;lang=en&amp;format=csv"' in own
    assert 'href="/api/v1/indicators/derived/series/?lang=en&amp;format=csv"' in derived
    assert "/api/v1/observations/" not in derived


class TestList:
    def test_shows_value_change_target_and_verdict(self, client, growth):
        make_target(growth, "7", qualifier="about")
        text = text_of(page(client, "/indicators/"))
        assert "GDP growth Illustrative 6.2 % H1 2023 +2.6 about 7.0 (2025) Cannot judge Different scope" in text
        assert "Cannot judge 1 Rule of verdicts" in text

    def test_without_a_target_the_comparison_stands_in_the_place_of_the_verdict(self, client, growth):
        text = text_of(page(client, "/indicators/"))
        assert "GDP growth Illustrative 6.2 % H1 2023 +2.6 — 0.7 percentage points above China" in text
        assert "No target 1 Rule of verdicts" in text

    def test_groups_stand_in_their_order_and_in_each_what_is_behind_first(self, client):
        make_plan()
        for name, group, now in (
            ("Fast", "energy", "19"),
            ("Slow", "energy", "11"),
            ("Aimless", "energy", "1"),
            ("Air", "environment", "1"),
        ):
            indicator = make_indicator(name_en=name, group=group, headline=None)
            year = {"period_kind": "year", "period_start": date(2022, 1, 1), "period_end": date(2022, 12, 31)}
            make_observation(indicator, now, period="2022", released_on=date(2023, 2, 28), **year)
            if name in ("Fast", "Slow"):
                make_target(indicator, "20", baseline_value="10", baseline_on=date(2020, 12, 31))
        counts, rest = text_of(page(client, "/indicators/")).split("Rule of verdicts")
        assert "Behind 1 Ahead 1 No target 2" in counts
        order = ["Energy", "Slow Illustrative 11", "Fast Illustrative 19", "Aimless", "Air and water No target"]
        assert [rest.index(words) for words in order] == sorted(rest.index(words) for words in order)
        assert "20.0 (2025) Behind 14.0 required by then" in rest
        assert "Energy" not in text_of(page(client, "/indicators/?ordering=code")).split("Trend")[1]

    def test_one_without_a_value_is_for_the_office_alone(self, client, growth):
        make_indicator(name_en="Empty")
        assert "Empty" not in page(client, "/indicators/")
        assert "Empty" in page(client, "/indicators/?has_value=no")
        assert "without a value" not in page(client, "/indicators/")
        client.force_login(make_user("rita", role="reviewer"))
        html = page(client, "/indicators/")
        assert '<a href="?has_value=no">1 indicator without a value</a>' in html

    @pytest.mark.parametrize(
        ("day", "words"),
        [
            ("2022-07-19", "No indicators match these filters"),
            ("2022-07-20", "GDP growth Illustrative 3.6 % H1 2022 — —"),
            ("2023-07-19", "GDP growth Illustrative 3.6 % H1 2022 — —"),
            ("2023-07-20", "GDP growth Illustrative 6.2 % H1 2023 +2.6 —"),
        ],
    )
    def test_a_value_counts_from_its_release(self, client, growth, day, words):
        assert words in text_of(page(client, f"/indicators/?as_of={day}"))

    def test_units_follow_the_language(self, client, capacity):
        make_target(capacity, "90", qualifier="at least, aiming for 95")
        assert "83.82 GW 30 June 2023 — at least 90 (2025, aiming for 95)" in text_of(page(client, "/indicators/"))
        chinese = text_of(page(client, "/indicators/?lang=zh-hans"))
        assert "8,382 万千瓦 2023年6月30日" in chinese
        assert "9,000" in chinese and "9,500" in chinese

    def test_a_fall_has_a_hyphen_that_spreadsheets_read(self, client):
        make_observation(make_indicator(), "-2.41")
        assert "-2.41 %" in text_of(page(client, "/indicators/"))

    def test_export_links_and_links_keep_the_day(self, client, growth):
        html = page(client, "/indicators/?search=growth&as_of=2023-07-31")
        assert 'href="/api/v1/indicators/?search=growth&amp;as_of=2023-07-31&amp;lang=en&amp;format=csv"' in html
        assert 'href="/indicators/gdp_growth_ytd/?as_of=2023-07-31"' in html

    def test_nothing_found_offers_to_clear_the_filters(self, client, growth):
        html = page(client, "/indicators/?search=nowhere")
        assert "No indicators match these filters" in html
        assert '<a href="/indicators/">Clear filters</a>' in html

    def test_bad_input_is_answered_in_the_frame_of_the_site(self, client):
        response = client.get("/indicators/?direction=sideways")
        assert response.status_code == 400
        assert "choose one of: Upward (up), Downward (down), Neither is better (neutral)" in response.content.decode()

    def test_queries_do_not_grow_with_the_rows(self, client, growth):
        page(client, "/indicators/")
        few = query_count(client, "/indicators/")
        for _n in range(8):
            indicator = make_indicator()
            make_observation(indicator)
            make_target(indicator)
        assert query_count(client, "/indicators/") == few
        assert few <= 10


class TestDetail:
    def test_opens_with_a_sentence(self, client, growth):
        sentence = (
            "H1 2023: 6.2% ; 0.7 percentage points above China, "
            "up 2.6 percentage points on the year before, released on 20 July 2023."
        )
        assert sentence in text_of(page(client, "/indicators/gdp_growth_ytd/"))

    def test_a_value_below_the_country_says_so(self, client):
        indicator = make_indicator("share")
        make_observation(indicator, "5.0")
        make_observation(indicator, "5.5", region_code="100000")
        assert "0.5 percentage points below China" in page(client, "/indicators/share/")

    def test_the_table_has_the_province_then_the_country_then_cities(self, client, growth):
        make_observation(growth, "6.1", region_code="370200", verified=False)
        make_observation(growth, "6.0", region_code="370100", exact=False)
        html = page(client, "/indicators/gdp_growth_ytd/")
        text = text_of(html)
        rows = [
            "Shandong H1 2023 6.2",
            "Shandong H1 2022 3.6",
            "China H1 2023 5.5",
            "Jinan H1 2023 about 6.0",
            "Qingdao",
        ]
        assert [text.index(row) for row in rows] == sorted(text.index(row) for row in rows)
        assert "Qingdao H1 2023 Not verified 6.1" in text

    def test_a_sum_is_not_set_against_the_country(self, client, capacity):
        make_observation(
            capacity,
            "1300",
            region_code="100000",
            period="2023-06-30",
            period_kind="day",
            period_start=date(2023, 6, 30),
        )
        response = client.get("/indicators/nre_capacity/")
        assert "China" not in str(response.context["charts"]["indicator-line"])
        assert "points above China" not in response.content.decode()
        assert "China 30 June 2023 1,300" in text_of(response.content.decode())

    def test_the_chart_shows_what_is_not_verified_hollow(self, client, growth):
        make_observation(
            growth, "9.9", period="2021H1", period_start=date(2021, 1, 1), period_end=date(2021, 6, 30), verified=False
        )
        response = client.get("/indicators/gdp_growth_ytd/")
        marker = response.context["charts"]["indicator-line"].figure["data"][-1]["marker"]
        # What stands between two values that are not joined is white as well.
        assert marker["color"][::2] == ["#FFFFFF", "#0B5775", "#0B5775"]
        assert "Hollow: not verified." in response.content.decode()

    def test_targets_name_their_document_and_the_one_in_force(self, client, capacity):
        make_target(capacity, "80", qualifier="at least", document="The older plan", adopted_on=date(2021, 8, 1))
        make_target(capacity, "90", qualifier="at least", document="The newer plan", adopted_on=date(2023, 1, 31))
        make_target(capacity, "99", document="A remark", derived=True)
        text = text_of(page(client, "/indicators/nre_capacity/"))
        judged = "at least 90 (2025) Judged by — Cannot judge No baseline in the document The newer plan 2023-01-31"
        assert f"{judged} at least 80 (2025) — Ahead target met The older plan" in text
        assert "A remark" not in text

    def test_a_revised_value_says_what_it_was_at_first(self, client, growth):
        make_observation(growth, "6.4", released_on=date(2023, 8, 20), note="基数较低 | Low base")
        text = text_of(page(client, "/indicators/gdp_growth_ytd/"))
        assert "Shandong H1 2023 Revised 6.4 2023-08-20 Made for tests First release: 6.2 (2023-07-20) Low base" in text
        assert "Values 3 results" in text
        before = text_of(page(client, "/indicators/gdp_growth_ytd/?as_of=2023-08-19"))
        assert "Shandong H1 2023 6.2 2023-07-20 Made for tests Shandong H1 2022" in before

    def test_the_verdict_is_explained_step_by_step(self, client, capacity):
        for year, value in ((2020, "50"), (2021, "60"), (2022, "64")):
            day = date(year, 12, 31)
            days = {"period": str(day), "period_kind": "day", "period_start": day, "period_end": day}
            make_observation(capacity, value, released_on=day, **days)
        capacity.observations.filter(value="83.82").delete()
        make_target(capacity, "100", document="The plan", adopted_on=date(2021, 8, 1))
        text = text_of(page(client, "/indicators/nre_capacity/"))
        assert "Behind 70 required by then" in text
        assert (
            "The document states no baseline: the newest value known when it was adopted, 50 GW on 31 December 2020, "
            "is taken as one; from there to 100 GW by the end of 2025, 70 GW was required by 31 December 2022, and 64 "
            "GW was reached: 70.0% of the way that was due."
        ) in text
        assert "To reach it by the end of 2025: up 12 GW a year; since 31 December 2021: up 4 GW a year." in text
        assert "A straight line through the last 3 values stands at about 86 GW, give or take 7 GW" in text

    def test_before_a_document_was_adopted_its_target_is_not_known(self, client, capacity):
        make_target(capacity, "90", document="The newer plan", adopted_on=date(2023, 1, 31))
        assert "The newer plan" not in page(client, "/indicators/nre_capacity/?as_of=2023-01-30")
        assert "The newer plan" in page(client, "/indicators/nre_capacity/?as_of=2023-01-31")

    def test_without_a_value_by_the_day_it_says_so(self, client, growth):
        html = page(client, "/indicators/gdp_growth_ytd/?as_of=2020-01-01")
        assert "No verified figure available." in html
        assert html.count("No verified figure available.") == 1 and "data-chart" not in html
        assert "data-figure-id" not in html

    def test_units_follow_the_language(self, client, capacity):
        assert "30 June 2023: 83.82 GW" in page(client, "/indicators/nre_capacity/")
        assert "8,382万千瓦" in page(client, "/indicators/nre_capacity/?lang=zh-hans")

    def test_the_cities_stand_beside_each_other(self, client):
        air = make_indicator("air", name_en="Air", unit="µg/m³", direction="down", may_rank=True)
        cities = {"370100": "42", "370200": "29.7", "370300": "49.2", "370600": "28", "371000": "25.3"}
        for year, change in ((2018, 10), (2021, 0)):
            days = {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31), "period_kind": "year"}
            for code, value in cities.items():
                row = {"region_code": code, "period": str(year), "released_on": date(year + 1, 3, 1)}
                make_observation(air, Decimal(value) + change, **row, **days)
        response = client.get("/indicators/air/?as_of=2023-07-31")
        html, text = response.content.decode(), text_of(response.content.decode())
        # Without a value of the province, the page opens with the cities.
        assert "No verified figure available" not in text
        sentence = "2021: lowest Weihai 25.3, highest Zibo 49.2; all 5 fell since 2018."
        assert "has been the best" not in text  # of 2019 and 2020 nothing is known
        assert text.index(sentence) < text.index("The cities") and 'class="sentence"' not in html
        assert "Weihai 25.3 35.3 -10.0 1 Yantai 28.0 38.0 -10.0 2 Qingdao 29.7 39.7 -10.0 3 Jinan 42.0" in text
        assert '<a href="/cities/371000/?as_of=2023-07-31">Weihai</a>' in html
        charts = response.context["charts"]
        ticks = charts["by-city"].figure["layout"]["yaxis"]["ticktext"]
        assert ticks == ["1 Weihai", "2 Yantai", "3 Qingdao", "4 Jinan", "5 Zibo"]
        assert charts["city-map"].figure["data"][0]["customdata"][0] == "#city-370100"
        assert '<tr id="city-370100">' in html
        assert charts["by-city"].note == "The axis starts at 20"
        rows = client.get("/indicators/air/?chart=by-city").getvalue().decode().splitlines()
        assert len(rows) == 6 and rows[1].startswith("Weihai,25.3,35.3")

    def test_links_measures_and_keeps_the_day(self, client, growth):
        growth.measures.add(make_measure(code="M073"), make_measure(code="M074", listed_on=date(2023, 8, 20)))
        html = page(client, "/indicators/gdp_growth_ytd/?as_of=2023-07-31")
        assert 'href="/measures/M073/?as_of=2023-07-31"' in html
        assert "M074" not in html

    def test_an_unknown_code_is_not_found(self, client):
        assert client.get("/indicators/nothing/").status_code == 404

    def test_a_bad_day_is_answered_in_the_frame_of_the_site(self, client, growth):
        response = client.get("/indicators/gdp_growth_ytd/?as_of=2023-W05-1")
        assert response.status_code == 400
        assert "There is no such date; choose another, such as" in response.content.decode()

    def test_queries_do_not_grow_with_the_rows(self, client, growth):
        # The pickers ask for the plan, and once more where there is none.
        make_plan()
        # With the first value of a city, all cities are asked for.
        make_observation(growth, "6.1", region_code="370100")
        page(client, "/indicators/gdp_growth_ytd/")
        few = query_count(client, "/indicators/gdp_growth_ytd/")
        for year in range(2010, 2020):
            for code in ("370000", "100000", "370100", "370200"):
                period = {"period_start": date(year, 1, 1), "period_end": date(year, 6, 30)}
                make_observation(growth, year % 7, region_code=code, period=f"{year}H1", **period)
            make_target(growth, due_year=year)
            growth.measures.add(make_measure())
        assert query_count(client, "/indicators/gdp_growth_ytd/") == few <= 11


@pytest.mark.parametrize("url", ["/indicators/", "/indicators/gdp_growth_ytd/"])
def test_where_reading_is_not_open_others_log_in_first(client, settings, growth, url):
    settings.PILOTZONE_PUBLIC_READING = False
    assert client.get(url).url == f"/accounts/login/?next={url}"
    client.force_login(make_user())
    assert client.get(url).status_code == 200


class TestUnitsAndReleases:
    """English has no 亿 and no 万; a release day that no source states is marked wherever it stands."""

    @pytest.fixture
    def amount(self):
        indicator = make_indicator("gdp_ytd", name_en="GDP", unit="100 million yuan", unit_zh="亿元", cumulative=True)
        make_observation(indicator, "64409", release_basis="assumed")
        make_observation(indicator, "60439.2", **YEAR_BEFORE)
        return indicator

    def test_the_list(self, client, amount):
        text = text_of(page(client, "/indicators/"))
        assert "GDP Illustrative 6,440.9 billion yuan H1 2023 +397.0 —" in text
        assert "2023-07-20" not in text
        assert "64,409 亿元 2023年上半年 +3,970 —" in text_of(page(client, "/indicators/?lang=zh-hans"))
        assert client.get("/api/v1/indicators/gdp_ytd/").json()["latest"]["value"] == 64409

    def test_the_page(self, client, amount):
        text = text_of(page(client, "/indicators/gdp_ytd/"))
        assert "H1 2023: 6,440.9 billion yuan ; up 397.0 billion yuan on the year before" in text
        # No assumed day stands in the lead.
        assert "on the year before." in text and "released on" not in text
        assert "Shandong H1 2023 6,440.9 2023-07-20*" in text
        assert "Shandong H1 2022 6,043.92 2022-07-20 " in text
        assert "日发布" not in text_of(page(client, "/indicators/gdp_ytd/?lang=zh-hans"))

    def test_a_stated_day_needs_no_note(self, client, growth):
        text = text_of(page(client, "/indicators/gdp_growth_ytd/"))
        assert "2023-07-20" in text and "*" not in text and "assumed" not in text
        assert "released on 20 July 2023." in text

    def test_a_change_is_as_exact_as_its_value(self, client, capacity):
        make_observation(
            capacity,
            "78.5",
            period="2022-06-30",
            period_kind="day",
            period_start=date(2022, 6, 30),
            period_end=date(2022, 6, 30),
            released_on=date(2022, 7, 20),
        )
        assert "83.82 GW 30 June 2023 +5.32" in text_of(page(client, "/indicators/"))
