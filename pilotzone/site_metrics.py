"""All that `/metrics` tells: what the processes counted, and the state of the site as of now."""

import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

import redis
from django.conf import settings
from prometheus_client.metrics_core import GaugeMetricFamily

from core import metrics
from core.clock import now
from datasets.integrity import running as integrity
from datasets.integrity.checks import all_checks
from pilotzone import metrics_folder, task_signals
from rollups import runs

# Celery's own names in Redis.
QUEUE, IN_WORK = "celery", "unacked"
QUEUE_TIMEOUT = 0.5


def gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"pilotzone_{name}", help_text, value=value)


class SiteCollector:
    """What prometheus_client writes down."""

    def collect(self) -> Iterator[Any]:
        yield from _counted()
        yield from _queue()
        yield from _totals()
        yield from _integrity()


def _counted() -> Iterable[Any]:
    if metrics_folder.own_folder() is None:
        return metrics.REGISTRY.collect()
    return metrics_folder.merged_metrics()


def _queue() -> Iterator[Any]:
    length, in_work, oldest, is_away = _look_at_queue()
    yield gauge("queue_messages", "Tasks that wait for a worker", length)
    yield gauge("queue_in_work", "Tasks that a worker has taken, and has not ended", in_work)
    yield gauge("queue_oldest_seconds", "Age of the oldest task that waits; 0 when none does", oldest)
    yield gauge("queue_away", "1 where Redis does not answer; the others of the queue are 0 then", is_away)


def _look_at_queue() -> tuple[int, int, float, int]:
    """Without a broker tasks wait for nobody."""
    if not settings.REDIS_URL:
        return 0, 0, 0, 0
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=QUEUE_TIMEOUT, socket_timeout=QUEUE_TIMEOUT
    )
    try:
        with client.pipeline(transaction=False) as asked:
            asked.llen(QUEUE)
            asked.hlen(IN_WORK)
            # Workers take from the end.
            asked.lindex(QUEUE, -1)
            length, in_work, oldest = asked.execute()
    except redis.RedisError:
        return 0, 0, 0, 1
    finally:
        client.close()
    return length, in_work, _age(oldest), 0


def _age(message: bytes | None) -> float:
    if message is None:
        return 0
    try:
        sent_at = float(json.loads(message)["headers"][task_signals.SENT_AT])
    except (ValueError, KeyError, TypeError):
        # Sent by an earlier version.
        return 0
    return max(time.time() - sent_at, 0)


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
    if last is not None and last.finished_at is not None and last.seconds is not None:
        finished = last.finished_at.timestamp()
        yield gauge("rollup_last_run_timestamp_seconds", "When the last run that went well finished", finished)
        yield gauge("rollup_last_run_cells", "Cells that it recomputed", last.cells)
        yield gauge("rollup_last_run_seconds", "How long it took", last.seconds)
    check = runs.latest_verification()
    if check is not None:
        checked = check.finished_at.timestamp()
        yield gauge("verification_timestamp_seconds", "When the last check of all totals finished", checked)
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
    if run is not None:
        finished = run.finished_at.timestamp()
        yield gauge("integrity_timestamp_seconds", "When the data checks were run last", finished)
