"""Tests that what cannot be used ends the start of each command, web server, worker and beat with one sentence: what to
do."""

import errno
import os
import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.db import OperationalError

from demonstration.management.commands import demo
from pilotzone import data_folder, starting
from tests.lanes import clean_environment
from tests.services import ROOT, free_port

EACH_START = "the sentence of each start: command, demonstration, web server, worker, beat"


def run(data: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**clean_environment(), "PILOTZONE_DATA_DIR": str(data), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def manage(data: Path, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return run(data, "manage.py", *words, **variables)


def web_server(data: Path, *_words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    address = f"127.0.0.1:{free_port()}"
    return run(data, "-m", "gunicorn", "-c", "pilotzone/gunicorn.py", "--bind", address, "pilotzone.wsgi", **variables)


def worker(data: Path, *_words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    # Nobody listens there, and it goes on trying.
    broker = f"redis://127.0.0.1:{free_port()}/0"
    return run(data, "-m", "celery", "-A", "pilotzone", "worker", REDIS_URL=broker, **variables)


def beat(data: Path, *_words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return run(data, "-m", "celery", "-A", "pilotzone", "beat", **variables)


def refusal(result: "subprocess.CompletedProcess[str]") -> str:
    """Return the sentence that is said instead of a start."""
    assert result.returncode == 1, result
    assert re.fullmatch(r"((Preparing the data in |celery beat ).*\n)?", result.stdout), result
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.rstrip("\n")


STARTS: dict[str, Callable[..., Any]] = {
    "a command": lambda data: manage(data, "migrate"),
    "the demonstration": lambda data: manage(data, "demo"),
    "the web server": web_server,
    "the worker": worker,
    "beat": beat,
}


def refusals(data: Path) -> dict[str, str]:
    """Return the sentence that each start says instead, all started at once."""
    with ThreadPoolExecutor(3) as pool:
        results = pool.map(lambda start: start(data), STARTS.values())
        return dict(zip(STARTS, map(refusal, results), strict=True))


GOOD_KEY = secrets.token_urlsafe(50)
BAD_KEYS = {
    "empty": b"",
    "a word": b"short",
    "one letter": b"a" * 67,
    "binary": os.urandom(67),
    "zeros": b"\x00" * 67,
    "cut off": GOOD_KEY[:40].encode(),
    "two words": f"two {GOOD_KEY}".encode(),
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path.resolve()


class TestSecretKey:
    def test_it_is_made_once_for_its_owner_alone(self, data: Path) -> None:
        key = data_folder.secret_key(data)
        assert len(key) > 60
        assert data_folder.secret_key(data) == key == (data / "secret-key").read_text()
        assert (data / "secret-key").stat().st_mode & 0o777 == 0o600

    def test_a_line_written_by_hand_is_a_key(self, data: Path) -> None:
        (data / "secret-key").write_text(f"{GOOD_KEY}\n")
        assert data_folder.secret_key(data) == GOOD_KEY

    def test_processes_that_start_at_once_agree_on_one(self, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # Each has seen that there is none.
        monkeypatch.setattr(data_folder.Path, "exists", lambda path: path.is_file() and path.stat().st_size > 0)
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(lambda _number: data_folder.secret_key(data), range(8)))) == 1

    @pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
    def test_one_that_is_empty_short_weak_or_damaged_is_refused(self, data: Path, key: bytes) -> None:
        path = data / "secret-key"
        path.write_bytes(key)
        with pytest.raises(ImproperlyConfigured) as refused:
            data_folder.secret_key(data)
        assert str(refused.value) == (
            f"The secret key in {path} is empty, too short, too simple or damaged: delete the file, and start again. A"
            " new key is made then, and everybody has to log in again."
        )
        assert path.read_bytes() == key

    def test_a_full_disk_at_the_first_start_leaves_no_empty_key(
        self, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_descriptor: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(ImproperlyConfigured) as refused:
                data_folder.secret_key(data)
        assert str(refused.value) == (
            f"The data folder {data} cannot be written to (No space left on device): make that possible, or set"
            " PILOTZONE_DATA_DIR to another."
        )
        assert not (data / "secret-key").exists()
        # The next start, with room again, is well.
        assert len(data_folder.secret_key(data)) > 60

    @pytest.mark.parametrize(
        "key",
        [
            pytest.param(b"", id="empty", marks=[pytest.mark.faults("key file empty", EACH_START), pytest.mark.long]),
            pytest.param(b"\xff" * 67, id="binary", marks=pytest.mark.faults("key file binary", EACH_START)),
            pytest.param(
                b"RjZ9" * 9, id="cut off", marks=[pytest.mark.faults("key file cut off", EACH_START), pytest.mark.long]
            ),
        ],
    )
    def test_a_bad_one_stops_each_start(self, data: Path, key: bytes) -> None:
        (data / "secret-key").write_bytes(key)
        for start, sentence in refusals(data).items():
            assert sentence.startswith(f"The secret key in {data}/secret-key is empty, too short,"), start

    def test_one_of_the_environment_is_judged_by_the_same_measure(self, data: Path) -> None:
        result = manage(data, "check", PILOTZONE_SECRET_KEY="abcd" * 20)
        assert refusal(result) == "PILOTZONE_SECRET_KEY must be at least 50 random letters, digits and signs."


@pytest.mark.parametrize("content", [b"", b'{"PILOTZONE_TODAY": "2023-0', b"\xff\xfe\x00\x00"], ids=repr)
def test_a_damaged_file_of_the_demonstration_is_refused(data: Path, content: bytes) -> None:
    (data / "demo.json").write_bytes(content)
    with pytest.raises(ImproperlyConfigured, match="is damaged: delete it, and start the demonstration again"):
        data_folder.demo_settings(data / "demo.json")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty", marks=[pytest.mark.faults("demo file empty", EACH_START), pytest.mark.long]),
        pytest.param(
            b"\xff\xfe\x00", id="binary", marks=[pytest.mark.faults("demo file binary", EACH_START), pytest.mark.long]
        ),
        pytest.param(
            b'{"PILOTZONE_TODAY": "2023-0', id="cut off", marks=pytest.mark.faults("demo file cut off", EACH_START)
        ),
    ],
)
def test_a_damaged_file_of_the_demonstration_stops_each_start(data: Path, content: bytes) -> None:
    (data / "demo.json").write_bytes(content)
    sentence = f"The file {data}/demo.json is damaged: delete it, and start the demonstration again."
    assert refusals(data) == dict.fromkeys(STARTS, sentence)


@pytest.mark.parametrize("content", [b"", b'{"ada": "x', b"\xff\xfe"], ids=repr)
def test_a_damaged_file_of_passwords_stops_the_demonstration(
    settings: Any, monkeypatch: pytest.MonkeyPatch, data: Path, content: bytes, db: None, demonstration: None
) -> None:
    settings.DATA_DIR, settings.PILOTZONE_DEMO = data, True
    (data / "demo-accounts.json").write_bytes(content)
    monkeypatch.setattr(demo.Command, "_pin_day", lambda self: None)
    monkeypatch.setattr(demo.Command, "serve", lambda *args: pytest.fail("it greets as if all were well"))
    monkeypatch.setattr(demo, "call_command", lambda *args, **options: None)
    with pytest.raises(CommandError) as refused:
        demo.Command().handle(host="127.0.0.1", port="8000")
    assert str(refused.value) == (
        f"The file {data}/demo-accounts.json is damaged: delete it, and start again. The accounts get new passwords"
        " then."
    )


def make_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE a_table (a_text)")
        database.executemany("INSERT INTO a_table VALUES (?)", [("x" * 1000,)] * 100)
        database.commit()
    # As the site makes it: of one that others can read each start would speak.
    path.chmod(0o600)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.write_bytes(os.urandom(5000))


def spoil_the_middle(path: Path) -> None:
    """The header is well."""
    content = bytearray(path.read_bytes())
    content[100:] = os.urandom(len(content) - 100)
    path.write_bytes(content)


def of_the_damage(database: Path, sentence: str) -> bool:
    return sentence.startswith(f"The database {database} is damaged (") and sentence.endswith(
        "): bring a backup back with `manage.py restore FOLDER --replace`, or name another data folder with --data-dir"
        " or PILOTZONE_DATA_DIR."
    )


@pytest.mark.parametrize("spoil", [truncate, overwrite, spoil_the_middle])
def test_a_damaged_database_is_found_before_the_web_server_starts(
    settings: Any, monkeypatch: pytest.MonkeyPatch, data: Path, spoil: Callable[[Path], None]
) -> None:
    database = data / "db.sqlite3"
    entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}
    monkeypatch.setitem(settings.DATABASES, "default", entry)
    make_database(database)
    starting.check_database()
    spoil(database)
    with pytest.raises(SystemExit) as ended, starting.faults_in_a_sentence():
        starting.check_database()
    assert of_the_damage(database, str(ended.value))


def test_a_disk_without_room_is_no_reason_not_to_start_the_web_server(
    settings: Any, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    entry = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(data / "db.sqlite3")}
    monkeypatch.setitem(settings.DATABASES, "default", entry)
    make_database(data / "db.sqlite3")

    def full(*_args: Any) -> None:
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(starting.sqlite3, "connect", full)
    starting.check_database()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(truncate, id="cut off", marks=pytest.mark.faults("database cut off", EACH_START)),
        pytest.param(
            overwrite,
            id="overwritten",
            marks=[pytest.mark.faults("database overwritten", EACH_START), pytest.mark.long],
        ),
    ],
)
def test_a_damaged_database_stops_each_start_and_stays_as_it_is(data: Path, spoil: Callable[[Path], None]) -> None:
    database = data / "db.sqlite3"
    make_database(database)
    spoil(database)
    before = database.read_bytes()
    for start, sentence in refusals(data).items():
        assert of_the_damage(database, sentence), start
    assert database.read_bytes() == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real one, of 64 KB, where this process may mount it."""
    disk = (tmp_path / "disk").resolve()
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.faults("disk full at the start", "a disk of 64 KB without room, then with room")
def test_a_disk_that_is_really_full_at_the_first_start_leaves_nothing_in_the_way_of_the_next(small_disk: Path) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(64 * 1024))
    assert refusal(manage(small_disk, "check")).startswith(
        f"The data folder {small_disk} cannot be written to (No space left on device): "
    )
    assert {path.name for path in small_disk.iterdir()} == {"filler", "secret-key.lock"}
    filler.unlink()
    assert len(data_folder.secret_key(small_disk)) > 60


def error_of_sqlite(text: str, code: int) -> OperationalError:
    """Return an error of SQLite as Django raises it."""
    cause = sqlite3.OperationalError(text)
    cause.sqlite_errorcode = code
    error = OperationalError(text)
    error.__cause__ = cause
    return error


def test_a_full_disk_of_the_database_is_said_in_a_sentence(settings: Any) -> None:
    with pytest.raises(SystemExit) as ended, starting.faults_in_a_sentence():
        raise error_of_sqlite("database or disk is full", sqlite3.SQLITE_FULL)
    assert str(ended.value).startswith(
        f"The database {settings.DATABASES['default']['NAME']} cannot be read and written"
    )


def test_a_command_that_waits_too_long_to_write_ends_with_a_sentence(data: Path) -> None:
    """Django's checks ask for the lock first, and would say that SQLite knows no JSON."""
    path = data / "db.sqlite3"
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE django_session (session_key, session_data, expire_date)")
        other.execute("BEGIN IMMEDIATE")
        result = manage(data, "clearsessions", PILOTZONE_STATEMENT_TIMEOUT="1")
    assert refusal(result) == (
        f"Something else was writing to the database {path} for 1 seconds: try again once that has ended."
    )


def test_a_full_disk_of_another_file_is_said_in_a_sentence(settings: Any) -> None:
    with pytest.raises(SystemExit) as ended, starting.faults_in_a_sentence():
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(ended.value).startswith(f"The data folder {settings.DATA_DIR} cannot be written to (No space left")


@pytest.mark.parametrize("error", [OperationalError("no such table"), FileNotFoundError(errno.ENOENT, "gone")])
def test_a_fault_of_the_code_keeps_its_traceback(error: Exception) -> None:
    with pytest.raises(type(error)), starting.faults_in_a_sentence():
        raise error
