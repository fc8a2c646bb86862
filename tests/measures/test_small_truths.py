"""Tests of what the form asks before a report goes on, what the queue marks for the office, and drafts that are thrown
away."""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from core.exceptions import NotAllowed
from measures import filing
from measures.filing import report_no_change
from measures.models import Measure, Report
from measures.reports import accept_report
from reporting.services import withdraw_report
from tests.factories import file_report, make_change, make_department, make_measure, make_user
from tests.pages import text_of

pytestmark = pytest.mark.django_db
REPORT = "/measures/M001/report/?period=2023-08"
DISCARD = "/measures/M001/report/discard/?period=2023-08"
REFUSAL = "The measure is overdue: say under “Problems” why nothing has changed."


@pytest.fixture
def ada(today: date) -> User:
    return make_user("ada", role="reporter", department=make_department("science"), language="en")


@pytest.fixture
def rita(today: date) -> User:
    return make_user("rita", role="reviewer", language="en")


def led_by(user: User, code: str = "M001", **fields: Any) -> Measure:
    measure = make_measure(lead_department=user.department, code=code, **fields)
    make_change(measure, "in_progress", date(2023, 5, 18))
    return measure


class TestNoChangeOfWhatIsOverdue:
    def test_it_asks_for_the_reason(self, ada: User) -> None:
        late, in_time = led_by(ada, due_on=date(2023, 8, 28)), led_by(ada, "M002", due_on=date(2023, 8, 29))
        outcomes = {each.subject.code: each.reason for each in report_no_change([late, in_time], by=ada)}
        assert outcomes == {"M001": "已超过完成时限，请在“存在问题”中说明状态无变化的原因。", "M002": ""}
        assert not late.reports.open().exists()

    def test_with_the_reason_it_is_filed(self, ada: User) -> None:
        late = led_by(ada, due_on=date(2023, 8, 28))
        values = {"status": "in_progress", "what_was_done": "No change this month."}
        with pytest.raises(NotAllowed):
            file_report(late, by=ada, texts=values)
        assert file_report(late, by=ada, texts={**values, "problem": "设备迟到"}).state == "submitted"

    def test_form_and_workspace_offer_the_quick_answer_for_no_other(self, client: Any, ada: User) -> None:
        led_by(ada, due_on=date(2023, 8, 28))
        led_by(ada, "M002", due_on=date(2023, 8, 29))
        client.force_login(ada)
        assert "Nothing new this month?" not in text_of(client.get(REPORT).content.decode())
        assert "Nothing new this month?" in text_of(client.get(REPORT.replace("M001", "M002")).content.decode())
        page = client.get("/workspace/").content.decode()
        assert 'value="M002"' in page
        assert 'value="M001"' not in page


def test_a_step_back_asks_for_its_reason(ada: User) -> None:
    measure = led_by(ada)
    with pytest.raises(NotAllowed) as refusal:
        file_report(measure, by=ada, status="promoting")
    assert refusal.value.field == "problem"
    assert file_report(measure, by=ada, status="promoting", texts={"problem": "停工"}).state == "submitted"


class TestTheQueue:
    @pytest.fixture
    def queue(self, client: Any, ada: User, rita: User) -> Any:
        file_report(led_by(ada, "M001"), by=ada, status="promoting", texts={"problem": "停工"})
        evidence = [{"document_number": "1号"}]
        file_report(led_by(ada, "M002"), by=ada, status="completed", evidence=evidence)
        file_report(led_by(ada, "M003"), by=ada, status="in_progress")
        known = led_by(ada, "M004")
        for month in (date(2023, 7, 1), date(2023, 8, 1)):
            texts = {"what_was_done": f"{month.month}月", "problem": "缺人"}
            report = file_report(known, by=ada, status="in_progress", period=month, texts=texts)
            if month.month == 7:
                accept_report(report, by=rita)
        client.force_login(rita)
        return lambda query="": client.get(f"/review/{query}").content.decode()

    def of(self, shown: str, code: str) -> str:
        """Return a measure's row of the queue; what was accepted today follows below."""
        row = next(part for part in shown.split("<article")[1:] if f"{code} " in part)
        return row.partition("</article>")[0]

    def test_steps_back_and_new_problems_are_marked_and_no_others(self, queue: Any) -> None:
        shown = queue()
        marks = {
            code: [mark for mark in ("Status reversed", "New problem") if mark in self.of(shown, code)]
            for code in ("M001", "M002", "M003", "M004")
        }
        assert marks == {"M001": ["Status reversed", "New problem"], "M002": [], "M003": [], "M004": []}

    def test_all_that_are_ticked_are_neither_completions_nor_steps_back(self, queue: Any) -> None:
        shown = queue("?ticked=all")
        ticked = [code for code in ("M001", "M002", "M003", "M004") if "checked" in self.of(shown, code)]
        assert ticked == ["M003", "M004"]
        assert "Completions, reversals and unlikely entries are not selected" in text_of(shown)


class TestThrowingADraftAway:
    def test_the_page_offers_it_and_does_it(self, client: Any, ada: User) -> None:
        filing.file_report(led_by(ada), by=ada, values={"status": "in_progress"}, submit=False)
        client.force_login(ada)
        assert "Delete this draft" in client.get(REPORT).content.decode()
        response = client.post(DISCARD)
        assert (response.status_code, response["Location"]) == (302, "/workspace/?period=2023-08")
        assert not Report.objects.open().exists()
        assert "The draft was deleted" in client.get("/workspace/").content.decode()
        # Pressed again in another tab.
        assert client.post(DISCARD).status_code == 302

    def test_what_was_submitted_once_stays(self, client: Any, ada: User) -> None:
        report = file_report(led_by(ada), by=ada, status="in_progress")
        withdraw_report(report, by=ada)
        client.force_login(ada)
        assert "Delete this draft" not in client.get(REPORT).content.decode()
        response = client.post(DISCARD, follow=True)
        assert "Only a draft that was never submitted can be deleted." in text_of(response.content.decode())
        assert Report.objects.open().get().state == "draft"
