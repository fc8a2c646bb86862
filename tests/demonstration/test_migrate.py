"""A database that another version made is refused before anything is changed."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.lanes import clean_environment
from tests.services import ROOT

UNKNOWN = ("measures", "0002_the_life_of_a_report")


def run(data: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**clean_environment(), "PILOTZONE_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database has a migration of ours that the code does not have."""
    path = tmp_path_factory.mktemp("data").resolve()
    with closing(sqlite3.connect(path / "db.sqlite3")) as database:
        database.execute("CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied text)")
        rows = [("measures", "0001_initial"), UNKNOWN]
        database.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, '2026-01-01')", rows)
        database.commit()
    (path / "db.sqlite3").chmod(0o600)
    return path


@pytest.mark.parametrize("command", ["migrate", "demo"])
def test_a_data_folder_of_another_version_is_refused_in_one_sentence(data: Path, command: str) -> None:
    result = run(data, command)
    assert result.returncode == 1
    assert result.stderr == (
        f"CommandError: The data folder {data} was made by another version of Pilotzone and cannot be read by this one:"
        " delete it, or name another with --data-dir or PILOTZONE_DATA_DIR.\n"
    )


@pytest.mark.django_db
def test_a_database_elsewhere_is_named(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    MigrationRecorder(connection).record_applied(*UNKNOWN)
    with pytest.raises(CommandError) as refusal:
        call_command("migrate", verbosity=0)
    assert str(refusal.value) == (
        f"The database {connection.settings_dict['NAME']} was made by another version of Pilotzone and cannot be"
        " read by this one: name an empty one in DATABASE_URL."
    )


@pytest.mark.django_db
def test_what_other_apps_left_behind_is_no_reason_to_refuse() -> None:
    MigrationRecorder(connection).record_applied("sites", "0009_gone")
    call_command("migrate", verbosity=0)
