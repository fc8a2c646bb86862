"""The check of a PostgreSQL connection before psycopg's pool hands it out."""

from typing import Any

from psycopg import Error

from core import statement_timeout
from pilotzone.postgresql import outage


def check(connection: Any) -> None:
    """Raises psycopg's error when the connection is dead, and has the pool check all idle ones.

    It takes a statement to know: this one sets the bound of all that follow. After a restart of the server all
    connections are dead. Left alone, the pool finds that out one by one and waits longer each time.
    """
    try:
        with outage.watched(connection):
            # In a transaction that is rolled back the bound would go with it.
            connection.autocommit = True
            connection.execute(statement_timeout.as_sql())
    except Error:
        # A server that hangs would hold up the check of each.
        if not outage.is_on():
            connection._pool.check()
        raise
