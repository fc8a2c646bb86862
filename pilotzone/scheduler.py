"""Runs the schedule of `celery beat` in a thread of the demonstration, which has no beat."""

import fcntl
import logging
import threading
from datetime import UTC, datetime

from celery import current_app
from celery.schedules import BaseSchedule, schedule
from django.conf import settings
from django.db import close_old_connections

log = logging.getLogger(__name__)


def run_schedule(stop: threading.Event, *, tick: float = 5.0) -> None:
    """Runs each task of CELERY_BEAT_SCHEDULE in this process when it is due, until `stop` is set."""
    # Registers the tasks of apps that nothing has imported yet. A worker does this by itself.
    current_app.autodiscover_tasks(force=True)
    last = {name: datetime.now(UTC) for name in settings.CELERY_BEAT_SCHEDULE}
    while not stop.wait(tick):
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
            when = entry["schedule"]
            every = when if isinstance(when, BaseSchedule) else schedule(when)
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
