"""The steps of an uploaded file: read, asked about, decided, loaded; nothing is written before."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import openpyxl
import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from core.exceptions import NotAllowed
from core.queue import BrokerAway
from core.texts import MAX_REASON_LENGTH
from ledger import files
from ledger.models import LedgerVersion
from ledger.sentences import FileRefused
from measures.models import Load, Measure, Plan
from tests.factories import make_user
from tests.ledger.example import load, rows
from tests.ledger.samples import archive, changed, saved
from tests.ledger.samples import workbook as made_workbook
from tests.pages import text_of
from tests.second_site import DAY, MEASURE_COUNT, PLAN, write_workbook
from web.leases import LASTS, HeldLease, leased
from web.models import Lease, Site
from workbooks import queue, tasks, uploads
from workbooks.models import Upload
from workbooks.views import uploads as upload_views

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]

TITLES = "code,title_en\nM001,Measure one\nM002,{title}\n"


@pytest.fixture
def plan(folder: Path) -> Plan:
    load(folder)
    return Plan.objects.get()


@pytest.fixture
def rita(plan: Plan) -> User:
    return make_user("rita", role="reviewer", first_name="Rita", language="en")


@pytest.fixture
def page(client: Client, rita: User) -> Client:
    client.force_login(rita)
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def send(page: Client, django_capture_on_commit_callbacks: Any) -> Callable[..., Upload]:
    """Uploads a text as a file, and has it read."""

    def upload(content: str | bytes, name: str = "measures.csv") -> Upload:
        data = content.encode() if isinstance(content, str) else content
        with django_capture_on_commit_callbacks(execute=True):
            answer = page.post("/data/", {"file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302, text_of(answer.content.decode())
        # With a queue nobody has worked on it yet.
        tasks.work_on_waiting_uploads_task()
        return Upload.objects.get()

    return upload


@pytest.fixture
def act(page: Client, django_capture_on_commit_callbacks: Any) -> Callable[..., str]:
    """Presses a button of an upload's page, and returns what the next page says."""

    def press(upload: Upload, action: str, **fields: str) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            answer = page.post(upload.get_absolute_url(), {"action": action, **fields})
        tasks.work_on_waiting_uploads_task()
        return text_of(page.get(answer["Location"], follow=True).content.decode())

    return press


def shown(page: Client, upload: Upload) -> str:
    return text_of(page.get(upload.get_absolute_url()).content.decode())


@contextmanager
def nothing_is_written() -> Iterator[None]:
    before = rows()
    yield
    assert {name: held for name, held in rows().items() if name != "web.IdempotencyKey"} == {
        name: held for name, held in before.items() if name != "web.IdempotencyKey"
    }


