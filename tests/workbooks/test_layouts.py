"""Thirty-one tables as offices lay them out, each loaded by page with the questions that it leaves open alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.test import Client

from accounts.models import Department
from indicators.models import Indicator
from measures.models import Measure, Plan, Section
from projects.models import Category, Project
from tests.factories import make_plan, make_user, region
from tests.ledger import layouts_of_projects, layouts_of_tasks
from tests.ledger.layouts import Layout
from workbooks import tasks
from workbooks.models import Upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

LAYOUTS = [*layouts_of_tasks.LAYOUTS, *layouts_of_projects.LAYOUTS]
MODELS: dict[str, type[models.Model]] = {
    "measures": Measure,
    "sections": Section,
    "projects": Project,
    "categories": Category,
    "departments": Department,
    "indicators": Indicator,
}


@pytest.fixture
def plan() -> Plan:
    for code in ("370100", "370200", "370300", "370600", "371000"):
        region(code)
    return make_plan("county")


@pytest.fixture
def page(client: Client, plan: Plan) -> Client:
    client.force_login(make_user("rita", role="reviewer", language="en"))
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def page_address() -> str:
    return "/data/"


@pytest.fixture
def act(page: Client, django_capture_on_commit_callbacks: Any) -> Callable[..., None]:
    """Presses a button of an upload's page."""

    def press(upload: Upload, action: str, **fields: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            page.post(upload.get_absolute_url(), {"action": action, **fields})
        tasks.work_on_waiting_uploads_task()
        upload.refresh_from_db()

    return press


def answered(upload: Upload, act: Any, answers: dict[str, str]) -> dict[str, str]:
    """Answers what is asked, round by round, and returns all of it."""
    asked: dict[str, str] = {}
    while questions := upload.findings.get("questions"):
        named = {
            each["key"]: f"{each['kind']} {each['column' if each['kind'] in ('sheet', 'column') else 'key']}"
            for each in questions
        }
        assert asked.keys().isdisjoint(named.values()), "It asks twice."
        given = {key: answers.get(name, "") for key, name in named.items()}
        asked |= {name: given[key] for key, name in named.items()}
        assert all(given.values()), f"{questions} {upload.findings['notices']}"
        act(upload, "answer", **given)
    return asked


def counts() -> dict[str, int]:
    found = {name: model._default_manager.count() for name, model in MODELS.items()}
    return {name: count for name, count in found.items() if count}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_table_as_its_office_made_it_is_loaded(layout: Layout, send: Any, act: Any) -> None:
    upload = send(layout.content, layout.file_name)
    assert answered(upload, act, dict(layout.asked)) == layout.asked
    assert (upload.sentence, upload.findings["wrong"], upload.findings["file_problems"]) == ("", [], [])
    assert set(layout.notices) <= set(upload.findings["notices"]), upload.findings["notices"]
    act(upload, "load", unlikely="on", confirm="on")
    assert upload.load is not None, upload.sentence
    assert counts() == layout.loaded
    for code, title, lead, due_on, section in layout.measures:
        measure = Measure.objects.get(code=code)
        assert (measure.title_zh or measure.title_en, str(measure.due_on or "")) == (title, due_on)
        assert measure.lead_department.name_zh or measure.lead_department.name_en == lead
        assert (measure.section.title_zh or measure.section.title_en) == section
    for code, names in layout.participating.items():
        found = Measure.objects.get(code=code).participating_departments.all()
        assert {each.name_zh or each.name_en for each in found} == names
    for code, name, city, investment, category, completion in layout.projects:
        project = Project.objects.get(code=code)
        assert (project.name_zh or project.name_en, project.city.name_zh) == (name, city)
        assert project.investment_wan == investment
        assert (project.category.name_zh or project.category.name_en) == category
        assert str(project.planned_completion_on or "") == completion
    for code, name, direction, owner in layout.indicators:
        indicator = Indicator.objects.get(code=code)
        assert (indicator.name_zh, indicator.direction, indicator.owner.name_zh) == (name, direction, owner)


@pytest.mark.parametrize(
    ("answer", "names"), [("further", ["造林", "修渠", "架桥", "铺路"]), ("same", ["架桥", "铺路"])]
)
def test_a_second_table_whose_numbers_begin_at_1_asks_whether_its_rows_are_further_ones(
    answer: str, names: list[str], send: Any, act: Any
) -> None:
    for rows, asked in (("造林 修渠", {}), ("架桥 铺路", {"codes measures.code": answer})):
        lines = (f"{number} | {name} | 县林业局" for number, name in enumerate(rows.split(), 1))
        table = "\n".join(["序号 | 任务名称 | 责任单位", *lines])
        layout = Layout("任务表", "xlsx", {"Sheet1": table}, {})
        upload = send(layout.content, layout.file_name)
        assert answered(upload, act, asked) == asked
        act(upload, "load", confirm="on")
        assert upload.load is not None, upload.sentence
    assert list(Measure.objects.order_by("position").values_list("title_zh", flat=True)) == names


def test_there_are_more_than_thirty_layouts() -> None:
    assert len({layout.name for layout in LAYOUTS}) > 30
