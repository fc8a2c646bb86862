"""A measure gets another lead: Ada's Science hands M001 to Ben's Energy. Rita is the office, Pat takes part."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from core.exceptions import NotAllowed
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.terms import change_terms
from measures.models import Measure, Report
from measures.reports import ReportData, accept_report, open_report, save_draft, submit_report
from measures.services import add_comment
from notices.digests import send_digests
from notices.models import Notice
from notices.services import notices_for
from notices.wording import notice_sentence
from office.mergers import merge_departments
from reporting.services import discard_draft, withdraw_report
from tests import factories as make
from tests.pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

AUGUST = date(2023, 8, 1)
REASON = "职能划转"
PAGE = "/measures/M001/report/?period=2023-08"
DRAFT = "/measures/M001/report/draft/?period=2023-08"
API = "/api/v1/measures/M001/reports/"


@pytest.fixture
def site(today: date) -> SimpleNamespace:
    names = ("science", "energy", "water")
    science, energy, water = (make.make_department(name, short_en=name.title(), name_en=name.title()) for name in names)
    measure = make.make_measure(make.make_section(make.make_plan()), science, code="M001", title_en="Build")
    measure.participating_departments.set([energy, water])
    people = {
        name: make.make_user(name, role="reporter", department=department, language="en", email=f"{name}@example.org")
        for name, department in (("ada", science), ("ben", energy), ("pat", water))
    }
    rita = make.make_user("rita", role="reviewer", language="en")
    return SimpleNamespace(measure=measure, science=science, energy=energy, water=water, rita=rita, **people)


def draft(site: SimpleNamespace, text: str = "只写了一半", *, by: Any = None) -> Report:
    data = ReportData(status="promoting", against_status="promoting", what_was_done=text)
    return save_draft(site.measure, by=by or site.ada, period=AUGUST, data=data)


def hand_over(site: SimpleNamespace, to: Any = None) -> None:
    change_terms(site.measure, by=site.rita, reason=REASON, lead_department=to or site.energy)
    site.measure.refresh_from_db()


def told(user: Any, language: str = "en") -> list[str]:
    with translation.override(language):
        return [notice_sentence(each) for each in notices_for(user).order_by("pk")]


def typed(**fields: str) -> dict[str, str]:
    values = {"status": "promoting", "against_status": "promoting", "what_was_done": "Typed just now", "version": ""}
    return {**values, "action": "draft", **fields}


class TestParticipants:
    def test_the_new_lead_takes_part_no_longer_and_the_old_one_does_not_begin_to(self, site: Any) -> None:
        hand_over(site)
        assert list(site.measure.participating_departments.all()) == [site.water]

    def test_an_old_lead_that_stood_among_the_participants_is_out_too(self, site: Any) -> None:
        site.measure.participating_departments.add(site.science)
        hand_over(site)
        assert list(site.measure.participating_departments.all()) == [site.water]


class TestNotices:
    def test_both_departments_are_told_in_their_language(self, site: Any) -> None:
        hand_over(site)
        assert told(site.ada) == ["M001 Build is now led by another department: Energy."]
        assert told(site.ben) == ["Your department now leads M001 Build."]
        assert told(site.pat) == []
        title = site.measure.title_zh
        assert told(site.ben, "zh-hans") == [f"M001 {title}现由贵单位牵头。"]

    def test_a_closed_account_and_a_reader_of_the_department_are_told_nothing(self, site: Any) -> None:
        gone = make.make_user("gone", role="reporter", department=site.energy, is_active=False)
        reader = make.make_user("reader", department=site.energy)
        hand_over(site)
        assert told(gone) == told(reader) == []

    def test_they_are_told_by_e_mail_too(self, site: Any, mailoutbox: list[Any]) -> None:
        hand_over(site)
        send_digests(date(2023, 8, 29))
        assert sorted(mail.to[0] for mail in mailoutbox) == ["ada@example.org", "ben@example.org"]
        assert "Your department now leads M001 Build." in "".join(mail.body for mail in mailoutbox)

    def test_a_new_due_day_is_told_to_the_lead_and_those_who_take_part(self, site: Any) -> None:
        change_terms(site.measure, by=site.rita, reason="招标推迟", due_on=date(2023, 12, 31))
        sentence = "The due date of M001 Build was changed; it is now 31 December 2023."
        assert told(site.ada) == told(site.ben) == told(site.pat) == [sentence]

    def test_a_due_day_that_is_taken_away_is_told(self, site: Any) -> None:
        site.measure.due_on = date(2023, 9, 30)
        site.measure.save()
        change_terms(site.measure, by=site.rita, reason="不再限期", due_on=None)
        assert told(site.pat) == ["M001 Build no longer has a due date."]

    def test_another_section_is_told_to_nobody(self, site: Any) -> None:
        change_terms(site.measure, by=site.rita, reason="调整", section=make.make_section(site.measure.section.plan))
        assert not Notice.objects.exists()

    def test_a_correction_is_told(self, site: Any) -> None:
        wrong = make.make_change(site.measure, "in_progress", date(2023, 5, 18))
        correct_status(wrong, by=site.rita, status="in_progress", effective_on=date(2023, 6, 1), reason="日期有误")
        assert told(site.ada) == told(site.pat) == ["The office corrected a status of M001 Build."]

    def test_a_reopening_is_told(self, site: Any) -> None:
        make.make_change(site.measure, "completed", date(2023, 5, 18))
        reopen_measure(site.measure, by=site.rita, status="in_progress", effective_on=date(2023, 8, 1), reason="返工")
        assert told(site.ada) == told(site.ben) == ["The office reopened M001 Build: it is no longer completed."]

    def test_a_comment_is_told_to_all_but_its_author(self, site: Any) -> None:
        add_comment(site.measure, by=site.pat, text="请补充数据")
        assert told(site.ada) == told(site.ben) == ["There is a new comment on M001 Build."]
        assert told(site.pat) == []

    def test_a_comment_from_a_page_of_before_is_told_to_the_new_lead(self, site: Any) -> None:
        page = Measure.objects.get(pk=site.measure.pk)
        hand_over(site)
        add_comment(page, by=site.pat, text="请补充数据")
        assert told(site.ben)[1:] == ["There is a new comment on M001 Build."]
        assert told(site.ada)[1:] == []

    def test_the_former_lead_does_not_comment_from_a_page_of_before(self, site: Any) -> None:
        page = Measure.objects.get(pk=site.measure.pk)
        hand_over(site)
        with pytest.raises(NotAllowed):
            add_comment(page, by=site.ada, text="请补充数据")


class TestReports:
    def test_a_draft_stays_with_who_wrote_it_and_the_new_lead_begins_with_nothing(self, site: Any) -> None:
        mine = draft(site)
        hand_over(site)
        mine.refresh_from_db()
        assert (mine.department, mine.state, mine.what_was_done_zh) == (site.science, "draft", "只写了一半")
        assert open_report(site.measure, AUGUST) is None
        theirs = draft(site, "能源局的", by=site.ben)
        assert (theirs.department, theirs.pk != mine.pk) == (site.energy, True)

    def test_a_submitted_report_is_returned_with_the_reason_as_a_step(self, site: Any) -> None:
        report = submit_report(draft(site), by=site.ada)
        hand_over(site)
        report.refresh_from_db()
        assert (report.state, report.decision_note, report.department) == ("returned", REASON, site.science)
        assert [(step.move, step.note, step.made_by) for step in report.steps.all()] == [
            ("submit", "", site.ada),
            ("return", REASON, site.rita),
        ]

    @pytest.mark.parametrize("who", ["ada", "ben"])
    def test_nobody_moves_what_the_old_lead_left(self, site: Any, who: str) -> None:
        report = draft(site)
        hand_over(site)
        by = getattr(site, who)
        for move in (submit_report, withdraw_report, discard_draft):
            with pytest.raises(NotAllowed):
                move(report, by=by)
        assert Report.objects.get().state == "draft"

    def test_what_was_accepted_stays_the_work_of_who_wrote_it(self, site: Any) -> None:
        report = submit_report(draft(site), by=site.ada)
        accept_report(report, by=site.rita)
        hand_over(site)
        report.refresh_from_db()
        assert (report.state, report.department) == ("accepted", site.science)

    def test_a_measure_that_comes_back_finds_its_report_again(self, site: Any) -> None:
        report = draft(site)
        hand_over(site)
        hand_over(site, to=site.science)
        assert submit_report(report, by=site.ada).state == "submitted"

    def test_mergers_take_the_reports_along(self, site: Any) -> None:
        report = draft(site)
        merge_departments(site.science, into=site.water, by=site.rita, reason="机构改革")
        report.refresh_from_db()
        assert report.department == site.water
        site.ada.refresh_from_db()
        assert submit_report(report, by=site.ada).state == "submitted"

    def test_two_open_reports_of_a_month_do_not_stop_a_merger(self, site: Any, client: Client) -> None:
        mine = draft(site)
        hand_over(site)
        theirs = draft(site, "能源局的", by=site.ben)
        merge_departments(site.science, into=site.energy, by=site.rita, reason="机构改革")
        client.force_login(site.ben)
        for report, text in ((mine, "只写了一半"), (theirs, "能源局的")):
            assert client.get(f"{API}{report.pk}/").json()["what_was_done_zh"] == text
        assert {row["id"] for row in client.get(API).json()["results"]} == {mine.pk, theirs.pk}
        assert client.get("/workspace/").context["work"].left == [mine]
        site.ben.refresh_from_db()
        site.measure.refresh_from_db()
        assert open_report(site.measure, AUGUST) == theirs

    def test_what_a_merged_department_had_submitted_is_returned_too(self, site: Any) -> None:
        """A report stays under its department's old name where the two have an open report of a month each."""
        draft(site)
        hand_over(site)
        theirs = submit_report(draft(site, "能源局的", by=site.ben), by=site.ben)
        merge_departments(site.energy, into=site.science, by=site.rita, reason="机构改革")
        hand_over(site, to=site.water)
        theirs.refresh_from_db()
        assert (theirs.state, theirs.decision_note, theirs.department) == ("returned", REASON, site.energy)


