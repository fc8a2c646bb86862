"""The office's page of the current plan; Rita reviews."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from measures.editing.current_plan import current_plan_state
from measures.models import Plan
from tests.factories import make_plan, make_section, make_user
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("today")]
PAGE = "/office/current-plan/"
EN = {"Accept-Language": "en"}
PINNED = "The server is set up to show"
BY_DAYS = "None is chosen yet: the newest plan that has begun is the current one."


@pytest.fixture
def plans() -> tuple[Plan, Plan]:
    """The chosen one, and one that began later."""
    first = make_plan("first", name_en="First plan", is_current=True)
    later = make_plan("later", name_en="Later plan", starts_on=date(2023, 6, 1))
    for plan in (first, later):
        make_section(plan, slug=f"of-{plan.slug}")
    return first, later


@pytest.fixture
def rita(client: Client) -> Client:
    client.force_login(make_user("rita", role="reviewer"))
    return client


def sections(client: Client) -> list[str]:
    """Return the slugs of the sections that an address without a plan means."""
    return [each["slug"] for each in client.get("/api/v1/sections/").json()["results"]]


def test_what_is_chosen_is_shown_at_once_and_stands_below_with_its_reason(rita: Client, plans: Any) -> None:
    assert sections(rita) == ["of-first"]
    sent = rita.post(PAGE, {"plan": "later", "reason": "新计划已印发"})
    assert sent["Location"] == PAGE
    assert sections(rita) == ["of-later"]
    page = rita.get(PAGE, headers=EN)
    newest = page.context["history"][0]
    assert (newest.who.username, newest.new, newest.reason) == ("rita", str(plans[1]), "新计划已印发")
    assert "Later plan" in text_of(page.content.decode())


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"plan": "later", "reason": ""}, "reason"),
        ({"plan": "nowhere", "reason": "理由"}, "plan"),
        ({"reason": "理由"}, "plan"),
        ({"plan": "first", "reason": "理由"}, "plan"),
    ],
)
def test_a_refusal_comes_back_with_what_was_typed(rita: Client, plans: Any, sent: dict[str, str], field: str) -> None:
    page = rita.post(PAGE, sent)
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {field}
    assert page.context["form"]["reason"].value() == sent["reason"]
    assert sections(rita) == ["of-first"]


def test_whoever_decided_meanwhile_is_not_written_over(rita: Client, plans: Any) -> None:
    opened = json.dumps(current_plan_state())
    make_plan("third", name_en="Third plan")
    rita.post(PAGE, {"plan": "later", "reason": "理由"})
    page = rita.post(PAGE, {"plan": "third", "reason": "理由", "opened": opened}, headers=EN)
    assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [
        ("First plan", "Later plan", "Third plan")
    ]
    assert sections(rita) == ["of-later"]


def test_the_page_says_that_the_server_pins_another(rita: Client, plans: Any, settings: Any) -> None:
    assert PINNED not in rita.get(PAGE, headers=EN).content.decode()
    settings.PILOTZONE_PLAN = "later"
    page = text_of(rita.get(PAGE, headers=EN).content.decode())
    assert f"{PINNED} “Later plan”" in page
    assert sections(rita) == ["of-later"]
    rita.post(PAGE, {"plan": make_plan("third").slug, "reason": "理由"})
    assert sections(rita) == ["of-later"]
    settings.PILOTZONE_PLAN = "nowhere"
    assert PINNED not in rita.get(PAGE, headers=EN).content.decode()


def test_the_pinned_day_of_the_demonstration_is_no_pinned_plan(rita: Client, plans: Any, settings: Any) -> None:
    settings.PILOTZONE_DEMO = True
    content = rita.get(PAGE, headers=EN).content.decode()
    assert "Date fixed at" in content
    assert PINNED not in content


def test_a_site_where_none_is_chosen_says_by_what_rule_one_is_shown(rita: Client) -> None:
    assert rita.get(PAGE).status_code == 404
    make_plan("only", name_en="Only plan")
    page = rita.get(PAGE, headers=EN).content.decode()
    assert BY_DAYS in text_of(page)
    assert "Only plan" in text_of(page)
    assert rita.post(PAGE, {"plan": "only", "reason": "定下"}).status_code == 302
    assert BY_DAYS not in text_of(rita.get(PAGE, headers=EN).content.decode())
