"""Tests of the way from each figure of the overview to the very rows behind it, and to the same figure in the API."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from projects.models import Project

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


class FiguresOfPage(HTMLParser):
    """path -> (data-value, address) of each figure."""

    def __init__(self, page):
        super().__init__()
        self.found = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if path := attributes.get("data-figure"):
            value = attributes["data-value"]
            assert self.found.get(path, (value,))[0] == value, f"{path} stands twice with different values"
            href = attributes.get("href") or self.found.get(path, ("", None))[1]
            self.found[path] = (value, href)


@pytest.fixture
def reader(demonstration):
    return Client(headers={"accept-language": "en"})


def at(answer, path):
    for part in path.split("."):
        answer = answer[part]
    return answer


@pytest.mark.parametrize("query", ["", "?as_of=2023-06-30", "?as_of=2023-03-31", "?as_of=2022-12-31"])
def test_each_figure_is_that_of_the_api_and_opens_its_rows(reader, query):
    figures = FiguresOfPage(reader.get(f"/{query}").content.decode()).found
    summary = reader.get(f"/api/v1/summary/{query}").json()
    expected = {
        "measures.total",
        "measures.completed",
        "measures.in_progress",
        "measures.promoting",
        "measures.completion_rate",
        "measures.due_before",
        "measures.overdue",
        "measures.due_days_moved",
        "measures.lights.red",
        "measures.lights.yellow",
        "projects.total",
        "projects.total_investment",
        *(f"indicators.{code}.value" for code in summary["indicators"]),
    }
    assert expected <= set(figures)
    for path, (value, _href) in figures.items():
        number = at(summary, path)
        assert value == ("" if number is None else str(number)), path

    assert all(href for _value, href in figures.values()), "a figure opens its rows, or else its explanation"
    counts = {
        path: value
        for path, (value, href) in figures.items()
        if not href.startswith("/explain/") and path.startswith(("measures.", "projects.total"))
    }
    assert {"measures.total", "measures.completed", "measures.due_before", "measures.lights.red"} <= set(counts)
    for path, value in counts.items():
        if path == "projects.total_investment":
            continue
        page = reader.get(figures[path][1]).content.decode()
        assert re.search(rf">{int(value):,} results?<", page), (path, figures[path][1])


def test_departments_that_have_not_reported_and_large_projects_open_their_rows(reader):
    overview = reader.get("/").content.decode()
    assert "/departments/?reported=no" in overview
    large = Project.objects.filter(opening_stage="preparing", investment_wan__gte=1_000_000).count()
    address = "/projects/?stage=preparing&amp;investment_from=100"
    assert re.search(rf'href="{re.escape(address)}">\s*{large}\s*</a>', overview)
    assert f">{large} results<" in reader.get(address.replace("&amp;", "&")).content.decode()


def test_the_way_leads_on_to_sections_departments_and_cities(reader):
    overview = reader.get("/?as_of=2023-06-30").content.decode()
    for address in ("/sections/innovation/", "/departments/energy/", "/cities/370200/"):
        assert f'href="{address}?as_of=2023-06-30"' in overview
        assert reader.get(f"{address}?as_of=2023-06-30").status_code == 200
