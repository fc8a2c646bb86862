"""`./run bench --load`: two hundred users who work on a whole site at once, and whether each is answered in time."""

import json
import os
import re
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import serving
from benchmarks.load import fetch
from benchmarks.report import say
from benchmarks.whole_site import WholeSite, whole_site
from tests import services
from tests.services import process, program_path, wait_until

USERS, SECONDS = 200, 120
# Of a hundred.
REPORTERS, EXPORTERS = 8, 2
# Users that come in a second: the hash of each one's password takes a quarter of a second of a processor.
COMING = 2
# Promised for two processors: answers a second to two hundred users, and milliseconds.
LEAST_A_SECOND, MOST_P95 = 50, 300
METRICS_TOKEN = "read-by-the-load-alone"  # of a throwaway site
WEB_SETTINGS = {
    # A proxy keeps its connections to the site open for longer than anybody stays on a page.
    "GUNICORN_CMD_ARGS": "--keep-alive 60",
    "PILOTZONE_PROXIES": "1",
    "PILOTZONE_METRICS_TOKEN": METRICS_TOKEN,
}
HEADS = ("step", "answers", "failures", "p50", "p95", "p99", "longest")


@dataclass(frozen=True)
class Found:
    """Milliseconds of each answer by step; answers by status; failures by what they were."""

    milliseconds: Mapping[str, Sequence[float]]
    statuses: Mapping[str, int]
    failures: Mapping[str, int]
    seconds: float
    # Of locust itself.
    cpu_seconds: float

    @classmethod
    def read(cls, path: Path) -> "Found":
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    @property
    def all(self) -> list[float]:
        return [each for times in self.milliseconds.values() for each in times]

    @property
    def a_second(self) -> float:
        return len(self.all) / self.seconds

    @property
    def refused(self) -> int:
        """Answers of errors of the site, of limits, and connections that broke."""
        return sum(number for status, number in self.statuses.items() if status in ("0", "429") or status >= "500")

    def table(self) -> list[str]:
        rows: list[tuple[str, ...]] = [HEADS]
        for step, times in [*sorted(self.milliseconds.items()), ("all", self.all)]:
            failures = sum(number for text, number in self.failures.items() if step == "all" or f"{step}:" in text)
            spread = (*(hundredth(times, percent) for percent in (50, 95, 99)), max(times))
            rows.append((step, str(len(times)), str(failures), *(f"{each:.0f} ms" for each in spread)))
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
        return [
            "  ".join(
                cell.rjust(width) if column else cell.ljust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]

    def shortcomings(self, users: int) -> list[str]:
        """Of what was promised, in words; a pace in proportion to the users."""
        least = LEAST_A_SECOND * users / USERS
        p95 = hundredth(self.all, 95)
        found = {
            f"{self.refused} answers were 5xx or 429, or none came": self.refused > 0,
            f"{sum(self.failures.values())} steps failed": bool(self.failures),
            f"{self.a_second:.1f} answers a second are fewer than {least:g}": self.a_second < least,
            f"p95 is {p95:.0f} ms, more than {MOST_P95}": p95 > MOST_P95,
        }
        return [text for text, is_so in found.items() if is_so]


def hundredth(times: Sequence[float], percent: int) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1] if len(times) > 1 else times[0]


class Processors:
    """Seconds that each kind of process has taken since the start, by its name, and each process of the web server."""

    def __init__(self, families: Mapping[str, int], web_server: int) -> None:
        self.families, self.web_server = families, web_server
        self.begun, self.before = time.monotonic(), self._taken()
        self.of_workers = serving.cpu_seconds_of_children(web_server)

    def _taken(self) -> dict[str, float]:
        busy = [int(each) for each in Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]]
        # All but waiting, of the whole machine.
        of_all = (sum(busy[:8]) - busy[3] - busy[4]) / os.sysconf("SC_CLK_TCK")
        return {name: serving.cpu_seconds(pid) for name, pid in self.families.items()} | {"the whole machine": of_all}

    def words(self) -> str:
        """Processors that each had on average."""
        seconds, now = time.monotonic() - self.begun, self._taken()
        of_workers = serving.cpu_seconds_of_children(self.web_server)
        # One that was replaced is not there any more.
        web = [(taken - self.of_workers.get(pid, 0)) / seconds for pid, taken in of_workers.items()]
        said = ", ".join(f"{name} {(now[name] - self.before[name]) / seconds:.2f}" for name in now)
        return f"{said}; workers of the web server {', '.join(f'{each:.2f}' for each in web)}"


