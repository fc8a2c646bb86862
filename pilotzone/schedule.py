"""The tasks that run by the clock of Shanghai or each so many seconds, by beat or by the scheduler of a site without
it."""

from typing import Any

from celery.schedules import crontab

from backups.retention import MADE_AT

TASKS: dict[str, dict[str, Any]] = {
    "sweep-stale-cells": {"task": "rollups.tasks.refresh_rollups_task", "schedule": 30.0},
    # Before midnight: the rebuild of the new day would overwrite cells that are wrong.
    "verify-nightly": {
        "task": "rollups.tasks.verify_rollups_task",
        "schedule": crontab(hour=23, minute=30),
    },
    "rebuild-nightly": {
        "task": "rollups.tasks.rebuild_rollups_task",
        "schedule": crontab(hour=2, minute=30),
    },
    # What the queue has lost, and without workers each large file.
    "work-on-uploads": {"task": "workbooks.tasks.work_on_waiting_uploads_task", "schedule": 5.0},
    # Every page sums up these rows.
    "delete-old-changes": {"task": "web.tasks.delete_old_changes_task", "schedule": 600.0},
    "check-integrity-nightly": {
        "task": "integrity.tasks.check_integrity_task",
        "schedule": crontab(hour=3, minute=40),
    },
    # Before the night's cleaning, so that what it deletes is in one more backup.
    "back-up-nightly": {
        "task": "backups.tasks.back_up_task",
        "schedule": crontab(hour=MADE_AT.hour, minute=MADE_AT.minute),
    },
    "clean-nightly": {"task": "pilotzone.tasks.clean_task", "schedule": crontab(hour=3, minute=10)},
    "seal-log": {"task": "audit.tasks.seal_log_task", "schedule": 60.0},
    "verify-log-nightly": {"task": "audit.tasks.verify_log_task", "schedule": crontab(hour=23, minute=45)},
    "tell-of-due-dates": {
        "task": "notices.tasks.notify_of_due_dates_task",
        "schedule": crontab(hour=7, minute=30),
    },
    "tell-of-due-values": {
        "task": "notices.tasks.notify_of_due_values_task",
        "schedule": crontab(hour=7, minute=30),
    },
    "tell-of-due-months": {
        "task": "notices.tasks.notify_of_due_months_task",
        "schedule": crontab(hour=7, minute=30),
    },
    # So often, and not once each return is committed: who returns many in one go causes one e-mail.
    "send-returns": {"task": "notices.tasks.send_returns_task", "schedule": 60.0},
    "send-digests": {
        "task": "notices.tasks.send_digests_task",
        "schedule": crontab(hour=8, minute=0),
    },
}
