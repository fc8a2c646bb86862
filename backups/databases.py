"""The two kinds of database, each copied by its own means: SQLite here, PostgreSQL in a module of its own, which needs
its client."""

import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.db.backends.sqlite3._functions import register as register_functions
from django.utils import timezone

from backups.contents import BackupError, Contents, read_contents
from backups.encryption import write_piece
from backups.manifest import Piece, piece_of
from core.files import unfinished_file
from core.progress import bar

# Of SQLite's file, copied in one step: 4 MB.
PAGES = 1000
PAGE_BYTES = 4096


class Database(ABC):
    """The database of the settings. `kind` is its vendor, `file` its copy's name. All methods raise BackupError."""

    kind: str
    file: str

    @property
    def name(self) -> str:
        return str(connection.settings_dict["NAME"])

    @abstractmethod
    def dump(self, path: Path, recipient: str) -> tuple[Contents, Piece]:
        """Writes one snapshot to `path`, while others write to the database; what the snapshot holds, and the file.
        What is written has been read by the database's own means: no other file would be found out after it is
        encrypted."""

    @abstractmethod
    def check(self, path: Path) -> None:
        """Reads a dump that is not encrypted, to its end."""

    @abstractmethod
    def contents(self) -> Contents:
        """Returns the contents that the database has now."""

    @abstractmethod
    def load(self, path: Path) -> None:
        """Puts a dump in the place of everything that is there: the whole, or nothing is changed."""


def site_database() -> Database:
    return database_of_kind(connection.vendor)


def database_of_kind(kind: str) -> Database:
    if kind == SQLite.kind:
        return SQLite()
    # psycopg takes 10 MB: only of a process that copies a database of PostgreSQL.
    from backups.postgresql import PostgreSQL

    return PostgreSQL()


class DamagedDatabase(BackupError):
    pass


class SQLite(Database):
    kind, file = "sqlite", "database.sqlite3"

    def dump(self, path: Path, recipient: str) -> tuple[Contents, Piece]:
        if not Path(self.name).is_file():
            raise BackupError(f"There is no database {self.name}: nothing to copy.")
        if not recipient:
            # For the owner alone: rows hold names, addresses and digests of passwords.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return self._copied_to(path), piece_of(path)
        # Beside the database, of which it is a copy: where the backup goes to nothing lies that can be read.
        with unfinished_file(Path(settings.DATA_DIR)) as plain:
            held = self._copied_to(plain)
            with plain.open("rb") as source:
                return held, write_piece(source, path, recipient=recipient, on_read=lambda piece: None)

    def _copied_to(self, path: Path) -> Contents:
        with self._opened(self.name) as live, self._opened(path) as copy:
            # Within one transaction. Else each change that somebody makes meanwhile would begin the copy anew.
            live.execute("BEGIN")
            live.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()
            _copy(live, copy)
            # One file, without those that go with WAL.
            copy.execute("PRAGMA journal_mode=DELETE")
            if found := _damage(copy):
                raise DamagedDatabase(f"The database {self.name} is damaged ({found}): keep the last whole backup.")
            return self._contents(copy)

    def check(self, path: Path) -> None:
        with _opened_to_read(path) as copy:
            register_functions(copy)
            try:
                found = _damage(copy)
            except sqlite3.Error as error:
                found = str(error)
        if found:
            raise DamagedDatabase(f"The database {path} is damaged ({found}).")

    def contents(self) -> Contents:
        path = Path(self.name)
        if not path.is_file():
            return Contents({}, [], [])
        with self._opened(path) as live:
            return self._contents(live)

    def load(self, path: Path) -> None:
        connections.close_all()
        self._set_damaged_aside()
        with _opened_to_read(path) as copy, self._opened(self.name) as live:
            # Somebody else's write would be waited for without an end.
            live.execute("BEGIN IMMEDIATE")
            live.rollback()
            # One transaction: processes that have the file open see all of it, or none.
            _copy(copy, live)
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _set_damaged_aside(self) -> None:
        try:
            self.contents()
        except DamagedDatabase:
            # The clock of the site may be pinned.
            moment = f"{timezone.now():%Y%m%d-%H%M%S}"
            # The log first: SQLite would replay it into the next file of this name.
            for end in ("-wal", "-shm", ""):
                path = Path(f"{self.name}{end}")
                if path.exists():
                    path.rename(f"{self.name}.damaged-{moment}{end}")

    @staticmethod
    def _contents(database: sqlite3.Connection) -> Contents:
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        names = [name for (name,) in tables]
        return read_contents(lambda statement: database.execute(statement).fetchall(), names)

    @contextmanager
    def _opened(self, path: Path | str) -> Iterator[sqlite3.Connection]:
        try:
            # With the functions that Django gives its tables' constraints and indexes.
            opened = connection.get_new_connection({**connection.get_connection_params(), "database": str(path)})
            with closing(opened) as database:
                yield database
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise DamagedDatabase(f"The database {path} is damaged ({error}).") from error
            remedy = "stop what writes to it" if code == sqlite3.SQLITE_BUSY else "see to the disk"
            raise BackupError(f"The database {path} could not be copied ({error}): {remedy}, and try again.") from error


@contextmanager
def _opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """The backup stays as it is: a site's own connection would turn its file to WAL."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as database:
        yield database


def _damage(database: sqlite3.Connection) -> str:
    """Returns the first damage that SQLite finds; empty where all is well."""
    # A row that no constraint would let in today is no damage.
    database.execute("PRAGMA ignore_check_constraints=ON")
    [found] = database.execute("PRAGMA integrity_check(1)").fetchone()
    return "" if found == "ok" else str(found)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    with bar("database") as progress:

        def advance(_status: int, remaining: int, total: int) -> None:
            progress.total = total * PAGE_BYTES
            progress.update((total - remaining) * PAGE_BYTES - progress.n)

        source.backup(target, pages=PAGES, progress=advance)
