"""Ada and Eve report for Science and Technology, Ben for Energy; Rita reviews, Vic only looks."""

import json
import re
from copy import deepcopy
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from accounts.models import Session
from measures.filing import report_no_change
from measures.models import Report
from measures.reports import ReportData, accept_report, save_draft, submit_report
from reporting.services import return_report, withdraw_report
from tests.documents import make_pdf
from tests.factories import (
    file_report,
    make_change,
    make_department,
    make_measure,
    make_plan,
    make_problem,
    make_report,
    make_user,
)
from web.site import site_profile

pytestmark = pytest.mark.django_db
AUGUST = date(2023, 8, 1)
URL = "/measures/M001/report/?period=2023-08"
DRAFT = "/measures/M001/report/draft/?period=2023-08"
SCRIPT = "<script>alert('x')</script><b>bold</b>"


@pytest.fixture(autouse=True)
def _on_the_day(today, settings, tmp_path):
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    make_plan()


@pytest.fixture
def department():
    return make_department("science-technology", name_zh="省科技厅", name_en="Science and Technology")


@pytest.fixture
def measure(department):
    measure = make_measure(lead_department=department, code="M001", title_en="Build a catalogue")
    make_change(measure, "in_progress", date(2023, 5, 18))
    return measure


@pytest.fixture
def ada(department):
    return make_user("ada", role="reporter", department=department, language="en")


@pytest.fixture
def eve(department):
    return make_user("eve", role="reporter", department=department, language="en")


@pytest.fixture
def as_ada(client, ada, measure):
    client.force_login(ada)
    return client


def typed(**fields):
    values = {
        "status": "in_progress",
        "against_status": "in_progress",
        "effective_on": "",
        "what_was_done": "Done this month",
        "problem": "",
        "next_step": "",
        "version": "",
        "action": "draft",
        **fields,
    }
    return {name: value for name, value in values.items() if value is not None}


def data(**fields):
    values = {"status": "in_progress", "against_status": "in_progress", "what_was_done": "Done this month"}
    return ReportData(**{**values, **fields})


def words(response) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<script.*?</script>", "", main, flags=re.DOTALL)).split())


def the_report() -> Report:
    return Report.objects.exclude(state="accepted").get()


class TestNoChange:
    """The words that the system itself writes, which have two languages and stay known as what they are."""

    def test_is_shown_in_the_reader_s_language(self, as_ada, ada, measure):
        report_no_change([measure], by=ada)
        assert "What was done No change this month." in words(as_ada.get(URL))
        assert "工作进展 本月状态无变化。" in words(as_ada.get(f"{URL}&lang=zh-hans"))

    def test_taken_back_and_saved_as_it_stands_it_is_the_same(self, as_ada, ada, measure):
        report_no_change([measure], by=ada)
        report = withdraw_report(the_report(), by=ada)
        assert re.search(r">\s*No change this month.</textarea>", as_ada.get(URL).content.decode())
        as_ada.post(URL, typed(what_was_done="No change this month.", problem="Rain", version=str(report.version)))
        saved = the_report()
        assert (saved.version, saved.state) == (report.version + 1, "draft")
        assert (saved.what_was_done_zh, saved.what_was_done_en) == ("本月状态无变化。", "No change this month.")


