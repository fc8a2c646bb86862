"""A backup or a restore that something cuts off: half a backup never counts as one, half a restore changes nothing, and
the next one goes as if nothing had been.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection

from backups.schedule import failed_backup, latest_backup
from backups.tasks import back_up_task
from core.clock import now
from measures.models import Comment
from measures.reports import ReportData, save_draft
from pilotzone.celery import app
from reporting.evidence import attach_file
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.acceptances import assert_log_is_whole
from tests.backups.backing_up import Elsewhere, backup, comments, elsewhere, site, store_in
from tests.compose import compose_command
from tests.documents import make_pdf
from tests.lanes import clean_environment
from tests.running import answers, database_address, environment
from tests.services import Process, process, wait_until

__all__ = ["elsewhere", "site"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.both_databases]


@dataclass
class Nights:
    """A site whose worker makes backups into a folder, and a lock that holds them up in the middle of the rows."""

    data: Path
    backups: Path
    broker: Any
    server: Any

    @property
    def whole(self) -> list[Path]:
        return [path for path in self.backups.iterdir() if path.is_dir() and not path.name.startswith(".")]

    @property
    def unfinished(self) -> list[Path]:
        return list(self.backups.glob(".2*"))

    @contextmanager
    def worker(self, name: str = "first") -> Iterator[Process]:
        node = f"{name}@{socket.gethostname()}"
        ours = {**environment(f"{self.broker.url}/0", self.data), "PILOTZONE_BACKUP_DIR": str(self.backups)}
        with process([*compose_command("worker-slow"), "--hostname", node], ours) as one:
            wait_until(lambda: answers(node), f"{node} answering a ping", 60)
            yield one

    def ask_for_one(self) -> None:
        app.send_task(back_up_task.name)

    @contextmanager
    def held(self) -> Iterator[psycopg.Connection[Any]]:
        """Hold a backup still within the block: pg_dump waits for this table. Closed, the connection lets it go."""
        # Whichever way it ends, with nothing to commit.
        with closing(psycopg.connect(database_address())) as holding:
            holding.execute("LOCK TABLE measures_comment IN ACCESS EXCLUSIVE MODE")
            self.ask_for_one()
            wait_until(lambda: bool(self.unfinished), "a backup that has begun", 60)
            with psycopg.connect(database_address(), autocommit=True) as looking:
                waiting = (
                    "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event_type = 'Lock'"
                )
                wait_until(lambda: looking.execute(waiting).fetchone() is not None, "pg_dump in the middle", 60)
            yield holding

    def assert_one_is_whole(self, elsewhere: str) -> None:
        """Assert that a backup is whole and comes back with the same comments; its totals and its log are in order, and
        so are those of the site."""
        wait_until(lambda: len(self.whole) == 1 and latest_backup() is not None, "a whole backup", 90)
        wait_until(lambda: failed_backup() is None, "no failure since", 30)
        assert self.unfinished == []
        restored = Elsewhere(self.data.parent / "restored", elsewhere)
        done = restored.manage("restore", str(self.whole[0]))
        assert (done.returncode, done.stderr) == (0, "")
        assert restored.comments() == comments() == ["照此办理"]
        assert_right_totals_and_log(restored)
        assert_log_is_whole()


def assert_right_totals_and_log(site: Elsewhere) -> None:
    for command in (["verify_rollups"], ["verify_audit", "--even-empty"]):
        done = site.manage(*command)
        assert (done.returncode, done.stderr) == (0, ""), done


@pytest.fixture
def nights(own_postgresql: Any, today: Any, broker: Any, tmp_path: Path, settings: Any) -> Nights:
    call_command("migrate", verbosity=0)
    data, backups = tmp_path / "data", tmp_path / "backups"
    for path in (data, backups):
        path.mkdir()
    store_in(settings, data / "evidence")
    settings.DATA_DIR = data
    measure = make.make_measure(lead_department=make.make_department("science-technology"))
    ada = make.make_user("ada", role="reporter", department=measure.lead_department)
    words = ReportData(status="promoting", against_status="promoting", what_was_done="开工")
    attach_file(save_draft(measure, by=ada, data=words), by=ada, file=ContentFile(make_pdf(), name="proof.pdf"))
    Comment.objects.create(measure=measure, written_by=ada, written_at=now(), text="照此办理")
    rebuild_rollups()
    return Nights(data, backups, broker, own_postgresql)


@pytest.mark.services
@pytest.mark.faults("PostgreSQL away while backing up", "crashed in the middle of the rows, then there again")
def test_without_its_database_a_backup_ends_and_is_told_of(nights: Nights) -> None:
    with nights.worker():
        with nights.held():
            connection.close()
            nights.server.stop("immediate")
            wait_until(lambda: failed_backup() is not None, "the failure noted", 60)
        nights.server.start()
        failed = failed_backup()
        assert failed is not None
        assert failed.reason.startswith("pg_dump failed on the database pilotzone: ")
        assert (nights.whole, nights.unfinished, latest_backup()) == ([], [], None)
        nights.ask_for_one()
        nights.assert_one_is_whole(nights.server.create_database("restored"))


@pytest.mark.services
@pytest.mark.faults("Redis away while backing up", "ended in the middle of the rows: the backup goes on to its end")
def test_a_backup_that_has_begun_needs_no_broker(nights: Nights) -> None:
    with nights.worker():
        with nights.held():
            nights.broker.stop()
        nights.assert_one_is_whole(nights.server.create_database("restored"))
        nights.broker.start()


@pytest.mark.services
@pytest.mark.faults("worker killed while backing up", "SIGKILL in the middle of the rows, then another worker")
def test_a_worker_that_is_killed_leaves_no_half_that_counts(nights: Nights) -> None:
    with nights.worker() as one, nights.held():
        one.kill()
        [half] = nights.unfinished
        assert not (half / "backup.json").exists()
        assert (nights.whole, latest_backup()) == ([], None)
        refused = Elsewhere(nights.data.parent / "other", nights.server.create_database("other"))
        done = refused.manage("restore", str(half))
        assert done.returncode == 1 and "is no whole backup" in done.stderr
    with nights.worker("second"):
        nights.ask_for_one()
        nights.assert_one_is_whole(nights.server.create_database("restored"))


@pytest.mark.services
@pytest.mark.faults("disk full while backing up", "a disk of 64 KB for backups, then one with room")
def test_on_a_disk_without_room_nothing_is_left_and_with_room_the_next_one_goes(nights: Nights) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(nights.backups)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        with nights.worker():
            nights.ask_for_one()
            wait_until(lambda: failed_backup() is not None, "the failure noted", 60)
            failed = failed_backup()
            assert failed is not None and "No space left on device" in failed.reason
            assert (nights.whole, nights.unfinished, latest_backup()) == ([], [], None)
            subprocess.run(["mount", "-o", "remount,size=16m", str(nights.backups)], check=True)
            nights.ask_for_one()
            nights.assert_one_is_whole(nights.server.create_database("restored"))
    finally:
        subprocess.run(["umount", "--lazy", str(nights.backups)], check=True)


# What stands still once some rows were written, and says so.
IN_THE_MIDDLE = """
import time
from contextlib import closing, contextmanager
from django.core.management import call_command
from backups import databases, postgresql

