"""The check of a PostgreSQL connection before psycopg's pool hands it out."""

from typing import Any

from psycopg import Error
from psycopg_pool import ConnectionPool


def check(connection: Any) -> None:
    """Raises psycopg's error when the connection is dead, and has the pool check all idle ones.

    After a restart of the server all of them are dead. Left alone, the pool finds that out one by one and waits longer
    each time.
    """
    try:
        ConnectionPool.check_connection(connection)
    except Error:
        connection._pool.check()
        raise