class TestCarryingOver:
    """The words of the last report, which stand in the next month's form to be gone on with: what is said about a
    problem as long as that is open."""

    @pytest.fixture(autouse=True)
    def _open_problem(self, measure):
        make_problem(measure)

    LAST = {"what_was_done_en": "Collected 260 entries", "problem_en": "No rooms", "next_step_en": "Review them"}

    @staticmethod
    def fields(response):
        html = response.content.decode()
        return [
            unescape(re.search(rf'<textarea name="{name}"[^>]*>([^<]*)</textarea>', html)[1]).strip()
            for name in ("what_was_done", "problem", "next_step")
        ]

    def test_problem_and_next_step_come_too(self, as_ada, measure):
        make_report(measure, date(2023, 7, 20), **self.LAST)
        assert self.fields(as_ada.get(URL)) == ["Collected 260 entries", "No rooms", "Review them"]

    def test_no_change_in_between_takes_no_words_away(self, as_ada, measure):
        make_report(measure, date(2023, 6, 20), **self.LAST)
        make_report(
            measure, date(2023, 7, 20), what_was_done_zh="本月状态无变化。", what_was_done_en="No change this month."
        )
        assert self.fields(as_ada.get(URL)) == ["Collected 260 entries", "No rooms", "Review them"]

    def test_what_no_change_was_said_with_counts(self, as_ada, measure):
        make_report(measure, date(2023, 6, 20), **self.LAST)
        no_change = {"what_was_done_zh": "本月状态无变化。", "what_was_done_en": "No change this month."}
        make_report(measure, date(2023, 7, 20), **no_change, problem_en="Rain")
        assert self.fields(as_ada.get(URL)) == ["Collected 260 entries", "Rain", "Review them"]


class TestOpening:
    def test_shows_what_it_asks_and_what_was_said_last(self, as_ada, measure):
        make_report(
            measure,
            date(2023, 7, 20),
            status="in_progress",
            against_status="in_progress",
            what_was_done_zh="征集技术260项",
            what_was_done_en="Collected 260 entries",
            next_step_en="Review them",
        )
        response = as_ada.get(URL)
        text = words(response)
        assert "M001 · Reporting period August 2023" in text
        assert "File a report: Build a catalogue" in text
        assert "About 3 minutes. Filled in from your last report. It was due on 25 August 2023" in text
        assert "Current status: Progress made (since 18 May 2023)" in text
        assert "Last accepted report July 2023" in text and "Review them" in text
        html = response.content.decode()
        assert re.search(r'name="what_was_done"[^>]*>\s*Collected 260 entries</textarea>', html)
        chinese = as_ada.get(f"{URL}&lang=zh-hans").content.decode()
        assert re.search(r'name="what_was_done"[^>]*>\s*征集技术260项</textarea>', chinese)
        assert re.search(r'value="in_progress"[^>]* checked', html)
        assert 'min="2023-05-18" max="2023-08-29"' in html
        assert text.index("Nothing new this month?") < text.index("Status after this report")

    def test_is_of_this_month_where_the_address_names_none(self, as_ada):
        assert "Reporting period August 2023" in words(as_ada.get("/measures/M001/report/"))

    def test_is_in_chinese_too(self, as_ada, ada):
        ada.language = "zh-hans"
        ada.save()
        text = words(as_ada.get(URL))
        assert "预计用时3分钟。已带入上期填报内容。填报已于2023年8月25日截止，仍可补报。" in text
        assert "当前状态：取得进展（2023年5月18日起）" in text
        assert "单个附件不超过20MB" in text

    @pytest.mark.parametrize("period", ["2023-9", "2023-13", "abc", "2023-09", "2022-12"])
    def test_says_what_is_wrong_with_a_month(self, as_ada, period):
        assert as_ada.get(f"/measures/M001/report/?period={period}").status_code == 400

    def test_only_reporters_of_the_lead_department_open_it(self, client, measure):
        response = client.get(URL)
        assert response.status_code == 302
        assert response.url == "/accounts/login/?next=/measures/M001/report/%3Fperiod%3D2023-08"
        for person in (
            make_user("ben", role="reporter", department=make_department("energy")),
            make_user("rita", role="reviewer"),
            make_user("vic"),
        ):
            client.force_login(person)
            for refused in (client.get(URL), client.post(URL, typed()), client.post(DRAFT, typed())):
                assert refused.status_code == 403
            # Whoever reports is led back to what they may report on.
            main = client.get(URL).content.decode().partition("<main")[2]
            assert ('href="/workspace/"' in main) == (person.role == "reporter")
        assert not Report.objects.exclude(state="accepted").exists()

    def test_a_measure_that_does_not_exist_is_not_found(self, as_ada):
        assert as_ada.get("/measures/M999/report/").status_code == 404

    def test_shows_the_words_of_a_returned_report(self, as_ada, measure, ada):
        report = file_report(measure, by=ada, status="in_progress", period=AUGUST)
        return_report(report, by=make_user("rita", role="reviewer"), note="Say how many")
        response = as_ada.get(URL)
        assert "Returned on 29 August 2023 Say how many" in words(response)
        assert "Submit again" in words(response)
        assert "Nothing new this month?" not in words(response)

    def test_says_that_a_measure_is_completed(self, as_ada, measure):
        make_change(measure, "completed", date(2023, 8, 2), old_status="in_progress")
        text = words(as_ada.get(URL))
        assert "This measure is completed. Only the reviewing office reopens it" in text
        assert "Nothing new this month?" not in text

    def test_asks_the_database_no_more_with_more_evidence(self, as_ada, measure, ada):
        report = save_draft(measure, by=ada, data=data(), period=AUGUST)
        report.evidence.create(document_number="1")
        site_profile()
        with CaptureQueriesContext(connection) as few:
            as_ada.get(URL)
        for number in range(15):
            report.evidence.create(document_number=str(number))
        with CaptureQueriesContext(connection) as many:
            as_ada.get(URL)
        assert len(many) == len(few) <= 12


