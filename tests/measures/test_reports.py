"""Ada drafts and submits for Science and Technology, Ben is of Energy, Rita reviews, Vic only looks."""

from copy import deepcopy
from datetime import date

import pytest
from django.core.files.base import ContentFile

from core.clock import SHANGHAI
from core.exceptions import NotAllowed
from core.signals import figures_changed
from measures.filing import file_report, report_no_change
from measures.models import Evidence, Report, StatusChange
from measures.reports import ReportData, StatusMoved, accept_report, open_report, save_draft, submit_report
from notices.models import Notice
from notices.reminders import remind_department
from reporting.evidence import attach_document, attach_file, attach_link, remove_evidence
from reporting.services import DraftChanged, discard_draft, do_each, return_report, withdraw_report
from tests.documents import make_pdf
from tests.factories import make_change, make_department, make_measure, make_plan, make_report, make_user

pytestmark = pytest.mark.django_db
TODAY, AUGUST, JULY = date(2023, 8, 29), date(2023, 8, 1), date(2023, 7, 1)


@pytest.fixture(autouse=True)
def _pinned(today):
    assert today == TODAY


@pytest.fixture
def ada():
    return make_user("ada", role="reporter", department=make_department("science-technology"))


@pytest.fixture
def eve(ada):
    """Return Eve, Ada's colleague."""
    return make_user("eve", role="reporter", department=ada.department)


@pytest.fixture
def ben():
    return make_user("ben", role="reporter", department=make_department("energy"))


@pytest.fixture
def rita():
    return make_user("rita", role="reviewer")


@pytest.fixture
def measure(ada):
    return make_measure(lead_department=ada.department)


@pytest.fixture
def draft(measure, ada):
    return save_draft(measure, by=ada, data=typed())


@pytest.fixture
def evidence_folder(settings, tmp_path):
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = tmp_path / "evidence"
    settings.STORAGES = storages
    return tmp_path / "evidence"


@pytest.fixture
def heard():
    """The cells of each signal that was sent."""
    signals = []

    def listen(sender, *, kind, cells, **kwargs):
        signals.append(cells)

    figures_changed.connect(listen)
    yield signals
    figures_changed.disconnect(listen)


def typed(status="in_progress", against_status="promoting", **more):
    return ReportData(status=status, against_status=against_status, **{"what_was_done": "开工建设", **more})


def test_the_reason_of_a_change_is_all_that_the_report_says(measure, ada, rita):
    text = "开工建设。" * 400
    report = submit_report(save_draft(measure, by=ada, data=typed(what_was_done=text)), by=ada)
    assert accept_report(report, by=rita).reason_zh == text


def test_a_day_without_a_change_of_status_is_refused_and_not_ignored(measure, ada):
    data = typed("promoting", effective_on=date(2023, 8, 11))
    draft = save_draft(measure, by=ada, data=data)
    refusal = refused(submit_report, draft, by=ada)
    assert (refusal.field, str(refusal)) == ("effective_on", "状态未变更：请将生效日期留空，或选择新的状态。")
    assert open_report(measure, AUGUST).effective_on == date(2023, 8, 11)


def test_an_over_long_title_of_evidence_is_refused_and_not_cut(measure, draft, ada):
    for attach, field in ((attach_link, "url"), (attach_document, "number")):
        given = {"url": "https://example.org/", "number": "鲁科字〔2023〕1号"}[field]
        refusal = refused(attach, draft, by=ada, title="题" * 201, **{field: given})
        assert str(refusal) == "最多200字，现有201字。"
    assert not draft.evidence.exists()


def pdf(name="验收意见.pdf"):
    return ContentFile(make_pdf(), name=name)


def refused(do, *arguments, **named):
    """The refusal; it always has a sentence."""
    with pytest.raises(NotAllowed) as refusal:
        do(*arguments, **named)
    assert str(refusal.value)
    return refusal.value


def told():
    return sorted(Notice.objects.values_list("user__username", "kind"))


