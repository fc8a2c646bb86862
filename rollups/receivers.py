"""The one receiver of `figures_changed`: marks the cells stale, and asks for a refresh after the commit."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from core.signals import figures_changed
from rollups.engine import CellKey, mark_stale
from rollups.tasks import refresh_rollups_task


@receiver(figures_changed)
def refresh_later(sender: Any, *, kind: str, cells: set[CellKey], **kwargs: Any) -> None:
    mark_stale(kind, cells)
    # Robust: with the broker away the write stands, its cells stay stale, and the next sweep finds them.
    transaction.on_commit(refresh_rollups_task.delay, robust=True)
