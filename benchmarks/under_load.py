"""`./run bench --load`: two hundred users who work on a whole site at once, and whether each is answered in time."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.whole_site import WholeSite, whole_site
from tests.services import PostgreSQL, process, wait_until

USERS, SECONDS = 200, 120
# Beside them those who log in at once, and for how long each crowd does.
CROWD, STORM_SECONDS = 60, 30
# Fewer are as many of each kind, and hurry.
FEW = 50
# Of a hundred.
REPORTERS, EXPORTERS = 8, 2
# Users that come in a second: the hash of each one's password takes a quarter of a second of a processor.
COMING = 2
# A proxy keeps its connections to the site open for longer than anybody stays on a page.
SETTINGS = {"GUNICORN_CMD_ARGS": "--keep-alive 60", "PILOTZONE_PROXIES": "1"}


@dataclass(frozen=True)
class Storm:
    """Findings beside a crowd that logs in: p95 of what was filed and read, in milliseconds, and how many of the crowd
    were told to come again."""

    filing: float
    reading: float
    tried: int
    turned_away: int


@dataclass(frozen=True)
class Found:
    """Findings of locust once all users had come, and what was wrong at any time; milliseconds of all answers.
    `storms`: by whether the crowd's password is `wrong` or `right`."""

    steps: Sequence[str]
    a_second: float
    p50: float
    p95: float
    p99: float
    wrong: Sequence[str]
    # What the web server took of the machine.
    processors: str
    storms: Mapping[str, Storm]


def observe(folder: Path, server: PostgreSQL, users: int, seconds: float, *, is_filled: bool = False) -> Found:
    """Starts a whole site in an empty folder, and prints locust's table of the steps."""
    with whole_site(folder / "data", server.url, is_filled=is_filled, **SETTINGS) as whole:
        (folder / "cast.json").write_text(_make_cast(whole, users), encoding="utf-8")
        found = _measure(whole, folder, users, seconds)
        wrong = [*found.pop("failures"), *_checks(whole)]
        storms = {which: Storm(**storm) for which, storm in found.pop("storms").items()}
        return Found(**found, wrong=wrong, storms=storms)


def _make_cast(whole: WholeSite, users: int) -> str:
    reporters, exporters = (users if users < FEW else -(-users * share // 100) for share in (REPORTERS, EXPORTERS))
    numbers = f"{users}, {reporters + 1}, {exporters + 1}, {_crowd(users)}"
    call = f"from benchmarks.cast import make_cast; make_cast({numbers})"
    done = whole.manage("shell", "--no-imports", "-c", call)
    if done.returncode:
        raise RuntimeError(f"the accounts could not be made: {done.stderr}")
    return done.stdout


def _crowd(users: int) -> int:
    return CROWD if users >= FEW else CROWD // 10


def _measure(whole: WholeSite, folder: Path, users: int, seconds: float) -> dict[str, Any]:
    result = folder / "found.json"
    names = {"LOAD_CAST": str(folder / "cast.json"), "LOAD_FOUND": str(result), "LOAD_SECONDS": str(seconds)}
    storm_seconds = min(seconds, STORM_SECONDS)
    names |= {"LOAD_FEW": str(users < FEW), "STORM_SECONDS": str(storm_seconds)}
    everybody = users + _crowd(users)
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/users.py", "--headless", "--only-summary"]
    command += ["--loglevel", "WARNING"]
    command += ["--users", str(everybody), "--spawn-rate", str(COMING), "--host", f"http://127.0.0.1:{whole.site.port}"]
    with process(command, {**whole.environment, **names}) as locust:
        wait_until(
            lambda: "measuring" in locust.output or not locust.is_alive, "all users", 120 + 2 * everybody / COMING
        )
        begun, before = time.monotonic(), whole.site.cpu_seconds
        wait_until(lambda: result.exists() or not locust.is_alive, "the end", seconds + 2 * storm_seconds + 60)
        taken = (whole.site.cpu_seconds - before) / (time.monotonic() - begun)
        wait_until(lambda: not locust.is_alive, "the end of locust")
        print(locust.output)
        found: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return found | {"processors": f"the web server took {taken:.2f} processors"}


def _checks(whole: WholeSite) -> list[str]:
    """Return the faults of the totals and the log afterwards, a text for each check that fails."""
    done = {command: whole.manage(command) for command in ("verify_rollups", "verify_audit")}
    return [f"{command}: {each.stdout}{each.stderr[-300:]}" for command, each in done.items() if each.returncode]
