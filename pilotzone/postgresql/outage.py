"""PostgreSQL that is away or hangs: who finds out waits two seconds, and whoever comes then is refused at once.

A server that was stopped ends no statement by its own time-out, and the system goes on confirming what is sent to it.
So a thread looks at statements that take long, asks the server for a sign of life, and cuts their connections where
there is none.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import OperationalError

# Seconds: how long a statement may take before the server is asked whether it lives, and how long that may take.
PATIENCE = 1.0
SIGN_OF_LIFE = 0.5
LOOK_EVERY = 0.25
# How long nobody tries again.
REST = 2.0

# The first message of a client that asks for encryption: PostgreSQL answers it with one letter, before any log-in.
_SSL_REQUEST = bytes.fromhex("0000000804d2162f")

_refused_until = 0.0
_lock = threading.Lock()
_watcher: threading.Thread | None = None


@dataclass(eq=False)
class _Wait:
    """Somebody waits for the server, on a connection of psycopg."""

    connection: Any
    since: float = field(default_factory=time.monotonic)
    is_cut: bool = False

    @property
    def is_long(self) -> bool:
        return not self.is_cut and time.monotonic() - self.since > PATIENCE


_waits: set[_Wait] = set()


class DatabaseAway(OperationalError):
    """Nobody tried: just now it did not answer."""


def is_on() -> bool:
    """Return whether the database was unreachable a moment ago, so that no request tries to connect yet."""
    return time.monotonic() < _refused_until


def check() -> None:
    """Raises DatabaseAway while nobody is to try."""
    if is_on():
        raise DatabaseAway("The database did not answer just now.")


def begin() -> None:
    global _refused_until
    _refused_until = time.monotonic() + REST


@contextlib.contextmanager
def watched(connection: Any) -> Iterator[None]:
    """Watch a connection while it waits for the server; `connection` is psycopg's. It is cut where the server gives no
    sign of life."""
    wait = _Wait(connection)
    _waits.add(wait)
    _start_watcher()
    try:
        yield
    finally:
        _waits.remove(wait)


def is_alive(host: str, port: int) -> bool:
    """Return whether the server answers; `host` may be the folder of its socket."""
    try:
        with _connected(host, port) as client:
            client.sendall(_SSL_REQUEST)
            return client.recv(1) in (b"S", b"N")
    except OSError:
        return False


def _connected(host: str, port: int) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, port), timeout=SIGN_OF_LIFE)
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(SIGN_OF_LIFE)
    client.connect(f"{host}/.s.PGSQL.{port}")
    return client


def _start_watcher() -> None:
    global _watcher
    if _watcher is None:
        with _lock:
            if _watcher is None:
                _watcher = threading.Thread(target=_watch, name="postgresql-watcher", daemon=True)
                _watcher.start()


def _watch() -> None:
    while True:
        time.sleep(LOOK_EVERY)
        late = [wait for wait in _waits.copy() if wait.is_long]
        if late and not _has_living_server(late[0].connection):
            begin()
            for wait in late:
                wait.is_cut = True
                _cut(wait.connection)


def _has_living_server(connection: Any) -> bool:
    """Return whether the server of a connection answers; also True for one that is closed already, since nobody waits
    for an answer there."""
    try:
        return is_alive(connection.info.host, connection.info.port)
    except OperationalError:
        return True


def _cut(connection: Any) -> None:
    """Whoever waits on it gets psycopg's error of a lost connection."""
    with contextlib.suppress(OSError, OperationalError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def _forget_watcher() -> None:
    """Threads are not there in a forked process."""
    global _watcher
    _watcher = None
    _waits.clear()


os.register_at_fork(after_in_child=_forget_watcher)
