"""Faults of a real site, done to real processes: whatever goes wrong, within one sweep every accepted report is in the
totals, every stored total is what its rows say, and no mark is left."""

import math
import os
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta

import psycopg
import pytest
from celery.schedules import crontab
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connections, transaction

from measures.editing.terms import change_terms
from measures.models import Report, StatusChange
from measures.reports import accept_report
from notices.models import Notice
from pilotzone.celery import app
from pilotzone.postgresql import outage
from rollups.models import MeasureRollup, RollupRun, StaleCell
from rollups.services import rebuild_rollups, refresh_stale_rollups
from tests.acceptances import ONE_SWEEP, accept, assert_right, in_progress, make_reports
from tests.factories import make_user
from tests.running import (
    IN_THE_MIDDLE,
    REBUILD,
    SCHEDULE,
    SWEEP,
    THE_FIRST,
    TODAY,
    at_work,
    beat,
    database_address,
    hold,
    make_everything_due,
    sweep,
    tasks_begun,
    trigger,
    worker,
    workers,
)
from tests.services import wait_until

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

WRITE = "INSERT OR UPDATE"


@pytest.fixture
def rita(transactional_db):
    return make_user("rita", role="reviewer")


@pytest.fixture
def reports(rita, today):
    """Twelve submitted reports that say "in progress", in turn for each of four cells."""
    return make_reports(sections=2, departments=2, each=3)


# A worker is killed


@pytest.mark.parametrize(
    ("task", "model", "on", "when"),
    [
        pytest.param(SWEEP, MeasureRollup, WRITE, IN_THE_MIDDLE, id="some-cells-written"),
        pytest.param(SWEEP, MeasureRollup, WRITE, "TRUE", id="no-cell-written", marks=pytest.mark.long),
        pytest.param(SWEEP, StaleCell, "DELETE", "TRUE", id="marks-to-clear", marks=pytest.mark.long),
        pytest.param(REBUILD, MeasureRollup, WRITE, IN_THE_MIDDLE, id="some-rebuilt", marks=pytest.mark.long),
        pytest.param(REBUILD, StaleCell, "DELETE", "TRUE", id="all-rebuilt", marks=pytest.mark.long),
    ],
)
@pytest.mark.faults("worker killed", "SIGKILL in the middle of its transaction, then another one")
def test_a_worker_killed_in_the_middle_of_a_batch_leaves_all_as_it_was(reports, rita, broker, task, model, on, when):
    before = dict(MeasureRollup.objects.values_list("pk", "run"))
    for report in reports:
        accept(report, rita)
    # One batch with all the cells.
    app.control.purge()
    app.send_task(task)
    with hold(model, on, when) as held:
        with worker(broker.url) as victim:
            wait_until(lambda: held.held, "the worker standing still in its transaction")
            orphans = held.held
            victim.kill()
        assert in_progress() == 0
        held.release()
        # The server learns that the worker is gone when it wants to answer it.
        wait_until(lambda: not orphans & held.connected, "the end of the worker's transaction")
    assert dict(MeasureRollup.objects.values_list("pk", "run")) == before
    assert StaleCell.objects.count() == len(reports)
    with worker(broker.url, "second"):
        sweep()
        assert_right(reports)


@pytest.mark.long
@pytest.mark.faults("worker killed", "SIGKILL of its child at work")
def test_a_worker_whose_child_is_killed_at_its_work_goes_on(reports, rita, broker):
    """The kernel does the same when memory runs out: the largest process goes, its parent stays."""
    for report in reports:
        accept(report, rita)
    app.control.purge()
    with hold(MeasureRollup, WRITE, IN_THE_MIDDLE) as held, worker(broker.url) as one:
        sweep()
        wait_until(lambda: held.held, "the worker standing still in its transaction")
        orphans = held.held
        (child,) = at_work()
        assert child != one.popen.pid
        os.kill(child, signal.SIGKILL)
        assert in_progress() == 0
        held.release()
        wait_until(lambda: not orphans & held.connected, "the end of the child's transaction")
        # The message comes again at once, and may find the marks still taken.
        sweep()
        assert_right(reports)
        assert one.is_alive


# The broker goes away


