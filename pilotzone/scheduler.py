"""The scheduler of `celery beat`, and the thread that runs the same schedule in the demonstration, which has no beat.

Of several beats one hands out tasks, and another goes on where it stood once it is gone. A task counts as last run at
some moment. Where the clock is put back that moment lies ahead, and the task would not run until the clock has come
there: such a moment becomes the present one.
"""

import logging
import threading
from datetime import UTC, datetime
from typing import Any

from celery.beat import PersistentScheduler
from celery.schedules import BaseSchedule, schedule
from django.db import close_old_connections

from pilotzone.celery import app, register_tasks
from pilotzone.schedule import TASKS
from web.leases import SCHEDULE, HeldLease

log = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):  # type: ignore[misc]  # Celery has no types
    def __init__(self, *args: Any, **options: Any) -> None:
        self.lease = HeldLease(SCHEDULE)
        super().__init__(*args, **options)

    def tick(self, *args: Any, **options: Any) -> Any:
        if not self.lease.is_held():
            return self.max_interval
        moment = datetime.now(UTC)
        # What was handed out by the one before is not handed out again.
        since, self.lease.taken_after = self.lease.taken_after, None
        for entry in self.schedule.values():
            last = min(max(entry.last_run_at, since or entry.last_run_at), moment)
            if last != entry.last_run_at:
                entry.last_run_at = last
                # The order in which they are due is made anew.
                self._heap = None
        return super().tick(*args, **options)

    def close(self) -> None:
        super().close()
        self.lease.release()


def run_schedule(stop: threading.Event, *, tick: float = 5.0) -> None:
    """Runs each task of the schedule in this process when it is due, until `stop` is set."""
    register_tasks()
    last = {name: datetime.now(UTC) for name in TASKS}
    while not stop.wait(tick):
        for name, entry in TASKS.items():
            when = entry["schedule"]
            every = when if isinstance(when, BaseSchedule) else schedule(when)
            last[name] = min(last[name], datetime.now(UTC))
            if not every.is_due(last[name]).is_due:
                continue
            last[name] = datetime.now(UTC)
            close_old_connections()
            try:
                app.tasks[entry["task"]].apply(throw=True)
            except Exception:
                log.exception("The scheduled task %s failed; it runs again when it is next due.", name)
            finally:
                close_old_connections()
