"""The one receiver of `figures_changed`: marks the cells, and asks for a refresh after the commit."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver

from core.signals import figures_changed
from rollups.engine import Key, mark
from rollups.tasks import refresh_rollups_task


@receiver(figures_changed)
def mark_stale(sender: Any, *, kind: str, cells: set[Key], **kwargs: Any) -> None:
    mark(kind, cells)
    # Robust: with the broker away the write stands, its marks stay, and the next sweep finds them.
    transaction.on_commit(refresh_rollups_task.delay, robust=True)
