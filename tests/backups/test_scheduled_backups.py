"""The backups of each night: whole or not there, kept as long as was said, and never forgotten quietly."""

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone

from backups import making, schedule
from backups.manifest import read_manifest
from backups.retention import kept
from backups.schedule import failed_backup, latest_backup
from backups.tasks import back_up_task
from pilotzone import env
from tests.backups.backing_up import Elsewhere, Site, backup
from tests.services import ROOT, wait_until

pytestmark = pytest.mark.both_databases

NIGHT = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)


class TestRetention:
    nights = [datetime(2026, 11, 30, 1, 30, tzinfo=UTC) - timedelta(days=number) for number in range(800)]

    def test_of_each_day_week_and_month_the_newest(self) -> None:
        found = kept(self.nights, {"d": 7, "w": 4, "m": 12})
        days = sorted(f"{moment:%m-%d}" for moment in found if moment.year == 2026)
        # 24 to 30 November; Sundays; last days of months, with a December before.
        sundays, ends = ["11-15", "11-22", "11-29"], ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30"]
        ends += ["07-31", "08-31", "09-30", "10-31"]
        assert days == sorted({*[f"11-{day}" for day in range(24, 31)], *sundays, *ends})
        assert [moment for moment in found if moment.year == 2025] == [datetime(2025, 12, 31, 1, 30, tzinfo=UTC)]

    def test_of_several_a_day_the_last(self) -> None:
        day = datetime(2026, 11, 30, tzinfo=UTC)
        moments = [day + timedelta(hours=hour) for hour in range(5)]
        assert kept(moments, {"d": 3}) == {moments[-1]}

    def test_days_without_one_do_not_count(self) -> None:
        """A site that stood still for a month keeps what it had."""
        days = [(11, 30), (10, 2), (10, 1), (9, 1)]
        moments = [datetime(2026, month, day, tzinfo=UTC) for month, day in days]
        assert kept(moments, {"d": 3}) == set(moments[:3])

    def test_the_newest_always_and_nothing_of_nothing(self) -> None:
        assert kept(self.nights, {}) == {self.nights[0]}
        assert kept([], {"d": 7}) == set()

    @pytest.mark.parametrize(
        ("value", "expected"),
        [("", {"d": 7, "w": 4, "m": 12}), ("30d", {"d": 30}), ("2m,1d", {"m": 2, "d": 1})],
    )
    def test_the_setting(self, monkeypatch: pytest.MonkeyPatch, value: str, expected: dict[str, int]) -> None:
        monkeypatch.setenv("PILOTZONE_BACKUP_KEEP", value)
        assert env.backup_keep("PILOTZONE_BACKUP_KEEP", "7d,4w,12m") == expected

    @pytest.mark.parametrize("value", ["7", "0d", "7d 4w", "7d,7d", "7y", "-1d", "all"])
    def test_another_value_is_refused(self, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
        monkeypatch.setenv("PILOTZONE_BACKUP_KEEP", value)
        with pytest.raises(ImproperlyConfigured, match="must be numbers of days, weeks and months such as 7d,4w,12m"):
            env.backup_keep("PILOTZONE_BACKUP_KEEP", "7d,4w,12m")

    def test_a_folder_has_its_whole_path(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PILOTZONE_BACKUP_DIR", "backups")
        with pytest.raises(ImproperlyConfigured, match="must be a whole path, such as /srv/backups"):
            env.whole_path("PILOTZONE_BACKUP_DIR")


@pytest.fixture
def backups(tmp_path: Path, settings: Any) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    (tmp_path / "data").mkdir()
    settings.DATA_DIR = tmp_path / "data"
    settings.PILOTZONE_BACKUP_DIR = folder
    settings.PILOTZONE_BACKUP_KEEP = {"d": 2}
    return folder


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the real clock."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


@pytest.mark.django_db(transaction=True)
class TestNights:
    def test_each_is_made_read_back_and_remembered(
        self, site: Site, backups: Path, at: Callable[[datetime], None], caplog: pytest.LogCaptureFixture
    ) -> None:
        at(NIGHT)
        with caplog.at_level(logging.INFO):
            back_up_task()
        assert names(backups) == ["2026-02-01T0130"]
        found = latest_backup()
        assert found is not None and failed_backup() is None
        made = read_manifest(backups / "2026-02-01T0130")
        assert made.is_scheduled
        assert (found.folder, found.made_at, found.checked_at) == (str(backups / names(backups)[0]), NIGHT, NIGHT)
        assert (found.size, found.rows, found.files) == (made.size, sum(made.rows.values()), 1)
        assert not found.is_encrypted and not found.is_stale
        assert " was made and read back: " in caplog.text
        at(NIGHT + timedelta(hours=26, minutes=1))
        assert found.is_stale

    def test_what_is_no_longer_kept_goes_and_what_others_made_stays(
        self, site: Site, backups: Path, at: Callable[[datetime], None], tmp_path: Path
    ) -> None:
        # By hand, even under such a name; a folder of somebody; one that is elsewhere; a damaged one.
        backup(backups / "2020-01-01T0130")
        (backups / "before-the-upgrade").mkdir()
        backup(tmp_path / "elsewhere")
        (backups / "2020-01-02T0130").symlink_to(tmp_path / "elsewhere")
        (backups / "2020-01-03T0130").mkdir()
        others = names(backups)
        for night in range(4):
            at(NIGHT + timedelta(days=night))
            back_up_task()
        assert names(backups) == [*others[:3], "2026-02-03T0130", "2026-02-04T0130", "before-the-upgrade"]
        assert (tmp_path / "elsewhere" / "backup.json").exists()

    def test_one_that_cannot_be_deleted_is_told_and_tried_again(
        self, site: Site, backups: Path, at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        with monkeypatch.context() as patch:
            for night in range(3):
                at(NIGHT + timedelta(days=night))
                patch.setattr("shutil.rmtree", self.fail_on_old)
                back_up_task()
        assert "could not be deleted; it is tried again in the next night." in caplog.text
        assert failed_backup() is None
        at(NIGHT + timedelta(days=3))
        back_up_task()
        assert names(backups) == ["2026-02-03T0130", "2026-02-04T0130"]

    @staticmethod
    def fail_on_old(path: Path) -> None:
        raise OSError(30, "Read-only file system")

    def test_without_a_folder_none_is_made(self, site: Site, backups: Path, settings: Any) -> None:
        settings.PILOTZONE_BACKUP_DIR = None
        back_up_task()
        assert names(backups) == [] and latest_backup() is None and failed_backup() is None

    def test_while_another_process_makes_one_none_is_begun(self, site: Site, backups: Path, caplog: Any) -> None:
        with (backups / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            back_up_task()
        assert "Another process is making a backup" in caplog.text
        assert names(backups) == [] and failed_backup() is None


@pytest.mark.django_db(transaction=True)
class TestFailures:
    @pytest.mark.faults("disk full while backing up", "told, remembered, and nothing of it is left; the last one stays")
    def test_a_full_disk(
        self,
        site: Site,
        backups: Path,
        at: Callable[[datetime], None],
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        at(NIGHT)
        back_up_task()
        at(NIGHT + timedelta(days=1))

        def full(*args: Any, **options: Any) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(making, "write_piece", full)
            back_up_task()
        assert names(backups) == ["2026-02-01T0130"]
        failed, latest = failed_backup(), latest_backup()
        assert failed is not None and latest is not None
        assert failed.reason == "OSError: [Errno 28] No space left on device."
        assert failed.failed_at == NIGHT + timedelta(days=1)
        assert latest.made_at == NIGHT
        [error] = [each for each in caplog.records if each.levelno == logging.ERROR]
        assert error.getMessage() == f"No backup was made in {backups}: {failed.reason}"
        at(NIGHT + timedelta(days=2))
        back_up_task()
        assert failed_backup() is None
        assert names(backups) == ["2026-02-01T0130", "2026-02-03T0130"]

    def test_a_disk_that_is_not_mounted(self, site: Site, backups: Path) -> None:
        (backups / ".lock").unlink(missing_ok=True)
        backups.rmdir()
        back_up_task()
        failed = failed_backup()
        assert failed is not None
        assert failed.reason == f"The folder {backups} is not there: mount its disk, or make it."
        assert not backups.exists()

    def test_what_the_disk_gives_back_otherwise_is_no_backup(
        self, site: Site, backups: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = making.write_piece

        def spoil(source: Any, path: Path, **options: Any) -> Any:
            piece = write(source, path, **options)
            with path.open("r+b") as file:
                file.write(b"X")
            return piece

        monkeypatch.setattr(making, "write_piece", spoil)
        back_up_task()
        failed = failed_backup()
        assert failed is not None and " is not what was written" in failed.reason
        assert names(backups) == []

    def test_a_second_one_in_a_minute(self, site: Site, backups: Path, at: Callable[[datetime], None]) -> None:
        at(NIGHT)
        back_up_task()
        back_up_task()
        failed = failed_backup()
        assert failed is not None and failed.reason == f"{backups / '2026-02-01T0130'} is there already."
        assert names(backups) == ["2026-02-01T0130"]

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"latest": null}'])
    def test_a_damaged_note_is_none(self, backups: Path, settings: Any, content: str) -> None:
        (settings.DATA_DIR / schedule.STATE_FILE).write_text(content)
        assert latest_backup() is None and failed_backup() is None

    def test_where_nothing_can_be_noted_the_log_has_it(
        self, site: Site, backups: Path, settings: Any, caplog: Any
    ) -> None:
        settings.DATA_DIR = backups / "nowhere"
        back_up_task()
        assert "What came of the backup could not be written" in caplog.text
        assert len(names(backups)) == 1

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="once is enough")
    @pytest.mark.faults("killed while backing up", "what there is of it is no backup, and the next night deletes it")
    def test_a_kill_in_the_middle(self, site: Site, backups: Path, elsewhere: Elsewhere) -> None:
        """A process of its own, which stands still between rows and files."""
        elsewhere.migrate()
        code = (
            "import time; from backups import making, schedule\n"
            "making._copy_files = lambda *args: (print('copied', flush=True), time.sleep(60))\n"
            "schedule.make_scheduled_backup()"
        )
        environment = {
            **os.environ,
            "PILOTZONE_DATA_DIR": str(elsewhere.data),
            "PILOTZONE_BACKUP_DIR": str(backups),
            "PYTHONUNBUFFERED": "1",
        }
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            wait_until(lambda: any(path.stat().st_size for path in backups.glob(".2*/database*")), "the rows", 60)
            assert process.stdout is not None and process.stdout.readline() == "copied\n"
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        [half] = names(backups)
        assert half.startswith(".") and not (backups / half / "backup.json").exists()
        assert latest_backup() is None
        back_up_task()
        [whole] = names(backups)
        assert not whole.startswith(".")
        assert json.loads((backups / whole / "backup.json").read_text())["is_scheduled"]
