"""The month's reports as a workbook: Ada and Cai report for Science, Ben for Energy, Rita reviews."""

import json
import zlib
from datetime import date
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.models import LedgerVersion
from ledger.versions import text_of_version
from measures.models import Measure, Report
from measures.reports import ReportData, accept_report, save_draft, submit_report
from problems.models import Problem
from reporting.evidence import attach_document
from reporting.services import return_report
from tests import factories as make
from tests.ledger.samples import ods
from tests.pages import text_of
from tests.workbooks.months import Rows, downloaded, fill, heads_of, part, rows_of, saved, shown, signed_in
from workbooks import tasks
from workbooks.models import Upload
from workbooks.month.measures import MEASURE_MONTH
from workbooks.uploads import keep_upload, work_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

PAGE = "/workspace/ledger/"
DOWNLOAD = "/workspace/ledger/download/"
# The columns that a person fills in.
STATUS, DAY, DONE, PROBLEM, CHOICE, NEXT, NUMBER, LINK = (
    "Status after this report",
    "Effective date",
    "What was done",
    "Problems",
    "State of problems",
    "Next steps",
    "Document number",
    "Link",
)


@pytest.fixture
def site() -> SimpleNamespace:
    science, energy = make.make_department("science", number=1), make.make_department("energy", number=2)
    people = {name: make.make_user(name, role="reporter", department=science) for name in ("ada", "cai")}
    return SimpleNamespace(
        science=science,
        energy=energy,
        measures=[make.make_measure(lead_department=science, code=f"M10{number}") for number in range(4)],
        other=make.make_measure(lead_department=energy, code="M200"),
        ben=make.make_user("ben", role="reporter", department=energy),
        rita=make.make_user("rita", role="reviewer"),
        **people,
    )


@pytest.fixture
def page(client: Client, site: SimpleNamespace) -> Client:
    return signed_in(client, site.ada)


def state_of(code: str) -> str:
    return Report.objects.filter(measure__code=code).values_list("state", flat=True).get()


class TestDownload:
    def test_it_has_a_row_for_each_measure_that_the_department_leads(self, page: Client, site: SimpleNamespace) -> None:
        make.make_report(
            site.measures[0], date(2023, 7, 20), what_was_done_en="Pilots began", what_was_done_zh="试点启动"
        )
        sheet = downloaded(page)["Reports of the month"]
        rows = rows_of(sheet)
        assert list(rows) == ["M100", "M101", "M102", "M103"]
        assert {
            head: rows["M100"][head] for head in ("Status now", "Last report", "This month's report", STATUS, DONE)
        } == {
            "Status now": "Under way",
            "Last report": "Pilots began",
            "This month's report": "To submit",
            STATUS: None,
            DONE: None,
        }

    def test_only_what_is_to_be_filled_in_is_unlocked_and_the_statuses_are_offered(
        self, page: Client, site: SimpleNamespace
    ) -> None:
        book = downloaded(page)
        sheet = book["Reports of the month"]
        heads = heads_of(sheet)
        assert sheet.protection.sheet and not sheet.protection.password
        unlocked = {
            head
            for head, at in heads.items()
            for column in sheet.column_dimensions.values()
            if column.min <= at <= column.max and not column.protection.locked
        }
        assert unlocked == {STATUS, DAY, DONE, PROBLEM, CHOICE, NEXT, NUMBER, LINK}
        rules = sheet.data_validations.dataValidation
        assert [str(rule.sqref).split(":")[0] for rule in rules] == [
            f"{letter(heads[each])}2" for each in (STATUS, CHOICE)
        ]
        offered = [tuple(cell.value for cell in column) for column in book["_lists"].iter_cols()]
        assert offered == [
            ("Under way", "Progress made", "Completed"),
            ("No problem", "Still the same", "A new problem"),
        ]
        assert (sheet.page_setup.orientation, sheet.freeze_panes, sheet.print_title_rows) == (
            "landscape",
            "B2",
            "$1:$1",
        )

    def test_a_draft_stands_in_its_cells_and_no_text_becomes_a_formula(
        self, page: Client, site: SimpleNamespace
    ) -> None:
        data = ReportData("in_progress", "promoting", date(2023, 8, 3), what_was_done="=HYPERLINK(1)", problem="Money")
        attach_document(save_draft(site.measures[1], by=site.cai, data=data), by=site.cai, number="No. 5")
        sheet = downloaded(page)["Reports of the month"]
        row = rows_of(sheet)["M101"]
        assert (row[STATUS], row[DAY].date(), row[PROBLEM], row[NUMBER]) == (
            "Progress made",
            date(2023, 8, 3),
            "Money",
            "No. 5",
        )
        cell = sheet.cell(3, heads_of(sheet)[DONE])
        assert (cell.value, cell.data_type, row["This month's report"]) == ("=HYPERLINK(1)", "s", "Draft")

    def test_mine_has_what_the_person_looks_after(self, page: Client, site: SimpleNamespace) -> None:
        Measure.objects.filter(code="M102").update(owner=site.ada)
        rows = rows_of(downloaded(page, f"{DOWNLOAD}?whose=mine")["Reports of the month"])
        assert list(rows) == ["M102"]
        assert page.get(f"{DOWNLOAD}?whose=yours").status_code == 400
        assert page.get(f"{DOWNLOAD}?period=2023-13").status_code == 400


