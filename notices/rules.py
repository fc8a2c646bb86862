"""On which days people are told of what is due."""

from datetime import date
from typing import Literal

from measures.rules import is_completion

# In days: when the lead department is told of a due date, before it and after it.
NOTICE_DAYS_BEFORE = (30, 7, 1)
NOTICE_DAYS_AFTER = (1, 7)
NOTICE_EVERY_DAYS = 30


type DueNotice = Literal["due_soon", "overdue"]


def due_notice(due_on: date | None, *, status: str, on: date) -> DueNotice | None:
    """What the lead department of a measure is told on a day; None for nothing."""
    return None if is_completion(status) else notice_of_due_day(due_on, on=on)


def notice_of_due_day(due_on: date | None, *, on: date) -> DueNotice | None:
    """The same for anything that is not done yet."""
    if due_on is None:
        return None
    if (due_on - on).days in NOTICE_DAYS_BEFORE:
        return "due_soon"
    late = (on - due_on).days
    return "overdue" if late in NOTICE_DAYS_AFTER or (late > 0 and late % NOTICE_EVERY_DAYS == 0) else None
