import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from datasets.management.commands import demo
from tests.lanes import clean_environment
from tests.services import Process, folder, free_port, process, wait_until


@pytest.mark.parametrize("is_read", [True, False])
def test_a_day_that_another_start_pinned_is_read_before_going_on(
    settings: Any, monkeypatch: Any, tmp_path: Path, is_read: bool
) -> None:
    monkeypatch.delenv("PILOTZONE_TODAY", raising=False)
    monkeypatch.delenv("PILOTZONE_PUBLIC_READING", raising=False)
    pinned = {
        "PILOTZONE_TODAY": demo.PINNED_DAY,
        "PILOTZONE_FIRST_REPORTING_MONTH": "2023-02",
        "PILOTZONE_PUBLIC_READING": "on",
    }
    settings.DEMO_FILE = tmp_path / "demo.json"
    settings.DEMO_FILE.write_text(json.dumps(pinned))
    settings.PILOTZONE_DEMO = is_read
    starts: list[Any] = []
    monkeypatch.setattr(demo.os, "execv", lambda *words: starts.append(words))
    demo.Command()._pin_day()
    assert len(starts) == (0 if is_read else 1)
    assert json.loads(settings.DEMO_FILE.read_text()) == pinned
    assert list(tmp_path.iterdir()) == [settings.DEMO_FILE]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Of two starts: the first one fills it."""
    with folder("pilotzone-demo-") as path:
        yield path


@contextmanager
def started(data: Path) -> Iterator[tuple[Process, int]]:
    port = free_port()
    environment = {**clean_environment(), "PILOTZONE_DATA_DIR": str(data), "PILOTZONE_WEB_WORKERS": "2"}
    with process([sys.executable, "manage.py", "demo", "--port", str(port)], environment) as one:
        wait_until(
            lambda: f"http://127.0.0.1:{port}/ (Ctrl-C ends it)" in one.output or not one.is_alive, "a greeting", 240
        )
        assert one.is_alive, one.output
        yield one, port


def nobody_listens(port: int) -> bool:
    with socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl-C", "closed"])
def test_a_terminal_ends_the_server_after_the_answers_that_it_has_begun(data: Path, number: int) -> None:
    with started(data) as (demo, port):
        for name, password in json.loads((data / "demo-accounts.json").read_text()).items():
            assert f"  {name:<6} {password}   " in demo.output
        caller = HTTPConnection("127.0.0.1", port, timeout=30)
        caller.request("GET", "/api/v1/projects/?format=ndjson")
        answer = caller.getresponse()
        # A terminal sends it to every process of the command.
        os.killpg(demo.popen.pid, number)
        assert len(answer.read().splitlines()) == 3186
        caller.close()
        assert demo.popen.wait(15) == 0
        assert demo.output.endswith("\nEnding …\n")
        assert nobody_listens(port)


def test_no_process_outlives_a_server_that_was_killed(data: Path) -> None:
    with started(data) as (demo, port):
        demo.popen.kill()
        demo.popen.wait()
        wait_until(lambda: nobody_listens(port), "the end of the workers")
