"""Visitors of a running site over real connections, as many at once as a test wants, and what they were answered.

They are threads of this process, which takes some tenths of a millisecond for an answer where the site takes some
milliseconds; `Visits` says how much it was. Each has a loopback address of its own, since the site counts by address.
"""

import gzip
import http.client
import json
import random
import re
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

# Longer than anybody waits.
PATIENCE = 60
# What browsers send, except for what says who asks.
BROWSER = {"Accept-Encoding": "gzip, deflate", "Accept-Language": "zh-CN,zh;q=0.9"}
# Whoever sends a form may choose both halves of its token.
TOKEN = "t" * 32
PAGES = (
    "/",
    "/measures/",
    "/measures/M172/",
    "/departments/",
    "/departments/energy/",
    "/sections/",
    "/cities/",
    "/projects/",
    "/indicators/",
    "/?as_of=2023-06-30",
    "/api/v1/summary/",
    "/api/v1/measures/?page_size=50",
)


@dataclass
class Visit:
    path: str
    status: int  # 0: no answer came
    seconds: float
    content: bytes = b""

    @property
    def is_failure(self) -> bool:
        return self.status == 0 or self.status >= 500


@dataclass
class Visits:
    each: list[Visit] = field(default_factory=list)
    wall_seconds: float = 0
    cpu_seconds: float = 0  # of those who asked

    @property
    def failures(self) -> list[str]:
        return [f"{visit.path}: {visit.status} {visit.content[:300]!r}" for visit in self.each if visit.is_failure]

    @property
    def slowest(self) -> Visit:
        return max(self.each, key=lambda visit: visit.seconds)

    @property
    def p95(self) -> float:
        return self._quantile(95)

    def _quantile(self, percent: int) -> float:
        return statistics.quantiles((visit.seconds for visit in self.each), n=100, method="inclusive")[percent - 1]

    def __str__(self) -> str:
        statuses = ", ".join(
            f"{count} x {status}" for status, count in sorted(Counter(each.status for each in self.each).items())
        )
        p50, p95, p99 = (1000 * self._quantile(percent) for percent in (50, 95, 99))
        return (
            f"{statuses}; {len(self.each) / self.wall_seconds:.0f} a second; p50 {p50:.0f}, p95 {p95:.0f}, "
            f"p99 {p99:.0f} ms; slowest {self.slowest.seconds:.2f} s ({self.slowest.path})"
        )


class Visitor:
    """Keeps one connection, from the loopback address with this number; `cookies` say who it is."""

    def __init__(self, port: int, number: int = 0, cookies: str = "") -> None:
        address = f"127.0.{1 + number // 250}.{1 + number % 250}"
        self._connection = http.client.HTTPConnection("127.0.0.1", port, PATIENCE, source_address=(address, 0))
        self._headers = {**BROWSER, "Cookie": "; ".join(filter(None, (f"csrftoken={TOKEN}", cookies)))}

    def ask(self, path: str, *, form: Mapping[str, Any] | None = None, body: Any = None, method: str = "GET") -> Visit:
        """A form is posted; a body is sent as JSON."""
        headers, sent = dict(self._headers), None
        if form is not None:
            method, sent = "POST", urlencode({"csrfmiddlewaretoken": TOKEN, **form})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            sent = json.dumps(body)
            headers |= {"Content-Type": "application/json", "X-CSRFToken": TOKEN}
        start = time.perf_counter()
        # A server may close a connection that has rested; whoever finds it closed asks again on a new one.
        attempts = 1 if self._connection.sock is None else 2
        for attempt in range(1, attempts + 1):
            try:
                self._connection.request(method, path, sent, headers)
                answer = self._connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if attempt == attempts or isinstance(error, TimeoutError):
                    return Visit(path, 0, time.perf_counter() - start, repr(error).encode())
            else:
                seconds = time.perf_counter() - start
                is_packed = answer.headers.get("Content-Encoding") == "gzip"
                return Visit(path, answer.status, seconds, content if not is_packed else gzip.decompress(content))
        raise AssertionError("a last attempt returns")

    def rows(self, path: str) -> Any:
        """Return the decoded JSON that the API answers."""
        visit = self.ask(path)
        assert visit.status == 200, (path, visit.status, visit.content[:300])
        return json.loads(visit.content)

    def close(self) -> None:
        self._connection.close()


type Job = Callable[[Visits], object]


def together(jobs: Sequence[Job]) -> Visits:
    """Does all jobs at once, each on a thread of its own; each is given where to put its visits."""
    with beside(jobs) as found:
        pass
    return found


