"""The task that cleans up in all apps. It may run twice, or on two workers at once, without harm."""

import logging
from collections.abc import Callable, Mapping
from functools import partial

from celery import shared_task
from django.db import connection

from accounts.tokens import delete_ended_tokens, delete_expired_sessions
from audit.archive import prune_log
from backups.stored_files import delete_files_without_row, delete_unfinished_files, missing_files
from indicators.models import ValueReport
from integrity import running as integrity
from ledger.versions import delete_old_versions
from measures.models import Report
from projects.models import ProjectMonth
from reporting.services import delete_abandoned_drafts
from rollups.services import forget_old_runs
from web.idempotency import delete_old_keys
from web.leases import delete_ended_leases
from workbooks.uploads import delete_old_uploads

log = logging.getLogger(__name__)

# What is deleted, as the log names it -> deletes it and returns how many.
CLEANERS: Mapping[str, Callable[[], int]] = {
    "expired sessions": delete_expired_sessions,
    "ended access tokens": delete_ended_tokens,
    "abandoned drafts of reports": partial(delete_abandoned_drafts, Report),
    "abandoned drafts of months": partial(delete_abandoned_drafts, ProjectMonth),
    "abandoned drafts of values": partial(delete_abandoned_drafts, ValueReport),
    "old uploads": delete_old_uploads,
    "old versions of ledgers": delete_old_versions,
    "old runs": forget_old_runs,
    "old runs of the data checks": integrity.delete_old_runs,
    "old idempotency keys": delete_old_keys,
    "ended leases": delete_ended_leases,
    "files without a row": delete_files_without_row,
    "unfinished files": delete_unfinished_files,
    "old log entries": prune_log,
}


@shared_task
def clean_task() -> None:
    """Deletes what nobody needs any more, and logs in one line what it was; where one kind fails the others go on.
    Names each file that is missing, and has SQLite look at tables that have grown."""
    deleted, failed = [], []
    for name, clean in CLEANERS.items():
        try:
            deleted.append(f"{clean()} {name}")
        except Exception:
            log.exception("The %s could not be deleted; it is tried again in the next night.", name)
            failed.append(name)
    log.info("Deleted: %s.%s", ", ".join(deleted), f" Failed: {', '.join(failed)}." if failed else "")
    for name in missing_files():
        log.error("The file %s of the evidence is missing: its row names it. Bring it back from a backup.", name)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # All tables, not only those that this connection has read; PostgreSQL does so by itself.
            cursor.execute("PRAGMA optimize=0x10002")
