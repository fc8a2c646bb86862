"""A site to back up and an empty one to restore into, for tests of backups."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.models import User
from measures.models import Comment, Evidence, Measure
from measures.reports import ReportData, save_draft
from reporting.evidence import attach_file
from rollups.services import rebuild_rollups
from tests import factories as make
from tests.documents import make_pdf
from tests.lanes import clean_environment
from tests.migrated_databases import place_migrated
from tests.running import database_address
from tests.services import ROOT


@dataclass
class Site:
    """A site with one measure, and a draft of its report that has a file."""

    measure: Measure
    ada: User
    evidence: Evidence
    files: Path

    def client(self) -> Client:
        client = Client()
        client.force_login(self.ada)
        return client

    def comment(self, client: Client, text: str) -> None:
        """Returns once it is acknowledged."""
        assert client.post(f"/measures/{self.measure.code}/comment/", {"text": text}).status_code == 302


@pytest.fixture
def site(real_connections: None, today: date, settings: Any, tmp_path: Path) -> Site:
    store_in(settings, tmp_path / "evidence")
    settings.DATA_DIR = tmp_path / "data of the site"
    settings.DATA_DIR.mkdir()
    measure = make.make_measure(lead_department=make.make_department("science-technology"))
    ada = make.make_user("ada", role="reporter", department=measure.lead_department)
    report = save_draft(
        measure, by=ada, data=ReportData(status="promoting", against_status="promoting", what_was_done="开工")
    )
    evidence = attach_file(report, by=ada, file=ContentFile(make_pdf(), name="proof.pdf"))
    rebuild_rollups()
    return Site(measure, ada, evidence, tmp_path / "evidence")


def store_in(settings: Any, folder: Path) -> None:
    """Has evidence stored there."""
    storages = deepcopy(settings.STORAGES)
    storages["default"]["OPTIONS"]["location"] = folder
    settings.STORAGES = storages


def backup(folder: Path) -> str:
    said = StringIO()
    call_command("backup", str(folder), stdout=said, stderr=said)
    return said.getvalue()


def restore(folder: Path, **options: Any) -> str:
    """Restore a backup onto the very database of the test, and return what the command says."""
    said = StringIO()
    call_command("restore", str(folder), stdout=said, stderr=said, **options)
    return said.getvalue()


def refusal(do: Callable[..., Any], *args: Any, **options: Any) -> str:
    with pytest.raises(CommandError) as refused:
        do(*args, **options)
    sentence = str(refused.value)
    assert sentence.endswith(".") and "\n" not in sentence
    return sentence


def comments() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("text", flat=True))


@dataclass
class Elsewhere:
    """A data folder and a database that hold nothing yet."""

    data: Path
    address: str

    def manage(self, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        database = {"DATABASE_URL": self.address} if self.address else {}
        ours = {"PILOTZONE_DATA_DIR": str(self.data), "PILOTZONE_TODAY": "2023-08-29", **database, **settings}
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env={**clean_environment(), **ours}, capture_output=True, text=True, timeout=600
        )

    def migrate(self) -> None:
        if not self.address:
            place_migrated(self.data)
        else:
            assert self.manage("migrate", "-v0").returncode == 0

    def ask(self, statement: str) -> list[Any]:
        if self.address:
            with psycopg.connect(self.address) as database:
                return database.execute(statement).fetchall()
        with closing(sqlite3.connect(self.data / "db.sqlite3")) as database:
            return database.execute(statement).fetchall()

    def comments(self) -> list[str]:
        return [text for (text,) in self.ask("SELECT text FROM measures_comment ORDER BY id")]


@contextmanager
def empty_site(data: Path) -> Iterator[Elsewhere]:
    """Yield an empty site; on PostgreSQL its database is on the server on which the tests' own is."""
    if connection.vendor == "sqlite":
        yield Elsewhere(data, "")
        return
    name = f"{connection.settings_dict['NAME']}_{data.name}"
    address = database_address().rpartition("/")[0]
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield Elsewhere(data, f"{address}/{name}")
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    with empty_site(tmp_path / "elsewhere") as site:
        yield site
