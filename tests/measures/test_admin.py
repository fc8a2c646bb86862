from datetime import date, timedelta
from typing import Any

import pytest

from measures.models import Measure
from tests.factories import make_department, make_measure, make_plan, make_project, make_section, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _administrator(client: Any, today: date) -> None:
    client.force_login(make_user("admin", is_staff=True, is_superuser=True))


def test_a_section_does_not_leave_its_plan_with_the_totals_of_its_measures(client: Any) -> None:
    section, plan = make_measure().section, make_section().plan
    other = make_plan("another")
    form = {"slug": section.slug, "number": 77, "title_zh": "任务", "title_en": "Task", "provenance": "illustrative"}
    assert client.post(f"/admin/measures/section/{section.pk}/change/", {**form, "plan": other.pk}).status_code == 302
    section.refresh_from_db()
    assert (section.number, section.plan) == (77, plan)


@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 1)])
def test_a_new_measure_is_not_due_before_the_day_it_is_listed(client: Any, today: date, days: int, count: int) -> None:
    form = {
        "code": "M900",
        "title_zh": "措施",
        "title_en": "Measure",
        "section": make_section().pk,
        "lead_department": make_department().pk,
        "due_on": today + timedelta(days=days),
        "provenance": "illustrative",
        "lead_provenance": "illustrative",
    }
    assert client.post("/admin/measures/measure/add/", form).status_code == (302 if count else 200)
    assert Measure.objects.count() == count


def test_a_code_that_the_plan_has_is_refused_in_words_and_one_of_another_plan_is_not(client: Any) -> None:
    taken = make_measure(code="M900", lead_department=make_department())
    other = make_section(make_plan("another"))
    form = {
        "code": "M900",
        "title_zh": "措施",
        "title_en": "Measure",
        "lead_department": taken.lead_department_id,
        "provenance": "illustrative",
        "lead_provenance": "illustrative",
    }
    refused = client.post("/admin/measures/measure/add/?lang=en", {**form, "section": taken.section_id})
    assert "The plan has a measure of this code already." in refused.content.decode()
    assert client.post("/admin/measures/measure/add/", {**form, "section": other.pk}).status_code == 302
    assert Measure.objects.get(code="M900", plan=other.plan).section == other


def test_a_project_is_linked_to_measures_of_its_own_plan_alone(client: Any) -> None:
    project, foreign = make_project(), make_measure(section=make_section(make_plan("another")))
    form = {
        **{name: getattr(project, name) for name in ("code", "name_zh", "name_en", "opening_stage")},
        "category": project.category_id,
        "plan": project.plan_id,
        "city": project.city_id,
        "investment_wan": 1,
        "listed_on": project.listed_on,
        "provenance": "illustrative",
        "investment_provenance": "illustrative",
        "measures": [foreign.pk],
    }
    refused = client.post(f"/admin/projects/project/{project.pk}/change/?lang=en", form)
    # Escaped as HTML.
    assert "Only measures of the project" in refused.content.decode()
    assert not project.measures.exists()
