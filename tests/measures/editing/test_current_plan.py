"""The office decides which plan is the current one; a plan that is added decides nothing."""

from datetime import date
from typing import Any

import pytest
from auditlog.models import LogEntry

from core.edit_conflicts import ChangedMeanwhile
from core.exceptions import NotAllowed
from measures.editing.current_plan import choose_current_plan, current_plan_state, keep_current_plan
from measures.models import Plan
from projects.plans import add_plan
from tests.factories import make_plan, make_user, region

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("today")]


@pytest.fixture
def rita() -> Any:
    return make_user("rita", role="reviewer")


@pytest.fixture
def plans() -> tuple[Plan, Plan]:
    """The chosen one, and one that began later."""
    return make_plan("first", is_current=True), make_plan("later", starts_on=date(2023, 6, 1))


def current() -> str:
    plan = Plan.objects.current()
    assert plan is not None
    return plan.slug


def test_a_plan_is_chosen_with_a_reason_that_the_log_keeps(plans: tuple[Plan, Plan], rita: Any) -> None:
    first, later = plans
    assert current() == "first"
    choose_current_plan(later, by=rita, reason="新计划已印发")
    assert current() == "later"
    entries = [LogEntry.objects.get_for_object(each).first() for each in plans]
    assert [each.changes["is_current"] for each in entries] == [["True", "False"], ["False", "True"]]
    assert [each.additional_data for each in entries] == [{"reason": "新计划已印发"}] * 2
    choose_current_plan(first, by=rita, reason="尚未施行")
    assert current() == "first"


@pytest.mark.parametrize(
    ("slug", "reason", "field"), [("first", "理由", "plan"), ("later", "  ", "reason"), ("gone", "理由", "plan")]
)
def test_what_is_no_decision_is_refused(
    plans: tuple[Plan, Plan], rita: Any, slug: str, reason: str, field: str
) -> None:
    with pytest.raises(NotAllowed) as refusal:
        choose_current_plan(Plan.objects.filter(slug=slug).first() or Plan(pk=0), by=rita, reason=reason)
    assert refusal.value.field == field
    assert current() == "first"


@pytest.mark.parametrize("role", ["viewer", "auditor", "administrator"])
def test_only_reviewers_choose(plans: tuple[Plan, Plan], role: str) -> None:
    with pytest.raises(NotAllowed):
        choose_current_plan(plans[1], by=make_user("other", role=role), reason="理由")
    assert current() == "first"


def test_of_two_who_choose_the_second_is_told_what_the_first_chose(plans: tuple[Plan, Plan], rita: Any) -> None:
    opened = current_plan_state()
    third = make_plan("third", starts_on=date(2023, 7, 1))
    choose_current_plan(plans[1], by=rita, reason="理由", opened=opened)
    with pytest.raises(ChangedMeanwhile):
        choose_current_plan(third, by=rita, reason="理由", opened=opened)
    assert current() == "later"


def test_the_setting_stands_above_the_choice(plans: tuple[Plan, Plan], rita: Any, settings: Any) -> None:
    settings.PILOTZONE_PLAN = "later"
    assert current() == "later"
    choose_current_plan(make_plan("third"), by=rita, reason="理由")
    assert current() == "later"
    settings.PILOTZONE_PLAN = ""
    assert current() == "third"


class TestAPlanThatIsAdded:
    def test_leaves_the_chosen_one(self, plans: tuple[Plan, Plan]) -> None:
        keep_current_plan(make_plan("third", starts_on=date(2023, 8, 1)))
        assert list(Plan.objects.filter(is_current=True)) == [plans[0]]

    def test_leaves_the_one_that_was_current_by_its_days(self) -> None:
        make_plan("first")
        keep_current_plan(make_plan("later", starts_on=date(2023, 6, 1)))
        assert (current(), Plan.objects.get(is_current=True).slug) == ("first", "first")

    def test_is_the_current_one_where_it_is_the_first(self) -> None:
        keep_current_plan(make_plan("first", starts_on=date(2024, 1, 1)))
        make_plan("later", starts_on=date(2023, 6, 1))
        assert current() == "first"

    @pytest.mark.parametrize("added_by", ["the first visit", "the administration"])
    def test_wherever_it_comes_from(self, added_by: str, client: Any) -> None:
        make_plan("first")
        days = {"starts_on": date(2023, 6, 1), "ends_on": date(2025, 12, 31)}
        if added_by == "the first visit":
            mia = make_user("mia", role="administrator")
            add_plan(by=mia, slug="second", name_zh="二", name_en="", **days)
        else:
            client.force_login(make_user("admin", is_staff=True, is_superuser=True))
            form = {"slug": "second", "name_zh": "二", "provenance": "reported", "region": region().pk, **days}
            form |= {"large_project_wan": 1_000_000}
            assert client.post("/admin/measures/plan/add/", form).status_code == 302
        assert Plan.objects.filter(slug="second").exists()
        assert current() == "first"
