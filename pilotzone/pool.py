"""What psycopg's pool of connections is told about connections that died."""

from typing import Any

from psycopg import Error
from psycopg_pool import ConnectionPool


def check(connection: Any) -> None:
    """Tries a connection before somebody is given it; raises psycopg's error where it is dead.

    After a restart of the server all idle ones are dead. The pool would find that out one by one and wait longer
    before each, in the end too long: so the first that is found has it look at all of them at once.
    """
    try:
        ConnectionPool.check_connection(connection)
    except Error:
        connection._pool.check()
        raise
