"""Tests that nobody else on the machine reads the data folder, since what lies in it opens accounts."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from pilotzone import data_folder
from tests.lanes import clean_environment
from tests.services import ROOT


def modes(folder: Path) -> dict[str, str]:
    return {each.name: f"{each.stat().st_mode & 0o777:o}" for each in [folder, *folder.iterdir()]}


def manage(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), "PILOTZONE_DATA_DIR": str(data)}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=True, umask=0o022
    )


def test_from_the_first_moment_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    data = tmp_path / "site"
    assert "Others" not in manage(data, "check").stderr
    found = modes(data)
    assert (found["site"], found["db.sqlite3"], found["secret-key"]) == ("700", "600", "600")
    with closing(sqlite3.connect(data / "db.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (c)")
        assert {modes(data)[name] for name in ("db.sqlite3-wal", "db.sqlite3-shm")} == {"600"}


def test_one_that_others_could_read_is_closed_to_them_and_said(tmp_path: Path) -> None:
    data = tmp_path / "site"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    for name in ("db.sqlite3", "db.sqlite3-wal"):
        (data / name).touch()
        (data / name).chmod(0o644)
    said = manage(data, "check").stderr
    for each in (data, data / "db.sqlite3", data / "db.sqlite3-wal"):
        assert f"Others on this machine could read {each}; it is for its owner alone now.\n" in said
    assert (modes(data)["db.sqlite3"], modes(data)["site"]) == ("600", "700")
    assert "Others" not in manage(data, "check").stderr


def test_a_folder_that_all_share_stays_open(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    data_folder.keep_private(shared, 0o700)
    assert shared.stat().st_mode & 0o7777 == 0o1777


def test_what_cannot_be_closed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    open_file = tmp_path / "file"
    open_file.touch(mode=0o644)
    data_folder.keep_private(open_file, 0o600)
    assert capsys.readouterr().err == (
        f"Others on this machine can read {open_file}: close it to them (Operation not permitted).\n"
    )


def test_what_cannot_be_made_or_read_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ImproperlyConfigured, match=r"/file/data cannot be made \(Not a directory\): set"):
        data_folder.make_folder(file / "data")
    (tmp_path / "secret-key").mkdir()
    with pytest.raises(ImproperlyConfigured, match=r"The secret key in .*/secret-key cannot be read: Is a directory\."):
        data_folder.secret_key(tmp_path)
    with pytest.raises(ImproperlyConfigured, match=r"The file .* cannot be read: Is a directory\."):
        data_folder.demo_settings(tmp_path)