class TestSaving:
    def test_a_draft_may_be_incomplete_and_is_there_again(self, as_ada, ada):
        response = as_ada.post(URL, typed(what_was_done="", problem="Half a thought"))
        assert (response.status_code, response.url) == (302, URL)
        report = the_report()
        assert (report.state, report.problem_en, report.edited_by) == ("draft", "Half a thought", ada)
        assert "Half a thought" in as_ada.get(URL).content.decode()

    def test_a_colleague_continues_it(self, as_ada, eve):
        as_ada.post(URL, typed(what_was_done="Begun by Ada"))
        as_ada.force_login(eve)
        assert "Begun by Ada" in as_ada.get(URL).content.decode()
        as_ada.post(URL, typed(what_was_done="Ended by Eve", version="1"))
        assert (the_report().what_was_done_en, the_report().version) == ("Ended by Eve", 2)

    def test_line_breaks_count_once_as_in_the_browser(self, as_ada):
        as_ada.post(URL, typed(what_was_done="a\r\n" * 999 + "bc"))
        assert len(the_report().what_was_done_en) == 2000

    @pytest.mark.parametrize("name", ["what_was_done", "problem", "next_step"])
    def test_100_000_characters_are_refused_at_their_field_and_kept(self, as_ada, name):
        response = as_ada.post(URL, typed(**{"problem": "Kept words", name: "字" * 100_000}))
        assert "At most 2000 characters; there are 100000." in words(response)
        assert "字" * 100_000 in response.content.decode()
        assert not Report.objects.exclude(state="accepted").exists()

    @pytest.mark.parametrize("value", ["", "finished", SCRIPT])
    def test_a_status_that_is_none_is_refused(self, as_ada, value):
        response = as_ada.post(URL, typed(status=value, problem="Kept words"))
        assert response.status_code == 200
        assert "Please correct the following" in words(response)
        assert "Kept words" in response.content.decode()
        assert SCRIPT not in response.content.decode()

    @pytest.mark.parametrize("value", ["2023-02-30", "29.8.2023", SCRIPT])
    def test_a_day_that_is_none_is_refused(self, as_ada, value):
        response = as_ada.post(URL, typed(effective_on=value))
        assert "Effective date: There is no such date; choose another, such as 2023-06-30" in words(response)
        assert f'value="{escape(value)}"' in response.content.decode()

    def test_script_is_shown_as_text_wherever_it_was_typed(self, as_ada, measure):
        fields = dict.fromkeys(("what_was_done", "problem", "next_step", "url_title", "document_title"), SCRIPT)
        as_ada.post(URL, typed(**fields, url="https://example.org/", document_number=SCRIPT[:40]))
        assert the_report().evidence.count() == 2
        for response in (as_ada.get(URL), as_ada.post(URL, typed(**fields, status="no", version="1"))):
            assert "<script>alert(" not in response.content.decode()
            assert response.content.decode().count(escape(SCRIPT)) >= 3
        fields |= {"url_title": "", "document_title": ""}
        as_ada.post(URL, typed(**fields, version="1", action="submit"))
        shown = as_ada.get(URL).content.decode()
        assert the_report().state == "submitted"
        assert "<script>alert(" not in shown and escape(SCRIPT) in shown


