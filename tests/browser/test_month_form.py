"""The form of a project's month saves itself, and says at once what the investment comes to and what is needed yet."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from projects.models import AnnualPlan, Project, ProjectMonth
from tests.browser.conftest import PASSWORD
from tests.factories import make_project_month, make_user

pytestmark = pytest.mark.browser


def test_the_difference_is_there_while_one_types(enter, site):
    project = Project.objects.get(code="P0672")
    started = {"stage": "under_construction", "started_on": date(2023, 3, 1)}
    make_project_month(project, date(2023, 6, 1), invested_wan=5_000, progress=40, **started)
    AnnualPlan.objects.create(project=project, year=2023, planned_wan=10_000)
    make_user("zoe", role="reporter", city=project.city, password=PASSWORD)
    page = enter("zoe")
    page.goto(f"{site}/projects/P0672/month/?period=2023-07")
    invested, figures, needed = (
        page.locator(f"#{name}") for name in ("id_invested_wan", "month-figures", "still-needed")
    )
    # Only what has changed is saved: to begin with, nothing is.
    assert (invested.input_value(), figures.inner_text().strip()) == ("0.5", "")

    invested.fill("0.62")
    figures.get_by_text("+12 million yuan since June 2023").wait_for()
    assert "62.0% of the annual plan of 100 million yuan; 3.7 percentage points ahead of time elapsed" in (
        figures.inner_text()
    )
    page.locator("#draft-state").get_by_text(re.compile(r"Draft saved \d\d:\d\d")).wait_for()
    assert needed.inner_text() == ""

    page.get_by_role("radio", name="Suspended").check()
    needed.get_by_text("Please say why the project is suspended.").wait_for()
    needed.get_by_role("link", name="Why it was suspended or resumed").click()
    page.keyboard.type("等待用地")
    needed.get_by_text("Please say why the project is suspended.").wait_for(state="detached")
    page.get_by_role("radio", name="A new problem").check()
    page.locator("#id_problem").fill("缺地")
    page.locator("#id_version[value='4']").wait_for(state="attached")
    month = ProjectMonth.objects.get(state="draft")
    assert (month.invested_wan, month.stage, month.stage_reason) == (6_200, "suspended", "等待用地")
    assert (month.problem_zh, month.problem_choice) == ("缺地", "new")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_month_without_a_problem_asks_little(enter, site, language):
    project = Project.objects.get(code="P0672")
    started = {"stage": "under_construction", "started_on": date(2023, 3, 1)}
    make_project_month(project, date(2023, 6, 1), invested_wan=5_000, progress=40, **started)
    make_user("zoe", role="reporter", city=project.city, password=PASSWORD)
    page = enter("zoe")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{site}/projects/P0672/month/?period=2023-07&lang={language}")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1_400
    shown = {
        name: page.locator(f"#id_{name}").is_visible()
        for name in ("started_on", "completed_on", "in_production_on", "stage_reason", "problem", "url")
    }
    assert not any(shown.values()), shown


def test_fields_are_asked_where_a_choice_needs_them_and_stay_while_they_hold_something(enter, site):
    project = Project.objects.get(code="P0672")
    make_user("zoe", role="reporter", city=project.city, password=PASSWORD)
    page = enter("zoe")
    page.goto(f"{site}/projects/P0672/month/?period=2023-07")
    started, completed, reason = (
        page.locator(f"#id_{name}") for name in ("started_on", "completed_on", "stage_reason")
    )
    page.get_by_role("radio", name="Preparing").check()
    expect(started).to_be_hidden()
    page.get_by_role("radio", name="Completed").check()
    expect(completed).to_be_visible()
    completed.fill("2023-07-03")
    page.get_by_role("radio", name="Suspended").check()
    expect(reason).to_be_visible()
    # What would be sent stays in sight until it is emptied.
    expect(completed).to_be_visible()
    completed.fill("")
    expect(completed).to_be_hidden()
    page.get_by_role("radio", name="Under construction").check()
    expect(reason).to_be_hidden()
