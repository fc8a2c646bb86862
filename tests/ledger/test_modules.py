"""The modules that a plan shows: what its first load brings, and what is added later."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ledger.commit import commit_ledger
from ledger.reading import read_ledger
from measures.models import Plan
from projects.plans import plan_state
from tests import factories as make
from tests.pages import text_of
from tests.second_site import Row, write_workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PLAN: Row = {"slug": "county", "name_zh": "县计划", "starts_on": "2023-01-01", "ends_on": "2023-12-31"}
MEASURE: Row = {"code": "1", "title_zh": "建立台账", "lead_department": "县发展改革局", "due_on": "2023-12-31"}
NOT_THERE = ["projects", "indicators", "themes", "problems", "regions"]


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def loaded(rows: dict[str, list[Row]]) -> Plan:
        write_workbook(tmp_path / "county.xlsx", rows)
        commit_ledger(read_ledger(tmp_path / "county.xlsx").ledger, Plan.objects.first(), by=None, confirmed=True)
        return Plan.objects.get()

    return loaded


def menu_of(client: Client) -> list[str]:
    menu = client.get("/?lang=en").content.decode().partition('<ul class="nav-list">')[2].partition("</ul>")[0]
    return re.findall(r"<a [^>]*>\s*(.+?)\s*<", menu)


def test_the_first_load_of_measures_alone_hides_the_rest(load: Any, open_reading: Any) -> None:
    assert load({"plan": [PLAN], "measures": [MEASURE]}).hidden_modules == NOT_THERE
    assert menu_of(Client()) == ["Overview", "Priority areas", "Measures", "Departments"]
    page = text_of(Client().get("/?lang=en").content.decode())
    assert "1. What needs attention" in page and "3. Who is responsible" in page
    for absent in ("Supporting projects", "4. ", "Outcomes", "Problems", "No data for this period"):
        assert absent not in page
    # Addresses and the API stay.
    assert Client().get("/projects/").status_code == Client().get("/cities/").status_code == 200
    assert Client().get("/api/v1/summary/").json()["projects"]["total"] == 0


def test_a_later_load_shows_what_it_brings_the_first_rows_of(load: Any) -> None:
    load({"plan": [PLAN], "measures": [MEASURE]})
    region: Row = {"code": "990101", "kind": "county", "name_zh": "云阳县"}
    indicator: Row = {"code": "gdp", "name_zh": "生产总值", "unit": "%", "direction": "up"}
    assert load({"regions": [region], "indicators": [indicator]}).hidden_modules == [
        each for each in NOT_THERE if each != "indicators"
    ]


def test_projects_of_a_place_without_parts_are_listed_without_it(load: Any, open_reading: Any) -> None:
    region: Row = {"code": "990101", "kind": "county", "name_zh": "云阳县"}
    project: Row = {
        "name_zh": "净水厂",
        "category": "环保",
        "stage": "在建",
        "total_investment": "0.32",
        "city": "城关镇",
    }
    plan = load({"regions": [region], "plan": [PLAN], "measures": [MEASURE], "projects": [project]})
    assert plan.hidden_modules == [each for each in NOT_THERE if each != "projects"]
    answer = Client().get("/projects/?lang=en")
    page = text_of(answer.content.decode())
    assert "Title Category Stage" in page and "云阳县" not in page
    assert list(answer.context["filter"].shown) == ["search", "category", "stage", "investment_from"]
    overview = text_of(Client().get("/?lang=en").content.decode())
    assert "32 million yuan" in overview
    # Its one year is the whole plan.
    assert "Course of 2023" in overview and "Whole plan" not in overview
    Plan.objects.update(hidden_modules=[])
    assert "云阳县" in text_of(Client().get("/projects/?lang=en").content.decode())


def test_what_the_office_hides_stays_hidden_while_rows_of_it_change(load: Any) -> None:
    load({"plan": [PLAN], "measures": [MEASURE]})
    Plan.objects.update(hidden_modules=["measures"])
    assert load({"measures": [MEASURE | {"title_zh": "建立新台账"}]}).hidden_modules == ["measures"]


def test_a_row_added_on_screen_shows_its_module(load: Any) -> None:
    plan = load({"plan": [PLAN], "measures": [MEASURE]})
    make.make_theme(plan)
    assert "themes" not in Plan.objects.get().hidden_modules
    make.make_problem(plan.measures.get(), date(2023, 8, 1))
    assert "problems" not in Plan.objects.get().hidden_modules
    make.make_indicator()
    assert Plan.objects.get().hidden_modules == ["projects", "regions"]


def test_the_office_hides_and_shows_modules_of_its_plan(load: Any) -> None:
    plan = load({"plan": [PLAN], "measures": [MEASURE]})
    admin = Client(headers={"Accept-Language": "en"})
    admin.force_login(make.make_user("mia", is_superuser=True, role="administrator", language="en"))
    form = admin.get("/office/plan/").context["form"]
    assert sorted(form["hidden_modules"].value()) == sorted(NOT_THERE)
    values = {"name_zh": plan.name_zh, "starts_on": "2023-01-01", "ends_on": "2023-12-31", "large_project_wan": "100"}
    values |= {"hidden_modules": ["themes"]}
    answer = admin.post("/office/plan/", values | {"opened": json.dumps(plan_state(plan))})
    assert answer.status_code == 302, text_of(answer.content.decode())
    assert Plan.objects.get().hidden_modules == ["themes"]
    refused = admin.post("/office/plan/", values | {"hidden_modules": ["weather"]})
    assert "weather" in text_of(refused.content.decode()) and Plan.objects.get().hidden_modules == ["themes"]


def test_a_plan_that_is_still_to_begin_is_loaded_and_says_when_it_begins(load: Any, open_reading: Any) -> None:
    ahead = PLAN | {"starts_on": "2024-01-01", "ends_on": "2024-12-31"}
    plan = load({"plan": [ahead], "measures": [MEASURE | {"due_on": "2024-12-31"}]})
    assert plan.measures.get().listed_on == date(2023, 8, 29)
    page = text_of(Client().get("/?lang=en").content.decode())
    assert "The plan begins on 1 January 2024." in page and "Progress over time" not in page
