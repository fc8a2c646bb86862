"""A small site, written by hand: two departments, four measures, three projects, one indicator and its comparator.

As of 2023-08-29: M001 completed (due 2023-06-30), M002 in progress (due 2023-08-01: red), M003 promoting (due
2023-10-01: yellow), M004 promoting (no due date, a report in July: green). M005 belongs to another plan.
Science owns the indicator, and filed one of its values.
M001 had a problem, which is closed; that of M004 is overdue; that of the project P0001 was withdrawn.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings

from accounts.models import Scope
from accounts.tokens import create_token
from measures.models import Measure, Report
from tests import factories as make
from tests.conftest import DEMONSTRATION_DAY
from tests.kept_databases import changes_taken_back, kept_database

API = "/api/v1/"


@pytest.fixture(scope="session")
def _small_site(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    def fill() -> SimpleNamespace:
        with override_settings(PILOTZONE_TODAY=DEMONSTRATION_DAY), transaction.atomic(), make.numbers_from_one():
            rows = make_site()
            # As in the transaction of a test, nothing follows from the commit: the rollups stay stale.
            connection.run_on_commit.clear()
        return rows

    with kept_database("small_site", fill, django_db_blocker) as kept:
        yield kept


@pytest.fixture
def site(db: Any, today: date, _small_site: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """Yield the rows of the small site and take changes back; a test that commits has the site in its own database."""
    if not connection.in_atomic_block:
        yield make_site()
        return
    with changes_taken_back(_small_site, django_db_blocker) as rows:
        yield rows


def make_site() -> SimpleNamespace:
    plan = make.make_plan()
    other = make.make_plan("another-plan", name_zh="另一计划", name_en="Another plan", starts_on=date(2022, 1, 1))
    innovation = make.make_section(
        plan, slug="innovation", number=1, title_zh="创新驱动发展", title_en="Innovation-driven development"
    )
    energy = make.make_section(plan, slug="energy", number=2, title_zh="能源转型", title_en="Energy transition")
    science = make.make_department("science", number=1, name_zh="省科技厅", name_en="Science and Technology")
    power = make.make_department("power", number=2, name_zh="省能源局", name_en="Energy Administration")

    first = make.make_measure(
        innovation,
        science,
        code="M001",
        title_zh="建设实验室",
        title_en="Build a laboratory",
        target_zh="全面运行",
        target_en="In full use",
        due_on=date(2023, 6, 30),
    )
    first.participating_departments.set([power])
    make.make_change(first, "in_progress", date(2023, 3, 1))
    make.make_change(first, "completed", date(2023, 6, 28), old_status="in_progress")
    second = make.make_measure(energy, power, code="M002", title_en="Retire old plants", due_on=date(2023, 8, 1))
    wrong = make.make_change(second, "completed", date(2023, 6, 1), reason_en="Entered by mistake")
    make.make_change(
        second,
        "in_progress",
        date(2023, 6, 1),
        supersedes=wrong,
        recorded_at=make.shanghai(date(2023, 7, 5)),
        reason_en="It goes on",
    )
    third = make.make_measure(energy, power, code="M003", title_en="Build wind farms", due_on=date(2023, 10, 1))
    fourth = make.make_measure(innovation, science, code="M004", title_en="Train engineers")
    make.make_report(fourth, date(2023, 7, 20))
    make.make_report(fourth, date(2023, 8, 20), state="submitted", what_was_done_en="Not accepted yet")
    make.make_measure(code="M005", plan=other)

    for slug in make.CATEGORIES:
        make.make_category(plan, slug)
    wind = make.make_project(
        city="370200",
        investment=12_345_678,
        code="P0001",
        name_en="Offshore wind",
        measures=[third],
        also_in=["370600"],
    )
    for month, invested in ((6, 1_000), (7, 2_345)):
        make.make_project_month(wind, date(2023, month, 1), invested_wan=invested, started_on=date(2023, 3, 1))
    make.make_project(
        city="370100", investment=5_000, code="P0002", category="innovation", stage="preparing", county=None
    )
    make.make_project(city="370200", county="370202", code="P0003", listed_on=date(2023, 8, 1), stage="completed")

    # Of no figure: it was withdrawn the next day.
    make.make_problem(
        wind, date(2023, 1, 20), owner=power, raised_by=None, steps=["withdraw"], days=[date(2023, 1, 21)]
    )
    problem = make.make_problem(second, date(2023, 7, 10), text_en="No land", owner=power)
    meeting = make.make_meeting([problem], held_on=date(2023, 7, 20))
    assigned = {"owner": power, "due_on": date(2023, 8, 10), "note": "供地", "content": problem.content()}
    meeting.items.update(
        direction=problem.steps.create(move="assign", state="assigned", made_on=date(2023, 7, 20), **assigned)
    )

    growth = make.make_indicator("gdp_growth_ytd", name_en="GDP growth", headline=1, measures=[first], owner=science)
    make.make_value_report(growth, observation=make.make_observation(growth, "6.2"))
    make.make_observation(growth, "5.5", region_code="100000")
    make.make_observation(
        growth,
        "4.9",
        period="2023Q1",
        period_kind="quarter",
        period_end=date(2023, 3, 31),
        released_on=date(2023, 4, 20),
    )
    make.make_target(growth, "6")

    money = make.make_problem_category(plan, "money", name_zh="资金", name_en="Money")
    make.make_problem(
        first,
        date(2023, 1, 20),
        category=money,
        owner=power,
        steps=["assign", "solve", "close"],
        days=[date(2023, 1, 25), date(2023, 6, 20), date(2023, 6, 27)],
    )
    late = make.make_problem(
        fourth, date(2023, 7, 1), owner=power, due_on=date(2023, 8, 20), steps=["assign"], days=[date(2023, 7, 5)]
    )
    late.helpers.add(science)
    make.make_theme(
        plan,
        "energy",
        number=1,
        name_zh="能源转型",
        name_en="Energy transition",
        sections=[energy],
        categories=[make.category(plan, "energy")],
        indicators=[growth],
        measures=[first],
    )
    return SimpleNamespace(plan=plan, first=first, second=second, wrong=wrong)


@pytest.fixture
def ask(client: Client, open_reading: None) -> Callable[..., Any]:
    """Asks the API as anybody does where reading is open."""

    def get(path: str, **headers: str) -> Any:
        return client.get(API + path, headers=headers)

    return get


@pytest.fixture
def token_of() -> Callable[..., dict[str, str]]:
    def headers(user: Any, *, scope: str = "read") -> dict[str, str]:
        return {"Authorization": f"Bearer {create_token(user, scope=Scope(scope))[1]}"}

    return headers


class Caller:
    """Somebody with a token, who sends JSON and reads the answer in English."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        sent: dict[str, Any] = {} if method == "get" else {"content_type": "application/json"}
        if body is not None:
            data = body if isinstance(body, (str, bytes)) else json.dumps(body)
            sent = {"data": data, "content_type": "application/json"}
        return getattr(Client(), method)(f"{API}{path}?lang=en", headers=self.headers, **{**sent, **more})


@pytest.fixture
def people(site: Any, token_of: Any) -> SimpleNamespace:
    """The cast with tokens that may report, and Ada's that may not. M004 is Science's, promoting since 3 January."""
    Report.objects.filter(measure__code="M004", state="submitted").delete()
    science, power = (Measure.objects.get(code=code).lead_department for code in ("M004", "M002"))
    users = {
        "ada": make.make_user("ada", role="reporter", department=science),
        "ben": make.make_user("ben", role="reporter", department=power),
        "rita": make.make_user("rita", role="reviewer"),
        "audit": make.make_user("audit", role="auditor"),
        "vic": make.make_user("vic"),
    }
    callers = {name: Caller(token_of(user, scope="report")) for name, user in users.items()}
    return SimpleNamespace(**callers, reads=Caller(token_of(users["ada"])), nobody=Caller({}), users=users)
