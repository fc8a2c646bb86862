"""The receivers of what changes figures: they mark the cells stale, and ask for a refresh after the commit."""

import logging
import time
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from core.queue import BrokerAway, start_task
from core.signals import figures_changed, limits_changed
from rollups.engine import mark_stale, stored_keys
from rollups.models import CellKey

logger = logging.getLogger(__name__)

SKIPPED_SECONDS = 10
# For all threads of the process.
_skipped_until = 0.0


@receiver(figures_changed)
def refresh_later(sender: Any, *, kind: str, cells: set[CellKey], **kwargs: Any) -> None:
    mark_stale(kind, cells)
    # Robust: whatever goes wrong, the write stands, its cells stay stale, and the next sweep finds them.
    transaction.on_commit(ask_for_refresh, robust=True)


@receiver(limits_changed)
def count_lights_anew(sender: Any, *, plan: Any = None, **kwargs: Any) -> None:
    """The lights of all measures may be others, or of those of one plan."""
    cells = {cell for cell in stored_keys("measures") if plan is None or cell[0] == plan.pk}
    refresh_later(sender, kind="measures", cells=cells)


def ask_for_refresh() -> None:
    """Leaves a broker that does not answer alone for a while: one person waits for it, and not all who come."""
    global _skipped_until
    if time.monotonic() < _skipped_until:
        return
    try:
        start_task("rollups.tasks.refresh_rollups_task")
    except BrokerAway as error:
        _skipped_until = time.monotonic() + SKIPPED_SECONDS
        logger.warning("The broker does not answer; for %s seconds the sweep must do: %s", SKIPPED_SECONDS, error)