class TestDrafts:
    def test_the_first_save_makes_the_months_report(self, measure, ada):
        report = save_draft(measure, by=ada, data=typed(problem="缺地", next_step="办理手续"))
        report.refresh_from_db()
        assert (report.state, report.period, report.version) == ("draft", AUGUST, 1)
        assert (report.status, report.against_status) == ("in_progress", "promoting")
        assert (report.what_was_done_zh, report.problem_zh, report.next_step_zh) == ("开工建设", "缺地", "办理手续")
        assert (report.edited_by, report.edited_at.astimezone(SHANGHAI).date()) == (ada, TODAY)
        assert (report.submitted_on, report.submitted_by) == (None, None)

    def test_nothing_need_be_complete_or_right(self, measure, ada):
        data = typed("completed", what_was_done="", effective_on=date(2031, 1, 1))
        report = save_draft(measure, by=ada, data=data)
        assert (report.state, report.effective_on) == ("draft", date(2031, 1, 1))

    def test_each_save_goes_up_by_one_and_a_save_of_the_same_does_not(self, measure, draft, ada):
        again = save_draft(measure, by=ada, data=typed(problem="缺地"), version=1)
        assert (again.pk, again.version) == (draft.pk, 2)
        same = save_draft(measure, by=ada, data=typed(problem="缺地"), version=2)
        assert (same.pk, same.version) == (draft.pk, 2)

    def test_a_double_click_on_a_new_form_makes_one_report(self, measure, draft, ada):
        assert save_draft(measure, by=ada, data=typed()).pk == draft.pk
        assert Report.objects.count() == 1

    def test_a_colleague_continues_it(self, measure, draft, eve):
        report = save_draft(measure, by=eve, data=typed(next_step="验收"), version=1)
        assert (report.pk, report.edited_by, report.next_step_zh) == (draft.pk, eve, "验收")

    @pytest.mark.parametrize("version", [None, 1, 3, 99])
    def test_who_saves_over_a_colleague_is_told_and_loses_nothing(self, measure, draft, ada, eve, version):
        save_draft(measure, by=eve, data=typed(problem="伊芙写的"), version=1)
        refusal = refused(save_draft, measure, by=ada, data=typed(problem="艾达写的"), version=version)
        assert isinstance(refusal, DraftChanged)
        assert (refusal.theirs.problem_zh, refusal.theirs.version, refusal.theirs.edited_by) == ("伊芙写的", 2, eve)
        draft.refresh_from_db()
        assert (draft.problem_zh, draft.version) == ("伊芙写的", 2)
        # Having seen both, she saves hers over it.
        assert save_draft(measure, by=ada, data=typed(problem="两人写的"), version=2).problem_zh == "两人写的"

    @pytest.mark.parametrize("who", ["ben", "pat", "rita", "vic", "admin", "audit"])
    def test_nobody_else_drafts(self, measure, ben, rita, who):
        pat = make_user("pat", role="reporter", department=make_department("joined"))
        measure.participating_departments.add(pat.department)
        people = {
            "ben": ben,
            "pat": pat,
            "rita": rita,
            "vic": make_user("vic"),
            "admin": make_user("admin", is_superuser=True),
            "audit": make_user("audit", role="auditor"),
        }
        refused(save_draft, measure, by=people[who], data=typed())
        assert not Report.objects.exists()

    def test_a_past_month_has_a_draft_of_its_own(self, measure, draft, ada):
        late = save_draft(measure, by=ada, data=typed(), period=date(2023, 7, 19))
        assert (late.period, late.version) == (JULY, 1)
        assert open_report(measure, AUGUST) == draft

    @pytest.mark.parametrize("day", [date(2023, 9, 1), date(9999, 12, 31), date(2022, 12, 31), date(1, 1, 1)])
    def test_no_month_to_come_and_none_before_it_was_listed(self, measure, ada, day):
        assert refused(save_draft, measure, by=ada, data=typed(), period=day).field == "period"

    def test_what_waits_for_review_is_not_edited(self, measure, draft, ada):
        submit_report(draft, by=ada)
        refused(save_draft, measure, by=ada, data=typed(problem="补充"), version=1)
        draft.refresh_from_db()
        assert (draft.state, draft.problem_zh) == ("submitted", "")

    def test_after_an_accepted_report_a_new_one_may_be_drafted(self, measure, ada):
        accepted = make_report(measure, date(2023, 8, 5))
        report = save_draft(measure, by=ada, data=typed())
        assert report.pk != accepted.pk
        assert (report.version, report.state) == (1, "draft")

    @pytest.mark.parametrize("field", ["what_was_done", "problem", "next_step"])
    def test_a_text_of_2000_characters_is_kept_and_a_longer_one_refused(self, measure, ada, field):
        save_draft(measure, by=ada, data=typed(**{field: "字" * 2000}))
        for length in (2001, 100_000):
            refusal = refused(save_draft, measure, by=ada, data=typed(**{field: "字" * length}), version=1)
            assert refusal.field == field
            assert "2000" in str(refusal).replace(",", "")
        assert len(getattr(Report.objects.get(), f"{field}_zh")) == 2000

    def test_html_and_script_are_text(self, measure, ada):
        said = "<script>alert(1)</script> & <b>粗</b> 100% {{ 7 }}"
        assert save_draft(measure, by=ada, data=typed(what_was_done=said)).what_was_done_zh == said

    def test_what_no_database_keeps_is_taken_out(self, measure, ada):
        report = save_draft(measure, by=ada, data=typed(what_was_done=" \x00一\r\n二\x00 \n"))
        report.refresh_from_db()
        assert report.what_was_done_zh == "一\n二"

    @pytest.mark.parametrize("status", ["", "done", "COMPLETED", "completed\x00", "已完成"])
    def test_a_status_that_is_none_is_refused(self, measure, ada, status):
        assert refused(save_draft, measure, by=ada, data=typed(status)).field == "status"
        assert refused(save_draft, measure, by=ada, data=typed(against_status=status)).field == "status"
        assert not Report.objects.exists()

    def test_one_that_was_never_submitted_is_thrown_away_with_its_files(
        self, draft, ada, ben, evidence_folder, django_capture_on_commit_callbacks
    ):
        attach_file(draft, by=ada, file=pdf())
        refused(discard_draft, draft, by=ben)
        with django_capture_on_commit_callbacks(execute=True):
            discard_draft(draft, by=ada)
        assert not Report.objects.exists()
        assert not [path for path in evidence_folder.rglob("*") if path.is_file()]

    def test_one_that_was_submitted_before_is_kept(self, draft, ada):
        submit_report(draft, by=ada)
        refused(discard_draft, draft, by=ada)
        withdraw_report(draft, by=ada)
        refused(discard_draft, draft, by=ada)
        assert Report.objects.get().state == "draft"

    def test_one_that_a_colleague_threw_away_is_answered_with_a_sentence(self, draft, ada, eve):
        held = Report.objects.get()
        discard_draft(draft, by=eve)
        refused(submit_report, held, by=ada)
        refused(discard_draft, held, by=ada)
        refused(attach_document, held, by=ada, number="鲁科字〔2023〕8号")


