"""Problems of projects on pages and in the API: the same list, pages and moves as those of measures."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from accounts.permissions import may_report_project
from accounts.tokens import create_token
from core.clock import today as the_day
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from notices.digests import send_digests
from notices.due_dates import notify_of_due_dates
from notices.models import Notice
from notices.services import notices_for
from notices.wording import notice_sentences
from office.mergers import merge_departments
from problems.categories import add_default_categories
from problems.meetings import Direction, give_direction
from problems.models import Problem
from problems.services import ProblemData, move_problem, raise_problem
from projects.services import change_scope
from tests import factories as make
from tests.pages import text_of
from web.site import site_profile

pytestmark = pytest.mark.django_db
RAISED = date(2023, 5, 10)
PROBLEMS = "/projects/P0001/problems/"


@pytest.fixture(autouse=True)
def plan(today: date, open_reading: None) -> Any:
    plan = make.make_plan()
    add_default_categories(plan)
    return plan


@pytest.fixture
def project(plan: Any) -> Any:
    science = make.make_department("science", short_en="Science")
    return make.make_project(plan, code="P0001", name_en="Wind farm", lead_department=science)


@pytest.fixture
def ada(project: Any) -> User:
    return make.make_user("ada", role="reporter", department=project.lead_department, language="en")


@pytest.fixture
def rita() -> User:
    return make.make_user("rita", role="reviewer", language="en")


def get(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(f"{address}{'&' if '?' in address else '?'}lang=en")
    assert answer.status_code == 200, address
    return answer.content.decode()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestThePageOfAProject:
    def test_lists_those_of_the_day_and_lets_one_be_raised(self, project: Any, ada: User, rita: User) -> None:
        make.make_problem(project, RAISED, text_en="No land yet")
        make.make_problem(project, RAISED, text_en="Said in the wrong place", steps=["withdraw"])
        page = get("/projects/P0001/")
        assert "No land yet" in page and f"{PROBLEMS}1/" in page
        assert "1 problem closed or withdrawn" in page
        assert "No land yet" not in get("/projects/P0001/?as_of=2023-05-09")
        for user, may in ((ada, True), (rita, True), (make.make_user("vic"), False)):
            assert (f'{PROBLEMS}new/"' in get("/projects/P0001/", signed_in(user))) == may, user
        assert f'{PROBLEMS}new/"' not in get("/projects/P0001/?as_of=2023-08-28", signed_in(ada))

    def test_asks_as_many_queries_for_many_as_for_one(self, project: Any) -> None:
        counts = []
        for number in (1, 20):
            for _turn in range(number):
                make.make_problem(project, RAISED, owner=make.make_department())
            site_profile()
            with CaptureQueriesContext(connection) as made:
                get("/projects/P0001/")
            counts.append(len(made))
        assert counts[0] == counts[1]


def test_a_life_from_the_form_to_the_end(project: Any, ada: User, rita: User) -> None:
    """Raised by the lead, assigned to another department, solved there, closed by the office alone."""
    energy = make.make_department("energy")
    ben = make.make_user("ben", role="reporter", department=energy, language="en")
    by_ada, by_ben, by_rita = map(signed_in, (ada, ben, rita))
    assert by_ben.get(f"{PROBLEMS}new/").status_code == 403
    draft = by_ada.post(f"{PROBLEMS}new/", {"text": "缺地", "action": "draft"})
    assert draft["Location"] == f"{PROBLEMS}1/raise/"
    assert by_rita.get(f"{PROBLEMS}1/").status_code == 404
    sent = {"text": "用地指标不足", "category": "land", "version": "1", "action": "submit"}
    assert by_ada.post(f"{PROBLEMS}1/raise/", sent)["Location"] == f"{PROBLEMS}1/"
    assigned = {"owner": "energy", "due_on": "2023-09-30", "note": "请协调", "category": "land"}
    assert by_rita.post(f"{PROBLEMS}1/assign/", assigned).status_code == 302
    assert by_ada.get(f"{PROBLEMS}1/solve/").status_code == 403
    assert by_ben.post(f"{PROBLEMS}1/solve/", {"note": "已落实"}).status_code == 302
    assert by_ben.post(f"{PROBLEMS}1/close/", {"note": "已落实"}).status_code == 403
    assert by_rita.post(f"{PROBLEMS}1/close/", {"note": "经核实"}).status_code == 302
    problem = Problem.objects.get()
    assert [step.move for step in problem.steps.all()] == ["raise", "assign", "solve", "close"]
    assert (problem.state, problem.category.slug, problem.plan) == ("closed", "land", project.plan)  # type: ignore[union-attr]  # set
    page = get(f"{PROBLEMS}1/")
    assert "Wind farm" in page and "/projects/P0001/" in page


def test_a_project_without_a_lead_asks_who_can_solve_it(plan: Any, rita: User) -> None:
    make.make_project(plan, code="P0001")
    make.make_department("energy")
    by_rita = signed_in(rita)
    answer = by_rita.post(f"{PROBLEMS}new/", {"text": "缺地", "action": "submit"})
    assert "this project has no lead department" in answer.content.decode()
    assert not Problem.objects.exists()
    assert by_rita.post(f"{PROBLEMS}new/", {"text": "缺地", "owner": "energy", "action": "submit"}).status_code == 302
    assert Problem.objects.get().last_step.owner.slug == "energy"


def test_a_withdrawn_project_gets_no_further_ones(project: Any, ada: User, rita: User) -> None:
    change_scope(project, ScopeKind.WITHDRAWN, by=rita, effective_on=the_day(), reason="撤项")
    with pytest.raises(NotAllowed):
        raise_problem(Problem(project=project), by=ada, data=ProblemData("缺地"))
    assert not Problem.objects.exists()


def test_who_reports_on_a_project(project: Any) -> None:
    """The lead's reporters and those of its city; where it has no lead, nobody without a department."""
    lead, city, elsewhere = project.lead_department, project.city, make.region("370100")
    people = {
        "of the lead": (User(role=Role.REPORTER, department=lead), True, False),
        "of the city": (User(role=Role.REPORTER, city=city), True, True),
        "of another department": (User(role=Role.REPORTER, department=make.make_department()), False, False),
        "of another city": (User(role=Role.REPORTER, city=elsewhere), False, False),
        "who only looks on in the city": (User(role=Role.VIEWER, city=city), False, False),
        "of the office": (User(role=Role.REVIEWER), False, False),
        "nobody": (AnonymousUser(), False, False),
    }
    for who, (user, with_lead, without) in people.items():
        found = [may_report_project(user, lead=key, city=city.pk) for key in (lead.pk, None)]
        assert found == [with_lead, without], who


