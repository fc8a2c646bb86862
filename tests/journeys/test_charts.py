"""Every chart of every page: what is drawn is in its rows, its rows are in its file and on the page, and all of it is
what the API says.
"""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest
from django.test import Client

from core.periods import month_end
from tests.browser.samples import SAMPLES
from tests.sweeps import each_in_one_way, one_in
from web.charts.chart import Chart

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
ADDRESSES = [
    "/",
    "/?map=total&course=plan",
    "/?course=year",
    "/departments/",
    "/departments/?months=all",
    "/departments/energy/",
    "/sections/",
    "/sections/innovation/",
    "/cities/",
    "/cities/?show=total",
    "/measures/M172/",
    "/projects/P0672/",
    "/indicators/gdp_growth_ytd/",
    "/indicators/pm25/",
    "/indicators/nre_capacity/",
    "/indicators/co2_emissions/",
    "/indicators/gdp_ytd/",
]
DAYS = ["2023-03-31", "2023-06-30", "2023-08-29"]
# Their page is tagged as a whole.
NO_TAG = {("status", "/measures/M172/"), ("map", "/cities/")}
LANGUAGES = {"en": "August 2023", "zh-hans": "2023年8月"}


def at(address: str, **more: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{address}{'&' if '?' in address else '?'}{query}"


def charts_of(address: str, **more: str) -> dict[str, Chart]:
    answer: Any = Client().get(at(address, **more))
    assert answer.status_code == 200, address
    return answer.context["charts"]


def api(path: str, **more: str) -> Any:
    answer = Client().get(at(f"/api/v1/{path}", lang="en", **more))
    assert answer.status_code == 200, (path, answer.content)
    return answer.json()


def numbers_drawn(figure: dict[str, Any]) -> Iterator[float]:
    """The values of a figure's traces: of bars their length, of points both where they are
    numbers and not places in a row.
    """
    for trace in figure["data"]:
        if trace["type"] == "bar" and "base" not in trace:
            yield from trace["x" if trace.get("orientation") == "h" else "y"]
        elif trace["type"] == "scatter" and isinstance(figure["layout"]["yaxis"].get("tickvals", [0.5])[0], float):
            yield from (value for value in trace["y"] if value is not None)


def test_no_page_with_charts_is_left_out(demonstration: None) -> None:
    """Each page of the site that anyone may open, found by the table of samples."""
    with_charts = set()
    for sample in SAMPLES:
        if sample.person or sample.status != 200 or not sample.name or getattr(sample, "fields", None):
            continue
        answer: Any = Client().get(sample.where({}))
        if answer.context and answer.context.get("charts"):
            with_charts.add(sample.name)
    assert with_charts == {
        "dashboard:overview",
        "dashboard:departments",
        "dashboard:department",
        "dashboard:sections",
        "dashboard:section",
        "dashboard:cities",
        "measures:detail",
        "projects:detail",
        "indicators:detail",
    }


@pytest.mark.parametrize(("address", "language"), each_in_one_way(ADDRESSES, list(LANGUAGES)))
def test_each_chart_is_whole(demonstration: None, address: str, language: str) -> None:
    charts = charts_of(address, lang=language)
    assert charts
    for name, chart in charts.items():
        assert chart.name == name
        assert "29" in chart.title, name  # as of when
        assert LANGUAGES[language] in chart.title, name
        if chart.figure is None:
            assert len(chart.missing) > 10, name
            continue
        go.Figure(chart.figure["data"], chart.figure["layout"])
        go.Figure(layout=chart.figure["narrow"])
        assert chart.rows, name
        assert len(chart.summary) > 8, name
        assert chart.provenance or (chart.name, address.partition("?")[0]) in NO_TAG, name
        assert len({column.label for column in chart.columns}) == len(chart.columns), name
        assert all(len(row) == len(chart.columns) for row in chart.rows), name
        assert not chart.urls or len(chart.urls) == len(chart.rows), name


@pytest.mark.parametrize(("address", "day"), each_in_one_way(ADDRESSES, DAYS))
def test_what_is_drawn_is_in_the_rows(demonstration: None, address: str, day: str) -> None:
    for name, chart in charts_of(address, as_of=day).items():
        if chart.figure is None:
            continue
        rows = [*chart.rows, chart.total]
        known = {float(cell) for row in rows for cell in row if isinstance(cell, Decimal | int | float)} | {0.0}
        drawn = set(numbers_drawn(chart.figure))
        assert drawn <= known, (name, drawn - known)


@pytest.mark.parametrize(("address", "language"), each_in_one_way(ADDRESSES, list(LANGUAGES)))
def test_the_rows_are_on_the_page_and_in_the_file(demonstration: None, address: str, language: str) -> None:
    answer: Any = Client().get(at(address, lang=language))
    page = answer.content.decode()
    for name, chart in answer.context["charts"].items():
        if not chart.rows:
            continue
        link = re.search(rf'href="([^"]*chart={name})"', page)
        assert link, name
        file: Any = Client().get(address.partition("?")[0] + link[1].replace("&amp;", "&"))
        assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
        text = b"".join(file.streaming_content).decode()
        assert text.startswith("\ufeff")
        heads, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
        assert heads == [column.label for column in chart.columns]
        assert len(rows) == len(chart.rows)
        for shown, own in zip(rows, chart.rows, strict=True):
            for cell, value in zip(shown, own, strict=True):
                if isinstance(value, Decimal):
                    assert Decimal(cell) == value
                elif isinstance(value, str | int) and not isinstance(value, bool):
                    assert cell.lstrip("'") == str(value).lstrip("'")
        body = page[page.index("<main") :]
        if not chart.has_own_table:
            assert f'id="chart-{name}-rows"' in body, name


def test_a_chart_that_a_page_does_not_have_is_refused_with_those_it_has(demonstration: None) -> None:
    answer = Client().get("/?chart=nothing&lang=en")
    assert answer.status_code == 400
    assert "choose one of: months, map" in answer.content.decode()
    assert Client().get("/published/?chart=nothing").status_code == 200  # it has none at all


def test_a_click_leads_to_pages_that_are_there(demonstration: None) -> None:
    followed = set()
    for address in ADDRESSES:
        for chart in charts_of(address).values():
            for trace in (chart.figure or {"data": []})["data"]:
                targets = [url for url in trace.get("customdata", []) if url and not str(url).startswith("#")]
                followed |= set(targets[:2] + targets[-2:])
    assert len(followed) > 30
    for url in sorted(followed):
        assert Client().get(url).status_code == 200, url


@pytest.mark.parametrize("day", one_in(3, DAYS))
class TestTheSameAsTheApi:
    def test_the_course(self, demonstration: None, day: str) -> None:
        rows = charts_of("/?course=year", as_of=day)["course"].rows
        for on, completed, rate, due, due_rate, elapsed, _needed in rows:
            if completed is None:
                continue  # still to come
            measures = api("summary/", as_of=on.isoformat())["measures"]
            if not measures["total"]:
                continue  # the lines begin before the first measure was listed
            assert completed == measures["completed"], on
            assert float(rate) == measures["completion_rate"], on
            assert (due, float(due_rate)) == (measures["due"], measures["due_rate"]), on
            assert float(elapsed) == measures["time_elapsed"], on

    def test_the_map_and_the_cities(self, demonstration: None, day: str) -> None:
        cities = {row["name"]: row for row in api("rollups/projects/?by=city", as_of=day)["results"]}
        rows = charts_of("/", as_of=day, lang="en")["map"].rows
        assert len(rows) == len(cities) == 16
        for name, total, investment in rows:
            assert (total, float(investment)) == (cities[name]["total"], cities[name]["total_investment"]), name
        assert charts_of("/cities/", as_of=day, lang="en")["map"].rows == rows

    @pytest.mark.parametrize(
        ("address", "query"),
        [
            ("/sections/", ""),
            ("/sections/innovation/", "&section=innovation"),
            ("/departments/energy/", "&department=energy"),
        ],
    )
    def test_due_dates(self, demonstration: None, day: str, address: str, query: str) -> None:
        chart = charts_of(address, as_of=day)["due"]
        for url, (_name, *counts, total, overdue) in zip(chart.urls, chart.rows, strict=True):
            if not url:
                assert total == 0
                continue
            span = url.partition("?")[2]
            assert total == api(f"measures/?{span}&page_size=1")["count"], url
            assert overdue == api(f"measures/?{span}&light=red&page_size=1")["count"], url
            for status, count in zip(("completed", "in_progress", "promoting"), counts, strict=True):
                assert count == api(f"measures/?{span}&status={status}&page_size=1")["count"], (url, status)
        listed = api(f"measures/?page_size=1000{query}", as_of=day)["results"]
        dated = sum(row["due_on"] is not None for row in listed)
        assert sum(row[-2] for row in chart.rows) == dated

    @pytest.mark.parametrize("code", ["gdp_growth_ytd", "pm25", "nre_capacity"])
    def test_indicators(self, demonstration: None, day: str, code: str) -> None:
        chart = charts_of(f"/indicators/{code}/", as_of=day, lang="en")["indicator-line"]
        published = api(f"observations/?indicator={code}&page_size=1000", as_of=day)["results"]
        values = {
            (round(float(row["value"]), 6), row["verified"])
            for row in published
            if row["region"] in ("370000", "100000")
        }
        own = [row for row in chart.rows if row[0] in ("Shandong", "China")]
        assert chart.figure is None or own
        # What is not verified is drawn hollow, and says so in its row.
        assert {(round(float(row[2]), 6), row[3] != "Not verified") for row in own} <= values


@pytest.mark.parametrize("day", one_in(3, DAYS))
def test_the_months_are_those_of_the_api_at_their_ends(demonstration: None, day: str) -> None:
    rows = charts_of("/", as_of=day)["months"].rows
    assert len(rows) == 12
    completed_before = 0
    for month, due, completed, red, yellow, _in_time, _covered, _owing in rows:
        end = month_end(month)
        span = f"due_from={month}&due_to={end}"
        assert due == api(f"measures/?{span}&page_size=1", as_of=day)["count"], month
        if month.isoformat() > day:
            assert (completed, red, yellow) == (None, None, None)
            continue
        measures = api("summary/", as_of=min(end.isoformat(), day))["measures"]
        assert completed == measures["completed"] - completed_before, month
        assert (red, yellow) == (measures["lights"]["red"], measures["lights"]["yellow"]), month
        completed_before = measures["completed"]


@pytest.mark.parametrize("day", one_in(3, DAYS))
def test_the_ends_of_months_are_those_of_the_api(demonstration: None, day: str) -> None:
    answer: Any = Client().get(at("/", as_of=day, lang="en"))
    rows = answer.context["progress"]["month_ends"]
    assert len(rows) == int(day[5:7]) - 2  # from March on
    for row in rows:
        end = re.search(r"as_of=([\d-]+)", row["due_url"])
        assert end
        measures = api("summary/", as_of=end[1])["measures"]
        assert (row["due"], row["completed"]) == (measures["due"], measures["completed"]), end[1]
        in_time, gap = measures["in_time_rate"], measures["gap_to_plan"]
        assert (row["in_time_rate"] and float(row["in_time_rate"]), float(row["gap"])) == (in_time, gap), end[1]
        for name in ("due", "completed"):
            count = re.search(r">([\d,]+) results?<", Client().get(row[f"{name}_url"] + "&lang=en").content.decode())
            assert count, row[f"{name}_url"]
            assert int(count[1]) == row[name]


def test_reports_by_month_are_those_of_the_departments_pages(demonstration: None) -> None:
    chart = charts_of("/departments/", months="all", lang="en")["reports"]
    energy = [row for row in chart.rows if row[0] == "Energy"]
    assert energy
    page: Any = Client().get("/departments/energy/?lang=en")
    months = [each.reports for each in page.context["months"]]
    of_page = [(month.owed, month.filed) for month in months if month.owed]
    assert [(row[2], row[3]) for row in energy] == of_page


def test_emissions_and_gdp_are_the_published_values(demonstration: None) -> None:
    charts = charts_of("/indicators/co2_emissions/", lang="en")
    drawn = {name: chart for name, chart in charts.items() if name.startswith("decoupling") and chart.figure}
    shandong = next(chart for name, chart in drawn.items() if "-370000-" in name)
    years = [row[0] for row in shandong.rows]
    assert [str(year) for year in years] == ["2016", "2017", "2018", "2019"]
    emissions = {
        row["period"]: row["value"]
        for row in api("observations/?indicator=co2_emissions&region=370000&page_size=1000")["results"]
    }
    for year, _gdp, amount, *_rest in shandong.rows:
        assert float(amount) == emissions[str(year)], year
    missing = [chart for name, chart in charts.items() if name.startswith("decoupling") and chart.figure is None]
    assert all("missing" in chart.missing for chart in missing)