class TestSubmitting:
    def test_hands_it_to_the_office(self, as_ada):
        response = as_ada.post(URL, typed(action="submit"), follow=True)
        assert response.redirect_chain == [("/workspace/?period=2023-08", 302)]
        assert "Report submitted" in words(response)
        assert (the_report().state, the_report().period) == ("submitted", AUGUST)

    def test_an_empty_report_stays_a_draft(self, as_ada):
        response = as_ada.post(URL, typed(what_was_done=" ", next_step="Later", action="submit"))
        assert "What was done: This field is required" in words(response)
        assert (the_report().state, the_report().next_step_en) == ("draft", "Later")

    def test_a_completion_without_evidence_is_refused_at_its_field(self, as_ada):
        response = as_ada.post(URL, typed(status="completed", action="submit"))
        assert "Completion needs evidence: a file, a link or a document number" in words(response)
        assert "Current status: Progress made (since 18 May 2023)" in words(response)
        assert re.search(r"Draft saved \d\d:\d\d Delete this draft", words(response))
        assert 'href="#id_evidence"' in response.content.decode()
        assert re.search(r'value="completed"[^>]* checked', response.content.decode())
        assert the_report().state == "draft"
        # The page that said so can be sent again at once.
        as_ada.post(URL, typed(status="completed", version="1", document_number="No. 12", action="submit"))
        assert the_report().state == "submitted"

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            ("2023-08-30", "The day is in the future"),
            ("2023-05-17", "The day must lie between 2023-05-18 and 2023-08-29."),
        ],
    )
    def test_a_day_in_the_future_or_before_the_last_change_is_refused(self, as_ada, day, sentence):
        response = as_ada.post(
            URL, typed(status="completed", effective_on=day, document_number="No. 12", action="submit")
        )
        assert f"Effective date: {sentence}" in words(response)
        assert f'value="{day}"' in response.content.decode()
        assert the_report().state == "draft"

    def test_a_completed_measure_is_not_reopened_here(self, as_ada, measure):
        make_change(measure, "completed", date(2023, 8, 2), old_status="in_progress")
        response = as_ada.post(URL, typed(against_status="completed", action="submit"))
        assert "Only the reviewing office reopens a completed measure." in words(response)
        assert "Done this month" in response.content.decode()

    def test_a_double_click_files_one_report(self, as_ada):
        file = SimpleUploadedFile("a.pdf", make_pdf())
        first = as_ada.post(URL, typed(action="submit", evidence=file))
        file.seek(0)
        second = as_ada.post(URL, typed(action="submit", evidence=file), follow=True)
        assert (first.status_code, second.redirect_chain) == (302, [("/workspace/?period=2023-08", 302)])
        assert "Report submitted" in words(second)
        assert (the_report().state, the_report().evidence.count()) == ("submitted", 1)

    def test_other_words_for_a_submitted_report_are_shown_to_be_copied(self, as_ada):
        as_ada.post(URL, typed(action="submit"))
        response = as_ada.post(URL, typed(action="submit", what_was_done="Quite another story"))
        assert "This report has been submitted already; what you typed was not saved" in words(response)
        assert "Quite another story" in words(response)
        assert the_report().what_was_done_en == "Done this month"

    def test_a_submitted_report_is_shown_and_can_be_withdrawn(self, as_ada):
        as_ada.post(URL, typed(action="submit"))
        response = as_ada.get(URL)
        assert "Submitted on 29 August 2023; it waits for its review." in words(response)
        assert "<textarea" not in response.content.decode()
        assert "Report withdrawn" in words(as_ada.post(URL, {"action": "withdraw"}, follow=True))
        assert the_report().state == "draft"

    def test_an_accepted_report_cannot_be_withdrawn(self, as_ada, measure, ada):
        report = file_report(measure, by=ada, status="in_progress", period=AUGUST)
        accept_report(report, by=make_user("rita", role="reviewer"))
        assert "This report has already been reviewed" in words(as_ada.post(URL, {"action": "withdraw"}, follow=True))
        response = as_ada.post(URL, typed(version="1", action="submit", what_was_done="From an old tab"))
        assert "This report has already been reviewed" in words(response)
        assert "From an old tab" in response.content.decode()
        assert not Report.objects.exclude(state="accepted").exists()
        assert "The report of this month was accepted on 29 August 2023." in words(as_ada.get(URL))


