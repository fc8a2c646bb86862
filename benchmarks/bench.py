"""What is measured, on which data, and against what."""

import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from benchmarks import growth, serving, sizes
from benchmarks.child import Child, child
from benchmarks.growth import Data
from benchmarks.load import NotMeasured, Timings
from benchmarks.pages import EMPTY, PAGES, time_pages
from benchmarks.report import Finding, say
from tests import services

EVERY_PROJECT = "/benchmark/every-project/?format=ndjson"
# How many times as long as at 1x something may take that must not grow with the data.
SAME = 1.2
ROUNDS, QUICK_ROUNDS = 6, 2
# The same for p99 of accepted reports while the log is sealed: one of two hundred decides it.
SEALED = 2

# Reports accepted a second, and for how many seconds.
PACE, SECONDS, QUICK_SECONDS = 20, 10, 3
# Rows of a workbook; the most seconds that its preview and its load may take, where that is bounded.
LOADS = ((3_186, 5, 10), (20_000, None, None))
QUERIES_PER_THOUSAND = 20
# The export is read whole at this size: 318,600 rows.
EXPORT_SIZE = 100


class Bench:
    def __init__(self, *, sizes: Sequence[int], quick: bool, only_pages: bool, home: Path) -> None:
        self.sizes = sizes
        self.quick = quick
        self.only_pages = only_pages
        self.home = home
        self.findings: list[Finding] = []
        self.machine = serving.machine()
        self.versions: dict[str, str] = {}
        # By size: the plans of both sides of the rebuild.
        self.plans: dict[int, dict[str, list[str]]] = {}

    def add(self, what: str, data: Data | None = None, **values: Any) -> None:
        database, size = (data.database, data.size) if data else ("", 0)
        self.findings.append(Finding(what, database, size, **values))

    def sqlite(self) -> None:
        first = Data("SQLite", 1, self.home / "SQLite-1")
        say(f"{first}: first start of the demonstration")
        with serving.demo(first.environment) as site:
            self.add("demo, first start", first, measured=site.seconds_to_start, budget=60, unit="s")
        say(f"{first}: second start")
        with serving.demo(first.environment) as site:
            self.add("demo, second start", first, measured=site.seconds_to_start, budget=10, unit="s")
            self.first_visit(site)
        self.installation(first)
        self.read_and_refresh(self.grown(first, [size for size in self.sizes if size <= growth.LARGEST_SQLITE]))

    def postgresql(self) -> None:
        try:
            say("PostgreSQL: starting a server")
            with services.postgresql(growth.POSTGRESQL_OPTIONS) as server:
                first = Data("PostgreSQL", 1, self.home / "PostgreSQL-1", server.url)
                say(f"{first}: first start of the demonstration")
                with serving.demo(first.environment):
                    pass
                growth.tidy(first)
                all_data = self.grown(first, self.sizes, server)
                self.read_and_refresh(all_data)
                # Last, since it changes the data.
                if not self.only_pages:
                    self.accept(all_data)
        except services.Missing as missing:
            self.findings.append(Finding("everything", "PostgreSQL", note=str(missing)))

    def grown(self, first: Data, sizes: Sequence[int], server: services.PostgreSQL | None = None) -> list[Data]:
        found = [first]
        for size in sizes:
            if size > first.size:
                try:
                    found.append(growth.grow(found[-1], size, self.home, server))
                except (NotMeasured, TimeoutError) as reason:
                    self.findings.append(Finding("everything", first.database, size, note=str(reason)))
        return found

    def first_visit(self, site: serving.Site) -> None:
        try:
            visit = sizes.first_visit(site.port)
        except NotMeasured as reason:
            self.add("first visit, compressed", note=str(reason))
            return
        note = f"{visit.files} files; the demonstration sends {visit.sent / 1000:.0f} KB"
        self.add("first visit, compressed", measured=visit.compressed / 1000, budget=100, unit="KB", note=note)

    def installation(self, data: Data) -> None:
        parts = sizes.installation(data.folder)
        note = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in parts.items())
        self.add("installation", measured=sum(parts.values()) / 1e6, budget=300, unit="MB", note=note)

    def read_and_refresh(self, all_data: Sequence[Data]) -> None:
        """All that leaves the data as they are. The first site stays beside each larger one: what must not grow is
        measured on both in turns.
        """
        first = all_data[0]
        with serving.demo(first.environment) as first_site, child(first.environment) as first_inside:
            for data in all_data:
                with ExitStack() as stack:
                    site, inside = first_site, first_inside
                    if data is not first:
                        say(f"{data}: starting the site")
                        site = stack.enter_context(serving.demo(data.environment))
                        inside = stack.enter_context(child(data.environment))
                    self.pages(site, data, first_site)
                    self.memory(site, data)
                    if not self.only_pages:
                        self.inside(inside, data)
                        self.refresh(inside, data, first_inside)
                        if data is first:
                            self.loads(inside, data)

    def pages(self, site: serving.Site, data: Data, first: serving.Site) -> None:
        say(f"{data}: pages")
        same = [page for page in PAGES if page.same and site is not first]
        targets = [*((site, page) for page in PAGES), *((first, page) for page in same)]
        timings = time_pages(targets, QUICK_ROUNDS if self.quick else ROUNDS)
        for page in PAGES:
            times = timings[site, page]
            self.page(page.what, data, times, None if page is EMPTY else timings[site, EMPTY], page.budget)
            if page.counted and not times.problem:
                a_second = f"{page.what}, answers a second"
                self.add(a_second, data, measured=times.a_second, budget=page.least, is_floor=True)
            if page in same:
                self.page(f"{page.what}, against 1x", data, times, timings[first, page], SAME)

    def page(self, what: str, data: Data, times: Timings, against: Timings | None, budget: float | None) -> None:
        if problem := times.problem or (against and against.problem):
            self.add(what, data, note=problem)
            return
        note = f"{times.cpu:.3g} ms CPU" if times.cpu else ""
        if against and against.cpu:
            note += f", {times.cpu / against.cpu:.3g} x"
        baseline = against.p50 if against else None
        self.add(what, data, measured=times.p50, baseline=baseline, budget=budget, unit="ms", p95=times.p95, note=note)

    def memory(self, site: serving.Site, data: Data) -> None:
        what = "memory, 2 web workers"
        if not (memory := site.memory):
            self.add(what, data, note="only Linux tells")
            return
        parts = " + ".join(f"{part / 1e6:.0f}" for part in memory)
        self.add(what, data, measured=sum(memory) / 1e6, budget=250, unit="MB", note=f"{parts} MB")
        if data.size == EXPORT_SIZE:
            self.export(site, data)

    def export(self, site: serving.Site, data: Data) -> None:
        """What the web server needs for an export of every row of the site, more than before it."""
        what = "memory of a long export"
        say(f"{data}: export of every project")
        connection = HTTPConnection("127.0.0.1", site.port, timeout=300)
        before, start, rows = sum(site.memory), time.monotonic(), 0
        try:
            with serving.watched(site.process_id) as peaks:
                connection.request("GET", EVERY_PROJECT)
                response = connection.getresponse()
                while chunk := response.read(1 << 20):
                    rows += chunk.count(b"\n")
        finally:
            connection.close()
        if response.status != 200:
            self.add(what, data, note=f"{EVERY_PROJECT} answered {response.status}")
            return
        grown = max(peaks.bytes[site.process_id] - before, 0)
        note = f"{rows:,} rows as NDJSON in {time.monotonic() - start:.0f} s"
        self.add(what, data, measured=grown / 1e6, budget=20, unit="MB", note=note)

    def inside(self, inside: Child, data: Data) -> None:
        enough: dict[str, Any] = {"times": 5, "seconds": 5} if self.quick else {"times": 20, "seconds": 20}

        def ask(step: str, words: str, **values: Any) -> dict[str, Any]:
            say(f"{data}: {words}")
            return inside.ask(step, patience=1800, **values)

        def add(what: str, part: dict[str, Any], name: str = "measured", **values: Any) -> None:
            if problem := part.get("wrong") or part.get("not measured"):
                self.add(what, data, note=problem, is_wrong="wrong" in part)
            elif name in part:
                baseline = part.get("baseline") if name == "measured" else None
                self.add(what, data, measured=part[name], baseline=baseline, **values)

        about = ask("about", "looking")
        self.versions[data.database] = about["version"]
        self.add("months of projects", data, measured=about["months"])
        add("overview, queries", ask("overview queries", "queries of the overview"), "queries", budget=25)
        add("API, 100 projects, CPU", ask("api", "API", **enough), budget=1 / 3, unit="ms")
        add("NDJSON, every project of a plan", ask("ndjson", "NDJSON", **enough), budget=3, unit="ms")
        if data.size == EXPORT_SIZE:
            whole = ask("ndjson", "NDJSON of every project", **enough, whole_site=True)
            add("NDJSON, every project of the site", whole, budget=3, unit="ms")
        rebuild = ask("rebuild", "full rebuild and plain SQL in turns", **enough)
        note = f"{rebuild.get('cells', 0):,} cells"
        add("rebuild of all cells", rebuild, budget=1.5, unit="ms", note=note)
        add("rebuild, queries", rebuild, "queries", budget=20)
        if "baseline" in rebuild:
            self.plans[data.size] = ask("rebuild plans", "plans of the rebuild")

    def refresh(self, inside: Child, data: Data, first: Child) -> None:
        """The refresh after one accepted report or month, and after a busy second or two."""
        turns = 10 if self.quick else 40
        self.refresh_in_turns("refresh of one cell", "refresh", inside, data, first, turns=turns, cells=1)
        few = {"turns": turns // 4, "budget": None}
        self.refresh_in_turns("refresh of 50 cells", "refresh", inside, data, first, **few, cells=50)
        self.refresh_in_turns("refresh of one accepted month", "refresh month", inside, data, first, turns=turns)

    def refresh_in_turns(
        self,
        what: str,
        step: str,
        inside: Child,
        data: Data,
        first: Child,
        *,
        turns: int,
        budget: float | None = SAME,
        **asked: Any,
    ) -> None:
        spent: dict[Child, list[float]] = {inside: [], first: []}
        say(f"{data}: {what}")
        for turn in range(-2, turns):
            for each in spent:
                found = each.ask(step, turn=turn + 2, **asked)
                if problem := found.get("wrong"):
                    self.add(what, data, note=problem, is_wrong=True)
                    return
                if turn >= 0:
                    spent[each].append(found["measured"])
        measured = statistics.median(spent[inside])
        if inside is first:
            self.add(what, data, measured=measured, unit="ms")
        else:
            baseline = statistics.median(spent[first])
            self.add(f"{what}, against 1x", data, measured=measured, baseline=baseline, budget=budget, unit="ms")

    def loads(self, inside: Child, data: Data) -> None:
        """A workbook of projects: those of the plan, each changed, and many new ones beside them."""
        for rows, preview_budget, load_budget in LOADS:
            say(f"{data}: a workbook of {rows:,} rows")
            found = inside.ask("load workbook", patience=600, rows=rows, times=1 if self.quick else 3)
            if problem := found.get("not measured"):
                self.add(f"load of {rows:,} rows", data, note=problem)
                continue
            plain = f"{found['load'] / found['baseline']:.1f} x a plain insertion"
            self.add(f"preview of {rows:,} rows", data, measured=found["preview"], budget=preview_budget, unit="s")
            self.add(f"load of {rows:,} rows", data, measured=found["load"], budget=load_budget, unit="s", note=plain)
            queries = rows * QUERIES_PER_THOUSAND // 1000
            self.add(f"load of {rows:,} rows, queries", data, measured=found["queries"], budget=queries)
            memory = found["megabytes"]
            note = "" if memory else "only Linux tells"
            self.add(f"memory of {rows:,} rows", data, measured=memory, budget=300, unit="MB", note=note)

    def accept(self, all_data: Sequence[Data]) -> None:
        """Accepted reports at a steady pace, and two Celery workers that bring them into the totals."""
        for data in all_data:
            try:
                with services.redis() as broker:
                    names = {**data.environment, "REDIS_URL": f"{broker.url}/0"}
                    say(f"{data}: starting two Celery workers")
                    with serving.workers(names) as workers, child(names) as inside:
                        self.accept_with(workers, inside, data)
            except services.Missing as missing:
                self.add("accepted report to total, p99", data, note=str(missing))

    def accept_with(self, workers: Sequence[services.Process], inside: Child, data: Data) -> None:
        seconds = QUICK_SECONDS if self.quick else SECONDS
        process_ids = [worker.popen.pid for worker in workers]
        with serving.watched(*process_ids) as peaks:
            inside.ask("wait for workers", number=len(workers))
            say(f"{data}: filing {PACE * seconds} reports")
            inside.ask("file reports", patience=300, number=PACE * seconds)
            say(f"{data}: accepting {PACE} reports a second")
            found = inside.ask("accept reports", patience=300, per_second=PACE)
            inside.ask("seal all", patience=900)
            inside.ask("file reports", patience=300, number=PACE * seconds)
            say(f"{data}: the same while the log is sealed")
            sealed = inside.ask("accept reports", patience=300, per_second=PACE, sealing=True)
            say(f"{data}: full rebuild and verification by a worker")
            tasks = inside.ask("tasks", patience=1500)
        self.accepted("accepted report to total, p99", found, tasks, data, budget=1000)
        both = "accepted report to total, p99, while the log is sealed"
        self.accepted(both, sealed, tasks, data, against=found, budget=SEALED)
        self.add("verification by a worker", data, measured=tasks["verify"], unit="s", note=f"{tasks['cells']:,} cells")
        if peaks.bytes:
            each = " and ".join(f"{used / 1e6:.0f}" for used in peaks.bytes.values())
            note = f"{each} MB; each with two processes, through a full rebuild and a verification"
            most = max(peaks.bytes.values()) / 1e6
            self.add("memory of a Celery worker, peak", data, measured=most, budget=300, unit="MB", note=note)
        else:
            self.add("memory of a Celery worker, peak", data, note="only Linux tells")

    def accepted(
        self,
        what: str,
        found: dict[str, Any],
        tasks: dict[str, Any],
        data: Data,
        *,
        budget: float,
        against: dict[str, Any] | None = None,
    ) -> None:
        """`budget`: milliseconds, or how many times as long as `against`, the same run without the sealing."""
        times = found["milliseconds"]
        wrong = [
            *found["errors"],
            *([f"{found['lost']} reports never came into the totals"] if found["lost"] else []),
            *([f"{tasks['differing']} cells are wrong"] if tasks["differing"] else []),
            *([f"{found['failed runs']} runs failed"] if found["failed runs"] else []),
            *([f"the log has {found['faults of the log']} faults"] if found["faults of the log"] else []),
        ]
        if wrong or not times or (against and not against["milliseconds"]):
            self.add(what, data, note="; ".join(wrong) or "nothing was accepted", is_wrong=True)
            return
        pace = f"{found['accepted']} reports in {found['seconds']:.1f} s, at most {found['late'] * 1000:.0f} ms late"
        note = f"p50 {statistics.median(times):.0f}, longest {times[-1]:.0f} ms; {pace}"
        note += f"; each accepted within {p99(found['accepting']):.0f} ms (p99)"
        if against:
            note += f", {p99(against['accepting']):.0f} without; {found['sealed']:,} entries sealed"
        baseline = p99(against["milliseconds"]) if against else None
        self.add(what, data, measured=p99(times), baseline=baseline, budget=budget, unit="ms", note=note)


def p99(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100, method="inclusive")[-1]
