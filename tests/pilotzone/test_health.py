"""Tests of what monitors ask: they are answered under any name, without noise, and told the truth about database and
disk."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import release
from pilotzone import health
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.services import ROOT

pytestmark = pytest.mark.both_databases

ELSEWHERE = {"headers": {"host": "10.0.0.9"}}


@pytest.fixture(autouse=True)
def _never_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last_try", None)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/version"])
def test_anybody_is_answered_under_any_name_and_without_a_redirect(address: str, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|version|metrics)$"]
    assert Client(**ELSEWHERE).get("/measures/").status_code in (301, 400)
    assert Client(**ELSEWHERE).get(address).status_code == 200
    assert Client(**ELSEWHERE).head(address).status_code == 200


def test_an_answer_says_its_length_so_that_a_monitor_may_keep_its_connection() -> None:
    answer = Client().get("/healthz")
    assert answer.headers["Content-Length"] == str(len(answer.content))


@pytest.mark.django_db
def test_being_alive_asks_the_database_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/healthz").content == b"ok\n"
    assert len(queries) == 0


@pytest.mark.django_db
class TestReady:
    def refusal(self) -> str:
        response = Client(**ELSEWHERE).get("/readyz")
        assert response.status_code == 503
        return response.content.decode()

    def test_where_all_is_well(self) -> None:
        response = Client().get("/readyz")
        assert (response.status_code, response.content) == (200, b"ready\n")
        assert not list(Path(health.settings.DATA_DIR).glob("*readyz*"))

    def test_not_while_a_migration_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *args: [("accounts", False)])
        assert self.refusal() == "1 migrations are not applied.\n"

    def test_not_while_the_database_is_away_and_no_probe_leaves_a_line(
        self, monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        def away(connection: Any) -> None:
            raise OperationalError

        monkeypatch.setattr(health, "MigrationExecutor", away)
        assert self.refusal() == "The database does not answer, or is damaged.\n"
        assert caplog.records == []

    def test_not_while_the_disk_is_full_and_it_is_tried_again_only_after_a_while(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tries = []

        def full(*args: Any) -> None:
            tries.append(args)
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        for _ in range(3):
            assert self.refusal() == "Nothing can be written to the data folder: No space left on device.\n"
        assert len(tries) == 1
        monkeypatch.undo()
        later = health.time.monotonic() + health.SECONDS_BETWEEN_WRITES
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(health.time, "monotonic", lambda: later)
            assert Client().get("/readyz").status_code == 200

    def test_not_while_the_folder_or_the_file_is_read_only(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def refused(*args: Any) -> None:
            raise OSError(errno.EROFS, "Read-only file system")

        monkeypatch.setattr(Path, "write_bytes", refused)
        assert self.refusal() == "Nothing can be written to the data folder: Read-only file system.\n"

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's file")
    def test_nor_while_sqlites_file_takes_no_writes_which_is_seen_without_opening_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """Whoever closes the file besides SQLite takes away its locks."""
        file = tmp_path / "db.sqlite3"
        file.touch()
        file.chmod(0)
        monkeypatch.setitem(connection.settings_dict, "NAME", str(file))
        opened: list[Any] = []
        monkeypatch.setattr("builtins.open", lambda name, *args, **options: opened.append(name))
        assert Client(**ELSEWHERE).get("/readyz").status_code == 200
        monkeypatch.setattr(health, "_last_try", None)
        monkeypatch.setattr(os, "access", lambda path, mode: path != str(file))
        assert self.refusal() == "Nothing can be written to the data folder: Read-only file system.\n"
        assert opened == []


@pytest.mark.django_db
def test_a_database_that_takes_no_changes_is_not_ready() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such state: its file is opened for writing")
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    assert Client().get("/readyz").content == b"The database takes no changes.\n"


def test_a_damaged_file_is_not_ready(tmp_path: Path) -> None:
    """The file is of a site of its own, so that the damage outlives no test."""
    (tmp_path / "db.sqlite3").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    script = "import django; django.setup(); from django.test import Client; print(Client().get('/readyz').content)"
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "PILOTZONE_DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "pilotzone.settings",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "The database does not answer, or is damaged." in answer.stdout, answer.stderr


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/version"])
def test_an_answer_has_the_headers_of_a_page(address: str, open_reading: None, today: Any) -> None:
    page, answer = Client().get("/measures/"), Client().get(address)
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy"):
        assert answer.headers[name], name
        assert name == "Content-Security-Policy" or answer.headers[name] == page.headers[name]


def test_the_version_names_the_release_and_to_monitors_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, monitor: Client
) -> None:
    release.commit.cache_clear()
    assert re.fullmatch(r"pilotzone \d+\.\d+\.\d+\n", Client().get("/version").content.decode())
    assert re.fullmatch(r"pilotzone (\d+\.\d+\.\d+) (\w+)\n", monitor.get("/version").content.decode())
    (tmp_path / "COMMIT").write_text("of-the-image\n", encoding="ascii")
    monkeypatch.setattr(release.settings, "BASE_DIR", tmp_path)
    release.commit.cache_clear()
    assert release.commit() == "of-the-image"
    release.commit.cache_clear()


@pytest.mark.django_db
class TestMetrics:
    def test_are_for_the_token_from_anywhere_and_for_superusers(self, monitor: Client, today: Any) -> None:
        rebuild_rollups()
        assert "pilotzone_stale_cells 0.0" in monitor.get("/metrics", headers={"host": "10.0.0.9"}).content.decode()
        admin = Client()
        admin.force_login(make.make_user("admin", is_superuser=True))
        assert admin.get("/metrics").status_code == 200

    @pytest.mark.parametrize(
        "headers", [{}, {"authorization": "Bearer "}, {"authorization": "Bearer another"}, {"x-real-ip": "127.0.0.1"}]
    )
    def test_are_for_nobody_else_wherever_they_come_from(self, monitor: Client, headers: Any) -> None:
        assert Client(headers=headers, REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 403

    def test_are_for_no_token_where_none_is_set(self, settings: Any) -> None:
        assert settings.PILOTZONE_METRICS_TOKEN == ""
        assert Client(headers={"authorization": "Bearer "}).get("/metrics").status_code == 403
