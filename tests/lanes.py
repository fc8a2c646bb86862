"""Runs the test suite in its lanes, and says at the end which ones ran: `./run test`.

sqlite    everything that needs no server
browser   the journeys in a real Chromium, on SQLite
postgres  what a second database can tell (all but the browser with --long), on throwaway PostgreSQL and Redis servers,
          and the tests that need these
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from urllib.parse import quote
from xml.etree import ElementTree

from tests import services
from tests.faults import Trial, read_trials, table

LANES = ("sqlite", "browser", "postgres")
NOTHING_SELECTED = 5
# Of pytest. On two cores a third uses what two leave while they wait for browsers, servers and disks.
PROCESSES = "3"


@dataclass
class Lane:
    name: str
    counts: dict[str, int] = field(default_factory=dict)
    reason: str = "the run ended before it"
    failed: bool = False

    @property
    def ran(self) -> bool:
        return sum(self.counts.values()) > 0

    def __str__(self) -> str:
        if not self.ran:
            return f"lane {self.name}: did not run: {self.reason}"
        counts = [f"{number} {word}" for word, number in self.counts.items() if number or word == "passed"]
        return f"lane {self.name}: ran ({', '.join(counts)})"


class Runner:
    def __init__(self, options: argparse.Namespace, pytest_arguments: list[str], home: Path) -> None:
        self.options = options
        self.pytest_arguments = pytest_arguments
        self.home = home
        self.passes = 0
        self.trials: list[Trial] = []
        self.times: dict[str, float] = {}
        self.coverage = home / "coverage"

    def pytest(self, lane: Lane, marks: str, environment: dict[str, str], *, only: str = "") -> None:
        """Run pytest once and add what it counted to the lane. `only`: a mark; files that do not name it are not even
        imported, which takes each process as long as a hundred tests. Where none of them names it, nothing is started.
        """
        if only and not any(names_mark(file, only) for file in files_named(self.pytest_arguments)):
            if not lane.ran:
                lane.reason = "no test of it was selected"
            return
        self.passes += 1
        report = self.home / f"report-{self.passes}.xml"
        data = self.home / f"data-{self.passes}"
        data.mkdir()
        chosen = [only, marks, "" if self.options.long else "not long", self.options.marks]
        command = [sys.executable, *(["-m", "coverage", "run"] if self.options.coverage else [])]
        # One that has done its share takes over what lies before the others: long tests often stand together.
        shares = ["-n", self.options.processes or PROCESSES, "--dist", "worksteal"]
        command += ["-m", "pytest", f"--junitxml={report}", *shares]
        command += ["-m", " and ".join(f"({expression})" for expression in chosen if expression)]
        command += ["--output", str(self.home / "browser"), *self.pytest_arguments]
        ours = {
            "COVERAGE_FILE": str(self.coverage),
            "PILOTZONE_TEST_LANE": lane.name,
            "PILOTZONE_TEST_ONLY": only,
            "PILOTZONE_TEST_LONG": "yes" if self.options.long else "",
            "PILOTZONE_DATA_DIR": str(data),
            "PYTEST_PLUGINS": "tests.isolation",
        }
        lane.reason = "it was interrupted"
        code = run(command, {**clean_environment(), **environment, **ours})
        lane.reason = "no test of it was selected"
        if code not in (0, NOTHING_SELECTED):
            lane.failed = True
            lane.reason = f"pytest ended with code {code}"
        for word, number in read_counts(report).items():
            lane.counts[word] = lane.counts.get(word, 0) + number
        self.trials += read_trials(report, lane.name)
        for file, seconds in read_times(report).items():
            self.times[file] = self.times.get(file, 0) + seconds

    def sqlite(self, lane: Lane) -> None:
        self.pytest(lane, "not browser and not services", {})

    def browser(self, lane: Lane) -> None:
        environment = {
            "PILOTZONE_CHROMIUM": services.find_chromium(),
            # Playwright's event loop runs in the thread in which the tests ask the database.
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        self.pytest(lane, "", environment, only="browser")

    def postgres(self, lane: Lane) -> None:
        with ExitStack() as stack:
            database = stack.enter_context(services.postgresql())
            broker = stack.enter_context(services.redis())
            # On a busy machine the throwaway Redis may take its time, and no test is to go without its cache.
            environment = {
                "DATABASE_URL": database.url,
                "REDIS_URL": f"{broker.url}/0",
                "PILOTZONE_CACHE_TIMEOUT": "10",
                # Tests of twenty people at once have twenty threads in one process.
                "PILOTZONE_DATABASE_CONNECTIONS": "24",
            }
            # What tests write is rolled back, so that the server comes to believe its tables empty, plans loops within
            # loops, and takes minutes over a hundred rows now and then. Where only a loop will do, its cost must not
            # have the statement compiled.
            options = quote("-c enable_nestloop=off -c jit=off")
            steady = {**environment, "DATABASE_URL": f"{database.url}?options={options}"}
            # What only a second database can tell; all of it with --long.
            only = "" if self.options.long else "both_databases"
            self.pytest(lane, "not browser and not services", steady, only=only)
            self.pytest(lane, "not browser", environment, only="services")

    def covered(self) -> bool:
        """Prints which lines no test ran; whether their share is within the floor of pyproject.toml."""
        coverage = [sys.executable, "-m", "coverage"]
        environment = {**os.environ, "COVERAGE_FILE": str(self.coverage)}
        run([*coverage, "combine", "--quiet"], environment)
        return run([*coverage, "report"], environment) == 0


def files_named(arguments: list[str]) -> Iterator[Path]:
    """The files of tests below the paths among pytest's arguments; all, where none is there."""
    paths = [services.ROOT / argument.split("::")[0] for argument in arguments if not argument.startswith("-")]
    for path in [path for path in paths if path.exists()] or [services.ROOT / "tests"]:
        yield from path.rglob("test_*.py") if path.is_dir() else [path]


