"""The one receiver of `figures_changed`: marks the cells stale, and asks for a refresh after the commit."""

import logging
import time
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from core.signals import figures_changed
from rollups.engine import mark_stale
from rollups.models import CellKey
from rollups.tasks import refresh_rollups_task

logger = logging.getLogger(__name__)

SKIPPED_SECONDS = 10
# For all threads of the process.
_skipped_until = 0.0


@receiver(figures_changed)
def refresh_later(sender: Any, *, kind: str, cells: set[CellKey], **kwargs: Any) -> None:
    mark_stale(kind, cells)
    # Robust: whatever goes wrong, the write stands, its cells stay stale, and the next sweep finds them.
    transaction.on_commit(ask_for_refresh, robust=True)


def ask_for_refresh() -> None:
    """Leaves a broker that does not answer alone for a while: one person waits for it, and not all who come."""
    global _skipped_until
    if time.monotonic() < _skipped_until:
        return
    try:
        refresh_rollups_task.delay()
    except OperationalError as error:
        _skipped_until = time.monotonic() + SKIPPED_SECONDS
        logger.warning("The broker does not answer; for %s seconds the sweep must do: %s", SKIPPED_SECONDS, error)
