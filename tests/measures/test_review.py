"""The reviewing office: its list, its decisions, and the month's board."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Session, User
from measures.models import Measure, Report
from measures.reports import accept_report
from notices.models import Notice
from reporting.services import withdraw_report
from reporting.text_diff import differences
from tests.factories import (
    file_report,
    make_change,
    make_department,
    make_measure,
    make_report,
    make_section,
    make_user,
)
from tests.measures.test_workspace import many
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/review/"
DECIDE = "/review/decide/"
BOARD = "/review/board/"
REMIND = "/review/remind/"


@pytest.fixture(autouse=True)
def _in_english(today: date, client: Any) -> None:
    client.cookies["pilotzone_language"] = "en"


@pytest.fixture
def ada() -> User:
    return make_user("ada", role="reporter", department=make_department("science", short_en="Science"))


@pytest.fixture
def ben() -> User:
    return make_user("ben", role="reporter", department=make_department("energy", short_en="Energy"))


@pytest.fixture
def rita(client: Any) -> User:
    user = make_user("rita", role="reviewer")
    client.force_login(user)
    return user


def led_by(user: User, **fields: Any) -> Measure:
    assert user.department is not None
    return make_measure(lead_department=user.department, **fields)


def get(client: Any, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def chinese(text: str) -> str:
    """How a Chinese text stands on an English page."""
    return f'<span lang="zh-Hans">{text}</span>'


def words_of(client: Any, url: str) -> str:
    return text_of(get(client, url))


class TestDifferences:
    @pytest.mark.parametrize(
        ("old", "new", "pieces"),
        [
            ("", "", []),
            ("", "全部完成。", [("added", "全部完成。")]),
            ("全部完成。", "", [("removed", "全部完成。")]),
            (
                "征集260项，完成初审。",
                "征集280项，完成初审。",
                [("removed", "征集260项，"), ("added", "征集280项，"), ("same", "完成初审。")],
            ),
            ("Built 1,234.5 km. Going on.", "Built 1,234.5 km. Done.", [
                ("same", "Built 1,234.5 km. "), ("removed", "Going on."), ("added", "Done."),
            ]),
        ],
    )  # fmt: skip
    def test_marks_whole_clauses(self, old, new, pieces):
        assert differences(old, new) == pieces

    def test_the_new_text_can_be_read_off(self):
        old, new = "甲，乙；丙。\n丁", "乙；甲，戊。\n丁\n"
        assert "".join(piece.text for piece in differences(old, new) if piece.kind != "removed") == new


class TestList:
    def test_shows_what_a_report_changes(self, client, ada, rita):
        measure = led_by(ada, code="M101", title_en="Publish the catalogue")
        report = file_report(measure, by=ada, status="in_progress", texts={"problem": "No staff"})
        report.evidence.create(document_number="No. 12 of 2023", title_zh="Notice")
        text = words_of(client, URL)
        assert "M101 Publish the catalogue" in text
        assert "Science&nbsp;· August 2023&nbsp;· submitted on 29 August 2023&nbsp;· ada" in text
        assert "Status Under way → Progress made" in text
        assert "Problems No staff" in text and "Notice No. 12 of 2023" in text

    def test_marks_what_the_last_accepted_report_did_not_say(self, client, ada, rita):
        measure = led_by(ada)
        last = make_report(measure, date(2023, 7, 20), what_was_done_zh="征集260项，完成初审。", what_was_done_en="")
        make_report(measure, date(2023, 6, 20), what_was_done_zh="更早。", what_was_done_en="")
        assert last.state == "accepted"
        file_report(measure, by=ada, status="promoting", texts={"what_was_done": "征集280项，完成初审。"})
        html = get(client, URL)
        assert f"<del>{chinese('征集260项，')}</del><ins>{chinese('征集280项，')}</ins>{chinese('完成初审。')}" in html
        assert "更早" not in html

    def test_no_change_is_held_against_nothing(self, client, ada, rita):
        measure = led_by(ada)
        make_report(measure, date(2023, 7, 20), next_step_zh="下一步", next_step_en="")
        file_report(measure, by=ada, status="promoting", texts={"what_was_done": "本月状态无变化。"})
        html = get(client, URL)
        assert "No change this month." in html and "<del>" not in html and "New</span>" not in html

    def test_texts_of_the_same_language_are_compared(self, client, ada, rita):
        measure = led_by(ada)
        make_report(measure, date(2023, 7, 20), what_was_done_zh="完成初审。", what_was_done_en="Checked.")
        file_report(measure, by=ada, status="promoting", texts={"what_was_done": "完成初审。正在公示。"})
        assert f"{chinese('完成初审。')}<ins>{chinese('正在公示。')}</ins>" in get(client, URL)

    def test_oldest_first_and_only_those_that_wait(self, client, ada, rita):
        for code, day, state in [
            ("M101", date(2023, 8, 20), "submitted"),
            ("M102", date(2023, 8, 10), "submitted"),
            ("M103", date(2023, 8, 1), "accepted"),
            ("M104", date(2023, 8, 2), "draft"),
            ("M105", date(2023, 8, 3), "returned"),
        ]:
            make_report(led_by(ada, code=code), day, state=state)
        html = get(client, URL)
        assert html.index("M102") < html.index("M101")
        assert not any(code in html for code in ("M103", "M104", "M105"))
        assert "2 results" in html and re.search(r'Review\s*<span class="count">2</span>', html)

    def test_filters_stand_in_the_address(self, client, ada, ben, rita):
        marine = make_section(slug="marine")
        make_report(led_by(ada, code="M101", section=marine), date(2023, 8, 20), state="submitted")
        make_report(led_by(ben, code="M102"), date(2023, 8, 20), state="submitted")
        assert "M102" not in words_of(client, f"{URL}?department=science")
        assert "M102" not in words_of(client, f"{URL}?section=marine")
        assert "M101" not in words_of(client, f"{URL}?department=energy")
        assert client.get(f"{URL}?department=nowhere").status_code == 400

    def test_warns_where_the_status_has_moved(self, client, ada, rita):
        measure = led_by(ada)
        file_report(measure, by=ada, status="in_progress")
        make_change(measure, "in_progress", date(2023, 8, 28), report=make_report(measure, date(2023, 8, 28)))
        text = words_of(client, URL)
        assert "The status has moved since this report was written" in text
        assert "Then Under way , now Progress made The report says Progress made" in text

    def test_texts_are_shown_as_text(self, client, ada, rita):
        file_report(led_by(ada), by=ada, status="promoting", texts={"problem": "<script>alert(1)</script>"})
        html = get(client, URL)
        assert "<script>alert(1)" not in html and "&lt;script&gt;alert(1)" in html

    def test_nothing_to_review(self, client, rita):
        assert "Nothing to review" in words_of(client, URL)

    def test_chinese(self, client, ada, rita):
        file_report(led_by(ada), by=ada, status="in_progress")
        client.cookies["pilotzone_language"] = "zh-hans"
        text = words_of(client, URL)
        assert "待审核填报" in text and "正在推进 → 取得进展" in text and "2023年8月29日提交" in text

    @pytest.mark.parametrize("address", [URL, BOARD])
    @pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("auditor", 200), ("reporter", 403), (None, 302)])
    def test_is_for_reviewers(self, client, open_reading, address, role, status):
        if role:
            department = make_department() if role == "reporter" else None
            client.force_login(make_user(role=role, department=department))
        response = client.get(address)
        assert response.status_code == status
        assert role or response.url == f"/accounts/login/?next={address}"

    @pytest.mark.parametrize("address", [URL, BOARD])
    def test_is_for_superusers(self, client, address):
        client.force_login(make_user("root", is_superuser=True))
        assert 'href="/review/"' in get(client, address)

    @pytest.mark.parametrize("rows", [10, 249])
    def test_queries_do_not_grow_with_the_rows(self, client, ada, rita, rows):
        many(ada, rows * 2)
        for each in Report.objects.all()[:5]:
            make_report(each.measure, date(2023, 7, 20))
            each.evidence.create(document_number="No. 1")
        address = f"{URL}?department=science&page_size=1000"
        get(client, address)
        with CaptureQueriesContext(connection) as queries:
            html = get(client, address)
        assert html.count("<article") == rows
        # One of them for the months of projects that wait, and one for what was returned.
        assert len(queries) <= 16, [query["sql"][:90] for query in queries]


class TestDecide:
    def test_accepts_one(self, client, ada, rita):
        report = file_report(led_by(ada), by=ada, status="in_progress")
        response = client.post(DECIDE, {"decision": "accept", "report": report.content_key}, follow=True)
        assert response.redirect_chain == [("/review/", 302)]
        assert "1 report accepted" in text_of(response.content.decode())
        report.refresh_from_db()
        [change] = report.status_changes.all()
        assert (report.state, report.decided_by, change.status) == ("accepted", rita, "in_progress")

    def test_returns_one_with_words(self, client, ada, rita):
        report = file_report(led_by(ada), by=ada, status="in_progress")
        data = {"decision": "return", "report": report.content_key, "note": "Say how many"}
        response = client.post(f"{DECIDE}?department=science", data)
        assert response.url == "/review/?department=science"
        report.refresh_from_db()
        assert (report.state, report.decision_note) == ("returned", "Say how many")

    @pytest.mark.parametrize(
        ("note", "sentence"),
        [
            ("", "Please say why the report is returned"),
            ("   \n", "Please say why the report is returned"),
            ("长" * 301, "At most 300 characters"),
            ("x" * 100_000, "At most 300 characters"),
        ],
    )
    def test_returning_needs_words_and_keeps_what_was_typed(self, client, ada, rita, note, sentence):
        report = file_report(led_by(ada), by=ada, status="in_progress")
        html = client.post(DECIDE, {"decision": "return", "report": report.content_key, "note": note}).content.decode()
        assert sentence in text_of(html)
        assert f">{note}</textarea>" in html and "<details open>" in html
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_accepts_many_and_each_fails_by_itself(self, client, ada, rita):
        good = [file_report(led_by(ada), by=ada, status="in_progress") for _n in range(2)]
        moved = led_by(ada, code="M109")
        stale = file_report(moved, by=ada, status="in_progress")
        make_change(moved, "in_progress", date(2023, 8, 28), report=make_report(moved, date(2023, 8, 28)))
        data = {"decision": "accept", "report": [*(each.content_key for each in good), stale.content_key]}
        html = client.post(DECIDE, data).content.decode()
        assert list(Report.objects.filter(pk__in=[each.pk for each in good]).values_list("state", flat=True)) == [
            "accepted",
            "accepted",
        ]
        assert "2 reports accepted" in text_of(html)
        assert "M109" in html and "The status has changed since you began this report" in text_of(html)
        stale.refresh_from_db()
        assert stale.state == "submitted"

    def test_who_comes_second_is_told_and_keeps_the_words(self, client, ada, rita):
        report = file_report(led_by(ada, code="M101"), by=ada, status="in_progress")
        accept_report(report, by=make_user("rolf", role="reviewer"))
        data = {"decision": "return", "report": report.content_key, "note": "Say how many", "in_row": "yes"}
        text = text_of(client.post(DECIDE, data).content.decode())
        assert "M101: This report has already been reviewed. Your words were: Say how many" in text
        report.refresh_from_db()
        assert (report.state, report.decided_by.username) == ("accepted", "rolf")

    def test_a_report_that_was_taken_back_meanwhile_is_called_so(self, client, ada, rita):
        report = file_report(led_by(ada, code="M101"), by=ada, status="in_progress")
        withdraw_report(report, by=ada)
        text = text_of(client.post(DECIDE, {"decision": "accept", "report": report.content_key}).content.decode())
        assert "M101: The department has withdrawn this report." in text
        assert "already been reviewed" not in text

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            ({"decision": "accept"}, "Select at least one report."),
            ({"decision": "accept", "report": "999999"}, "Select at least one report."),
            ({"decision": "accept", "report": "<b>"}, "Select at least one report."),
            ({"decision": "accept", "report": "9" * 40}, "Select at least one report."),
        ],
    )
    def test_bad_input_is_said(self, client, rita, data, sentence):
        assert sentence in text_of(client.post(DECIDE, data, follow=True).content.decode())

    def test_an_unknown_decision_decides_nothing(self, client, ada, rita):
        report = file_report(led_by(ada), by=ada, status="in_progress")
        html = client.post(DECIDE, {"decision": "burn", "report": report.content_key}, follow=True).content.decode()
        assert "choose one of: accept, return" in text_of(html)
        report.refresh_from_db()
        assert report.state == "submitted"

    @pytest.mark.parametrize(("role", "status"), [("reporter", 403), ("viewer", 403), ("auditor", 403), (None, 403)])
    def test_others_decide_nothing(self, client, ada, role, status):
        report = file_report(led_by(ada), by=ada, status="in_progress")
        if role:
            client.force_login(ada if role == "reporter" else make_user(role=role))
        assert client.post(DECIDE, {"decision": "accept", "report": report.content_key}).status_code == status
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_without_a_session_the_words_are_shown_and_not_stored(self, client, ada):
        report = file_report(led_by(ada), by=ada, status="in_progress")
        response = client.post(DECIDE, {"decision": "return", "report": report.content_key, "note": "Say how many"})
        assert response.status_code == 403
        assert "Reason Say how many" in text_of(response.content.decode())
        assert not Session.objects.exists()
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_its_address_leads_back_to_the_list(self, client, rita):
        assert client.get(f"{DECIDE}?department=science&page=3").url == "/review/?department=science"


class TestBoard:
    @pytest.mark.parametrize(("today", "verb"), [(24, "are"), (25, "are"), (26, "were")])
    def test_the_due_day_is_past_from_the_day_after_it(self, client, rita, settings, today, verb):
        settings.PILOTZONE_TODAY = date(2023, 8, today)
        assert f"Reports {verb} due by 25 August 2023." in words_of(client, BOARD)

    def test_says_who_has_reported_and_puts_those_that_miss_most_first(self, client, ada, ben, rita):
        ida = make_user("ida", role="reporter", department=make_department("industry", short_en="Industry"))
        for _n in range(2):
            led_by(ada)
        file_report(led_by(ada), by=ada, status="promoting")
        led_by(ben)
        make_report(led_by(ida), date(2023, 8, 20))
        text = words_of(client, BOARD)
        said = "Departments: 3, of which 1 on time, 2 incomplete."
        assert f"{said} Reports were due by 25 August 2023." in text
        assert "Science 2 Some submitted 3 1 0 2023-08-29 4 0 — Remind Science" in text
        assert "Energy 1 None submitted 1 0 0 — 4 0 — Remind Energy" in text
        assert "Industry 0 All submitted 1 1 0 2023-08-20 0 0 —" in text
        assert (
            text.index("Science 2 Some submitted")
            < text.index("Energy 1 None submitted")
            < text.index("Industry 0 All submitted")
        )
        assert "Total 3 5 2 0" in text

    def test_another_month(self, client, ada, rita):
        make_report(led_by(ada), date(2023, 7, 27))
        text = words_of(client, f"{BOARD}?period=2023-07")
        assert "Reports for July 2023" in text
        assert "Science 0 All submitted 1 1 0 2023-07-27 2 0 —" in text

    def test_reminds_one_department_once_a_day(self, client, ada, ben, rita):
        led_by(ada)
        led_by(ben)
        data = {"department": "science", "period": "2023-08"}
        response = client.post(REMIND, data, follow=True)
        assert response.redirect_chain == [("/review/board/?period=2023-08", 302)]
        assert "1 person was reminded" in text_of(response.content.decode())
        assert [(each.user, each.kind, each.period) for each in Notice.objects.all()] == [
            (ada, "reminder", date(2023, 8, 1))
        ]
        assert "Science 1 None submitted 1 0 0 — 4 0 2023-08-29 Energy" in text_of(response.content.decode())
        again = text_of(client.post(REMIND, data, follow=True).content.decode())
        assert "Science: This department has been reminded today." in again
        assert Notice.objects.count() == 1

    def test_reminds_all_that_have_not_reported(self, client, ada, ben, rita):
        led_by(ada)
        file_report(led_by(ben), by=ben, status="promoting")
        html = client.post(REMIND, {"department": "all", "period": "2023-08"}, follow=True).content.decode()
        assert list(Notice.objects.values_list("user__username", flat=True)) == ["ada"]
        assert "All with reports outstanding were reminded today" in text_of(html)

    def test_a_department_without_a_reporter_is_said(self, client, rita):
        make_measure(lead_department=make_department("water", short_en="Water"))
        html = client.post(REMIND, {"department": "water", "period": "2023-08"}, follow=True).content.decode()
        assert "Without a reporter to remind: Water" in text_of(html)

    def test_who_has_reported_is_not_reminded(self, client, ada, rita):
        file_report(led_by(ada), by=ada, status="promoting")
        html = client.post(REMIND, {"department": "science", "period": "2023-08"}, follow=True).content.decode()
        assert "Science: This department has reported the month." in text_of(html)
        assert not Notice.objects.exists()

    @pytest.mark.parametrize("name", ["", "nowhere", "<b>"])
    def test_an_unknown_department_is_said(self, client, ada, rita, name):
        led_by(ada)
        html = client.post(REMIND, {"department": name, "period": "2023-08"}, follow=True).content.decode()
        assert "There is no department to remind." in text_of(html)

    @pytest.mark.parametrize("period", ["2023-13", "2024-01", "August"])
    def test_a_month_that_is_none_is_refused(self, client, rita, period):
        assert client.get(BOARD, {"period": period}).status_code == 400
        assert client.post(REMIND, {"period": period}).status_code == 400

    @pytest.mark.parametrize(("role", "status"), [("reporter", 403), ("viewer", 403), ("auditor", 403), (None, 403)])
    def test_others_remind_nobody(self, client, ada, role, status):
        led_by(ada)
        if role:
            client.force_login(ada if role == "reporter" else make_user(role=role))
        assert client.post(REMIND, {"department": "all", "period": "2023-08"}).status_code == status
        assert not Notice.objects.exists()

    def test_an_empty_site_is_no_error(self, client, rita):
        assert "No department has a report due this month" in words_of(client, BOARD)

    def test_queries_do_not_grow_with_the_departments(self, client, rita):
        for _n in range(30):
            make_report(make_measure(), date(2023, 8, 20))
        get(client, BOARD)
        with CaptureQueriesContext(connection) as queries:
            get(client, BOARD)
        # One of them for the months of projects that wait, too.
        assert len(queries) <= 15
