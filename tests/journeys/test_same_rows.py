"""“Download and API”: the address under a list answers with the rows of the page."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from tests.sweeps import each_in_one_way

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAYS = ["", "2023-06-30", "2023-03-31"]
# The kind of rows, and pages with them under filters, orders and comparisons.
LISTS = {
    "measures": [
        "/measures/",
        "/measures/?status=in_progress&section=innovation",
        "/measures/?department=energy&light=yellow&ordering=-due_on",
        "/measures/?changed=yes&compare=2023-01-31&ordering=department",
        "/measures/?search=氢&page_size=5",
        "/measures/?due_to=2024-12-31&page=2",
        "/sections/innovation/",
        "/sections/green-low-carbon/?compare=2023-01-31&status=completed",
        "/departments/energy/",
    ],
    "projects": [
        "/projects/?city=370600&category=energy",
        "/projects/?search=海上&ordering=-total_investment",
        "/projects/?stage=suspended&compare=2023-01-31",
        "/projects/",
        "/cities/370600/",
        "/cities/371700/?compare=2023-01-31",
    ],
    "indicators": ["/indicators/", "/indicators/?search=GDP&ordering=-code", "/indicators/?compare=2023-01-31"],
    "sections": ["/sections/", "/sections/?ordering=-rate", "/sections/?ordering=red&compare=2023-01-31"],
    "departments": [
        "/departments/",
        "/departments/?ordering=-name",
        "/departments/?ordering=-yellow",
        "/departments/?reported=no&ordering=total",
        "/departments/?fallen=most",
    ],
    "cities": [
        "/cities/",
        "/cities/?ordering=name&show=total",
        "/cities/?ordering=total",
        "/cities/?show=suspended",
        "/cities/?ordering=under_construction&columns=categories",
        "/cities/?fallen=most&compare=2023-01-31",
    ],
}


def opened(address: str, day: str, language: str = "en") -> str:
    joined = "&" if "?" in address else "?"
    answer = Client().get(f"{address}{joined}lang={language}{day and f'&as_of={day}'}")
    assert answer.status_code == 200, address
    return answer.content.decode()


def rows_of(page: str, kind: str) -> list[str]:
    """The codes of the first table whose rows are of that kind; none where there is no such table. On a city's
    page, of the last one before the address: others are of some stage."""
    tables = re.findall(r"<table.*?</table>", page, re.DOTALL)
    if kind == "measures" and 'id="measures"' in page:
        # Of a section or department: those that are folded, too.
        part = page.partition('id="measures"')[2].partition('class="address"')[0]
        tables = ["".join(re.findall(r"<table.*?</table>", part, re.DOTALL)), *tables]
    if kind == "projects" and "stage-bar" in page:
        tables = re.findall(r"<table.*?</table>", page[: page.index('class="address"')], re.DOTALL)[::-1]
    for table in tables:
        place = r'(?:<span class="place">[^<]*</span>\s*)?'
        if found := re.findall(rf'<th scope="row"[^>]*>\s*{place}<a\s+href="/{kind}/([\w-]+)/', table):
            return found
    return []


def addresses(page: str) -> list[str]:
    found = [html.unescape(each) for each in re.findall(r'<code class="address">\s*(.*?)\s*</code>', page)]
    assert all(each.startswith("http://testserver/api/v1/") for each in found)
    return found


def answered(address: str) -> list[dict[str, Any]]:
    """Return every row of a list of the API."""
    answer: Any = Client().get(f"{address}&format=ndjson")
    assert answer.status_code == 200, address
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


@pytest.mark.parametrize(
    ("kind", "where", "day"), each_in_one_way([(kind, where) for kind, pages in LISTS.items() for where in pages], DAYS)
)
def test_the_address_gives_the_rows_of_the_page(kind: str, where: str, day: str, demonstration: None) -> None:
    shown = opened(where, day)
    rows = rows_of(shown, kind)
    if not rows and not addresses(shown):
        # Nothing to list: nobody fell, or all reported.
        assert "fallen" in where or "reported" in where
        return
    [address] = addresses(shown)
    codes = [each.get("code") or each["key"] for each in answered(address)]
    count = re.search(r'id="count" tabindex="-1">\s*([\d,]+)\s', shown)
    if count:
        assert len(codes) == int(count[1].replace(",", ""))
        assert rows or not codes
        start = 50 if "page=2" in where else 0
        if kind == "indicators" and "ordering" not in where:
            # By group, and in each by verdict, which no order of the API is.
            assert sorted(codes) == sorted(rows)
        else:
            assert codes[start : start + len(rows)] == rows
    else:
        assert codes == rows
    first = Client().get(address).json()
    assert (first["as_of"], first["count"]) == (day or "2023-08-29", first["count"])
    assert [each.get("code") or each["key"] for each in first["results"]] == codes[: len(first["results"])]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_names_are_in_the_language_of_the_page(language: str, demonstration: None) -> None:
    # From another tool: without the reader's cookie, and whatever the tool accepts.
    [address] = addresses(opened("/measures/?section=innovation", "", language))
    row = Client(headers={"accept-language": "fr"}).get(address).json()["results"][0]
    assert row["title"] == row["title_en" if language == "en" else "title_zh"]


@pytest.mark.parametrize("where", ["/changes/", "/changes/?compare=2023-03-31&as_of=2023-06-30"])
def test_the_page_of_changes_gives_its_two_lists(where: str, demonstration: None) -> None:
    shown = opened(where, "").partition('id="measures"')[2]
    found: dict[str, Any] = {}
    for address in addresses(shown):
        found |= Client().get(address).json()
    measures = [each["code"] for each in found["measures"]] if "measures" in found else []
    observations = [each["indicator"] for each in found["observations"]] if "observations" in found else []
    assert (measures, observations) == (rows_of(shown, "measures"), rows_of(shown, "indicators"))
    assert measures or observations


@pytest.mark.parametrize("day", DAYS)
def test_an_indicator_gives_its_values(day: str, demonstration: None) -> None:
    shown = opened("/indicators/gdp_growth_ytd/?plan=shandong-2023-2025&compare=2023-01-31", day)
    [address] = addresses(shown)
    rows = answered(address)
    assert {each["indicator"] for each in rows} == {"gdp_growth_ytd"}
    periods = {(each["region"], each["period"]) for each in rows}
    assert len(periods) == len(re.findall(r'<tr id="[^"]+">\s*<th scope="row" class="nowrap">', shown))
    # The page names what a revised value was at first in the same row.
    assert len(rows) - len(periods) == shown.count("First release: ") == 1


def test_each_file_is_offered_and_there(demonstration: None) -> None:
    shown = opened("/measures/?section=innovation", "")
    links = [html.unescape(each) for each in re.findall(r'<a href="(/api/v1/[^"]+)">', shown)]
    types = {"json", "csv", "xlsx", "ndjson"}
    assert {re.search(r"format=(\w+)|$", each)[1] or "json" for each in links} == types
    assert all(Client().get(each).status_code == 200 for each in links)