class TestTwoPeople:
    def test_both_versions_are_shown_and_saving_again_replaces_knowingly(self, as_ada, measure, eve):
        as_ada.post(URL, typed(what_was_done="First"))
        report = save_draft(measure, by=eve, data=data(what_was_done="Eve wrote this"), period=AUGUST, version=1)
        assert report.version == 2
        response = as_ada.post(URL, typed(what_was_done="Ada wrote this", version="1", action="submit"))
        text = words(response)
        assert "A colleague has saved this report in the meantime; both versions are shown." in text
        assert re.search(r"Eve wrote this Yours, kept in the form Ada wrote this", text)
        html = response.content.decode()
        assert re.search(r'name="what_was_done"[^>]*>\s*Ada wrote this</textarea>', html)
        assert 'name="version" value="2"' in html
        assert (the_report().what_was_done_en, the_report().state) == ("Eve wrote this", "draft")
        as_ada.post(URL, typed(what_was_done="Ada wrote this", version="2"))
        assert the_report().what_was_done_en == "Ada wrote this"

    def test_a_report_against_another_status_shows_both_and_can_be_sent_knowingly(self, as_ada, measure):
        response = as_ada.post(URL, typed(against_status="promoting", action="submit"))
        text = words(response)
        assert "Status after this report: The status has changed since you began this report" in text
        assert "When you began Under way Now Progress made" in text
        assert 'name="against_status" value="in_progress"' in response.content.decode()
        as_ada.post(URL, typed(against_status="in_progress", version="1", action="submit"))
        assert the_report().state == "submitted"

    def test_who_opens_such_a_draft_is_told_at_once(self, as_ada, measure, ada):
        save_draft(measure, by=ada, data=data(against_status="promoting"), period=AUGUST)
        response = as_ada.get(URL)
        assert "When you began Under way Now Progress made" in words(response)
        assert 'name="against_status" value="in_progress"' in response.content.decode()


class TestSavingByItself:
    def test_answers_with_the_time_and_the_new_version(self, as_ada):
        response = as_ada.post(DRAFT, typed(action=None))
        assert re.search(r"Draft saved \d\d:\d\d", response.content.decode())
        assert re.search(r'id="id_version"\s+value="1"\s+hx-swap-oob="true"', response.content.decode())
        as_ada.post(DRAFT, typed(what_was_done="More", version="1"))
        assert (the_report().what_was_done_en, the_report().version) == ("More", 2)

    def test_says_why_something_was_not_saved(self, as_ada, measure, eve):
        as_ada.post(DRAFT, typed())
        long = as_ada.post(DRAFT, typed(problem="字" * 2001, version="1"))
        assert (long.status_code, "What stands in the way: At most 2000 characters" in long.content.decode()) == (
            422,
            True,
        )
        save_draft(measure, by=eve, data=data(what_was_done="Eve's"), period=AUGUST, version=1)
        stale = as_ada.post(DRAFT, typed(what_was_done="Ada's", version="1"))
        assert (stale.status_code, "A colleague has saved" in stale.content.decode()) == (409, True)
        submit_report(the_report(), by=eve)
        assert as_ada.post(DRAFT, typed(what_was_done="Ada's", version="2")).status_code == 409
        assert the_report().what_was_done_en == "Eve's"

    def test_a_page_whose_draft_is_gone_begins_no_other_by_itself(self, as_ada):
        as_ada.post(DRAFT, typed())
        as_ada.post(URL.replace("report/", "report/discard/"))
        answer = as_ada.post(DRAFT, typed(what_was_done="Typed on", version="1"))
        assert (answer.status_code, "This draft is gone" in answer.content.decode()) == (409, True)
        assert not Report.objects.open().exists()

    def test_tells_the_browser_that_the_session_has_ended(self, client, measure):
        response = client.post(DRAFT, typed())
        assert response.status_code == 401
        assert "sessionid" not in response.cookies

    def test_is_only_for_sending(self, as_ada):
        assert as_ada.get(DRAFT).status_code == 405


