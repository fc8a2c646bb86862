"""All that `/metrics` tells: what the processes counted, and the state of the site as of now."""

import json
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.urls import get_resolver
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily

from audit.check import last_check
from audit.seals import newest_seal, oldest_unsealed
from backups.schedule import failed_backup, latest_backup
from core import metrics
from core.clock import now
from core.queue import SENT_AT
from integrity import running as integrity
from integrity.checks import all_checks
from pilotzone import embedded_schedule, metrics_folder
from pilotzone.access import named_routes
from pilotzone.broker_settings import QUEUES
from rollups import runs
from web.leases import SCHEDULE
from web.models import Lease

# Celery's own name in Redis, of what workers have taken from all queues.
IN_WORK = "unacked"
QUEUE_TIMEOUT = 0.5


def gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"pilotzone_{name}", help_text, value=value)


def timestamp(name: str, help_text: str, moment: datetime | None) -> GaugeMetricFamily:
    """Return a gauge of a moment. One that has never happened is as late as the site is old: no alert could say so of a
    gauge that is not there."""
    return gauge(
        f"{name}_timestamp_seconds",
        f"{help_text}; before the first time, when the site was set up",
        (moment or _set_up_at()).timestamp(),
    )


def _set_up_at() -> datetime:
    first: datetime = MigrationRecorder(connection).migration_qs.aggregate(first=Min("applied"))["first"]
    return first


class SiteCollector:
    """A collector of all that prometheus_client writes down."""

    def collect(self) -> Iterator[Any]:
        metrics.begin_at_zero(task_names=_task_names(), routes=_routes())
        yield from _counted()
        yield from _queues()
        yield from _beat()
        yield from _backups()
        yield from _disks()
        yield from _totals()
        yield from _integrity()
        yield from _log()


@cache
def _task_names() -> list[str]:
    # It takes 7 MB: only of a process that is asked.
    from pilotzone.celery import app, register_tasks

    register_tasks()
    return [name for name in app.tasks if not name.startswith("celery.")]


@cache
def _routes() -> list[str]:
    return [metrics.NO_ROUTE, *named_routes(get_resolver())]


def _counted() -> Iterable[Any]:
    if metrics_folder.own_folder() is None:
        return metrics.REGISTRY.collect()
    return metrics_folder.merged_metrics()


def _queues() -> Iterator[Any]:
    messages = GaugeMetricFamily("pilotzone_queue_messages", "Tasks that wait for a worker", labels=["queue"])
    oldest = GaugeMetricFamily(
        "pilotzone_queue_oldest_seconds", "Age of the oldest task that waits; 0 when none does", labels=["queue"]
    )
    waiting, in_work, is_away = _look_at_queues()
    for name in QUEUES:
        length, age = waiting.get(name, (0, 0))
        messages.add_metric([name], length)
        oldest.add_metric([name], age)
    yield from (messages, oldest)
    yield gauge("queue_in_work", "Tasks that a worker has taken, and has not ended", in_work)
    yield gauge("queue_away", "1 where Redis does not answer; the others of the queues are 0 then", is_away)


def _look_at_queues() -> tuple[dict[str, tuple[int, float]], int, bool]:
    """How many wait in each queue, and for how long. Without a broker tasks wait for nobody."""
    if not settings.REDIS_URL:
        return {}, 0, False
    # It takes 6 MB: only of a process on a site that has it.
    import redis

    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=QUEUE_TIMEOUT, socket_timeout=QUEUE_TIMEOUT
    )
    try:
        with client.pipeline(transaction=False) as asked:
            for name in QUEUES:
                asked.llen(name)
                # Workers take from the end.
                asked.lindex(name, -1)
            asked.hlen(IN_WORK)
            *found, in_work = asked.execute()
    except redis.RedisError:
        return {}, 0, True
    finally:
        client.close()
    waiting = zip(found[::2], map(_age, found[1::2]), strict=True)
    return dict(zip(QUEUES, waiting, strict=True)), in_work, False


def _age(message: bytes | None) -> float:
    if message is None:
        return 0
    try:
        sent_at = float(json.loads(message)["headers"][SENT_AT])
    except (ValueError, KeyError, TypeError):
        # Sent by an earlier version.
        return 0
    return max(time.time() - sent_at, 0)


