"""A plan writes its codes as it likes: pages, filters, the search, the API, its files and forms work with them."""

import csv
import io
import re
from datetime import date
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from measures.models import Measure, Report
from measures.services import add_measure
from projects.models import Project
from projects.services import save_project
from rollups.services import rebuild_rollups
from tests.factories import (
    make_department,
    make_measure,
    make_plan,
    make_project,
    make_section,
    make_user,
    region,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

# In no order of letters: as their plan lists them. The third is typed with wide brackets.
CODES = ["1.2.9", "1.2.10", "一（三）", "a b", "50%", "x#y", "x?y", "a+b", "lights", "c&d;e"]
STORED = [code.replace("（", "(").replace("）", ")") for code in CODES]


@pytest.fixture
def site(today: date, open_reading: None) -> SimpleNamespace:
    lead = make_department("energy")
    section = make_section(make_plan(), slug="section", number=1)
    rita = make_user("rita", role="reviewer")
    for code in CODES:
        draft = Measure(section=section, lead_department=lead, code=code, title_zh=f"措施{code}", provenance="reported")
        measure = add_measure(draft, by=rita, listed_on=date(2023, 1, 3))
        project = make_project(code=f"P {code}", name_en=f"Project of {code}", measures=[measure])
        project.position = measure.position
        project.save()
    rebuild_rollups()
    return SimpleNamespace(rita=rita, ada=make_user("ada", role="reporter", department=lead))


def page_of(address: str, client: Client | None = None, status: int = 200) -> str:
    response = (client or Client()).get(address)
    assert response.status_code == status, address
    return unescape(response.content.decode())


def rows_of(address: str, name: str = "code") -> list[str]:
    response = Client().get(address)
    assert response.status_code == 200, (address, response.content)
    return [row[name] for row in response.json()["results"]]


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_codes_are_stored_in_one_spelling_and_in_the_order_of_the_plan(site: SimpleNamespace) -> None:
    assert list(Measure.objects.values_list("code", flat=True)) == STORED
    assert rows_of("/api/v1/measures/") == STORED
    assert rows_of("/api/v1/measures/?ordering=-code") == STORED[::-1]
    assert rows_of("/api/v1/projects/") == [f"P {code}" for code in STORED]


def test_the_list_links_each_measure_and_the_link_opens_it(site: SimpleNamespace) -> None:
    links = re.findall(r'href="(/measures/[^"/]+/)"', page_of("/measures/"))
    assert list(dict.fromkeys(unquote(link).split("/")[2] for link in links)) == STORED
    for link, code in zip(dict.fromkeys(links), STORED, strict=True):
        assert f"{code} ·" in page_of(link)


@pytest.mark.parametrize("code", CODES)
def test_each_answer_of_the_api_opens_by_its_own_address(site: SimpleNamespace, code: str) -> None:
    stored = STORED[CODES.index(code)]
    client = Client()
    # As it was typed, with wide brackets.
    found = client.get(f"/api/v1/measures/{quote(code)}/").json()
    assert found["code"] == stored
    row = next(row for row in client.get("/api/v1/measures/").json()["results"] if row["code"] == stored)
    for name in ("url", "history", "reports"):
        if name in row:
            assert client.get(row[name]).status_code == 200
    project = client.get(f"/api/v1/projects/{quote(f'P {code}')}/").json()
    assert project["measures"] == [stored]
    assert client.get(project["measure_urls"][0]).json()["code"] == stored


@pytest.mark.parametrize("code", CODES)
def test_filters_and_the_search_find_it(site: SimpleNamespace, code: str) -> None:
    stored = STORED[CODES.index(code)]
    asked = quote(code, safe="")
    assert rows_of(f"/api/v1/projects/?measure={asked}") == [f"P {stored}"]
    assert rows_of(f"/api/v1/status-changes/?measure={asked}", "measure") == [stored]
    assert stored in rows_of(f"/api/v1/measures/?search={asked}")
    assert f">P {stored}<" in page_of(f"/projects/?measure={asked}")
    assert rows_of(f"/api/v1/projects/?measure={asked},{quote('1.2.9')}")[0] == "P 1.2.9"


def test_a_file_holds_the_codes(site: SimpleNamespace) -> None:
    body = b"".join(Client().get("/api/v1/measures/?format=csv").streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    assert [row["code"] for row in rows] == STORED
    assert [row["projects"] for row in rows][:2] == ["P 1.2.9", "P 1.2.10"]


@pytest.mark.parametrize("code", CODES)
def test_a_department_saves_drafts_and_reports_on_it(site: SimpleNamespace, code: str) -> None:
    client, stored = logged_in(site.ada), STORED[CODES.index(code)]
    form = page_of(f"/measures/{quote(stored)}/report/?period=2023-08", client)
    address = re.search(r'hx-post="(/measures/[^"]*/report/draft/[^"]*)"', form)
    assert address
    saved = client.post(
        address[1],
        {"status": "promoting", "against_status": "promoting", "what_was_done": "已完成选址"},
    )
    assert saved.status_code == 200, saved.content
    assert Report.objects.get(measure__code=code).what_was_done_zh == "已完成选址"
    assert f"/measures/{quote(stored, safe='()+&;')}/report/" in page_of("/workspace/", client)


def test_the_office_finds_its_pages(site: SimpleNamespace) -> None:
    client = logged_in(site.rita)
    for code in STORED:
        for page in ("terms", "scope"):
            assert code in page_of(f"/measures/{quote(code)}/{page}/", client)


def test_a_link_in_the_plan_of_codes_that_are_words_of_ours_opens_the_measure(site: SimpleNamespace) -> None:
    assert "lights ·" in page_of("/measures/lights/")
    assert "lights ·" not in page_of("/lights/")


def test_a_new_project_comes_last_in_its_plan(site: SimpleNamespace) -> None:
    before = Project.objects.first()
    assert before
    added = Project(
        code="A 1", plan=before.plan, city=region("370100"), category=before.category, opening_stage="completed",
        name_zh="新项目", investment_wan=1, listed_on=date(2023, 8, 1), provenance="reported",
    )  # fmt: skip
    save_project(added, by=site.rita)
    assert list(Project.objects.values_list("code", flat=True))[-1] == "A 1"


def test_a_code_with_a_comma_is_refused_in_words(site: SimpleNamespace) -> None:
    root = make_user("root", is_superuser=True, is_staff=True)
    page = logged_in(root).post("/admin/measures/measure/add/", {"code": "1,2"}).content.decode()
    assert "须不含“/”、逗号和控制字符" in page
    assert make_measure(code="1.2").code == "1.2"
