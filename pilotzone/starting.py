"""Ends a command, or the start of the web server, with one sentence where something that it needs cannot be used."""

import errno
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

ELSEWHERE = "name another data folder with --data-dir or PILOTZONE_DATA_DIR"
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# Of the disk below SQLite's file.
OF_THE_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


@contextmanager
def faults_in_a_sentence() -> Iterator[None]:
    """End the process with a sentence and exit code 1 on a fault that an operator can mend. A fault of the code goes on
    with its traceback."""
    try:
        yield
    except (ImproperlyConfigured, DatabaseError, sqlite3.Error, OSError) as error:
        sentence = sentence_for(error)
        if not sentence:
            raise
        sys.exit(sentence)


def sentence_for(error: Exception) -> str:
    """Return a sentence that says what is wrong and what to do; empty where that is not known."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error, OSError):
        if error.errno not in NO_ROOM:
            return ""
        subject = f"The data folder {settings.DATA_DIR} cannot be written to ({error.strerror})"
        return f"{subject}: free some space, or {ELSEWHERE}."
    # Django's errors wrap those of the driver.
    cause = error if isinstance(error, sqlite3.Error) else error.__cause__
    code = _code(cause)
    name = settings.DATABASES["default"]["NAME"]
    if code in DAMAGED:
        return (
            f"The database {name} is damaged ({error}): bring a backup back with `manage.py restore FOLDER --replace`,"
            f" or {ELSEWHERE}."
        )
    if code in OF_THE_DISK:
        return (
            f"The database {name} cannot be read and written to ({error}): free some space and see who may write there,"
            f" or {ELSEWHERE}."
        )
    if code == sqlite3.SQLITE_BUSY:
        waited = f"for {settings.PILOTZONE_STATEMENT_TIMEOUT} seconds"
        return f"Something else was writing to the database {name} {waited}: try again once that has ended."
    return ""


def _code(error: BaseException | None) -> int:
    """SQLite's, without what it adds in detail; 0 for any other error."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def check_database() -> None:
    """Raises sqlite3.Error for a file that is no database, or shorter than it says. What may pass, such as a full disk
    or a PostgreSQL that is away, is no reason not to start: `/readyz` tells of it.

    Django's connection must not be opened before the web server forks its workers: they would share it.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3") and Path(database["NAME"]).is_file():
        try:
            with closing(sqlite3.connect(database["NAME"])) as connection:
                connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchall()
        except sqlite3.Error as error:
            if _code(error) in DAMAGED:
                raise