class TestPages:
    def test_the_writer_is_told_what_happened_and_reads_the_text(self, site: Any, client: Client) -> None:
        draft(site)
        hand_over(site)
        client.force_login(site.ada)
        answer = client.get(PAGE)
        assert answer.status_code == 200
        text = text_of(answer.content.decode())
        assert "Since 29 August 2023 this measure is led by another department: Energy." in text
        assert "只写了一半" in text
        assert "report-form" not in answer.content.decode().split("<main", 1)[1]

    def test_the_reason_of_the_return_stands_there_with_the_evidence_and_the_life_of_the_report(
        self, site: Any, client: Client
    ) -> None:
        make.file_report(site.measure, by=site.ada, status="promoting", evidence=[{"document_number": "鲁1号"}])
        hand_over(site)
        client.force_login(site.ada)
        text = text_of(client.get(PAGE).content.decode())
        assert f"Return reason {REASON}" in text
        assert "Life of this report: 2 steps" in text
        assert "鲁1号" in text.split("Life of this report")[0]

    def test_an_autosave_answers_what_happened(self, site: Any, client: Client) -> None:
        draft(site)
        hand_over(site)
        client.force_login(site.ada)
        answer = client.post(DRAFT, typed())
        assert answer.status_code == 409
        assert "this measure is led by another department: Energy." in answer.content.decode()
        assert "只写了一半" in Report.objects.get().what_was_done_zh

    @pytest.mark.parametrize("action", ["draft", "submit", "withdraw"])
    def test_a_form_that_is_sent_comes_back_as_text_to_copy(self, site: Any, client: Client, action: str) -> None:
        """Also where no draft had been saved yet."""
        hand_over(site)
        client.force_login(site.ada)
        answer = client.post(PAGE, typed(action=action))
        assert answer.status_code == 409
        text = text_of(answer.content.decode())
        assert "What you typed was not saved" in text
        assert "Typed just now" in text
        assert not Report.objects.exists()

    def test_it_is_said_in_chinese(self, site: Any, client: Client) -> None:
        hand_over(site)
        client.force_login(site.ada)
        text = text_of(client.get(PAGE, {"period": "2023-08", "lang": "zh-hans"}).content.decode())
        assert "起，本措施改由" in text

    def test_a_department_that_never_led_it_is_refused(self, site: Any, client: Client) -> None:
        draft(site)
        hand_over(site)
        client.force_login(site.pat)
        assert client.get(PAGE).status_code == 403
        assert client.post(DRAFT, typed()).status_code == 403

    def test_the_new_lead_has_an_empty_form(self, site: Any, client: Client) -> None:
        accept_report(submit_report(draft(site, "已审核的"), by=site.ada), by=site.rita)
        draft(site)
        hand_over(site)
        client.force_login(site.ben)
        answer = client.get("/measures/M001/report/?period=2023-08")
        assert answer.context["form"]["what_was_done"].value() == ""

    def test_the_workspace_leads_to_what_was_left(self, site: Any, client: Client) -> None:
        draft(site)
        hand_over(site)
        client.force_login(site.ada)
        text = text_of(client.get("/workspace/").content.decode())
        assert "Begun on measures that another department leads now" in text
        assert "now led by Energy" in text
        draft(site, "能源局的", by=site.ben)
        client.force_login(site.ben)
        assert "Begun on measures" not in text_of(client.get("/workspace/").content.decode())


