"""The rules for the days on which people are told of what is due."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Literal

from measures.rules import is_completion

# In days: when the lead department is told of a due date, before it and after it.
NOTICE_DAYS_BEFORE = (30, 7, 1)
NOTICE_DAYS_AFTER = (1, 7)
NOTICE_EVERY_DAYS = 30


type DueNotice = Literal["due_soon", "overdue"]


def due_notice(due_on: date | None, *, status: str, on: date) -> DueNotice | None:
    """Returns the notice that the lead department of a measure gets on a day; None for nothing."""
    return None if is_completion(status) else notice_of_due_day(due_on, on=on)


def notice_of_due_day(due_on: date | None, *, on: date) -> DueNotice | None:
    """The same for anything that is not done yet."""
    if due_on is None:
        return None
    if (due_on - on).days in NOTICE_DAYS_BEFORE:
        return "due_soon"
    late = (on - due_on).days
    return "overdue" if late in NOTICE_DAYS_AFTER or (late > 0 and late % NOTICE_EVERY_DAYS == 0) else None


def notices_of_due[D](
    outstanding: Iterable[D], due_on: Callable[[D], date], *, on: date
) -> Iterator[tuple[DueNotice, D]]:
    """Yields the notices of a day of what is outstanding, the oldest first, such as the values of quarters. Of those
    that are long overdue the oldest alone: of what is due monthly and nobody files there would be a notice every few
    days."""
    for place, each in enumerate(outstanding):
        kind = notice_of_due_day(due_on(each), on=on)
        is_long_overdue = on - due_on(each) > timedelta(days=max(NOTICE_DAYS_AFTER))
        if kind and not (place and is_long_overdue):
            yield kind, each
