"""`migrate` that is killed in the middle: the next one goes on from there, to the same tables as in one go."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.lanes import clean_environment
from tests.running import database_address
from tests.services import ROOT, process, wait_until

# How many are recorded by then: a squashed migration counts as those that it replaces, too. The second is before the
# tables of measures, the last amid those that name them.
MOMENTS = (4, 66, 108)
OF_SQLITE = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
OF_POSTGRESQL = """
SELECT table_name, column_name, data_type, is_nullable, column_default IS NULL FROM information_schema.columns
WHERE table_schema = 'public'
UNION SELECT tablename, indexname, indexdef, '', FALSE FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', FALSE FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
"""


class Database:
    """A database that is empty at first."""

    def __init__(self, data, address=""):
        self.data, self.address = data, address

    @property
    def environment(self):
        database = {"DATABASE_URL": self.address} if self.address else {}
        return {**clean_environment(), "PILOTZONE_DATA_DIR": str(self.data), **database}

    def ask(self, statement):
        if self.address:
            with psycopg.connect(self.address) as database:
                return database.execute(statement).fetchall()
        with closing(sqlite3.connect(self.data / "db.sqlite3", timeout=20)) as database:
            return database.execute(statement).fetchall()

    def manage(self, *words):
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120)

    @property
    def applied(self):
        try:
            return self.ask("SELECT COUNT(*) FROM django_migrations")[0][0]
        except (sqlite3.OperationalError, psycopg.errors.UndefinedTable):
            return 0

    def migrate_and_be_killed(self, moment):
        """Once so many migrations were applied, in the middle of the next."""
        with process([sys.executable, "manage.py", "migrate", "--no-input"], self.environment) as one:
            wait_until(lambda: self.applied >= moment or not one.is_alive, f"{moment} migrations applied")
            time.sleep(0.05)
            assert one.is_alive, one.output
            os.kill(one.popen.pid, signal.SIGKILL)
            one.popen.wait()

    @property
    def tables(self):
        return sorted(map(repr, self.ask(OF_POSTGRESQL if self.address else OF_SQLITE)))


def assert_that_a_killed_migration_goes_on(killed, whole):
    done = whole.manage("migrate", "--no-input", "-v0")
    assert done.returncode == 0, done.stderr
    for moment in MOMENTS:
        killed.migrate_and_be_killed(moment)
        assert moment <= killed.applied < whole.applied
    done = killed.manage("migrate", "--no-input", "-v0")
    assert (done.returncode, done.stderr) == (0, "")
    assert killed.applied == whole.applied
    assert killed.tables == whole.tables
    loaded = killed.manage("load_data", str(ROOT / "fixtures"), "--unlikely-is-so")
    assert loaded.returncode == 0, loaded.stderr
    for command in (["verify_rollups"], ["verify_audit", "--even-empty"]):
        checked = killed.manage(*command)
        assert checked.returncode == 0, checked.stderr


@pytest.mark.long
@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite's file")
@pytest.mark.faults("migration killed, SQLite", "SIGKILL three times amid a migration, then again")
def test_on_sqlite_the_next_migration_goes_on(tmp_path):
    folders = [tmp_path / name for name in ("killed", "whole")]
    for folder in folders:
        folder.mkdir()
    assert_that_a_killed_migration_goes_on(*map(Database, folders))


@pytest.mark.long
@pytest.mark.services
@pytest.mark.django_db
@pytest.mark.faults("migration killed, PostgreSQL", "SIGKILL three times amid a migration, then again")
def test_on_postgresql_the_next_migration_goes_on(tmp_path):
    address = database_address().rpartition("/")[0]
    names = [f"migrated_{uuid4().hex[:8]}" for _number in range(2)]
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        for name in names:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            assert_that_a_killed_migration_goes_on(*(Database(tmp_path, f"{address}/{name}") for name in names))
        finally:
            for name in names:
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
