"""The page of the plan: its milestones and years, its priority areas, when its measures fall due."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from measures.models import Measure, Plan, PlanMilestone
from tests import factories as make
from tests.pages import text_of

pytestmark = pytest.mark.django_db


def text(**query: str) -> str:
    answer = Client().get("/plan/", {"lang": "en", **query})
    assert answer.status_code == 200
    page = answer.content.decode()
    return text_of(page[page.index("<main") :])


@pytest.fixture
def plan(today: date, open_reading: None) -> Plan:
    """Two measures are due in 2023, one of them completed, one in 2025, and one has no due date."""
    section = make.make_section(title_en="Innovation")
    lead = make.make_department()
    for due_on, completed in ((date(2023, 6, 30), True), (date(2023, 12, 31), False), (date(2025, 6, 30), False)):
        measure = make.make_measure(section, lead)
        Measure.objects.filter(pk=measure.pk).update(due_on=due_on)
        if completed:
            make.make_change(measure, "completed", date(2023, 6, 20))
    measure = make.make_measure(section, lead)
    Measure.objects.filter(pk=measure.pk).update(due_on=None)
    return section.plan


def test_says_what_the_plan_is(plan: Plan) -> None:
    page = text()
    assert "4 policy measures in 1 priority area, from 1 January 2023 to 31 December 2025; 1 completed (25.0%)." in page
    assert "22.0% of the period gone" in page


def test_counts_measures_by_the_year_in_which_they_are_due(plan: Plan) -> None:
    assert "2023 2 1 1 2025 1 0 1 No due date 1 0 1 Total 4 1 3" in text()
    page: Any = Client().get("/plan/").content.decode()
    assert 'href="/measures/?due_from=2023-01-01&amp;due_to=2023-12-31"' in page
    found = Client().get("/api/v1/measures/?due_from=2023-01-01&due_to=2023-12-31").json()
    assert found["count"] == 2


def test_milestones_and_years_stand_in_their_order(plan: Plan) -> None:
    shown = {"plan": plan, "name_zh": "里程碑", "provenance": "reported"}
    PlanMilestone.objects.create(**shown, happens_on=date(2022, 11, 1), day_known=False, name_en="Mobilised")
    PlanMilestone.objects.create(**shown, happens_on=date(2024, 5, 20), name_en="Reviewed")
    milestones = text()
    order = ["November 2022 Mobilised", "2023 Year 1 of 3, the present one", "2024 Year 2 of 3", "20 May 2024 Reviewed"]
    places = [milestones.index(each) for each in order]
    assert places == sorted(places)
    # Another plan's are not shown.
    PlanMilestone.objects.update(plan=make.make_plan("another", starts_on=date(2020, 1, 1), ends_on=date(2021, 12, 31)))
    assert "Mobilised" not in text()


def test_a_published_milestone_names_its_source(plan: Plan) -> None:
    row = {"plan": plan, "happens_on": date(2022, 11, 1), "name_zh": "动员", "name_en": "Mobilised"}
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanMilestone.objects.create(**row, provenance="published")
    PlanMilestone.objects.create(**row, provenance="published", source="报纸 | A newspaper")
    assert "Mobilised Published A newspaper" in text()


def test_the_demonstration_has_its_milestones(demonstration: None) -> None:
    page = text()
    assert "November 2022 Mobilisation for the pilot zone Published China Daily Shandong, 29 August 2023" in page
    assert "January 2023 Three-year action plan published" in page
    assert re.search(r"2023 89 13 76 2024 62 0 62 2025 68 0 68 No due date 30 0 30 Total 249 13 236", page)
