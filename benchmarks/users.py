"""The users of a site as they work: a locustfile, which `benchmarks.under_load` runs.

Most of them read, some report, few take files. Each logs in by the form and comes from an address of its own, which
the one proxy before the site passes on. LOAD_CAST names the file with accounts and rows that `benchmarks.cast` has
made. Once all users are logged in, LOAD_SECONDS are measured, then STORM_SECONDS for each crowd at the log-in; what was
found is then written to LOAD_FOUND as JSON.
"""

import itertools
import json
import os
import random
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import gevent
from gevent.event import Event
from locust import FastHttpUser, between, events, task
from locust.stats import RequestStats, StatsEntry

from benchmarks.forms import checked, form_of, hidden_fields

CAST = json.loads(Path(os.environ["LOAD_CAST"]).read_text(encoding="utf-8"))
LOGIN, WORKSPACE = "/accounts/login/", "/workspace/"
# What people look for: words of names, a code, initials of pinyin.
SEARCHES = ("氢能", "M172", "黄河", "hsfd", "绿色")
FILES = (
    "/api/v1/measures/?format=csv",
    "/api/v1/measures/?format=xlsx",
    "/api/v1/projects/?format=csv&city={city}",
    "/api/v1/projects/?format=xlsx&city={city}",
    "/api/v1/projects/?format=csv",
)
# A few users are as many of each kind, and hurry, so that they come to each step.
ARE_FEW = os.environ["LOAD_FEW"] == "True"
# Saves of what is typed into a report, one every few seconds, before it is submitted.
DRAFTS = 2 if ARE_FEW else 20
# People who log in at the same moment, with a wrong password and with the right one, again and again.
CROWDS = {"wrong": len(CAST["crowd"]), "right": len(CAST["crowd"]) // 2}
# Seconds from one wave of a crowd to the next.
WAVE = 10
_numbers = itertools.count()


class Person(FastHttpUser):
    abstract = True
    # Seconds between two steps.
    wait_time = between(0.1, 0.3) if ARE_FEW else between(1, 5)
    # A proxy asks once more where the site has just closed a connection that rested.
    max_retries = 1
    kind: str

    def on_start(self) -> None:
        number = next(_numbers)
        self.account: dict[str, Any] = CAST[self.kind].pop()
        # Of the networks that are set aside for measuring.
        self.address = f"198.18.{number // 250}.{1 + number % 250}"
        self.chance = random.Random(number)
        self.rests_in_storms = self.kind != "reporters" and number % 10 > 0
        self.come_in()

    def wait(self) -> None:
        super().wait()
        while self.rests_in_storms and storms_rage.is_set():
            gevent.sleep(0.5)

    def come_in(self) -> None:
        self.log_in()
        people_in.append(self.account["name"])

    def ask(
        self, name: str, path: str, *, form: Mapping[str, Any] | None = None, expected: tuple[int, ...] = (200,)
    ) -> str:
        """The text of the answer; empty where another status came, which counts as a failure of the step `name`."""
        headers = {"X-Forwarded-For": self.address, "Accept-Encoding": "gzip", "Accept-Language": "zh-CN,zh;q=0.9"}
        sent = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            sent = urlencode(form)
        with self.client.request(
            "GET" if form is None else "POST",
            path,
            name=name,
            data=sent,
            headers=headers,
            allow_redirects=False,
            catch_response=True,
        ) as answer:
            self.status = answer.status_code
            if self.status not in expected:
                answer.failure(f"{path}: {self.status} instead of {' or '.join(map(str, expected))}")
                return ""
            answer.success()
            is_text = (answer.headers or {}).get("Content-Type", "").startswith("text/html")
            return str(answer.text) if is_text else ""

    def log_in(self) -> None:
        token = hidden_fields(self.ask("log-in: form", LOGIN)).get("csrfmiddlewaretoken", "")
        form = {"csrfmiddlewaretoken": token, "username": self.account["name"], "password": CAST["password"]}
        self.ask("log-in", LOGIN, form=form, expected=(302,))

    def one_of(self, name: str) -> str:
        """A row that is asked for: the first most often, the second half as often, the third a third as often."""
        rows = CAST[name]
        return str(self.chance.choices(rows, [1 / place for place in range(1, len(rows) + 1)])[0])


def _filtered_measures(reader: Person) -> str:
    department, status = reader.one_of("departments"), reader.chance.choice(["in_progress", "completed"])
    filters = ("", f"?department={department}", f"?status={status}", f"?department={department}&status={status}")
    return f"/measures/{reader.chance.choice(filters)}"


def _filtered_projects(reader: Person) -> str:
    filters = (
        f"?city={reader.one_of('cities')}",
        "?behind=yes&ordering=-total_investment",
        f"?page={reader.one_of('pages')}",
    )
    return f"/projects/{reader.chance.choice(filters)}"


# The steps of readers: of about a hundred so many each, and the address.
READING: dict[str, tuple[int, Callable[[Person], str]]] = {
    "overview": (16, lambda one: one.chance.choice(["/", "/", "/", "/?as_of=2023-06-30"])),
    "measures, filtered": (16, _filtered_measures),
    "projects, filtered": (12, _filtered_projects),
    "other lists": (6, lambda one: one.chance.choice(["/problems/", "/indicators/", "/departments/", "/cities/"])),
    "a measure": (16, lambda one: f"/measures/{one.one_of('measures')}/"),
    "a project": (8, lambda one: f"/projects/{one.one_of('projects')}/"),
    "a department": (4, lambda one: f"/departments/{one.one_of('departments')}/"),
    "a city": (4, lambda one: f"/cities/{one.one_of('cities')}/"),
    "search": (8, lambda one: f"/search/?q={quote(one.chance.choice(SEARCHES))}"),
    "charts": (
        8,
        lambda one: one.chance.choice(["/sections/", "/changes/", f"/indicators/{one.one_of('indicators')}/"]),
    ),
    "rows of a chart": (1, lambda one: "/sections/?chart=due"),
}


def _step(name: str, address: Callable[[Person], str]) -> Callable[[Person], object]:
    return lambda reader: reader.ask(name, address(reader))


class Reader(Person):
    weight = 1 if ARE_FEW else 90
    kind = "readers"
    tasks = {_step(name, address): share for name, (share, address) in READING.items()}


class Reporter(Person):
    """Measure by measure: the workspace, the form, the draft that saves itself while one types, and the report, which
    every fourth time is sent twice, as by somebody who is in doubt. When all measures are reported, reports are
    withdrawn."""

    weight = 1 if ARE_FEW else 8
    kind = "reporters"

    def on_start(self) -> None:
        super().on_start()
        self.path, self.form = "", dict[str, str]()
        self.codes = itertools.cycle(self.account["measures"])
        self.sent = 0
        self.steps: itertools.cycle[Callable[[], None]] = itertools.cycle(
            [self.open_workspace, self.open_form, *[self.save_draft] * DRAFTS, self.submit]
        )

    @task
    def work(self) -> None:
        next(self.steps)()

    def open_workspace(self) -> None:
        self.ask("workspace", WORKSPACE)

    def open_form(self) -> None:
        self.path, self.form = f"/measures/{next(self.codes)}/report/", {}
        page = self.ask("report: form", self.path)
        if submitted := form_of(page, "report-submitted"):
            withdrawal = {**hidden_fields(submitted), "action": "withdraw"}
            self.ask("report: withdraw", self.path, form=withdrawal, expected=(302,))
            page = self.ask("report: form", self.path)
        if form := form_of(page, "report-form"):
            self.form = hidden_fields(form)
            self.form |= {"status": self.form["against_status"], "effective_on": "", "next_step": "", "problem": ""}
            self.form["problem_choice"] = checked(form, "problem_choice")

    def save_draft(self) -> None:
        if not self.form:
            return
        self.form["what_was_done"] = f"本月完成第{self.chance.randrange(1, 9999)}项工作"
        typed = {name: value for name, value in self.form.items() if name != "form_id"}
        # What the next save is written on.
        self.form |= hidden_fields(self.ask("report: draft", f"{self.path}draft/", form=typed))

    def submit(self) -> None:
        if not self.form:
            return
        self.sent += 1
        form = {**self.form, "action": "submit", "document_number": f"鲁发〔2023〕{self.sent}号", "url": ""}
        self.ask("report: submit", self.path, form=form, expected=(302,))
        if self.sent % 4 == 0:
            self.ask("report: submit again", self.path, form=form, expected=(302,))
        self.form = {}


class CrowdMember(Person):
    """One of those who log in at the same moment. 503 tells them to come again."""

    fixed_count = len(CAST["crowd"])
    kind = "crowd"

    def come_in(self) -> None:
        crowd.append(self)

    @task
    def wait_outside(self) -> None:
        """Do nothing until `_storm` has it log in."""

    def open_form(self) -> None:
        self.client.cookiejar.clear()
        self.form = hidden_fields(self.ask("crowd: form", LOGIN))

    def try_to_log_in(self, which: str) -> None:
        name, password = self.account["name"], CAST["password"]
        form = {**self.form, "username": name, "password": password if which == "right" else f"not {password}"}
        self.ask(f"crowd: {which} log-in", LOGIN, form=form, expected=(302 if which == "right" else 200, 503))


class Exporter(Person):
    weight = 1 if ARE_FEW else 2
    kind = "exporters"

    @task
    def take_file(self) -> None:
        path = self.chance.choice(FILES).format(city=self.one_of("cities"))
        self.ask(f"file: {'Excel' if 'xlsx' in path else 'CSV'}", path)


# What failed before all had come counts too: nobody may be turned away at the door.
failures: list[str] = []
people_in: list[str] = []
crowd: list[CrowdMember] = []
# Meanwhile one reader in ten goes on, and all reporters: what they wait for is then the crowd, not each other.
storms_rage = Event()


@events.request.add_listener
def note(name: str, exception: object, **others: Any) -> None:
    if exception is not None:
        failures.append(f"{name}: {exception}")


@events.init.add_listener
def prepare(environment: Any, **others: Any) -> None:
    def begin(user_count: int, **others: Any) -> None:
        while len(people_in) + len(crowd) < user_count:
            gevent.sleep(0.1)
        gevent.spawn(measure, environment)

    environment.events.spawning_complete.add_listener(begin)


def measure(environment: Any) -> None:
    """Measure the users alone, then beside each crowd, and write down what was found."""
    environment.stats.reset_all()
    print("measuring", flush=True)
    gevent.sleep(float(os.environ["LOAD_SECONDS"]))
    every = environment.stats.total
    steps = [name for name, _method in environment.stats.entries]
    times = {f"p{percent}": every.get_response_time_percentile(percent / 100) for percent in (50, 95, 99)}
    found: dict[str, Any] = {"steps": steps, "a_second": every.total_rps, **times}
    storms_rage.set()
    found["storms"] = {which: _storm(environment.stats, which) for which in CROWDS}
    Path(os.environ["LOAD_FOUND"]).write_text(json.dumps({**found, "failures": failures[:10]}), encoding="utf-8")
    environment.runner.quit()


def _storm(stats: RequestStats, which: str) -> dict[str, Any]:
    """Measure filing and reading beside a crowd, and count what became of the crowd."""
    stats.reset_all()
    end = time.monotonic() + float(os.environ["STORM_SECONDS"])
    tried = turned_away = 0
    while (wave := time.monotonic()) < end:
        members = crowd[: CROWDS[which]]
        gevent.joinall([gevent.spawn(each.open_form) for each in members], raise_error=True)
        gevent.joinall([gevent.spawn(each.try_to_log_in, which) for each in members], raise_error=True)
        tried += len(members)
        turned_away += sum(each.status == HTTPStatus.SERVICE_UNAVAILABLE for each in members)
        gevent.sleep(max(0, min(wave + WAVE, end) - time.monotonic()))
    parts = {part: StatsEntry(stats, part, "") for part in ("filing", "reading")}
    for (name, method), entry in stats.entries.items():
        if not name.startswith("crowd: "):
            parts["filing" if method == "POST" else "reading"].extend(entry)
    p95 = {part: entry.get_response_time_percentile(0.95) for part, entry in parts.items()}
    return {"tried": tried, "turned_away": turned_away, **p95}
