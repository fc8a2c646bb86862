"""The answers of a report about problems: none any more, still the same, a new one."""

from datetime import date

import pytest

from core.exceptions import NotAllowed
from measures.filing import file_report, rewrite_report
from measures.models import Report
from measures.reports import accept_report, submit_report
from notices.models import Notice
from problems.models import Problem
from problems.services import Assignment, assign_problem, move_problem
from reporting.report_problems import ProblemStillOpen
from reporting.services import return_report, withdraw_report
from tests.factories import make_department, make_measure, make_plan, make_problem, make_user

pytestmark = pytest.mark.django_db
DUE = date(2023, 9, 30)
URL = "/measures/M001/report/?period=2023-08"


@pytest.fixture(autouse=True)
def _on_the_day(today):
    make_plan()


@pytest.fixture
def measure():
    lead = make_department("science-technology", name_en="Science and Technology")
    return make_measure(lead_department=lead, code="M001")


@pytest.fixture
def ada(measure):
    return make_user("ada", role="reporter", department=measure.lead_department, language="en")


@pytest.fixture
def rita():
    return make_user("rita", role="reviewer", language="en")


def filed(measure, by, choice="", text="", about=None, **more):
    values = {"status": "promoting", "what_was_done": "做了工作", "problem_choice": choice, "about_problem": about}
    return file_report(measure, by=by, values=values | {"problem": text}, **more)


def states(measure):
    return [problem.state.value for problem in measure.problems.order_by("number")]


class TestANewOne:
    def test_comes_on_the_list_when_the_report_is_submitted(self, measure, ada, rita):
        draft = filed(measure, ada, "new", "资金缺口", submit=False)
        assert not Problem.objects.exists()
        report = submit_report(draft, by=ada)
        [problem] = Problem.objects.all()
        assert (problem.text_zh, problem.state.value, problem.raised_on) == ("资金缺口", "raised", report.submitted_on)
        assert (problem.raised_by, problem.last_step.owner) == (ada.department, ada.department)
        assert report.about_problem == problem.number
        # The office, which has to assign it, is told.
        assert [(each.user, each.kind) for each in Notice.objects.all()] == [(rita, "problem")]

    def test_needs_words(self, measure, ada):
        with pytest.raises(NotAllowed) as refusal:
            filed(measure, ada, "new")
        assert refusal.value.field == "problem"
        assert not Problem.objects.exists()
        assert not Report.objects.exists()

    def test_goes_with_the_report_and_comes_back_with_it_in_its_new_words(self, measure, ada):
        report = withdraw_report(filed(measure, ada, "new", "资金缺口"), by=ada)
        assert states(measure) == ["withdrawn"]
        report = rewrite_report(report, by=ada, version=report.version, values={"problem": "资金缺口两成"}, submit=True)
        assert states(measure) == ["raised"]
        problem = Problem.objects.get()
        assert [step.move for step in problem.steps.all()] == ["raise", "withdraw", "restore", "reword"]
        assert [step.content["text_zh"] for step in problem.steps.all()] == [*["资金缺口"] * 3, "资金缺口两成"]

    def test_stays_where_the_office_has_acted_on_it(self, measure, ada, rita):
        report = filed(measure, ada, "new", "资金缺口")
        assign_problem(Problem.objects.get(), by=rita, assignment=Assignment(ada.department, DUE))
        withdraw_report(report, by=ada)
        assert states(measure) == ["assigned"]
        submit_report(report, by=ada)
        assert (states(measure), Problem.objects.get().text_zh) == (["assigned"], "资金缺口")

    def test_stays_when_the_report_comes_back(self, measure, ada, rita):
        report = return_report(filed(measure, ada, "new", "资金缺口"), by=rita, note="写明数额")
        assert states(measure) == ["raised"]
        rewrite_report(report, by=ada, version=report.version, values={"problem": "缺两成"}, submit=True)
        assert (states(measure), Problem.objects.get().text_zh) == (["raised"], "缺两成")

    def test_that_becomes_still_the_same_leaves_the_other_alone(self, measure, ada):
        other = make_problem(measure)
        report = withdraw_report(filed(measure, ada, "new", "资金缺口"), by=ada)
        values = {"problem_choice": "same", "about_problem": other.number, "problem": ""}
        report = rewrite_report(report, by=ada, version=report.version, values=values, submit=True)
        assert (report.about_problem, states(measure)) == (other.number, ["raised", "withdrawn"])


class TestStillTheSame:
    def test_links_the_words_of_the_month_to_it(self, measure, ada, rita, client):
        client.force_login(rita)
        problem = make_problem(measure)
        report = filed(measure, ada, "same", "仍缺两成", about=1)
        assert (report.about_problem, states(measure)) == (problem.number, ["raised"])
        page = client.get(f"/measures/M001/problems/{problem.number}/").content.decode()
        assert "仍缺两成" not in page
        accept_report(report, by=rita)
        assert "仍缺两成" in client.get(f"/measures/M001/problems/{problem.number}/").content.decode()

    @pytest.mark.parametrize("about", [None, 2])
    def test_of_none_is_refused(self, measure, ada, about):
        make_problem(measure)
        make_problem(measure, steps=["withdraw"])
        with pytest.raises(NotAllowed) as refusal:
            filed(measure, ada, "same", about=about)
        assert refusal.value.field == "problem_choice"
        assert not Report.objects.exists()

    def test_of_another_measure_is_refused(self, measure, ada):
        make_problem(make_measure(code="M002"))
        with pytest.raises(NotAllowed):
            filed(measure, ada, "same", about=1)


