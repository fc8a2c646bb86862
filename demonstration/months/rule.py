"""The rule by which months and annual plans of the demonstration's projects are made. It knows no database.

Each project draws on its own, by its code, so that a change of one moves no other. All is about the one year of
`Calendar`: the months before that of its day are accepted, that month itself is partly filed.

- The stage that a project has in the data set is the one that it has reached by the end of April, whenever it is looked
  at from then on. Of those listed by March some reach it in February, March or April; their months before say the stage
  before it. A suspended project is suspended from its first month on.
- Investment follows CURVE, times the pace of the city and of the project. A project that was begun in an earlier year
  has invested a part of its total before; what is planned for the year is a part of the rest.
- Some skip months, fall silent or never report: only projects whose stage does not change.
- A few say what the checks ask about: ABSURD.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random

from core.periods import month_end, month_of, months_between
from projects.lateness import BUILT
from projects.models import Stage
from reporting.workflow import ReportState

SEED = "pilotzone-months-1"
# Of the year's plan, what is invested by the end of each month: slow until spring.
CURVE = (0.05, 0.12, 0.22, 0.325, 0.415, 0.51, 0.597, 0.68, 0.76, 0.84, 0.92, 1.0)
# What is built is paid for sooner.
CURVE_OF_BUILT = (0.3, 0.45, 0.6, 0.7, 0.8, 0.88, 0.95, 0.97, 0.98, 0.99, 1.0, 1.0)
# The last month in which a project may reach the stage of the data set.
SETTLED_BY = 4
# The share of those listed by the month before it that reach their stage in one of the months 2 to SETTLED_BY.
REACHED_THIS_YEAR = {Stage.UNDER_CONSTRUCTION: 0.15, Stage.COMPLETED: 0.35}
STAGE_BEFORE = {Stage.UNDER_CONSTRUCTION: Stage.PREPARING, Stage.COMPLETED: Stage.UNDER_CONSTRUCTION}
# The shares of projects with gaps.
NEVER, SILENT, SKIPPING = 0.012, 0.015, 0.05
# The days of a month within which it is filed in time, and the share that comes later in it.
FILING_DAYS, FILED_LATE = range(18, 26), 0.06
# It is decided within these days of the next.
DECISION_DAYS = range(8, 13)
# Of projects of at least so many 万元, the fewest days from start to completion.
LEAST_DAYS = ((5_000_000, 2_190), (1_000_000, 1_460), (500_000, 1_095), (100_000, 730))
# How many say each of what the checks ask about, and the stage of these.
ABSURD = {
    "shrinks": (4, Stage.UNDER_CONSTRUCTION),
    "over_total": (3, Stage.UNDER_CONSTRUCTION),
    "built_early": (3, Stage.COMPLETED),
}


@dataclass(frozen=True)
class Facts:
    """The facts that a project states already; money in 万元."""

    code: str
    city: str
    category: str
    stage: str
    total: int
    listed_on: date


@dataclass(frozen=True)
class CityHabits:
    """`pace`: 1 is on schedule. The rest are shares of its projects in the month of the day: how many reports were
    submitted by then, are drafts, or were returned."""

    pace: float
    submitted: float
    draft: float
    returned: float


@dataclass(frozen=True)
class Calendar:
    """The day up to which months are made."""

    on: date

    @cached_property
    def months(self) -> list[date]:
        return months_between(self.on.replace(month=1, day=1), self.on)


@dataclass(frozen=True)
class MadeMonth:
    """A made month with the fields of `ProjectMonth`. `is_behind`: its texts say that it lags."""

    period: date
    state: str
    stage: str
    started_on: date | None
    completed_on: date | None
    invested_wan: int | None
    progress: int | None
    submitted_on: date | None
    decided_on: date | None
    is_behind: bool


@dataclass(frozen=True)
class MadeProject:
    planned: int
    invested_before: int
    planned_start_on: date
    planned_completion_on: date
    months: list[MadeMonth]


@dataclass
class Story:
    """The values that are drawn for a project before its months. `reached`: the number of the month in which it reaches
    its stage, 0 where it did before the year."""

    facts: Facts
    rng: Random
    year: int
    pace: float
    absurd: str
    reached: int = 0
    started_on: date | None = None
    completed_on: date | None = None
    planned: int = 0
    before: int = 0
    silent: set[int] = field(default_factory=set)

    @property
    def is_behind(self) -> bool:
        return self.pace < 0.93 or self.facts.stage == Stage.SUSPENDED


def make_project(facts: Facts, habits: CityHabits, calendar: Calendar, *, absurd: str = "") -> MadeProject:
    rng = Random(f"{SEED} {facts.code}")
    story = Story(facts, rng, calendar.on.year, habits.pace * rng.gauss(1, 0.05), absurd)
    _draw_stages(story)
    _draw_money(story)
    _draw_silence(story, len(calendar.months))
    start, completion = _planned_days(story)
    months = list(_months(story, habits, calendar))
    return MadeProject(story.planned, story.before, start, completion, months)


def least_days(total: int) -> int:
    """Return the fewest days in which a project of so many 万元 is built: at 50 billion yuan six years."""
    return next((days for wan, days in LEAST_DAYS if total >= wan), 0)


def choose_absurd(stages: Mapping[str, str]) -> dict[str, str]:
    """Chooses the projects that report something absurd: code -> name in ABSURD. `stages`: of all projects, by their
    codes."""
    rng = Random(SEED)
    found: dict[str, str] = {}
    for name, (count, wanted) in ABSURD.items():
        codes = sorted(code for code, stage in stages.items() if stage == wanted)
        found |= dict.fromkeys(rng.sample(codes, min(count, len(codes))), name)
    return found


def _draw_stages(story: Story) -> None:
    rng, facts = story.rng, story.facts
    stage = Stage(facts.stage)
    may_be_new = (facts.listed_on.year, facts.listed_on.month) < (story.year, SETTLED_BY) and not story.absurd
    if may_be_new and rng.random() < REACHED_THIS_YEAR.get(stage, 0):
        first = facts.listed_on.month if facts.listed_on.year == story.year else 1
        story.reached = rng.randint(max(2, first + 1), SETTLED_BY)
    if stage == Stage.PREPARING:
        return
    is_new = story.reached and stage == Stage.UNDER_CONSTRUCTION
    story.started_on = _workday_of(rng, story.year, story.reached) if is_new else _earlier(rng, story.year, years=3)
    if stage == Stage.COMPLETED:
        built_on = _workday_of(rng, story.year, story.reached) if story.reached else _earlier(rng, story.year, years=1)
        story.completed_on = built_on
        story.started_on = built_on - timedelta(days=max(rng.randint(500, 1300), least_days(facts.total)))


def _draw_money(story: Story) -> None:
    rng, total, stage = story.rng, story.facts.total, story.facts.stage
    if stage == Stage.PREPARING:
        story.planned = round(total * rng.uniform(0.01, 0.06))
        return
    if stage == Stage.UNDER_CONSTRUCTION and story.reached:
        story.planned = round(total * rng.uniform(0.12, 0.3))
        return
    if stage == Stage.COMPLETED:
        story.before = round(total * (0.3 if story.absurd else rng.uniform(0.75, 0.93)))
        story.planned = round(total * 0.1) if story.absurd else round((total - story.before) * rng.uniform(0.7, 0.95))
        return
    if story.absurd == "over_total":
        # Nearly paid for, so that it shows in no city's sum.
        story.before, story.planned = round(total * 0.92), round(total * 0.1)
        return
    story.before = round(total * rng.uniform(0.1, 0.6))
    story.planned = round((total - story.before) * rng.uniform(0.25, 0.6))


def _draw_silence(story: Story, months: int) -> None:
    """The numbers of months that are not reported on; of projects whose stage changes each is."""
    draw, rng = story.rng.random(), story.rng
    if story.reached or story.absurd:
        return
    if draw < NEVER:
        story.silent = set(range(1, months + 1))
    elif draw < NEVER + SILENT:
        story.silent = set(range(rng.randint(SETTLED_BY + 1, SETTLED_BY + 3), months + 1))
    elif draw < NEVER + SILENT + SKIPPING:
        first = rng.randint(2, months - 2)
        story.silent = {first, first + rng.randint(0, 1)}


def _planned_days(story: Story) -> tuple[date, date]:
    """Draws the planned days of the start and the completion. Some projects are late."""
    rng, year, stage = story.rng, story.year, story.facts.stage
    if stage == Stage.PREPARING:
        kind = rng.choices(("late", "this year", "later"), (12, 60, 28))[0]
        first, last = {"late": (4, 8), "this year": (9, 12), "later": (13, 20)}[kind]
        start = _month_from(year, rng.randint(first, last))
        return start, start + timedelta(days=max(rng.randint(400, 1100), least_days(story.facts.total)))
    assert story.started_on is not None
    start = month_of(story.started_on - timedelta(days=rng.randint(-20, 60)))
    if story.completed_on is not None:
        return start, month_end(month_of(story.completed_on + timedelta(days=rng.randint(-30, 60))))
    number = rng.randint(4, 7) if rng.random() < 0.03 else rng.randint(10, 36)
    planned = max(month_end(_month_from(year, number)), month_end(start))
    return start, max(planned, month_end(month_of(start + timedelta(days=least_days(story.facts.total)))))


def _months(story: Story, habits: CityHabits, calendar: Calendar) -> Iterator[MadeMonth]:
    last: MadeMonth | None = None
    for period in calendar.months:
        if month_end(period) < story.facts.listed_on or period.month in story.silent:
            continue
        state = _state(story, habits) if period == calendar.months[-1] else str(ReportState.ACCEPTED)
        if state:
            month = _with_state(story, _month(story, period, last), state, calendar)
            yield month
            last = month


def _state(story: Story, habits: CityHabits) -> str:
    """Draws the state of the report for the month of the day; empty where nothing was begun yet."""
    none = 1 - habits.submitted - habits.draft - habits.returned
    states = (ReportState.SUBMITTED, ReportState.DRAFT, ReportState.RETURNED, "")
    return str(story.rng.choices(states, (habits.submitted, habits.draft, habits.returned, none))[0])


def _month(story: Story, period: date, last: MadeMonth | None) -> MadeMonth:
    """Accepted, without its days."""
    facts, number = story.facts, period.month
    stage = STAGE_BEFORE[Stage(facts.stage)] if number < story.reached else Stage(facts.stage)
    invested = _invested(story, number, last)
    return MadeMonth(
        period=period,
        state=ReportState.ACCEPTED,
        stage=stage,
        started_on=None if stage == Stage.PREPARING else story.started_on,
        completed_on=story.completed_on if stage in BUILT else None,
        invested_wan=invested,
        progress=_progress(story, stage, invested, last),
        submitted_on=None,
        decided_on=None,
        is_behind=story.is_behind,
    )


def _invested(story: Story, number: int, last: MadeMonth | None) -> int:
    before = (last.invested_wan if last else None) or 0
    if story.absurd == "shrinks" and number >= 7:
        return round(before * 0.8) if number == 7 else before
    if story.absurd == "over_total" and number >= 6:
        return round((story.facts.total - story.before) * 1.2)
    curve = CURVE_OF_BUILT if story.facts.stage in BUILT else CURVE
    if story.facts.stage == Stage.SUSPENDED:
        number = 1
    pace = 1 if story.facts.stage in BUILT else story.pace * story.rng.uniform(0.98, 1.02)
    return max(before, round(story.planned * curve[number - 1] * pace))


def _progress(story: Story, stage: Stage, invested: int, last: MadeMonth | None) -> int:
    if stage in BUILT:
        return 100
    if stage == Stage.PREPARING:
        return 0
    before = (last.progress if last else None) or 1
    if stage == Stage.SUSPENDED and last is not None:
        return before
    share = 100 * (story.before + invested) / story.facts.total
    return min(97, max(before, round(share + story.rng.uniform(-3, 4))))


def _with_state(story: Story, month: MadeMonth, state: str, calendar: Calendar) -> MadeMonth:
    if state == ReportState.DRAFT:
        # Half of them say nothing yet.
        if story.rng.random() < 0.5:
            month = replace(month, invested_wan=None, progress=None)
        return replace(month, state=state)
    submitted_on = _filing_day(story, month, calendar.on)
    decided_on = {
        ReportState.ACCEPTED: _decision_day(story.rng, month.period),
        ReportState.RETURNED: calendar.on,
    }.get(ReportState(state))
    return replace(month, state=state, submitted_on=submitted_on, decided_on=decided_on)


def _filing_day(story: Story, month: MadeMonth, last: date) -> date:
    """Not before the project was listed and its stage began, and by the day that is the demonstration's today."""
    is_late = story.rng.random() < FILED_LATE
    known = max(filter(None, (story.facts.listed_on, month.started_on, month.completed_on)))
    first, end = month.period.replace(day=FILING_DAYS[0]), month.period.replace(day=FILING_DAYS[-1])
    if is_late or known > end:
        first, end = end + timedelta(days=1), month_end(month.period)
    end = min(end, last)
    return story.rng.choice(_workdays(min(max(first, known), end), end))


def _decision_day(rng: Random, period: date) -> date:
    after = month_end(period) + timedelta(days=1)
    return rng.choice(_workdays(after.replace(day=DECISION_DAYS[0]), after.replace(day=DECISION_DAYS[-1])))


def _workdays(first: date, last: date) -> list[date]:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5] or days


def _workday_of(rng: Random, year: int, month: int) -> date:
    """Draws a workday of a month, before reports are filed."""
    return rng.choice(_workdays(date(year, month, 3), date(year, month, 24)))


def _earlier(rng: Random, year: int, *, years: int) -> date:
    """A day of the years before."""
    return date(year, 1, 1) - timedelta(days=rng.randint(1, 365 * years))


def _month_from(year: int, number: int) -> date:
    """The first day of a month, counted from January of the year on as 1."""
    return date(year + (number - 1) // 12, (number - 1) % 12 + 1, 1)
