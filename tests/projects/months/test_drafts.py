"""A project's month that saves itself: what the answer says, and what two people who write it keep. And what a month
says about problems. Zoe reports for the project's city, Ben for the department that leads it, Rita reviews."""

import html
import json
import re
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.exceptions import NotAllowed
from problems.models import Problem
from projects.annual_plans import set_annual_plan
from projects.models import ProjectMonth
from projects.months.services import MonthData, accept_month, save_month, submit_month
from reporting.report_problems import ProblemStillOpen
from reporting.services import return_report, withdraw_report
from tests.factories import (
    make_department,
    make_plan,
    make_problem,
    make_project,
    make_project_month,
    make_user,
    region,
)
from tests.pages import text_of as text_of_page

pytestmark = pytest.mark.django_db
JULY = date(2023, 7, 1)
BUILDING = {"stage": "under_construction", "started_on": date(2023, 3, 1), "invested_wan": 6_200, "progress": 40}
TYPED = {"stage": "under_construction", "started_on": "2023-03-01", "invested_wan": "0.62", "progress": "40"}
FORM = "/projects/P0001/month/?period=2023-07"
DRAFT = "/projects/P0001/month/draft/?period=2023-07"


@pytest.fixture
def site(today: date) -> SimpleNamespace:
    energy, plan = make_department("energy", short_en="Energy"), make_plan("plan", starts_on=date(2023, 1, 1))
    project = make_project(plan, city="370300", code="P0001", stage="preparing", investment=10_000)
    project.lead_department = energy
    project.save()
    rita = make_user("rita", role="reviewer")
    set_annual_plan(project, by=rita, year=2023, planned_wan=10_000)
    return SimpleNamespace(
        project=project,
        energy=energy,
        rita=rita,
        zoe=make_user("zoe", role="reporter", city=region("370300")),
        ben=make_user("ben", role="reporter", department=energy),
    )


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def text_of(content: str) -> str:
    """Return the text of a page, or of an answer that is a part of one."""
    return text_of_page(content if "<main" in content else f"<main>{content}</main>")


def signed_in(person: Any) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    return client


def saves_itself(person: Any, **values: str) -> Any:
    return signed_in(person).post(DRAFT, TYPED | values)


def carried(answer: Any) -> dict[str, str]:
    """Return the fields of an answer that say what the next save is written on."""
    content = answer.content.decode()
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', content) for name in ("version", "known")}
    return {name: html.unescape(match[1]) for name, match in found.items() if match}


def filed(site: SimpleNamespace, choice: str = "", about: int | None = None, problem: str = "", **options: Any) -> Any:
    data = MonthData(**BUILDING, problem=problem, problem_choice=choice, about_problem=about)  # type: ignore[arg-type]
    return submit_month(save_month(site.project, by=site.zoe, data=data, period=JULY), by=site.zoe, **options)


