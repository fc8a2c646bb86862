"""Problems on overview, departments and sections, in the summary and its explanations: counted here by hand."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.problem_figures import MIN_PROBLEMS_FOR_SHARE
from problems.categories import add_default_categories
from problems.models import Problem, ProblemStep
from problems.services import move_problem
from tests import factories as make
from tests.pages import text_of
from web.site import site_profile

pytestmark = pytest.mark.django_db

DAY = date(2023, 8, 29)


@pytest.fixture
def site(today: date, open_reading: None) -> Any:
    """Five open problems of two sections and three departments, two that were closed, one withdrawn, one draft."""
    plan = make.make_plan()
    add_default_categories(plan)
    land, money = (plan.problem_categories.get(slug=slug) for slug in ("land", "money"))
    energy = make.make_department("energy", name_en="Energy Administration", short_en="Energy")
    science = make.make_department("science", name_en="Science Department", short_en="Science")
    finance = make.make_department("finance", name_en="Finance Department", short_en="Finance")
    green = make.make_section(slug="green", number=1, plan=plan, title_en="Green growth")
    talent = make.make_section(slug="talent", number=2, plan=plan, title_en="Talent")
    first = make.make_measure(green, energy, code="M001", title_en="Build wind power")
    second = make.make_measure(talent, science, code="M002", title_en="Found a laboratory")
    make.make_measure(talent, finance, code="M003")
    # Overdue by nine days, the oldest.
    make.make_problem(
        first, date(2023, 5, 1), steps=["assign"], owner=finance, due_on=date(2023, 8, 20), category=money,
        text_en="No money",
    )  # fmt: skip
    # Due on the day itself: not overdue.
    make.make_problem(first, date(2023, 6, 1), steps=["assign"], due_on=DAY, category=land, text_en="No land")
    # Waits for the office since 28 days, of which it has seven.
    make.make_problem(first, date(2023, 8, 1), text_en="Not sorted yet")
    waits = make.make_problem(
        second, date(2023, 7, 1), steps=["assign", "solve"], due_on=date(2023, 8, 1), category=land,
        text_en="Said to be solved",
    )  # fmt: skip
    waits.helpers.add(finance)
    make.make_problem(
        second, date(2023, 7, 2), steps=["assign"], owner=finance, is_escalated=True, category=land,
        text_en="Before the government",
    )  # fmt: skip
    # Closed on the first of the ninety days, and the day before.
    closing = ["assign", "solve", "close"]
    for day in (date(2023, 6, 1), date(2023, 5, 31)):
        make.make_problem(second, date(2023, 5, 12), steps=closing, days=[day] * 3, text_en="Closed")
    make.make_problem(second, date(2023, 7, 1), steps=["withdraw"], text_en="Withdrawn")
    second.problems.create(number=20, text_en="Draft")
    return plan


EXPECTED = {
    "open": 5,
    "overdue": 3,
    "to_verify": 1,
    "longest_days": 120,
    "closed_recently": 1,
    "median_days": 20,
    "waiting": {"department": 2, "office": 2, "government": 1},
    "by_category": [
        {"category": "land", "name": "Land and sea use", "open": 3, "share": 60.0},
        {"category": "money", "name": "Funding", "open": 1, "share": 20.0},
        {"category": None, "name": "Without a category", "open": 1, "share": 20.0},
    ],
}


def get(address: str) -> str:
    answer = Client().get(f"{address}{'&' if '?' in address else '?'}lang=en")
    assert answer.status_code == 200, address
    return answer.content.decode()


def figures_of(html: str) -> dict[str, str]:
    found = re.findall(r'data-figure="(problems\.[\w.]+)"\s+data-value="([^"]*)"', html)
    return dict(found)


def part_of(html: str, name: str) -> str:
    return html.partition(f'id="{name}"')[2].partition("<section")[0]


def words_of(html: str, name: str) -> str:
    """Return the words of a part of a page, without tags."""
    return text_of(f"<main>{part_of(html, name)}</main>").replace(" ,", ",").replace(" .", ".").replace(" ;", ";")


def scalars(problems: dict[str, Any]) -> dict[str, Any]:
    waiting = {f"problems.waiting.{name}": count for name, count in problems["waiting"].items()}
    rest = {f"problems.{name}": value for name, value in problems.items() if name not in ("waiting", "by_category")}
    return rest | waiting


def test_the_summary_counts_them_and_says_what_each_figure_is(site: Any) -> None:
    answer = json.loads(get("/api/v1/summary/"))
    assert answer["problems"] == EXPECTED
    described = {path for path in answer["meta"] if path.startswith("problems.")}
    assert described == set(scalars(EXPECTED))
    # On a day before two of them were raised.
    earlier = json.loads(get("/api/v1/summary/?as_of=2023-06-15"))["problems"]
    assert (earlier["open"], earlier["overdue"], earlier["closed_recently"]) == (2, 0, 2)
    assert earlier["median_days"] == 19.5
    before = json.loads(get("/api/v1/summary/?as_of=2023-01-01"))["problems"]
    nothing = {"waiting": {"department": 0, "office": 0, "government": 0}, "by_category": []}
    counts = {"open": 0, "overdue": 0, "to_verify": 0, "closed_recently": 0}
    assert before == counts | {"longest_days": None, "median_days": None} | nothing


def test_a_comparison_says_what_they_were(site: Any) -> None:
    compared = json.loads(get("/api/v1/summary/?compare=2023-06-15"))["compare"]["figures"]
    assert compared["problems.open"] == {"then": 2, "change": 3}
    assert compared["problems.median_days"] == {"then": 19.5, "change": 0.5}


def test_each_figure_is_explained_by_the_rows_of_the_list(site: Any) -> None:
    rows = {
        "problems.longest_days": 5,
        "problems.median_days": 1,
    }
    for path, value in scalars(EXPECTED).items():
        answer = json.loads(get(f"/api/v1/explain/?figure={path}"))
        assert answer["value"] == value, path
        assert answer["rows"]["count"] == rows.get(path, value), path
        page = Client().get(answer["rows"]["page"].removeprefix("http://testserver"))
        assert len(page.context["page"].object_list) == answer["rows"]["count"], path
        assert str(value) in text_of(get(f"/explain/?figure={path}"))


def test_an_explanation_is_narrowed_to_a_department_or_a_section(site: Any) -> None:
    for scope, value in {"department=finance": 2, "section=green": 3, "department=finance&section=green": 1}.items():
        answer = json.loads(get(f"/api/v1/explain/?figure=problems.open&{scope}"))
        assert (answer["value"], answer["rows"]["count"]) == (value, value), scope
        page = Client().get(answer["rows"]["page"].removeprefix("http://testserver"))
        assert len(page.context["page"].object_list) == value, scope
    answer = Client().get("/api/v1/explain/?figure=problems.open&city=370600&lang=en")
    assert answer.status_code == 400


class TestTheOverview:
    def test_says_what_is_open_and_who_must_act(self, site: Any) -> None:
        html = get("/")
        shown = figures_of(html)
        assert {path: Decimal(value) for path, value in shown.items()} == {
            path: value for path, value in scalars(EXPECTED).items() if path != "problems.to_verify"
        }
        attention = words_of(html, "attention")
        assert "Problems Not closed; 3 overdue, 1 to be verified 5 " in attention
        block = words_of(html, "problems")
        assert "5 problems are open, 3 overdue; to be solved by Finance (2), Energy (1) and Science (1)." in block
        assert "Land and sea use 3 1 Funding 1 1 " in block
        assert "in the last 90 days, half of them within 20 days 1" in block

    def test_leads_to_the_rows_in_one_click(self, site: Any) -> None:
        html = get("/?as_of=2023-08-28")
        wanted = {
            "state=open": 5,
            "waiting=department": 2,
            "waiting=office": 2,
            "waiting=government": 1,
            "overdue=yes": 3,
            "state=open&amp;owner=finance": 2,
            "state=open&amp;section=green": 3,
            "state=closed&amp;closed_from=2023-05-31": 2,
        }
        for query, count in wanted.items():
            address = f"/problems/?{query}&amp;as_of=2023-08-28"
            assert f'href="{address}"' in html, query
            assert len(Client().get(address.replace("&amp;", "&")).context["page"].object_list) == count, query
        # The one that waits longest.
        assert 'href="/measures/M001/problems/1/?as_of=2023-08-28"' in html

    def test_counts_those_of_sections_and_departments(self, site: Any) -> None:
        for address in ("/", "/sections/", "/departments/"):
            html = get(address)
            if address != "/departments/":
                assert '/problems/?state=open&amp;section=talent">2</a>' in " ".join(html.split())
            if address != "/sections/":
                assert '/problems/?state=open&amp;owner=energy">1</a>' in " ".join(html.split())
            assert "beside a department those that it must solve" in html

    def test_a_kept_page_is_dropped_when_a_problem_moves(self, site: Any) -> None:
        assert figures_of(get("/"))["problems.overdue"] == "3"
        rita = make.make_user("rita", role="reviewer")
        withdrawn = Problem.objects.get(measure__code="M001", number=1)
        move_problem(withdrawn, "withdraw", by=rita, note="The money came")
        assert figures_of(get("/"))["problems.overdue"] == "2"
        assert json.loads(get("/api/v1/summary/"))["problems"]["open"] == 4

    def test_a_plan_without_problems_says_so_in_a_line(self, today: date, open_reading: None) -> None:
        make.make_measure()
        html = get("/")
        assert "No problem has been raised yet." in part_of(html, "problems")
        assert "Problems" not in part_of(html, "attention")
        assert "problems.waiting" not in html

    def test_a_plan_that_has_closed_all_says_so(self, today: date, open_reading: None) -> None:
        make.make_problem(make.make_measure(), date(2023, 8, 1), steps=["assign", "solve", "close"])
        block = words_of(get("/"), "problems")
        assert "No problem is open." in block and "half of them within 0 days 1" in block

    def test_asks_one_query_a_day_for_all_of_them(self, site: Any) -> None:
        def queries() -> list[str]:
            site_profile()
            with CaptureQueriesContext(connection) as made:
                get("/")
            return [each["sql"] for each in made if 'FROM "measures_problemstep"' in each["sql"]]

        # Those of the day, and of the end of last month.
        assert len(queries()) == 2
        measure = ProblemStep.objects.first().problem.measure
        for _number in range(20):
            make.make_problem(measure, date(2023, 8, 1))
        assert len(queries()) == 2


class TestADepartment:
    def test_shows_what_it_must_solve_helps_with_and_raised(self, site: Any) -> None:
        html = get("/departments/finance/")
        assert figures_of(html) == {"problems.open": "2", "problems.overdue": "1"}
        part = words_of(html, "problems")
        assert "Open problems: it must solve 2, helps with 1 and raised 0; 1 overdue." in part
        rows = ["No money", "Before the government", "Said to be solved"]
        assert [part.index(each) for each in rows] == sorted(part.index(each) for each in rows)
        assert "Build wind power Solves 2023-08-20 9 days overdue Being solved" in part
        assert "Found a laboratory Helps 2023-08-01 52 days overdue To be verified" in part
        assert not any(each in part for each in ("No land", "Withdrawn", "Draft", "Closed"))

    def test_names_what_it_raised_and_others_solve(self, site: Any) -> None:
        part = words_of(get("/departments/energy/"), "problems")
        assert "Open problems: it must solve 1 and raised 2 that others solve; 0 overdue." in part
        assert "No money Build wind power Raised" in part

    def test_without_any_says_so(self, site: Any) -> None:
        make.make_department("sport")
        assert "No open problem concerns this department." in get("/departments/sport/")

    def test_counts_what_a_merged_one_must_solve(self, site: Any) -> None:
        sport = make.make_department("sport", short_en="Sport")
        make.make_measure(lead_department=sport)
        finance = ProblemStep.objects.filter(owner__slug="finance").first().owner
        finance.merged_into, finance.merged_on = sport, DAY
        finance.save()
        assert figures_of(get("/departments/sport/"))["problems.open"] == "2"
        assert "it must solve 2, helps with 1" in text_of(get("/departments/sport/"))


def test_a_section_shows_the_open_ones_of_its_measures(site: Any) -> None:
    html = get("/sections/green/")
    part = words_of(html, "problems")
    assert "3 problems are open, 2 overdue." in part
    assert "No money Build wind power Finance 2023-08-20 9 days overdue Being solved" in part
    assert "Not sorted yet Build wind power To be assigned — 21 days overdue To be assigned" in part
    assert "Said to be solved" not in part
    make.make_section(slug="empty", number=3, plan=site)
    assert "No problem of its measures is open." in get("/sections/empty/")


def test_shares_of_few_problems_are_in_the_api_and_on_no_page(site: Any) -> None:
    assert re.findall(r"\d[\d.]*%", words_of(get("/"), "problems")) == []
    answer = Client().get("/api/v1/summary/").json()["problems"]["by_category"]
    assert [each["share"] for each in answer] == [60.0, 20.0, 20.0]
    measure, land = site.measures.first(), site.problem_categories.get(slug="land")
    for _n in range(MIN_PROBLEMS_FOR_SHARE - 6):
        make.make_problem(measure, date(2023, 8, 1), category=land)
    assert re.findall(r"\d[\d.]*%", words_of(get("/"), "problems")) == []
    make.make_problem(measure, date(2023, 8, 1), category=land)
    assert re.findall(r"\d[\d.]*%", words_of(get("/"), "problems")) == ["96.0%", "2.0%", "2.0%"]