class TestWithoutASession:
    """The words typed without a session: shown, to be copied, and stored nowhere; the browser keeps them for their
    person."""

    def test_what_was_sent_after_log_out_is_shown_and_leads_to_the_log_in(self, as_ada):
        as_ada.logout()
        as_ada.cookies["pilotzone_language"] = "en"
        files = SimpleUploadedFile("a.pdf", make_pdf())
        words_typed = {"what_was_done": "Typed <b> long ago", "url": "https://gov.example/1", "problem": ""}
        response = as_ada.post(URL, typed(**words_typed, action="submit", evidence=files))
        assert response.status_code == 403
        assert "no-store" in response["Cache-Control"]
        text = words(response)
        assert "You are not logged in, or no longer: nothing of what you sent was saved." in text
        assert "What was done Typed &lt;b&gt; long ago" in text and "Link https://gov.example/1" in text
        assert "Problems" not in text
        assert "Please choose the files once more" in text
        assert (
            'href="/accounts/login/?next=%2Fmeasures%2FM001%2Freport%2F%3Fperiod%3D2023-08"'
            in response.content.decode()
        )
        assert not Report.objects.exclude(state="accepted").exists()
        assert not Session.objects.exists()

    def test_what_is_too_long_for_any_field_is_cut(self, client, measure):
        response = client.post(URL, typed(what_was_done="字" * 1_500_000))
        assert (response.status_code, response.content.decode().count("字" * 100)) == (403, 199)

    def test_the_next_who_logs_in_finds_nothing_of_it(self, client, measure, eve):
        client.post(URL, typed(what_was_done="Typed long ago"))
        client.force_login(eve)
        assert "Typed long ago" not in client.get(URL).content.decode()

    def test_a_form_from_before_a_new_log_in_shows_its_words(self, ada, measure):
        client = Client(enforce_csrf_checks=True)
        client.force_login(ada)
        before = dict(client.session)
        response = client.post(
            URL,
            typed(what_was_done="From the old tab", csrfmiddlewaretoken="a" * 64),
            headers={"Origin": "http://testserver"},
        )
        assert response.status_code == 403
        text = words(response)
        assert "The form is from before your last log-in: nothing of what you sent was saved." in text
        assert "From the old tab" in text
        assert f'href="{URL}"' in response.content.decode()
        assert dict(client.session) == before
        assert not Report.objects.exclude(state="accepted").exists()

    @pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", None])
    @pytest.mark.parametrize("is_logged_in", [True, False])
    def test_another_site_shows_no_words_in_a_page_of_ours(self, ada, measure, origin, is_logged_in):
        client = Client(enforce_csrf_checks=True)
        if is_logged_in:
            client.force_login(ada)
        headers = {"Origin": origin} if origin else {}
        response = client.post(URL, typed(what_was_done="Not Ada's words"), headers=headers)
        assert (response.status_code, "Not Ada" in response.content.decode()) == (403, False)


