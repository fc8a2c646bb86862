import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import BaseSchedule, crontab

from pilotzone import embedded_schedule, scheduler
from pilotzone.celery import app
from pilotzone.embedded_schedule import run_schedule_once_per_folder
from pilotzone.scheduler import run_schedule
from tests.services import ROOT, wait_until

# Midnight of 29 February.
LEAP_DAY = crontab(minute=0, hour=0, day_of_month=29, month_of_year=2)


class Task:
    def __init__(self, *, fails: bool = False) -> None:
        self.runs = 0
        self.fails = fails

    def apply(self, *, throw: bool) -> None:
        assert throw
        self.runs += 1
        if self.fails:
            raise RuntimeError("the disk is full")


@pytest.fixture
def run(settings: Any, monkeypatch: Any) -> Iterator[Any]:
    """Runs the given (task, schedule) pairs until a condition holds, then stops the thread."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    # The thread has no connection of its own to close here, and must not close the test's.
    monkeypatch.setattr("pilotzone.scheduler.close_old_connections", lambda: None)

    def start(tasks: dict[str, tuple[Task, Any]], until: Any) -> None:
        entries = {name: {"task": name, "schedule": schedule} for name, (_task, schedule) in tasks.items()}
        monkeypatch.setattr(scheduler, "TASKS", entries)
        for name, (task, _schedule) in tasks.items():
            monkeypatch.setitem(app.tasks, name, task)
        thread = threading.Thread(target=run_schedule, args=(stop,), kwargs={"tick": 0.01})
        threads.append(thread)
        thread.start()
        end = time.monotonic() + 3
        while not until() and time.monotonic() < end:
            time.sleep(0.01)
        stop.set()
        thread.join(3)
        assert not thread.is_alive()

    yield start
    stop.set()
    for thread in threads:
        thread.join(3)


def test_a_task_runs_when_it_is_due_and_again(run: Any) -> None:
    often, nightly = Task(), Task()
    run(
        {"often": (often, 0.02), "nightly": (nightly, LEAP_DAY)},
        until=lambda: often.runs >= 3,
    )
    assert often.runs >= 3
    assert nightly.runs == 0


def test_a_task_that_has_run_waits_for_its_next_time(run: Any) -> None:
    task = Task()
    begun = time.monotonic()
    run({"seldom": (task, 0.2)}, until=lambda: task.runs >= 2)
    assert 2 <= task.runs <= (time.monotonic() - begun) / 0.2


def test_a_failing_task_is_logged_and_stops_neither_itself_nor_the_others(run: Any, caplog: Any) -> None:
    broken, sound = Task(fails=True), Task()
    with caplog.at_level(logging.ERROR, logger="pilotzone.scheduler"):
        run({"broken": (broken, 0.02), "sound": (sound, 0.02)}, until=lambda: min(broken.runs, sound.runs) >= 2)
    assert min(broken.runs, sound.runs) >= 2
    assert "The scheduled task broken failed" in caplog.text
    assert "the disk is full" in caplog.text


class Moved(datetime):
    """The clock of the machine, put back by an hour once `by` says so."""

    by = timedelta(0)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.now(tz) + cls.by


def test_after_the_clock_was_put_back_a_task_goes_on(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task()

    def put_back() -> bool:
        if task.runs == 2:
            monkeypatch.setattr(Moved, "by", -timedelta(hours=1))
        return task.runs >= 4

    monkeypatch.setattr(scheduler, "datetime", Moved)
    monkeypatch.setattr(BaseSchedule, "now", lambda schedule: Moved.now(UTC))
    run({"often": (task, 0.02)}, until=put_back)
    assert task.runs >= 4


def test_after_the_clock_was_put_back_beat_sends_in_the_new_order(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beat = scheduler.Scheduler(app, schedule_filename=str(tmp_path / "schedule"))
    beat.lease = Lease()
    sent = []
    monkeypatch.setattr(beat, "apply_async", lambda entry, **options: sent.append(entry.name))
    try:
        for entry in beat.schedule.values():
            entry.last_run_at = datetime.now(UTC) + timedelta(hours=3)
        assert beat.tick() <= 5
        assert all(entry.last_run_at <= datetime.now(UTC) for entry in beat.schedule.values())
        beat.schedule["sweep-stale-cells"].last_run_at -= timedelta(seconds=31)
        beat._heap = None
        beat.tick()
        assert sent == ["sweep-stale-cells"]
    finally:
        beat.close()


class Lease:
    """A lease of a beat, without a database."""

    is_mine = True
    taken_after: datetime | None = None

    def is_held(self) -> bool:
        return self.is_mine

    def release(self) -> None:
        self.is_mine = False


def test_a_beat_that_waits_hands_out_nothing_and_then_only_what_the_other_has_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beat = scheduler.Scheduler(app, schedule_filename=str(tmp_path / "schedule"))
    beat.lease, sent = Lease(), []
    monkeypatch.setattr(beat, "apply_async", lambda entry, **options: sent.append(entry.name))
    try:
        for entry in beat.schedule.values():
            entry.last_run_at = datetime.now(UTC) - timedelta(days=40)
        beat._heap, beat.lease.is_mine = None, False
        assert beat.tick() == beat.max_interval
        assert sent == []
        # The other was there until half a minute ago: the night's tasks were its own.
        beat.lease.is_mine, beat.lease.taken_after = True, datetime.now(UTC) - timedelta(seconds=31)
        for _each in beat.schedule:
            beat.tick()
        assert {"sweep-stale-cells", "work-on-uploads"} <= set(sent)
        assert not {"back-up-nightly", "send-digests", "clean-nightly"} & set(sent)
    finally:
        beat.close()
    assert not beat.lease.is_mine


@pytest.mark.django_db
def test_one_that_takes_over_from_a_beat_that_ended_hands_out_nothing_of_the_time_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sent = []
    ended, next_one = (scheduler.Scheduler(app, schedule_filename=str(tmp_path / name)) for name in ("one", "two"))
    monkeypatch.setattr(next_one, "apply_async", lambda entry, **options: sent.append(entry.name))
    monkeypatch.setattr(ended, "apply_async", lambda entry, **options: None)
    ended.tick()
    ended.close()
    try:
        for entry in next_one.schedule.values():
            # Of the tasks of each five seconds and of each half minute one would be due.
            entry.last_run_at = datetime.now(UTC) - timedelta(seconds=31)
        next_one._heap = None
        for _each in next_one.schedule:
            next_one.tick()
        assert sent == []
    finally:
        next_one.close()


def test_it_ends_at_once_when_told(settings: Any) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=run_schedule, args=(stop,), kwargs={"tick": 60})
    thread.start()
    stop.set()
    thread.join(3)
    assert not thread.is_alive()


def test_of_several_processes_one_runs_the_schedule_until_it_ends(
    settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    settings.DATA_DIR = tmp_path
    running: list[threading.Event] = []

    def run(stop: threading.Event) -> None:
        running.append(stop)
        stop.wait(10)

    monkeypatch.setattr("pilotzone.scheduler.run_schedule", run)
    monkeypatch.setattr(embedded_schedule, "is_here", False)
    # A lock is of the opened file: two threads stand for two processes.
    stops = [threading.Event(), threading.Event()]
    threads = [threading.Thread(target=run_schedule_once_per_folder, args=(stop,)) for stop in stops]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(running) == 1, "the first to run")
    time.sleep(0.1)
    assert len(running) == 1
    running[0].set()
    wait_until(lambda: len(running) == 2, "the other to run")
    running[1].set()
    for thread in threads:
        thread.join(3)
    assert {id(stop) for stop in running} == {id(stop) for stop in stops}
    # For /metrics, which asks for no beat then.
    assert embedded_schedule.is_here


def test_every_task_of_the_schedule_is_known_where_nothing_else_was_imported() -> None:
    script = """
import threading, django
django.setup()
from pilotzone import scheduler
from pilotzone.celery import app
from pilotzone.schedule import TASKS
from pilotzone.scheduler import run_schedule
from tests.services import ROOT
stop = threading.Event()
stop.set()
run_schedule(stop)
print(sorted({entry["task"] for entry in TASKS.values()} - set(app.tasks)))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