class TestAnswer:
    def test_says_that_it_is_saved_and_what_the_investment_comes_to(self, site: SimpleNamespace) -> None:
        make_project_month(site.project, date(2023, 6, 1), invested_wan=5_000, started_on=date(2023, 3, 1))
        answer = saves_itself(site.zoe)
        text = text_of(answer.content.decode())
        assert answer.status_code == 200
        assert re.match(r"\s*Draft saved \d\d:\d\d", text)
        # 0.62 of 1 (100 million yuan); seven twelfths of the year are 58.3 %.
        assert "62 million yuan; +12 million yuan since June 2023; 62.0% of the annual plan of 100 million yuan" in text
        assert "; 3.7 percentage points ahead of time elapsed" in text
        assert ProjectMonth.objects.get(state="draft").invested_wan == 6_200

    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            ("0.5", "8.3 percentage points behind time elapsed"),
            ("0.583", "level with time elapsed"),
            ("0", "58.3 percentage points behind time elapsed"),
        ],
    )
    def test_says_how_far_it_is(self, site: SimpleNamespace, amount: str, words: str) -> None:
        assert words in text_of(saves_itself(site.zoe, invested_wan=amount).content.decode())

    def test_says_what_is_still_needed_and_no_more_once_it_is_there(self, site: SimpleNamespace) -> None:
        answer = saves_itself(site.zoe, invested_wan="", started_on="", problem_choice="new")
        content = answer.content.decode()
        needed = text_of(content[content.index('id="still-needed"') :])
        assert "Before it can be submitted:" in needed
        for words in ("100 million yuan) : This field is required", "Started on : Say on which day", "stands in the"):
            assert words in needed, words
        assert 'href="#id_invested_wan"' in content
        # The page says it as well, there alone: evidence is never needed for a month.
        page = signed_in(site.zoe).get(FORM).content.decode()
        assert "Before it can be submitted:" in text_of(page)
        assert "Needed(" not in page
        again = saves_itself(site.zoe, **carried(answer), problem_choice="none")
        assert "Before it can" not in again.content.decode()
        assert "Before it can" not in signed_in(site.zoe).get(FORM).content.decode()

    def test_leads_to_the_choice_that_is_to_be_made(self, site: SimpleNamespace) -> None:
        make_problem(site.project, date(2023, 6, 5), text_en="No land")
        assert 'href="#id_problem_choice"' in saves_itself(site.zoe, problem_choice="none").content.decode()
        assert 'id="id_problem_choice"' in signed_in(site.zoe).get(FORM).content.decode()

    def test_what_cannot_be_saved_is_named(self, site: SimpleNamespace) -> None:
        answer = saves_itself(site.zoe, invested_wan="much")
        assert answer.status_code == 422
        assert "Not saved: Invested since 1 January" in text_of(answer.content.decode())
        assert not ProjectMonth.objects.exists()

    def test_who_is_logged_out_is_not_sent_elsewhere(self, site: SimpleNamespace) -> None:
        assert Client().post(DRAFT, TYPED).status_code == 401

    def test_the_page_names_the_fields_that_save_themselves(self, site: SimpleNamespace) -> None:
        page = signed_in(site.zoe).get(FORM).content.decode()
        sent = re.search(r'hx-params="([^"]+)"', page)
        assert sent is not None
        assert {*TYPED, "problem_choice", "problem", "version", "known", "csrfmiddlewaretoken"} <= {*sent[1].split(",")}
        assert f'hx-post="{DRAFT}"' in page


def test_a_returned_month_saves_itself_while_it_is_incomplete(site: SimpleNamespace) -> None:
    month = return_report(filed(site), by=site.rita, note="请核实投资")
    answer = signed_in(site.zoe).post(DRAFT, TYPED | {"version": str(month.version), "invested_wan": ""})
    month.refresh_from_db()
    assert (answer.status_code, month.state, month.invested_wan) == (200, "returned", None)
    assert "This field is required" in answer.content.decode()
    assert signed_in(site.zoe).get("/workspace/?period=2023-07").status_code == 200


class TestTwoPeople:
    def test_each_keeps_the_fields_of_the_other(self, site: SimpleNamespace) -> None:
        first = saves_itself(site.zoe)
        saves_itself(site.ben, **carried(first), next_step="Roof")
        answer = saves_itself(site.zoe, **carried(first), invested_wan="0.7")
        month = ProjectMonth.objects.get()
        assert (answer.status_code, month.invested_wan, month.next_step_en) == (200, 7_000, "Roof")
        assert json.loads(carried(answer)["known"])["next_step"] == ["Roof"]

    def test_the_same_field_is_asked_about(self, site: SimpleNamespace) -> None:
        first = saves_itself(site.zoe)
        saves_itself(site.ben, **carried(first), progress="50")
        answer = saves_itself(site.zoe, **carried(first), progress="60")
        assert answer.status_code == 409
        assert "A colleague has saved this report" in answer.content.decode()
        assert ProjectMonth.objects.get().progress == 50

    def test_an_amount_that_is_being_typed_stays_as_it_is(self, site: SimpleNamespace) -> None:
        """Somebody who pauses after "0.70" goes on with "5"; and it is no other amount than the one in the database."""
        first = saves_itself(site.zoe, invested_wan="0.70")
        assert json.loads(carried(first)["known"])["invested_wan"] == ["0.70"]
        saves_itself(site.ben, **carried(first), invested_wan="0.70", next_step="Roof")
        answer = saves_itself(site.zoe, **carried(first), invested_wan="0.705")
        month = ProjectMonth.objects.get()
        assert (answer.status_code, month.invested_wan, month.next_step_en) == (200, 7_050, "Roof")


