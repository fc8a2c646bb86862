"""The list of problems and the page of one: as of a day, for whom, and in how many queries."""

import html
import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from problems.categories import add_default_categories
from problems.models import Problem, ProblemEvidence
from problems.services import ProblemData, move_problem, reword_problem, save_problem_draft
from tests.documents import make_pdf
from tests.factories import make_department, make_measure, make_plan, make_problem, make_user
from tests.pages import text_of
from web.site import site_profile

pytestmark = pytest.mark.django_db
RAISED = date(2023, 5, 10)
STATES = ("raised", "assigned", "solved", "closed")


@pytest.fixture(autouse=True)
def plan(today, open_reading):
    plan = make_plan()
    add_default_categories(plan)
    return plan


@pytest.fixture
def measure(plan):
    return make_measure(code="M001", lead_department=make_department("science", short_en="Science"))


def by_state(client, query):
    """The counts that stand above the list, each as its source in the API has it."""
    page = client.get(f"/problems/?lang=en{query}").content.decode()
    found = {}
    for value, source in re.findall(r'data-figure="count" data-value="(\d+)" data-source="([^"]+)"', page):
        source = html.unescape(source)
        assert client.get(source).json()["count"] == int(value), source
        found[parse_qs(urlsplit(source).query)["state"][0]] = int(value)
    assert list(found) == [*STATES]
    return found


def codes(client, query=""):
    page = client.get(f"/problems/?lang=en{query}").content.decode()
    return re.findall(r'<td class="nowrap">([^<]+)</td>', page)


class TestTheList:
    def test_is_empty_and_says_how_one_comes_on_it(self, client):
        page = client.get("/problems/?lang=en").content.decode()
        assert "No problem is open." in page
        assert "No problem has been raised by this day." in page

    def test_is_as_of_a_day(self, client, measure):
        days = [date(2023, 6, 1), date(2023, 7, 1), date(2023, 8, 1)]
        make_problem(measure, RAISED, steps=["assign", "solve", "close"], days=days, due_on=date(2023, 6, 20))
        states = {
            "2023-05-09": {},
            "2023-05-10": {"raised": 1},
            "2023-06-20": {"assigned": 1},
            "2023-07-01": {"solved": 1},
            "2023-08-29": {"closed": 1},
        }
        for day, expected in states.items():
            found = by_state(client, f"&as_of={day}")
            assert {state: count for state, count in found.items() if count} == expected, day
            assert codes(client, f"&as_of={day}") == (["M001-1"] if expected else [])
        # The day after its due day it is overdue, and no longer once its owner says that it is solved.
        overdue = {
            day: len(codes(client, f"&as_of={day}&overdue=yes")) for day in ("2023-06-20", "2023-06-21", "2023-07-01")
        }
        assert overdue == {"2023-06-20": 0, "2023-06-21": 1, "2023-07-01": 0}

    def test_is_filtered_by_each_of_its_questions(self, client, plan, measure):
        money, energy = plan.problem_categories.get(slug="money"), make_department("energy")
        other = make_measure(code="M002", section=measure.section, lead_department=energy)
        make_problem(measure, RAISED, category=money, steps=["assign"], due_on=date(2023, 6, 1))
        helped = make_problem(measure, date(2023, 8, 20), steps=["assign"], is_escalated=True, owner=energy)
        helped.helpers.set([energy, measure.lead_department])
        make_problem(other, date(2023, 8, 1), text_zh="征地滞后", steps=["withdraw"], raised_by=None)
        questions = {
            "": ["M001-1", "M001-2", "M002-1"],
            "&state=open": ["M001-1", "M001-2"],
            "&state=open,withdrawn": ["M001-1", "M001-2", "M002-1"],
            "&waiting=department": ["M001-1"],
            "&waiting=government": ["M001-2"],
            "&waiting=office": [],
            "&owner=energy": ["M001-2", "M002-1"],
            "&category=money": ["M001-1"],
            "&overdue=yes": ["M001-1"],
            "&overdue=no": ["M001-2", "M002-1"],
            "&age=90": ["M001-1"],
            "&age=30,90": ["M001-1"],
            "&raised_by=science": ["M001-1", "M001-2"],
            "&helper=energy,science": ["M001-2"],
            "&measure=M002": ["M002-1"],
            "&search=征地": ["M002-1"],
            f"&section={measure.section.slug}": ["M001-1", "M001-2", "M002-1"],
        }
        for query, expected in questions.items():
            assert sorted(codes(client, query)) == expected, query

    def test_asks_as_many_queries_for_many_as_for_one(self, client, measure):
        make_problem(measure, RAISED, steps=["assign"])
        site_profile()
        with CaptureQueriesContext(connection) as one:
            client.get("/problems/?page_size=100")
        for _number in range(20):
            lead = make_department()
            problem = make_problem(
                make_measure(section=measure.section, lead_department=lead), RAISED, steps=["assign"], owner=lead
            )
            problem.helpers.add(lead)
        with CaptureQueriesContext(connection) as many:
            client.get("/problems/?page_size=100&state=open")
        assert len(many) == len(one) <= 12