def run(users: int, seconds: int) -> int:
    """The code with which the process ends: 1 where something is not as it was promised."""
    found, wrong = observe(users, seconds)
    wrong = [*found.shortcomings(users), *wrong]
    if wrong:
        print("\n".join(["Not as promised:", *wrong]))
        return 1
    print(f"As promised: no 5xx, no 429, nobody failed, p95 at most {MOST_P95} ms.")
    return 0


def observe(users: int, seconds: int) -> tuple[Found, list[str]]:
    """Prints what was found; with what is wrong with the totals and the log afterwards."""
    with ExitStack() as stack:
        home = stack.enter_context(services.folder("pilotzone-load-"))
        say("starting PostgreSQL, two Redis, web server, worker and beat")
        server = stack.enter_context(services.postgresql())
        ours = {**WEB_SETTINGS, "PILOTZONE_METRICS_DIR": str(home / "metrics")}
        whole = stack.enter_context(whole_site(home / "data", server.url, **ours))
        (home / "cast.json").write_text(make_cast(whole, users), encoding="utf-8")
        found, processors = measure(whole, server, home, users, seconds)
        print("\n".join(found.table()))
        statuses = ", ".join(f"{number} x {status}" for status, number in sorted(found.statuses.items()))
        print(f"\n{users} users, {found.seconds:.0f} s: {found.a_second:.1f} answers a second; {statuses}")
        print(f"Processors of {os.cpu_count()}: {processors}. The users (locust) take theirs from the same machine.")
        for text, number in list(found.failures.items())[:10]:
            print(f"{number} x {text}")
        return found, checks(whole)


def lookups(whole: WholeSite) -> dict[str, float]:
    """How many pages and answers were found in the cache (`hit`), and not (`miss`)."""
    told = fetch(whole.site.port, "/metrics", Authorization=f"Bearer {METRICS_TOKEN}")[1].decode()
    found = re.findall(r'pilotzone_cache_lookups_total{result="(\w+)"} ([\d.e+]+)', told)
    return {result: float(number) for result, number in found}


def made_anew(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    taken = {result: after[result] - before.get(result, 0) for result in after}
    asked = sum(taken.values())
    return f"{100 * taken.get('hit', 0) / asked:.0f} % of {asked:.0f} came out of the cache" if asked else "none asked"


def make_cast(whole: WholeSite, users: int) -> str:
    reporters, exporters = -(-users * REPORTERS // 100), -(-users * EXPORTERS // 100)
    call = f"from benchmarks.cast import make_cast; make_cast({users}, {reporters + 1}, {exporters + 1})"
    done = whole.manage("shell", "--no-imports", "-c", call)
    if done.returncode:
        raise RuntimeError(f"the accounts could not be made: {done.stderr}")
    return done.stdout


def measure(whole: WholeSite, server: Any, home: Path, users: int, seconds: int) -> tuple[Found, str]:
    names = {"LOAD_CAST": str(home / "cast.json"), "LOAD_FOUND": str(home / "found.json"), "LOAD_SECONDS": str(seconds)}
    command = [sys.executable, "-m", "locust", "-f", "benchmarks/users.py", "--headless", "--only-summary"]
    command += ["--users", str(users), "--spawn-rate", str(COMING), "--host", f"http://127.0.0.1:{whole.site.port}"]
    command += ["--exit-code-on-error", "0"]
    say(f"{users} users come, {COMING:g} a second")
    with process(command, program_path({**os.environ, **names})) as locust:
        wait_until(lambda: "measuring" in locust.output or not locust.is_alive, "all users", 60 + users / COMING)
        families = {"web server": whole.site.process_id, "PostgreSQL": server.process_id, "locust": locust.popen.pid}
        families |= {name: whole.processes[name].popen.pid for name in ("worker", "beat")}
        say(f"measuring for {seconds} s")
        known = lookups(whole)
        processors = Processors(families, whole.site.process_id)
        wait_until(lambda: (home / "found.json").exists() or not locust.is_alive, "the end", seconds + 60)
        words = processors.words() if locust.is_alive else ""
        print(f"Pages: {made_anew(known, lookups(whole))}")
        if not (home / "found.json").exists():
            raise RuntimeError(f"locust ended early: {locust.output[-2000:]}")
        return Found.read(home / "found.json"), words


def checks(whole: WholeSite) -> list[str]:
    """What is wrong with the totals and the log afterwards."""
    found = []
    for command in ("verify_rollups", "verify_audit"):
        done = whole.manage(command)
        print(f"{command}: {(done.stdout.strip().splitlines() or [''])[-1]}")
        if done.returncode:
            found.append(f"{command} ended with {done.returncode}: {done.stderr.strip()[-300:]}")
    return found