def test_a_problem_is_of_a_measure_or_of_a_project(project: Any) -> None:
    measure = make.make_measure(plan=project.plan)
    for subjects in ({}, {"measure": measure, "project": project}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Problem.objects.create(plan=project.plan, number=1, **subjects)


class TestTheList:
    @pytest.fixture(autouse=True)
    def both(self, project: Any) -> Any:
        measure = make.make_measure(plan=project.plan, code="M001", lead_department=make.make_department("energy"))
        make.make_problem(measure, RAISED, text_en="No money")
        city = make.region("370200")
        make.make_problem(project, RAISED, text_en="No land", raised_by=None, raised_by_city=city)
        make.region("370100")
        second = make.make_plan("second", starts_on=date(2022, 1, 1))
        elsewhere = make.make_project(second, code="P0001", lead_department=project.lead_department)
        make.make_problem(elsewhere, RAISED, text_en="Elsewhere")

    @pytest.mark.parametrize(
        ("query", "codes"),
        [
            ("", ["M001-1", "P0001-1"]),
            ("subject=measure", ["M001-1"]),
            ("subject=project", ["P0001-1"]),
            ("subject=measure,project", ["M001-1", "P0001-1"]),
            ("project=P0001", ["P0001-1"]),
            ("city=370200", ["P0001-1"]),
            ("city=370100", []),
            ("owner=science", []),
            ("search=P0001-1", ["P0001-1"]),
            ("search=wind+farm", ["P0001-1"]),
            ("ordering=code", ["M001-1", "P0001-1"]),
            ("ordering=-code", ["M001-1", "P0001-1"]),
        ],
    )
    def test_has_both_kinds(self, query: str, codes: list[str]) -> None:
        page = Client().get(f"/problems/?{query}&lang=en")
        assert [row.problem.code for row in page.context["rows"]] == codes
        answer = Client().get(f"/api/v1/problems/?{query}").json()
        assert [row["code"] for row in answer["results"]] == codes
        if query != "search=wind+farm":
            return
        assert [row["code"] for row in Client().get(f"/api/v1/problems/?{query}&cursor=*").json()["results"]] == codes

    def test_says_what_each_is_about_and_leads_there(self) -> None:
        page = get("/problems/")
        assert "Wind farm" in page and f'href="{PROBLEMS}1/"' in page
        assert "raised by Qingdao" in page
        assert "Elsewhere" not in page
        assert "Elsewhere" in get("/problems/?plan=second")

    def test_goes_on_by_cursor_over_both(self, project: Any) -> None:
        for _number in range(3):
            make.make_problem(project, RAISED)
        found, address = [], "/api/v1/problems/?ordering=code&page_size=2&cursor=*"
        while address:
            answer = Client().get(address).json()
            found += [row["code"] for row in answer["results"]]
            address = (answer["next"] or "").removeprefix("http://testserver")
        assert found == ["M001-1", "P0001-1", "P0001-2", "P0001-3", "P0001-4"]

    def test_as_a_file(self) -> None:
        answer: Any = Client().get("/api/v1/problems/?format=csv&fields=code,subject,measure,project,raised_by_city")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
        assert lines[1:] == ["M001-1,measure,M001,,", "P0001-1,project,,P0001,370200"]

    def test_asks_as_many_queries_for_many_as_for_one(self, project: Any) -> None:
        def queries() -> int:
            site_profile()
            with CaptureQueriesContext(connection) as made:
                get("/problems/?page_size=100")
            return len(made)

        first = queries()
        for _number in range(10):
            lead = make.make_department()
            make.make_problem(make.make_project(project.plan, lead_department=lead), RAISED, owner=lead)
        assert queries() == first

    def test_asks_for_a_plan_by_one_column(self, project: Any) -> None:
        """A list over many plans must not read the problems of all of them."""
        with CaptureQueriesContext(connection) as made:
            get("/problems/")
        statements = [each["sql"] for each in made if 'FROM "measures_problemstep"' in each["sql"]]
        assert statements
        assert all(f'"measures_problem"."plan_id" = {project.plan_id}' in each for each in statements)


class TestTheApi:
    def test_reads_one_with_its_steps(self, project: Any) -> None:
        make.make_problem(project, RAISED, steps=["assign"], due_on=date(2023, 6, 1))
        [row] = Client().get("/api/v1/projects/P0001/problems/").json()["results"]
        assert (row["code"], row["subject"], row["measure"], row["project"]) == ("P0001-1", "project", None, "P0001")
        assert row["url"] == "http://testserver/api/v1/projects/P0001/problems/1/"
        one = Client().get(row["url"].removeprefix("http://testserver")).json()
        assert [step["move"] for step in one["steps"]] == ["raise", "assign"]
        assert Client().get("/api/v1/projects/P0001/problems/2/").status_code == 404
        assert Client().get("/api/v1/measures/P0001/problems/1/").status_code == 404

    def test_raises_changes_and_moves_one(self, project: Any, ada: User) -> None:
        _token, key = create_token(ada, scope="report")  # type: ignore[arg-type]  # a text of Scope

        def send(method: str, address: str, **body: Any) -> Any:
            more = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
            return getattr(Client(), method)(f"/api/v1/projects/P0001/problems/{address}", json.dumps(body), **more)

        made = send("post", "", text="缺地", submit=False)
        assert (made.status_code, made.json()["state"]) == (201, "draft")
        assert made["Location"].endswith("/api/v1/projects/P0001/problems/1/")
        changed = send("put", "1/", version=1, text="用地不足", submit=True)
        assert (changed.status_code, changed.json()["state"], changed.json()["project"]) == (200, "raised", "P0001")
        moved = send("post", "1/moves/", move="withdraw", note="已解决")
        assert (moved.status_code, moved.json()["state"]) == (200, "withdrawn")


class TestElsewhere:
    def test_a_city_shows_those_of_its_projects(self, project: Any) -> None:
        make.make_problem(project, RAISED, steps=["assign"], due_on=date(2023, 8, 20), text_en="No land")
        make.make_problem(
            make.make_project(project.plan, city="370100", lead_department=project.lead_department), RAISED
        )
        page = get("/cities/370200/")
        assert "1 problem is open, 1 overdue ." in text_of(page) and "No land" in page
        assert 'href="/problems/?state=open&amp;city=370200"' in page
        assert "No problem of its projects is open." in get("/cities/370200/?as_of=2023-05-09")

    def test_the_overview_counts_them_and_leads_to_the_oldest(self, project: Any) -> None:
        make.make_problem(project, RAISED)
        page = get("/")
        assert 'data-figure="problems.open" data-value="1"' in " ".join(page.split())
        assert f'href="{PROBLEMS}1/"' in page
        assert Client().get("/api/v1/summary/").json()["problems"]["open"] == 1

    def test_the_search_finds_them(self, project: Any) -> None:
        make.make_problem(project, RAISED, text_en="Grid connection missing")
        page = get("/search/?q=grid+connection")
        assert f'href="{PROBLEMS}1/"' in page

    def test_the_workspace_of_its_owner_offers_the_moves(self, project: Any, ada: User) -> None:
        make.make_problem(project, RAISED, steps=["assign"])
        page = get("/workspace/", signed_in(ada))
        assert f'{PROBLEMS}1/solve/"' in page and "Wind farm" in page

    def test_a_meeting_gives_directions_on_them(self, project: Any, rita: User) -> None:
        energy = make.make_department("energy")
        problem = make.make_problem(project, RAISED, text_en="No land")
        by_rita = signed_in(rita)
        sent = {"meeting": "new", "title_en": "August", "held_on": "2023-08-29", "problems": str(problem.pk)}
        assert by_rita.post("/meetings/add/", sent).status_code == 302
        item = problem.meeting_items.get()
        assert "Wind farm" in get(f"/meetings/1/directions/{item.pk}/", by_rita)
        give_direction(item, by=rita, direction=Direction(energy, "请牵头", date(2023, 9, 30)))
        assert Problem.objects.get().last_step.owner == energy
        page = get("/meetings/1/")
        assert f"{PROBLEMS}1/" in page and "P0001 Wind farm" in page
        assert Client().get("/meetings/1/word/").status_code == 200
        assert Client().get("/api/v1/meetings/").json()["results"][0]

    def test_its_people_are_told(self, project: Any, ada: User, rita: User) -> None:
        vic = make.make_user("vic", city=project.city)
        problem = make.make_problem(project, RAISED, steps=["assign"])
        move_problem(problem, "solve", by=ada, note="已落实")
        told = Notice.objects.get()
        assert (told.user, told.step) == (rita, problem.last_step)
        [sentence] = notice_sentences(notices_for(rita))
        assert "P0001-1" in sentence
        assert not vic.notices.exists()

    def test_its_owner_is_reminded_of_the_due_day(self, project: Any, ada: User) -> None:
        make.make_problem(project, RAISED, steps=["assign"], due_on=the_day() + timedelta(days=7))
        ada.email = "ada@example.org"
        ada.save()
        notify_of_due_dates(the_day())
        assert send_digests(the_day()) == 1
        assert f"{PROBLEMS}1/" in mail.outbox[0].body

    def test_a_merger_hands_them_over(self, project: Any, rita: User) -> None:
        problem = make.make_problem(project, RAISED, steps=["assign"])
        helped = make.make_problem(make.make_project(project.plan, lead_department=make.make_department()), RAISED)
        helped.helpers.add(project.lead_department)
        into = make.make_department("into")
        merge_departments(project.lead_department, into=into, by=rita, reason="机构改革")
        assert Problem.objects.get(pk=problem.pk).last_step.owner == into
        assert [each.slug for each in helped.helpers.all()] == ["into"]

    def test_a_department_shows_what_it_must_solve(self, project: Any) -> None:
        make.make_problem(project, RAISED, text_en="No land")
        page = get("/departments/science/")
        assert "No land" in page and f"{PROBLEMS}1/" in page