class TestSubmitting:
    def test_hands_it_to_the_office(self, draft, ada, heard):
        submit_report(draft, by=ada)
        draft.refresh_from_db()
        assert (draft.state, draft.submitted_on, draft.submitted_by) == ("submitted", TODAY, ada)
        assert draft.submitted_at.astimezone(SHANGHAI).date() == TODAY
        assert (heard, told()) == ([], [])

    def test_says_what_is_missing_and_leaves_a_draft(self, measure, ada):
        draft = save_draft(measure, by=ada, data=typed(what_was_done="  "))
        assert refused(submit_report, draft, by=ada).field == "what_was_done"
        assert Report.objects.get().state == "draft"

    def test_a_double_click_submits_once(self, draft, ada):
        twin = Report.objects.get()
        submit_report(draft, by=ada)
        first = Report.objects.get().submitted_at
        refused(submit_report, twin, by=ada)
        assert Report.objects.get().submitted_at == first

    def test_a_completion_needs_evidence(self, measure, ada):
        draft = save_draft(measure, by=ada, data=typed("completed"))
        assert refused(submit_report, draft, by=ada).field == "evidence"
        attach_document(draft, by=ada, number="鲁科字〔2023〕8号")
        assert submit_report(draft, by=ada).state == "submitted"

    def test_a_measure_that_is_completed_needs_it_no_more(self, measure, ada):
        make_change(measure, "completed", date(2023, 6, 1))
        draft = save_draft(measure, by=ada, data=typed("completed", "completed"))
        assert submit_report(draft, by=ada).state == "submitted"

    @pytest.mark.parametrize("status", ["promoting", "in_progress"])
    def test_the_department_does_not_reopen_a_completed_measure(self, measure, ada, status):
        make_change(measure, "completed", date(2023, 6, 1))
        draft = save_draft(measure, by=ada, data=typed(status, "completed"))
        assert refused(submit_report, draft, by=ada).field == "status"

    def test_against_a_status_that_has_changed_both_are_named(self, measure, draft, ada):
        make_change(measure, "completed", date(2023, 8, 20))
        refusal = refused(submit_report, draft, by=ada)
        assert isinstance(refusal, StatusMoved)
        assert (refusal.was, refusal.current, refusal.field) == ("promoting", "completed", "status")
        assert Report.objects.get(pk=draft.pk).what_was_done_zh == "开工建设"

    @pytest.mark.parametrize(
        ("day", "is_right"),
        [
            (date(2023, 5, 1), True),
            (date(2023, 8, 29), True),
            (None, True),
            (date(2023, 4, 30), False),
            (date(2023, 8, 30), False),
            (date(9999, 12, 31), False),
        ],
    )
    def test_the_day_lies_between_the_last_change_and_today(self, measure, ada, day, is_right):
        make_change(measure, "in_progress", date(2023, 5, 1))
        draft = save_draft(measure, by=ada, data=typed("completed", "in_progress", effective_on=day))
        attach_document(draft, by=ada, number="鲁科字〔2023〕8号")
        if is_right:
            assert submit_report(draft, by=ada).state == "submitted"
        else:
            assert refused(submit_report, draft, by=ada).field == "effective_on"

    def test_a_returned_report_is_corrected_and_submitted_again(self, measure, draft, ada, rita):
        return_report(submit_report(draft, by=ada), by=rita, note="请附验收材料")
        report = save_draft(measure, by=ada, data=typed(what_was_done="已附材料"), version=draft.version)
        assert (report.pk, report.state, report.decision_note) == (draft.pk, "returned", "请附验收材料")
        submit_report(report, by=ada)
        report.refresh_from_db()
        assert (report.state, report.what_was_done_zh) == ("submitted", "已附材料")
        # What Rita said stays for her to compare with.
        assert (report.decision_note, report.decided_on, report.decided_by) == ("请附验收材料", None, None)

    def test_taken_back_before_the_decision_it_is_a_draft_again(self, measure, draft, ada, rita):
        submit_report(draft, by=ada)
        withdraw_report(draft, by=ada)
        refused(accept_report, draft, by=rita)
        report = save_draft(measure, by=ada, data=typed(problem="补充"), version=draft.version)
        assert (report.pk, report.state) == (draft.pk, "draft")
        assert submit_report(report, by=ada).state == "submitted"

    def test_after_the_decision_nothing_is_taken_back(self, draft, ada, rita):
        held = submit_report(draft, by=ada)
        accept_report(Report.objects.get(), by=rita)
        refused(withdraw_report, held, by=ada)
        assert Report.objects.get().state == "accepted"


