"""The accepted reports of a whole plan."""

from datetime import date

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(today: date, open_reading: None) -> None:
    plan = make.make_plan()
    science, energy = make.make_department("science"), make.make_department("energy", name_en="Energy")
    first = make.make_section(plan, slug="innovation", number=1)
    other = make.make_section(plan, slug="industry", number=2)
    m1 = make.make_measure(first, science, code="M001", title_en="Title of M001")
    m2 = make.make_measure(other, energy, code="M002")
    make.make_report(m1, date(2023, 6, 25), status="in_progress", problem_zh="资金未到位")
    make.make_report(m1, date(2023, 7, 25), status="completed")
    make.make_report(m2, date(2023, 7, 26), status="in_progress")
    for month, state in ((5, "returned"), (6, "submitted"), (8, "draft")):
        make.make_report(m2, date(2023, month, 25), state=state)
    make.make_report(make.make_measure(make.make_section(make.make_plan(slug="other"))), date(2023, 7, 1))


def rows(query: str = "") -> list[tuple[str, str]]:
    answer = Client().get(f"/api/v1/reports/?lang=en{query}")
    assert answer.status_code == 200, answer.content
    return [(each["measure"], each["period"]) for each in answer.json()["results"]]


def test_accepted_ones_that_were_submitted_by_the_day(site: None) -> None:
    assert rows() == [("M002", "2023-07"), ("M001", "2023-07"), ("M001", "2023-06")]
    assert rows("&as_of=2023-07-25") == [("M001", "2023-07"), ("M001", "2023-06")]
    assert rows("&as_of=2023-06-24") == []
    june = Client().get("/api/v1/reports/?lang=en&period_to=2023-06").json()["results"][0]
    assert (june["measure_title"], june["section"], june["problem"]) == ("Title of M001", "innovation", "资金未到位")
    assert june["url"].endswith("/api/v1/measures/M001/reports/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("&measure=M002", [("M002", "2023-07")]),
        ("&section=innovation&period_from=2023-07", [("M001", "2023-07")]),
        ("&department=energy", [("M002", "2023-07")]),
        ("&status=completed", [("M001", "2023-07")]),
        ("&search=资金", [("M001", "2023-06")]),
        ("&ordering=submitted_on", [("M001", "2023-06"), ("M001", "2023-07"), ("M002", "2023-07")]),
        ("&plan=shandong-2023-2025&measure=M001&ordering=period", [("M001", "2023-06"), ("M001", "2023-07")]),
    ],
)
def test_filters_and_orders(site: None, query: str, found: list[tuple[str, str]]) -> None:
    assert rows(query) == found
