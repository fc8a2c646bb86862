"""The rates by which projects are judged. Which projects count is written twice, as plain values and as a condition of
the database: a property test holds the two together. Rates are of sums, never means of rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.lookups import LessThan

from core.pace import Pace, gap, month_share, pace, percent
from core.periods import last_ended_month
from projects.lateness import BUILT, late

RESERVE = "reserve"
# Stages that nothing reaches without a start. A suspended project may have started or not: its start day says so.
STARTED_STAGES = ("under_construction", *BUILT)
# Completion of the annual plan within so many percentage points of the time elapsed is on pace.
PACE_TOLERANCE = Decimal(1)


def counts_as_started(project_class: str, stage: str, started_on: date | None) -> bool:
    """Return whether a project counts in the start rate (开工率) as started; suspended since or not. Reserve projects
    never do."""
    return project_class != RESERVE and (started_on is not None or stage in STARTED_STAGES)


def has_started() -> Q:
    """The same of rows with `stage` and `in_force`."""
    return ~Q(project_class=RESERVE) & (Q(in_force__started_on__isnull=False) | Q(stage__in=STARTED_STAGES))


def counts_to_start(
    project_class: str, stage: str, started_on: date | None, planned_start_on: date | None, *, year: int
) -> bool:
    """Return whether a project counts in the start rate as one that is still to start: planned to do so by the end of
    the year."""
    if project_class == RESERVE or counts_as_started(project_class, stage, started_on):
        return False
    return planned_start_on is not None and planned_start_on.year <= year


def is_to_start(year: int) -> Q:
    """The same of rows with `stage` and `in_force`."""
    has_not_started = Q(in_force__started_on__isnull=True) & ~Q(stage__in=STARTED_STAGES)
    return ~Q(project_class=RESERVE) & has_not_started & Q(planned_start_on__lte=date(year, 12, 31))


def plan_gap(planned_wan: int, invested_wan: int, *, month: date) -> Decimal | None:
    """The completion of an annual plan at the end of a month against the time elapsed, both to one decimal, in
    percentage points. None without a plan."""
    return gap(percent(invested_wan, planned_wan), month_share(month.month))


def is_behind(planned_wan: int, invested_wan: int, *, month: date) -> bool:
    """Return whether a project that has reported the month is behind: its gap is more than PACE_TOLERANCE below the
    time elapsed. Without a plan it is not; of one that has not reported, nobody knows."""
    return pace(plan_gap(planned_wan, invested_wan, month=month), tolerance=PACE_TOLERANCE) == Pace.BEHIND


def behind(on: date) -> Q:
    """The same of rows with `in_force` and `annual_plan`."""
    month = last_ended_month(on)
    # In tenths of a point; of what is rounded to a tenth, less than `least` is less than `least` - 1/20 of it.
    least = int((month_share(month.month) - PACE_TOLERANCE) * 10)
    invested, planned = F("in_force__invested_wan") * 2000, F("annual_plan__planned_wan") * (2 * least - 1)
    has_reported = Q(in_force__period=month, annual_plan__planned_wan__gt=0)
    return has_reported & Q(LessThan(invested, planned))


def needs_attention(on: date) -> Q:
    """Projects that are suspended, late or behind their annual plan; of rows with `stage`, `in_force` and
    `annual_plan`."""
    return Q(stage="suspended") | late(on) | behind(on)


def without_month(on: date) -> Q:
    """Projects whose newest accepted month is not the newest that ended; of rows with `in_force`."""
    return Q(in_force__period__isnull=True) | Q(in_force__period__lt=last_ended_month(on))


@dataclass(frozen=True)
class ProjectRates:
    """The rates of a set of projects on a day, from its sums; money in 万元. Rates in per cent, to one decimal; None
    where there is nothing to measure.

    `month`: the newest that ended by the day. Its year is that of the rates: on 15 January still the last one.
    """

    month: date
    started: int
    to_start: int
    planned: int
    invested: int
    without_month: int
    total: int

    @property
    def is_carried_forward(self) -> bool:
        """Return whether none of the projects has reported the month: what is said of it is what older months say."""
        return 0 < self.total == self.without_month

    @property
    def start_rate(self) -> Decimal | None:
        """开工率: started / (started + to be started by the end of the year)."""
        return percent(self.started, self.started + self.to_start)

    @property
    def plan_completion(self) -> Decimal | None:
        """投资完成率: invested since 1 January / annual plan."""
        return percent(self.invested, self.planned)

    @property
    def elapsed(self) -> Decimal:
        """序时进度: month / 12."""
        return month_share(self.month.month)

    @property
    def gap(self) -> Decimal | None:
        """Completion of the annual plan against the time elapsed, in percentage points."""
        return plan_gap(self.planned, self.invested, month=self.month)

    @property
    def pace(self) -> Pace | None:
        return pace(self.gap, tolerance=PACE_TOLERANCE)


def rates_of(sums: Mapping[str, int], *, on: date) -> ProjectRates:
    """Return the rates from the sums of cells; of none, all are 0."""
    month = last_ended_month(on)
    names = ("started", "to_start", "planned", "invested", "without_month", "total")
    return ProjectRates(month, **{name: sums.get(name, 0) for name in names})


def financial_progress(invested_wan: int, total_wan: int) -> Decimal | None:
    """Return the share of the total that was invested until now, in per cent, beside which the physical progress
    stands."""
    return percent(invested_wan, total_wan)