databases.PAGES = 20
seen = []

@contextmanager
def bar(what, total=None):
    class Progress:
        n = 0
        total = 0

        def update(self, count):
            seen.append(count)
            if len(seen) == 2 or {is_at_once}:
                print("in the middle", flush=True)
                time.sleep(60)

    yield Progress()

databases.bar = postgresql.bar = bar
call_command("restore", {folder!r}, replace=True)
"""


def restore_and_be_killed(at: Elsewhere, folder: Path) -> None:
    # A dump of PostgreSQL is one piece here; the end of its transaction is all that is still to come.
    code = IN_THE_MIDDLE.format(folder=str(folder), is_at_once=bool(at.address))
    database = {"DATABASE_URL": at.address} if at.address else {}
    ours = {"PILOTZONE_DATA_DIR": str(at.data), "PILOTZONE_TODAY": "2023-08-29", "PYTHONUNBUFFERED": "1", **database}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    with process(command, {**clean_environment(), **ours}) as one:
        wait_until(lambda: "in the middle" in one.output or not one.is_alive, "a restore in the middle", 60)
        assert one.is_alive, one.output
        # It alone: psql goes on until it finds that nobody writes to it any more.
        os.kill(one.popen.pid, signal.SIGKILL)
        one.popen.wait()
    wait_until(lambda: not others_at(at), "the end of what it had started", 30)


def others_at(site: Elsewhere) -> bool:
    """Return whether anybody else is connected to the site's database."""
    if not site.address:
        return False
    asked = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return bool(site.ask(asked)[0][0])


@pytest.mark.both_databases
@pytest.mark.faults(
    "killed while restoring", "SIGKILL in the middle of the rows: an empty site is empty, then it comes"
)
def test_a_restore_that_is_killed_leaves_an_empty_site_empty(site: Any, elsewhere: Elsewhere, tmp_path: Path) -> None:
    site.comment(site.client(), "原有意见")
    folder = tmp_path / "backup"
    backup(folder)
    elsewhere.migrate()
    restore_and_be_killed(elsewhere, folder)
    assert elsewhere.comments() == []
    assert elsewhere.ask("SELECT COUNT(*) FROM accounts_user")[0][0] == 0
    assert_right_totals_and_log(elsewhere)
    done = elsewhere.manage("restore", str(folder))
    assert (done.returncode, done.stderr) == (0, ""), done
    assert elsewhere.comments() == ["原有意见"]
    assert_right_totals_and_log(elsewhere)


@pytest.mark.faults("killed while restoring", "SIGKILL in the middle of the rows: a site in use is as it was")
def test_a_restore_that_is_killed_leaves_a_site_as_it_was(site: Any, elsewhere: Elsewhere, tmp_path: Path) -> None:
    client = site.client()
    first, second = tmp_path / "first", tmp_path / "second"
    site.comment(client, "第一条")
    backup(first)
    site.comment(client, "第二条")
    backup(second)
    elsewhere.migrate()
    assert elsewhere.manage("restore", str(second)).returncode == 0
    restore_and_be_killed(elsewhere, first)
    assert elsewhere.comments() == ["第一条", "第二条"]
    assert_right_totals_and_log(elsewhere)
    done = elsewhere.manage("restore", str(first), "--replace")
    assert (done.returncode, done.stderr) == (0, ""), done
    assert elsewhere.comments() == ["第一条"]
    assert_right_totals_and_log(elsewhere)
