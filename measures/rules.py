"""Rules about the history of a measure: plain functions of plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from core.statuses import MeasureStatus


@dataclass(frozen=True)
class Change:
    """A status change as the rules see it; `supersedes` is the id of the row that it corrects."""

    id: int
    status: str
    effective_on: date
    recorded_at: datetime
    supersedes: int | None = None


def effective_changes(changes: Iterable[Change]) -> list[Change]:
    """The rows that nothing supersedes, in the order in which they came into force."""
    rows = list(changes)
    gone = {row.supersedes for row in rows}
    return sorted(
        (row for row in rows if row.id not in gone),
        key=lambda row: (row.effective_on, row.recorded_at, row.id),
    )


def in_force(changes: Iterable[Change], *, on: date) -> Change | None:
    """The row that gives the status on a day; None before the first."""
    rows = [row for row in effective_changes(changes) if row.effective_on <= on]
    return rows[-1] if rows else None


def correction_window(changes: Sequence[Change], wrong: Change, *, today: date) -> tuple[date, date] | None:
    """The first and the last day that a correction of `wrong` may take effect; None where there is no such day.

    The first row keeps its day. Any other lies between the rows in force before and after it, and never after
    today. Not on the day of the row after it: recorded later, the correction would overtake that row.
    """
    rows = effective_changes(changes)
    place = next(i for i, row in enumerate(rows) if row.id == wrong.id)
    first, last = (rows[place - 1].effective_on, today) if place else (wrong.effective_on, wrong.effective_on)
    if place + 1 < len(rows):
        after = rows[place + 1].effective_on
        if after <= first:
            return None
        last = min(last, after - timedelta(days=1))
    return (first, last) if first <= last else None


def is_completion(status: str) -> bool:
    return status == MeasureStatus.COMPLETED


# In days: when the lead department is told of a due date, before it and after it.
TOLD_BEFORE = (30, 7, 1)
FIRST_TOLD = max(TOLD_BEFORE)
TOLD_AFTER = (1, 7)
TOLD_EVERY = 30


def due_notice(due_on: date | None, *, completed: bool, on: date) -> Literal["due_soon", "overdue"] | None:
    """What the lead department of a measure is told on a day; None for nothing."""
    if due_on is None or completed:
        return None
    left = (due_on - on).days
    if left in TOLD_BEFORE:
        return "due_soon"
    late = -left
    if late in TOLD_AFTER or (late > 0 and late % TOLD_EVERY == 0):
        return "overdue"
    return None
