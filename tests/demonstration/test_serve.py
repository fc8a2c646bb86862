"""`manage.py serve`: a site of one's own, empty at first, on the embedded database."""

import json
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.lanes import clean_environment
from tests.own_site import GREETING, started
from tests.services import process, wait_until


def answer(port: int, path: str) -> tuple[int, str]:
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", path)
        found = line.getresponse()
        return found.status, found.read().decode()
    finally:
        line.close()


def test_a_new_site_is_empty_closed_to_strangers_and_has_a_link_for_its_first_administrator(tmp_path: Path) -> None:
    with started(tmp_path) as (serve, port):
        found = GREETING.search(serve.output)
        assert found and found[1] == str(port), serve.output
        assert "Today is" not in serve.output and "Accounts to log in with" not in serve.output
        assert answer(port, "/readyz")[0] == 200
        assert answer(port, "/")[0] == 302
        assert answer(port, found[2])[0] == 302
    with started(tmp_path) as (serve, port):
        again = GREETING.search(serve.output)
        assert again and again[2] != found[2]
        status, page = answer(port, found[2])
        assert status == 200 and 'type="password"' not in page


def test_the_folder_of_the_demonstration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps({"PILOTZONE_TODAY": "2023-08-29"}))
    with started(tmp_path) as (serve, _port):
        assert not serve.is_alive
        assert f"The folder {tmp_path} holds the demonstration" in serve.output
        assert "Traceback" not in serve.output


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_each_has_its_help(command: str) -> None:
    with process([sys.executable, "manage.py", command, "--help"], clean_environment()) as one:
        wait_until(lambda: not one.is_alive, "its end", 60)
        assert "Ctrl-C ends it." in " ".join(one.output.split()) and "--port" in one.output
