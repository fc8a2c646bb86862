"""Measures pages, API and rollups against the budgets of docs/performance.md: `./run bench`."""

import argparse
import gzip
import json
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import psycopg

from benchmarks import load, serving
from benchmarks.load import NotMeasured, Timings, fetch
from benchmarks.report import Finding, table
from tests import services
from tests.lanes import termination_like_ctrl_c

RESULTS = Path(__file__).parent / "results" / "latest.json"
EMPTY = "/benchmark/empty/"
# What a reader waits for, and how many times an empty view it may take.
PAGES = (
    ("empty view", EMPTY, None),
    ("overview, warm", "/", 6),
    ("overview, cold", "/benchmark/cold-overview/", 60),
    ("measures page, 250 rows", "/measures/?page_size=250", 40),
    ("projects page, 50 rows", "/projects/", 40),
)
ROUNDS = 3
UNMEASURED = (
    "100 and 1,000 times the data; NDJSON in constant memory; from an accepted report to every total;"
    " the overview in a browser; the size of an installation"
)


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"bench: {message}; ./run bench --help lists what it knows.\n")


class Progress:
    """A line on stderr that says what is going on; on a terminal it replaces itself."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.overwrites = sys.stderr.isatty()

    def __call__(self, what: str) -> None:
        line = f"{time.monotonic() - self.start:4.0f} s  {what} …"
        print(f"\r\033[K{line}" if self.overwrites else line, end="" if self.overwrites else "\n", file=sys.stderr)
        sys.stderr.flush()

    def clear(self) -> None:
        if self.overwrites:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, *, quick: bool, home: Path) -> None:
        self.quick = quick
        self.home = home
        self.findings: list[Finding] = []
        self.machine = serving.machine()
        self.versions: dict[str, str] = {}
        self.say = Progress()

    def add(self, what: str, database: str = "", **values: Any) -> None:
        self.findings.append(Finding(what, database, **values))

    def sqlite(self) -> None:
        data = self.home / "sqlite"
        self.say("SQLite: first start of the demonstration")
        with serving.demo(data) as site:
            self.add("demo, first start", "SQLite", measured=site.seconds_to_start, budget=60, unit="s")
        self.say("SQLite: second start")
        with serving.demo(data) as site:
            self.add("demo, second start", "SQLite", measured=site.seconds_to_start, budget=10, unit="s")
            self.measure(site, "SQLite")
            self.first_visit(site)

    def postgresql(self) -> None:
        self.say("PostgreSQL: starting a server")
        try:
            with services.postgresql() as server:
                self.say("PostgreSQL: first start of the demonstration")
                with serving.demo(self.home / "postgresql", server.url) as site:
                    # A server that has run for a minute has done this by itself; plans are poor before.
                    with psycopg.connect(server.url, autocommit=True) as connection:
                        connection.execute("VACUUM ANALYZE")
                    self.measure(site, "PostgreSQL")
        except services.Missing as missing:
            self.add("everything", "PostgreSQL", note=str(missing))

    def measure(self, site: serving.Site, database: str) -> None:
        self.pages(site, database)
        if memory := site.memory:
            parts = " + ".join(f"{part / 1e6:.0f}" for part in memory)
            self.add(
                "memory, 2 workers", database, measured=sum(memory) / 1e6, budget=250, unit="MB", note=f"{parts} MB"
            )
        else:
            self.add("memory, 2 workers", database, note="only Linux tells")
        self.inside(site, database)

    def pages(self, site: serving.Site, database: str) -> None:
        timings = {path: Timings() for _, path, _ in PAGES}
        problems: dict[str, str] = {}
        rounds = 1 if self.quick else ROUNDS
        # In turns, so that what else the machine does falls on all alike.
        for turn in range(rounds):
            for what, path, _ in PAGES:
                self.say(f"{database}: {what}, round {turn + 1} of {rounds}")
                before = site.cpu_seconds
                try:
                    load.read(site.port, path, timings[path], requests=400, seconds=0.7 if self.quick else 2)
                except NotMeasured as reason:
                    problems[path] = str(reason)
                timings[path].cpu_seconds += site.cpu_seconds - before
        empty = timings[EMPTY]
        for what, path, budget in PAGES:
            if path in problems:
                self.add(what, database, note=problems[path])
                continue
            times = timings[path]
            baseline = None if path == EMPTY else empty.p50
            note = f"{times.cpu:.3g} ms CPU" + (f", {times.cpu / empty.cpu:.3g} x" if baseline and empty.cpu else "")
            self.add(
                what,
                database,
                measured=times.p50,
                baseline=baseline,
                budget=budget,
                unit="ms",
                p95=times.p95,
                note=note if times.cpu else "",
            )

    def inside(self, site: serving.Site, database: str) -> None:
        command = [sys.executable, "-m", "benchmarks.inside", *(["--quick"] if self.quick else [])]
        with subprocess.Popen(
            command,
            cwd=services.ROOT,
            env=site.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=(self.home / "inside.log").open("w"),
            text=True,
        ) as process:
            self.say(f"{database}: API, NDJSON and rollups")
            output = process.communicate()[0]
        if process.returncode:
            lines = (self.home / "inside.log").read_text().splitlines()
            raise RuntimeError(f"the measurement inside Django failed: {lines[-1] if lines else 'it said nothing'}")
        found = json.loads(output)
        self.versions[database] = found["database"]

        def add(what: str, step: str, name: str = "measured", **values: Any) -> None:
            part = found[step]
            if problem := part.get("wrong") or part.get("not measured"):
                self.add(what, database, note=problem, is_wrong="wrong" in part)
            elif name in part:
                self.add(what, database, measured=part[name], baseline=part.get("baseline"), **values)

        add("overview, queries", "overview queries", "queries", budget=15)
        add("API, 100 projects, CPU", "api", budget=1 / 3, unit="ms")
        add("NDJSON, every project", "ndjson", budget=3, unit="ms")
        add("rebuild of all cells", "rebuild", budget=1.5, unit="ms")
        found["rebuild"].pop("baseline", None)
        add("rebuild, queries", "rebuild", "queries", budget=20)

    def first_visit(self, site: serving.Site) -> None:
        """Kilobytes of the overview and what its head asks for, compressed as a server in front would (gzip -6)."""
        what = "first visit, compressed"
        response, page = fetch(site.port, "/")
        if response.status != 200:
            self.add(what, note=f"/ answered {response.status}")
            return
        parser = Resources()
        parser.feed(page.decode())
        sizes = [len(gzip.compress(page, 6))]
        sent = _sent(site.port, "/")
        for address in parser.found:
            target = urlsplit(urljoin("/", address))
            path = f"{target.path}?{target.query}" if target.query else target.path
            response, body = fetch(site.port, path)
            if response.status != 200:
                self.add(what, note=f"{path} answered {response.status}")
                return
            sizes.append(len(gzip.compress(body, 6)))
            sent += _sent(site.port, path)
        note = f"{len(sizes)} files; the demonstration sends {sent / 1000:.0f} KB"
        self.add(what, measured=sum(sizes) / 1000, budget=100, unit="KB", note=note)


class Resources(HTMLParser):
    """The stylesheets and scripts that a page names, but for the chart script, which comes later."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = values.get("src") if tag == "script" else None
        if tag == "link" and "stylesheet" in (values.get("rel") or "").split():
            address = values.get("href")
        if address and "plotly.min" not in address and address not in self.found:
            self.found.append(address)


