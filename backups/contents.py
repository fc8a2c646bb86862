"""The contents of a database, whichever kind it is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from audit.noted_seals import NotedSeal
from backups.stored_files import file_fields

# Rows that `migrate` makes by itself.
MADE_BY_MIGRATE = {"django_migrations", "django_content_type", "auth_permission", "web_datachange"}


class BackupError(Exception):
    """Why a copy cannot be made or brought back: a sentence that says what to do."""


@dataclass(frozen=True)
class Contents:
    """`rows`: table -> how many; `migrations`: app and name of each applied one; `files`: names of stored files;
    `seal`: the newest of the log, as `audit.noted_seals` writes it, if there is any."""

    rows: dict[str, int]
    migrations: list[tuple[str, str]]
    files: list[str]
    seal: str = ""

    @property
    def is_empty(self) -> bool:
        """Returns whether the database holds nothing that a person, or a load, has put there."""
        return not any(count for table, count in self.rows.items() if table not in MADE_BY_MIGRATE)


def read_contents(ask: Callable[[str], Sequence[Any]], tables: Iterable[str]) -> Contents:
    """`ask` gives the rows that answer a statement, all from one snapshot."""
    rows = {table: int(ask(f'SELECT COUNT(*) FROM "{table}"')[0][0]) for table in sorted(tables)}  # noqa: S608  # names of tables and columns come from our models
    applied = "SELECT app, name FROM django_migrations ORDER BY app, name"
    migrations = ask(applied) if "django_migrations" in rows else []
    files: set[str] = set()
    for field in file_fields():
        table, column = field.model._meta.db_table, field.column
        if table in rows:
            files.update(name for (name,) in ask(f"""SELECT "{column}" FROM "{table}" WHERE "{column}" <> ''"""))  # noqa: S608  # names of tables and columns come from our models
    newest = "SELECT number, digest FROM accounts_logseal ORDER BY number DESC LIMIT 1"
    seals = ask(newest) if "accounts_logseal" in rows else []
    seal = "".join(str(NotedSeal(*row)) for row in seals)
    return Contents(rows, [(app, name) for app, name in migrations], sorted(files), seal)