class TestNoChange:
    def test_each_of_those_ticked_is_filed_with_its_status(self, measure, ada):
        other = make_measure(lead_department=ada.department)
        make_change(other, "in_progress", date(2023, 5, 1))
        outcomes = report_no_change([measure, other], by=ada)
        assert [(outcome.subject, outcome.ok, outcome.reason) for outcome in outcomes] == [
            (measure, True, ""),
            (other, True, ""),
        ]
        filed = Report.objects.filter(state="submitted", period=AUGUST).order_by("pk")
        assert [(report.measure, report.status, report.against_status) for report in filed] == [
            (measure, "promoting", "promoting"),
            (other, "in_progress", "in_progress"),
        ]
        assert {report.what_was_done_zh for report in filed} == {"本月状态无变化。"}
        assert {report.what_was_done_en for report in filed} == {"No change this month."}
        report = withdraw_report(filed[0], by=ada)
        save_draft(measure, by=ada, data=typed(what_was_done="完成初审。"), period=AUGUST, version=report.version)
        report.refresh_from_db()
        assert (report.what_was_done_zh, report.what_was_done_en) == ("完成初审。", "")

    def test_each_row_fails_by_itself_with_its_reason(self, measure, ada, ben):
        of_others = make_measure(lead_department=ben.department)
        begun = make_measure(lead_department=ada.department)
        draft = save_draft(begun, by=ada, data=typed(what_was_done="写到一半"))
        outcomes = report_no_change([of_others, begun, measure], by=ada)
        assert [outcome.ok for outcome in outcomes] == [False, False, True]
        assert all(outcome.reason for outcome in outcomes[:2])
        assert [report.measure for report in Report.objects.filter(state="submitted")] == [measure]
        draft.refresh_from_db()
        assert (draft.state, draft.what_was_done_zh) == ("draft", "写到一半")

    def test_a_double_click_files_once(self, measure, ada):
        assert [outcome.ok for outcome in report_no_change([measure, measure], by=ada)] == [True, False]
        assert Report.objects.count() == 1

    def test_an_old_page_does_not_file_an_accepted_month_again(self, measure, ada, rita):
        report_no_change([measure], by=ada)
        accept_report(Report.objects.get(), by=rita)
        [outcome] = report_no_change([measure], by=ada)
        assert (outcome.ok, Report.objects.count()) == (False, 1)
        assert report_no_change([measure], by=ada, period=JULY)[0].ok

    def test_a_past_month_is_caught_up_with(self, measure, ada):
        report_no_change([measure], by=ada, period=JULY)
        assert Report.objects.get().period == JULY

    def test_none_is_none(self, ada):
        assert report_no_change([], by=ada) == []


