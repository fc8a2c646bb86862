"""The site's worker and beat on the database of a test, and ways to stop one in the middle of its work."""

import os
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

import psycopg
from celery.beat import PersistentScheduler
from django.db import connections
from django.db.models import Model
from django.utils.timezone import now

from pilotzone.celery import app
from tests.compose import compose_command
from tests.services import Process, process, wait_until

TODAY = date(2023, 8, 29)
SCHEDULE = app.conf.beat_schedule
SWEEP = SCHEDULE["sweep-stale-cells"]["task"]
REBUILD = SCHEDULE["rebuild-nightly"]["task"]
# Told of no queue it takes all, and does the work of both services.
WORKER = ("celery", "-A", "pilotzone", "worker")


def database_address() -> str:
    database = connections["default"].settings_dict
    return f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"


def environment(broker: str, data: Path | None = None) -> dict[str, str]:
    """Return the environment of a process which works on the test's own database, as of the test's day."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "PILOTZONE_DATA_DIR")}
    ours = {"DATABASE_URL": database_address(), "REDIS_URL": broker, "PILOTZONE_TODAY": TODAY.isoformat()}
    return {**kept, **ours, **({"PILOTZONE_DATA_DIR": str(data)} if data else {})}


@contextmanager
def workers(broker: str, *names: str) -> Iterator[list[Process]]:
    """Workers that answer. In compose each has a host name of its own; here they share one."""
    nodes = [f"{name}@{socket.gethostname()}" for name in names]
    with ExitStack() as stack:
        running = [stack.enter_context(process([*WORKER, "--hostname", node], environment(broker))) for node in nodes]
        for node, one in zip(nodes, running, strict=True):
            try:
                wait_until(lambda node=node: answers(node), f"{node} answering a ping")
            except TimeoutError as error:
                raise TimeoutError(f"{error}: {one.output}") from None
        yield running


@contextmanager
def worker(broker: str, name: str = "first") -> Iterator[Process]:
    with workers(broker, name) as [one]:
        yield one


def answers(node: str) -> bool:
    with app.connection_for_write() as connection:
        return bool(app.control.ping(destination=[node], timeout=1, limit=1, connection=connection))


@contextmanager
def beat(broker: str, data: Path) -> Iterator[Process]:
    """Beat with its schedule in the folder `data`; whether it is ready is seen by what it sends."""
    data.mkdir(exist_ok=True)
    with process(compose_command("beat"), environment(broker, data)) as one:
        yield one


def tasks_begun() -> Counter[str]:
    """How many runs of each task the workers that answer have begun, by the task's name."""
    with app.connection_for_write() as connection:
        stats = app.control.inspect(timeout=1, connection=connection).stats() or {}
    return sum((Counter(each["total"]) for each in stats.values()), Counter())


def at_work() -> set[int]:
    """The workers' children that have a task in hand."""
    with app.connection_for_write() as connection:
        active = app.control.inspect(timeout=1, connection=connection).active() or {}
    return {task["worker_pid"] for tasks in active.values() for task in tasks}


def sweep() -> None:
    """Send the task that beat asks for every half minute."""
    app.send_task(SWEEP)


def make_everything_due(file: Path) -> None:
    """A schedule as beat keeps it, in which every task was last sent long ago: a new beat sends them all at once."""
    scheduler = PersistentScheduler(app, schedule_filename=str(file))
    for entry in scheduler.schedule.values():
        entry.last_run_at = now() - timedelta(days=40)
    scheduler.close()


@contextmanager
def trigger(model: type[Model], on: str, body: str) -> Iterator[None]:
    """Make the database do what `body` says, in PL/pgSQL, before each row of a kind is written."""
    table = model._meta.db_table
    function = f"CREATE FUNCTION of_a_test() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body} END$$"
    with psycopg.connect(database_address(), autocommit=True) as connection:
        connection.execute("SET lock_timeout = '20s'")
        connection.execute(function)
        connection.execute(f"CREATE TRIGGER of_a_test BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION of_a_test()")
        try:
            yield
        finally:
            connection.execute("DROP FUNCTION of_a_test CASCADE")


class Hold:
    """Transactions of others that come to a certain row stand still there until `release`."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.execute("SELECT pg_advisory_lock(4)")

    def release(self) -> None:
        self._connection.execute("SELECT pg_advisory_unlock_all()")

    @property
    def held(self) -> set[int]:
        """The server's processes that stand still."""
        return self._ask("wait_event = 'advisory'")

    @property
    def behind(self) -> set[int]:
        """The server's processes that wait for another lock, such as one that a transaction which stands still has."""
        return self._ask("wait_event_type = 'Lock' AND wait_event <> 'advisory'")

    @property
    def connected(self) -> set[int]:
        return self._ask("TRUE")

    def _ask(self, condition: str) -> set[int]:
        query = f"SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND {condition}"
        return {pid for (pid,) in self._connection.execute(query)}


@contextmanager
def hold(model: type[Model], on: str, when: str = "TRUE") -> Iterator[Hold]:
    """Stops whoever writes a row of the model for which `when` is true: INSERT, UPDATE, DELETE or some of them."""
    body = f"IF {when} THEN PERFORM pg_advisory_xact_lock_shared(4); END IF; RETURN COALESCE(NEW, OLD);"
    with psycopg.connect(database_address(), autocommit=True) as connection, trigger(model, on, body):
        held = Hold(connection)
        try:
            yield held
        finally:
            held.release()


# Of several who come, the first alone stands still. The server's other databases are those of other tests.
THIS_DATABASE = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
THE_FIRST = f"NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND {THIS_DATABASE})"
# Some cells of the run are written (and nobody else can see them), others are not.
IN_THE_MIDDLE = "EXISTS (SELECT FROM rollups_measurerollup WHERE run_id = NEW.run_id)"