@pytest.mark.faults("Redis away", "ended amid acceptances, then started again without its data")
def test_reports_accepted_while_redis_is_away_are_in_the_totals_after_it_came_back(
    reports, rita, broker, client, open_reading, settings
):
    # As on a real site, where one Redis also counts the requests to the API.
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": broker.url}}
    with worker(broker.url) as one:
        accept(reports[0], rita)
        wait_until(lambda: in_progress() == 1, "the first total")
        broker.stop()
        for report in reports[1:]:
            started = time.monotonic()
            accept(report, rita)
            # Nobody waits for a broker that refuses.
            assert time.monotonic() - started < 2
        assert in_progress() == 1
        answer = client.get("/api/v1/summary/")
        assert answer.status_code == 200
        assert answer.json()["refreshing"] is True
        assert client.get("/").status_code == 200
        broker.start()
        sweep()
        # The same worker: it came back by itself.
        assert_right(reports)
        assert one.is_alive


@pytest.mark.long
@pytest.mark.faults("Redis away", "ended for 5 s; only beat and its sweep find what was accepted")
def test_beat_and_worker_find_a_broker_again_that_was_away(reports, rita, broker, tmp_path):
    make_everything_due(tmp_path / "celerybeat-schedule")
    with worker(broker.url) as one, beat(broker.url, tmp_path) as other:
        wait_until(lambda: tasks_begun()[SWEEP], "beat's first sweep")
        broker.stop()
        for report in reports:
            accept(report, rita)
        time.sleep(5)
        broker.start()
        # Nobody sends anything but beat.
        assert_right(reports)
        assert one.is_alive
        assert other.is_alive


# A message comes twice


@pytest.mark.long
@pytest.mark.parametrize("task", [SWEEP, pytest.param(REBUILD, marks=pytest.mark.long)])
@pytest.mark.faults("message delivered twice", "to two workers at once")
def test_a_message_that_is_delivered_twice_counts_once(reports, rita, broker, task):
    cells = MeasureRollup.objects.count()
    for report in reports:
        accept(report, rita)
    app.control.purge()
    # As it happens: a worker is slow, and the broker gives its message to another one as well.
    for _delivery in range(2):
        app.send_task(task, task_id="one-and-the-same")
    with (
        hold(MeasureRollup, WRITE, THE_FIRST) as held,
        workers(broker.url, "first", "second"),
    ):
        wait_until(lambda: held.held, "the first delivery standing still")
        wait_until(lambda: tasks_begun()[task] == 2, "the second one at work")
        wait_until(lambda: held.behind or len(at_work()) == 1, "the second one done, or waiting for the first")
        held.release()
        assert_right(reports)
        assert MeasureRollup.objects.count() == cells
        wait_until(lambda: not at_work(), "the end of both")
        assert not RollupRun.objects.exclude(error="").exists()


# The database goes away


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param("immediate", marks=pytest.mark.faults("PostgreSQL away", "crashed amid acceptances")),
        pytest.param(
            "fast", marks=[pytest.mark.faults("PostgreSQL away", "stopped amid acceptances"), pytest.mark.long]
        ),
        pytest.param(
            "hung", marks=[pytest.mark.faults("PostgreSQL hung", "SIGSTOP amid acceptances"), pytest.mark.long]
        ),
    ],
)
def test_what_was_accepted_before_postgresql_went_away_is_there_when_it_is_back(own_postgresql, today, broker, mode):
    call_command("migrate", verbosity=0)
    rita = make_user("rita", role="reviewer")
    reports = make_reports(sections=2, departments=2, each=30)
    waiting, accepted, failed, stop = list(reports), [], [], threading.Event()

    def work():
        while waiting and not stop.is_set():
            report = waiting.pop()
            try:
                accept(report, rita)
                accepted.append(report)
            except (OperationalError, InterfaceError):
                failed.append(report)
                # Who is refused at once comes again later.
                time.sleep(outage.REST)

    with (
        worker(broker.url) as one,
        ThreadPoolExecutor(4) as pool,
        closing(psycopg.connect(database_address())) as other,
    ):
        # One acceptance at least is on its way when the server goes.
        other.execute("SELECT FROM measures_measure WHERE id = %s FOR UPDATE", [reports[-1].measure_id])
        try:
            for _thread in range(4):
                pool.submit(work)
            wait_until(lambda: len(accepted) >= 20, "acceptances")
            with own_postgresql.hung() if mode == "hung" else own_postgresql.stopped(mode):
                wait_until(lambda: failed, "a failure")
            before = len(accepted)
            wait_until(lambda: len(accepted) >= before + 20, "acceptances afterwards", 60)
        finally:
            stop.set()
        pool.shutdown()
        connections.close_all()
        sweep()
        # Who was told of an error finds the report untouched or accepted as a whole: then the answer was lost.
        pks = {report.pk for report in failed}
        whole = set(StatusChange.objects.filter(report__in=pks).values_list("report", flat=True))
        assert set(Report.objects.filter(pk__in=pks, state="submitted").values_list("pk", flat=True)) == pks - whole
        assert reports[-1].pk in pks - whole
        # The same worker: it came back by itself.
        assert_right([*accepted, *(report for report in failed if report.pk in whole)])
        assert one.is_alive