class TestNone:
    def test_while_one_is_open_is_asked_about(self, measure, ada):
        problem = make_problem(measure)
        draft = filed(measure, ada, "none", submit=False)
        with pytest.raises(ProblemStillOpen) as refusal:
            submit_report(draft, by=ada)
        assert problem.code in str(refusal.value)
        assert Report.objects.get().is_draft
        report = submit_report(draft, by=ada, confirms_no_problem=True)
        # It closes nothing: that is for the office.
        assert (report.about_problem, states(measure)) == (problem.number, ["raised"])

    def test_with_words_contradicts_itself(self, measure, ada):
        with pytest.raises(NotAllowed) as refusal:
            filed(measure, ada, "none", "资金缺口")
        assert refusal.value.field == "problem"


class TestNobodyWasAsked:
    """The API of before, the month's workbook, "no change"."""

    def test_a_text_is_a_new_problem_or_the_open_one(self, measure, ada, rita):
        report = filed(measure, ada, "", "资金缺口")
        assert (report.problem_choice, states(measure)) == ("new", ["raised"])
        accept_report(report, by=rita)
        again = filed(measure, ada, "", "仍缺")
        assert (again.problem_choice, again.about_problem, states(measure)) == (
            "same",
            report.about_problem,
            ["raised"],
        )

    def test_without_a_text_it_says_nothing(self, measure, ada):
        make_problem(measure)
        report = filed(measure, ada)
        assert (report.problem_choice, report.about_problem, states(measure)) == ("", None, ["raised"])


class TestTheForm:
    def test_offers_none_the_open_ones_and_a_new_one(self, measure, ada, client):
        client.force_login(ada)
        page = client.get(URL).content.decode()
        assert 'value="none"' in page
        assert 'value="same-' not in page
        make_problem(measure, steps=["withdraw"])
        problem = make_problem(measure)
        page = client.get(URL).content.decode()
        assert f'value="same-{problem.number}"' in page
        assert page.count('value="same-') == 1
        assert "checked" in page.split(f'value="same-{problem.number}"')[1].split(">")[0]

    def test_asks_before_it_says_that_there_is_none(self, measure, ada, client):
        make_problem(measure)
        client.force_login(ada)
        sent = {
            "status": "promoting",
            "against_status": "promoting",
            "what_was_done": "做了工作",
            "problem_choice": "none",
            "action": "submit",
        }
        page = client.post(URL, sent)
        content = page.content.decode()
        assert page.status_code == 200
        assert 'name="confirms_no_problem"' in content
        assert "still open" in content
        draft = Report.objects.get()
        assert (draft.state, draft.problem_choice) == ("draft", "none")
        client.post(URL, sent | {"version": draft.version, "confirms_no_problem": "on"})
        assert Report.objects.get().state == "submitted"

    def test_what_is_no_choice_is_nothing(self, measure, ada, client):
        client.force_login(ada)
        for value in ("same-", "same-0", "same-x", "drop table", "same-99999"):
            client.post(URL, {"status": "promoting", "against_status": "promoting", "problem_choice": value})
            assert Report.objects.get().problem_choice == ""
            Report.objects.all().delete()


def test_a_closed_problem_is_no_longer_offered_and_its_words_are_not_filled_in(measure, ada, rita, client):
    report = filed(measure, ada, "new", "资金缺口", period=date(2023, 7, 1))
    accept_report(report, by=rita)
    problem = Problem.objects.get()
    assign_problem(problem, by=rita, assignment=Assignment(ada.department, DUE))
    client.force_login(ada)
    assert "资金缺口</textarea>" in client.get(URL).content.decode()
    move_problem(problem, "solve", by=ada, note="已落实")
    move_problem(problem, "close", by=rita, note="已核实")
    page = client.get(URL).content.decode()
    assert "资金缺口</textarea>" not in page
    assert 'value="same-' not in page


def test_the_office_sees_what_a_report_says_about_problems(measure, ada, rita, client):
    problem = make_problem(measure)
    report = filed(measure, ada, "none", confirms_no_problem=True)
    client.force_login(rita)
    page = client.get("/review/").content.decode()
    assert "No problem, says the report" in page
    assert f'href="/measures/M001/problems/{problem.number}/"' in page
    # Nobody accepts it unseen.
    assert f'value="{report.pk}" checked' not in page
    report = withdraw_report(report, by=ada)
    values = {"problem_choice": "same", "about_problem": 1}
    rewrite_report(report, by=ada, version=report.version, values=values, submit=True)
    assert "No problem, says the report" not in client.get("/review/").content.decode()