def letter(column: int) -> str:
    return openpyxl.utils.get_column_letter(column)


class TestRoundTrip:
    ROWS: Rows = {
        "M100": {DONE: "Ten sites opened", STATUS: "Progress made", DAY: date(2023, 8, 10), NEXT: "More"},
        "M101": {DONE: "All done", STATUS: "Completed"},
        "M102": {DONE: "Talks", DAY: "2023-02-30"},
    }

    def test_the_preview_says_of_each_row_what_becomes_of_it_and_writes_nothing(self, page: Client, send: Any) -> None:
        upload = send(fill(downloaded(page), self.ROWS))
        assert "M100" in part(page, upload, "submit") and "Ten sites opened" in part(page, upload, "submit")
        assert "Completion needs evidence: a file, a link or a document number." in part(page, upload, "draft")
        assert "Effective date The calendar has no day 2023-02-30." in part(page, upload, "wrong")
        assert "1 row is empty, or as it was downloaded." in part(page, upload, "left")
        assert not Report.objects.exists()

    def test_what_is_right_is_submitted_the_rest_is_kept_and_the_steps_name_the_person(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        upload = send(fill(downloaded(page), self.ROWS))
        assert "Some rows are wrong" in act(upload)
        assert not Report.objects.exists()
        text = act(upload, leave_out="on")
        assert "August 2023: 1 submitted, 1 kept as drafts." in text
        assert "1 wrong row was left out" in text and "Completion needs evidence" in text
        report = Report.objects.get(measure__code="M100")
        assert (report.state, report.status, report.effective_on, report.what_was_done_en, report.next_step_en) == (
            "submitted",
            "in_progress",
            date(2023, 8, 10),
            "Ten sites opened",
            "More",
        )
        [step] = report.steps.all()
        assert (step.move, step.made_by) == ("submit", site.ada)
        assert LogEntry.objects.get_for_object(step).get().actor == site.ada
        draft = Report.objects.get(measure__code="M101")
        assert (draft.state, draft.what_was_done_en, draft.status) == ("draft", "All done", "completed")
        assert not Report.objects.filter(measure__code="M102").exists()

    def test_the_log_names_the_person_where_a_worker_files(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        upload = send(fill(downloaded(page), {"M100": {DONE: "Talks"}}))
        Upload.objects.filter(pk=upload.pk).update(state="accepted")
        tasks.work_on_upload_task(upload.pk)
        step = Report.objects.get().steps.get()
        assert LogEntry.objects.get_for_object(step).get().actor == site.ada

    def test_the_same_file_again_does_nothing_twice_and_finishes_the_draft(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        content = fill(downloaded(page), self.ROWS)
        act(send(content), leave_out="on")
        attach_document(Report.objects.get(measure__code="M101"), by=site.cai, number="No. 5")
        accept_report(Report.objects.get(measure__code="M100"), by=site.rita)
        upload = send(content)
        assert "M100" in part(page, upload, "left") and "Accepted" in part(page, upload, "left")
        assert "filed beside it" not in shown(page, upload)
        act(upload, leave_out="on")
        assert (state_of("M100"), state_of("M101")) == ("accepted", "submitted")

    def test_all_that_a_draft_lacks_is_said_at_once(self, page: Client, send: Any) -> None:
        draft = part(
            page, send(fill(downloaded(page), {"M100": {STATUS: "Completed", DAY: date(2023, 9, 1)}})), "draft"
        )
        for reason in (
            "What was done: This field is required.",
            "Completion needs evidence: a file, a link or a document number.",
            "Effective date: The day is in the future.",
        ):
            assert reason in draft

    def test_what_is_written_over_an_accepted_report_is_filed_beside_it(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        first = make.file_report(site.measures[0], by=site.cai, status="promoting", evidence=[{"document_number": "5"}])
        accept_report(first, by=site.rita)
        upload = send(fill(downloaded(page), {"M100": {PROBLEM: "Money"}}))
        assert "A report of this month is accepted already: this one is filed beside it." in shown(page, upload)
        act(upload)
        states = Report.objects.order_by("pk").values_list("state", "problem_en", "evidence__document_number")
        assert list(states) == [("accepted", "", "5"), ("submitted", "Money", "5")]

    def test_pressed_twice_it_is_done_once(self, page: Client, send: Any, act: Any) -> None:
        upload = send(fill(downloaded(page), {"M100": {DONE: "Talks"}}))
        assert act(upload) == act(upload)
        assert Report.objects.get().steps.count() == 1

    def test_evidence_of_the_file_completes_a_measure(self, page: Client, send: Any, act: Any) -> None:
        row = {DONE: "All done", STATUS: "Completed", NUMBER: "No. 7", LINK: "https://example.org/a"}
        act(send(fill(downloaded(page), {"M103": row})))
        report = Report.objects.get()
        assert report.state == "submitted"
        assert [(each.document_number, each.url) for each in report.evidence.order_by("pk")] == [
            ("No. 7", ""),
            ("", "https://example.org/a"),
        ]

    def test_another_number_takes_the_place_of_the_first_and_the_others_stay(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        draft = save_draft(site.measures[0], by=site.cai, data=ReportData("promoting", "promoting"))
        for number in ("No. 1", "No. 2"):
            attach_document(draft, by=site.cai, number=number, title="Notice")
        act(send(fill(downloaded(page), {"M100": {DONE: "Talks", NUMBER: "No. 3"}})))
        assert sorted(draft.evidence.values_list("document_number", "title_en")) == [
            ("No. 2", "Notice"),
            ("No. 3", ""),
        ]

    def test_an_ods_file_that_names_no_download_is_read_asked_about_and_confirmed(
        self, page: Client, send: Any, act: Any
    ) -> None:
        rows = [("Code", STATUS, DAY, DONE), ("M100", "取得进展", "8月10日", "谈判")]
        cell = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"
        lines = ["".join(cell.format(text) for text in row) for row in rows]
        table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
        upload = send(ods(table).getvalue(), "month.ods")
        assert "Which year do these days belong to?" in shown(page, upload)
        act(upload, "answer", **{"month.effective_on": "2023"})
        assert "confirm that it may" in act(upload)
        assert not Report.objects.exists()
        act(upload, confirm="on")
        report = Report.objects.get()
        assert (report.state, report.status, report.what_was_done_zh, report.effective_on) == (
            "submitted",
            "in_progress",
            "谈判",
            date(2023, 8, 10),
        )


class TestConflicts:
    @pytest.fixture
    def content(self, page: Client) -> bytes:
        """Downloaded before anybody wrote, and filled in."""
        return fill(downloaded(page), {"M100": {DONE: "Ours"}, "M101": {DONE: "Talks"}})

    @pytest.fixture
    def theirs(self, content: bytes, site: SimpleNamespace) -> Report:
        data = ReportData("promoting", "promoting", what_was_done="Theirs", next_step="Go on")
        return save_draft(site.measures[0], by=site.cai, data=data)

    def test_both_values_are_shown_and_one_is_chosen_first(
        self, page: Client, send: Any, act: Any, content: bytes, theirs: Report
    ) -> None:
        upload = send(content)
        conflict = part(page, upload, "conflicts")
        assert "What was done At the download empty Site Theirs File Ours" in conflict and "Next steps" not in conflict
        assert "decide first which value holds" in act(upload)
        act(upload, "load", **{"cell-0": "file"})
        theirs.refresh_from_db()
        assert (theirs.state, theirs.what_was_done_en, theirs.next_step_en) == ("submitted", "Ours", "Go on")

    def test_where_the_site_holds_the_row_is_left_alone(
        self, page: Client, send: Any, act: Any, content: bytes, theirs: Report
    ) -> None:
        act(send(content), "load", **{"cell-0": "site"})
        theirs.refresh_from_db()
        assert (theirs.state, theirs.what_was_done_en) == ("draft", "Theirs")
        assert state_of("M101") == "submitted"

    def test_another_status_meanwhile_is_one_too(
        self, page: Client, send: Any, content: bytes, site: SimpleNamespace
    ) -> None:
        july = make.file_report(site.measures[0], by=site.cai, status="in_progress", period=date(2023, 7, 1))
        accept_report(july, by=site.rita)
        assert "Status now At the download Under way Site Progress made" in part(page, send(content), "conflicts")

    def test_what_changes_after_the_preview_is_shown_before_anything_is_written(
        self, page: Client, send: Any, act: Any, content: bytes, site: SimpleNamespace
    ) -> None:
        upload = send(content)
        save_draft(site.measures[0], by=site.cai, data=ReportData("promoting", "promoting", what_was_done="Theirs"))
        text = act(upload)
        assert "The site has changed since the preview: look at it again." in text
        assert "What was done At the download empty Site Theirs File Ours" in part(page, upload, "conflicts")
        assert not Report.objects.exclude(state="draft").exists()

    def test_what_a_colleague_submitted_is_not_written_over(
        self, page: Client, send: Any, content: bytes, theirs: Report, site: SimpleNamespace
    ) -> None:
        submit_report(theirs, by=site.cai)
        assert "This report waits for its review; withdraw it to change it." in part(page, send(content), "wrong")

    def test_an_emptied_row_throws_no_draft_away(self, page: Client, send: Any, act: Any, theirs: Report) -> None:
        rows = {"M100": {STATUS: None, DONE: None, NEXT: None}, "M101": {DONE: "Talks"}}
        act(send(fill(downloaded(page), rows)))
        theirs.refresh_from_db()
        assert (theirs.state, theirs.what_was_done_en) == ("draft", "Theirs")


class TestRefusals:
    def test_a_file_of_another_month_is_refused(self, page: Client, send: Any, settings: Any) -> None:
        settings.PILOTZONE_FIRST_REPORTING_MONTH = date(2023, 7, 1)
        july = fill(downloaded(page, f"{DOWNLOAD}?period=2023-07"), {"M100": {DONE: "Talks"}})
        text = shown(page, send(july))
        assert "The file was downloaded for July 2023, and this page is for August 2023." in text
        assert "Submit 1 report" not in text

    def test_a_file_of_another_department_is_refused(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        content = fill(downloaded(signed_in(Client(), site.ben)), {"M200": {DONE: "Talks"}})
        upload = send(content)
        assert "The file was downloaded for another department." in shown(page, upload)
        assert "The file cannot be loaded" in act(upload)
        assert not Report.objects.exists()

    def test_a_file_of_another_plan_is_refused(self, page: Client, send: Any, site: SimpleNamespace) -> None:
        plan = make.make_plan("other", starts_on=date(2022, 1, 1))
        make.make_measure(plan=plan, lead_department=site.science, code="M100")
        other = downloaded(page, f"{DOWNLOAD}?plan=other")
        upload = send(fill(other, {"M100": {DONE: "Talks"}}), query="?plan=shandong-2023-2025")
        assert "The file was downloaded from another plan: other" in shown(page, upload)

    def test_all_that_is_wrong_is_said_at_once_with_row_and_column(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        book = downloaded(page)
        sheet = book["Reports of the month"]
        heads = heads_of(sheet)
        make.leave(site.measures[3], "suspended", date(2023, 8, 1))
        for code in ("M100", "M200", "M999", ""):
            row = sheet.max_row + 1
            sheet.cell(row, heads["Code"]).value, sheet.cell(row, heads[DONE]).value = code, "Talks"
        rows = {
            "M100": {DONE: "Talks"},
            "M101": {STATUS: "Nearly", LINK: "x" * 501},
            "M102": {LINK: "ftp://a"},
            "M103": {DONE: "Talks"},
        }
        text = part(page, send(fill(book, rows)), "wrong")
        for row, sentence in (
            (3, "Status after this report “Nearly” is not one of: Under way, Progress made, Completed."),
            (3, "Link Up to 500 characters; this has 501."),
            (4, "Link It must be an address that begins with http:// or https://."),
            (6, "Code M100 stands in row 2 already."),
            (7, "Code Only the lead department may report on this measure."),
            (8, "Code The plan has no measure with this code."),
            (9, "Code The code is missing: it names the measure."),
            (5, "Code Suspended since 2023-08-01: 因故. Nothing can be reported until it is resumed."),
        ):
            assert f"{row} {sentence}" in text

    def test_a_measure_that_went_to_another_department_is_wrong(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        content = fill(downloaded(page), {"M100": {DONE: "Talks"}})
        Measure.objects.filter(code="M100").update(lead_department=site.energy)
        assert "Only the lead department may report" in part(page, send(content), "wrong")

    def test_locked_columns_that_were_changed_are_not_read_and_rows_may_be_sorted_or_deleted(
        self, page: Client, send: Any, act: Any
    ) -> None:
        book = downloaded(page)
        sheet = book["Reports of the month"]
        sheet.delete_rows(2)
        rows = {"M103": {DONE: "Talks", "Title": "Ours", "Status now": "Completed"}}
        fill(book, rows)
        sheet.move_range("A4:N4", rows=4)
        upload = send(saved(book))
        text = shown(page, upload)
        assert "Row 8: changed and not read, since the site fills these columns in: Title, Status now" in text
        act(upload)
        assert (Report.objects.get().measure.code, Report.objects.get().status) == ("M103", "promoting")

    def test_no_file_an_empty_one_and_another_table_get_a_sentence(self, page: Client, send: Any) -> None:
        assert "Choose the workbook that you filled in" in text_of(page.post(PAGE).content.decode())
        empty = page.post(PAGE, {"file": SimpleUploadedFile("month.xlsx", b"")})
        assert "The file is empty" in text_of(empty.content.decode())
        assert "No table was found in the file" in shown(page, send(b"colour,taste\nred,sweet\n", "fruit.csv"))

    def test_merged_cells_and_too_many_rows_are_refused(self, page: Client, send: Any) -> None:
        book = downloaded(page)
        sheet = book["Reports of the month"]
        done = letter(heads_of(sheet)[DONE])
        fill(book, {"M100": {DONE: "Talks"}, "M102": {DONE: "Talks"}})
        sheet.merge_cells(f"{done}2:{done}3")
        upload = send(saved(book))
        assert f"The cells {done}2:{done}3 are merged" in part(page, upload, "wrong")
        assert "M100" not in part(page, upload, "submit") and "M102" in part(page, upload, "submit")
        many = "code,what_was_done\n" + "".join(f"N{number},Talks\n" for number in range(501))
        assert "The file has more than 500 rows." in shown(page, send(many.encode(), "month.csv"))
        assert not Report.objects.exists()

    def test_nobody_else_sees_the_file(self, page: Client, send: Any, site: SimpleNamespace) -> None:
        upload = send(fill(downloaded(page), {"M100": {DONE: "Talks"}}))
        assert upload.file_name in text_of(page.get(PAGE).content.decode())
        for person in (site.cai, site.ben):
            other = signed_in(Client(), person)
            assert other.get(upload.get_absolute_url()).status_code == 404
            assert other.post(upload.get_absolute_url(), {"action": "load"}).status_code == 404
        reviewer = signed_in(Client(), site.rita)
        assert reviewer.get(f"/data/uploads/{upload.pk}/").status_code == 404
        assert not Report.objects.exists()

    def test_it_can_be_forgotten(self, page: Client, send: Any) -> None:
        upload = send(fill(downloaded(page), {"M100": {DONE: "Talks"}}))
        answer = page.post(upload.get_absolute_url(), {"action": "discard"})
        assert answer["Location"].startswith(PAGE)
        assert not Upload.objects.exists()


@pytest.mark.one_database
class TestQueries:
    def test_download_and_preview_ask_the_same_however_many_rows_there_are(
        self, page: Client, send: Any, site: SimpleNamespace
    ) -> None:
        self.add_measures(site, 1)
        # What is read once, and kept.
        self.asked(page, site)
        self.add_measures(site, 1)
        few = self.asked(page, site)
        self.add_measures(site, 20)
        assert self.asked(page, site) == few

    def add_measures(self, site: SimpleNamespace, count: int) -> None:
        for _number in range(count):
            measure = make.make_measure(lead_department=site.science)
            make.make_report(measure, date(2023, 7, 20))
            draft = save_draft(measure, by=site.cai, data=ReportData("promoting", "promoting"))
            attach_document(draft, by=site.cai, number="No. 1")

    def asked(self, page: Client, site: SimpleNamespace) -> tuple[int, int]:
        for measure in Measure.objects.filter(lead_department=site.science, problems=None):
            make.make_problem(measure, date(2023, 7, 20))
        with CaptureQueriesContext(
            connection,
        ) as download:
            book = downloaded(page)
        cells = {DONE: "Talks", NUMBER: "No. 9", PROBLEM: "Money", CHOICE: "Still the same"}
        rows = dict.fromkeys(rows_of(book["Reports of the month"]), cells)
        plan = site.measures[0].plan
        upload = keep_upload(
            plan, by=site.ada, name="m.xlsx", content=fill(book, rows), period=date(2023, 8, 1), kind=Upload.Kind.MONTH
        )
        with CaptureQueriesContext(connection) as preview:
            work_on(upload.pk)
        upload.refresh_from_db()
        assert upload.findings["counts"]["submit"] == len(rows)
        return len(download), len(preview)


class TestProblems:
    """Problems in a month's workbook: of M100 two are open; of M101 one is closed."""

    @pytest.fixture(autouse=True)
    def _problems(self, site: SimpleNamespace) -> None:
        first, second, *_others = site.measures
        make.make_problem(first, date(2023, 5, 4), text_en="Land is missing")
        make.make_problem(first, date(2023, 4, 4), text_en="Money is missing", steps=["assign"], owner=site.energy)
        make.make_problem(second, date(2023, 5, 4), steps=["assign", "solve", "close"])

    def said(self) -> dict[str, tuple[str, str, str]]:
        """Return for each measure with a report its state, what it says about problems, and which it is about."""
        reports = Report.objects.select_related("measure").order_by("measure__code")
        return {
            each.measure.code: (each.state, each.problem_choice, each.problem_code if each.about_problem else "")
            for each in reports
        }

    def test_the_file_names_those_that_are_open(self, page: Client) -> None:
        rows = rows_of(downloaded(page)["Reports of the month"])
        assert rows["M100"]["Open problems"] == "M100-2 Money is missing\nM100-1 Land is missing"
        assert (rows["M101"]["Open problems"], rows["M100"][CHOICE]) == (None, None)

    def test_what_is_chosen_is_filed_and_an_empty_choice_follows_from_the_text(
        self, page: Client, send: Any, act: Any
    ) -> None:
        rows: Rows = {
            # The oldest that is open.
            "M100": {DONE: "Talks", PROBLEM: "Still no money", CHOICE: "Still the same"},
            "M101": {DONE: "Talks", PROBLEM: "Staff are missing"},
            "M102": {DONE: "Talks", PROBLEM: "No permit", CHOICE: "A new problem"},
            "M103": {DONE: "Talks"},
        }
        upload = send(fill(downloaded(page), rows))
        assert "State of problems Still the same" in part(page, upload, "submit")
        act(upload)
        assert self.said() == {
            "M100": ("submitted", "same", "M100-2"),
            "M101": ("submitted", "new", "M101-2"),
            "M102": ("submitted", "new", "M102-1"),
            "M103": ("submitted", "", ""),
        }
        raised = Problem.objects.get(measure__code="M101", number=2)
        assert (raised.text_en, raised.state, raised.raised_on) == ("Staff are missing", "raised", date(2023, 8, 29))
        # As it is now, nothing is left to be done.
        assert "4 rows are empty, or as they were downloaded." in part(page, send(fill(downloaded(page), {})), "left")

    def test_an_empty_choice_is_about_the_problem_that_is_open(self, page: Client, send: Any, act: Any) -> None:
        act(send(fill(downloaded(page), {"M100": {DONE: "Talks", PROBLEM: "Still no money"}})))
        assert self.said() == {"M100": ("submitted", "same", "M100-2")}
        assert Problem.objects.count() == 3

    def test_what_does_not_fit_stays_a_draft_and_says_why(self, page: Client, send: Any, act: Any) -> None:
        rows: Rows = {
            "M100": {DONE: "Talks", CHOICE: "No problem"},
            "M101": {DONE: "Talks", CHOICE: "Still the same"},
            "M102": {DONE: "Talks", CHOICE: "A new problem"},
            "M103": {DONE: "Talks", CHOICE: "perhaps"},
        }
        upload = send(fill(downloaded(page), rows))
        drafts = part(page, upload, "draft")
        assert "A problem of this measure is still open" in drafts
        assert "State of problems: Choose the problem that is still the same." in drafts
        assert "Problems: Say what stands in the way." in drafts
        assert "State of problems" in part(page, upload, "wrong")
        act(upload, leave_out="on")
        assert self.said() == {
            "M100": ("draft", "none", ""),
            "M101": ("draft", "same", ""),
            "M102": ("draft", "new", ""),
        }
        assert Problem.objects.count() == 3

    def test_a_file_of_the_release_before_has_no_such_column(
        self, page: Client, send: Any, act: Any, site: SimpleNamespace
    ) -> None:
        """A choice that somebody made on the site since stays."""
        book = downloaded(page)
        sheet = book["Reports of the month"]
        for head in (CHOICE, "Open problems"):
            sheet.delete_cols(heads_of(sheet)[head])
        for version in LedgerVersion.objects.all():
            held = json.loads(text_of_version(version))
            for row in held[MEASURE_MONTH.version_key]["rows"].values():
                del row["cells"]["problem_choice"], row["shown"]["open_problems"]
            version.contents = zlib.compress(json.dumps(held).encode())
            version.save()
        data = ReportData("promoting", "promoting", what_was_done="Talks", problem_choice="same", about_problem=1)
        save_draft(site.measures[0], by=site.cai, data=data)
        act(send(fill(book, {"M100": {PROBLEM: "No land yet"}})))
        assert self.said() == {"M100": ("submitted", "same", "M100-1")}


class TestOffice:
    def test_it_has_what_was_filed_what_was_decided_and_what_is_outstanding(
        self, client: Client, site: SimpleNamespace
    ) -> None:
        first, second, third, _fourth = site.measures
        attach = [{"document_number": "No. 7"}, {"url": "https://example.org/a", "title": "Notice"}]
        accept_report(
            make.file_report(first, by=site.ada, status="in_progress", evidence=attach), by=site.rita, note="Good"
        )
        make.file_report(second, by=site.ada, status="promoting", texts={"what_was_done": "=1+1"})
        save_draft(third, by=site.cai, data=ReportData("promoting", "promoting", what_was_done="Not yet"))
        sheet = downloaded(signed_in(client, site.rita), "/review/ledger/")["Reports of the month"]
        rows = rows_of(sheet)
        assert {code: row["State"] for code, row in rows.items()} == {
            "M100": "Accepted",
            "M101": "Submitted",
            "M102": "Draft",
            "M103": "Outstanding",
            "M200": "Outstanding",
        }
        accepted = rows["M100"]
        assert (accepted["Status before this report"], accepted[STATUS], accepted["Evidence"]) == (
            "Under way",
            "Progress made",
            "No. 7\nNotice https://example.org/a",
        )
        assert (accepted["Submitted by"], accepted["Decided by"], accepted["Note of the reviewer"]) == (
            "ada",
            "rita",
            "Good",
        )
        assert accepted["Date decided"].date() == date(2023, 8, 29)
        assert rows["M101"][DONE] == "=1+1" and sheet.cell(3, heads_of(sheet)[DONE]).data_type == "s"
        assert rows["M102"][DONE] is None
        assert sheet.protection.sheet

    def test_a_returned_report_stands_once(self, client: Client, site: SimpleNamespace) -> None:
        return_report(make.file_report(site.measures[0], by=site.ada, status="promoting"), by=site.rita, note="Say")
        sheet = downloaded(signed_in(client, site.rita), "/review/ledger/")["Reports of the month"]
        codes = [row[1].value for row in sheet.iter_rows(min_row=2)]
        assert codes.count("M100") == 1
        assert rows_of(sheet)["M100"]["State"] == "Returned"

    @pytest.mark.one_database
    def test_it_asks_the_same_however_many_reports_there_are(self, client: Client, site: SimpleNamespace) -> None:
        signed_in(client, site.rita)
        counts = []
        for number in range(2):
            for measure in site.measures[number * 2 : number * 2 + 2]:
                make.file_report(measure, by=site.ada, status="promoting", evidence=[{"document_number": "No. 7"}])
            # What is read once, and kept.
            downloaded(client, "/review/ledger/")
            with CaptureQueriesContext(connection) as asked:
                downloaded(client, "/review/ledger/")
            counts.append(len(asked))
        assert counts[0] == counts[1]


def test_workspace_and_board_lead_there(client: Client, site: SimpleNamespace) -> None:
    workspace = signed_in(client, site.ada).get("/workspace/?period=2023-08&whose=mine").content.decode()
    assert 'href="/workspace/ledger/download/?period=2023-08&amp;whose=mine"' in workspace
    assert 'action="/workspace/ledger/?period=2023-08&amp;whose=mine"' in workspace
    board = signed_in(Client(), site.rita).get("/review/board/?period=2023-08").content.decode()
    assert 'href="/review/ledger/?period=2023-08"' in board
