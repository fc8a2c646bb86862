"""The punctuality of measures: what was done by its due day, what falls due next, and who must act first.

Whether a completion was in time is written twice: as a function of plain values, and as a query condition.
tests/measures/test_querysets.py holds the two together.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from core.pace import percent
from core.periods import month_of
from core.statuses import MeasureStatus

# With fewer due measures a percentage says more about how few there are than about the work.
MIN_DUE_TO_RATE = 5


class Completion(models.TextChoices):
    """How a measure whose due day lies before a day was completed."""

    IN_TIME = "in_time", gettext_lazy("Completed on time")
    LATE = "late", gettext_lazy("Completed late")


def completion_of(due_on: date | None, completed_on: date) -> Completion:
    """Return whether a completion, by the day from which it counts, was in time. Without a due day nothing is late."""
    return Completion.LATE if due_on is not None and completed_on > due_on else Completion.IN_TIME


def completion_condition(completion: str, *, on: date) -> Q:
    """Return the condition of measures due before the day `on` that were completed so, as `punctuality` counts them;
    over `status` and `status_since`."""
    by = "status_since__gt" if completion == Completion.LATE else "status_since__lte"
    return Q(due_on__lt=on, status=MeasureStatus.COMPLETED, **{by: F("due_on")})


@dataclass(frozen=True)
class Punctuality:
    """Measures whose due day lies before a day. `longest_overdue`: in days, 0 where none is overdue."""

    completed_in_time: int = 0
    completed_late: int = 0
    overdue: int = 0
    longest_overdue: int = 0

    @property
    def due_before(self) -> int:
        return self.completed_in_time + self.completed_late + self.overdue

    @property
    def in_time_rate(self) -> Decimal | None:
        """Return the share that was completed in time, in percent; None with fewer than MIN_DUE_TO_RATE due."""
        return None if self.due_before < MIN_DUE_TO_RATE else percent(self.completed_in_time, self.due_before)


def punctuality(measures: Iterable[tuple[date | None, date | None]], *, on: date) -> Punctuality:
    """Return how punctual measures are, given the due day of each and the day from which it has been completed on the
    day `on`, each None where there is none."""
    parts: Counter[str] = Counter()
    longest = 0
    for due_on, completed_on in measures:
        if due_on is None or due_on >= on:
            continue
        if completed_on is None:
            parts["overdue"] += 1
            longest = max(longest, (on - due_on).days)
        else:
            parts[f"completed_{completion_of(due_on, completed_on).value}"] += 1
    return Punctuality(**parts, longest_overdue=longest)


@dataclass(frozen=True)
class NextDue:
    """`month`: the next one in which something falls due, by its first day. `peak_on`: the day on which most falls due
    afterwards, up to the end of the year of the next due day. None where nothing does."""

    month: date | None = None
    in_month: int = 0
    peak_on: date | None = None
    on_peak: int = 0


def next_due(due_days: Iterable[date | None], *, on: date) -> NextDue:
    """Return the next month and the peak among the due days of all measures, completed or not. Of equal days the
    earlier one is the peak."""
    ahead = Counter(day for day in due_days if day is not None and day > on)
    if not ahead:
        return NextDue()
    month = month_of(min(ahead))
    in_month = sum(count for day, count in ahead.items() if month_of(day) == month)
    after = {day: count for day, count in ahead.items() if month_of(day) > month}
    if not after:
        return NextDue(month, in_month)
    year = min(after).year
    peak = min((day for day in after if day.year == year), key=lambda day: (-after[day], day))
    return NextDue(month, in_month, peak, after[peak])


def urgency(of: Punctuality, *, gap_to_plan: Decimal | None, number: int) -> tuple[int, int, Decimal, int]:
    """A key to sort sections or departments by, who must act first: most overdue, longest overdue, furthest behind
    the plan, number. Who has no gap is behind nothing."""
    return -of.overdue, -of.longest_overdue, Decimal(0) if gap_to_plan is None else gap_to_plan, number