def _sent(port: int, path: str) -> int:
    return len(fetch(port, path, **{"Accept-Encoding": "br, gzip"})[1])


def save(bench: Bench, seconds: float) -> None:
    RESULTS.parent.mkdir(exist_ok=True)
    result = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": bench.quick,
        "seconds": round(seconds),
        "machine": bench.machine | bench.versions,
        "findings": [finding.as_json() for finding in bench.findings],
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    parser = Parser(
        prog="./run bench",
        allow_abbrev=False,
        description="Measures pages, API and rollups of the demonstration's data against their budgets, on throwaway"
        " servers of its own: SQLite, and PostgreSQL where it is installed. Takes about two minutes.",
        epilog="Ends with 1 when something could not be measured or the compared rows differ; a budget that is over"
        " is a finding, not a failure. docs/performance.md says what each line means.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: half a minute, rough figures")
    options = parser.parse_args(arguments)
    start = time.monotonic()
    try:
        with termination_like_ctrl_c(), ExitStack() as stack:
            bench = Bench(quick=options.quick, home=stack.enter_context(services.folder("pilotzone-bench-")))
            try:
                bench.sqlite()
                bench.postgresql()
            finally:
                bench.say.clear()
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    except (RuntimeError, TimeoutError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - start
    print(table(bench.findings))
    about = bench.machine
    print(f"\n{about['cores']} cores ({about['processor']}), {about['memory_gb']} GB, Python {about['python']}", end="")
    print("".join(f", {version}" for version in bench.versions.values()))
    if about["load"] > about["cores"] / 2:
        print(f"Other work was going on (load {about['load']} at the start): judge by the CPU figures.")
    print(f"Not measured yet: {UNMEASURED}.")
    save(bench, seconds)
    print(f"{seconds:.0f} seconds; written to {RESULTS.relative_to(services.ROOT)}")
    return 1 if any(finding.is_wrong or finding.measured is None for finding in bench.findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
