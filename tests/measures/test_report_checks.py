"""Tests of what is unlikely about a measure's report and asked about; a status that is dated before accepted reports
needs a reason. Figures that change are counted by hand: of four measures one is completed from 10 May on."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from measures.editing.scope import change_scope
from measures.models import Measure, Report
from measures.reports import ReportData, accept_report, report_doubts, save_draft, submit_report
from reporting.doubts import Doubtful
from tests.factories import make_change, make_department, make_measure, make_report, make_section, make_user
from tests.pages import text_of

pytestmark = pytest.mark.django_db
AUGUST, NO_CHANGE = date(2023, 8, 1), "本月状态无变化。"
URL = "/measures/M083/report/?period=2023-08"
QUESTION = (
    "Accepted reports say otherwise: June 2023 (Under way), July 2023 (Under way). Published figures change – "
    "completed measures: 30 June 2023 1 → 2, 31 July 2023 1 → 2. Why does the status hold from 20 June 2023 already?"
)


@pytest.fixture
def ada(today: date) -> User:
    return make_user("ada", role="reporter", department=make_department("science"), language="en")


@pytest.fixture
def rita() -> User:
    return make_user("rita", role="reviewer")


@pytest.fixture
def measure(ada: User) -> Measure:
    section = make_section()
    done, withdrawn, _other = (make_measure(section) for _number in range(3))
    make_change(done, "completed", date(2023, 5, 10))
    make_change(withdrawn, "completed", date(2023, 5, 10))
    change_scope(
        withdrawn,
        ScopeKind.WITHDRAWN,
        by=make_user("rolf", role="reviewer"),
        effective_on=date(2023, 5, 20),
        reason="并入",
    )
    return make_measure(section, ada.department, code="M083")


def written(measure: Measure, by: User, **values: Any) -> Report:
    data = {"status": "promoting", "against_status": "promoting", "what_was_done": "完成", **values}
    report = save_draft(measure, by=by, data=ReportData(**data), period=AUGUST)
    report.evidence.create(document_number="鲁发〔2023〕8号")
    return report


def asked(report: Report) -> set[str]:
    return {each.name for each in report_doubts(report)}


def accepted(measure: Measure, *months: int, **fields: Any) -> None:
    for month in months:
        make_report(measure, date(2023, month, 25), **{"what_was_done_zh": f"{month}月", **fields})


class TestWords:
    def test_those_of_the_last_report(self, ada, measure):
        accepted(measure, 6, what_was_done_zh="完成")
        accepted(measure, 7)
        assert asked(written(measure, ada)) == set()

    def test_are_asked_about(self, ada, measure):
        accepted(measure, 7, what_was_done_zh="完成")
        assert asked(written(measure, ada)) == {"same_words"}

    @pytest.mark.parametrize(("text", "names"), [("Completed", {"same_words"}), ("Completed at last", set())])
    def test_are_asked_about_in_english_too(self, ada, measure, text, names):
        accepted(measure, 7, what_was_done_zh="完成", what_was_done_en="Completed")
        assert asked(written(measure, ada, what_was_done=text)) == names

    def test_one_that_waits_counts_and_one_that_was_returned_does_not(self, ada, measure):
        accepted(measure, 7, what_was_done_zh="完成", state="submitted")
        report = written(measure, ada)
        assert asked(report) == {"same_words"}
        Report.objects.filter(period=date(2023, 7, 1)).update(state="returned", decided_on=date(2023, 7, 25))
        assert asked(report) == set()

    @pytest.mark.parametrize(("status", "names"), [("completed", {"next_step_at_completion"}), ("in_progress", set())])
    def test_a_next_step_beside_a_completion(self, ada, measure, status, names):
        assert asked(written(measure, ada, status=status, next_step="继续推进")) == names


@pytest.mark.parametrize(("months", "names"), [((7,), set()), ((6, 7), {"unchanged"}), ((5, 7), {"unchanged"})])
def test_no_change_for_three_reports_running(ada, measure, months, names):
    accepted(measure, *months, what_was_done_zh=NO_CHANGE)
    assert asked(written(measure, ada, what_was_done=NO_CHANGE)) == names


class TestContradiction:
    def report(self, ada: User, measure: Measure, **values: Any) -> Report:
        return written(measure, ada, **{"status": "completed", "effective_on": date(2023, 6, 20), **values})

    def test_says_which_reports_and_which_figures(self, ada, measure):
        accepted(measure, 5, 6, 7)
        with translation.override("en"):
            [doubt] = report_doubts(self.report(ada, measure))
        assert doubt.question.replace("\n", " ") == QUESTION
        assert (doubt.name, doubt.field, doubt.needs_reason) == ("contradicts", "effective_on", True)

    @pytest.mark.parametrize("answers", [{}, {"contradicts": ""}, {"contradicts": "  "}])
    def test_is_not_submitted_without_a_reason(self, ada, measure, answers):
        accepted(measure, 7)
        with pytest.raises(Doubtful):
            submit_report(self.report(ada, measure), by=ada, answers=answers)
        assert measure.reports.get(state="draft").answers == []

    def test_keeps_the_reason_and_the_office_reads_both(self, ada, rita, measure, client):
        accepted(measure, 6, 7)
        client.force_login(ada)
        form = {
            "status": "completed",
            "against_status": "promoting",
            "effective_on": "2023-06-20",
            "what_was_done": "完成",
            "document_number": "鲁发〔2023〕8号",
            "action": "submit",
        }
        answer = client.post(URL, form)
        text = text_of(answer.content.decode())
        assert QUESTION in text and "Why it is so" in text
        draft = measure.reports.get(state="draft")
        more = {"version": str(draft.version), "confirmed": "contradicts", "reason-contradicts": "验收滞后于实际"}
        form.pop("document_number")
        assert client.post(URL, form | more).status_code == 302
        report = measure.reports.get(state="submitted")
        assert [(each["name"], each["reason"]) for each in report.answers] == [("contradicts", "验收滞后于实际")]
        office = Client(headers={"Accept-Language": "en"})
        office.force_login(rita)
        shown = text_of(office.get("/review/").content.decode())
        assert f"Said to be so {QUESTION} Why it is so: 验收滞后于实际" in shown
        accept_report(report, by=rita)
        assert measure.status_changes.get(status="completed").effective_on == date(2023, 6, 20)

    @pytest.mark.parametrize(
        ("values", "months"),
        [
            ({"effective_on": None}, (6, 7)),
            ({"effective_on": date(2023, 7, 25)}, (6, 7)),
            ({"status": "promoting", "effective_on": None}, (6, 7)),
            ({}, ()),
        ],
    )
    def test_is_none_where_nothing_was_accepted_after_the_day(self, ada, measure, values, months):
        accepted(measure, *months)
        assert "contradicts" not in asked(self.report(ada, measure, **values))

    def test_what_waits_contradicts_nothing(self, ada, measure):
        accepted(measure, 7, state="submitted")
        assert "contradicts" not in asked(self.report(ada, measure))

    def test_the_text_of_a_reason_has_bounds(self, ada, measure):
        accepted(measure, 7)
        with pytest.raises(NotAllowed) as refusal:
            submit_report(self.report(ada, measure), by=ada, answers={"contradicts": "长" * 301})
        assert not isinstance(refusal.value, Doubtful)


def test_no_change_of_many_is_confirmed_at_once(ada, measure, client):
    accepted(measure, 6, 7, what_was_done_zh=NO_CHANGE)
    client.force_login(ada)
    sent = {"measure": "M083", "period": "2023-08"}
    text = text_of(client.post("/workspace/no-change/", sent).content.decode())
    assert "No change is reported for 3 months in a row. Is that so?" in text
    assert "It is so: nothing has changed there for months" in text
    assert not measure.reports.filter(state="submitted").exists()
    assert client.post("/workspace/no-change/", {**sent, "confirmed": "unchanged"}).status_code == 302
    assert measure.reports.get(state="submitted").answers[0]["name"] == "unchanged"