@contextmanager
def beside(jobs: Sequence[Job]) -> Iterator[Visits]:
    """Run the jobs as `together` does, but while the block runs; the visits are there after it. The jobs end by
    themselves."""
    parts, whole = [Visits() for _job in jobs], Visits()
    errors: list[BaseException] = []

    def run(job: Job, into: Visits) -> None:
        try:
            job(into)
        except BaseException as error:
            errors.append(error)
        into.cpu_seconds = time.thread_time()

    threads = [threading.Thread(target=run, args=each) for each in zip(jobs, parts, strict=True)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        yield whole
    finally:
        for thread in threads:
            thread.join()
    whole.wall_seconds = time.monotonic() - start
    whole.each += [visit for part in parts for visit in part.each]
    whole.cpu_seconds = sum(part.cpu_seconds for part in parts)
    if errors:
        raise errors[0]


def reader(port: int, number: int, *, until: float, pause: float = 0, paths: Sequence[str] = PAGES) -> Job:
    """Goes from page to page until that moment of the monotonic clock, and stays `pause` seconds on each."""

    def read(into: Visits) -> None:
        visitor, chance = Visitor(port, number), random.Random(number)
        # Not all at the same moment.
        time.sleep(chance.random() * pause)
        while time.monotonic() < until:
            visit = visitor.ask(chance.choice(paths))
            if not visit.is_failure:
                visit.content = b""
            into.each.append(visit)
            time.sleep(pause)
        visitor.close()

    return read


def read(port: int, *, readers: int, seconds: float, **how: Any) -> Visits:
    until = time.monotonic() + seconds
    return together([reader(port, number, until=until, **how) for number in range(readers)])


class Office:
    """Ada and Ben file reports by the API. Rita accepts every other one and returns the rest, comments, and moves a due
    date to and fro, which makes totals stale.
    """

    PAUSE = 0.2
    MEASURE = "/measures/M172/"
    DEPARTMENTS = {"ada": "science-technology", "ben": "energy"}

    def __init__(self, port: int, cookies: Mapping[str, str]) -> None:
        self.people = {name: Visitor(port, 900 + at, cookie) for at, (name, cookie) in enumerate(cookies.items())}
        self.measures = {
            name: self.people[name].rows(f"/api/v1/measures/?department={department}&page_size=100")["results"]
            for name, department in self.DEPARTMENTS.items()
        }
        self.measure = self.people["rita"].rows(f"/api/v1{self.MEASURE}")
        # The address of a report -> the state that its last acknowledged step left it in.
        self.states: dict[str, str] = {}
        self.refusals: list[str] = []

    def work(self, until: float) -> Job:
        def work(into: Visits) -> None:
            step = 0
            while time.monotonic() < until:
                step += 1
                for name in self.DEPARTMENTS:
                    self._file(name, step, into)
                    time.sleep(self.PAUSE)
                self._decide(step, into)
                self._note(step, into)
                time.sleep(self.PAUSE)

        return work

    def lost(self) -> list[str]:
        """Reports in another state than the one that was acknowledged."""
        found = {address: self.people["rita"].rows(address)["state"] for address in self.states}
        return [f"{each}: {found[each]}, not {state}" for each, state in self.states.items() if found[each] != state]

    def _send(self, name: str, path: str, into: Visits, **sent: Any) -> Visit:
        visit = self.people[name].ask(path, **sent)
        into.each.append(visit)
        # A form that is refused comes back with status 200.
        if visit.status not in ((302,) if "form" in sent else (200, 201)):
            self.refusals.append(f"{name}, {path}: {visit.status} {visit.content[:300].decode(errors='replace')}")
        return visit

    def _file(self, name: str, step: int, into: Visits) -> None:
        measure = self.measures[name][step % len(self.measures[name])]
        reports = f"/api/v1/measures/{measure['code']}/reports/"
        status = "in_progress" if measure["status"] == "promoting" else measure["status"]
        values = {"status": status, "what_was_done": f"第{step}次填报", "submit": True}
        returned = [each for each, state in self.states.items() if each.startswith(reports) and state == "returned"]
        if returned:
            version = self.people[name].rows(returned[0])["version"]
            visit = self._send(name, returned[0], into, body={**values, "version": version}, method="PUT")
        else:
            document = {"document_number": f"鲁发〔2023〕{step}号"}
            whole = {**values, "period": "2023-08", "evidence": [document]}
            visit = self._send(name, reports, into, body=whole, method="POST")
        if visit.status in (200, 201):
            self.states[f"{reports}{json.loads(visit.content)['id']}/"] = "submitted"

    def _decide(self, step: int, into: Visits) -> None:
        waiting = [address for address, state in self.states.items() if state == "submitted"]
        page = self.people["rita"].ask("/review/?page_size=100").content.decode() if waiting else ""
        shown = {key.partition("-")[0]: key for key in re.findall(r'name="report"\s+value="([0-9a-f-]+)"', page)}
        for at, address in enumerate(waiting):
            decision, state = [("accept", "accepted"), ("return", "returned")][(step + at) % 2]
            pk = address.split("/")[-2]
            form = {"decision": decision, "report": shown.get(pk, pk), "note": "请补充材料"}
            if self._send("rita", "/review/decide/", into, form=form).status == 302:
                self.states[address] = state

    def _note(self, step: int, into: Visits) -> None:
        self._send("rita", f"{self.MEASURE}comment/", into, form={"text": f"第{step}次"})
        days = ("2023-12-30", "2023-12-31")
        form = {
            "due_on": days[step % 2],
            "initial-due_on": days[(step + 1) % 2],
            "lead_department": self.measure["lead_department"],
            "initial-lead_department": self.measure["lead_department"],
            "section": self.measure["section"],
            "initial-section": self.measure["section"],
            "reason": "调整",
        }
        self._send("rita", f"{self.MEASURE}terms/", into, form=form)
