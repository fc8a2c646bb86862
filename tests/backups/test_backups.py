"""Backups are taken while people write, and bring back all that was acknowledged before they began."""

import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from auditlog.models import LogEntry
from django.core.files.base import ContentFile
from django.db import connection, connections, transaction

from accounts.log import Event
from audit.chain import Fault
from audit.check import check_log
from audit.seals import newest_seal, seal_log
from backups import databases, making, manifest, postgresql
from core.release import release
from measures.models import Comment, Evidence
from reporting.evidence import attach_file, remove_evidence
from tests import factories as make
from tests.backups.backing_up import Elsewhere, Site, backup, comments, refusal, restore
from tests.documents import make_pdf
from tests.services import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ON_SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's file")
ON_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL's programs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


@contextmanager
def somebody_writes(site: Site) -> Iterator[list[str]]:
    """One comment after the other, until the end of the block; those that were acknowledged."""
    stop, acknowledged = threading.Event(), list[str]()

    def write() -> None:
        try:
            client = site.client()
            for number in itertools.count():
                if stop.is_set():
                    return
                site.comment(client, f"第{number}条意见")
                acknowledged.append(f"第{number}条意见")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            yield acknowledged
        finally:
            stop.set()
            writing.result(30)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Has the function called in the middle of the copying of rows, and again between rows and files."""

    def slow_down(meanwhile: Callable[[], None]) -> None:
        in_the_middle = itertools.count()
        copy, popen, copy_files = databases.bar, subprocess.Popen, making._copy_files

        @contextmanager
        def bar(what: str, total: int | None = None) -> Iterator[Any]:
            with copy(what, total) as progress:
                update = progress.update

                def pause(count: int) -> None:
                    update(count)
                    if next(in_the_middle) < 3:
                        meanwhile()

                progress.update = pause
                yield progress

        def start(command: list[str], *args: Any, **options: Any) -> Any:
            if command[0] == "pg_dump":
                meanwhile()
            return popen(command, *args, **options)

        def files(*args: Any) -> Any:
            meanwhile()
            return copy_files(*args)

        monkeypatch.setattr(databases, "bar", bar)
        monkeypatch.setattr(databases, "PAGES", 20)
        monkeypatch.setattr(subprocess, "Popen", start)
        monkeypatch.setattr(making, "_copy_files", files)

    return slow_down


@pytest.mark.faults("backup restored", "made while people write, and brought back elsewhere")
def test_what_was_acknowledged_before_it_began_is_in_it_while_others_write(
    site: Site, folder: Path, elsewhere: Elsewhere, slowly: Any
) -> None:
    at_pauses: list[int] = []
    with somebody_writes(site) as acknowledged:

        def until_two_more() -> None:
            before = len(acknowledged)
            at_pauses.append(before)
            wait_until(lambda: len(acknowledged) >= before + 2, "two more comments")

        until_two_more()
        at_pauses.clear()
        slowly(until_two_more)
        before = list(acknowledged)
        backup(folder)
        during = len(acknowledged) - len(before)
        until_two_more()
    assert during >= 4
    elsewhere.migrate()
    result = elsewhere.manage("restore", str(folder))
    assert (result.returncode, result.stderr) == (0, ""), result
    assert result.stdout.startswith("Brought back ") and " tables and 1 files, as of " in result.stdout
    kept = elsewhere.comments()
    # One moment, before the first pause: all before it, nothing after, but for the one on its way.
    assert len(kept) <= at_pauses[0] + 1
    assert kept[: len(before)] == before
    assert kept == comments()[: len(kept)]
    assert len(kept) < len(comments())
    [file] = [path for path in (elsewhere.data / "evidence").rglob("*") if path.is_file()]
    assert file.read_bytes() == make_pdf()
    assert str(file.relative_to(elsewhere.data / "evidence")) == site.evidence.file.name
    assert file.stat().st_mode & 0o777 == 0o600
    for command in (["verify_rollups"], ["verify_audit", "--even-empty"]):
        checked = elsewhere.manage(*command)
        assert (checked.returncode, checked.stderr) == (0, ""), checked


@ON_SQLITE
@pytest.mark.faults("copied with cp", "the file of a running site lacks 8 comments, a backup of that moment none")
def test_cp_of_a_running_file_loses_what_a_backup_has(site: Site, folder: Path, tmp_path: Path) -> None:
    """SQLite writes to its log first, a file of its own."""
    client = site.client()
    for number in range(8):
        site.comment(client, f"第{number}条意见")
    copied = tmp_path / "copied.sqlite3"
    shutil.copyfile(connection.settings_dict["NAME"], copied)
    backup(folder)
    counts = []
    for file in (copied, folder / "database.sqlite3"):
        with closing(sqlite3.connect(file)) as database:
            counts.append(database.execute("SELECT COUNT(*) FROM measures_comment").fetchone())
    assert counts == [(0,), (8,)]


class TestBackup:
    def test_it_is_for_its_owner_alone_and_says_what_it_has(self, site: Site, folder: Path) -> None:
        said = backup(folder)
        assert " tables and 1 files to " in said
        database = "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert found == {"backup.json", database, f"evidence/{site.evidence.file.name}"}
        assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.rglob("*")))
        listed = json.loads((folder / "backup.json").read_text())
        assert listed["database"] == connection.vendor
        assert listed["rows"]["measures_measure"] == 1
        assert listed["release"] == release()
        assert set(listed["files"]) == found - {"backup.json"}

    def test_what_was_exported_from_the_log_is_in_it_and_comes_back(
        self, site: Site, folder: Path, settings: Any
    ) -> None:
        exported = settings.DATA_DIR / "log-archive" / "log-1-7.ndjson.gz"
        exported.parent.mkdir()
        for path in (exported, exported.with_name(f"{exported.name}.sha256")):
            path.write_text(path.name)
        # One that is being written.
        (exported.parent / ".log-8-9.ndjson.gz.x.unfinished").write_text("half")
        assert " tables and 3 files to " in backup(folder)
        found = {path.name for path in (folder / "log-archive").iterdir()}
        assert found == {exported.name, f"{exported.name}.sha256"}
        assert (folder / "log-archive").stat().st_mode & 0o077 == 0
        shutil.rmtree(exported.parent)
        assert " tables and 3 files, as of " in restore(folder, replace=True)
        assert exported.read_text() == exported.name
        assert [path.stat().st_mode & 0o777 for path in (exported.parent, exported)] == [0o700, 0o600]

    def test_a_folder_with_something_in_it_is_refused(self, site: Site, folder: Path) -> None:
        backup(folder)
        before = (folder / "backup.json").read_bytes()
        assert refusal(backup, folder) == f"{folder} is not empty: name another folder. No backup was made."
        assert (folder / "backup.json").read_bytes() == before

    def test_one_that_was_cut_off_is_known_as_such(
        self, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: Any, **options: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(making, "write_piece", full)
        sentence = refusal(backup, folder)
        assert sentence.startswith("No backup was made ([Errno 28] No space left on device): delete what there is of")
        assert refusal(restore, folder, replace=True) == (
            f"{folder} is no whole backup: it has no backup.json, which is written last."
        )

    def test_a_file_that_is_removed_meanwhile_is_named_and_one_that_comes_is_left_out(
        self, site: Site, folder: Path, slowly: Any, elsewhere: Elsewhere
    ) -> None:
        name = site.evidence.file.name
        done: list[Any] = []

        def change() -> None:
            if not done:
                done.append(attach_file(site.evidence.report, by=site.ada, file=ContentFile(make_pdf(), name="2.pdf")))
                remove_evidence(site.evidence, by=site.ada)

        slowly(change)
        said = backup(folder)
        assert f"Missing on the site, or removed meanwhile: 1 files that rows name: {name}.\n" in said
        assert not [path for path in (folder / "evidence").rglob("*") if path.is_file()]
        result = elsewhere.manage("restore", str(folder))
        assert (result.returncode, result.stderr) == (
            0,
            "1 files that rows name were missing when the backup was made.\n",
        )
        assert elsewhere.ask("SELECT file FROM measures_evidence") == [(name,)]

    @ON_SQLITE
    def test_a_damaged_database_is_no_backup(self, site: Site, folder: Path) -> None:
        name = connection.settings_dict["NAME"]
        connection.close()
        size = os.path.getsize(name)
        with open(name, "r+b") as file:
            # Beyond the schema, which stays readable.
            for page in range(size // 4096 // 2, size // 4096):
                file.seek(page * 4096)
                file.write(os.urandom(512))
        sentence = refusal(backup, folder)
        assert "is damaged (" in sentence
        assert not (folder / "backup.json").exists()

    @ON_SQLITE
    def test_damage_that_no_count_meets_is_found_too(self, site: Site, folder: Path) -> None:
        make.make_user("a-name-like-no-other")
        file = Path(connection.settings_dict["NAME"])
        connection.close()
        content = file.read_bytes()
        assert content.count(b"a-name-like-no-other") > 1
        # The row and its index now say different names.
        file.write_bytes(content.replace(b"a-name-like-no-other", b"a-name-like-no-othes", 1))
        assert " missing from index " in refusal(backup, folder)
        assert not (folder / "backup.json").exists()

    @ON_SQLITE
    def test_without_a_database_there_is_nothing_to_copy(
        self, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "NAME", str(tmp_path / "none"))
            sentence = refusal(backup, folder)
        assert sentence == f"There is no database {tmp_path / 'none'}: nothing to copy. No backup was made."


def spoil_database(folder: Path) -> None:
    [file] = folder.glob("database.*")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def truncate_file(folder: Path) -> None:
    [file] = [path for path in (folder / "evidence").rglob("*") if path.is_file()]
    os.truncate(file, 10)


def remove_file(folder: Path) -> None:
    shutil.rmtree(folder / "evidence")


def truncate_list(folder: Path) -> None:
    file = folder / "backup.json"
    os.truncate(file, file.stat().st_size // 2)


def change_list(folder: Path, **values: Any) -> None:
    file = folder / "backup.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def lead_outside(folder: Path) -> None:
    change_list(folder, files={"../../outside": {"size": 0, "sha256": ""}})


def call_it_another_kind(folder: Path) -> None:
    change_list(folder, database="oracle")


def call_it_another_shape(folder: Path) -> None:
    change_list(folder, format=2)


def call_it_newer(folder: Path) -> None:
    change_list(folder, migrations=[["measures", "0999_of_tomorrow"]])


class TestRestore:
    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (spoil_database, "is not what was written. Nothing was changed."),
            (truncate_file, "is not what was written. Nothing was changed."),
            (remove_file, "is missing. Nothing was changed."),
            (truncate_list, "backup.json cannot be read. Nothing was changed."),
            (lead_outside, "backup.json cannot be read. Nothing was changed."),
            (call_it_another_shape, "backup.json cannot be read. Nothing was changed."),
            (call_it_another_kind, f"is of oracle, and this site's database is {connection.vendor}."),
            (
                call_it_newer,
                "this code lacks its migration measures.0999_of_tomorrow. Bring it back with that version.",
            ),
        ],
    )
    def test_what_is_not_whole_or_of_another_kind_is_refused_before_anything_is_touched(
        self, site: Site, folder: Path, spoil: Callable[[Path], None], words: str
    ) -> None:
        backup(folder)
        site.comment(site.client(), "之后的意见")
        spoil(folder)
        assert words in refusal(restore, folder, replace=True)
        assert comments() == ["之后的意见"]

    def test_rows_are_replaced_only_where_that_is_said(self, site: Site, folder: Path) -> None:
        backup(folder)
        site.comment(site.client(), "之后的意见")
        sentence = refusal(restore, folder)
        assert sentence.startswith(f"The database {connection.settings_dict['NAME']} has ")
        assert " in measures_measure" in sentence or " more tables" in sentence
        assert sentence.endswith("and names 1 files: with --replace the backup takes its place. Nothing was changed.")
        assert comments() == ["之后的意见"]
        shutil.rmtree(site.files)
        said = restore(folder, replace=True)
        assert "names 1 files: replaced.\nBrought back " in said
        assert comments() == []
        assert Evidence.objects.get().file.read() == make_pdf()
        # The backup stays as it was: it can be brought back again.
        assert "Brought back " in restore(folder, replace=True)

    def test_the_log_says_so_and_seals_that_were_noted_in_between_count_no_longer(
        self, site: Site, folder: Path, settings: Any, tmp_path: Path
    ) -> None:
        settings.PILOTZONE_SEAL_FILE = tmp_path / "seals.txt"
        seal_log()
        backup(folder)
        assert json.loads((folder / "backup.json").read_text())["seal"] == str(newest_seal())
        site.comment(site.client(), "之后的意见")
        seal_log()
        site.comment(site.client(), "再之后的意见")
        restore(folder, replace=True)
        seal_log()
        check = check_log(places=[folder])
        assert [str(each) for each in check.findings] == []
        assert check.places == sorted([str(folder), str(settings.PILOTZONE_SEAL_FILE)])
        assert LogEntry.objects.filter(additional_data__event=Event.RESTORED).count() == 1
        shutil.rmtree(settings.DATA_DIR / "log-archive")
        assert [each.fault for each in check_log().findings] == [Fault.NOTED_ELSEWHERE]

    def test_tables_that_the_backup_does_not_know_go(self, site: Site, folder: Path) -> None:
        """Tables of a newer version refer to rows that are replaced."""
        backup(folder)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE newer_table (measure_id bigint REFERENCES measures_measure (id))")
            cursor.execute("INSERT INTO newer_table SELECT id FROM measures_measure")
        restore(folder, replace=True)
        assert "newer_table" not in connection.introspection.table_names()

    @ON_SQLITE
    def test_rows_of_an_older_version_are_brought_up_to_this_one(
        self, tmp_path: Path, folder: Path, elsewhere: Elsewhere
    ) -> None:
        older = Elsewhere(tmp_path / "older", "")
        older.migrate()
        before = older.ask("SELECT app, name FROM django_migrations ORDER BY app, name")
        assert older.manage("migrate", "-v0", "measures", "0001_squashed").returncode == 0
        assert len(older.ask("SELECT * FROM django_migrations")) < len(before)
        assert older.manage("backup", str(folder), "--even-empty").returncode == 0
        result = elsewhere.manage("restore", str(folder))
        assert (result.returncode, result.stderr) == (0, "")
        assert elsewhere.ask("SELECT app, name FROM django_migrations ORDER BY app, name") == before

    @ON_SQLITE
    def test_a_damaged_database_is_set_aside(self, site: Site, folder: Path, elsewhere: Elsewhere) -> None:
        site.comment(site.client(), "之前的意见")
        backup(folder)
        elsewhere.data.mkdir(mode=0o700)
        database = elsewhere.data / "db.sqlite3"
        database.touch(mode=0o600)
        database.write_bytes(b"no database" * 1000)
        refused = elsewhere.manage("restore", str(folder))
        assert refused.returncode == 1
        assert refused.stderr == (
            f"CommandError: The database {database} is damaged (file is not a database): with --replace the backup"
            " takes its place. Nothing was changed.\n"
        )
        result = elsewhere.manage("restore", str(folder), "--replace")
        assert result.returncode == 0, result
        assert elsewhere.comments() == ["之前的意见"]
        [aside] = [path for path in elsewhere.data.iterdir() if ".damaged-" in path.name]
        assert aside.read_bytes() == b"no database" * 1000

    def test_a_database_that_somebody_writes_to_is_left_as_it_is(
        self, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backup(folder)
        site.comment(site.client(), "之后的意见")
        monkeypatch.setattr(postgresql, "LOCK_SECONDS", 1)
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 1)
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                Comment.objects.update(text="仍在写")
                held.set()
                done.wait(30)
            connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            holding = pool.submit(hold)
            held.wait(30)
            try:
                sentence = refusal(restore, folder, replace=True)
            finally:
                done.set()
            holding.result()
        assert "lock" in sentence
        assert comments() == ["仍在写"]


class TestPostgreSQL:
    def test_no_password_stands_in_the_arguments_of_a_command(self, monkeypatch: pytest.MonkeyPatch) -> None:
        given = {"NAME": "site", "USER": "me", "PASSWORD": "hush", "HOST": "db", "PORT": 5432}
        options = {"sslmode": "require", "options": "-c a=b", "pool": {"min_size": 1}}
        seen: list[Any] = []

        def popen(command: list[str], **options: Any) -> Any:
            seen.append((command, options["env"]))
            raise FileNotFoundError

        with monkeypatch.context() as patch:
            for name, value in {**given, "OPTIONS": options}.items():
                patch.setitem(connection.settings_dict, name, value)
            patch.setattr(subprocess, "Popen", popen)
            with pytest.raises(databases.BackupError) as refused, postgresql.PostgreSQL()._running(["pg_dump"]):
                pass
        assert str(refused.value) == (
            "The program pg_dump is missing: install PostgreSQL's client (Debian: postgresql-client)."
        )
        [(command, environment)] = seen
        assert "hush" not in str(command)
        ours = {name: value for name, value in environment.items() if os.environ.get(name) != value}
        assert ours == {
            "PGDATABASE": "site",
            "PGUSER": "me",
            "PGPASSWORD": "hush",
            "PGHOST": "db",
            "PGPORT": "5432",
            "PGSSLMODE": "require",
            "PGOPTIONS": "-c a=b",
        }

    @pytest.fixture
    def server(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
        """Stand-ins, for a lane without a server: a table without rows, and programs that note what they are told."""

        class Server:
            def __enter__(self) -> "Server":
                return self

            def __exit__(self, *args: Any) -> None:
                pass

            def execute(self, statement: str) -> Any:
                rows = [("a_table",)] if "pg_tables" in statement else [(0,)]
                return MagicMock(fetchone=lambda: rows[0], fetchall=lambda: rows, __iter__=lambda self: iter(rows))

        programs = tmp_path / "programs"
        programs.mkdir()
        for name, script in {
            "pg_dump": "echo a dump",
            "psql": f'cat >"{tmp_path}/told"',
            "pg_restore": 'echo "CREATE TABLE a_table ();"; [ -z "$4" ] || read code <"$4"; exit "${code:-0}"',
        }.items():
            (programs / name).write_text(f"#!/bin/sh\n{script}\n")
            (programs / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        monkeypatch.setattr(postgresql.psycopg, "connect", lambda *args, **options: Server())
        return tmp_path

    def test_what_it_copies_is_kept_for_its_owner_alone(self, server: Path) -> None:
        database = postgresql.PostgreSQL()
        held, written = database.dump(server / "dump", "")
        assert written == manifest.piece_of(server / "dump")
        assert ((server / "dump").read_text(), (server / "dump").stat().st_mode & 0o777) == ("a dump\n", 0o600)
        assert held == database.contents() == databases.Contents({"a_table": 0}, [], [])
        assert held.is_empty

    @pytest.mark.parametrize(("code", "reason"), [(0, ""), (1, "it gave no reason")])
    def test_it_commits_only_what_pg_restore_read_to_its_end(self, server: Path, code: int, reason: str) -> None:
        dump = server / "dump"
        dump.write_text(f"{code}\n")
        with pytest.raises(databases.BackupError) if code else nullcontext() as refused:
            postgresql.PostgreSQL().load(dump)
        told = (server / "told").read_text()
        begin = "BEGIN;\nSET LOCAL lock_timeout = '10s';\nDROP TABLE \"a_table\" CASCADE;\nCREATE TABLE a_table ();\n"
        assert told == (begin if code else f"{begin}COMMIT;\nANALYZE;\n")
        if code:
            assert reason in str(refused.value)

    @ON_POSTGRESQL
    def test_backup_and_restore_name_no_password_to_other_people_of_the_machine(
        self, site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[Any] = []
        popen = subprocess.Popen

        def spy(command: list[str], *args: Any, **options: Any) -> Any:
            started.append((command, (options.get("env") or {}).get("PGPASSWORD")))
            return popen(command, *args, **options)

        with monkeypatch.context() as patch:
            patch.setitem(connection.settings_dict, "PASSWORD", "hush")
            patch.setattr(subprocess, "Popen", spy)
            backup(folder)
            restore(folder, replace=True)
        ours = [(command, password) for command, password in started if command[0] in ("pg_dump", "psql", "pg_restore")]
        assert {command[0] for command, _password in ours} == {"pg_dump", "psql", "pg_restore"}
        assert all(password == "hush" and "hush" not in " ".join(command) for command, password in ours)

    @ON_POSTGRESQL
    def test_a_dump_that_cannot_be_read_changes_nothing(self, site: Site, folder: Path) -> None:
        backup(folder)
        site.comment(site.client(), "之后的意见")
        dump = folder / "database.dump"
        content = dump.read_bytes()
        # Its list is whole, its rows are cut off; the checksum is the one of this.
        dump.write_bytes(content[: len(content) - 2000])
        files = json.loads((folder / "backup.json").read_text())["files"]
        piece = manifest.piece_of(dump)
        change_list(folder, files={**files, "database.dump": {"size": piece.size, "sha256": piece.sha256}})
        assert refusal(restore, folder, replace=True).startswith("pg_restore failed on the database ")
        assert comments() == ["之后的意见"]
