"""A process that files a workbook is killed, between any two statements: afterwards every row is submitted, or its page
says what became of it, and nothing is filed twice."""

import os
import shutil
import signal
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from accounts.models import User
from measures.models import Measure, Report, ReportStep
from measures.reports import ReportData, save_draft
from tests import factories as make
from tests.workbooks.months import downloaded, fill, part, signed_in
from web.leases import LASTS
from web.models import Lease
from workbooks import tasks, uploads
from workbooks.models import Upload

pytestmark = [
    # Each try begins with a copy of it.
    pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's file"),
    pytest.mark.usefixtures("real_connections", "today", "english"),
    # Of the threads of pytest's own plug-ins the child needs none.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded"),
]

STATUS, DAY, DONE = "Status after this report", "Effective date", "What was done"
# What each row comes to: a part of its page, and words of it.
PARTS = {
    "M100": ("submit", "M100"),
    "M101": ("submit", "M101"),
    "M102": ("draft", "Completion needs evidence"),
    "M103": ("wrong", "5 Effective date The calendar has no day 2023-02-30."),
    "M104": ("left", "Changed on the site meanwhile, and left as it is there"),
    "M105": ("left", "1 row is empty, or as it was downloaded. M105"),
}


@pytest.fixture
def page(real_connections: None, today: date) -> Client:
    science = make.make_department("science", number=1)
    for code in PARTS:
        make.make_measure(lead_department=science, code=code)
    return signed_in(Client(), make.make_user("ada", role="reporter", department=science))


@pytest.fixture
def upload(page: Client) -> Upload:
    """Accepted, and not filed yet."""
    book = downloaded(page)
    # By another hand, after the download.
    theirs = ReportData("promoting", "promoting", what_was_done="Theirs")
    save_draft(Measure.objects.get(code="M104"), by=User.objects.get(username="ada"), data=theirs)
    rows = {
        "M100": {DONE: "Ten sites opened", STATUS: "Progress made", DAY: date(2023, 8, 10)},
        "M101": {DONE: "Talks"},
        "M102": {DONE: "All done", STATUS: "Completed"},
        "M103": {DONE: "Talks", DAY: "2023-02-30"},
        "M104": {DONE: "Others"},
    }
    page.post("/workspace/ledger/", {"file": SimpleUploadedFile("month.xlsx", fill(book, rows))})
    sent = Upload.objects.get()
    page.post(sent.get_absolute_url(), {"action": "save", "cell-0": "site"})
    Upload.objects.update(state=Upload.State.ACCEPTED, leaves_out_wrong=True)
    return sent


def killed_at(statement: int, upload: Upload) -> bool:
    """Return whether a process that works on the upload came to that statement, and ended there."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            run_until(statement, upload.pk)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def run_until(statement: int, pk: int) -> None:
    done = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal done
        if done == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        done += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        uploads.work_on(pk)


def let_the_lease_end() -> None:
    for each in Lease.objects.all():
        Lease.objects.filter(pk=each.pk).update(renewed_at=each.renewed_at - LASTS)


# A workbook of six rows takes nearly a hundred.
@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.long), 17])
def test_wherever_it_is_killed_every_row_is_submitted_or_named(
    page: Client, upload: Upload, tmp_path: Path, step: int
) -> None:
    file, before = Path(connection.settings_dict["NAME"]), tmp_path / "before.sqlite3"
    connection.close()
    shutil.copy(file, before)
    statement = 0
    while killed_at(statement, upload):
        let_the_lease_end()
        tasks.work_on_waiting_uploads_task()
        assert_each_row_is_named(page, upload)
        connection.close()
        shutil.copy(before, file)
        statement += step
    assert statement > 80
    assert_each_row_is_named(page, upload)


def assert_each_row_is_named(page: Client, upload: Upload) -> None:
    reports = sorted(Report.objects.values_list("measure__code", "state"))
    assert reports == [("M100", "submitted"), ("M101", "submitted"), ("M102", "draft"), ("M104", "draft")]
    assert ReportStep.objects.count() == 2
    assert [code for code, (name, words) in PARTS.items() if words not in part(page, upload, name)] == []


def test_while_one_is_at_it_another_leaves_it_alone(page: Client, upload: Upload) -> None:
    assert killed_at(40, upload)
    tasks.work_on_waiting_uploads_task()
    assert not Report.objects.exclude(measure__code="M104").exists()
    upload.refresh_from_db()
    assert upload.state == Upload.State.LOADING
