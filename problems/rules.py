"""Rules for counting problems, from plain values: who is waited for, what is overdue, counts, ages and medians."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from problems.workflow import OPEN_STATES, ProblemState

# Closed problems are counted over so many days, the day itself included.
CLOSED_DAYS = 90


class WaitingFor(models.TextChoices):
    """The side that has to act next on an open problem."""

    DEPARTMENT = "department", pgettext_lazy("waiting for", "Department")
    OFFICE = "office", pgettext_lazy("waiting for", "Office")
    GOVERNMENT = "government", pgettext_lazy("waiting for", "Government")


def waiting_for(state: str, *, is_escalated: bool) -> WaitingFor | None:
    """The office, which assigns and verifies; else the owner department, or the government where the office has put it
    before it. None for what is not open."""
    if state == ProblemState.ASSIGNED:
        return WaitingFor.GOVERNMENT if is_escalated else WaitingFor.DEPARTMENT
    return WaitingFor.OFFICE if state in OPEN_STATES else None


# Filters of the list of problems that are overdue for the departments which have to solve them.
OVERDUE_OF_OWNERS = {"overdue": "yes", "waiting": f"{WaitingFor.DEPARTMENT},{WaitingFor.GOVERNMENT}"}
# The states in which a problem waits for the office: to be assigned, to be verified.
OFFICE_STATES = (ProblemState.RAISED, ProblemState.SOLVED)
# The same as query conditions on a step.
WAITING_CONDITIONS = {
    WaitingFor.DEPARTMENT: Q(state=ProblemState.ASSIGNED, is_escalated=False),
    WaitingFor.OFFICE: Q(state__in=OFFICE_STATES),
    WaitingFor.GOVERNMENT: Q(state=ProblemState.ASSIGNED, is_escalated=True),
}


def responsible[Owner](state: str, owner: Owner) -> Owner | None:
    """Return who has to solve a problem: nobody before the office has said so. Until then its step names whom the
    raiser suggests, or the lead."""
    return None if state == ProblemState.RAISED else owner


# The same as a query condition on a step.
IS_ASSIGNED = ~Q(state=ProblemState.RAISED)


@dataclass(frozen=True)
class TimeLeft:
    """The time that whoever is waited for has left: `days`, negative once it is over, None without a due date.
    `is_settled`: closed or withdrawn; `is_of_office`: it waits for the office, to be assigned or verified."""

    days: int | None
    is_settled: bool = False
    is_of_office: bool = False

    @property
    def is_overdue(self) -> bool:
        return self.days is not None and self.days < 0 and not self.is_settled


def time_left(state: str, due_on: date | None, *, since: date, on: date) -> TimeLeft:
    """The department has until the due date, the office PILOTZONE_OFFICE_DAYS days. `since`: the day on which the
    problem came to its state."""
    if state in OFFICE_STATES:
        return TimeLeft(settings.PILOTZONE_OFFICE_DAYS - (on - since).days, is_of_office=True)
    return TimeLeft(None if due_on is None else (due_on - on).days, is_settled=state not in OPEN_STATES)


def overdue_condition(on: date) -> Q:
    """Return the condition on a step, with its `state_since`, that whoever is waited for has no time left."""
    # The first days of the calendar have no day so long before them.
    latest = date.fromordinal(max(1, on.toordinal() - settings.PILOTZONE_OFFICE_DAYS))
    is_late = Q(state__in=OFFICE_STATES, state_since__lt=latest)
    return Q(state=ProblemState.ASSIGNED, due_on__lt=on) | is_late


@dataclass(frozen=True)
class ProblemOnDay:
    """A problem as it is on a day. `since`: the day of the last move that gave it its state. `owner`: who is
    responsible, None before it is assigned."""

    state: str
    raised_on: date
    due_on: date | None
    since: date
    is_escalated: bool
    owner: Hashable = None
    category: Hashable = None
    section: Hashable = None


@dataclass
class ProblemCounts:
    """The counts of a set of problems on a day. `oldest`: the days since the oldest open one was raised, None without
    any. `days_to_close`: from raised to closed, of each that was closed in the last CLOSED_DAYS days. The counts by
    owner, category, section and who is waited for are of open problems; what waits for the office is overdue for it,
    and for no owner."""

    open: int = 0
    overdue: int = 0
    longest_overdue: int = 0
    oldest: int | None = None
    by_state: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    overdue_by_waiting: Counter[str] = field(default_factory=Counter)
    by_owner: Counter[Hashable] = field(default_factory=Counter)
    overdue_by_owner: Counter[Hashable] = field(default_factory=Counter)
    by_category: Counter[Hashable] = field(default_factory=Counter)
    overdue_by_category: Counter[Hashable] = field(default_factory=Counter)
    by_section: Counter[Hashable] = field(default_factory=Counter)
    days_to_close: list[int] = field(default_factory=list)

    @property
    def to_verify(self) -> int:
        return self.by_state[ProblemState.SOLVED]

    @property
    def overdue_of_owners(self) -> int:
        """Return how many are overdue for the departments that have to solve them, and not for the office."""
        return self.overdue - self.overdue_by_waiting[WaitingFor.OFFICE]

    @property
    def closed_recently(self) -> int:
        return len(self.days_to_close)

    @property
    def median_days(self) -> Decimal | None:
        """Return the median of the days from raised to closed; of an even number the mean of the two in the middle.
        None where none was closed."""
        return Decimal(str(median(self.days_to_close))) if self.days_to_close else None


def count_problems(problems: Iterable[ProblemOnDay], *, on: date) -> ProblemCounts:
    counts = ProblemCounts()
    for each in problems:
        counts.by_state[each.state] += 1
        if each.state in OPEN_STATES:
            _count_open(counts, each, on=on)
        elif each.state == ProblemState.CLOSED and on - timedelta(days=CLOSED_DAYS) < each.since <= on:
            counts.days_to_close.append((each.since - each.raised_on).days)
    return counts


def _count_open(counts: ProblemCounts, problem: ProblemOnDay, *, on: date) -> None:
    counts.open += 1
    counts.oldest = max(counts.oldest or 0, (on - problem.raised_on).days)
    waiting = waiting_for(problem.state, is_escalated=problem.is_escalated) or ""
    counts.waiting[waiting] += 1
    if problem.owner is not None:
        counts.by_owner[problem.owner] += 1
    counts.by_category[problem.category] += 1
    counts.by_section[problem.section] += 1
    left = time_left(problem.state, problem.due_on, since=problem.since, on=on)
    if left.is_overdue and left.days is not None:
        counts.overdue += 1
        counts.longest_overdue = max(counts.longest_overdue, -left.days)
        counts.overdue_by_waiting[waiting] += 1
        counts.overdue_by_category[problem.category] += 1
        if not left.is_of_office:
            counts.overdue_by_owner[problem.owner] += 1
