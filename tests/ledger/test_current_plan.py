"""No ledger says which plan is the current one: the first of a site is, until the office chooses another."""

from datetime import date

import pytest
from auditlog.models import LogEntry

from accounts.models import User
from ledger.commit import commit_ledger
from ledger.contents import read_contents
from ledger.rows import Ledger, Row
from ledger.take_back import take_back
from measures.editing.current_plan import choose_current_plan
from measures.models import Load, Plan
from tests.factories import make_user, region

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("today")]


@pytest.fixture
def rita() -> User:
    region("370000")
    return make_user("rita", role="reviewer")


def load(slug: str, starts_on: date, *, by: User, name: str = "计划") -> Load:
    plan = {"slug": slug, "name_zh": name, "starts_on": starts_on, "ends_on": date(2025, 12, 31)}
    sections = [{"slug": "section", "number": 1, "title_zh": "重点任务"}]
    rows = {"plan": [Row("plan", 2, plan)], "sections": [Row("sections", 2, each) for each in sections]}
    there = Plan.objects.filter(slug=slug).first()
    loaded = commit_ledger(Ledger(rows), there, by=by, confirmed=True)
    assert loaded is not None
    return loaded


def current() -> str:
    plan = Plan.objects.current()
    assert plan is not None
    return plan.slug


def test_a_load_leaves_the_current_plan(rita: User) -> None:
    load("first", date(2023, 1, 1), by=rita)
    assert not LogEntry.objects.get_for_model(Plan).exists()
    load("second", date(2023, 6, 1), by=rita)
    assert current() == "first"
    choose_current_plan(Plan.objects.get(slug="second"), by=rita, reason="已印发")
    load("first", date(2023, 1, 1), by=rita, name="改名")
    assert (current(), Plan.objects.get(is_current=True).slug) == ("second", "second")
    load("second", date(2023, 6, 1), by=rita, name="改名")
    assert Plan.objects.get(is_current=True).slug == "second"
    contents = read_contents(Plan.objects.get(slug="second"))
    assert "is_current" not in contents.rows["plan"][("second",)]


def test_a_chosen_plan_that_is_taken_back_leaves_the_choice_to_the_days(rita: User) -> None:
    load("first", date(2023, 1, 1), by=rita)
    second = load("second", date(2023, 6, 1), by=rita)
    choose_current_plan(Plan.objects.get(slug="second"), by=rita, reason="已印发")
    take_back(second, by=rita)
    assert (current(), Plan.objects.filter(is_current=True).exists()) == ("first", False)
    load("third", date(2023, 7, 1), by=rita)
    assert (current(), Plan.objects.get(is_current=True).slug) == ("first", "first")