class TestProblems:
    def test_a_new_one_comes_on_the_list_and_goes_along_when_it_is_withdrawn(self, site: SimpleNamespace) -> None:
        month = filed(site, "new", problem="缺地")
        problem = Problem.objects.get()
        assert (problem.project, problem.state, problem.raised_by_city) == (site.project, "raised", site.zoe.city)
        assert (month.about_problem, problem.last_step.owner) == (problem.number, site.energy)
        withdraw_report(month, by=site.zoe)
        assert Problem.objects.get().state == "withdrawn"
        submit_month(month, by=site.zoe)
        assert Problem.objects.get().state == "raised"

    def test_that_was_returned_it_says_what_the_month_says_now(self, site: SimpleNamespace) -> None:
        month = return_report(filed(site, "new", problem="缺地"), by=site.rita, note="请写清楚")
        data = MonthData(**BUILDING, problem="缺地50亩", problem_choice="new")  # type: ignore[arg-type]
        save_month(site.project, by=site.zoe, data=data, period=JULY, version=month.version)
        submit_month(month, by=site.zoe)
        problem = Problem.objects.get()
        assert (problem.text_zh, [step.move for step in problem.steps.all()]) == ("缺地50亩", ["raise", "reword"])

    @pytest.mark.parametrize(("has_open", "choice"), [(False, "new"), (True, "same")])
    def test_a_text_alone_says_which(self, site: SimpleNamespace, has_open: bool, choice: str) -> None:
        if has_open:
            make_problem(site.project, date(2023, 6, 5), text_en="No land")
        month = filed(site, problem="缺地")
        assert (month.problem_choice, month.about_problem) == (choice, Problem.objects.get().number)

    def test_that_there_is_none_any_more_is_asked_about_and_shown_to_the_office(self, site: SimpleNamespace) -> None:
        make_problem(site.project, date(2023, 6, 5), text_en="No land")
        with pytest.raises(ProblemStillOpen):
            filed(site, "none")
        month = ProjectMonth.objects.get()
        page = signed_in(site.zoe).post(
            FORM, {**TYPED, "version": month.version, "problem_choice": "none", "action": "submit"}
        )
        assert 'name="confirms_no_problem"' in page.content.decode()
        answer = signed_in(site.zoe).post(
            FORM,
            {
                **TYPED,
                "version": month.version,
                "problem_choice": "none",
                "confirms_no_problem": "on",
                "action": "submit",
            },
        )
        assert answer.status_code == 302
        review = signed_in(site.rita).get("/review/projects/?ticked=all")
        # It is looked at by itself.
        assert [row.is_ticked_with_all for row in review.context["rows"]] == [False]
        text = text_of(review.content.decode())
        assert "No problem, says the report while one was not closed: P0001-1" in text

    def test_the_form_offers_the_open_ones_and_the_problem_shows_the_month(self, site: SimpleNamespace) -> None:
        make_problem(site.project, date(2023, 6, 5), text_en="No land")
        page = signed_in(site.zoe).get(FORM)
        assert page.context["form"]["problem_choice"].value() == "same-1"
        assert "Still the same: P0001-1 No land" in text_of(page.content.decode())
        accept_month(filed(site, "same", 1, "Still no land"), by=site.rita)
        text = text_of(signed_in(site.zoe).get("/projects/P0001/problems/1/").content.decode())
        assert "What reports say about it July 2023 Still no land" in text
        [row] = signed_in(site.zoe).get("/api/v1/projects/P0001/months/").json()["results"]
        assert (row["problem_choice"], row["about_problem"]) == ("same", 1)

    def test_without_a_lead_the_form_asks_who_can_solve_it(self, site: SimpleNamespace) -> None:
        site.project.lead_department = None
        site.project.save()
        client, sent = signed_in(site.zoe), {**TYPED, "problem_choice": "new", "problem": "缺地", "action": "submit"}
        refused = client.post(FORM, sent)
        assert refused.context["form"].errors["owner"] == ["Say who can solve it: this project has no lead department."]
        version = ProjectMonth.objects.get().version
        assert client.post(FORM, {**sent, "version": version, "owner": "energy"}).status_code == 302
        assert Problem.objects.get().last_step.owner == site.energy

    def test_with_a_lead_it_does_not(self, site: SimpleNamespace) -> None:
        assert 'name="owner"' not in signed_in(site.zoe).get(FORM).content.decode()

    def test_one_of_another_project_is_refused(self, site: SimpleNamespace) -> None:
        with pytest.raises(NotAllowed) as refusal:
            filed(site, "same", 7)
        assert refusal.value.field == "problem_choice"