@cache
def names_mark(path: Path, mark: str) -> bool:
    return f"mark.{mark}" in path.read_text(encoding="utf-8")


def clean_environment() -> dict[str, str]:
    """Return the environment without the site's own settings: a test must never reach a real database."""
    ours = ("DATABASE_URL", "REDIS_URL", "CACHE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith("PILOTZONE_") and name not in ours}


def run(command: list[str], environment: dict[str, str]) -> int:
    with subprocess.Popen(command, cwd=services.ROOT, env=environment) as process:
        try:
            return process.wait()
        except BaseException:
            if not sys.stdin.isatty():  # a terminal's Ctrl-C has reached pytest already
                process.send_signal(signal.SIGINT)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def read_counts(report: Path) -> dict[str, int]:
    if not report.exists():
        return {}
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    failed, errors, skipped = (int(suite.get(name, 0)) for name in ("failures", "errors", "skipped"))
    passed = int(suite.get("tests", 0)) - failed - errors - skipped
    return {"passed": passed, "failed": failed, "errors": errors, "skipped": skipped}


def read_times(report: Path) -> dict[str, float]:
    """Seconds that the tests of each file took, with their fixtures."""
    times: dict[str, float] = {}
    if report.exists():
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            # Of a class, too: tests.measures.test_rules.TestLights.
            file = re.split(r"\.(?=[A-Z])", case.get("classname", ""))[0].replace(".", "/") + ".py"
            times[file] = times.get(file, 0) + float(case.get("time", 0))
    return times


def dearest(times: dict[str, float], number: int = 10) -> list[str]:
    """Lines that name the files which took longest."""
    whole = sum(times.values()) or 1
    longest = sorted(times.items(), key=lambda pair: -pair[1])[:number]
    return [f"{seconds:6.1f} s  {seconds / whole:4.0%}  {file}" for file, seconds in longest]


@contextmanager
def termination_like_ctrl_c() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    yield


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./run test", usage="./run test [--long] [--coverage] [--lane NAME] [pytest arguments]", allow_abbrev=False
    )
    parser.add_argument("--long", action="store_true", help="also the tests marked long")
    parser.add_argument("--coverage", action="store_true", help="also say which lines no test runs")
    parser.add_argument("--lane", action="append", choices=LANES, help="only this lane (may be given twice)")
    parser.add_argument("-m", dest="marks", default="", help=argparse.SUPPRESS)
    parser.add_argument("-n", dest="processes", default="", help=argparse.SUPPRESS)
    options, pytest_arguments = parser.parse_known_args(arguments)
    required = set(os.environ.get("PILOTZONE_REQUIRE_LANES", "").replace(",", " ").split())
    if unknown := required - set(LANES):
        parser.error(f"PILOTZONE_REQUIRE_LANES knows {', '.join(LANES)}, not {', '.join(sorted(unknown))}")

    lanes = [Lane(name) for name in LANES]
    started = time.monotonic()
    interrupted, covered = False, True
    times: dict[str, float] = {}
    try:
        with termination_like_ctrl_c(), services.folder("pilotzone-tests-") as home:
            runner = Runner(options, pytest_arguments, home)
            times = runner.times
            for lane in lanes:
                if options.lane and lane.name not in options.lane:
                    lane.reason = "it was not asked for"
                    continue
                print(f"\nLane {lane.name}", flush=True)
                try:
                    getattr(runner, lane.name)(lane)
                except services.Missing as missing:
                    lane.reason = str(missing)
                except RuntimeError as error:
                    lane.reason, lane.failed = str(error), True
            if options.coverage:
                covered = runner.covered()
            if options.long and runner.trials:
                print("", *table(runner.trials), sep="\n")
    except KeyboardInterrupt:
        interrupted = True

    if times:
        print("", "The files that took longest, in all lanes together:", *dearest(times), sep="\n")
    print(f"\n{time.monotonic() - started:.0f} seconds in all")
    for lane in lanes:
        if lane.name in required and not lane.ran:
            lane.failed = True
            lane.reason += " (and it is required)"
        print(lane, flush=True)
    if interrupted:
        print("interrupted")
        return 130
    return 1 if any(lane.failed for lane in lanes) or not covered else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