class TestDeciding:
    def test_acceptance_is_told_to_the_department_and_nobody_else(self, draft, ada, eve, ben, rita):
        make_user("gone", role="reporter", department=ada.department, is_active=False)
        make_user("eva", department=ada.department)
        accept_report(submit_report(draft, by=ada), by=rita)
        assert told() == [("ada", "accepted"), ("eve", "accepted")]
        assert {(notice.measure, notice.report, notice.day) for notice in Notice.objects.all()} == {
            (draft.measure, draft, TODAY)
        }

    def test_a_return_is_told_with_its_report(self, draft, ada, rita):
        return_report(submit_report(draft, by=ada), by=rita, note="请附验收材料")
        assert told() == [("ada", "returned")]
        assert Notice.objects.get().report.decision_note == "请附验收材料"

    @pytest.mark.parametrize("note", ["", "  \n", "\x00", "长" * 301])
    def test_a_return_needs_words_that_fit(self, draft, ada, rita, note):
        submit_report(draft, by=ada)
        assert refused(return_report, draft, by=rita, note=note).field == "note"
        assert (Report.objects.get().state, told()) == ("submitted", [])

    def test_a_note_of_an_acceptance_is_kept_whole_or_refused(self, draft, ada, rita):
        submit_report(draft, by=ada)
        assert refused(accept_report, draft, by=rita, note="长" * 301).field == "note"
        accept_report(draft, by=rita, note=" 属实\x00 ")
        assert Report.objects.get().decision_note == "属实"

    def test_many_are_accepted_and_each_fails_by_itself(self, measure, ada, rita, heard):
        measures = [measure, *(make_measure(lead_department=ada.department) for _ in range(3))]
        reports = [submit_report(save_draft(one, by=ada, data=typed()), by=ada) for one in measures]
        withdraw_report(Report.objects.get(pk=reports[1].pk), by=ada)
        make_change(measures[2], "completed", date(2023, 8, 20))
        outcomes = do_each(reports, lambda report: accept_report(report, by=rita))
        assert [outcome.ok for outcome in outcomes] == [True, False, False, True]
        assert [outcome.subject for outcome in outcomes] == reports
        assert all(outcome.reason for outcome in outcomes if not outcome.ok)
        states = [Report.objects.get(pk=report.pk).state for report in reports]
        assert states == ["accepted", "draft", "submitted", "accepted"]
        assert len(heard) == 2

    def test_nobody_else_accepts_many(self, draft, ada):
        submit_report(draft, by=ada)
        [outcome] = do_each([draft], lambda report: accept_report(report, by=ada))
        assert not outcome.ok
        assert Report.objects.get().state == "submitted"

    def test_the_change_is_of_the_day_that_was_said(self, measure, ada, rita):
        draft = save_draft(measure, by=ada, data=typed(effective_on=date(2023, 8, 11)))
        change = accept_report(submit_report(draft, by=ada), by=rita)
        assert (change.effective_on, change.reason_zh, change.recorded_by) == (date(2023, 8, 11), "开工建设", rita)


