"""The schedule of a site without beat: one of its web processes runs it."""

import fcntl
import threading

from django.conf import settings

# Whether the web server of this process runs the schedule, itself or in another of its processes.
is_here = False


def run_schedule_once_per_folder(stop: threading.Event) -> None:
    """Runs it in one process of those that share the data folder; the others wait until that one ends."""
    global is_here
    is_here = True
    with (settings.DATA_DIR / "schedule.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # Processes that wait need no Celery.
        from pilotzone.scheduler import run_schedule

        run_schedule(stop)
