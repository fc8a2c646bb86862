"""Ada reports for Science and Technology, Ben for Energy, Rita reviews, Vic only looks."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from core.clock import SHANGHAI
from core.exceptions import NotAllowed
from core.signals import figures_changed
from measures import services
from measures.editing.corrections import correct_status, reopen_measure
from measures.editing.terms import change_terms, move_listing
from measures.models import Evidence, Measure, Report, StatusChange
from measures.reports import accept_report
from measures.rules import in_force
from measures.services import add_measure, change_measure, load_changes
from reporting.services import return_report
from tests.factories import (
    file_report,
    make_change,
    make_department,
    make_measure,
    make_report,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db
TODAY = date(2023, 8, 29)
DOCUMENT = {"document_number": "鲁科字〔2023〕1号"}


@pytest.fixture(autouse=True)
def _pinned(today: date) -> None:
    assert today == TODAY


@pytest.fixture
def ada() -> User:
    return make_user("ada", role="reporter", department=make_department("science-technology"))


@pytest.fixture
def ben() -> User:
    return make_user("ben", role="reporter", department=make_department("energy"))


@pytest.fixture
def rita() -> User:
    return make_user("rita", role="reviewer")


@pytest.fixture
def vic() -> User:
    return make_user("vic")


@pytest.fixture
def measure(ada: User) -> Measure:
    return make_measure(lead_department=ada.department, listed_on=date(2023, 1, 3), due_on=date(2023, 12, 31))


@pytest.fixture
def heard() -> Iterator[list[set[Any]]]:
    """The cells of each signal that was sent."""
    signals: list[set[Any]] = []

    def listen(sender: Any, *, kind: str, cells: set[Any], **kwargs: Any) -> None:
        assert kind == "measures"
        assert transaction.get_connection().in_atomic_block
        signals.append(cells)

    figures_changed.connect(listen)
    yield signals
    figures_changed.disconnect(listen)


def status_of(measure: Measure, day: date = TODAY) -> str | None:
    row = in_force(load_changes(measure), on=day)
    return row and row.status


def cell(measure: Measure) -> tuple[int, int, int]:
    return (measure.plan_id, measure.section_id, measure.lead_department_id)


class TestAMeasure:
    def test_is_listed_as_promoting_from_its_day(self, rita: User, heard: list[Any]) -> None:
        draft = Measure(
            code="M901",
            section=make_section(),
            lead_department=make_department(),
            title_zh="措施",
            title_en="Measure",
            lead_provenance="illustrative",
            provenance="illustrative",
        )
        measure = add_measure(draft, by=rita, listed_on=date(2023, 5, 4))
        row = measure.status_changes.get()
        assert (row.old_status, row.status, row.effective_on) == (None, "promoting", date(2023, 5, 4))
        assert (row.recorded_by, row.report) == (rita, None)
        assert heard == [{cell(measure)}]

    def test_that_moves_to_another_section_is_heard_of_in_both_cells(
        self, measure: Measure, rita: User, heard: list[Any]
    ) -> None:
        before = cell(measure)
        section, lead = make_section(), make_department()
        change_terms(measure, by=rita, section=section, lead_department=lead, reason="调整分工")
        moved = Measure.objects.get()
        assert (moved.section, moved.lead_department) == (section, lead)
        assert heard == [{before, cell(moved)}]
        assert {(row.field, row.new_value) for row in moved.terms_changes.all()} == {
            ("section", section.slug),
            ("lead_department", lead.slug),
        }

    def test_keeps_the_day_it_was_listed_when_other_columns_change(self, measure: Measure, rita: User) -> None:
        measure.listed_on, measure.title_en = date(2023, 2, 1), "New title"
        change_measure(measure, by=rita)
        measure.refresh_from_db()
        assert (measure.listed_on, measure.title_en) == (date(2023, 1, 3), "New title")

    def test_is_listed_on_another_day_together_with_its_first_row(
        self, measure: Measure, rita: User, heard: list[Any]
    ) -> None:
        make_change(measure, "in_progress", date(2023, 5, 1))
        moved = move_listing(measure, by=rita, listed_on=date(2023, 5, 1))
        assert moved.listed_on == date(2023, 5, 1)
        assert status_of(measure, date(2023, 4, 30)) is None
        assert status_of(measure, date(2023, 5, 1)) == "in_progress"
        assert heard == [{cell(measure)}]

    @pytest.mark.parametrize("day", [date(2023, 5, 2), date(2023, 8, 30), date(2024, 1, 1)])
    def test_is_not_listed_after_its_next_row_or_today(self, measure: Measure, rita: User, day: date) -> None:
        make_change(measure, "in_progress", date(2023, 5, 1))
        with pytest.raises(NotAllowed):
            move_listing(measure, by=rita, listed_on=day)
        measure.refresh_from_db()
        assert measure.listed_on == date(2023, 1, 3)

    def test_is_not_listed_after_it_is_due(self, ada: User, rita: User) -> None:
        measure = make_measure(lead_department=ada.department, due_on=date(2023, 3, 31))
        with pytest.raises(NotAllowed, match="2023-03-31"):
            move_listing(measure, by=rita, listed_on=date(2023, 4, 1))

    def test_whose_first_row_was_corrected_later_is_not_listed_on_the_day_of_the_next(
        self, measure: Measure, rita: User
    ) -> None:
        """Recorded later, the first row would count after the second on that day."""
        make_change(measure, "in_progress", date(2023, 5, 1))
        first = measure.status_changes.get(old_status=None)
        correct_status(first, by=rita, status="promoting", effective_on=first.effective_on, reason="错字")
        with pytest.raises(NotAllowed):
            move_listing(measure, by=rita, listed_on=date(2023, 5, 1))
        move_listing(measure, by=rita, listed_on=date(2023, 4, 30))
        assert status_of(measure) == "in_progress"


class TestFiling:
    def test_the_lead_department_files_for_the_month(self, measure: Measure, ada: User) -> None:
        texts = {"what_was_done": "开工", "problem": "无", "next_step": "继续"}
        report = file_report(
            measure, by=ada, status="in_progress", effective_on=date(2023, 8, 20), texts=texts, evidence=[DOCUMENT]
        )
        report.refresh_from_db()
        assert (report.state, report.period, report.status) == ("submitted", date(2023, 8, 1), "in_progress")
        assert (report.against_status, report.submitted_on, report.submitted_by) == ("promoting", TODAY, ada)
        assert (report.what_was_done_zh, report.problem_zh, report.next_step_zh) == ("开工", "无", "继续")
        assert report.evidence.get().document_number == "鲁科字〔2023〕1号"
        assert status_of(measure) == "promoting"

    def test_a_past_month_may_be_filed_late_but_no_future_one(self, measure: Measure, ada: User) -> None:
        late = file_report(measure, by=ada, status="promoting", period=date(2023, 5, 17))
        assert late.period == date(2023, 5, 1)
        with pytest.raises(NotAllowed):
            file_report(measure, by=ada, status="promoting", period=date(2023, 9, 1))

    def test_nobody_else_files(self, measure: Measure, ben: User, rita: User, vic: User) -> None:
        admin = make_user("admin", is_superuser=True)
        same_office = make_user("eva", department=measure.lead_department)
        for person in (ben, rita, vic, admin, same_office):
            with pytest.raises(NotAllowed):
                file_report(measure, by=person, status="promoting")
        assert not Report.objects.exists()

    def test_completion_needs_evidence(self, measure: Measure, ada: User) -> None:
        with pytest.raises(NotAllowed):
            file_report(measure, by=ada, status="completed")
        assert file_report(measure, by=ada, status="completed", evidence=[DOCUMENT]).evidence.count() == 1

    def test_evidence_without_document_link_or_file_takes_the_report_with_it(self, measure: Measure, ada: User) -> None:
        with pytest.raises(NotAllowed):
            file_report(measure, by=ada, status="completed", evidence=[{"title": "空"}])
        assert not Report.objects.exists()
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize("day", [date(2023, 4, 30), date(2023, 8, 30)])
    def test_the_day_lies_between_the_last_change_and_today(self, measure: Measure, ada: User, day: date) -> None:
        make_change(measure, "in_progress", date(2023, 5, 1))
        with pytest.raises(NotAllowed):
            file_report(measure, by=ada, status="completed", effective_on=day, evidence=[DOCUMENT])

    @pytest.mark.parametrize(("state", "refused"), [("submitted", 1), ("draft", 1), ("returned", 1), ("accepted", 0)])
    def test_one_open_report_a_month(self, measure: Measure, ada: User, state: str, refused: int) -> None:
        make_report(measure, date(2023, 8, 10), state=state)
        if refused:
            with pytest.raises(NotAllowed):
                file_report(measure, by=ada, status="promoting")
        else:
            file_report(measure, by=ada, status="promoting")
        assert Report.objects.count() == 2 - refused

    def test_a_completed_measure_is_not_reopened_by_a_report(self, measure: Measure, ada: User) -> None:
        make_change(measure, "completed", date(2023, 5, 1))
        with pytest.raises(NotAllowed):
            file_report(measure, by=ada, status="in_progress")
        assert file_report(measure, by=ada, status="completed").state == "submitted"


class TestDeciding:
    def test_accepting_writes_the_change_and_signals(
        self, measure: Measure, ada: User, rita: User, heard: list[Any]
    ) -> None:
        report = file_report(measure, by=ada, status="in_progress", effective_on=date(2023, 8, 20))
        change = accept_report(report, by=rita, note="属实")
        assert change is not None
        assert (change.old_status, change.status, change.effective_on) == (
            "promoting",
            "in_progress",
            date(2023, 8, 20),
        )
        assert (change.report, change.recorded_by, change.supersedes) == (report, rita, None)
        report.refresh_from_db()
        assert (report.state, report.decided_on, report.decided_by) == ("accepted", TODAY, rita)
        assert report.decision_note == "属实"
        assert (status_of(measure, date(2023, 8, 19)), status_of(measure)) == ("promoting", "in_progress")
        assert heard == [{cell(measure)}]

    def test_without_a_day_the_change_is_of_the_day_of_submission(self, measure: Measure, rita: User) -> None:
        report = make_report(measure, date(2023, 8, 11), state="submitted", status="in_progress")
        change = accept_report(report, by=rita)
        assert change is not None
        assert change.effective_on == date(2023, 8, 11)

    def test_a_report_without_a_change_is_accepted_and_signalled(
        self, measure: Measure, ada: User, rita: User, heard: list[Any]
    ) -> None:
        assert accept_report(file_report(measure, by=ada, status="promoting"), by=rita) is None
        assert measure.status_changes.count() == 1
        assert heard == [{cell(measure)}]

    def test_only_a_reviewer_decides(self, measure: Measure, ada: User, ben: User, vic: User, heard: list[Any]) -> None:
        report = file_report(measure, by=ada, status="in_progress")
        for person in (ada, ben, vic, make_user("audit", role="auditor")):
            with pytest.raises(NotAllowed):
                accept_report(report, by=person)
            with pytest.raises(NotAllowed):
                return_report(report, by=person, note="不实")
        report.refresh_from_db()
        assert (report.state, report.decided_by) == ("submitted", None)
        assert heard == []

    @pytest.mark.parametrize("state", ["draft", "accepted", "returned"])
    def test_only_what_waits_is_decided(self, measure: Measure, rita: User, state: str) -> None:
        report = make_report(measure, date(2023, 8, 10), state=state)
        with pytest.raises(NotAllowed):
            accept_report(report, by=rita)
        with pytest.raises(NotAllowed):
            return_report(report, by=rita, note="不实")
        report.refresh_from_db()
        assert report.state == state

    def test_a_decision_looks_at_the_report_as_it_is_now(self, measure: Measure, ada: User, rita: User) -> None:
        report = file_report(measure, by=ada, status="in_progress")
        accept_report(Report.objects.get(pk=report.pk), by=rita)
        with pytest.raises(NotAllowed):
            accept_report(report, by=rita)
        assert StatusChange.objects.filter(report=report).count() == 1

    def test_a_report_against_an_older_status_is_refused_and_nothing_is_lost(
        self, measure: Measure, ada: User, rita: User, heard: list[Any]
    ) -> None:
        report = file_report(measure, by=ada, status="in_progress", texts={"what_was_done": "开工"})
        make_change(measure, "completed", date(2023, 8, 1))
        with pytest.raises(NotAllowed):
            accept_report(report, by=rita)
        # What the page still holds says the same as the database.
        for held in (report, Report.objects.get(pk=report.pk)):
            assert (held.state, held.decided_by, held.what_was_done_zh) == ("submitted", None, "开工")
        assert heard == []

    def test_a_return_needs_words_and_alters_no_figure(
        self, measure: Measure, ada: User, rita: User, heard: list[Any]
    ) -> None:
        report = file_report(measure, by=ada, status="in_progress")
        with pytest.raises(NotAllowed):
            return_report(report, by=rita, note="  ")
        return_report(report, by=rita, note="请补充材料")
        report.refresh_from_db()
        assert (report.state, report.decision_note, report.decided_by) == ("returned", "请补充材料", rita)
        assert heard == []
        assert status_of(measure) == "promoting"

    def test_a_failure_after_the_change_takes_all_of_it_back(
        self, measure: Measure, ada: User, rita: User, monkeypatch: Any
    ) -> None:
        report = file_report(measure, by=ada, status="in_progress")

        def fail(*cells: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr("measures.reports.send_figures_changed", fail)
        with pytest.raises(RuntimeError):
            accept_report(report, by=rita)
        assert Report.objects.get(pk=report.pk).state == "submitted"
        assert status_of(measure) == "promoting"

    def test_a_pinned_day_that_begins_anew_keeps_the_order(
        self, measure: Measure, ada: User, rita: User, monkeypatch: Any
    ) -> None:
        monkeypatch.setattr(services, "now", lambda: datetime(2023, 8, 29, 23, 50, tzinfo=SHANGHAI))
        accept_report(file_report(measure, by=ada, status="completed", evidence=[DOCUMENT]), by=rita)
        monkeypatch.setattr(services, "now", lambda: datetime(2023, 8, 29, 0, 10, tzinfo=SHANGHAI))
        reopen_measure(measure, by=rita, status="in_progress", effective_on=TODAY, reason="复查")
        assert status_of(measure) == "in_progress"


class TestCorrecting:
    @pytest.fixture
    def moved(self, measure: Measure) -> StatusChange:
        return make_change(measure, "in_progress", date(2023, 4, 10))

    @pytest.fixture
    def done(self, measure: Measure, moved: StatusChange) -> StatusChange:
        return make_change(measure, "completed", date(2023, 6, 20), old_status="in_progress")

    def test_a_wrong_row_stays_visible_and_counts_for_no_day(
        self, measure: Measure, moved: StatusChange, done: StatusChange, rita: User, heard: list[Any]
    ) -> None:
        row = correct_status(moved, by=rita, status="in_progress", effective_on=date(2023, 5, 15), reason="日期有误")
        assert (row.old_status, row.supersedes, row.report) == ("in_progress", moved, None)
        assert (row.recorded_by, row.reason_zh) == (rita, "日期有误")
        assert measure.status_changes.count() == 4
        days = [date(2023, 4, 10), date(2023, 5, 14), date(2023, 5, 15), date(2023, 6, 20)]
        assert [status_of(measure, day) for day in days] == ["promoting", "promoting", "in_progress", "completed"]
        assert heard == [{cell(measure)}]

    @pytest.mark.parametrize("day", [date(2023, 1, 2), date(2023, 6, 20), date(2023, 8, 30)])
    def test_its_day_stays_between_its_neighbours(
        self, moved: StatusChange, done: StatusChange, rita: User, day: date, heard: list[Any]
    ) -> None:
        with pytest.raises(NotAllowed):
            correct_status(moved, by=rita, status="promoting", effective_on=day, reason="日期有误")
        assert heard == []

    def test_the_last_row_can_be_corrected_up_to_today(self, measure: Measure, done: StatusChange, rita: User) -> None:
        correct_status(done, by=rita, status="completed", effective_on=TODAY, reason="日期有误")
        assert status_of(measure, date(2023, 8, 28)) == "in_progress"

    def test_the_first_row_keeps_its_day_and_its_status(self, measure: Measure, done: StatusChange, rita: User) -> None:
        first = measure.status_changes.get(old_status=None)
        for status, day in [("in_progress", first.effective_on), ("promoting", date(2023, 1, 4))]:
            with pytest.raises(NotAllowed):
                correct_status(first, by=rita, status=status, effective_on=day, reason="有误")
        row = correct_status(first, by=rita, status="promoting", effective_on=first.effective_on, reason="措辞")
        assert row.supersedes == first
        assert status_of(measure, date(2023, 1, 3)) == "promoting"
        assert status_of(measure) == "completed"

    def test_a_row_that_another_follows_on_the_same_day_is_not_corrected(self, measure: Measure, rita: User) -> None:
        first = measure.status_changes.get()
        make_change(measure, "in_progress", first.effective_on)
        with pytest.raises(NotAllowed):
            correct_status(first, by=rita, status="promoting", effective_on=first.effective_on, reason="措辞")
        assert status_of(measure) == "in_progress"

    def test_a_row_is_corrected_once_and_then_its_correction(
        self, measure: Measure, moved: StatusChange, rita: User
    ) -> None:
        row = correct_status(moved, by=rita, status="in_progress", effective_on=date(2023, 5, 1), reason="有误")
        with pytest.raises(NotAllowed):
            correct_status(moved, by=rita, status="in_progress", effective_on=date(2023, 5, 2), reason="有误")
        correct_status(row, by=rita, status="promoting", effective_on=date(2023, 5, 2), reason="有误")
        assert status_of(measure) == "promoting"

    def test_it_needs_a_reviewer_and_a_reason(self, moved: StatusChange, ada: User, rita: User) -> None:
        with pytest.raises(NotAllowed):
            correct_status(moved, by=ada, status="promoting", effective_on=date(2023, 5, 1), reason="有误")
        with pytest.raises(NotAllowed):
            correct_status(moved, by=rita, status="promoting", effective_on=date(2023, 5, 1), reason=" ")


class TestReopening:
    def test_a_completed_measure_is_so_no_longer(self, measure: Measure, rita: User, heard: list[Any]) -> None:
        make_change(measure, "completed", date(2023, 6, 20))
        row = reopen_measure(measure, by=rita, status="in_progress", effective_on=date(2023, 8, 1), reason="复查")
        assert (row.old_status, row.status, row.supersedes, row.report) == ("completed", "in_progress", None, None)
        assert (status_of(measure, date(2023, 7, 31)), status_of(measure)) == ("completed", "in_progress")
        assert heard == [{cell(measure)}]

    @pytest.mark.parametrize(
        ("status", "day", "reason"),
        [
            ("completed", date(2023, 8, 1), "复查"),
            ("in_progress", date(2023, 6, 19), "复查"),
            ("in_progress", date(2023, 8, 30), "复查"),
            ("in_progress", date(2023, 8, 1), ""),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, measure: Measure, rita: User, status: str, day: date, reason: str
    ) -> None:
        make_change(measure, "completed", date(2023, 6, 20))
        with pytest.raises(NotAllowed):
            reopen_measure(measure, by=rita, status=status, effective_on=day, reason=reason)
        assert status_of(measure) == "completed"

    def test_only_what_is_completed_is_reopened_and_only_by_a_reviewer(
        self, measure: Measure, ada: User, rita: User
    ) -> None:
        with pytest.raises(NotAllowed):
            reopen_measure(measure, by=rita, status="promoting", effective_on=TODAY, reason="复查")
        make_change(measure, "completed", date(2023, 6, 20))
        with pytest.raises(NotAllowed):
            reopen_measure(measure, by=ada, status="promoting", effective_on=TODAY, reason="复查")
