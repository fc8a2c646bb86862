"""The bench: each step measures some lines on some data, and adds what it found to the results."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import growth, serving, sizes, under_load
from benchmarks.growth import Data
from benchmarks.lines import Results
from tests import services
from tests.crowd import read

# Longer than any group of lines takes on the largest data, in seconds.
PATIENCE = 3600


@dataclass
class Bench:
    """`times`: how often each line is taken; `is_smoke`: on one database alone, with the least data, and a few users
    of a load, too."""

    home: Path
    sizes: Sequence[int]
    times: int
    is_smoke: bool = False
    results: Results = field(default_factory=Results)
    # What could not be measured, in words.
    failures: list[str] = field(default_factory=list)
    begin: float = field(default_factory=time.monotonic)

    def say(self, what: object) -> None:
        print(f"{time.monotonic() - self.begin:4.0f} s  {what} …", file=sys.stderr, flush=True)

    def add(self, name: str, data: object, value: float, note: str = "") -> None:
        self.results.add(name, str(data), value, note)

    def inside(self, group: str, data: Data, environment: Mapping[str, str] | None = None) -> None:
        """Has a process of the site measure a group of lines. What goes wrong there, it says itself."""
        self.say(f"{data}: {group}")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.inside", group, str(self.times)],
            cwd=services.ROOT,
            # What it measures is made each time.
            env={**(environment or data.environment), "PILOTZONE_PAGE_CACHE_SECONDS": "0"},
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
        )
        for line in done.stdout.splitlines():
            self.add(data=data, **json.loads(line))
        if done.returncode:
            self.failures.append(f"{data}: {group}")

    def sqlite(self) -> None:
        first = Data("SQLite", 1, self.home / "SQLite-1")
        if not self.is_smoke:
            self.inside("empty", Data("SQLite", 1, self.home / "SQLite-empty"))
        for which in ("first", "second"):
            self.say(f"{first}: {which} start of the demonstration")
            with serving.demo(first.environment) as site:
                self.add(f"demonstration, {which} start", first, site.seconds_to_start)
                if which == "second":
                    self.served(site, first)
        if not self.is_smoke:
            for data in self.grown(first, [size for size in self.sizes if size <= growth.LARGEST_SQLITE]):
                self.inside("site", data)

    def served(self, site: serving.Site, data: Data) -> None:
        self.add("first visit, compressed", data, sizes.first_visit(site.port) / 1000)
        parts = {name: size / 1e6 for name, size in sizes.installation(data.folder).items()}
        note = ", ".join(f"{name} {size:.0f} MB" for name, size in parts.items())
        self.add("installation", data, sum(parts.values()), note)
        read(site.port, readers=4, seconds=self.times)
        used = [each / 1e6 for each in site.memory]
        self.add("memory of a web process", data, max(used), " + ".join(f"{each:.0f}" for each in used) + " MB")

    def postgresql(self) -> None:
        self.say("PostgreSQL: starting a server")
        with services.postgresql({} if self.is_smoke else growth.POSTGRESQL_OPTIONS) as server:
            first = Data("PostgreSQL", 1, self.home / "PostgreSQL-1", server.url)
            if self.is_smoke:
                self.inside("small", first)
            else:
                empty = Data("PostgreSQL", 1, self.home / "PostgreSQL-empty", server.create_database("empty"))
                self.inside("empty", empty)
                self.say(f"{first}: first start of the demonstration")
                with serving.demo(first.environment):
                    pass
            growth.tidy(first)
            all_data = self.grown(first, self.sizes, server)
            for data in all_data:
                self.inside("site", data)
            # Last, since it changes the data.
            for data in all_data:
                self.accept(data)
            if self.is_smoke:
                self.load(self.home / "load", server, 3, 3, is_filled=True)

    def grown(self, first: Data, sizes: Sequence[int], server: services.PostgreSQL | None = None) -> list[Data]:
        found = [first]
        for size in sizes:
            if size > first.size:
                self.say(f"{first.database} {size:,}x: adding plans")
                found.append(growth.grow(found[-1], size, self.home, server))
        return found

    def accept(self, data: Data) -> None:
        """Accepted reports at a steady pace, and two Celery workers that bring them into the totals."""
        with services.redis() as broker:
            names = {**data.environment, "REDIS_URL": f"{broker.url}/0"}
            with serving.workers(names) as workers:
                self.inside("accepting", data, names)
                used = max(sum(serving.memory(each)) for each in workers)
            self.add("memory of a Celery worker", data, used / 1e6, "with two processes")

    def load(
        self, folder: Path, server: services.PostgreSQL, users: int, seconds: int, *, is_filled: bool = False
    ) -> None:
        self.say(f"{users} users at work")
        found = under_load.observe(folder, server, users, seconds, is_filled=is_filled)
        data = f"{users} users"
        self.add("users at work, answers a second", data, found.a_second)
        self.add(
            "users at work, p95", data, found.p95, f"p50 {found.p50:.0f}, p99 {found.p99:.0f} ms; {found.processors}"
        )
        for which, storm in found.storms.items():
            note = f"{storm.turned_away} of {storm.tried} log-ins were told to come again"
            self.add(f"filing beside {which} log-ins, p95", data, storm.filing, note)
            self.add(f"reading beside {which} log-ins, p95", data, storm.reading)
        self.failures += found.wrong
