"""The months of projects as the API gives them: accepted ones alone, as of a day, and rates beside the sums."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from projects.models import AnnualPlan, Project
from tests.factories import make_plan, make_project, make_project_month

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(today: date, open_reading: None) -> Any:
    plan = make_plan()
    first = make_project(plan, code="P0001", city="370300", stage="preparing", planned_start_on=date(2023, 10, 1))
    other = make_project(plan, code="P0002", city="370600", category="industry", planned_start_on=date(2023, 2, 1))
    for project, planned in ((first, 40_000), (other, 60_000)):
        AnnualPlan.objects.create(project=project, year=2023, planned_wan=planned)
    make_project_month(first, date(2023, 6, 1), stage="preparing", invested_wan=12_345, problem_zh="用地未落实")
    make_project_month(
        first, date(2023, 7, 1), stage="under_construction", invested_wan=20_000, started_on=date(2023, 7, 9)
    )
    make_project_month(first, date(2023, 8, 1), stage="completed", invested_wan=30_000)
    for state in ("draft", "submitted", "returned"):
        make_project_month(
            other, date(2023, 7, 1) if state == "draft" else date(2023, 5 if state == "returned" else 6, 1), state=state
        )
    return plan


def rows(address: str) -> list[dict[str, Any]]:
    answer = Client().get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_accepted_months_that_ended_by_the_day(site: Any) -> None:
    found = rows("project-months/")
    assert [(each["project"], each["period"], each["is_in_force"]) for each in found] == [
        ("P0001", "2023-07", True),
        ("P0001", "2023-06", False),
    ]
    july, june = found
    assert (july["stage"], july["started_on"], july["invested_since_january"]) == (
        "under_construction",
        "2023-07-09",
        2,
    )
    assert (june["problem"], june["city"], june["city_name"]) == ("用地未落实", "370300", "淄博市")
    assert june["invested_since_january"] == 1.2345
    assert rows("projects/P0001/months/") == found
    assert rows("projects/P0002/months/") == []
    # August has not ended: it decides nothing yet.
    assert [each["period"] for each in rows("project-months/?as_of=2023-07-30")] == ["2023-06"]
    assert [each["is_in_force"] for each in rows("project-months/?as_of=2023-06-30")] == [True]


@pytest.mark.parametrize(
    ("query", "periods"),
    [
        ("project=P0001", ["2023-07", "2023-06"]),
        ("project=P0002", []),
        ("city=370600", []),
        ("category=energy&stage=preparing", ["2023-06"]),
        ("period_from=2023-07", ["2023-07"]),
        ("period_to=2023-06", ["2023-06"]),
        ("ordering=invested_since_january", ["2023-06", "2023-07"]),
    ],
)
def test_filters_and_orders(site: Any, query: str, periods: list[str]) -> None:
    assert [each["period"] for each in rows(f"project-months/?{query}")] == periods


def test_a_project_has_the_stage_of_the_day(site: Any) -> None:
    days = ("2023-06-30", "2023-07-31")
    stages = [
        rows(f"projects/?stage={stage}&as_of={day}")
        for day, stage in zip(days, ("preparing", "under_construction"), strict=True)
    ]
    assert [[each["code"] for each in found] for found in stages] == [["P0001"], ["P0001", "P0002"]]


def test_rates_of_the_plan_and_of_cities(site: Any) -> None:
    [plan] = rows("rollups/projects/")
    assert {name: plan[name] for name in ("rate_month", "started", "to_start", "start_rate", "without_month")} == {
        "rate_month": "2023-07", "started": 2, "to_start": 0, "start_rate": 100.0, "without_month": 1,
    }  # fmt: skip
    assert (plan["planned_this_year"], plan["invested_this_year"], plan["plan_completion"]) == (10, 2, 20.0)
    assert (plan["plan_gap"], plan["plan_pace"]) == (-38.3, "behind")
    june = rows("rollups/projects/?by=city&key=370300&as_of=2023-06-30")[0]
    assert (june["started"], june["to_start"], june["start_rate"], june["plan_completion"]) == (0, 1, 0.0, 30.9)
    assert rows("rollups/projects/?by=city&key=370600&as_of=2023-01-15")[0]["plan_completion"] is None
    both = {each["key"]: each["invested_this_year"] for each in rows("rollups/projects/?by=city,category")}
    assert sum(both.values()) == 2 and both["370300/energy"] == 2


PLAN_FIELDS = ("rate_month", "annual_plan", "plan_completion", "plan_gap")


def of_plan(address: str, *names: str) -> dict[str, list[Any]]:
    names = names or PLAN_FIELDS
    return {each["code"]: [each[name] for name in names] for each in rows(f"{address}&fields=code,{','.join(names)}")}


def test_a_project_has_its_annual_plan_and_how_far_it_is(site: Any) -> None:
    # 20,000 of 40,000 by July: 50.0 less 58.3 (7 / 12). P0002 has no accepted month.
    assert of_plan("projects/?as_of=2023-07-31") == {
        "P0001": ["2023-07", 4, 50.0, -8.3],
        "P0002": [None, 6, None, None],
    }
    # By June it is 12,345 of 40,000: 30.8625 is 30.9 (rounded half up), less 50.0.
    assert of_plan("projects/?as_of=2023-07-30")["P0001"] == ["2023-06", 4, 30.9, -19.1]
    one = Client().get("/api/v1/projects/P0001/?as_of=2023-07-31").json()
    assert [one[name] for name in PLAN_FIELDS] == ["2023-07", 4, 50.0, -8.3]
    assert (one["meta"]["plan_gap"]["unit"], one["meta"]["annual_plan"]["unit"]) == (
        "percentage points",
        "100 million yuan",
    )


def test_the_gap_of_a_project_is_that_of_its_own_newest_month_in_the_year(site: Any, settings: Any) -> None:
    settings.PILOTZONE_TODAY = date(2024, 3, 15)
    project = Project.objects.get(code="P0001")
    # On 15 January the newest month that ended is December: the year is still 2023, and August is its own newest month.
    assert of_plan("projects/?as_of=2024-01-15")["P0001"] == ["2023-08", 4, 75.0, 8.3]
    # From 31 January the year is 2024: nothing is planned for it, and no month of it was accepted.
    assert of_plan("projects/?as_of=2024-01-31")["P0001"] == [None, None, None, None]
    AnnualPlan.objects.create(project=project, year=2024, planned_wan=50_000)
    assert of_plan("projects/?as_of=2024-01-31")["P0001"] == [None, 5, None, None]
    # 1,000 of 50,000 by January: 2.0 less 8.3. In March February is missing: January is what is known.
    make_project_month(project, date(2024, 1, 1), invested_wan=1_000)
    assert of_plan("projects/?as_of=2024-03-15")["P0001"] == ["2024-01", 5, 2.0, -6.3]


def test_without_a_plan_there_is_no_completion(site: Any) -> None:
    AnnualPlan.objects.filter(project__code="P0001").delete()
    assert of_plan("projects/?as_of=2023-07-31")["P0001"] == ["2023-07", None, None, None]
    AnnualPlan.objects.create(project=Project.objects.get(code="P0001"), year=2023, planned_wan=0)
    assert of_plan("projects/?as_of=2023-07-31")["P0001"] == ["2023-07", 0, None, None]


def test_a_month_of_a_project_has_the_plan_of_its_own_year(site: Any) -> None:
    project = Project.objects.get(code="P0001")
    AnnualPlan.objects.create(project=project, year=2022, planned_wan=10_000)
    make_project_month(project, date(2022, 12, 1), invested_wan=9_000)
    make_project_month(project, date(2021, 12, 1), invested_wan=9_000)
    found = rows("project-months/?as_of=2023-07-31&ordering=-period")
    assert [[each[name] for name in ("period", *PLAN_FIELDS[1:])] for each in found] == [
        ["2023-07", 4, 50.0, -8.3],
        ["2023-06", 4, 30.9, -19.1],
        ["2022-12", 1, 90.0, -10.0],
        ["2021-12", None, None, None],
    ]


@pytest.mark.parametrize("address", ["projects/", "project-months/"])
def test_the_plan_costs_no_query_and_is_in_the_files(site: Any, address: str) -> None:
    def asked(*names: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            rows(f"{address}?as_of=2023-07-31&fields={','.join(names)}")
        return len(queries)

    plain, planned = ("provenance",), ("annual_plan", "plan_completion", "plan_gap")
    asked(*plain)
    assert asked(*plain) == asked(*planned)
    answer = Client().get(f"/api/v1/{address}?as_of=2023-07-31&format=csv&search=P0001&fields=annual_plan,plan_gap")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]  # a file is streamed
    assert lines[:2] == ["annual_plan,plan_gap", "4,-8.3"]


def test_a_series_says_of_which_month_its_figures_are_and_what_is_carried_forward(site: Any) -> None:
    names = ("as_of", "rate_month", "without_month", "is_carried_forward", "invested_this_year")
    address = "rollups/projects/?by=city&key=370300,370600&ordering=key&from=2023-05-31&to=2023-08-15"
    found = {
        key: [[row[name] for name in names] for row in rows(address) if row["key"] == key]
        for key in ("370300", "370600")
    }
    # P0001 reported June and July.
    assert found["370300"] == [
        ["2023-05-31", "2023-05", 1, True, 0],
        ["2023-06-30", "2023-06", 0, False, 1.2345],
        ["2023-07-31", "2023-07", 0, False, 2],
        ["2023-08-15", "2023-07", 0, False, 2],
    ]
    assert [row[2:4] for row in found["370600"]] == [[1, True]] * 4
    # Without projects there is nothing to carry.
    [none] = rows("rollups/projects/?by=stage&key=suspended&as_of=2023-05-31")
    assert [none[name] for name in names[2:]] == [0, False, 0]


def test_a_day_after_the_last_month_that_was_reported_carries_it_forward(site: Any, settings: Any) -> None:
    settings.PILOTZONE_TODAY = date(2023, 10, 2)
    names = ("rate_month", "without_month", "is_carried_forward", "completed", "invested_this_year")
    answers = rows("rollups/projects/?by=city&key=370300&from=2023-08-31&to=2023-10-01")
    assert [row["as_of"] for row in answers] == ["2023-08-31", "2023-09-30", "2023-10-01"]
    assert [[row[name] for name in names] for row in answers] == [
        ["2023-08", 0, False, 1, 3],
        ["2023-09", 1, True, 1, 3],
        ["2023-09", 1, True, 1, 3],
    ]
    # With another that has reported it, not all is carried.
    other = Project.objects.get(code="P0002")
    make_project_month(other, date(2023, 9, 1), invested_wan=100)
    [plan] = rows("rollups/projects/?as_of=2023-10-01")
    assert [plan[name] for name in names[:3]] == ["2023-09", 1, False]
