"""Lists answer what officials ask before a meeting: the filters on screen, the counts under them and the files beside
them say the same, and all of it is counted again here from the rows."""

import html
import re
from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Department
from measures.models import Measure
from projects.models import Project
from tests.pages import joined, text_of
from tests.sweeps import each_in_one_way

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAY = date(2023, 8, 29)


@pytest.fixture(autouse=True)
def _the_demonstration(demonstration: None) -> None:
    pass


def opened(address: str, language: str = "en") -> str:
    answer = Client().get(f"{address}{'&' if '?' in address else '?'}lang={language}")
    assert answer.status_code == 200, address
    return joined(answer.content.decode())


def count_of(page: str) -> int:
    found = re.search(r'id="count" tabindex="-1">\s*(?:共)?([\d,]+)', page)
    assert found
    return int(found[1].replace(",", ""))


def shares_of(page: str) -> dict[str, int]:
    found = re.search(r'<details class="fold shares">.*?</details>', page, re.DOTALL)
    if not found:
        return {}
    rows = re.findall(r"<a href=\"[^\"]*\">([^<]+)</a>\s*<b>([\d,]+)</b>", found[0])
    return {html.unescape(name): int(number.replace(",", "")) for name, number in rows}


def quick_link(page: str, words: str) -> str:
    found = re.search(rf'<a href="(\?[^"]*)">{words}</a>', page)
    assert found, words
    return html.unescape(found[1]).replace("&lang=en", "").replace("lang=en&", "")


def statuses(day: date) -> dict[str, str]:
    """The status of each measure on a day, by the rows alone."""
    found = {}
    for measure in Measure.objects.filter(listed_on__lte=day):
        rows = list(measure.status_changes.filter(effective_on__lte=day, superseded_by=None))
        found[measure.code] = max(rows, key=lambda row: (row.effective_on, row.recorded_at, row.pk)).status
    return found


def test_what_is_due_next_quarter_and_who_leads_it() -> None:
    page = opened("/measures/" + quick_link(opened("/measures/"), "Due next quarter"))
    due = Measure.objects.filter(due_on__range=(date(2023, 10, 1), date(2023, 12, 31)))
    assert count_of(page) == due.count() == 54
    assert shares_of(page) == Counter(due.values_list("lead_department__short_en", flat=True))
    # The most first, and each leads to its own.
    first, number = next(iter(shares_of(page).items()))
    assert number == max(shares_of(page).values())
    link = re.search(rf'<a href="([^"]*)">{first}</a>', page)
    assert link and count_of(opened("/measures/" + html.unescape(link[1]).replace("&lang=en", ""))) == number
    # What is asked for is on screen.
    assert '<details class="filters-more" open>' in page
    assert 'name="due_from" value="2023-10-01"' in page and 'name="due_to" value="2023-12-31"' in page


def test_what_has_not_moved_since_february() -> None:
    link = quick_link(opened("/measures/"), "Status unchanged for six months")
    assert "unchanged_since=2023-02-28" in link
    page = opened(f"/measures/{link}")
    now, then = statuses(DAY), statuses(date(2023, 2, 28))
    still = [code for code, status in now.items() if then.get(code) == status]
    assert count_of(page) == len(still) == 148
    answer = Client().get("/api/v1/measures/?unchanged_since=2023-02-28&page_size=1000").json()
    assert sorted(row["code"] for row in answer["results"]) == sorted(still)
    # A day after that of the list is the day of the list: nothing has changed since.
    assert count_of(opened("/measures/?as_of=2023-03-31&unchanged_since=2023-08-01")) == len(
        statuses(date(2023, 3, 31))
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("completion=in_time", 12),
        ("completion=late", 1),
        ("completion=in_time,late", 13),
        ("completion=late&as_of=2023-05-31", 0),
        ("due_moved=yes", 0),
        ("due_moved=no", 249),
        ("status=completed&since_from=2023-06-01&since_to=2023-06-30", 7),
    ],
)
def test_every_figure_of_the_first_row_opens_its_measures(query: str, expected: int) -> None:
    page = opened(f"/measures/?{query}")
    found = re.search(r'id="count"', page)
    assert (count_of(page) if found else 0) == expected


def test_which_large_projects_have_not_started() -> None:
    page = opened("/projects/" + quick_link(opened("/projects/"), "10 billion yuan or more, not started"))
    large = Project.objects.filter(opening_stage="preparing", investment_wan__gte=1_000_000)
    assert count_of(page) == large.count() == 27
    total = sum(large.values_list("investment_wan", flat=True))
    assert f"total investment {total / 100_000:,}".rstrip("0").rstrip(".") + " billion yuan; 27 preparing" in text_of(
        page
    )
    assert shares_of(page) == Counter(large.values_list("city__short_en", flat=True))
    codes = re.findall(r"<td>(P\d{4})</td>", page)
    assert codes == list(large.order_by("-investment_wan", "-code").values_list("code", flat=True))


