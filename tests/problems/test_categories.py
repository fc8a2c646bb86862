"""The office's pages of the categories of problems."""

import json
from typing import Any

import pytest

from core.exceptions import NotAllowed
from measures.models import Plan
from problems.categories import (
    CATEGORIES,
    add_default_categories,
)
from problems.models import ProblemCategory
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
LIST = "/office/problem-categories/"
PAGE = f"{LIST}first/"
EN = {"Accept-Language": "en"}
FORM = {"number": "7", "name_zh": "海洋", "name_en": "Marine"}


@pytest.fixture
def first() -> ProblemCategory:
    names = {"name_zh": "第一", "name_en": "First", "provenance": "reported", "source": ""}
    return make.make_problem_category(slug="first", number=1, **names)


@pytest.fixture
def office(client: Any) -> Any:
    client.force_login(make.make_user("rita", role="reviewer"))
    return client


def test_is_added_renamed_and_removed(office: Any, first: ProblemCategory) -> None:
    assert office.post("/office/add-problem-category/", FORM | {"slug": "marine"})["Location"] == LIST
    row = ProblemCategory.objects.get(slug="marine")
    assert row.plan == first.plan
    assert office.post(f"{LIST}marine/", FORM | {"number": "8"}).status_code == 302
    row.refresh_from_db()
    assert row.number == 8
    assert office.post(f"{LIST}marine/remove/").status_code == 302
    assert not ProblemCategory.objects.filter(slug="marine").exists()


def test_one_that_is_used_stays(office: Any, first: ProblemCategory) -> None:
    assert f"{PAGE}remove/" in office.get(PAGE).content.decode()
    make.make_problem(make.make_measure(plan=first.plan), category=first)
    assert f"{PAGE}remove/" not in office.get(PAGE).content.decode()
    page = office.post(f"{PAGE}remove/", headers=EN)
    assert "It has problems: give them to another category first." in page.content.decode()
    assert [row.held for row, *_names in office.get(LIST).context["rows"]] == [1]
    assert ProblemCategory.objects.exists()


def test_what_is_wrong_is_said(office: Any, first: ProblemCategory) -> None:
    for address, sent, field in (
        ("/office/add-problem-category/", FORM | {"slug": "first"}, "slug"),
        ("/office/add-problem-category/", FORM | {"slug": "Not A Slug"}, "slug"),
        ("/office/add-problem-category/", FORM | {"slug": "second", "number": "1"}, "number"),
        (PAGE, {"number": "1", "name_zh": "", "name_en": ""}, "name_zh"),
    ):
        page = office.post(address, sent, headers=EN)
        assert (page.status_code, list(page.context["form"].errors)) == (200, [field]), sent
    assert ProblemCategory.objects.count() == 1


def test_two_people_rename_it(office: Any, first: ProblemCategory) -> None:
    opened = json.dumps(CATEGORIES.state(first))
    ProblemCategory.objects.update(name_zh="对方的名")
    page = office.post(PAGE, {"number": "1", "name_zh": "我的名", "name_en": "First", "opened": opened}, headers=EN)
    assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("第一", "对方的名", "我的名")]
    assert ProblemCategory.objects.get().name_zh == "对方的名"


def test_only_the_office_keeps_them(first: ProblemCategory) -> None:
    opened = CATEGORIES.state(first)
    for role in ("viewer", "auditor", "administrator"):
        user = make.make_user(role, role=role)
        for refused in (
            lambda user=user: CATEGORIES.add(first.plan, by=user, slug="new", number=9, name_zh="新"),
            lambda user=user: CATEGORIES.change(first, by=user, opened=opened, number=2, name_zh="新"),
            lambda user=user: CATEGORIES.remove(first, by=user),
        ):
            with pytest.raises(NotAllowed):
                refused()
    assert ProblemCategory.objects.get().name_zh == "第一"


def test_a_new_plan_has_seven_and_keeps_what_the_office_made_of_them() -> None:
    plan: Plan = make.make_plan("new")
    add_default_categories(plan)
    assert [each.slug for each in plan.problem_categories.all()] == [
        "land",
        "money",
        "approval",
        "environment",
        "staff",
        "coordination",
        "other",
    ]
    plan.problem_categories.filter(slug="other").delete()
    add_default_categories(plan)
    assert plan.problem_categories.count() == 6
