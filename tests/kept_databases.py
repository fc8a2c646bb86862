"""Databases with what many tests start from: each is filled once for each process of pytest, and stays as it was, since
what a test changes is taken back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction


@dataclass(frozen=True)
class KeptDatabase:
    """`rows`: what was returned by the function that filled it."""

    connection: Any
    rows: Any


@contextmanager
def kept_database(name: str, fill: Callable[[], Any], blocker: Any) -> Iterator[KeptDatabase]:
    """A copy of the tests' empty database, as `fill` fills it. To be made before a test opens its transaction."""
    empty: Any = connections["default"]
    with blocker.unblock():
        copied = copy_of(empty, name)
        connections["default"] = copied
        try:
            rows = fill()
            analyse()
        finally:
            connections["default"] = empty
            copied.close()
    yield KeptDatabase(copied, rows)
    with blocker.unblock():
        copied.close()
        if empty.vendor != "sqlite":
            copied.close_pool()
            empty.creation.destroy_test_db(suffix=name, verbosity=0)


def copy_of(empty: Any, name: str) -> Any:
    copied = empty.copy()
    copied._connection_pools = {}  # not those of the other database
    if empty.vendor == "sqlite":
        copied.settings_dict["NAME"] = f"file:{name}?mode=memory&cache=shared"
        empty.ensure_connection()
        copied.ensure_connection()
        empty.connection.backup(copied.connection)
    else:
        copied.settings_dict["NAME"] = empty.creation.get_test_db_clone_settings(name)["NAME"]
        empty.close()
        empty.close_pool()  # a database in use is not copied
        empty.creation.clone_test_db(name, verbosity=0, autoclobber=True)
    return copied


@contextmanager
def changes_taken_back(kept: KeptDatabase, blocker: Any) -> Iterator[Any]:
    """The database stands in the place of the tests' own; constraints are checked at the end, as by a commit. The rows
    are copies: what a test does to them, the next one does not see.
    """
    usual, connection = connections["default"], kept.connection
    with blocker.unblock():
        connections["default"] = connection
        try:
            with transaction.atomic():
                yield deepcopy(kept.rows)
                if not connection.needs_rollback:
                    connection.check_constraints()
                transaction.set_rollback(True)
        finally:
            connection.close()
            connections["default"] = usual


def analyse() -> None:
    """Analyse the tables as PostgreSQL does by itself within a minute: without it, it plans for empty tables, and takes
    minutes."""
    connection = connections["default"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
