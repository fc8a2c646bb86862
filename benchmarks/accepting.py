"""The time from an accepted report to every total: reports are accepted at a steady pace, while Celery workers
refresh."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import F

from accounts.models import Department, Role, User
from core.clock import today
from core.periods import month_of
from core.statuses import MeasureStatus
from measures.filing import file_report
from measures.models import Measure, Report
from measures.reports import accept_report, open_report
from pilotzone.celery import app
from rollups.engine import TABLES
from rollups.models import MeasureRollup, RollupRun
from rollups.services import verify_rollups
from web.limits import thresholds

NEXT = {MeasureStatus.PROMOTING: MeasureStatus.IN_PROGRESS, MeasureStatus.IN_PROGRESS: MeasureStatus.COMPLETED}
EVIDENCE = [{"document_number": "Benchmark 1"}]
# Reports accepted a second, and how many at most.
PACE, MOST = 20, 200
# People who accept at the same time, each on a connection of their own.
REVIEWERS = 4
WORKERS = 2
# How often the totals are looked at, and how long for those that are late, in seconds.
LOOK, PATIENCE = 0.01, 30
# The measures of a cell in progress, and twice those completed: each accepted report raises it by one.
SCORES = "SELECT id, in_progress + 2 * completed FROM rollups_measurerollup WHERE id = ANY(%s)"


def accepted_reports(times: int) -> Iterator[tuple[str, float, str]]:
    """How long each was on its way, from its commit to the look by another connection that saw it in its cell."""
    _wait_for_workers()
    reports = file_reports(min(times * PACE, MOST))
    assert reports, "there is no measure to report"
    milliseconds = accept_all(reports, PACE)
    failed = RollupRun.objects.exclude(error="").count()
    assert not failed, f"{failed} runs failed"
    assert verify_rollups() == [], "totals are wrong afterwards"
    p99 = statistics.quantiles([*milliseconds, milliseconds[-1]], n=100, method="inclusive")[-1]
    note = f"p50 {statistics.median(milliseconds):.0f}, longest {max(milliseconds):.0f} ms of {len(reports)} reports"
    yield "accepted report to total, p99", p99, note


def _wait_for_workers() -> None:
    deadline = time.monotonic() + 90
    with app.connection_for_write() as broker:
        while len(app.control.inspect(connection=broker, timeout=1).ping() or {}) < WORKERS:
            assert time.monotonic() < deadline, "the workers did not answer within 90 s"


def file_reports(number: int) -> Sequence[Report]:
    """Submits so many reports, or as many as there can be, each of which moves its measure one status on, spread over
    all plans."""
    open_measures = Measure.objects.as_of(today(), limits=thresholds()).filter(status__in=NEXT)
    keys = list(open_measures.order_by("pk").values_list("pk", flat=True))
    step = max(len(keys) // number, 1)
    reporters = {each.pk: _reporter(each) for each in Department.objects.all()}
    filed: list[int] = []
    # Some have an open report for the month already: then the next one.
    for key in chain.from_iterable(keys[offset::step] for offset in range(step)):
        measure = open_measures.select_related("lead_department").get(pk=key)
        if open_report(measure, month_of(today())) is None:
            values = {"status": NEXT[MeasureStatus(measure.status)], "what_was_done": "基准测试"}
            by = reporters[measure.lead_department_id]
            filed.append(file_report(measure, by=by, values=values, evidence=EVIDENCE).pk)
        if len(filed) == number:
            break
    return Report.objects.filter(pk__in=filed).order_by("pk").select_related("measure__section")


def _reporter(department: Department) -> User:
    name, values = f"benchmark-{department.slug}", {"role": Role.REPORTER, "department": department}
    return User.objects.get_or_create(username=name, defaults=values)[0]


class Totals:
    """The stored cells, and when each will hold what was accepted."""

    def __init__(self) -> None:
        scores = MeasureRollup.objects.values_list("pk", F("in_progress") + 2 * F("completed"), *_columns())
        # By the cell's key: its id, and its score once everything is counted that was accepted until now.
        self.cells = {tuple(key): (pk, score) for pk, score, *key in scores.iterator()}
        # Of each report that is on its way: the cell, the score that it brings, and when it was committed.
        self.waiting: list[tuple[int, int, float]] = []
        self.milliseconds: list[float] = []

    def committed(self, report: Report) -> None:
        key = _key(report)
        cell, score = self.cells[key]
        self.cells[key] = cell, score + 1
        self.waiting.append((cell, score + 1, time.monotonic()))

    def watch(self, is_done: Callable[[], bool]) -> None:
        """Looks until nothing more comes and everything is there, or it has waited for too long."""
        deadline = float("inf")
        with psycopg.connect(_address(), autocommit=True) as looking:
            while time.monotonic() < deadline and (self.waiting or not is_done()):
                if is_done():
                    deadline = min(deadline, time.monotonic() + PATIENCE)
                self.look(looking)
                time.sleep(LOOK)

    def look(self, looking: Any) -> None:
        some = list(self.waiting)
        scores = dict(looking.execute(SCORES, [list({cell for cell, _score, _at in some})]).fetchall())
        seen = time.monotonic()
        for each in some:
            cell, score, at = each
            if scores[cell] >= score:
                self.milliseconds.append((seen - at) * 1000)
                self.waiting.remove(each)


def _columns() -> Sequence[str]:
    return TABLES["measures"].key_columns


def _key(report: Report) -> tuple[int, ...]:
    return report.measure.plan_id, report.measure.section_id, report.measure.lead_department_id


def _address() -> str:
    values = connection.settings_dict
    return f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def accept_all(reports: Sequence[Report], per_second: float) -> list[float]:
    """The milliseconds of each on its way. Raises AssertionError where one never came."""
    totals = Totals()
    reviewer = User.objects.filter(role=Role.REVIEWER).order_by("pk")[0]
    begin = time.monotonic() + 0.2

    def work(share: Sequence[tuple[int, Report]]) -> None:
        try:
            for number, report in share:
                time.sleep(max(begin + number / per_second - time.monotonic(), 0))
                with transaction.atomic():
                    # Before the hook that queues the refresh.
                    transaction.on_commit(lambda report=report: totals.committed(report))
                    accept_report(report, by=reviewer)
        finally:
            connection.close()

    # Reports of one cell go to one reviewer: their order is then that of their commits.
    shares: list[list[tuple[int, Report]]] = [[] for _ in range(REVIEWERS)]
    for number, report in enumerate(reports):
        shares[hash(_key(report)) % REVIEWERS].append((number, report))
    with ThreadPoolExecutor(REVIEWERS) as reviewers:
        working = [reviewers.submit(work, share) for share in shares]
        totals.watch(lambda: all(each.done() for each in working))
    for each in working:
        each.result()
    assert not totals.waiting, f"{len(totals.waiting)} reports never came into the totals"
    return totals.milliseconds