class TestApi:
    def test_each_department_reads_its_own(self, site: Any, client: Client) -> None:
        mine = draft(site)
        hand_over(site)
        theirs = draft(site, "能源局的", by=site.ben)
        for who, seen in (("ada", [mine]), ("ben", [theirs]), ("pat", []), ("rita", [mine, theirs])):
            client.force_login(getattr(site, who))
            rows = client.get(API, {"ordering": "state"}).json()["results"]
            assert {row["id"] for row in rows} == {report.pk for report in seen}
            assert {row["department"] for row in rows} == {report.department.slug for report in seen}
            assert client.get(f"{API}{mine.pk}/").status_code == (200 if mine in seen else 403)

    def test_what_a_merged_department_left_is_read_and_a_change_of_it_does_not_reach_another(
        self, site: Any, client: Client
    ) -> None:
        mine = draft(site)
        hand_over(site)
        theirs = draft(site, "能源局的", by=site.ben)
        merge_departments(site.science, into=site.energy, by=site.rita, reason="机构改革")
        client.force_login(site.ben)
        change = {"version": theirs.version, "what_was_done": "写错了地方"}
        assert client.put(f"{API}{mine.pk}/", change, "application/json").status_code == 409
        assert [each.what_was_done_zh for each in Report.objects.order_by("pk")] == ["只写了一半", "能源局的"]
