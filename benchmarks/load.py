"""Four readers at once, each on a connection of its own that stays open."""

import http.client
import itertools
import statistics
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

CLIENTS = 4
WARM_UP = 3
LOGIN = "/accounts/login/"


class NotMeasured(Exception):
    """Why something could not be measured, in a few words."""


@dataclass
class Timings:
    milliseconds: list[float] = field(default_factory=list)
    cpu_seconds: float = 0
    requests: int = 0  # with the first ones, which are not timed
    wall_seconds: float = 0
    problem: str = ""  # why it could not be measured

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def a_second(self) -> float:
        """Answers to all readers together."""
        return self.requests / self.wall_seconds

    @property
    def cpu(self) -> float:
        """Milliseconds of the server's processor that one answer took; unlike the others, not a matter of queues."""
        return self.cpu_seconds * 1000 / self.requests

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.milliseconds, n=20, method="inclusive")[-1]


def fetch(port: int, path: str, form: str | None = None, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET" if form is None else "POST", path, form, headers=headers)
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def log_in(port: int, name: str, password: str) -> dict[str, str]:
    """The header that says who asks."""
    return {"Cookie": f"sessionid={session_key(port, name, password)}"}


def session_key(port: int, name: str, password: str) -> str:
    """Of a log-in by the form."""
    token = _cookies(fetch(port, LOGIN)[0])["csrftoken"]
    form = urlencode({"username": name, "password": password, "csrfmiddlewaretoken": token})
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={token}"}
    response, _ = fetch(port, LOGIN, form, **headers)
    if response.status != 302:
        raise RuntimeError(f"{name} could not log in: {LOGIN} answered {response.status}")
    return _cookies(response)["sessionid"]


def _cookies(response: http.client.HTTPResponse) -> dict[str, str]:
    sent = SimpleCookie("; ".join(response.headers.get_all("Set-Cookie") or []))
    return {name: morsel.value for name, morsel in sent.items()}


def read(
    port: int, path: str, into: Timings, *, requests: int, seconds: float, known: bool, headers: Mapping[str, str]
) -> None:
    """Asks for `path` with four readers until `requests` answers have come or the time is up; where the answer is
    `known`, they ask only whether it is still the newest.
    """
    expected = 200
    if known:
        etag = fetch(port, path, **headers)[0].headers["ETag"]
        headers, expected = {**headers, "If-None-Match": etag}, 304
    tickets = itertools.count()
    problems: list[str] = []
    answered: list[str] = []

    def ask(connection: http.client.HTTPConnection) -> None:
        connection.request("GET", path, headers=dict(headers))
        response = connection.getresponse()
        response.read()
        if response.status != expected:
            raise NotMeasured(f"{path} answered {response.status}")
        answered.append(path)

    def reader() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            for _ in range(WARM_UP):
                ask(connection)
            end = time.monotonic() + seconds
            while next(tickets) < requests and time.monotonic() < end:
                start = time.perf_counter()
                ask(connection)
                into.milliseconds.append((time.perf_counter() - start) * 1000)
        except (NotMeasured, OSError, http.client.HTTPException) as error:
            problems.append(str(error) or type(error).__name__)
        finally:
            connection.close()

    readers = [threading.Thread(target=reader) for _ in range(CLIENTS)]
    start = time.monotonic()
    for each in readers:
        each.start()
    for each in readers:
        each.join()
    into.wall_seconds += time.monotonic() - start
    into.requests += len(answered)
    if problems:
        raise NotMeasured(problems[0])