def test_what_finance_takes_part_in() -> None:
    page = opened("/measures/?participating=finance")
    assert count_of(page) == Department.objects.get(slug="finance").joined_measures.count() == 51
    assert '<option value="finance" selected>' in page
    assert "Participating: Finance" in text_of(page)
    assert sum(shares_of(page).values()) == 51


QUERIES = {
    "measures": [
        "",
        "due_from=2023-10-01&due_to=2023-12-31&light=yellow",
        "unchanged_since=2023-05-31&participating=finance,energy",
        "search=氢&status=promoting",
        "changed=yes&compare=2023-05-31",
        "scope=in_plan&owing=2023-08",
        "completion=late,in_time",
        "due_moved=no&completion=late",
        "status=completed&since_from=2023-06-01&since_to=2023-06-30",
    ],
    "projects": [
        "",
        "investment_from=0.5&city=370600",
        "investment_from=500",
        "stage=suspended&category=energy,industry",
    ],
}


@pytest.mark.parametrize(
    ("kind", "query", "language"),
    each_in_one_way([(kind, query) for kind, queries in QUERIES.items() for query in queries], ["en", "zh-hans"]),
)
def test_page_and_api_count_the_same_and_the_parts_sum(kind: str, query: str, language: str) -> None:
    page = opened(f"/{kind}/?{query}", language)
    rows = Client().get(f"/api/v1/{kind}/?{query}&page_size=1000").json()
    assert count_of(page) == rows["count"]
    if shares_of(page):
        assert sum(shares_of(page).values()) == rows["count"]
    if kind == "measures":
        counts = re.search(r'<span class="counts">(.*?)</span>\s*</p>', page, re.DOTALL)
        assert counts and sum(map(int, re.findall(r"\d+", counts[1]))) == rows["count"]


def test_the_largest_project_is_first_on_the_page_and_in_its_files() -> None:
    page = opened("/projects/")
    codes = list(Project.objects.order_by("-investment_wan", "-code").values_list("code", flat=True))
    assert re.findall(r"<td>(P\d{4})</td>", page) == codes[:50]
    assert re.findall(r"<td>(P\d{4})</td>", opened("/projects/?page=2")) == codes[50:100]
    link = re.search(r'<a href="([^"]*format=csv)">CSV</a>', page)
    assert link
    lines = b"".join(Client().get(html.unescape(link[1])).streaming_content).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == codes
    # Programs that name no order have what they had.
    first = Client().get("/api/v1/projects/?page_size=1").json()["results"][0]
    assert first["code"] == min(codes)


@pytest.mark.parametrize(
    ("address", "name", "value", "sentences"),
    [
        ("/measures/", "due_from", "2023-02-30", {"en": "There is no such date", "zh-hans": "日期"}),
        ("/measures/", "unchanged_since", "february", {"en": "There is no such date", "zh-hans": "日期"}),
        ("/projects/", "investment_from", "10亿", {"en": "Write an amount in 100 million", "zh-hans": "以亿元为单位"}),
        ("/projects/", "investment_from", "-1", {"en": "such as 100 or 0.5", "zh-hans": "如100或0.5"}),
        ("/projects/", "investment_from", "1e9", {"en": "such as 100 or 0.5", "zh-hans": "如100或0.5"}),
        ("/projects/", "investment_from", "0.00001", {"en": "such as 100 or 0.5", "zh-hans": "如100或0.5"}),
        ("/measures/", "provenance", "rumour", {"en": "choose one of: published", "zh-hans": "published"}),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_refused_filter_stays_in_the_form_with_all_others(
    address: str, name: str, value: str, sentences: dict[str, str], language: str
) -> None:
    answer = Client().get(address, {name: value, "search": "海上", "lang": language, "as_of": "2023-06-30"})
    page = joined(answer.content.decode())
    assert answer.status_code == 400
    assert sentences[language] in text_of(page)
    assert 'name="search" value="海上"' in page
    assert f'name="{name}"' in page and (value == "rumour" or f'value="{value}"' in page)
    assert "<tbody>" not in page
    # The API refuses the same.
    assert Client().get(f"/api/v1{address}", {name: value}).status_code == 400


@pytest.mark.parametrize("kind", ["measures", "projects"])
def test_counts_and_shares_are_one_query(kind: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        opened(f"/{kind}/")
    assert len([each for each in queries if "COUNT(" in each["sql"]]) == 1


@pytest.mark.parametrize("day", ["0001-01-01", "2022-11-30", "2023-01-31"])
def test_quick_choices_hold_on_any_day(day: str) -> None:
    page = opened(f"/measures/?as_of={day}")
    for link in re.findall(r'<a href="(\?[^"]*)">(?:Due next|Status unchanged)', page):
        assert Client().get(f"/measures/{html.unescape(link)}").status_code == 200


def test_the_last_quarter_of_the_year_leads_into_the_next() -> None:
    assert "due_from=2023-01-01&due_to=2023-03-31" in quick_link(
        opened("/measures/?as_of=2022-12-31"), "Due next quarter"
    )
