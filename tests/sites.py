"""A whole site in real processes on the database of a test, and people who read it and decide there meanwhile."""

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import Role, User
from benchmarks.serving import fetch
from demonstration.accounts import DEMO_ACCOUNTS, DEMO_PASSWORDS
from measures.models import Report
from tests.compose import compose_command
from tests.factories import PASSWORD
from tests.running import environment, worker
from tests.services import Process, Redis, command_of, free_port, process, wait_until

# Any 32 letters: cookie and form have to say the same.
CSRF_TOKEN = "a" * 32
LOGIN = "/accounts/login/"
# Seconds. As long as a browser's user has patience.
PATIENCE = 70


@dataclass(frozen=True)
class Answer:
    """`status` is None where the connection broke, or nothing came."""

    status: int | None
    seconds: float
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Site:
    port: int
    # Of a process of this site.
    environment: dict[str, str]
    web: Process | None = None

    def ask(
        self,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float = PATIENCE,
    ) -> Answer:
        started = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            line.request("GET" if body is None else "POST", path, body, dict(headers or {}))
            answer = line.getresponse()
            text = answer.read().decode(errors="replace")
            return Answer(answer.status, time.monotonic() - started, text, dict(answer.headers))
        except (OSError, http.client.HTTPException):
            return Answer(None, time.monotonic() - started)
        finally:
            line.close()

    @property
    def is_ready(self) -> bool:
        return self.ask("/readyz", patience=5).status == 200

    def wait_until_ready(self) -> None:
        assert self.web is not None
        wait_until(lambda: self.is_ready or not self.web.is_alive, "/readyz answering 200", 60)
        assert self.web.is_alive, self.web.output

    @property
    def web_workers(self) -> list[int]:
        """The processes that answer, below the one that was started; without the one that compresses static files."""
        assert self.web is not None
        return [each for each in self.web.children if "embedded_static" not in command_of(each)]


def session_key(port: int, name: str, password: str) -> str:
    """Logs the person in by the form."""
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


@dataclass(frozen=True)
class Person:
    """Somebody who has logged in."""

    site: Site
    cookie: str

    @classmethod
    def log_in(cls, site: Site, user: User) -> "Person":
        client = Client()
        client.force_login(user)
        return cls(site, client.cookies[settings.SESSION_COOKIE_NAME].value)

    @classmethod
    def log_in_by_form(cls, site: Site, user: User) -> "Person":
        """Log the user in by the form, at the hour of the site's processes."""
        return cls(site, session_key(site.port, user.username, PASSWORD))

    @property
    def cookies(self) -> str:
        return f"{settings.SESSION_COOKIE_NAME}={self.cookie}; {settings.CSRF_COOKIE_NAME}={CSRF_TOKEN}"

    def get(self, path: str) -> Answer:
        return self.site.ask(path, headers={"Cookie": self.cookies})

    def post(self, path: str, *, form_id: str = "", **fields: Any) -> Answer:
        """Sends a form, with files where a value is one. The same `form_id` is the same form once more."""
        content = {"csrfmiddlewaretoken": CSRF_TOKEN, "form_id": form_id or uuid4().hex, **fields}
        body = encode_multipart(BOUNDARY, content)
        return self.site.ask(path, body=body, headers={"Cookie": self.cookies, "Content-Type": MULTIPART_CONTENT})

    def accept(self, report: Report, *, form_id: str = "") -> Answer:
        return self.post("/review/decide/", form_id=form_id, decision="accept", report=report.content_key)

    def comment(self, code: str, text: str) -> Answer:
        return self.post(f"/measures/{code}/comment/", text=text)


def is_acknowledged(answer: Answer) -> bool:
    """A form that was done leads on to another page."""
    return answer.status == 302


def web_command(site: Site) -> list[str]:
    """Return the command by which people start the site: the demonstration on SQLite, else what docker-compose.yml
    says."""
    if connection.vendor == "sqlite":
        return [sys.executable, "manage.py", "demo", "--port", str(site.port)]
    return [*compose_command("web"), "--bind", f"127.0.0.1:{site.port}"]


