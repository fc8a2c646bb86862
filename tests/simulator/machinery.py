"""Stand-ins for the machines of a real site: their clock, what breaks them, the broker and its workers.

All of it is driven by the one random generator of the simulation, so that the same seed breaks the same things.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from celery.schedules import crontab
from django.db import OperationalError, connection, transaction
from kombu.exceptions import OperationalError as BrokerAway

from pilotzone.celery import app
from pilotzone.schedule import TASKS as SCHEDULE

TICK = timedelta(milliseconds=1)


class Crash(BaseException):
    """The process ended: nothing catches it, and the database takes back what was not committed."""


class Clock:
    """A clock in the place of `datetime` in `core.clock`. It only goes forward, by a tick each time that somebody asks:
    so midnight may pass in the middle of a service or a task."""

    combine = datetime.combine

    def __init__(self, start: datetime) -> None:
        self.moment = start
        self.tick = TICK

    def now(self, tz: Any = None) -> datetime:
        self.moment += self.tick
        return self.moment

    def monotonic(self) -> float:
        """Return the time, in the place of `time.monotonic`."""
        return self.moment.timestamp()

    def move(self, random: Random) -> str:
        """Seconds, hours, to the last milliseconds of the day or of the month, or to the next morning."""
        before = self.moment
        how = random.choices(("seconds", "hours", "midnight", "month_end", "morning"), (42, 30, 8, 6, 14))[0]
        if how == "seconds":
            self.moment += timedelta(seconds=random.randint(1, 120))
        elif how == "hours":
            self.moment += timedelta(minutes=random.randint(2, 600))
        elif how == "morning":
            self.moment = self._at(self.moment + timedelta(days=1), time(9))
        else:
            day = self.moment
            if how == "month_end":
                day = day.replace(day=28) + timedelta(days=4)
                day -= timedelta(days=day.day)
            last = self._at(day, time.max) - random.randint(0, 6) * TICK
            self.moment = max(before, last)
        return how

    def _at(self, day: datetime, hour: time) -> datetime:
        return datetime.combine(day.date(), hour, tzinfo=self.moment.tzinfo)


@contextmanager
def broken_at(statement: int, error: BaseException) -> Iterator[list[BaseException]]:
    """Raises the error in the place of the statement of that number, from 1. Gives a list with the error once it was
    raised. A statement that ends or takes back a transaction does not count."""
    raised: list[BaseException] = []
    seen = 0

    def count(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        if not str(sql).startswith(("ROLLBACK", "RELEASE", "SAVEPOINT")):
            seen += 1
            if seen == statement:
                raised.append(error)
                raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield raised


@contextmanager
def nothing_sent_after_commits() -> Iterator[list[BaseException]]:
    """The process ends between a commit and what should follow it: none of the hooks runs."""

    def forget() -> None:
        connection.run_on_commit = []

    connection.run_and_clear_commit_hooks = forget
    try:
        yield []
    finally:
        del connection.run_and_clear_commit_hooks


@contextmanager
def between_transactions(do: Callable[[], None], *, skip: int) -> Iterator[None]:
    """Does it once before a transaction begins, after `skip` others have begun: as another process may do then."""
    enter, left = transaction.Atomic.__enter__, [skip]

    def enter_after(self: Any) -> None:
        if not connection.in_atomic_block:
            left[0] -= 1
            if left[0] == -1:
                do()
        enter(self)

    transaction.Atomic.__enter__ = enter_after
    try:
        yield
    finally:
        transaction.Atomic.__enter__ = enter


class Broker:
    """Messages that wait. A worker takes any of them; what it does not acknowledge is delivered again.

    Several workers whose whole tasks follow each other in any order are one worker that takes any message; what others
    do between the transactions of a task is done by `between_transactions`.
    """

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.is_away = False

    def send(self, task: Any, *args: Any, **options: Any) -> None:
        """Take a task's message, in the place of Celery's `Task.apply_async`."""
        if self.is_away:
            raise BrokerAway("the simulated broker is away")
        self.messages.append(task.name)

    @contextmanager
    def away(self) -> Iterator[list[BaseException]]:
        self.is_away = True
        try:
            yield []
        finally:
            self.is_away = False

    def beat(self, after: datetime, until: datetime) -> None:
        """Sends what became due meanwhile, each task once, as Celery's beat does after a pause."""
        for entry in SCHEDULE.values():
            if is_due(entry["schedule"], after, until):
                self.messages.append(entry["task"])


def is_due(schedule: float | crontab, after: datetime, until: datetime) -> bool:
    if not isinstance(schedule, crontab):
        return (until - after).total_seconds() >= schedule
    day = after.date()
    while day <= until.date():
        for hour in schedule.hour:
            for minute in schedule.minute:
                if after < datetime.combine(day, time(hour, minute), tzinfo=after.tzinfo) <= until:
                    return True
        day += timedelta(days=1)
    return False


def run_task(name: str) -> None:
    """The task itself, with Celery's own retries."""
    result = app.tasks[name].apply()
    if result.state not in ("SUCCESS", "RETRY"):  # RETRY: failed once, and then came to its end
        raise result.result


def draw_fault(random: Random, kinds: dict[str, int], broker: Broker) -> tuple[str, Any]:
    """Draw what goes wrong during a call, and return its name and its context."""
    kind = random.choices(list(kinds), list(kinds.values()))[0]
    # Services and tasks have from three statements to a hundred.
    statement = 1 + int(random.expovariate(1 / 12))
    if kind == "crash":
        return kind, broken_at(statement, Crash())
    if kind == "database":
        return kind, broken_at(statement, OperationalError("the simulated database failed"))
    if kind == "unsent":
        return kind, nothing_sent_after_commits()
    if kind == "broker":
        return kind, broker.away()
    return "", nullcontext([])
