"""Tests of what the office changes about a measure, with a reason and on record, and of who has a word about it."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from core.exceptions import NotAllowed
from core.signals import figures_changed
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.terms import change_terms
from measures.models import Comment, Measure, TermsChange
from measures.reports import accept_report, submit_report
from measures.services import add_comment, change_measure
from reporting.doubts import Doubtful
from reporting.plausibility import change_plausibility
from tests.factories import (
    file_report,
    make_change,
    make_department,
    make_measure,
    make_plan,
    make_report,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = date(2023, 8, 29)


@pytest.fixture(autouse=True)
def _pinned(today):
    assert today == TODAY


@pytest.fixture
def ada():
    return make_user("ada", role="reporter", department=make_department("science-technology"))


@pytest.fixture
def ben():
    return make_user("ben", role="reporter", department=make_department("energy"))


@pytest.fixture
def rita():
    return make_user("rita", role="reviewer")


@pytest.fixture
def measure(ada):
    return make_measure(lead_department=ada.department, listed_on=date(2023, 1, 3), due_on=date(2023, 9, 30))


@pytest.fixture
def heard():
    """The cells of each signal that was sent."""
    signals = []

    def listen(sender, *, kind, cells, **kwargs):
        signals.append(cells)

    figures_changed.connect(listen)
    yield signals
    figures_changed.disconnect(listen)


def others(ada, ben):
    """Everybody but the office."""
    return [
        ada,
        ben,
        make_user("vic"),
        make_user("audit", role="auditor"),
        make_user("eva", department=ada.department),
    ]


class TestTerms:
    def test_a_due_date_that_moves_twice_keeps_its_first_day_in_sight(self, measure, rita):
        change_terms(measure, by=rita, due_on=date(2023, 12, 31), reason="招标推迟")
        change_terms(measure, by=rita, due_on=date(2024, 6, 30), reason="再次推迟")
        measure.refresh_from_db()
        assert measure.due_on == date(2024, 6, 30)
        rows = [(row.field, row.old_value, row.new_value, row.reason) for row in measure.terms_changes.order_by("pk")]
        assert rows == [
            ("due_on", "2023-09-30", "2023-12-31", "招标推迟"),
            ("due_on", "2023-12-31", "2024-06-30", "再次推迟"),
        ]
        assert {row.recorded_by for row in measure.terms_changes.all()} == {rita}

    def test_a_due_date_is_taken_away_and_given_back(self, measure, rita):
        change_terms(measure, by=rita, due_on=None, reason="长期任务")
        measure.refresh_from_db()
        assert measure.due_on is None
        change_terms(measure, by=rita, due_on=date(2023, 10, 1), reason="确定期限")
        assert [(row.old_value, row.new_value) for row in measure.terms_changes.order_by("pk")] == [
            ("2023-09-30", ""),
            ("", "2023-10-01"),
        ]

    def test_a_due_date_takes_the_place_of_the_words_that_stood_there(self, measure, rita):
        Measure.objects.update(due_on=None, due_text="长期坚持")
        stale = Measure.objects.get()
        change_terms(measure, by=rita, section=make_section(), reason="调整分工")
        assert Measure.objects.get().due_text == "长期坚持"
        change_terms(measure, by=rita, due_on=date(2023, 10, 1), reason="确定期限")
        assert (Measure.objects.get().due_on, Measure.objects.get().due_text) == (date(2023, 10, 1), "")
        # Texts that were typed meanwhile bring the words not back.
        stale.title_en = "New title"
        change_measure(stale, by=rita)
        assert (Measure.objects.get().title_en, Measure.objects.get().due_text) == ("New title", "")
        with pytest.raises(IntegrityError), transaction.atomic():
            Measure.objects.update(due_text="长期")

    def test_each_term_has_a_row_and_what_stays_has_none(self, measure, rita, ben):
        old_lead, old_section = measure.lead_department, measure.section
        section = make_section()
        change_terms(
            measure, by=rita, due_on=measure.due_on, lead_department=ben.department, section=section, reason="机构改革"
        )
        rows = {row.field: (row.old_value, row.new_value) for row in TermsChange.objects.all()}
        assert rows == {
            "lead_department": (old_lead.slug, "energy"),
            "section": (old_section.slug, section.slug),
        }

    def test_the_new_lead_files_and_the_old_one_no_longer(self, measure, rita, ada, ben):
        draft = make_report(measure, date(2023, 8, 10), state="draft")
        change_terms(measure, by=rita, lead_department=ben.department, reason="职能划转")
        with pytest.raises(NotAllowed):
            submit_report(draft, by=ada)
        values = {"status": "promoting", "against_status": "promoting"}
        report = file_report(measure, by=ben, **values, period=date(2023, 8, 1))
        assert (report.submitted_by, report.pk != draft.pk) == (ben, True)

    def test_a_change_is_heard_of_where_it_was_and_where_it_is(self, measure, rita, ben, heard):
        def cell():
            return (measure.plan_id, measure.section_id, measure.lead_department_id)

        before = cell()
        change_terms(measure, by=rita, lead_department=ben.department, reason="职能划转")
        measure.refresh_from_db()
        assert heard == [{before, cell()}]
        assert before != cell()

    def test_a_due_date_after_the_plan_is_asked_about(self, measure, rita):
        late = date(2026, 1, 1)
        with translation.override("en"), pytest.raises(Doubtful) as asked:
            change_terms(measure, by=rita, due_on=late, reason="延期")
        [doubt] = asked.value.doubts
        assert (doubt.name, doubt.field) == ("due_after_plan", "due_on")
        assert doubt.question == "The plan ends on 31 December 2025 already. Is the measure due later?"
        assert not TermsChange.objects.exists()
        change_terms(measure, by=rita, due_on=late, reason="延期", answers={"due_after_plan": ""})
        # It stands: nothing is asked about what stays as it is.
        change_terms(measure, by=rita, due_on=late, section=make_section(), reason="任务调整")
        measure.refresh_from_db()
        assert measure.due_on == late

    @pytest.mark.parametrize("day", [date(2025, 12, 31), None])
    def test_one_within_the_plan_or_none_is_not(self, measure, rita, day):
        change_terms(measure, by=rita, due_on=day, reason="延期")
        measure.refresh_from_db()
        assert measure.due_on == day

    def test_nor_where_the_office_asks_no_longer(self, measure, rita):
        change_plausibility({"due_after_plan": None}, by=rita)
        change_terms(measure, by=rita, due_on=date(2026, 1, 1), reason="延期")
        measure.refresh_from_db()
        assert measure.due_on == date(2026, 1, 1)

    def test_only_the_office_changes_them(self, measure, ada, ben, heard):
        for person in others(ada, ben):
            with pytest.raises(NotAllowed):
                change_terms(measure, by=person, due_on=date(2023, 12, 31), reason="推迟")
        measure.refresh_from_db()
        assert measure.due_on == date(2023, 9, 30)
        assert (TermsChange.objects.count(), heard) == (0, [])

    @pytest.mark.parametrize(
        ("terms", "reason", "field"),
        [
            ({"due_on": date(2023, 12, 31)}, "", "reason"),
            ({"due_on": date(2023, 12, 31)}, " \n\t\x00 ", "reason"),
            ({"due_on": date(2023, 12, 31)}, "长" * 301, "reason"),
            ({"due_on": date(2023, 1, 2)}, "提前", "due_on"),
            ({"due_on": date(2023, 9, 30)}, "原样", None),
            ({}, "什么也没有", None),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, measure, rita, terms, reason, field):
        with pytest.raises(NotAllowed) as refusal:
            change_terms(measure, by=rita, reason=reason, **terms)
        assert refusal.value.field == field
        measure.refresh_from_db()
        assert (measure.due_on, TermsChange.objects.count()) == (date(2023, 9, 30), 0)

    def test_a_section_of_another_plan_is_refused_with_everything_else(self, measure, rita):
        elsewhere = make_section(make_plan("another-plan"))
        with pytest.raises(NotAllowed) as refusal:
            change_terms(measure, by=rita, section=elsewhere, due_on=date(2023, 12, 31), reason="调整")
        assert refusal.value.field == "section"
        measure.refresh_from_db()
        assert (measure.due_on, TermsChange.objects.count()) == (date(2023, 9, 30), 0)


class TestComments:
    def test_the_lead_the_participants_and_the_office_have_a_word(self, measure, ada, ben, rita):
        measure.participating_departments.add(ben.department)
        admin = make_user("admin", is_superuser=True)
        for person in (ada, ben, rita, admin):
            add_comment(measure, by=person, text=f"{person.username} 的意见")
        assert {(row.written_by, row.text) for row in measure.comments.all()} == {
            (ada, "ada 的意见"),
            (ben, "ben 的意见"),
            (rita, "rita 的意见"),
            (admin, "admin 的意见"),
        }

    def test_nobody_else_has(self, measure, ada, ben):
        for person in others(ada, ben)[1:]:
            with pytest.raises(NotAllowed):
                add_comment(measure, by=person, text="意见")
        assert not Comment.objects.exists()

    @pytest.mark.parametrize("text", ["", "  \n ", "\x00", "字" * 2001])
    def test_empty_and_endless_ones_are_refused(self, measure, ada, text):
        with pytest.raises(NotAllowed) as refusal:
            add_comment(measure, by=ada, text=text)
        assert refusal.value.field == "text"
        assert not Comment.objects.exists()

    def test_a_text_is_kept_as_it_was_typed(self, measure, ada):
        said = "<script>alert(1)</script>\n第二行 " + "字" * 1900
        assert add_comment(measure, by=ada, text=f"  {said}\n").text == said


class TestCorrecting:
    def test_a_corrected_completion_no_longer_counts_and_says_what_it_replaces(self, measure, rita):
        wrong = make_change(measure, "completed", date(2023, 6, 20))
        row = correct_status(wrong, by=rita, status="in_progress", effective_on=date(2023, 6, 20), reason="尚未验收")
        assert (row.supersedes, row.old_status, row.reason_zh) == (wrong, "completed", "尚未验收")
        assert [change.pk for change in measure.status_changes.effective().order_by("pk")][-1] == row.pk

    def test_a_submitted_report_written_against_the_corrected_status_is_refused_with_both(self, measure, ada, rita):
        change = make_change(measure, "in_progress", date(2023, 5, 1))
        report = file_report(measure, by=ada, status="in_progress")
        correct_status(change, by=rita, status="promoting", effective_on=date(2023, 5, 1), reason="录入有误")
        with pytest.raises(NotAllowed) as refusal:
            accept_report(report, by=rita)
        assert (refusal.value.was, refusal.value.current) == ("in_progress", "promoting")
        report.refresh_from_db()
        assert report.state == "submitted"

    def test_only_the_office_corrects_and_with_a_reason(self, measure, ada, ben, rita):
        change = make_change(measure, "in_progress", date(2023, 5, 1))
        for person in others(ada, ben):
            with pytest.raises(NotAllowed):
                correct_status(change, by=person, status="promoting", effective_on=date(2023, 5, 1), reason="有误")
        for reason in ("", "   ", "长" * 301):
            with pytest.raises(NotAllowed) as refusal:
                correct_status(change, by=rita, status="promoting", effective_on=date(2023, 5, 1), reason=reason)
            assert refusal.value.field == "reason"
        assert measure.status_changes.count() == 2


class TestReopening:
    def test_only_the_office_reopens_and_the_lead_reports_on(self, measure, ada, ben, rita):
        make_change(measure, "completed", date(2023, 6, 20))
        for person in others(ada, ben):
            with pytest.raises(NotAllowed):
                reopen_measure(measure, by=person, status="in_progress", effective_on=TODAY, reason="复查")
        reopen_measure(measure, by=rita, status="in_progress", effective_on=TODAY, reason="复查")
        report = file_report(measure, by=ada, status="in_progress")
        assert (report.state, report.against_status) == ("submitted", "in_progress")

    @pytest.mark.parametrize("reason", ["", "   ", "长" * 301])
    def test_it_needs_a_reason(self, measure, rita, reason):
        make_change(measure, "completed", date(2023, 6, 20))
        with pytest.raises(NotAllowed) as refusal:
            reopen_measure(measure, by=rita, status="in_progress", effective_on=TODAY, reason=reason)
        assert refusal.value.field == "reason"
        assert measure.status_changes.count() == 2