@contextmanager
def web(site: Site, *, options: str = "") -> Iterator[Process]:
    """The web server, once it answers. `options` are gunicorn's."""
    with process(web_command(site), {**site.environment, "GUNICORN_CMD_ARGS": options}) as one:
        site.web = one
        site.wait_until_ready()
        yield one


def new_site(data: Path, broker: Redis | None = None) -> Site:
    """Return a site on the database of the test; on SQLite that has to be the file in `data` (fixture
    `real_connections`)."""
    variables = environment(f"{broker.url}/0" if broker else "", data)
    variables |= {"PILOTZONE_SECRET_KEY": settings.SECRET_KEY, "PILOTZONE_PUBLIC_READING": "on"}
    if connection.vendor == "sqlite":
        for name in ("DATABASE_URL", "REDIS_URL"):
            del variables[name]
        _make_demo_accounts(data)
        # It is the demonstration, which starts on no other site.
        (data / "demo.json").write_text("{}", encoding="utf-8")
    return Site(free_port(), variables)


def _make_demo_accounts(data: Path) -> None:
    """Make the demonstration's accounts as it finds them on its second start, so that it does not spend seconds on
    their passwords."""
    for name, (role, department, city) in DEMO_ACCOUNTS.items():
        User.objects.get_or_create(username=name, defaults={"role": Role.VIEWER if department or city else role})
    (data / DEMO_PASSWORDS).write_text(json.dumps(dict.fromkeys(DEMO_ACCOUNTS, PASSWORD)))


@contextmanager
def whole_site(data: Path, broker: Redis | None, *, site: Site | None = None, options: str = "") -> Iterator[Site]:
    """Web server and, with Redis, a worker."""
    site = site or new_site(data, broker)
    with ExitStack() as stack:
        if broker is not None:
            stack.enter_context(worker(broker.url))
        stack.enter_context(web(site, options=options))
        yield site


@contextmanager
def readers(site: Site, *paths: str, count: int = 2) -> Iterator[list[Answer]]:
    """People who open the pages again and again until the end of the block; their answers as they come."""
    stop, answers = threading.Event(), list[Answer]()

    def read() -> None:
        while not stop.is_set():
            for path in paths:
                answers.append(site.ask(path))
                stop.wait(0.05)

    with ThreadPoolExecutor(count) as pool:
        reading = [pool.submit(read) for _number in range(count)]
        try:
            yield answers
        finally:
            stop.set()
            for each in reading:
                each.result()


@dataclass
class Decisions:
    """The decisions that were acknowledged, and each answer that was no acknowledgement."""

    acknowledged: list[Report] = field(default_factory=list)
    others: list[Answer] = field(default_factory=list)
    slowest: float = 0


@contextmanager
def deciding(
    person: Person, reports: Sequence[Report], *, pause: float = 0.02, user: User | None = None
) -> Iterator[Decisions]:
    """Accepts one report after the other in the background. What is not acknowledged is sent once more after a moment,
    as the same form; at the end of the block all of them are. `user` logs in again where the session has ended."""
    decisions = Decisions()

    def decide() -> None:
        nonlocal person
        for report in reports:
            form_id = uuid4().hex
            deadline = time.monotonic() + PATIENCE
            while not is_acknowledged(answer := person.accept(report, form_id=form_id)):
                decisions.others.append(answer)
                decisions.slowest = max(decisions.slowest, answer.seconds)
                assert time.monotonic() < deadline, answer
                if user is not None and answer.status == 403:
                    person = Person.log_in_by_form(person.site, user)
                time.sleep(0.3)
            decisions.slowest = max(decisions.slowest, answer.seconds)
            decisions.acknowledged.append(report)
            time.sleep(pause)

    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(decide)
        yield decisions
        work.result()
