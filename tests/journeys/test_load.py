"""How the site bears many visitors, and strangers who mean harm: real processes, over loopback, as they are started.

The demonstration is what `./run demo` starts; the other site has the commands of docker-compose.yml, with PostgreSQL,
Redis for tasks and Redis for pages. Visitors and sites share the machine's cores: where answers are slow, the machine
is full, and so what is asserted is a multiple of what was measured in the same minute. Each test says its figures.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import redis as redis_client
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from psycopg import sql

from benchmarks import serving, under_load
from benchmarks.whole_site import whole_site
from demonstration.accounts import DEMO_PASSWORDS
from tests import services
from tests.crowd import Job, Office, Visitor, Visits, beside, read, reader, together
from tests.lanes import clean_environment
from tests.services import ROOT, process, program_path, wait_until
from tests.sites import session_key

# The demonstration needs no server, but the tests of this mark run one at a time, with nothing beside them.
pytestmark = [pytest.mark.services, pytest.mark.long]

MEGABYTE = 1e6
# Of the demonstration's processes together.
MOST_MEMORY = 250_000_000
SECONDS = 60
MAKE_ACCOUNTS = f"""
from django.conf import settings
from demonstration.accounts import make_demo_accounts
make_demo_accounts(settings.DATA_DIR / "{DEMO_PASSWORDS}")
"""


@dataclass
class Running:
    name: str
    site: serving.Site
    environment: Mapping[str, str]
    # Bytes: of what is stored for good, of what is kept to be quick, and of the most that this may be.
    database: Callable[[], int]
    cache: Callable[[], int]
    most_cache: int

    @property
    def port(self) -> int:
        return self.site.port

    @property
    def memory(self) -> int:
        return sum(self.site.memory)

    def cookie_of(self, person: str) -> str:
        passwords = json.loads((Path(self.environment["PILOTZONE_DATA_DIR"]) / DEMO_PASSWORDS).read_text())
        return f"sessionid={session_key(self.port, person, passwords[person])}"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def demo(folder: Path) -> Iterator[Running]:
    environment = program_path({**clean_environment(), "PILOTZONE_DATA_DIR": str(folder)})
    with serving.demo(environment) as site:
        # The cache is memory of its processes, and cannot be told from the rest.
        yield Running("demo", site, environment, lambda: size_of(folder), lambda: sum(site.memory), MOST_MEMORY)


@contextmanager
def compose(folder: Path) -> Iterator[Running]:
    server, name = os.environ["DATABASE_URL"].rsplit("/", 1)[0], f"site_{uuid4().hex[:8]}"
    with ExitStack() as stack:
        admin = stack.enter_context(psycopg.connect(f"{server}/postgres", autocommit=True))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        whole = stack.enter_context(whole_site(folder, f"{server}/{name}", setup=MAKE_ACCOUNTS))
        client = stack.enter_context(redis_client.Redis.from_url(whole.pages))

        def database() -> int:
            [(size,)] = admin.execute("SELECT pg_database_size(%s)", [name])
            return int(size) + size_of(folder)

        yield Running(
            "PostgreSQL + Redis",
            whole.site,
            whole.environment,
            database,
            lambda: client.info("memory")["used_memory"],
            client.info("memory")["maxmemory"],
        )


@pytest.fixture(scope="module", params=[demo, compose], ids=["demo", "compose"])
def running(request: Any, tmp_path_factory: Any) -> Iterator[Running]:
    with request.param(tmp_path_factory.mktemp("load")) as found:
        # All that is read once is read.
        read(found.port, readers=8, seconds=5)
        yield found


@pytest.fixture
def say(running: Running, capsys: Any) -> Callable[[str], None]:
    def say(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{running.name}: {text}\n")

    return say


def test_two_hundred_readers_and_writers_are_all_answered(running: Running, say: Callable[[str], None]) -> None:
    office = Office(running.port, {name: running.cookie_of(name) for name in ("ada", "ben", "rita")})
    until = time.monotonic() + SECONDS
    before = running.site.cpu_seconds
    with beside([office.work(until)]) as writers:
        readers = together([reader(running.port, number, until=until) for number in range(200)])
    took = running.site.cpu_seconds - before
    say(f"200 readers: {readers}")
    say(f"writers beside them: {writers}")
    say(
        f"the web server took {took / readers.wall_seconds:.2f} cores, the readers "
        f"{readers.cpu_seconds / readers.wall_seconds:.2f}; {running.memory / MEGABYTE:.0f} MB afterwards"
    )
    assert readers.failures + writers.failures == []
    assert office.refusals == []
    assert {"accepted", "returned"} <= set(office.states.values())
    # Nobody waits much longer than the others.
    assert readers.slowest.seconds <= 5 * readers.p95
    assert office.lost() == []
    wait_until(lambda: "0 cells" in totals(running), "every total counted", 45)
    checked = running.manage("verify_rollups")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def totals(running: Running) -> str:
    return running.manage(
        "shell", "-c", "from rollups.models import StaleCell; print(StaleCell.objects.count(), 'cells')"
    ).stdout


TOUCH = """
import time
from django.contrib.auth.models import update_last_login
from accounts.models import User
people = [User.objects.get_or_create(username=f"colleague-{number}")[0] for number in range(10)]
print("begun", flush=True)
while True:
    begin = time.monotonic()
    for person in people:
        update_last_login(None, person)
    time.sleep(max(0, begin + 1 - time.monotonic()))
