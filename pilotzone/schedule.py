"""The tasks that run by the clock of Shanghai or each so many seconds, by beat or by the scheduler of a site without
it."""

from typing import Any

from celery.schedules import crontab

from backups.retention import MADE_AT


def _every(seconds: float, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": seconds}


def _daily(hour: int, minute: int, task: str) -> dict[str, Any]:
    return {"task": task, "schedule": crontab(hour=hour, minute=minute)}


TASKS: dict[str, dict[str, Any]] = {
    "sweep-stale-cells": _every(30.0, "rollups.tasks.refresh_rollups_task"),
    # Before midnight: the rebuild of the new day would overwrite cells that are wrong.
    "verify-nightly": _daily(23, 30, "rollups.tasks.verify_rollups_task"),
    "rebuild-nightly": _daily(2, 30, "rollups.tasks.rebuild_rollups_task"),
    # What the queue has lost, and without workers each large file.
    "work-on-uploads": _every(5.0, "workbooks.tasks.work_on_waiting_uploads_task"),
    # Every page sums up these rows.
    "delete-old-changes": _every(600.0, "web.tasks.delete_old_changes_task"),
    "check-integrity-nightly": _daily(3, 40, "integrity.tasks.check_integrity_task"),
    # Before the night's cleaning, so that what it deletes is in one more backup.
    "back-up-nightly": _daily(MADE_AT.hour, MADE_AT.minute, "backups.tasks.back_up_task"),
    "clean-nightly": _daily(3, 10, "pilotzone.tasks.clean_task"),
    "seal-log": _every(60.0, "audit.tasks.seal_log_task"),
    "verify-log-nightly": _daily(23, 45, "audit.tasks.verify_log_task"),
    "tell-of-due-dates": _daily(7, 30, "notices.tasks.notify_of_due_dates_task"),
    "tell-of-due-values": _daily(7, 30, "notices.tasks.notify_of_due_values_task"),
    "tell-of-due-months": _daily(7, 30, "notices.tasks.notify_of_due_months_task"),
    # So often, and not once each return is committed: who returns many in one go causes one e-mail.
    "send-returns": _every(60.0, "notices.tasks.send_returns_task"),
    "send-digests": _daily(8, 0, "notices.tasks.send_digests_task"),
}
