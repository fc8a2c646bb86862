"""The administrators' pages of departments."""

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.departments import department_state
from accounts.models import Department
from tests.factories import make_department, make_measure, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
EN = {"Accept-Language": "en"}


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(make_user("mia", role="administrator"))
    return client


def test_one_is_added_and_renamed(office: Client) -> None:
    names = {"name_zh": "省数据局", "name_en": "Data Bureau", "short_zh": "数据局", "short_en": "Data"}
    assert office.post("/office/add-department/", {"number": "9", "slug": "data", **names}).status_code == 302
    data = Department.objects.get(slug="data")
    form = {"number": "9", **names, "short_zh": "大数据局", "opened": json.dumps(department_state(data))}
    assert office.post("/office/departments/data/", form)["Location"] == "/office/departments/"
    assert Department.objects.get(slug="data").short_zh == "大数据局"


def test_two_administrators_at_once(office: Client) -> None:
    science = make_department("science", number=1, name_zh="旧名", provenance="reported", source="")
    opened = department_state(science)
    Department.objects.update(name_zh="对方的名")
    form = {**opened, "name_zh": "我的名", "opened": json.dumps(opened)}
    page = office.post("/office/departments/science/", form, headers=EN)
    assert [(v.opened, v.stored, v.typed) for v in page.context["versions"]] == [("旧名", "对方的名", "我的名")]
    assert Department.objects.get().name_zh == "对方的名"


def test_the_list_counts_and_puts_merged_ones_last(office: Client, django_assert_max_num_queries: Any) -> None:
    science = make_department("science", number=2)
    make_department("old", number=1, merged_into=science, merged_on=date(2023, 5, 1))
    make_measure(lead_department=science)
    make_measure(lead_department=science)
    make_user("ada", role="reporter", department=science)
    make_user("left", role="reporter", department=science, is_active=False)
    with django_assert_max_num_queries(10):
        rows = office.get("/office/departments/").context["rows"]
    assert [(each.slug, each.led, each.people) for each in rows] == [("science", 2, 1), ("old", 0, 0)]


def test_whoever_may_merge_is_shown_the_way(client: Client, office: Client) -> None:
    make_department("science")
    merge = "/office/departments/science/merge/"
    for page in ("/office/departments/", "/office/departments/science/"):
        assert merge not in office.get(page).content.decode()
    client.force_login(make_user("admin", is_superuser=True))
    for page in ("/office/departments/", "/office/departments/science/"):
        assert merge in client.get(page).content.decode()
