"""The administrators' pages of people."""

import json
import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.people import person_state, set_active
from core.exceptions import NotAllowed
from core.period_codes import read_period
from indicators.values.services import ValueData, save_value
from measures.models import Measure
from measures.reports import ReportData, save_draft, submit_report
from problems.models import Problem
from problems.services import ProblemData, save_problem_draft
from projects.months.services import MonthData, save_month
from reporting.services import return_report
from tests.factories import (
    make_department,
    make_indicator,
    make_measure,
    make_plan,
    make_project,
    make_section,
    make_user,
    region,
)
from tests.pages import text_of

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


class TestWhatAnAccountLeaves:
    """Ada and Cai report for Science, Zoe for a city; Mia closes accounts."""

    @pytest.fixture
    def site(self) -> SimpleNamespace:
        science = make_department("science", name_en="Department of Science")
        return SimpleNamespace(
            science=science,
            ada=make_user("ada", role="reporter", department=science),
            cai=make_user("cai", role="reporter", department=science),
            zoe=make_user("zoe", role="reporter", city=region("370300")),
            rita=make_user("rita", role="reviewer"),
            one=make_measure(lead_department=science, code="M001", title_en="Build chargers"),
            two=make_measure(lead_department=science, code="M002", title_en="Plant trees"),
            project=make_project(city="370300", code="P0001", name_en="Wind farm"),
        )

    def page(self, person: User) -> str:
        return f"/office/people/{person.pk}/close/"

    def text(self, office: Client, person: User) -> str:
        answer = office.get(self.page(person), headers=EN)
        return text_of(answer.content.decode())

    def keepers(self, measure: Measure) -> tuple[str | None, str | None]:
        row = Measure.objects.values_list("owner__username", "deputy__username").get(pk=measure.pk)
        return row[0], row[1]

    def test_the_only_reporter_is_said(self, office: Client, site: SimpleNamespace) -> None:
        sentence = "This is the only open account that reports for "
        assert sentence not in self.text(office, site.ada)
        assert f"{sentence}Zibo" in self.text(office, site.zoe)
        User.objects.filter(pk=site.cai.pk).update(is_active=False)
        assert f"{sentence}Department of Science" in self.text(office, site.ada)
        assert sentence not in self.text(office, site.rita)

    def test_measures_and_what_was_begun_are_named(self, office: Client, site: SimpleNamespace) -> None:
        Measure.objects.filter(pk=site.one.pk).update(owner=site.ada)
        Measure.objects.filter(pk=site.two.pk).update(deputy=site.ada)
        data = ReportData("promoting", "promoting", what_was_done="推进")
        save_draft(site.one, by=site.ada, data=data, period=date(2023, 8, 1))
        returned = submit_report(save_draft(site.two, by=site.ada, data=data, period=date(2023, 8, 1)), by=site.ada)
        return_report(returned, by=site.rita, note="请核对")
        growth = make_indicator("growth", owner=site.science, name_en="Growth")
        save_value(growth, region(), read_period("2023Q2"), by=site.ada, data=ValueData())
        save_problem_draft(Problem(measure=site.one), by=site.ada, data=ProblemData(text="缺人"))
        text = self.text(office, site.ada)
        assert "Measures that it looks after 2 M001 Build chargers Owner M002 Plant trees Deputy" in text
        assert (
            "Begun or returned, and not submitted 4 They stay: others who report for the same see them and go on with "
            "them. M001 Build chargers Draft, August 2023 M002 Plant trees Returned, August 2023 "
            "Growth Shandong Draft, Q2 2023 M001 Build chargers draft of a problem"
        ) in text
        assert "It looks after no measure, and leaves nothing unfinished." in self.text(office, site.cai)
        save_month(site.project, by=site.zoe, data=MonthData("preparing"), period=date(2023, 7, 1))
        assert "P0001 Wind farm Draft, July 2023" in self.text(office, site.zoe)

    def test_its_measures_are_handed_over_as_it_is_closed(self, office: Client, site: SimpleNamespace) -> None:
        three = make_measure(lead_department=site.science)
        Measure.objects.filter(pk=site.one.pk).update(owner=site.ada)
        Measure.objects.filter(pk=site.two.pk).update(owner=site.cai, deputy=site.ada)
        Measure.objects.filter(pk=three.pk).update(owner=site.ada, deputy=site.cai)
        field = office.get(self.page(site.ada)).context["form"].fields["successor"]
        assert [each.username for each in field.queryset] == ["cai"]
        answer = office.post(self.page(site.ada), {"successor": "cai"}, headers=EN, follow=True)
        assert "The account was closed, and its measures were handed over" in answer.content.decode()
        assert not User.objects.get(pk=site.ada.pk).is_active
        # Nobody is owner and deputy of one.
        assert [self.keepers(each) for each in (site.one, site.two, three)] == [("cai", None)] * 3
        ada, cai, mia = str(site.ada.pk), str(site.cai.pk), User.objects.get(username="mia")
        logged = [LogEntry.objects.get_for_object(each).first() for each in (site.one, site.two, three)]
        assert [(entry.changes, entry.actor) for entry in logged] == [
            ({"owner": [ada, cai]}, mia),
            ({"deputy": [ada, "None"]}, mia),
            ({"owner": [ada, cai], "deputy": [cai, "None"]}, mia),
        ]

    def test_without_a_successor_all_share_them_as_before(self, office: Client, site: SimpleNamespace) -> None:
        Measure.objects.filter(pk=site.one.pk).update(owner=site.ada, deputy=site.cai)
        assert office.post(self.page(site.ada), {"successor": ""}).status_code == 302
        assert self.keepers(site.one) == (None, "cai")

    @pytest.mark.parametrize("name", ["zoe", "rita", "ada", "dai", "nobody"])
    def test_only_a_colleague_takes_over(self, office: Client, site: SimpleNamespace, name: str) -> None:
        make_user("dai", role="reporter", department=site.science, is_active=False)
        Measure.objects.filter(pk=site.one.pk).update(owner=site.ada)
        answer = office.post(self.page(site.ada), {"successor": name}, headers=EN)
        assert list(answer.context["form"].errors) == ["successor"]
        assert User.objects.get(pk=site.ada.pk).is_active
        assert self.keepers(site.one) == ("ada", None)
        if person := User.objects.filter(username=name).first():
            # The service says so, too: they may have left meanwhile.
            with pytest.raises(NotAllowed) as refusal:
                set_active(site.ada, by=User.objects.get(username="mia"), is_active=False, successor=person)
            assert refusal.value.field == "successor"

    def test_much_costs_no_more_statements(self, office: Client, site: SimpleNamespace) -> None:
        def leave(number: int) -> int:
            plan = make_plan(slug=f"plan-{number}")
            for _each in range(number):
                measure = make_measure(make_section(plan), site.science, owner=site.ada)
                data = ReportData("promoting", "promoting", what_was_done="推进")
                save_draft(measure, by=site.ada, data=data, period=date(2023, 8, 1))
            with CaptureQueriesContext(connection) as queries:
                office.get(self.page(site.ada))
            return len(queries)

        office.get(self.page(site.ada))
        # One for each plan: whether its links name it.
        assert leave(1) + 1 >= leave(8)
