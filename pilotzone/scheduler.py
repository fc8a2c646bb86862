"""The scheduler of `celery beat`, and the thread that runs the same schedule in the demonstration, which has no beat.

A task counts as last run at some moment. Where the clock is put back that moment lies ahead, and the task would not run
until the clock has come there: such a moment becomes the present one.
"""

import fcntl
import logging
import threading
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from celery import current_app
from celery.beat import PersistentScheduler
from celery.schedules import BaseSchedule, schedule
from django.conf import settings
from django.db import close_old_connections

log = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):  # type: ignore[misc]  # Celery has no types
    def tick(self, *args: Any, **options: Any) -> Any:
        moment = datetime.now(UTC)
        ahead = [entry for entry in self.schedule.values() if entry.last_run_at > moment]
        for entry in ahead:
            entry.last_run_at = moment
        if ahead:
            # The order in which they are due is made anew.
            self._heap = None
        return super().tick(*args, **options)


def run_schedule(stop: threading.Event, *, tick: float = 5.0) -> None:
    """Runs each task of CELERY_BEAT_SCHEDULE in this process when it is due, until `stop` is set."""
    # Registers the tasks that nothing has imported yet. A worker does this by itself.
    current_app.autodiscover_tasks(force=True)
    for name in settings.CELERY_IMPORTS:
        import_module(name)
    last = {name: datetime.now(UTC) for name in settings.CELERY_BEAT_SCHEDULE}
    while not stop.wait(tick):
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            when = entry["schedule"]
            every = when if isinstance(when, BaseSchedule) else schedule(when)
            last[name] = min(last[name], datetime.now(UTC))
            if not every.is_due(last[name]).is_due:
                continue
            last[name] = datetime.now(UTC)
            close_old_connections()
            try:
                current_app.tasks[entry["task"]].apply(throw=True)
            except Exception:
                log.exception("The scheduled task %s failed; it runs again when it is next due.", name)
            finally:
                close_old_connections()


def run_schedule_once_per_folder(stop: threading.Event) -> None:
    """Runs it in one process of those that share the data folder; the others wait until that one ends."""
    with (settings.DATA_DIR / "schedule.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        run_schedule(stop)
