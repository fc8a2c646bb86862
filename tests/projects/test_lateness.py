"""Projects that are late: the rule, its twin in the database, and the lists that ask for it."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.lateness import is_late, late
from projects.models import Project, Stage
from tests.factories import make_project
from tests.sweeps import examples

pytestmark = pytest.mark.both_databases

DAY = date(2023, 8, 29)
EVE, MORROW = date(2023, 8, 28), date(2023, 8, 30)
DAYS = st.none() | st.sampled_from([EVE, DAY, MORROW])


@pytest.mark.parametrize(
    ("stage", "start", "completion", "expected"),
    [
        ("preparing", EVE, None, True),
        ("preparing", DAY, None, False),
        ("preparing", None, None, False),
        ("preparing", MORROW, None, False),
        ("preparing", None, EVE, True),
        ("under_construction", EVE, None, False),
        ("under_construction", None, EVE, True),
        ("under_construction", EVE, DAY, False),
        ("completed", EVE, EVE, False),
        ("in_production", EVE, EVE, False),
        ("suspended", EVE, MORROW, False),
        ("suspended", EVE, EVE, True),
    ],
)
def test_a_project_is_late_from_the_day_after_the_planned_one(
    stage: str, start: date | None, completion: date | None, expected: bool
) -> None:
    assert is_late(stage, start, completion, on=DAY) is expected


@pytest.mark.django_db
@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(st.sampled_from(Stage.values), DAYS, DAYS), min_size=1, max_size=6))
def test_the_database_says_the_same(rows: list[Any]) -> None:
    Project.objects.all().delete()
    expected = {}
    for stage, *days in rows:
        # The second is no earlier than the first.
        start, completion = days if None in days else sorted(days)
        project = make_project(stage=stage, planned_start_on=start, planned_completion_on=completion)
        expected[project.pk] = is_late(stage, start, completion, on=DAY)
    projects = Project.objects.with_stage(DAY)
    found = set(projects.filter(late(DAY)).values_list("pk", flat=True))
    assert found == {pk for pk, each in expected.items() if each}
    others = set(projects.filter(~late(DAY)).values_list("pk", flat=True))
    assert others == expected.keys() - found


@pytest.mark.django_db
def test_lists_and_the_api_are_asked_for_them(client: Any, today: Any, open_reading: Any) -> None:
    make_project(code="P0001", stage="preparing", planned_start_on=date(2023, 6, 30))
    make_project(code="P0002", stage="completed", planned_completion_on=date(2023, 6, 30))
    make_project(code="P0003")

    def codes(query: str) -> list[str]:
        return [each["code"] for each in client.get(f"/api/v1/projects/?{query}").json()["results"]]

    assert codes("late=yes") == ["P0001"]
    assert codes("late=no") == ["P0002", "P0003"]
    assert codes("late=yes,no") == ["P0001", "P0002", "P0003"]
    assert codes("late=yes&as_of=2023-06-30") == []
    assert codes("late=yes&as_of=2023-07-01") == ["P0001"]
    html = client.get("/projects/?late=yes").content.decode()
    assert "P0001" in html and "P0002" not in html
    assert client.get("/api/v1/projects/?late=perhaps").status_code == 400
