"""How long PostgreSQL works at one statement before it ends it; what a statement waits for locks counts.

A request has such a bound, so that everybody is answered, and an export a longer one; tasks and commands have none.
SQLite ends no statement: there the setting bounds how long one waits for its lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.db import Error, connection

# Seconds; 0: no bound.
_seconds: ContextVar[int] = ContextVar("statement_timeout", default=0)


def as_sql() -> str:
    """Return the statement that sets the bound on a connection."""
    return f"SET statement_timeout = '{_seconds.get()}s'"


@contextmanager
def timeout_of_new_connections(seconds: int) -> Iterator[None]:
    """Set the bound for a request: it takes its connection from the pool within the block, if it needs one."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


@contextmanager
def statement_timeout(seconds: int) -> Iterator[None]:
    """Set the bound for a part of a request, on the connection that it may have already."""
    if seconds == _seconds.get():
        yield
        return
    try:
        with timeout_of_new_connections(seconds):
            _set_on_connection()
            yield
    finally:
        # A connection that was lost comes to nobody again; a transaction that failed takes the bound back itself.
        with suppress(Error):
            _set_on_connection()


def _set_on_connection() -> None:
    if connection.vendor == "postgresql" and connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute(as_sql())