class TestTwoTabs:
    """Each sends what it was shown first of each field, so that only a field that both changed is a conflict."""

    @staticmethod
    def shown(**fields):
        return json.dumps({name: values if isinstance(values, list) else [values] for name, values in fields.items()})

    @pytest.fixture
    def known(self):
        """Return what both tabs were shown before there was a draft."""
        return self.shown(status="in_progress", effective_on="", what_was_done="", problem="", next_step="")

    def test_the_page_sends_what_it_showed_first(self, as_ada, measure):
        make_report(measure, date(2023, 7, 20), next_step_en="Review them")
        shown = re.search(r'name="known" value="([^"]*)"', as_ada.get(URL).content.decode())[1]
        assert json.loads(unescape(shown))["next_step"] == ["Review them"]
        as_ada.post(DRAFT, typed(next_step="Go on", known=unescape(shown)))
        assert as_ada.post(DRAFT, typed(next_step="Review them", known=unescape(shown))).status_code == 200
        assert the_report().next_step_en == "Go on"

    def test_that_changed_different_fields_do_not_conflict(self, as_ada, known):
        as_ada.post(DRAFT, typed(what_was_done="", problem="From the first", known=known))
        answer = as_ada.post(
            DRAFT, typed(what_was_done="", status="completed", next_step="From the second", known=known)
        )
        assert answer.status_code == 200
        saved = the_report()
        assert (saved.problem_en, saved.next_step_en, saved.status) == (
            "From the first",
            "From the second",
            "completed",
        )
        # The second tab is told what the first one wrote.
        assert "From the first" in answer.content.decode()

    def test_that_changed_one_field_differently_do(self, as_ada, known):
        as_ada.post(DRAFT, typed(what_was_done="", problem="From the first", known=known))
        assert as_ada.post(DRAFT, typed(what_was_done="", problem="Other words", known=known)).status_code == 409
        assert the_report().problem_en == "From the first"

    def test_only_the_fields_in_conflict_are_shown_twice_and_nothing_of_the_others_is_lost(self, as_ada, known):
        as_ada.post(DRAFT, typed(what_was_done="", problem="From the first", next_step="Go on", known=known))
        page = as_ada.post(URL, typed(what_was_done="", problem="Other words", known=known)).content.decode()
        versions = page[page.index('id="versions"') : page.index('id="report-form"')]
        assert "From the first" in versions
        assert "Other words" in versions
        assert "Go on" not in versions
        sent = re.search(r'name="known" value="([^"]*)"', page)[1]
        again = typed(what_was_done="", problem="Both", next_step="Go on", version="1", known=unescape(sent))
        assert as_ada.post(URL, again).status_code == 302
        assert (the_report().problem_en, the_report().next_step_en) == ("Both", "Go on")

    def test_words_whose_answer_got_lost_are_no_other_s(self, as_ada):
        """The page sends what it sent before and had no answer to as known."""
        as_ada.post(DRAFT, typed(problem="Half"))
        lost = self.shown(problem=["", "Half"], status="in_progress", effective_on="", next_step="", what_was_done="")
        assert as_ada.post(DRAFT, typed(problem="Half a thought", known=lost)).status_code == 200
        assert the_report().problem_en == "Half a thought"

    def test_a_refused_form_does_not_replace_unseen_words_when_it_is_sent_again(self, as_ada, measure, eve, known):
        as_ada.post(DRAFT, typed(known=known))
        save_draft(measure, by=eve, data=data(problem="Eve wrote this"), period=AUGUST, version=1)
        page = as_ada.post(URL, typed(effective_on="tomorrow", version="1")).content.decode()
        assert 'name="version" value="1"' in page
        as_ada.post(URL, typed(problem="Ada wrote this", version="1"))
        assert the_report().problem_en == "Eve wrote this"

    @pytest.mark.parametrize("known", ["{", "[]", '{"problem": 3}', '{"problem": [3]}', "3"])
    def test_what_is_known_in_no_sense_is_nothing(self, as_ada, known):
        assert as_ada.post(DRAFT, typed(known=known)).status_code == 200
        assert as_ada.post(DRAFT, typed(problem="Again", known=known)).status_code == 409