class TestOne:
    def test_shows_words_and_files_to_those_who_are_logged_in(self, client, measure):
        problem = make_problem(measure, RAISED, steps=["assign"])
        ada = make_user("ada", role="reporter", department=measure.lead_department, language="en")
        pdf = ContentFile(make_pdf("Land"), name="土地.pdf")
        step = move_problem(problem, "solve", by=ada, note="已经落实", files=[pdf])
        address = "/measures/M001/problems/1/"
        assert step.evidence.get().file_name == "土地.pdf"
        file = f"{address}evidence/{ProblemEvidence.objects.get().key}/"
        page = client.get(f"{address}?lang=en").content.decode()
        assert "Reported as solved" in page
        assert "已经落实" not in page
        assert "土地.pdf" not in page
        assert client.get(file).status_code == 302
        client.force_login(make_user("vic", language="en"))
        page = client.get(address).content.decode()
        assert "已经落实" in page
        assert file in page
        # Names are for the office and the auditor.
        assert "ada" not in page
        answer = client.get(file)
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")

    def test_offers_moves_to_those_who_may_make_them_and_today_alone(self, client, measure):
        problem = make_problem(measure, RAISED)
        address = f"/measures/M001/problems/{problem.number}/"
        client.force_login(make_user("rita", role="reviewer", language="en"))
        assert f"{address}assign/" in client.get(address).content.decode()
        assert f"{address}assign/" not in client.get(f"{address}?as_of=2023-06-01").content.decode()
        assert client.get(f"{address}assign/").status_code == 200
        assert "does not wait for verification" in client.get(f"{address}close/").content.decode()
        assert client.get(f"{address}solve/").status_code == 403
        assert client.get(f"{address}dance/").status_code == 404

    def test_was_not_there_before_it_was_raised(self, client, measure):
        make_problem(measure, RAISED, text_en="Too dear")
        page = client.get("/measures/M001/problems/1/?as_of=2023-05-09&lang=en").content.decode()
        assert "was not yet raised on this day" in page
        assert "Life of this problem" not in page

    def test_a_draft_is_for_those_who_write_it(self, client, measure):
        ada = make_user("ada", role="reporter", department=measure.lead_department, language="en")
        save_problem_draft(Problem(measure=measure), by=ada, data=ProblemData("半句话"))
        address = "/measures/M001/problems/1/"
        assert client.get(address).status_code == 404
        client.force_login(make_user("rita", role="reviewer"))
        assert client.get(address).status_code == 404
        assert client.get(f"{address}raise/").status_code == 404
        client.force_login(ada)
        assert "半句话" in client.get(address).content.decode()
        assert "半句话" in client.get(f"{address}raise/").content.decode()
        assert codes(client) == []
        client.post(f"{address}raise/", {"action": "discard"})
        assert not Problem.objects.exists()

    def test_keeps_what_was_typed_where_it_is_refused(self, client, measure):
        ada = make_user("ada", role="reporter", department=measure.lead_department, language="en")
        client.force_login(ada)
        page = client.post("/measures/M001/problems/new/", {"text": "字" * 2001, "action": "submit"})
        assert "At most 2000 characters" in page.content.decode()
        assert "字" * 2001 in page.content.decode()
        page = client.post("/measures/M001/problems/new/", {"text": " ", "action": "submit"})
        assert "Say what stands in the way" in page.content.decode()
        assert not Problem.objects.exists()

    def test_is_not_assigned_over_what_a_colleague_did_meanwhile(self, client, measure):
        problem = make_problem(measure, RAISED)
        address = "/measures/M001/problems/1/assign/"
        client.force_login(make_user("rita", role="reviewer", language="en"))
        known = re.search(r'name="known_step" value="(\d+)"', client.get(address).content.decode())[1]
        sent = {"owner": "science", "due_on": "2023-09-30", "known_step": known, "note": "甲"}
        assert client.post(address, sent).status_code == 302
        page = client.post(address, sent | {"due_on": "2023-10-31", "note": "乙"})
        assert "Somebody has acted on this problem" in page.content.decode()
        assert "乙" in page.content.decode()
        assert problem.steps.last().due_on == date(2023, 9, 30)

    def test_of_another_plan_is_another(self, client, measure):
        make_problem(measure, RAISED, text_en="Of the first plan")
        second = make_plan("second")
        make_problem(make_measure(plan=second, code="M001"), RAISED, text_en="Of the second plan")
        page = client.get("/measures/M001/problems/1/?plan=second&lang=en").content.decode()
        assert "Of the second plan" in page
        assert codes(client, "&plan=second") == ["M001-1"]