def _beat() -> Iterator[Any]:
    """Yield when a beat was last at work. Where the web server runs the schedule it takes no lease, and tasks alone
    tell whether it does."""
    if settings.REDIS_URL and not embedded_schedule.is_here:
        lease = Lease.objects.filter(name=SCHEDULE).first()
        yield timestamp("beat", "When a beat last said that it is at work", lease.renewed_at if lease else None)


def _backups() -> Iterator[Any]:
    if settings.PILOTZONE_BACKUP_DIR is not None:
        latest = latest_backup()
        yield timestamp("backup", "When the last backup that went well was made", latest.made_at if latest else None)
        failed = failed_backup() is not None
        yield gauge("backup_failed", "1 where a backup failed, and none has gone well since", failed)


def _disks() -> Iterator[Any]:
    free = GaugeMetricFamily("pilotzone_disk_free_bytes", "Free on the disk of a folder", labels=["folder"])
    size = GaugeMetricFamily("pilotzone_disk_size_bytes", "Size of the disk of a folder", labels=["folder"])
    for name, folder in (("data", settings.DATA_DIR), ("backups", settings.PILOTZONE_BACKUP_DIR)):
        # A web server need not have the folder of the backups; where it should be there, these fail and say so.
        with suppress(OSError):
            if folder is not None:
                usage = shutil.disk_usage(folder)
                free.add_metric([name], usage.free)
                size.add_metric([name], usage.total)
    yield from (free, size)


def _totals() -> Iterator[Any]:
    moment = now()
    stale = runs.stale_cells(moment)
    yield gauge("stale_cells", "Cells that wait to be recomputed", stale.count)
    yield gauge(
        "stale_cell_oldest_seconds", "Age of the oldest cell that waits; 0 when none does", stale.oldest_seconds
    )
    yield gauge(
        "cells_set_aside",
        "Cells whose rows cannot be counted: they keep an older total",
        runs.cells_set_aside().count(),
    )
    yield gauge(
        "rollup_failed_runs",
        f"Runs of the last {runs.RECENT_HOURS} hours that failed",
        runs.failed_runs(moment).count(),
    )
    last = runs.newest_runs().filter(finished_at__isnull=False, error="").first()
    finished = last.finished_at if last else None
    yield timestamp("rollup_last_run", "When the last run that went well finished", finished)
    if last is not None and last.seconds is not None:
        yield gauge("rollup_last_run_cells", "Cells that it recomputed", last.cells)
        yield gauge("rollup_last_run_seconds", "How long it took", last.seconds)
    check = runs.latest_verification()
    checked = check.finished_at if check else None
    yield timestamp("verification", "When the last check of all totals finished", checked)
    if check is not None:
        yield gauge("verification_cells", "Cells that it held against their rows", check.cells)
        yield gauge("verification_differing_cells", "Cells of these that differed", check.differing)


def _integrity() -> Iterator[Any]:
    run = integrity.latest_run()
    rows = GaugeMetricFamily(
        "pilotzone_integrity_rows", "Rows that a data check found in its last run", labels=["check", "severity"]
    )
    failed = 0
    for check in all_checks():
        found = integrity.found_in(run, check)
        if found is not None:
            rows.add_metric([check.name, check.severity.value], found.count)
            failed += bool(found.error)
    yield rows
    yield gauge("integrity_failed_checks", "Data checks that could not run", failed)
    yield timestamp("integrity", "When the data checks were run last", run.finished_at if run else None)


def _log() -> Iterator[Any]:
    newest, check = newest_seal(), last_check()
    yield gauge(
        "log_seal_number", "Number of the newest seal of the log, which never falls", newest.number if newest else 0
    )
    waits = oldest_unsealed()
    age = (timezone.now() - waits).total_seconds() if waits else 0
    yield gauge(
        "log_unsealed_seconds", "Age of the oldest entry of the log that waits for its seal; 0 when none does", age
    )
    yield timestamp("log_check", "When the log was last held against its seals", check.timestamp if check else None)
    yield gauge("log_check_faults", "What that check found", check.additional_data.get("found") or 0 if check else 0)
