"""Investment by category and city as areas."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go
import pytest
from django.utils import translation

from dashboard.charts.treemap import Area, investment_chart, treemap
from projects.models import Category
from tests.factories import make_plan, make_project

AREAS = [
    Area(Category.INNOVATION, "Jinan", 3, Decimal("20.5"), "/projects/?category=innovation&city=370100"),
    Area(Category.ENERGY, "Jinan", 1, Decimal("100.1"), "/projects/?category=energy&city=370100"),
    Area(Category.ENERGY, "Yantai", 2, Decimal("379.4"), "/projects/?category=energy&city=370600"),
    Area(Category.INDUSTRY, "Yantai", 1, Decimal(0), "/projects/?category=industry&city=370600"),
    Area(Category.INFRASTRUCTURE, "Jinan", 0, Decimal(0)),
]
URLS = {"": "/projects/", "energy": "/projects/?category=energy", "innovation": "/projects/?category=innovation"}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


class TestTreemap:
    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_plotly_takes_it(self, language: str) -> None:
        with translation.override(language):
            figure = treemap(AREAS, URLS)
        go.Figure(data=figure["data"], layout=figure["layout"])
        go.Figure(data=figure["data"], layout=figure["layout"] | figure["narrow"])
        assert json.loads(json.dumps(figure)) == figure

    def test_areas_lie_in_their_category_and_add_up_to_it(self) -> None:
        (trace,) = treemap(AREAS, URLS)["data"]
        assert trace["ids"] == ["all", "energy", "energy/Yantai", "energy/Jinan", "innovation", "innovation/Jinan"]
        assert trace["parents"] == ["", "all", "energy", "energy", "all", "innovation"]
        assert trace["values"] == [500.0, 479.5, 379.4, 100.1, 20.5, 20.5]
        assert trace["branchvalues"] == "total"

    def test_heads_have_the_categorys_colour_and_areas_its_tint_with_ink(self) -> None:
        (trace,) = treemap(AREAS, URLS)["data"]
        assert trace["marker"]["colors"] == ["#FFFFFF", "#A9620F", "#F6E8D6", "#F6E8D6", "#573E8C", "#E9E4F2"]
        assert trace["insidetextfont"]["color"] == ["#17242F", "#FFFFFF", "#17242F", "#17242F", "#FFFFFF", "#17242F"]
        assert "textfont" not in trace

    def test_text_too_small_to_read_is_left_out(self) -> None:
        assert treemap(AREAS, URLS)["layout"]["uniformtext"] == {"minsize": 11, "mode": "hide"}

    def test_the_key_names_categories_with_amount_and_share(self) -> None:
        figure = treemap(AREAS, URLS)
        assert [entry["label"] for entry in figure["key"]] == ["Energy 480 (95.9%)", "Innovation 21 (4.1%)"]
        assert [entry["fill"] for entry in figure["key"]] == ["#A9620F", "#573E8C"]

    def test_each_opens_its_projects(self) -> None:
        (trace,) = treemap(AREAS, URLS)["data"]
        assert trace["customdata"] == [
            "/projects/",
            "/projects/?category=energy",
            "/projects/?category=energy&city=370600",
            "/projects/?category=energy&city=370100",
            "/projects/?category=innovation",
            "/projects/?category=innovation&city=370100",
        ]

    def test_under_the_pointer_stand_amount_share_and_projects(self) -> None:
        (trace,) = treemap(AREAS, URLS)["data"]
        assert trace["hovertext"][2] == "<b>Yantai, Energy</b><br>37.9 billion yuan (75.9%)<br>2 projects"
        with translation.override("zh-hans"):
            (trace,) = treemap(AREAS, URLS)["data"]
        assert trace["hovertext"][2] == "<b>Yantai，能源</b><br>379亿元（75.9%）<br>项目2个"


class TestChart:
    def test_rows_are_what_is_drawn(self) -> None:
        chart = investment_chart(AREAS, URLS, on=date(2023, 8, 29), provenance="illustrative")
        assert chart.title == "Investment by category and city (100 million yuan), as of 29 August 2023"
        assert chart.rows == [
            ("Energy", "All cities", 3, Decimal("479.5"), Decimal("95.9")),
            ("Energy", "Yantai", 2, Decimal("379.4"), Decimal("75.9")),
            ("Energy", "Jinan", 1, Decimal("100.1"), Decimal("20.0")),
            ("Innovation", "All cities", 3, Decimal("20.5"), Decimal("4.1")),
            ("Innovation", "Jinan", 3, Decimal("20.5"), Decimal("4.1")),
            ("Key industries", "All cities", 1, Decimal(0), Decimal("0.0")),
            ("Key industries", "Yantai", 1, Decimal(0), Decimal("0.0")),
        ]
        assert chart.total == ("Total", None, 7, Decimal("500.0"), Decimal("100.0"))
        assert chart.urls[0] == "/projects/?category=energy"
        assert chart.urls[1] == "/projects/?category=energy&city=370600"
        assert chart.cells[1] == [{"text": "Energy", "url": chart.urls[1]}, "Yantai", "2", "379", "75.9%"]

    def test_it_says_what_is_largest(self) -> None:
        assert investment_chart(AREAS, URLS, on=date(2023, 8, 29), provenance="illustrative").summary == (
            "The category with the most investment is Energy, with 48.0 billion yuan (95.9%); "
            "the largest single area is Energy in Yantai, with 37.9 billion yuan (75.9%)."
        )

    def test_amounts_that_do_not_add_up_as_they_are_written_are_explained(self) -> None:
        # 380 + 100 is 480, but 480 + 21 is not 500.
        assert investment_chart(AREAS, URLS, on=date(2023, 8, 29), provenance="illustrative").note == (
            "Because of rounding, parts may not add up to the total."
        )
        assert investment_chart(AREAS[1:2], URLS, on=date(2023, 8, 29), provenance="illustrative").note == ""

    def test_without_investment_it_says_what_is_missing(self) -> None:
        for areas in ([], AREAS[3:]):
            chart = investment_chart(areas, URLS, on=date(2023, 8, 29), provenance="illustrative")
            assert (chart.figure, chart.summary) == (None, "")
            assert chart.missing == "No projects with an investment are listed by this day."


@pytest.mark.django_db
class TestPage:
    @pytest.fixture(autouse=True)
    def _as_in_the_demonstration(self, today, open_reading, client) -> None:
        client.cookies["pilotzone_language"] = "en"

    def test_its_rows_are_those_of_the_api(self, client) -> None:
        plan = make_plan()
        make_project(plan, city="370100", investment=1_001_000)
        make_project(plan, city="370600", investment=3_794_000)
        make_project(plan, city="370600", category="innovation", investment=205_000)
        chart = client.get("/cities/").context["charts"]["investment"]
        areas = [row for row in chart.rows if row[1] != "All cities"]
        assert [(row[0], row[1], row[3]) for row in areas] == [
            ("Energy", "Yantai", Decimal("379.4")),
            ("Energy", "Jinan", Decimal("100.1")),
            ("Innovation", "Yantai", Decimal("20.5")),
        ]
        for row, url in zip(chart.rows, chart.urls, strict=True):
            answer = client.get(f"/api/v1{url}").json()
            assert len(answer["results"]) == row[2]
            assert sum(Decimal(str(each["total_investment"])) for each in answer["results"]) == row[3]

    def test_a_day_that_was_chosen_is_kept(self, client) -> None:
        make_project(make_plan(), city="370100")
        chart = client.get("/cities/?as_of=2023-06-30").context["charts"]["investment"]
        assert chart.urls[1] == "/projects/?category=energy&city=370100&as_of=2023-06-30"