class TestAssigningMany:
    ASSIGN = "/problems/assign/"

    @pytest.fixture
    def rita(self, client):
        client.force_login(make_user("rita", role="reviewer", language="en"))
        return client

    @pytest.fixture
    def raised(self, measure):
        return [make_problem(measure, RAISED) for _number in range(3)]

    def keys(self, client, query="", address="/problems/"):
        """Return the values that the boxes of the list send, and those of them that are ticked."""
        page = client.get(f"{address}{query}").content.decode()
        boxes = re.findall(r'<input\s+type="checkbox"\s+name="problem"[^>]*>', page)
        found = {re.findall(r'value="([^"]+)"', box)[0]: "checked" in box for box in boxes}
        return list(found), [key for key, is_ticked in found.items() if is_ticked]

    def assign(self, client, keys, **data):
        return client.post(self.ASSIGN, {"problem": keys, "owner": "energy", "due_on": "2023-09-30", **data})

    def assigned(self, problems):
        found = []
        for each in problems:
            step = each.steps.last()
            found.append((step.move, step.owner.slug, step.due_on and str(step.due_on)))
        return found

    def test_to_one_department_by_one_day(self, rita, measure, raised):
        energy = make_department("energy", short_en="Energy")
        ben = make_user("ben", role="reporter", department=energy)
        make_problem(measure, RAISED, steps=["assign"])
        keys, ticked = self.keys(rita)
        # Those that wait alone have a box.
        assert (len(keys), ticked) == (3, [])
        answer = self.assign(rita, keys[:2])
        assert answer.url == "/problems/"
        page = text_of(rita.get("/problems/").content.decode())
        assert "2 problems were assigned; those concerned were told." in page
        done = ("assign", "energy", "2023-09-30")
        assert sorted(self.assigned(raised)) == [done, done, ("raise", "science", None)]
        assert ben.notices.count() == 2

    def test_all_of_the_page_are_ticked_where_the_list_is_opened_so(self, rita, measure, raised):
        make_problem(measure, RAISED, steps=["assign"])
        page = rita.get("/problems/?state=open").content.decode()
        assert 'href="/problems/assign/?state=open"' in page
        keys, ticked = self.keys(rita, "?state=open", self.ASSIGN)
        assert len(keys) == 3 and ticked == keys

    def test_each_is_refused_by_itself_in_its_row(self, rita, raised):
        make_department("energy")
        keys, _ticked = self.keys(rita)
        # Somebody rewords one meanwhile: it says something else than what was shown.
        rolf = make_user("rolf", role="reviewer")
        reword_problem(raised[1], by=rolf, data=ProblemData(text="用地指标不足"))
        page = self.assign(rita, keys).content.decode()
        assert "2 problems were assigned" in text_of(page)
        row = page.partition("用地指标不足")[2].partition("</tr>")[0]
        assert "Somebody has acted on this problem since you opened the form" in row
        assert [move for move, _owner, _day in self.assigned(raised)] == ["assign", "reword", "assign"]
        # What it says now was not ticked.
        assert "checked" not in page.partition(f'value="{raised[1].pk}-')[2].partition(">")[0]

    def test_what_was_refused_and_is_no_longer_listed_is_said(self, rita, raised):
        make_department("energy")
        keys, _ticked = self.keys(rita, "?state=raised")
        rolf = make_user("rolf", role="reviewer")
        move_problem(raised[0], "withdraw", by=rolf, note="重复")
        page = rita.post(
            f"{self.ASSIGN}?state=raised", {"problem": keys, "owner": "energy", "due_on": "2023-09-30"}
        ).content.decode()
        assert "M001-1: Somebody has acted on this problem" in text_of(page)

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"due_on": "2023-08-28"}, "The day must not lie before today."),
            ({"due_on": ""}, "This field is required"),
            ({"owner": ""}, "This field is required"),
            ({"owner": "nobody"}, "This value is not allowed"),
        ],
    )
    def test_bad_input_is_said_once_and_ticks_stay(self, rita, raised, data, sentence):
        make_department("energy")
        keys, _ticked = self.keys(rita)
        page = self.assign(rita, keys[:2], **data).content.decode()
        field = page.partition('id="assign"')[2].partition("</form>")[0]
        assert sentence in field
        assert len(re.findall(r'name="problem"[^>]*checked', page)) == 2
        assert {move for move, _owner, _day in self.assigned(raised)} == {"raise"}

    @pytest.mark.parametrize("key", ["", "x", "1", "1-", "999999-1", "<b>-1"])
    def test_without_a_problem_nothing_is_assigned(self, rita, raised, key):
        make_department("energy")
        answer = rita.post(self.ASSIGN, {"problem": key, "owner": "energy", "due_on": "2023-09-30"}, follow=True)
        assert "Select at least one problem." in text_of(answer.content.decode())

    def test_who_helps_stays(self, rita, measure):
        """The helpers of a problem that was withdrawn and raised again are kept when it is assigned."""
        make_department("energy")
        problem = make_problem(measure, RAISED, steps=["assign", "withdraw", "restore"], is_escalated=True)
        problem.helpers.add(make_department("finance"))
        self.assign(rita, self.keys(rita)[0])
        assert [each.slug for each in problem.helpers.all()] == ["finance"]
        assert problem.steps.last().is_escalated

    @pytest.mark.parametrize("role", ["viewer", "reporter", "auditor", None])
    def test_is_the_offices_alone_and_of_today(self, client, rita, measure, raised, role):
        assert not self.keys(rita, "?as_of=2023-08-28")[0]
        client.logout()
        if role:
            department = measure.lead_department if role == "reporter" else None
            client.force_login(make_user(role=role, department=department))
        assert not self.keys(client)[0]
        assert self.assign(client, [f"{raised[0].pk}-1"]).status_code == 403

    def test_many_cost_no_more_statements(self, rita, measure, raised):
        def statements(query):
            with CaptureQueriesContext(connection) as queries:
                assert rita.get(f"/problems/{query}").content.decode().count('form="assign"') == Problem.objects.count()
            return len(queries)

        statements("")
        few = statements("?page_size=100")
        for _number in range(10):
            make_problem(measure, RAISED)
        assert statements("?page_size=100&state=open") == few