def workbook(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


HEAD = ["code", "title_en"]


def bomb_of_formulas() -> io.BytesIO:
    bomb = [[f"M{number:03}", f"=B{number}&B{number}"] for number in (2, 3)]
    return made_workbook(("Measures", [HEAD, ["M001", '=REPT("x",32767)'], *bomb]))


def merged_over_data() -> io.BytesIO:
    book = workbook(made_workbook(("Measures", [HEAD, ["M001", "Clean water"], ["M002", None]])).getvalue())
    book["Measures"].merge_cells("B2:B3")
    return saved(book)


def two_sheets_of_one_name() -> io.BytesIO:
    rows: list[list[object]] = [[*HEAD], ["M001", "Clean water"]]
    return changed(
        made_workbook(("Measures", rows), ("Other", rows)), "xl/workbook.xml", 'name="Other"', 'name="measures"'
    )


def sixteen_thousand_headers() -> io.BytesIO:
    return made_workbook(("Measures", [[*HEAD, *map(str, range(16_380))], ["M001", "Clean water"]]))


def archive_bomb() -> io.BytesIO:
    return archive(xl__workbook_dot_xml=b" " * (1 << 21))


class TestDownloads:
    def test_the_contents_of_the_plan_are_read_back_without_a_difference(self, page: Client, send: Any) -> None:
        answer = page.get("/data/download/?content=current&format=xlsx")
        upload = send(b"".join(answer), "plan.xlsx")
        counts = upload.findings["counts"]
        assert (counts["new"], counts["changed"], counts["wrong"], counts["removed"]) == (0, 0, 0, 0)
        assert counts["unchanged"] > 20

    def test_the_same_as_csv_files(self, page: Client) -> None:
        answer = page.get("/data/download/?content=current&format=csv")
        with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
            measures = archive.read("measures.csv").decode("utf-8-sig")
        assert ",措施二,Measure two," in measures

    def test_the_template_has_each_sheet_and_no_row(self, page: Client) -> None:
        answer = page.get("/data/download/?content=template&format=xlsx")
        sheet = workbook(b"".join(answer))["Measures"]
        assert next(cell.value for cell in sheet[1]) == "Code"
        assert not any(cell.value for cell in sheet[2])

    def test_of_what_there_is_not_the_choice_is_named(self, page: Client) -> None:
        answer = page.get("/data/download/?format=pdf")
        assert answer.status_code == 400
        assert "xlsx, csv" in answer.content.decode()


class TestPreview:
    def test_it_shows_old_and_new_side_by_side_and_writes_nothing(self, page: Client, send: Any) -> None:
        with nothing_is_written():
            upload = send(TITLES.format(title="Clean water"))
            text = shown(page, upload)
        assert "Measure two → after Clean water" in text
        assert upload.findings["counts"] == {"wrong": 0, "changed": 1, "removed": 0, "new": 0, "unchanged": 1}

    def test_a_wrong_row_is_named_with_its_place_and_what_is_wanted(self, page: Client, send: Any) -> None:
        upload = send("code,due_on\nM001,2023-02-30\nM002,2024-06-30\n")
        [problem] = upload.findings["wrong"]
        assert (problem["sheet"], problem["number"], problem["column"]) == ("Measures", 2, "Due date")
        assert problem["sentence"] in shown(page, upload)

    def test_whoever_reads_the_other_language_gets_it_in_that(
        self, page: Client, send: Any, rita: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        upload = send("code,due_on\nM001,2023-02-30\n")
        english = upload.findings["wrong"][0]["sheet"]
        with django_capture_on_commit_callbacks(execute=True):
            page.get(upload.get_absolute_url() + "?lang=zh-hans")
        tasks.work_on_waiting_uploads_task()
        upload.refresh_from_db()
        assert (english, upload.findings["wrong"][0]["sheet"]) == ("Measures", "政策措施")

    def test_it_says_which_statuses_follow_from_reports(self, page: Client, send: Any) -> None:
        head = "measure,submitted_on,period,status,against_status,what_was_done_en,decided_on,state\n"
        row = "M002,2023-06-22,2023-06,in_progress,promoting,Begun,2023-06-26,accepted\n"
        upload = send(head + row, "reports.csv")
        sentence = "1 status change follows from an accepted report that no row of the status history names."
        assert sentence in shown(page, upload)
        assert {each["label"]: each["change"] for each in upload.findings["totals"]} == {
            "Under way": "-1",
            "Progress made": "+1",
        }

    def test_it_says_which_totals_move(self, page: Client, send: Any) -> None:
        project = "code,name_en,city,category,stage,total_investment\nP9,Another,370100,energy,preparing,2.5\n"
        upload = send(project, "projects.csv")
        totals = {each["label"]: each["change"] for each in upload.findings["totals"]}
        assert totals == {"Projects": "+1", "Total investment": "+250 million yuan"}

    def test_more_rows_than_fit_are_counted_and_have_pages(self, page: Client, send: Any) -> None:
        head = "code,name_en,city,category,stage,total_investment\n"
        many = "".join(f"N{number:03},Project {number},370100,energy,preparing,1\n" for number in range(250))
        upload = send(head + many, "projects.csv")
        whole, second = (page.get(f"{upload.get_absolute_url()}{query}") for query in ("", "?part=new&page=2"))
        assert "N019 Project 19" in whole.content.decode()
        assert "N020 Project 20" not in whole.content.decode()
        assert "All 250" in text_of(whole.content.decode())
        assert "N199 Project 199" not in second.content.decode()
        assert "N200 Project 200" in second.content.decode()
        assert "N249 Project 249" in second.content.decode()
        assert page.get(f"{upload.get_absolute_url()}?part=secret").status_code == 400

    def test_nobody_else_sees_it(self, send: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        other = Client()
        other.force_login(make_user("rolf", role="reviewer"))
        assert other.get(upload.get_absolute_url()).status_code == 404
        assert other.post(upload.get_absolute_url(), {"action": "load"}).status_code == 404
        assert upload.file_name not in other.get("/data/").content.decode()

    def test_a_second_window_and_the_list_find_it_again(self, page: Client, send: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        assert upload.get_absolute_url() in page.get("/data/").content.decode()
        assert shown(page, upload) == shown(page, upload)


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "name", "sentence"),
        [
            (b"%PDF-1.7 ledger", "plan.pdf", "This is a web page or a document"),
            (b"\x00\x01\x02\x03" * 9, "plan.xlsx", "This is no table."),
            (b"PK\x03\x04 cut off", "plan.xlsx", "The file is damaged or protected with a password."),
            (b"colour\nred\n", "fruit.csv", ""),
        ],
    )
    def test_what_is_no_ledger_is_refused_in_a_sentence(
        self, page: Client, send: Any, content: bytes, name: str, sentence: str
    ) -> None:
        with nothing_is_written():
            upload = send(content, name)
            assert sentence in shown(page, upload)
        assert upload.is_refused or upload.findings["file_problems"]

    @pytest.mark.parametrize(
        ("nasty", "sentence"),
        [
            (bomb_of_formulas, "The formula of this cell has no value"),
            (merged_over_data, "The cells B2:B3 are merged"),
            (two_sheets_of_one_name, "Two sheets have the name"),
            (sixteen_thousand_headers, "A sheet has cells beyond column 500"),
            (archive_bomb, "The file unpacks to more than 1 MB."),
        ],
    )
    def test_nasty_files_load_nothing_whatever_is_ticked(
        self, page: Client, send: Any, act: Any, monkeypatch: Any, nasty: Callable[[], Any], sentence: str
    ) -> None:
        monkeypatch.setattr(files, "MAX_UNPACKED_BYTES", 1 << 20)
        with nothing_is_written():
            upload = send(nasty().getvalue(), "plan.xlsx")
            assert sentence in shown(page, upload)
            act(upload, "load", confirm="on", leave_out="on")

    @pytest.mark.parametrize(
        ("fields", "sentence"), [({}, "Choose a file, or paste rows"), ({"pasted": "  "}, "paste")]
    )
    def test_nothing_is_asked_for_again(self, page: Client, fields: dict[str, str], sentence: str) -> None:
        answer = page.post("/data/", fields)
        assert sentence in text_of(answer.content.decode())
        assert not Upload.objects.exists()

    def test_an_empty_file_is_refused_at_the_field(self, page: Client) -> None:
        answer = page.post("/data/", {"file": SimpleUploadedFile("plan.csv", b"")})
        assert "The file is empty" in text_of(answer.content.decode())

    def test_a_file_that_is_too_large_is_refused_at_the_field(self, page: Client, settings: Any) -> None:
        settings.PILOTZONE_EVIDENCE_MEGABYTES = 0
        answer = page.post("/data/", {"file": SimpleUploadedFile("plan.csv", b"x" * 100)})
        assert answer.status_code == 200
        assert "field-fault" in answer.content.decode()
        assert not Upload.objects.exists()

    def test_rows_beyond_all_bounds_are_refused_whatever_the_form_let_through(
        self, plan: Plan, rita: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uploads, "MAX_BYTES", 1 << 20)
        with override("en"), pytest.raises(NotAllowed, match=r"The file is larger than 1 MB\.") as refusal:
            uploads.keep_upload(plan, by=rita, name="plan.csv", content=b"x" * ((1 << 20) + 1))
        assert refusal.value.field == "file"
        assert not Upload.objects.exists()

    def test_a_file_of_another_plan_cannot_be_loaded(self, page: Client, send: Any, act: Any) -> None:
        head = "slug,name_zh,name_en,starts_on,ends_on\n"
        upload = send(f"{head}other,别的计划,Another plan,2023-01-01,2025-12-31\n", "plan.csv")
        assert "The file is of another plan: other, not plan." in shown(page, upload)
        with nothing_is_written():
            act(upload, "load", confirm="on")

    def test_a_download_that_the_site_forgot_is_no_base_and_the_page_says_so(self, page: Client, send: Any) -> None:
        answer = page.get("/data/download/?content=current&format=xlsx")
        content = b"".join(answer)
        Measure.objects.filter(code="M001").update(title_en="By another reviewer")
        LedgerVersion.objects.all().delete()
        upload = send(content, "plan.xlsx")
        assert (upload.findings["conflicts"], upload.findings["counts"]["changed"]) == ([], 1)
        assert "The site does not have the download any more" in shown(page, upload)

    def test_reviewers_make_no_accounts(self, page: Client, send: Any, rita: User) -> None:
        upload = send("username,role,name_zh\nmallory,reviewer,马\n", "people.csv")
        assert upload.findings["counts"]["new"] == 0
        assert "administrators alone change it: People" in shown(page, upload)
        rita.is_superuser = True
        rita.save()
        uploads.read_again(upload)
        uploads.work_on(upload.pk)
        upload.refresh_from_db()
        assert upload.findings["counts"]["new"] == 1


class TestQuestions:
    AMOUNTS = "编号,项目名称（中文）,总投资\nP0001,项目一,12500\n"

    def test_a_column_that_may_mean_two_things_is_asked_about_once(
        self, page: Client, send: Any, act: Any, plan: Plan
    ) -> None:
        upload = send(self.AMOUNTS, "projects.csv")
        text = shown(page, upload)
        assert "In which unit are these amounts?" in text
        assert "12500" in text
        text = act(upload, "answer", **{"projects.total_investment": "wan"})
        assert "9.4201 → after 1.25" in text

    def test_without_an_answer_it_is_asked_again(self, page: Client, send: Any) -> None:
        upload = send(self.AMOUNTS, "projects.csv")
        answer = page.post(upload.get_absolute_url(), {"action": "answer"})
        assert "This field is required" in answer.content.decode()
        with override("en"):
            assert uploads.why_not_loaded(upload) == "Answer the questions about the columns first."

    def test_pasted_rows_are_read_like_a_file(self, page: Client, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            answer = page.post("/data/", {"pasted": "Code\tTitle (English)\nM002\tClean water\n"})
        tasks.work_on_waiting_uploads_task()
        assert "Measure two → after Clean water" in text_of(page.get(answer["Location"]).content.decode())


class TestLoading:
    def test_what_was_shown_is_loaded_and_stands_on_record(self, page: Client, send: Any, act: Any, rita: User) -> None:
        upload = send(TITLES.format(title="Clean water"))
        text = act(upload, "load", confirm="on", reason="Wording of the final text")
        assert Measure.objects.get(code="M002").title_en == "Clean water"
        assert "by Rita. Wording of the final text" in text
        assert "Measure two → after Clean water" in text
        made = Load.objects.get(loaded_by=rita)
        assert (made.file_name, made.rows.count()) == ("measures.csv", 1)
        assert f"/data/loads/{made.pk}/" in page.get("/data/").content.decode()

    def test_afterwards_the_file_is_kept_no_longer_and_its_address_leads_to_the_load(
        self, page: Client, send: Any, act: Any
    ) -> None:
        upload = send(TITLES.format(title="Clean water"))
        act(upload, "load", confirm="on")
        upload.refresh_from_db()
        assert (bytes(upload.content), upload.result) == (b"", None)
        assert page.get(upload.get_absolute_url())["Location"] == f"/data/loads/{upload.load_id}/"
        # Asked for by the script of a page that waits.
        answer = page.get(upload.get_absolute_url(), headers={"HX-Request": "true"})
        assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/data/loads/{upload.load_id}/")
        act(upload, "load", confirm="on")
        assert Load.objects.filter(file_name="measures.csv").count() == 1

    def test_changes_of_a_file_without_a_version_are_confirmed_first(self, page: Client, send: Any, act: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        with nothing_is_written():
            text = act(upload, "load")
        assert "confirm that it may" in text

    def test_wrong_rows_are_left_out_only_by_choice(self, page: Client, send: Any, act: Any) -> None:
        upload = send("code,title_en,due_on\nM001,Energy first,2023-02-30\nM002,Clean water,2024-06-30\n")
        with nothing_is_written():
            assert "correct them, or have them left out" in act(upload, "load", confirm="on")
        act(upload, "load", confirm="on", leave_out="on")
        assert set(Measure.objects.values_list("title_en", flat=True)) == {"Measure one", "Clean water"}

    def test_the_wrong_rows_come_back_marked_as_they_were_written(self, page: Client, send: Any) -> None:
        upload = send("code,title_en,due_on\nM001,Energy first,2023-02-30\nM002,Clean water,2024-06-30\n")
        answer = page.get(f"{upload.get_absolute_url()}marked/")
        book = workbook(b"".join(answer))
        cells = {cell.value: cell for row in book["Measures"] for cell in row if cell.value}
        assert {"M001", "Energy first", "2023-02-30"} <= set(cells)
        assert "M002" not in cells
        assert upload.findings["wrong"][0]["sentence"] in cells["2023-02-30"].comment.text
        assert book.sheetnames[0] == "What to correct"

    def test_where_they_cannot_be_written_the_page_says_why(
        self, page: Client, send: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload = send(TITLES.format(title="Clean water"))
        monkeypatch.setattr(
            upload_views, "write_marked", Mock(side_effect=FileRefused("“%(name)s” is gone.", name="a"))
        )
        answer = page.get(f"{upload.get_absolute_url()}marked/", follow=True)
        assert answer.redirect_chain == [(upload.get_absolute_url(), 302)]
        assert "“a” is gone." in text_of(answer.content.decode())

    def test_with_the_broker_away_the_schedule_finds_it(
        self, page: Client, send: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(queue, "start_task", Mock(side_effect=BrokerAway("no answer")))
        upload = send(TITLES.format(title="Clean water"))
        assert upload.is_read
        assert f"the schedule will find upload {upload.pk}: no answer" in caplog.text

    def test_what_changed_on_the_site_meanwhile_is_looked_at_again(self, page: Client, send: Any, act: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        Measure.objects.filter(code="M002").update(title_en="Waters")
        text = act(upload, "load", confirm="on")
        assert Measure.objects.get(code="M002").title_en == "Waters"
        assert "The site has changed since the preview" in text
        assert "Waters → after Clean water" in text
        act(upload, "load", confirm="on")
        assert Measure.objects.get(code="M002").title_en == "Clean water"

    def test_what_is_chosen_is_kept_until_it_is_loaded(self, page: Client, send: Any, act: Any) -> None:
        upload = send("code,title_en,due_on\nM001,Energy first,2023-02-30\n")
        act(upload, "save", leave_out="on", reason="Final text")
        html = page.get(upload.get_absolute_url()).content.decode()
        assert 'name="leave_out" checked' in html
        assert 'value="Final text"' in html

    def test_a_forgotten_file_is_gone(self, page: Client, send: Any, act: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        assert "nothing was loaded" in act(upload, "discard")
        assert not Upload.objects.exists()

    def test_what_the_site_has_already_is_not_loaded(self, page: Client, send: Any, act: Any) -> None:
        upload = send(TITLES.format(title="Measure two"))
        assert "holds nothing that the site does not have" in act(upload, "load")


class TestWork:
    def test_without_a_queue_a_small_file_is_read_at_once(
        self, page: Client, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        if not settings.CELERY_TASK_ALWAYS_EAGER:
            pytest.skip("this site has a queue")
        with django_capture_on_commit_callbacks(execute=True):
            page.post("/data/", {"file": SimpleUploadedFile("measures.csv", TITLES.encode())})
        assert Upload.objects.get().is_read

    def test_a_large_file_waits_for_the_schedule_and_the_page_says_how_far_it_is(
        self, page: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        monkeypatch.setattr(queue, "SMALL", 10)
        content = TITLES.format(title="Clean water").encode()
        with django_capture_on_commit_callbacks(execute=True):
            page.post("/data/", {"file": SimpleUploadedFile("measures.csv", content)})
        upload = Upload.objects.get()
        assert upload.state == Upload.State.WAITING
        Upload.objects.update(state="reading", step=2)
        html = page.get(upload.get_absolute_url()).content.decode()
        assert "Comparing it with the site" in html
        assert 'max="4" value="2"' in " ".join(html.split())
        assert 'http-equiv="refresh"' in html
        Upload.objects.update(state="waiting")
        tasks.work_on_waiting_uploads_task()
        assert "Clean water" in shown(page, upload)
        done = page.get(upload.get_absolute_url(), headers={"HX-Request": "true"})
        assert done["HX-Refresh"] == "true"

    def test_two_workers_read_it_once(self, send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        upload = send(TITLES.format(title="Clean water"))
        Upload.objects.update(state="reading")
        with monkeypatch.context() as other, leased(f"upload {upload.pk}"):
            other.setattr(uploads, "_read", lambda *args: pytest.fail("it is being read already"))
            uploads.work_on(upload.pk)
        uploads.work_on(upload.pk)
        upload.refresh_from_db()
        assert upload.is_read

    def test_while_it_is_read_nobody_decides_has_it_read_again_or_marked(self, page: Client, send: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        Upload.objects.update(state="reading")
        with override("en"), pytest.raises(NotAllowed, match="The file is being worked on, or is loaded already"):
            uploads.decide(upload, choices=(), leaves_out_wrong=False, is_confirmed=True, reason="", is_final=True)
        uploads.read_again(upload, answers={"projects.total_investment": "wan"})
        answer = page.get(f"{upload.get_absolute_url()}marked/")
        assert (answer.status_code, answer["Location"]) == (302, upload.get_absolute_url())
        upload.refresh_from_db()
        assert (upload.state, upload.is_confirmed, upload.answers) == ("reading", False, {})

    def test_a_reason_that_is_too_long_is_refused_in_a_sentence(self, page: Client, send: Any, act: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        with nothing_is_written():
            assert "At most" in act(upload, "load", confirm="on", reason="x" * (MAX_REASON_LENGTH + 1))
        upload.refresh_from_db()
        assert (upload.is_read, upload.reason, upload.is_confirmed) == (True, "", False)

    def test_whoever_is_no_reviewer_any_more_loads_nothing(self, send: Any, rita: User) -> None:
        upload = send(TITLES.format(title="Clean water"))
        uploads.decide(upload, choices=(), leaves_out_wrong=False, is_confirmed=True, reason="", is_final=True)
        User.objects.filter(pk=rita.pk).update(role="viewer")
        with nothing_is_written():
            uploads.work_on(upload.pk)
        upload.refresh_from_db()
        assert (upload.state, upload.sentence) == ("read", "You may not do this")

    def test_what_a_killed_worker_left_is_taken_up_again(self, send: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        Upload.objects.update(state="reading")
        assert HeldLease(f"upload {upload.pk}").is_held()
        tasks.work_on_waiting_uploads_task()
        upload.refresh_from_db()
        assert not upload.is_read
        Lease.objects.update(renewed_at=timezone.now() - LASTS)
        tasks.work_on_waiting_uploads_task()
        upload.refresh_from_db()
        assert upload.is_read

    def test_one_that_hung_until_another_took_it_over_keeps_nothing(
        self, page: Client, send: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload = send(TITLES.format(title="Clean water"))
        uploads.decide(upload, choices=(), leaves_out_wrong=False, is_confirmed=True, reason="", is_final=True)
        load = uploads._load_ledger

        def hang(upload: Upload) -> None:
            load(upload)
            Lease.objects.update(holder="another")

        monkeypatch.setattr(uploads, "_load_ledger", hang)
        uploads.work_on(upload.pk)
        upload.refresh_from_db()
        assert (upload.state, bool(upload.content)) == (Upload.State.LOADING, True)
        assert not Measure.objects.filter(title_en="Clean water").exists()

    def test_where_a_load_fails_at_its_end_the_file_is_kept(
        self, send: Any, act: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload = send(TITLES.format(title="Clean water"))
        uploads.decide(upload, choices=(), leaves_out_wrong=False, is_confirmed=True, reason="", is_final=True)
        with monkeypatch.context() as broken:
            # Once, at the end of the load.
            ends = iter([lambda: 1 / 0])
            broken.setattr(HeldLease, "confirm", lambda lease: next(ends, lambda: None)())
            uploads.work_on(upload.pk)
        upload.refresh_from_db()
        assert (upload.state, bool(upload.content)) == (Upload.State.REFUSED, True)
        assert "Clean water" in act(upload, "again")

    def test_what_was_loaded_stays_so_where_no_answer_came(self, send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        upload = send(TITLES.format(title="Clean water"))
        uploads.decide(upload, choices=(), leaves_out_wrong=False, is_confirmed=True, reason="", is_final=True)
        load = uploads._load

        def lose_the_answer(*args: Any) -> None:
            load(*args)
            raise OperationalError("the server went away at the commit")

        monkeypatch.setattr(uploads, "_load", lose_the_answer)
        uploads.work_on(upload.pk)
        upload.refresh_from_db()
        assert upload.is_loaded

    @pytest.mark.parametrize("state", ["accepted", "loading"])
    def test_further_files_push_out_none_that_is_to_be_loaded(
        self, send: Any, plan: Plan, rita: User, state: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        upload = send(TITLES.format(title="Clean water"))
        Upload.objects.update(state=state)
        monkeypatch.setattr(uploads, "MAX_DRAFTS", 1)
        drafts = [uploads.keep_upload(plan, by=rita, name="plan.csv", content=b"code") for _each in range(2)]
        assert set(Upload.objects.values_list("pk", flat=True)) == {upload.pk, drafts[1].pk}

    def test_a_fault_of_the_site_is_said_and_it_can_be_tried_again(
        self, page: Client, send: Any, act: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(uploads, "tables_of", lambda upload: 1 / 0)
            upload = send(TITLES.format(title="Clean water"))
        assert "The site failed at this file" in shown(page, upload)
        assert "Clean water" in act(upload, "again")

    def test_old_drafts_are_deleted(self, send: Any) -> None:
        upload = send(TITLES.format(title="Clean water"))
        assert uploads.delete_old_uploads() == 0
        Upload.objects.update(uploaded_at=upload.uploaded_at - timedelta(days=uploads.KEPT_DAYS + 1))
        assert uploads.delete_old_uploads() == 1


class TestConflicts:
    """Rita downloads the ledger, another reviewer changes a title on the site, and her file changes the same."""

    @pytest.fixture
    def upload(self, page: Client, send: Any) -> Upload:
        book = workbook(b"".join(page.get("/data/download/")))
        Measure.objects.filter(code="M001").update(title_en="By another reviewer")
        heads = {cell.value: cell.column for cell in book["Measures"][1]}
        for row in book["Measures"].iter_rows(min_row=2):
            if row[0].value in ("M001", "M002"):
                row[heads["Title (English)"] - 1].value = f"Of the file {row[0].value}"
        changed = io.BytesIO()
        book.save(changed)
        return send(changed.getvalue(), "plan.xlsx")

    def test_both_values_are_shown_with_that_of_the_download(self, page: Client, upload: Upload) -> None:
        [cell] = upload.findings["conflicts"]
        assert (cell["before"], cell["old"], cell["new"]) == ("Measure one", "By another reviewer", "Of the file M001")
        text = shown(page, upload)
        assert "Site By another reviewer File Of the file M001" in text
        assert "Measure two → after Of the file M002" in text

    def test_it_says_who_changed_the_site_and_when(self, page: Client, upload: Upload, rita: User) -> None:
        """Nothing noted who changed the title the first time."""
        assert upload.findings["conflicts"][0]["changed"] == ""
        measure = Measure.objects.get(code="M001")
        measure.title_en = "By Rolf"
        with set_actor(make_user("rolf", role="reviewer", first_name="Rolf")):
            measure.save()
        at = timezone.localtime(LogEntry.objects.get_for_object(measure).first().timestamp)
        uploads.read_again(upload)
        uploads.work_on(upload.pk)
        assert f"Site By Rolf Changed by Rolf, {at:%Y-%m-%d %H:%M}" in shown(page, upload)

    def test_in_the_marked_workbook_too(self, page: Client, upload: Upload) -> None:
        book = workbook(b"".join(page.get(f"{upload.get_absolute_url()}marked/")))
        cells = {cell.value: cell for row in book["Measures"] for cell in row if cell.value}
        comment = cells["Of the file M001"].comment.text
        assert "The site says “By another reviewer” since the download." in comment
        assert "M002" not in cells

    def test_nothing_is_loaded_before_it_is_decided(self, upload: Upload, act: Any) -> None:
        with nothing_is_written():
            assert "decide first which value holds" in act(upload, "load")

    @pytest.mark.parametrize(("choice", "title"), [("site", "By another reviewer"), ("file", "Of the file M001")])
    def test_the_chosen_value_holds(self, page: Client, upload: Upload, act: Any, choice: str, title: str) -> None:
        act(upload, "save", **{"cell-0": choice})
        assert f'value="{choice}" checked' in " ".join(page.get(upload.get_absolute_url()).content.decode().split())
        act(upload, "load")
        titles = dict(Measure.objects.values_list("code", "title_en"))
        assert titles == {"M001": title, "M002": "Of the file M002"}


class TestTakingBack:
    def test_everything_is_as_before_and_the_load_says_who_and_why(
        self, page: Client, send: Any, act: Any, rita: User
    ) -> None:
        act(send(TITLES.format(title="Clean water")), "load", confirm="on")
        made = Load.objects.get(loaded_by=rita)
        answer = page.post(f"/data/loads/{made.pk}/", {"reason": "Sent too early"}, follow=True)
        assert Measure.objects.get(code="M002").title_en == "Measure two"
        text = text_of(answer.content.decode())
        assert "by Rita: none of this counts any more. Sent too early" in text
        assert "Measure two → after Clean water" in text
        assert "Take it back" not in text
        assert "Taken back" in text_of(page.get("/data/").content.decode())

    def test_what_was_changed_since_stands_in_the_way_and_is_named(
        self, page: Client, send: Any, act: Any, rita: User
    ) -> None:
        act(send(TITLES.format(title="Clean water")), "load", confirm="on")
        Measure.objects.filter(code="M002").update(title_en="Waters")
        made = Load.objects.get(loaded_by=rita)
        answer = page.post(f"/data/loads/{made.pk}/", {"reason": "Sent too early"})
        text = text_of(answer.content.decode())
        assert "Rows of this load were changed since (1): Measures M002." in text
        assert "Sent too early" in text
        assert not Load.objects.get(pk=made.pk).is_taken_back

    def test_it_needs_a_reason(self, page: Client, send: Any, act: Any, rita: User) -> None:
        act(send(TITLES.format(title="Clean water")), "load", confirm="on")
        made = Load.objects.get(loaded_by=rita)
        answer = page.post(f"/data/loads/{made.pk}/", {"reason": " "})
        assert "field-fault" in answer.content.decode()
        assert not Load.objects.get(pk=made.pk).is_taken_back


class TestAnEmptySite:
    @pytest.fixture
    def admin(self, settings: Any) -> Client:
        settings.PILOTZONE_TODAY = DAY
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(make_user("root", is_superuser=True))
        return client

    def test_a_workbook_brings_the_first_plan(
        self, admin: Client, tmp_path: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        write_workbook(tmp_path / "plan.xlsx")
        file = SimpleUploadedFile("plan.xlsx", (tmp_path / "plan.xlsx").read_bytes())
        with django_capture_on_commit_callbacks(execute=True):
            sent = admin.post("/data/", {"file": file})
        tasks.work_on_waiting_uploads_task()
        assert not Plan.objects.exists()
        with django_capture_on_commit_callbacks(execute=True):
            admin.post(sent["Location"], {"action": "load"})
        tasks.work_on_waiting_uploads_task()
        assert Measure.objects.filter(plan__name_zh=PLAN).count() == MEASURE_COUNT
        assert Upload.objects.get().load == Load.objects.get()


class TestUnlikely:
    """Uploads with unlikely values in the file."""

    @pytest.fixture
    def far(self, send: Any) -> Upload:
        head = (
            "indicator,region,period,period_kind,period_start,period_end,value,exact,basis,released_on,release_basis,"
            "verified,provenance,source\n"
        )
        values = {2017: 40, 2018: 41, 2019: 42, 2020: 43, 2021: 44, 2022: 450}
        lines = [
            f"pm25,370000,{year},year,{year}-01-01,{year}-12-31,{value},yes,,{year + 1}-02-01,stated,yes,reported,"
            for year, value in values.items()
        ]
        upload: Upload = send(head + "\n".join(lines) + "\n", "observations.csv")
        return upload

    def test_is_shown_and_not_loaded_before_somebody_says_that_it_is_so(
        self, page: Client, far: Upload, act: Any
    ) -> None:
        text = shown(page, far)
        assert "Is that so? Observations: The value lies far from the last ones (3 standard deviations); 1 row" in text
        assert "pm25 370000 2022" in text
        with nothing_is_written():
            assert "Some rows are unlikely: look at them, and confirm that they are so." in act(far, "load")
        act(far, "load", unlikely="on")
        assert Load.objects.count() == 2

    def test_what_was_said_is_kept(self, page: Client, far: Upload, act: Any) -> None:
        act(far, "save", unlikely="on")
        assert 'name="unlikely" checked' in page.get(far.get_absolute_url()).content.decode()
        act(far, "save")
        assert 'name="unlikely" checked' not in page.get(far.get_absolute_url()).content.decode()

    def test_is_asked_again_where_it_is_something_else(self, page: Client, far: Upload, act: Any) -> None:
        act(far, "save", unlikely="on")
        # The office asks from another limit on: the value of 2021 is far, too.
        Site.objects.update_or_create(defaults={"name_zh": "网站", "plausibility": {"far": 1}})
        far.refresh_from_db()
        uploads.read_again(far)
        tasks.work_on_waiting_uploads_task()
        assert "pm25 370000 2021, pm25 370000 2022" in shown(page, far)
        far.refresh_from_db()
        assert not uploads.unlikely_is_so(far)
        assert "confirm that they are so" in act(far, "load")