@pytest.mark.parametrize("seconds", [0, pytest.param(20, marks=pytest.mark.long)])
@pytest.mark.faults("PostgreSQL away", "with all connections of the pool open")
def test_once_postgresql_is_back_every_request_is_given_a_live_connection(own_postgresql, seconds):
    together = threading.Barrier(8)

    def ask():
        try:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT 1")
        finally:
            connections.close_all()

    def ask_together():
        with connections["default"].cursor():
            together.wait(10)
        ask()

    with ThreadPoolExecutor(8) as pool:
        # As many connections as the pool may have, then all idle.
        list(pool.map(lambda _number: ask_together(), range(8)))
        own_postgresql.stop("fast")
        asked_in_vain = pool.submit(ask) if seconds else None
        time.sleep(seconds)
        own_postgresql.start()
        started = time.monotonic()
        ask()
        assert time.monotonic() - started < 6
        list(pool.map(lambda _number: ask_together(), range(8)))
    assert asked_in_vain is None or isinstance(asked_in_vain.exception(), OperationalError)


# Two beats


@pytest.mark.long
@pytest.mark.faults("two beats", "one hands out tasks; it is killed, and the other goes on")
def test_of_two_beats_one_hands_out_tasks_and_the_other_goes_on_once_that_is_killed(reports, rita, broker, tmp_path):
    change_terms(reports[0].measure, by=rita, due_on=TODAY + timedelta(days=7), reason="定期限")
    for report in reports:
        accept(report, rita)
    app.control.purge()
    folders = [tmp_path / "first", tmp_path / "second"]
    for each in folders:
        each.mkdir()
        make_everything_due(each / "celerybeat-schedule")
    nightly = [each["task"] for each in SCHEDULE.values() if isinstance(each["schedule"], crontab)]
    with worker(broker.url) as one, beat(broker.url, folders[0]) as first:
        wait_until(lambda: is_once_each(tasks_begun()), "every task of the schedule")
        with beat(broker.url, folders[1]):
            time.sleep(10)
            assert [task for task in nightly if tasks_begun()[task] != 1] == []
            wait_until(lambda: not at_work(), "their end")
            before = tasks_begun()[SWEEP]
            first.kill()
            wait_until(lambda: tasks_begun()[SWEEP] > before + 1, "sweeps of the other", 90)
            assert [task for task in nightly if tasks_begun()[task] != 1] == []
        assert_right(reports)
        for person in ("reporter-0", "reporter-1"):
            assert one.output.count(f"To: {person}@example.org") == 1
    assert not RollupRun.objects.exclude(error="").exists()
    # Six of the reports and the due date, moved before the beats began, are the first person's.
    kinds = Counter(Notice.objects.exclude(kind="due_moved").values_list("user__username", "kind"))
    assert kinds == {("reporter-0", "accepted"): 6, ("reporter-1", "accepted"): 6, ("reporter-0", "due_soon"): 1}


def is_once_each(begun):
    return all(begun[each["task"]] for each in SCHEDULE.values())


# The write fails

FAIL = "RAISE EXCEPTION 'the disk of a test is full';"


@pytest.mark.parametrize("tries", [3, pytest.param(6, marks=pytest.mark.long)])
@pytest.mark.faults("disk full on a write", "PostgreSQL refuses each write of a total, then takes them")
def test_while_the_write_fails_pages_answer_and_afterwards_the_totals_come_right(
    reports, rita, broker, client, open_reading, tries
):
    """Three tries at growing intervals; six are all that a message has: then the next sweep must do."""
    with worker(broker.url) as one:
        with trigger(MeasureRollup, WRITE, FAIL):
            for report in reports:
                accept(report, rita)
            wait_until(lambda: RollupRun.objects.filter(retries=tries - 1).exists(), "the last try", ONE_SWEEP)
            failed = RollupRun.objects.all().exclude(error="")
            # On a busy machine the next try may have been made meanwhile.
            assert {run.retries for run in failed if run.retries < tries} == set(range(tries))
            assert all("the disk of a test is full" in run.error and run.cells == 0 for run in failed)
            page = client.get("/")
            assert page.status_code == 200
            assert "汇总数据正在更新" in page.content.decode()
            assert in_progress() == 0
            assert StaleCell.objects.count() == len(reports)
        sweep()
        assert_right(reports)
        assert one.is_alive


