"""The marks of stale cells: which ones a refresh takes, and what becomes of them.

A cell whose rows the database cannot count is set aside: its mark keeps the error, and the refresh tries it again when
its rows change, and else after a while.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from core.clock import now
from rollups.models import CellKey, StaleCell

# What is set aside is tried again after so long.
RETRY_SECONDS = 600
# In characters: the start of an error says what it is.
MAX_ERROR_LENGTH = 1_000


def error_text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:MAX_ERROR_LENGTH]


def _unlocked_marks() -> QuerySet[StaleCell]:
    """Return the marks that no other worker has taken, and lock them. SQLite has one writer at a time instead."""
    can_skip = connection.features.has_select_for_update_skip_locked
    return StaleCell.objects.select_for_update(skip_locked=bool(can_skip)).order_by("id")


def take_all_marks() -> list[StaleCell]:
    return list(_unlocked_marks())


def take_marks(most: int) -> list[StaleCell]:
    """The next marks, and those of the same cells that were set aside."""
    at = now()
    # The clock of the demonstration begins its day again at midnight: a failure may lie ahead of it.
    is_due = Q(failed_at__lte=at - timedelta(seconds=RETRY_SECONDS)) | Q(failed_at__gt=at)
    marks = list(_unlocked_marks().filter(Q(error="") | is_due)[:most])
    if marks:
        cells, taken = {(mark.kind, mark.cell) for mark in marks}, {mark.pk for mark in marks}
        aside = _unlocked_marks().exclude(error="")
        marks += [mark for mark in aside if (mark.kind, mark.cell) in cells and mark.pk not in taken]
    return marks


def settle_marks(marks: Iterable[StaleCell], errors: Mapping[str, Mapping[CellKey, str]]) -> int:
    """Removes the marks of counted cells, and keeps one of each cell that could not be counted, with its error. Returns
    how many these are."""
    kept: dict[tuple[str, CellKey], StaleCell] = {}
    for mark in marks:
        cell = (mark.kind, mark.cell)
        if mark.cell in errors[mark.kind]:
            kept.setdefault(cell, mark)
            kept[cell].attempts = max(kept[cell].attempts, mark.attempts)
    at = now()
    for kind, errors_of_kind in errors.items():
        for key, error in errors_of_kind.items():
            mark = kept.setdefault((kind, key), StaleCell(kind=kind, key=list(key), marked_at=at))
            mark.error, mark.failed_at, mark.attempts = error, at, mark.attempts + 1
    remaining = {mark.pk for mark in kept.values()}
    StaleCell.objects.filter(pk__in=[mark.pk for mark in marks if mark.pk not in remaining]).delete()
    for mark in kept.values():
        mark.save()
    return len(kept)
