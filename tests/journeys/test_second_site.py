"""A site of another place, loaded from one workbook in Chinese alone: its figures are those of the rows, counted in
plain Python, and nothing that it shows or gives away names the place of the demonstration."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from tests import second_site
from tests.second_site import CITIES, DAY, DEPARTMENTS, MEASURE_COUNT, PROJECT_COUNT, ROWS, SECTIONS

pytestmark = pytest.mark.django_db
# What the other place is called, what its plan is about, and what only its rows hold.
FOREIGN = re.compile(
    r"shandong|山东|济南|青岛|laizhou|莱州|先行区|pilot zone|370[0-9]{3}|科技创新|innovation|2023", re.IGNORECASE
)
PAGES = [
    "/",
    "/?course=plan",
    "/plan/",
    "/plan/first/",
    "/sections/",
    "/sections/section-1/",
    "/departments/",
    "/cities/",
    "/cities/990100/",
    "/measures/",
    "/measures/1.1/",
    "/projects/",
    "/projects/云重001/",
    "/indicators/",
    "/indicators/gdp_growth_ytd/",
    "/changes/?compare=2026-07-01",
    "/published/",
    "/presentation/",
    "/search/?q=数字",
    "/brief/",
    "/explain/?figure=measures.gap",
    "/lights/",
    "/glossary/",
]
ANSWERS = [
    "summary/",
    "measures/?page_size=1000",
    "projects/?page_size=1000",
    "indicators/",
    "observations/",
    "rollups/measures/?by=section",
    "rollups/projects/?by=category",
    "regions/",
    "departments/",
    "sections/",
    "categories/",
    "plans/",
    "status-changes/?page_size=1000",
    "measures/?format=csv",
    "projects/?format=csv",
]


@pytest.fixture
def site(tmp_path: Path, settings: Any, open_reading: None) -> Client:
    settings.PILOTZONE_TODAY = DAY
    path = tmp_path / "云岭.xlsx"
    second_site.write_workbook(path)
    call_command("load_data", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    return Client(headers={"Accept-Language": "zh-CN"})


def ask(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def status_of(number: int) -> str:
    changes = [row for row in ROWS["status_history"] if row["measure"] == second_site.measure_code(number)]
    return {"取得进展": "in_progress", "已完成": "completed"}[changes[-1]["status"]] if changes else "promoting"


def yi(text: str) -> float:
    plain = text.replace(",", "")
    return float(plain.removesuffix("万元")) / 10_000 if plain.endswith("万元") else float(plain)


def test_its_figures_order_and_leads_are_those_of_its_rows(site: Client) -> None:
    summary = site.get("/api/v1/summary/").json()
    statuses = Counter(status_of(number) for number in range(MEASURE_COUNT))
    assert {name: summary["measures"][name] for name in statuses} == statuses
    assert summary["measures"]["total"] == MEASURE_COUNT
    assert summary["measures"]["due"] == sum(number % 3 == 0 for number in range(MEASURE_COUNT))
    assert summary["projects"]["total"] == PROJECT_COUNT
    by_category = Counter(row["category"] for row in ROWS["projects"])
    assert {slug: each["total"] for slug, each in summary["projects"]["by_category"].items()} == {
        slug: by_category[name] for slug, name in second_site.CATEGORIES
    }
    # 1,250.5 亿元 stand beside 45000万元: the first are 亿元 as the head of the column says.
    invested = sum(yi(row["total_investment"]) for row in ROWS["projects"])
    assert summary["projects"]["total_investment"] == pytest.approx(invested, abs=0.0001)
    assert list(summary["indicators"]) == ["gdp_growth_ytd", "forest_cover"]
    assert summary["indicators"]["gdp_growth_ytd"]["value"] == 6.1
    assert summary["indicators"]["gdp_growth_ytd"]["comparator"] is None

    measures = site.get("/api/v1/measures/?page_size=1000").json()["results"]
    # 1.10 stands after 1.9.
    assert [row["code"] for row in measures] == [second_site.measure_code(number) for number in range(MEASURE_COUNT)]
    # Whether it was named in full or in short.
    names = {row["slug"]: row["name"] for row in site.get("/api/v1/departments/").json()["results"]}
    for number, measure in enumerate(measures):
        assert names[measure["lead_department"]] == DEPARTMENTS[(number * 7) % len(DEPARTMENTS)][0]


# Loading it takes a second: each test asks for many pages.
@pytest.mark.one_database
def test_no_page_names_the_other_place(site: Client) -> None:
    found = {address: FOREIGN.findall(without_examples(ask(site, address))) for address in PAGES}
    assert {address: words for address, words in found.items() if words} == {}


def without_examples(page: str) -> str:
    """Return a page without what the browser never shows: the choices of the day's field, and the scripts' names."""
    page = re.sub(r"<script[^>]*src=.*?</script>|<link [^>]*>", "", page, flags=re.DOTALL)
    # A group of indicators that each site has is called as one of the other place's categories.
    return re.sub(r'<option value="innovation"[^>]*>[^<]*</option>', "", page)


@pytest.mark.one_database
def test_no_answer_and_no_file_names_it(site: Client) -> None:
    found = {address: FOREIGN.findall(ask(site, f"/api/v1/{address}")) for address in ANSWERS}
    assert {address: words for address, words in found.items() if words} == {}


@pytest.mark.one_database
def test_no_workbook_and_no_document_names_it(site: Client) -> None:
    for address in ("/api/v1/measures/?format=xlsx", "/brief/?format=docx"):
        answer = site.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        for name, text in texts_of(content):
            assert not FOREIGN.search(text), (address, name)


def texts_of(content: bytes) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            # Names of formats hold years of standards, not of data.
            if name.startswith(
                ("word/document", "word/header", "word/footer", "xl/sharedStrings", "xl/worksheets", "docProps")
            ):
                text = archive.read(name).decode()
                yield name, re.sub(r'xmlns:?\w*="[^"]+"|http://schemas[^"<]+', "", text)


@pytest.mark.one_database
def test_a_site_in_one_language_offers_no_other(site: Client) -> None:
    page = ask(site, "/?lang=en")
    assert 'name="language"' not in page and '<html lang="zh-Hans"' in page


@pytest.mark.one_database
def test_every_section_and_city_has_its_page(site: Client) -> None:
    overview = ask(site, "/")
    for title in SECTIONS:
        assert title in overview
    cities = ask(site, "/cities/")
    for city in CITIES:
        assert city.removesuffix("市") in cities
    # It has no tiles, and so no map.
    assert 'data-chart="map"' not in cities
