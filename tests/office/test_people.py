"""The administrators' pages of people."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.people import person_state
from tests.factories import make_department, make_plan, make_user, region

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
EN = {"Accept-Language": "en"}
INVITE = "/office/people/invite/"


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(make_user("mia", role="administrator"))
    return client


def new(**changes: Any) -> dict[str, Any]:
    return {"username": "li", "name": "李敏", "role": "viewer", "department": "", "city": "", "email": ""} | changes


def test_the_link_is_shown_once(office: Client) -> None:
    answer = office.post("/office/people/invite/", new(), headers=EN)
    link = answer.context["link"]
    assert f"http://testserver{link.path}" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert link.path not in office.get(f"/office/people/{link.person.pk}/").content.decode()


def test_one_that_was_sent_is_not_shown(office: Client) -> None:
    answer = office.post("/office/people/invite/", new(email="li@example.org"), headers=EN)
    assert answer.context["link"].is_sent
    assert answer.context["link"].path not in answer.content.decode()


def test_a_refused_invitation_keeps_what_was_typed(office: Client) -> None:
    answer = office.post("/office/people/invite/", new(role="reporter", email="li@example.org"), headers=EN)
    text = answer.content.decode()
    assert "A reporter needs a department or a region" in text
    assert 'value="li@example.org"' in text
    assert not User.objects.filter(username="li").exists()
    for bad in ("a b", "", "x" * 151):
        assert office.post("/office/people/invite/", new(username=bad)).status_code == 200
    assert User.objects.count() == 1


def test_a_reporter_is_invited_for_a_city_or_a_department_and_not_for_both(office: Client) -> None:
    make_plan(region=region("370000"))
    region("370200")
    make_department("science")
    both = new(role="reporter", department="science", city="370200")
    assert "Choose a department or a region, not both" in office.post(INVITE, both, headers=EN).content.decode()
    assert not User.objects.filter(username="li").exists()
    person = office.post(INVITE, both | {"department": ""}).context["link"].person
    assert (person.role, person.department, person.city.code) == ("reporter", None, "370200")
    assert re.search(r'<td class="short">\s*青岛\s*</td>', office.get("/office/people/").content.decode())


def test_a_reporter_goes_from_a_department_to_a_city(office: Client) -> None:
    make_plan(region=region("370000"))
    li = make_user("li", role="reporter", first_name="李敏", department=make_department("science"))
    opened, city = json.dumps(person_state(li)), region("370200")
    page = f"/office/people/{li.pk}/"
    neither = office.post(page, new(role="reporter", opened=opened), headers=EN)
    assert "A reporter needs a department or a region" in neither.content.decode()
    assert office.post(page, new(role="reporter", city="370200", opened=opened))["Location"] == page
    li.refresh_from_db()
    assert (li.department, li.city) == (None, city)


def test_an_account_is_changed_and_closed(office: Client) -> None:
    li = make_user("li")
    make_department("science")
    page = f"/office/people/{li.pk}/"
    form = new(role="reporter", department="science", opened=json.dumps(person_state(li)))
    assert office.post(page, form)["Location"] == page
    li.refresh_from_db()
    assert (li.get_full_name(), li.role, li.department.slug) == ("李敏", "reporter", "science")
    assert office.post(f"{page}close/").status_code == 302
    assert not User.objects.get(pk=li.pk).is_active
    assert office.post(f"{page}link/", headers=EN).status_code == 200
    assert "The account is closed" in office.post(f"{page}link/", headers=EN).content.decode()
    office.post(f"{page}reopen/")
    assert User.objects.get(pk=li.pk).is_active


def test_two_administrators_at_once(office: Client) -> None:
    li = make_user("li", first_name="李")
    form = new(name="李敏", opened=json.dumps(person_state(li)))
    User.objects.filter(pk=li.pk).update(first_name="李明")
    answer = office.post(f"/office/people/{li.pk}/", form, headers=EN)
    assert [(v.opened, v.stored, v.typed) for v in answer.context["versions"]] == [("李", "李明", "李敏")]
    assert User.objects.get(pk=li.pk).first_name == "李明"


def test_the_list_finds_and_filters(office: Client) -> None:
    make_user("ada", role="reporter", department=make_department("science"), email="ada@science.example")
    make_user("qing", city=region("370200"), first_name="青青", is_active=False)

    def names(query: str) -> list[str]:
        return [each.username for each in office.get(f"/office/people/{query}").context["page"].object_list]

    assert names("") == ["ada", "mia", "qing"]
    assert names("?search=青") == ["qing"]
    assert names("?search=science.example") == ["ada"]
    assert names("?role=reporter") == ["ada"]
    assert names("?department=science") == ["ada"]
    assert names("?active=no") == ["qing"]
    assert names("?ordering=-username") == ["qing", "mia", "ada"]


def test_the_list_asks_as_often_for_many_people(office: Client, django_assert_max_num_queries: Any) -> None:
    science = make_department("science")
    for number in range(30):
        make_user(f"p{number}", role="reporter", department=science)
    with django_assert_max_num_queries(12):
        office.get("/office/people/")


def test_an_account_that_is_not_there_is_not_found(office: Client) -> None:
    for task in ("", "link/", "close/", "reopen/", "unlock/"):
        assert office.get(f"/office/people/999999/{task}").status_code == 404
