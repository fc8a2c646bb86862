"""A hundred clients that send or take a byte a second hold up nobody else."""

import contextlib
import http.client
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.compose import compose_command
from tests.lanes import clean_environment
from tests.migrated_databases import place_migrated
from tests.services import folder, free_port, process, wait_until
from tests.slow_clients import KINDS, SlowClients

CLIENTS = 100
# Seconds, as users were promised.
MOST = {"/healthz": 1, "/accounts/login/": 2}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Yield the port of the web server as compose starts it, on an empty SQLite file."""
    with folder("pilotzone-slow-") as data:
        port = free_port()
        environment = {
            **clean_environment(),
            "PILOTZONE_DATA_DIR": str(data),
            "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port} --log-level warning",
        }
        place_migrated(data)
        with process(compose_command("web"), environment) as web:
            wait_until(lambda: "ready" in answer(port, "/readyz")[1], "the web server's first answer")
            yield port
            assert web.is_alive, web.output


def answer(port: int, address: str) -> tuple[float, str]:
    """How long it took, and what it was."""
    begun = time.monotonic()
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            connection.request("GET", address)
            body = connection.getresponse().read().decode()
    except OSError as error:
        body = str(error)
    return time.monotonic() - begun, body


@pytest.mark.parametrize("kind", KINDS)
def test_they_hold_up_nobody(port: int, kind: str, capsys: Any) -> None:
    slowest = dict.fromkeys(MOST, 0.0)
    with SlowClients(port, kind, CLIENTS) as clients:
        wait_until(lambda: clients.turns >= 2, "bytes of them all")
        for _turn in range(20):
            for address in MOST:
                seconds, body = answer(port, address)
                assert "ok" in body or "<html" in body, body
                slowest[address] = max(slowest[address], seconds)
        assert clients.connected == CLIENTS
    told = ", ".join(f"{address} after {seconds:.2f} s" for address, seconds in slowest.items())
    with capsys.disabled():
        sys.stdout.write(f"\n{CLIENTS} clients with slow {kind}: the slowest {told}\n")
    assert all(slowest[address] <= most for address, most in MOST.items())
