"""An empty database with the tables of this code: migrated once, and copied by each process that begins with one.

SQLite's is a file that stays for later runs, under the hash of all that `migrate` reads. PostgreSQL's is a template on
the throwaway server of a lane.
"""

import fcntl
import hashlib
import inspect
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import django
import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.core.management.sql import emit_post_migrate_signal, sql_flush
from django.db import connections

from demonstration.management.commands.migrate import Command
from tests.lanes import clean_environment
from tests.services import ROOT, folder
from web.cache import versions

KEPT = ROOT / ".pytest_cache" / "migrated"
TEMPLATE = "pilotzone_migrated"


@contextmanager
def copying_instead_of_migrating() -> Iterator[None]:
    """Meanwhile `migrate`, as Django calls it for the database of the tests, brings a copy."""
    migrate = Command.handle

    def bring(command: Command, *args: Any, **options: Any) -> None:
        connection: Any = connections[options["database"]]
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            with closing(sqlite3.connect(migrated_file())) as kept:
                kept.backup(connection.connection)
        elif os.environ.get("PILOTZONE_TEST_LANE") == "postgres":
            _copy_template(connection, lambda: migrate(command, *args, **options))
        else:
            migrate(command, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Command, "handle", bring)
        yield


def empty(connection: Any) -> None:
    """Leave the database as `flush` would. That looks each time which tables and apps there are: 1.5 s after each test
    that commits.
    """
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(migrated_file())) as kept:
            kept.backup(connection.connection)
        versions.resume()  # whatever was cached is older
    else:
        with connection.cursor() as cursor:
            cursor.execute(_truncation(connection.alias))
        emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


@cache
def _truncation(alias: str) -> str:
    [statement] = sql_flush(no_style(), connections[alias])
    return statement


def place_migrated(data: Path) -> None:
    """A data folder as `manage.py migrate` leaves an empty one, on SQLite."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(migrated_file(), data / "db.sqlite3")
    (data / "db.sqlite3").chmod(0o600)


@cache
def migrated_file() -> Path:
    kept = KEPT / f"{_hash()}.sqlite3"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for older in KEPT.glob("*.sqlite3"):
                older.unlink()
            with folder("pilotzone-migrated-") as data:
                environment = {**clean_environment(), "PILOTZONE_DATA_DIR": str(data)}
                command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
                subprocess.run(command, cwd=ROOT, env=environment, check=True)
                new = kept.with_suffix(".new")
                shutil.move(data / "db.sqlite3", new)
            new.rename(kept)
    return kept


def _hash() -> str:
    """Return a hash of the migrations of all apps, what ours are made of, and the models, which permissions are named
    by."""
    migrations = [path for config in apps.get_app_configs() for path in Path(config.path).glob("migrations/*.py")]
    models = {Path(inspect.getfile(model)) for model in apps.get_models()}
    hashed = hashlib.sha256(django.__version__.encode())
    for path in sorted({*migrations, *models, ROOT / "core" / "operations.py"}):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()


def _copy_template(connection: Any, migrate: Callable[[], None]) -> None:
    """The first process of the lane makes it of its own database; those that come meanwhile wait."""
    name, quote = connection.settings_dict["NAME"], connection.ops.quote_name

    def create(new: str, like: str) -> None:
        connection.close()
        connection.close_pool()  # a database in use is not copied
        cursor.execute(f"CREATE DATABASE {quote(new)} TEMPLATE {quote(like)}")

    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATE])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE])
        if cursor.fetchone() is None:
            migrate()
            create(TEMPLATE, like=name)
        else:
            cursor.execute(f"DROP DATABASE {quote(name)}")
            create(name, like=TEMPLATE)