# Two refreshes of the same cell


def nothing():
    pass


@pytest.mark.parametrize("newer", [refresh_stale_rollups, rebuild_rollups, nothing])
@pytest.mark.parametrize("older", [refresh_stale_rollups, rebuild_rollups])
def test_an_older_count_never_overwrites_a_newer_one(reports, rita, broker, older, newer):
    """The older one has counted and not written when a change comes, with or without its refresh."""
    first, second = reports[0], reports[4]
    assert first.measure.section_id == second.measure.section_id
    assert first.measure.lead_department_id == second.measure.lead_department_id
    accept(first, rita)
    with ThreadPoolExecutor(2) as pool, hold(MeasureRollup, WRITE, THE_FIRST) as held:
        one = pool.submit(alone, older)
        wait_until(lambda: held.held, "the older count standing still")
        accept(second, rita)
        other = pool.submit(alone, newer)
        wait_until(lambda: held.behind or other.done(), "the newer one done, or waiting for the older")
        held.release()
        one.result()
        other.result()
    refresh_stale_rollups()
    assert_right([first, second])


def alone(do):
    """Call a function with a connection of its own."""
    try:
        return do()
    finally:
        connections.close_all()


# Many at once


@pytest.mark.parametrize("seconds", [5, pytest.param(30, marks=pytest.mark.long)])
def test_twenty_accepted_reports_a_second_are_in_the_totals_within_a_second(rita, today, broker, seconds, capsys):
    rate = 20
    reports = make_reports(sections=4, departments=5, each=seconds)
    deadlocks, committed, late = count_deadlocks(), defaultdict(list), []

    def accept_one(report, due):
        late.append(time.monotonic() - due)
        try:
            with transaction.atomic():
                accept_report(Report.objects.get(pk=report.pk), by=rita)
                # Just before the commit: the time until the total shows cannot come out too short.
                committed[cell_of(report.measure)].append(time.monotonic())
        finally:
            connections.close_all()

    with ExitStack() as stack:
        stack.enter_context(workers(broker.url, "first", "second"))
        seen = stack.enter_context(watch_cells())
        pool = stack.enter_context(ThreadPoolExecutor(6))
        start = time.monotonic() + 0.1
        jobs = []
        # At fixed moments, whether or not those before are done.
        for number, report in enumerate(reports):
            due = start + number / rate
            time.sleep(max(0, due - time.monotonic()))
            jobs.append(pool.submit(accept_one, report, due))
        for job in jobs:
            job.result()
        assert_right(reports)
        wait_until(lambda: sum(map(len, seen.values())) == len(reports), "every change seen")
    waited = sorted(
        shown - done for cell, times in committed.items() for done, shown in zip(sorted(times), seen[cell], strict=True)
    )
    p50, p99 = (waited[math.ceil(len(waited) * part) - 1] for part in (0.50, 0.99))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(reports)} reports accepted, {rate} a second: p50 {p50:.3f} s, p99 {p99:.3f} s,"
            f" at most {waited[-1]:.3f} s from commit to total; begun at most {max(late):.3f} s late\n"
        )
    assert max(late) < 1
    assert p99 <= 1
    assert count_deadlocks() == deadlocks


def cell_of(measure):
    return measure.section_id, measure.lead_department_id


@contextmanager
def watch_cells():
    """Yield the times at which each cell's number of measures in progress grew by one: a list for each cell, as they
    come."""
    seen, stop = defaultdict(list), threading.Event()
    query = "SELECT section_id, lead_department_id, in_progress FROM rollups_measurerollup"

    def watch():
        with psycopg.connect(database_address(), autocommit=True) as connection:
            while not stop.wait(0.01):
                rows = connection.execute(query).fetchall()
                at = time.monotonic()
                for section, department, number in rows:
                    times = seen[section, department]
                    times += [at] * (number - len(times))

    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(watch)
        try:
            yield seen
        finally:
            stop.set()
            watching.result()


def count_deadlocks():
    with psycopg.connect(database_address()) as connection:
        row = connection.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").fetchone()
    return row[0]
