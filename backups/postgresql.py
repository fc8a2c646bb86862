"""A database of PostgreSQL, copied by its own programs."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connection, connections
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from backups.contents import BackupError, Contents, read_contents
from backups.databases import Database
from backups.encryption import write_piece
from backups.manifest import Piece
from core.progress import bar

# So long a restore waits for somebody's transaction. Those that wait behind it are pages.
LOCK_SECONDS = 10


class PostgreSQL(Database):
    kind, file = "postgresql", "database.dump"

    def dump(self, path: Path, recipient: str) -> tuple[Contents, Piece]:
        with self._opened() as live:
            # What is counted here and what pg_dump copies is the same snapshot.
            live.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            found = live.execute("SELECT pg_export_snapshot()").fetchone()
            assert found is not None
            command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={found[0]}"]
            with (
                self._running(_READ_TO_THE_END, stdin=subprocess.PIPE) as reader,
                self._running(command, stdout=subprocess.PIPE) as dumped,
                bar("database") as progress,
            ):

                def note(piece: bytes) -> None:
                    reader.write(piece)
                    progress.update(len(piece))

                written = write_piece(dumped, path, recipient=recipient, on_read=note)
            return self._contents(live), written

    def check(self, path: Path) -> None:
        with self._running([*_READ_TO_THE_END, str(path)]):
            pass

    def contents(self) -> Contents:
        with self._opened() as live:
            return self._contents(live)

    def load(self, path: Path) -> None:
        """Loads a dump through psql, since pg_restore would drop only those tables that the dump knows."""
        with self._opened() as live:
            tables = ", ".join(f'"{table}"' for table in self._tables(live))
        connections.close_all()
        begin = [
            "BEGIN;",
            f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s';",
            *([f"DROP TABLE {tables} CASCADE;"] if tables else []),
        ]
        command = ["psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
        with self._running(command, stdin=subprocess.PIPE) as script:
            script.write("\n".join([*begin, ""]).encode())
            restore = ["pg_restore", "--no-owner", "--no-privileges", "--file=-", str(path)]
            with self._running(restore, stdout=subprocess.PIPE) as statements, bar("database") as progress:
                while piece := statements.read(1 << 20):
                    script.write(piece)
                    progress.update(len(piece))
            # Comes only where pg_restore went well: without it psql ends its transaction with nothing changed.
            script.write(b"COMMIT;\nANALYZE;\n")

    @staticmethod
    def _tables(database: psycopg.Connection[Any]) -> list[str]:
        found = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        return sorted(name for (name,) in found)

    def _contents(self, database: psycopg.Connection[Any]) -> Contents:
        return read_contents(lambda statement: database.execute(statement).fetchall(), self._tables(database))

    @contextmanager
    def _opened(self) -> Iterator[psycopg.Connection[Any]]:
        """Opens a connection without the time limits that pages have: a large site takes its time."""
        try:
            with psycopg.connect(make_conninfo(**self._parameters()), autocommit=True) as database:
                database.execute("SET statement_timeout = 0")
                database.execute("SET idle_in_transaction_session_timeout = 0")
                yield database
        except psycopg.Error as error:
            raise BackupError(f"The database {self.name} could not be read: {_last_line(str(error))}.") from error

    @contextmanager
    def _running(self, command: list[str], **pipe: int) -> Iterator[IO[bytes]]:
        """Runs one of PostgreSQL's programs until the end of the block; gives the pipe that was asked for."""
        with tempfile.TemporaryFile() as said:
            try:
                process = subprocess.Popen(command, env=self._environment(), stderr=said, **pipe)  # type: ignore[call-overload]  # of dicts
            except FileNotFoundError as error:
                raise BackupError(
                    f"The program {command[0]} is missing: install PostgreSQL's client (Debian: postgresql-client)."
                ) from error
            stream, failure = process.stdin or process.stdout, None
            try:
                yield stream
            except (BackupError, BrokenPipeError) as error:
                failure = error
            finally:
                if stream:
                    with suppress(BrokenPipeError):
                        stream.close()
                code = process.wait()
            # That of the program before this one, unless it only found this one gone.
            if isinstance(failure, BackupError) and not isinstance(failure.__cause__, BrokenPipeError):
                raise failure
            if code:
                said.seek(0)
                reason = _last_line(said.read().decode(errors="replace"))
                raise BackupError(f"{command[0]} failed on the database {self.name}: {reason}.") from failure
            if failure:
                raise failure

    def _parameters(self) -> dict[str, str]:
        """Returns the connection parameters of libpq."""
        database = connection.settings_dict
        names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
        given = {theirs: database[ours] for ours, theirs in names.items()} | database["OPTIONS"]
        return {name: str(value) for name, value in given.items() if name in _VARIABLES and value != ""}

    def _environment(self) -> dict[str, str]:
        """Everybody on a machine can read the arguments of a command, and a password among them."""
        return {**os.environ, **{_VARIABLES[name]: value for name, value in self._parameters().items()}}


# Its list, and the rows of each table.
_READ_TO_THE_END = ["pg_restore", "--file=/dev/null"]
# Parameter of libpq -> the variable that its programs read.
_VARIABLES = {
    option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar is not None
}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it gave no reason"