"""


def test_log_ins_do_not_slow_readers_down(running: Running, say: Callable[[str], None]) -> None:
    quiet, touched = Visits(), Visits()
    with process([sys.executable, "manage.py", "shell", "-c", TOUCH], running.environment) as touching:
        wait_until(lambda: "begun" in touching.output, "the first log-ins")
        # In turns: what else the machine does then falls on both alike.
        for _round in range(6):
            touching.popen.send_signal(signal.SIGSTOP)
            add(quiet, read_steadily(running))
            touching.popen.send_signal(signal.SIGCONT)
            add(touched, read_steadily(running))
        assert touching.is_alive, touching.output
    say(f"readers in quiet: {quiet}")
    say(f"readers while ten people log in each second, without their passwords: {touched}")
    before = running.site.cpu_seconds
    until = time.monotonic() + 20
    with beside([log_ins(running, until)]) as logged_in:
        real = read_steadily(running, seconds=20)
    took = running.site.cpu_seconds - before
    hashed = len(logged_in.each) * seconds_of_a_hash()
    say(f"readers while somebody logs in each second, with a password: {real}")
    say(
        f"their log-ins: {logged_in}; hashes of passwords took {hashed:.1f} of the web server's {took:.1f} seconds of "
        f"processor, {100 * hashed / took:.0f} %"
    )
    assert quiet.failures + touched.failures + real.failures + logged_in.failures == []
    assert {visit.status for visit in logged_in.each} == {302}
    assert touched.p95 <= 2 * quiet.p95


def read_steadily(running: Running, seconds: float = 5) -> Visits:
    """Read as a full office does: 100 pages a second at most, of which the machine can serve more."""
    return read(running.port, readers=20, seconds=seconds, pause=0.2)


def add(to: Visits, more: Visits) -> None:
    to.each += more.each
    to.wall_seconds += more.wall_seconds
    to.cpu_seconds += more.cpu_seconds


def log_ins(running: Running, until: float) -> Job:
    passwords = json.loads((running.site.folder / DEMO_PASSWORDS).read_text())

    def log_in(into: Visits) -> None:
        while (begin := time.monotonic()) < until:
            visitor = Visitor(running.port, 950)
            form = {"username": "vic", "password": passwords["vic"]}
            into.each.append(visitor.ask("/accounts/login/", form=form))
            visitor.close()
            time.sleep(max(0, begin + 1 - time.monotonic()))

    return log_in


def seconds_of_a_hash() -> float:
    begin = time.process_time()
    PBKDF2PasswordHasher().encode("password", "salt-of-a-test")
    return time.process_time() - begin


def made_up(length: int = 12) -> str:
    return secrets.token_hex(length // 2)


def made_up_day() -> str:
    return f"{date(1990, 1, 1) + timedelta(secrets.randbelow(10_000))}"


# A form of 220 KB without a session, links with whatever a messenger adds, and the longest pages there are under ever
# other filters, each of which is a page of its own.
HOSTILE: Mapping[str, Callable[[], dict[str, Any]]] = {
    "forms without a session": lambda: {
        "path": "/measures/M172/report/",
        "form": {"what_was_done": made_up(220_000), "action": "submit"},
    },
    "parameters of pages": lambda: {"path": f"/measures/?page_size=250&{made_up()}={made_up()}"},
    "values of pages": lambda: {"path": f"/measures/?page_size=250&due_from={made_up_day()}"},
    "names of accounts": lambda: {
        "path": "/accounts/login/",
        "form": {"username": made_up(), "password": made_up()},
    },
    "parameters of the API": lambda: {"path": f"/api/v1/measures/?{made_up()}={made_up()}"},
    "values of the API": lambda: {"path": f"/api/v1/projects/?page_size=100&listed_from={made_up_day()}"},
}


def test_a_thousand_hostile_requests_fill_nothing(running: Running, say: Callable[[str], None]) -> None:
    for thousand in ("first", "second"):
        begin = running.database(), running.cache()
        for name, make in HOSTILE.items():
            before = running.database(), running.cache()
            visits = send(running, make, 1000 // len(HOSTILE) + 1)
            stored, cached = running.database() - before[0], running.cache() - before[1]
            say(f"{name}: {visits}; database {signed(stored)}, cache {signed(cached)}")
            assert visits.failures == []
            # The memory of a process goes up and down by more.
            if running.name != "demo" and name.startswith("parameters"):
                assert cached <= MEGABYTE
        stored, cached = running.database() - begin[0], running.cache() - begin[1]
        say(f"the {thousand} thousand: database {signed(stored)}, cache {signed(cached)}")
        assert stored <= MEGABYTE
        assert running.cache() <= running.most_cache


def signed(number: int) -> str:
    return f"{number / MEGABYTE:+.2f} MB"


def send(running: Running, make: Callable[[], dict[str, Any]], number: int, strangers: int = 4) -> Visits:
    def job(into: Visits, each: int) -> None:
        stranger = Visitor(running.port, 800 + each)
        for _request in range(number // strangers):
            into.each.append(stranger.ask(**make()))
        stranger.close()

    return together([lambda into, each=each: job(into, each) for each in range(strangers)])


LARGEST = "/api/v1/projects/?format=xlsx"


def test_twelve_exports_at_once_hold_up_nobody_else(running: Running, say: Callable[[str], None]) -> None:
    quiet = look_in(running, lambda: time.sleep(3))
    alone = together([lambda into: into.each.append(Visitor(running.port).ask(LARGEST))])
    exports = Visits()

    def export(into: Visits) -> None:
        # All from one address.
        visitor = Visitor(running.port)
        into.each += [visitor.ask(LARGEST) for _file in range(3)]

    def exporting() -> None:
        add(exports, together([export] * 12))

    beside_exports = look_in(running, exporting)
    say(f"an export of {len(alone.each[0].content) / 1000:.0f} KB alone takes {alone.each[0].seconds:.2f} s")
    say(f"twelve exports at once, three times: {exports}")
    for path, visits in beside_exports.items():
        say(f"{path} in quiet: {quiet[path]}")
        say(f"{path} meanwhile: {visits}")
        assert visits.failures == []
    assert beside_exports["/healthz"].slowest.seconds <= 1
    assert beside_exports["/"].slowest.seconds <= 2


def look_in(running: Running, while_this: Callable[[], object]) -> dict[str, Visits]:
    """Return the answers to a monitor and a reader meanwhile, each on a new connection ten times a second."""
    done = threading.Event()

    def look(path: str, into: Visits) -> None:
        while not done.wait(0.1):
            visitor = Visitor(running.port, 960)
            into.each.append(visitor.ask(path))
            visitor.close()

    with ExitStack() as stack:
        found = {
            path: stack.enter_context(beside([lambda into, path=path: look(path, into)])) for path in ("/healthz", "/")
        }
        try:
            while_this()
        finally:
            done.set()
    return found


def test_the_demonstration_fits_into_its_memory_after_all_this(running: Running, say: Callable[[str], None]) -> None:
    used = " + ".join(f"{each / MEGABYTE:.0f}" for each in running.site.memory)
    say(f"the web server takes {running.memory / MEGABYTE:.0f} MB ({used}), of which shared pages are divided (PSS)")
    if running.name == "demo":
        assert running.memory <= MOST_MEMORY


def test_users_of_every_kind_come_to_the_end_of_each_step(tmp_path: Path) -> None:
    """Few and short: `./run bench --load` has two hundred, and says how long each waits."""
    with services.postgresql() as server:
        found = under_load.observe(tmp_path, server, users=20, seconds=30)
    assert found.wrong == []
    steps = {"overview", "measures, filtered", "a measure", "search", "report: draft", "report: submit"}
    assert set(found.steps) >= steps