class TestEvidence:
    def test_a_file_is_kept_under_a_name_that_says_nothing(self, draft, ada, evidence_folder):
        evidence = attach_file(draft, by=ada, file=pdf())
        assert (evidence.file_name, evidence.content_type) == ("验收意见.pdf", "application/pdf")
        assert evidence.size == len(make_pdf())
        kept = [path for path in evidence_folder.rglob("*") if path.is_file()]
        assert [path.read_bytes() for path in kept] == [make_pdf()]
        assert "pdf" not in str(kept[0].relative_to(evidence_folder))
        assert kept[0].name == evidence.key.hex

    @pytest.mark.parametrize(
        ("given", "kept"),
        [("../../etc/passwd.pdf", "passwd.pdf"), (r"C:\文件\意见.pdf", "意见.pdf"), ("字" * 300 + ".pdf", None)],
    )
    def test_a_name_is_only_a_name(self, draft, ada, evidence_folder, given, kept):
        file = ContentFile(make_pdf())
        file.name = given
        name = attach_file(draft, by=ada, file=file).file_name
        assert name == kept if kept else len(name) == 255 and name.endswith(".pdf")

    def test_a_file_taken_off_is_gone(self, draft, ada, evidence_folder, django_capture_on_commit_callbacks):
        evidence = attach_file(draft, by=ada, file=pdf())
        with django_capture_on_commit_callbacks(execute=True):
            remove_evidence(evidence, by=ada)
        assert not Evidence.objects.exists()
        assert not [path for path in evidence_folder.rglob("*") if path.is_file()]

    def test_a_link_and_an_issued_document_are_evidence_too(self, draft, ada):
        attach_link(draft, by=ada, url="https://example.org/a?b=1", title="公告")
        attach_document(draft, by=ada, number=" 鲁科字〔2023〕8号 ", title="批复")
        assert list(draft.evidence.order_by("pk").values_list("url", "document_number", "title_zh")) == [
            ("https://example.org/a?b=1", "", "公告"),
            ("", "鲁科字〔2023〕8号", "批复"),
        ]

    @pytest.mark.parametrize(
        "url",
        ["", "  ", "example", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://x/" + "a" * 500],
    )
    def test_a_link_that_is_none_is_refused(self, draft, ada, url):
        assert refused(attach_link, draft, by=ada, url=url).field == "url"
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize("number", ["", "  ", "\x00", "号" * 81])
    def test_a_document_needs_a_number_that_fits(self, draft, ada, number):
        assert refused(attach_document, draft, by=ada, number=number).field == "document_number"

    def test_nobody_else_attaches_or_removes(self, draft, ada, ben, rita):
        evidence = attach_document(draft, by=ada, number="鲁科字〔2023〕8号")
        for person in (ben, rita, make_user("vic")):
            refused(attach_document, draft, by=person, number="1号")
            refused(attach_link, draft, by=person, url="https://example.org/")
            refused(attach_file, draft, by=person, file=pdf())
            refused(remove_evidence, evidence, by=person)
        assert list(Evidence.objects.all()) == [evidence]

    def test_what_was_handed_in_keeps_its_evidence(self, draft, ada, rita, evidence_folder):
        evidence = attach_document(draft, by=ada, number="鲁科字〔2023〕8号")
        submit_report(draft, by=ada)
        for _step in ("submitted", "accepted"):
            refused(attach_file, draft, by=ada, file=pdf())
            refused(attach_document, draft, by=ada, number="9号")
            refused(remove_evidence, evidence, by=ada)
            if draft.state == "submitted":
                accept_report(draft, by=rita)
        assert list(Evidence.objects.all()) == [evidence]
        assert not list(evidence_folder.rglob("*"))

    def test_a_returned_report_takes_more(self, draft, ada, rita):
        return_report(submit_report(draft, by=ada), by=rita, note="请附材料")
        attach_document(draft, by=ada, number="鲁科字〔2023〕8号")
        assert draft.evidence.count() == 1

    def test_twenty_pieces_are_enough(self, draft, ada):
        for number in range(20):
            attach_document(draft, by=ada, number=f"{number}号")
        refusal = refused(attach_link, draft, by=ada, url="https://example.org/")
        assert (refusal.field, draft.evidence.count()) == ("evidence", 20)

    def test_a_failed_submission_keeps_them(self, measure, ada, evidence_folder):
        draft = save_draft(measure, by=ada, data=typed("completed", what_was_done=""))
        attach_file(draft, by=ada, file=pdf())
        refused(submit_report, draft, by=ada)
        assert draft.evidence.count() == 1


class TestFilingAtOnce:
    def test_is_all_or_nothing(self, measure, ada):
        refused(
            file_report,
            measure,
            by=ada,
            values={"status": "completed", "what_was_done": "完成", "effective_on": date(2023, 8, 30)},
            evidence=[{"document_number": "1号"}],
        )
        assert not Report.objects.exists()
        assert not Evidence.objects.exists()

    def test_a_change_needs_words(self, measure, ada):
        assert refused(file_report, measure, by=ada, values={"status": "in_progress"}).field == "what_was_done"

    @pytest.mark.parametrize("item", [{"url": "javascript:alert(1)"}, {"document_number": "号" * 81}, {"url": ""}])
    def test_its_evidence_is_looked_at_as_any_other(self, measure, ada, item):
        values = {"status": "completed", "what_was_done": "完成"}
        refused(file_report, measure, by=ada, values=values, evidence=[item])
        assert not Report.objects.exists()


class TestReminding:
    @pytest.fixture
    def plan(self):
        return make_plan()

    def test_every_reporter_of_the_department_is_told_of_the_month(self, measure, ada, eve, ben, rita, plan):
        assert remind_department(ada.department, by=rita, plan=plan, period=AUGUST) == 2
        assert told() == [("ada", "reminder"), ("eve", "reminder")]
        assert {notice.period for notice in Notice.objects.all()} == {AUGUST}

    def test_once_a_day_and_again_on_the_next(self, measure, ada, rita, plan, settings):
        remind_department(ada.department, by=rita, plan=plan, period=AUGUST)
        refused(remind_department, ada.department, by=rita, plan=plan, period=AUGUST)
        assert Notice.objects.count() == 1
        settings.PILOTZONE_TODAY = date(2023, 8, 30)
        assert remind_department(ada.department, by=rita, plan=plan, period=AUGUST) == 1

    def test_who_has_reported_is_left_in_peace(self, measure, ada, ben, rita, plan):
        report_no_change([measure], by=ada)
        refused(remind_department, ada.department, by=rita, plan=plan, period=AUGUST)
        # Energy leads nothing, so it owes nothing.
        refused(remind_department, ben.department, by=rita, plan=plan, period=AUGUST)
        assert not Notice.objects.exists()

    def test_only_the_office_reminds(self, measure, ada, ben, plan):
        for person in (ada, ben, make_user("vic"), make_user("audit", role="auditor")):
            refused(remind_department, ada.department, by=person, plan=plan, period=AUGUST)
        assert not Notice.objects.exists()


def test_a_failure_on_the_way_takes_all_of_it_back(draft, ada, rita, monkeypatch):
    submit_report(draft, by=ada)
    monkeypatch.setattr("notices.receivers.notify_departments", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accept_report(draft, by=rita)
    assert (Report.objects.get().state, StatusChange.objects.count()) == ("submitted", 1)
