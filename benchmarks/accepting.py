"""From an accepted report to every total: reports accepted at a steady pace, while Celery workers refresh."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.models import F

from accounts.log_check import check_log
from accounts.log_seals import newest_seal, seal_log
from accounts.models import Department, LogSeal, Role, User
from accounts.tasks import seal_log_task
from core.clock import now, today
from core.periods import month_of
from core.statuses import MeasureStatus
from measures.filing import file_report
from measures.models import Measure, Report
from measures.reports import accept_report, open_report
from pilotzone.celery import app
from rollups.engine import TABLES, CellKey
from rollups.models import MeasureRollup, RollupRun, StaleCell, Verification
from rollups.tasks import rebuild_rollups_task, verify_rollups_task
from web.limits import thresholds

NEXT = {MeasureStatus.PROMOTING: MeasureStatus.IN_PROGRESS, MeasureStatus.IN_PROGRESS: MeasureStatus.COMPLETED}
EVIDENCE = [{"document_number": "Benchmark 1"}]
# People who accept at the same time, each on a connection of their own.
REVIEWERS = 4
# How often the totals are looked at, and how long for those that are late, in seconds.
LOOK, PATIENCE = 0.01, 30


def wait_for_workers(number: int) -> dict[str, int]:
    with app.connection_for_write() as broker:
        answers = _wait(lambda: _pinged(broker, number), seconds=90)
    return {"workers": len(answers)}


def _pinged(broker: Any, number: int) -> Any:
    answers = app.control.inspect(connection=broker, timeout=1).ping() or {}
    return answers if len(answers) >= number else None


def file_reports(number: int) -> dict[str, int]:
    """Submits so many reports, each of which moves its measure one status on, spread over all plans."""
    month, reporters = month_of(today()), _reporters()
    open_measures = Measure.objects.as_of(today(), limits=thresholds()).filter(status__in=NEXT)
    keys = list(open_measures.order_by("pk").values_list("pk", flat=True))
    step = max(len(keys) // number, 1)
    filed: list[int] = []
    # Some have an open report for the month already: then the next one.
    for key in chain.from_iterable(keys[offset::step] for offset in range(step)):
        measure = open_measures.select_related("lead_department").get(pk=key)
        if open_report(measure, month) is None:
            reporter = reporters[measure.lead_department_id]
            status = NEXT[MeasureStatus(measure.status)]
            values = {"status": status, "what_was_done": "基准测试"}
            filed.append(file_report(measure, by=reporter, values=values, evidence=EVIDENCE).pk)
        if len(filed) == number:
            break
    _filed[:] = filed
    return {"filed": len(filed)}


# The reports that wait to be accepted.
_filed: list[int] = []


def _reporters() -> dict[int, User]:
    """A reporter for each department."""
    departments = Department.objects.all()
    return {
        each.pk: User.objects.get_or_create(
            username=f"benchmark-{each.slug}", defaults={"role": Role.REPORTER, "department": each}
        )[0]
        for each in departments
    }


@dataclass
class Accepted:
    """A report that was accepted. The score of a cell is its measures in progress and twice those completed: each
    of these reports raises it by one, so that the total holds this report once the score has reached `score`.
    """

    cell: int
    score: int
    at: float


@dataclass
class Watch:
    """Looks at the stored cells until every accepted report is in them, and how long each took."""

    address: str
    accepted: list[Accepted] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    lost: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        waiting: list[Accepted] = []
        taken, deadline = 0, float("inf")
        with psycopg.connect(self.address, autocommit=True) as looking:
            while True:
                new = self.accepted[taken:]
                taken += len(new)
                waiting += new
                if self.done.is_set() and taken == len(self.accepted):
                    deadline = min(deadline, time.monotonic() + PATIENCE)
                    if not waiting:
                        return
                if time.monotonic() > deadline:
                    self.lost = len(waiting)
                    return
                waiting = self._look(looking, waiting)
                time.sleep(LOOK)

    def _look(self, looking: psycopg.Connection[Any], waiting: list[Accepted]) -> list[Accepted]:
        cells = list({each.cell for each in waiting})
        scores = dict(looking.execute(SCORES, [cells]).fetchall()) if cells else {}
        seen = time.monotonic()
        still = []
        for each in waiting:
            if scores[each.cell] >= each.score:
                self.milliseconds.append((seen - each.at) * 1000)
            else:
                still.append(each)
        return still


SCORES = "SELECT id, in_progress + 2 * completed FROM rollups_measurerollup WHERE id = ANY(%s)"


def _key(report: Report) -> CellKey:
    measure = report.measure
    return measure.plan_id, measure.section_id, measure.lead_department_id


class Reviewers:
    """Threads that accept reports at a steady pace, and tell `watch` of each in the moment of its commit."""

    def __init__(self, watch: Watch, per_second: float) -> None:
        self.watch = watch
        self.per_second = per_second
        self.user = User.objects.filter(role=Role.REVIEWER).order_by("pk")[0]
        columns = TABLES["measures"].key_columns
        scores = MeasureRollup.objects.values_list("pk", F("in_progress") + 2 * F("completed"), *columns)
        # By the cell's key: its id, and its score when everything is accepted that was until now.
        self.cells = {tuple(key): (pk, score) for pk, score, *key in scores.iterator()}
        self.begin = time.monotonic() + 0.2
        # In seconds, of the report that was begun the latest after its time.
        self.late = 0.0
        # Of each acceptance, with its commit.
        self.milliseconds: list[float] = []
        self.errors: list[str] = []

    def accept_all(self, reports: Sequence[Report]) -> None:
        shares: list[list[tuple[int, Report]]] = [[] for _ in range(REVIEWERS)]
        for number, report in enumerate(reports):
            # Reports of one cell go to one reviewer: their order is then that of their commits.
            shares[hash(_key(report)) % REVIEWERS].append((number, report))
        threads = [threading.Thread(target=self._work, args=[share]) for share in shares]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, share: Sequence[tuple[int, Report]]) -> None:
        try:
            for number, report in share:
                self._accept(number, report)
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def _accept(self, number: int, report: Report) -> None:
        key = _key(report)

        def committed() -> None:
            cell, score = self.cells[key]
            self.cells[key] = (cell, score + 1)
            self.watch.accepted.append(Accepted(cell, score + 1, time.monotonic()))

        due = self.begin + number / self.per_second
        time.sleep(max(due - time.monotonic(), 0))
        begun = time.monotonic()
        self.late = max(self.late, begun - due)
        with transaction.atomic():
            # Before the hook that queues the refresh.
            transaction.on_commit(committed)
            accept_report(report, by=self.user)
        self.milliseconds.append((time.monotonic() - begun) * 1000)


def seal_all() -> dict[str, int]:
    """So that a sealing that is measured has what came since, and no more."""
    sealed = 0
    while some := seal_log():
        sealed += some
    return {"sealed": sealed}


def accept_reports(*, per_second: float, sealing: bool = False) -> dict[str, Any]:
    """Accepts the filed reports at a steady pace, and says how long each took to be in its cell: from the commit
    to the look by another connection that saw it. `sealing`: half way a worker seals the log, which holds by then as
    much as comes in a minute.
    """
    reports = list(Report.objects.filter(pk__in=_filed).order_by("pk").select_related("measure__section"))
    watch = Watch(_address())
    reviewers = Reviewers(watch, per_second)
    watching = threading.Thread(target=watch.run)
    watching.start()
    newest = newest_seal()
    sealer = threading.Timer(len(reports) / per_second / 2, seal_log_task.delay)
    if sealing:
        sealer.start()
    reviewers.accept_all(reports)
    seconds = time.monotonic() - reviewers.begin
    watch.done.set()
    watching.join()
    found = {"sealed": 0, "faults of the log": 0}
    if sealing:
        sealer.join()
        seals = LogSeal.objects.filter(number__gt=newest.number if newest else 0)
        _wait(seals.exists, seconds=60)
        found = {"sealed": seals.count(), "faults of the log": check_log().found}
    return found | {
        "milliseconds": sorted(watch.milliseconds),
        "accepting": sorted(reviewers.milliseconds),
        "accepted": len(watch.accepted),
        "lost": watch.lost,
        "seconds": seconds,
        "late": reviewers.late,
        "errors": reviewers.errors[:3],
        "failed runs": RollupRun.objects.exclude(error="").count(),
    }


def _address() -> str:
    values = connection.settings_dict
    return f"postgres://{values['USER']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def tasks() -> dict[str, float]:
    """A full rebuild and a verification by a worker, in seconds; `differing`: how many cells the latter found wrong."""
    started = now()
    rebuild_rollups_task.delay()
    run = _wait(lambda: RollupRun.objects.filter(full=True, started_at__gte=started, finished_at__isnull=False).first())
    started = now()
    verify_rollups_task.delay()
    check = _wait(lambda: Verification.objects.filter(started_at__gte=started).first())
    return {
        "rebuild": (run.finished_at - run.started_at) / timedelta(seconds=1),
        "verify": (check.finished_at - check.started_at) / timedelta(seconds=1),
        "cells": check.cells,
        "differing": check.differing,
        "waiting": StaleCell.objects.count(),
    }


def _wait(find: Callable[[], Any], seconds: float = 600) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := find()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the workers did not answer within {seconds:g} s")
        time.sleep(0.2)
    return found
