import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from http.client import HTTPConnection, HTTPResponse
from io import StringIO
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import User
from demonstration.accounts import DEMO_ACCOUNTS
from demonstration.management.commands import demo
from tests.factories import make_plan, make_user
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
    settings.PILOTZONE_TODAY = settings.PILOTZONE_FIRST_REPORTING_MONTH = None
    demo.Command()._pin_day()
    day, month = (None, None) if is_read else (date(2023, 8, 29), date(2023, 2, 1))
    assert (day, month) == (settings.PILOTZONE_TODAY, settings.PILOTZONE_FIRST_REPORTING_MONTH)
    assert json.loads(settings.DEMO_FILE.read_text()) == pinned
    assert list(tmp_path.iterdir()) == [settings.DEMO_FILE]


class TestOnAnotherSite:
    """The demonstration on another site: by a DATABASE_URL that was left in the shell, or the data folder of a site."""

    @pytest.fixture(autouse=True)
    def _settings(self, db: None, settings: Any, tmp_path: Path) -> None:
        settings.DEMO_FILE, settings.PILOTZONE_DEMO, settings.DATA_DIR = tmp_path / "demo.json", False, tmp_path

    @pytest.mark.parametrize("is_marked", [False, True])
    @pytest.mark.parametrize("make", [lambda: make_user("mia"), lambda: make_plan("another")], ids=["person", "plan"])
    def test_nothing_is_touched_and_a_sentence_says_why(
        self, settings: Any, tmp_path: Path, make: Callable[[], Any], is_marked: bool
    ) -> None:
        make()
        settings.PILOTZONE_DEMO = is_marked
        before = list(User.objects.values())
        with pytest.raises(CommandError, match=r"holds another site .*nothing of it was changed"):
            call_command("demo", stdout=StringIO())
        assert list(User.objects.values()) == before
        assert list(tmp_path.iterdir()) == []

    def test_the_demonstration_itself_goes_on(self, settings: Any) -> None:
        settings.PILOTZONE_DEMO = True
        for name in DEMO_ACCOUNTS:
            make_user(name)
        make_user("somebody-who-was-invited")
        make_plan(demo.DEMONSTRATION)
        demo.Command()._refuse_another_site()

    def test_an_empty_database_is_filled(self) -> None:
        demo.Command()._refuse_another_site()


OWN_FILES = re.compile(r'(?:href|src|data-plotly)="(/static/[^"]+)"')


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Yield the data folder of two starts: the first one fills it."""
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


@pytest.mark.parametrize(
    "number",
    [pytest.param(signal.SIGINT, id="Ctrl-C"), pytest.param(signal.SIGHUP, id="closed", marks=pytest.mark.long)],
)
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


def test_static_files_have_their_hash_in_the_address_and_are_compressed(data: Path) -> None:
    with started(data) as (_demo, port):

        def ask(address: str, encodings: str) -> tuple[HTTPResponse, bytes]:
            caller = HTTPConnection("127.0.0.1", port, timeout=30)
            caller.request("GET", address, headers={"Accept-Encoding": encodings})
            answer = caller.getresponse()
            return answer, answer.read()

        _answer, page = ask("/", "identity")
        addresses = set(OWN_FILES.findall(page.decode()))
        assert [each for each in addresses if not re.search(r"\.[0-9a-f]{12}\.", each)] == []
        answer, _script = ask(next(each for each in addresses if "plotly.min" in each), "gzip")
        assert answer.getheader("Content-Encoding") == "gzip"
        assert answer.getheader("Cache-Control") == "max-age=31536000, public, immutable"
        # What is read before the charts are drawn.
        first = [ask(each, "gzip")[1] for each in ("/", *addresses) if "plotly.min" not in each]
        assert sum(map(len, first)) < 100_000
        sheet = next(each for each in addresses if "/css/base." in each)
        wait_until(lambda: ask(sheet, "gzip, br")[0].getheader("Content-Encoding") == "br", "a Brotli file", 60)


def test_no_process_outlives_a_server_that_was_killed(data: Path) -> None:
    with started(data) as (demo, port):
        demo.popen.kill()
        demo.popen.wait()
        wait_until(lambda: nobody_listens(port), "the end of the workers")
