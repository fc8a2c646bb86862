"""The page of all plans beside each other, with figures counted by hand."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import Plan
from rollups.services import rebuild_rollups
from tests import factories as make

pytestmark = pytest.mark.django_db

JUNE = date(2023, 6, 30)
COLUMNS = ["name", "region", "starts_on", "ends_on", "overdue", "in_time", "total", "completed", "rate"]
COLUMNS += ["gap_to_plan", "forecast", "problems"]


@pytest.fixture
def plans(today: date, open_reading: None) -> None:
    """Make two plans. Ten measures of *harbour*, five due in June: two completed by then, one in July. *Rivers* has
    one measure and no region, and begins later."""
    harbour = make.make_plan("harbour", name_en="Harbour plan", ends_on=date(2023, 12, 31))
    section, lead = make.make_section(harbour), make.make_department("energy")
    for number, completed_on in enumerate([date(2023, 5, 10), date(2023, 6, 30), date(2023, 7, 3), None, None]):
        measure = make.make_measure(section, lead, code=f"H{number}", due_on=JUNE)
        if completed_on:
            make.make_change(measure, "completed", completed_on)
    for number in range(5, 10):
        make.make_measure(section, lead, code=f"H{number}")
    make.make_problem(measure, JUNE)
    make.make_problem(measure, JUNE, steps=["withdraw"])
    rivers = make.make_plan("rivers", name_en="Rivers plan", starts_on=date(2023, 3, 1), region=None)
    make.make_measure(make.make_section(rivers), lead, code="R1", listed_on=date(2023, 3, 1))
    Plan.objects.filter(slug="harbour").update(is_current=True)
    rebuild_rollups()


def rows(query: str = "") -> list[dict[str, str]]:
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in _cells(page(query))]


def page(query: str = "") -> str:
    answer = Client().get(f"/plans/?lang=en{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def _cells(html: str) -> Iterator[list[str]]:
    body = html[html.index("<tbody>") : html.index("</tbody>")]
    for row in body.split("<tr>")[1:]:
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        yield [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


def test_a_reader_sees_how_each_plan_stands(plans: None) -> None:
    newest, oldest = rows()
    assert oldest == {
        "name": "Harbour plan Current",
        "region": "Shandong",
        "starts_on": "2023-01-01",
        "ends_on": "2023-12-31",
        "overdue": "2",
        "in_time": "2/5 40.0%",
        "total": "10",
        "completed": "3",
        "rate": "30.0%",
        "gap_to_plan": "-20.0",
        # One in each of the last three months, none in the three before; 124 days are left.
        "forecast": "5 (3–7)",
        "problems": "1",
    }
    assert newest == {
        "name": "Rivers plan",
        "region": "—",
        "starts_on": "2023-03-01",
        "ends_on": "2025-12-31",
        "overdue": "0",
        "in_time": "—",
        "total": "1",
        "completed": "0",
        "rate": "0.0%",
        "gap_to_plan": "0.0",
        "forecast": "—",
        "problems": "0",
    }


def test_each_leads_to_its_own_rows_of_the_day(plans: None) -> None:
    html = page("&as_of=2023-08-01&plan=rivers")
    assert 'href="/?as_of=2023-08-01"' in html
    assert 'href="/?as_of=2023-08-01&amp;plan=rivers"' in html
    assert 'href="/measures/?light=red&amp;as_of=2023-08-01"' in html
    assert 'href="/problems/?state=open&amp;as_of=2023-08-01"' in html


def test_it_speaks_of_the_day_that_is_asked_for(plans: None) -> None:
    oldest = rows("&as_of=2023-06-30")[1]
    assert (oldest["completed"], oldest["overdue"], oldest["in_time"], oldest["problems"]) == ("2", "0", "—", "1")
    before = rows("&as_of=2023-02-01")[0]
    assert (before["total"], before["rate"], before["gap_to_plan"]) == ("0", "—", "—")


@pytest.mark.parametrize(
    ("ordering", "first"),
    [
        *[("name", "Harbour"), ("-name", "Rivers"), ("region", "Harbour"), ("-region", "Harbour")],
        *[("starts_on", "Harbour"), ("ends_on", "Harbour"), ("-ends_on", "Rivers"), ("-overdue", "Harbour")],
        *[("in_time_rate", "Harbour"), ("total", "Rivers"), ("-completed", "Harbour"), ("rate", "Rivers")],
        *[("gap_to_plan", "Harbour"), ("forecast_rate", "Harbour"), ("problems", "Rivers"), ("slug", "Harbour")],
    ],
)
def test_it_is_sorted_by_any_column(ordering: str, first: str, plans: None) -> None:
    assert rows(f"&ordering={ordering}")[0]["name"].startswith(first)


def test_its_rows_in_the_api_are_in_an_order_that_the_api_has(plans: None) -> None:
    assert "/api/v1/plans/?lang=en&amp;ordering=-starts_on" in page("&ordering=-overdue")
    assert "/api/v1/plans/?lang=en&amp;ordering=slug" in page("&ordering=slug")


def test_an_unknown_order_and_a_page_past_the_last_are_refused(plans: None) -> None:
    for query in ("ordering=size", "page=2", "page_size=0"):
        assert Client().get(f"/plans/?{query}").status_code == 400, query


def test_many_plans_come_in_pages_in_one_order(plans: None) -> None:
    found = [rows(f"&ordering=-total&page_size=1&page={number}")[0]["name"] for number in (1, 2)]
    assert found == ["Harbour plan Current", "Rivers plan"]


@pytest.mark.parametrize("day", ["2023-08-29", "2023-06-30"])
def test_ten_plans_take_as_many_statements_as_two(day: str, plans: None) -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(f"&as_of={day}")
        return len(asked)

    page()
    of_two = statements()
    for number in range(8):
        plan = make.make_plan(f"more-{number}", starts_on=date(2023, 2, 1))
        measure = make.make_measure(plan=plan, due_on=JUNE, listed_on=date(2023, 2, 1))
        make.make_problem(measure, JUNE)
    rebuild_rollups()
    assert statements() == of_two
    assert len(rows()) == 10


def test_a_plan_whose_totals_are_not_of_today_is_counted(plans: None) -> None:
    make.make_measure(plan=make.make_plan("fresh", starts_on=date(2023, 4, 1)), listed_on=date(2023, 4, 1))
    assert [each["total"] for each in rows()] == ["1", "1", "10"]


def test_a_site_without_a_plan_says_so_and_a_search_without_one_too(client: Client, open_reading: None) -> None:
    assert "The site has no action plan yet." in page()
    make.make_plan()
    assert "No action plan matches these filters" in page("&search=nothing")


def test_an_administrator_may_add_one_and_others_are_not_asked_to(client: Client, plans: None) -> None:
    assert "/office/add-plan/" not in page()
    client.force_login(make.make_user("mia", role="administrator"))
    assert "/office/add-plan/" in client.get("/plans/").content.decode()


def test_nobody_sees_it_where_reading_is_closed(client: Client) -> None:
    assert client.get("/plans/")["Location"] == "/accounts/login/?next=/plans/"
