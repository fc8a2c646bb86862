"""Receivers of Celery's signals around each task: it has the id of the request that asked for it, and is counted.

Without a worker a task runs in the process that asked, inside of its request.
"""

import logging
import time
from typing import Any

from celery import signals

from core import log_context, request_id
from core.queue import REQUEST_ID, SENT_AT

log = logging.getLogger(__name__)
# Of those that run: the id -> when it began, by the clock that nobody puts back, and the way back of the log.
_running: dict[str, tuple[float, Any]] = {}


def connect() -> None:
    signals.before_task_publish.connect(add_headers, dispatch_uid="pilotzone")
    signals.task_prerun.connect(begin, dispatch_uid="pilotzone")
    signals.task_postrun.connect(end, dispatch_uid="pilotzone")
    signals.worker_process_init.connect(begin_process, dispatch_uid="pilotzone")


def add_headers(headers: dict[str, Any] | None = None, **kwargs: Any) -> None:
    if headers is not None:
        headers[REQUEST_ID] = request_id.current()
        headers[SENT_AT] = time.time()


def begin(task_id: str, task: Any, **kwargs: Any) -> None:
    # Celery imports this module before Django has its models.
    from web import site

    # A worker asks for no page, and would never hear of a change.
    site.forget_version()
    if not task.request.is_eager:
        log_context.forget()
        # Asked for by the schedule it has none, and gets one.
        request_id.begin(task.request.get(REQUEST_ID) or "")
    _running[task_id] = time.monotonic(), log_context.begin_task(task_id, task.name)


def end(task_id: str, task: Any, state: str | None = None, **kwargs: Any) -> None:
    # Counting is set up before it is imported.
    from core import metrics

    begun = _running.pop(task_id, None)
    if begun is None:
        return
    seconds = time.monotonic() - begun[0]
    # Celery names none where the error goes on to whoever asked, such as the schedule of a site without beat.
    result = (state or "failure").lower()
    metrics.tasks.labels(task.name, result).inc()
    metrics.task_seconds.labels(task.name).observe(seconds)
    # The schedule's own run every few seconds.
    level = logging.INFO if task.request.get(REQUEST_ID, request_id.NONE) != request_id.NONE else logging.DEBUG
    log.log(level, "%s after %.3f s", result, seconds)
    log_context.end_task(begun[1])
    if not task.request.is_eager:
        request_id.end()


def begin_process(**kwargs: Any) -> None:
    """Begin a process of a worker, which replaces one that ended."""
    from pilotzone import metrics_folder

    metrics_folder.retire_ended()
