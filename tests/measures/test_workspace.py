"""The workspace: Ada reports for Science and Technology, Ben for Energy, Rita reviews, Vic only looks."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from measures.models import Measure, Report, StatusChange
from measures.reports import accept_report
from reporting.services import return_report
from tests.factories import (
    SHOWN,
    file_report,
    make_change,
    make_department,
    make_measure,
    make_report,
    make_section,
    make_user,
    shanghai,
)
from tests.pages import text_of

pytestmark = pytest.mark.django_db
URL = "/workspace/"
FILE = "/workspace/no-change/"


@pytest.fixture(autouse=True)
def _in_english(today: date, client: Any) -> None:
    client.cookies["pilotzone_language"] = "en"


@pytest.fixture
def ada() -> User:
    return make_user("ada", role="reporter", department=make_department("science", short_en="Science"))


@pytest.fixture
def rita() -> User:
    return make_user("rita", role="reviewer")


def led_by(user: User, **fields: Any) -> Measure:
    assert user.department is not None
    return make_measure(lead_department=user.department, **fields)


def page(client: Any, user: User, query: str = "") -> str:
    client.force_login(user)
    response = client.get(URL + query)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def group(html: str, title: str) -> str:
    """The part of the page below a heading."""
    return next(
        (
            text_of(f"<main{part}</main>")
            for part in html.split("<section")[1:]
            if re.search(rf"<h2>\s*{title}\s", part)
        ),
        "",
    )


class TestPage:
    def test_sorts_the_measures_by_what_they_ask_for(self, client, ada, rita):
        led_by(ada, code="M101", due_on=date(2023, 7, 31))
        led_by(ada, code="M102", due_on=date(2023, 9, 30))
        led_by(ada, code="M103", due_on=date(2024, 12, 31))
        file_report(led_by(ada, code="M104"), by=ada, status="promoting")
        accept_report(file_report(led_by(ada, code="M105"), by=ada, status="in_progress"), by=rita)
        make_change(led_by(ada, code="M106"), "completed", date(2023, 6, 30))
        sent_back = file_report(led_by(ada, code="M107"), by=ada, status="promoting")
        return_report(sent_back, by=rita, note="Say how many")
        html = page(client, ada)
        assert "M101" in group(html, "Overdue")
        assert "M102" in group(html, "Measures due soon")
        assert "M103" in group(html, "To submit")
        assert "M104" in group(html, "Submitted")
        assert "M105" in group(html, "Accepted")
        assert "M106" in group(html, "No report due this month")
        assert "M107" in group(html, "Returned") and "Return reason Say how many" in group(html, "Returned")
        assert "4 of 6 reports for August 2023 are outstanding." in text_of(html)
        assert "They were due by 25 August 2023 and can still be submitted." in text_of(html)

    def test_before_the_due_day_it_names_it(self, client, ada, settings):
        settings.PILOTZONE_TODAY = date(2023, 8, 25)
        led_by(ada)
        assert "1 of 1 reports for August 2023 is outstanding. They are due by 25 August 2023." in text_of(
            page(client, ada)
        )

    def test_each_row_opens_the_form_of_the_month(self, client, ada, settings):
        settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 7, 1)
        led_by(ada, code="M101")
        assert 'href="/measures/M101/report/?period=2023-08"' in page(client, ada)
        assert 'href="/measures/M101/report/?period=2023-07"' in page(client, ada, "?period=2023-07")

    def test_a_report_returned_for_an_earlier_month_is_not_forgotten(self, client, ada):
        make_report(led_by(ada, code="M101"), date(2023, 7, 20), state="returned", decision_note="Too short")
        html = page(client, ada)
        assert "M101" in group(html, "Returned") and "July 2023" in group(html, "Returned")
        assert 'href="/measures/M101/report/?period=2023-07"' in html
        assert "M101" in group(html, "To submit")

    def test_a_draft_says_that_it_is_one_and_is_not_passed_over(self, client, ada):
        make_report(led_by(ada, code="M101"), date(2023, 8, 20), state="draft")
        html = page(client, ada)
        assert "Draft" in group(html, "To submit") and "Continue" in group(html, "To submit")
        assert 'name="measure" value="M101"' not in html

    def test_measures_it_takes_part_in_are_only_linked(self, client, ada):
        other = make_measure(code="M201", lead_department=make_department(short_en="Energy"))
        other.participating_departments.add(ada.department)
        html = page(client, ada)
        assert "M201" in group(html, "Participating") and "Energy" in group(html, "Participating")
        assert "/measures/M201/report/" not in html

    def test_says_when_all_is_reported(self, client, ada):
        file_report(led_by(ada), by=ada, status="promoting")
        html = page(client, ada)
        assert "All measures of your department are reported this month." in text_of(html)
        assert "Select all" not in html

    def test_all_can_be_ticked_without_a_script(self, client, ada):
        led_by(ada)
        assert " checked" not in page(client, ada)
        assert " checked" in page(client, ada, "?ticked=all")

    def test_what_others_lead_is_not_shown(self, client, ada):
        make_measure(code="M999")
        assert "M999" not in page(client, ada)

    def test_chinese(self, client, ada):
        led_by(ada)
        client.cookies["pilotzone_language"] = "zh-hans"
        text = text_of(page(client, ada))
        assert "2023年8月应填报1项，还有1项未报" in text and "本月无变化" in text

    def test_acts_on_today_whatever_day_is_asked_for(self, client, ada):
        led_by(ada, code="M101", listed_on=date(2023, 8, 1))
        html = page(client, ada, "?as_of=2023-03-31")
        assert "M101" in html and 'id="as-of"' not in html

    @pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("reviewer", 403), ("auditor", 403), (None, 302)])
    def test_is_for_reporters(self, client, role, status):
        if role:
            client.force_login(make_user(role=role))
        assert client.get(URL).status_code == status
        assert client.post(FILE).status_code == 403

    def test_somebody_unknown_logs_in_first_and_comes_back(self, client, open_reading):
        assert client.get(f"{URL}?period=2023-07").url == "/accounts/login/?next=/workspace/%3Fperiod%3D2023-07"

    @pytest.mark.parametrize("period", ["2023-13", "202308", "2023-8", "9999-99", "2023-09", "<b>"])
    def test_a_month_that_is_none_is_refused(self, client, ada, period):
        client.force_login(ada)
        assert client.get(URL, {"period": period}).status_code == 400
        assert client.post(FILE, {"period": period}).status_code == 400

    def test_an_empty_site_is_no_error(self, client, ada):
        assert "No report is due for August 2023." in page(client, ada)

    @pytest.mark.parametrize("rows", [10, 249])
    def test_queries_do_not_grow_with_the_rows(self, client, ada, rows, settings):
        settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 8, 1)
        many(ada, rows)
        client.force_login(ada)
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            html = client.get(URL).content.decode()
        assert html.count("/report/?period=") >= rows
        # One of them for the projects that the department leads, two for the indicators that it owns.
        assert len(queries) <= 17, [query["sql"][:90] for query in queries]


def many(user: User, rows: int, **fields: Any) -> list[Measure]:
    """Measures of a department with a submitted report of the month for every second one; quickly."""
    section = make_section()
    measures = Measure.objects.bulk_create(
        Measure(
            code=f"Q{n:03}",
            plan=section.plan,
            section=section,
            lead_department=user.department,
            title_zh=f"措施{n}",
            title_en=f"Measure {n}",
            listed_on=date(2023, 1, 3),
            lead_provenance="illustrative",
            **SHOWN,
        )
        for n in range(1, rows + 1)
    )
    StatusChange.objects.bulk_create(
        StatusChange(
            measure=each,
            status="promoting",
            effective_on=date(2023, 1, 3),
            recorded_at=shanghai(date(2023, 1, 3)),
            **SHOWN,
        )
        for each in measures
    )
    Report.objects.bulk_create(
        Report(
            measure=each,
            department_id=each.lead_department_id,
            period=date(2023, 8, 1),
            state="submitted",
            submitted_on=date(2023, 8, 20),
            status="in_progress",
            against_status="promoting",
            what_was_done_zh="做了工作",
            **SHOWN,
            **fields,
        )
        for each in measures[::2]
    )
    return measures


class TestNoChange:
    def test_files_one_from_its_row(self, client, ada):
        measure = led_by(ada, code="M101")
        client.force_login(ada)
        response = client.post(FILE, {"measure": "M101", "period": "2023-08"}, follow=True)
        report = measure.reports.get()
        assert (report.state, report.status, report.period) == ("submitted", "promoting", date(2023, 8, 1))
        assert report.submitted_by == ada
        assert "1 report submitted: no change this month" in text_of(response.content.decode())

    def test_files_all_that_are_ticked(self, client, ada):
        for code in ("M101", "M102", "M103"):
            led_by(ada, code=code)
        client.force_login(ada)
        response = client.post(FILE, {"measure": ["M101", "M103"], "period": "2023-08"}, follow=True)
        assert set(Report.objects.values_list("measure__code", flat=True)) == {"M101", "M103"}
        assert "2 reports submitted: no change this month" in text_of(response.content.decode())

    def test_files_for_the_month_shown(self, client, ada):
        measure = led_by(ada, code="M101")
        client.force_login(ada)
        response = client.post(FILE, {"measure": "M101", "period": "2023-07"})
        assert response.url == "/workspace/?period=2023-07"
        assert measure.reports.get().period == date(2023, 7, 1)

    def test_one_that_fails_says_why_in_its_row_and_the_others_are_filed(self, client, ada):
        free = led_by(ada, code="M101")
        make_report(led_by(ada, code="M102"), date(2023, 8, 20), state="draft")
        client.force_login(ada)
        html = client.post(FILE, {"measure": ["M101", "M102"], "period": "2023-08"}).content.decode()
        assert free.reports.get().state == "submitted"
        assert "There is an open report for this period already." in group(html, "To submit")
        assert "1 report submitted" in text_of(html)
        assert "1 report was not submitted; the reason is in its row" in text_of(html)

    def test_a_second_click_files_nothing_more(self, client, ada):
        measure = led_by(ada, code="M101")
        client.force_login(ada)
        for _click in range(2):
            response = client.post(FILE, {"measure": "M101", "period": "2023-08"})
        assert measure.reports.count() == 1
        assert "There is an open report for this period already." in text_of(response.content.decode())

    def test_another_departments_measure_is_refused_with_the_reason(self, client, ada):
        other = make_measure(code="M201")
        client.force_login(ada)
        html = client.post(FILE, {"measure": "M201", "period": "2023-08"}).content.decode()
        assert "M201: Only the lead department may report on this measure" in text_of(html)
        assert not other.reports.exists()

    @pytest.mark.parametrize("data", [{}, {"measure": ""}, {"measure": "M404"}, {"measure": "<script>"}])
    def test_nothing_ticked_is_said(self, client, ada, data):
        client.force_login(ada)
        html = client.post(FILE, {"period": "2023-08", **data}, follow=True).content.decode()
        assert "Select at least one measure." in text_of(html)

    def test_after_the_session_ended_one_logs_in_and_finds_the_workspace(self, client, ada):
        led_by(ada, code="M101")
        response = client.post(FILE, {"measure": "M101", "period": "2023-08"})
        assert response.status_code == 403
        assert 'href="/accounts/login/?next=%2Fworkspace%2Fno-change%2F"' in response.content.decode()
        client.force_login(ada)
        assert client.get(FILE).url == "/workspace/"
        assert not Report.objects.exists()


class TestNavigation:
    def test_a_reporter_sees_how_many_were_returned(self, client, ada):
        make_report(led_by(ada), date(2023, 7, 20), state="returned", decision_note="Too short")
        html = page(client, ada)
        assert re.search(r'My department\s*<span class="count">1</span>\s*</a>', html)
        assert 'href="/review/"' not in html

    def test_readers_see_neither(self, client, open_reading):
        html = client.get("/measures/").content.decode()
        assert 'href="/workspace/"' not in html and 'href="/review/"' not in html
