"""The totals of measures and projects in plain Python: no database, no clock, and none of the product's own rules.

Whoever checks stored or live totals describes what is so as rows, and has them counted here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

# In days: due within the first while still promoting, or no accepted report for more than the second, is yellow.
LIMITS = (60, 62)
COUNTS = ("total", "promoting", "in_progress", "completed", "due", "green", "yellow", "red", "illustrative")

# What holds from a day on, until the next: a status, or a kind of leaving or returning.
Dated = tuple[date, str]


@dataclass
class MeasureRow:
    """`history` and `scope` in the order in which they came into force; `accepted`: the days on which reports were
    submitted that are accepted by now. `provenance` is that of its statuses, as `history` has them."""

    plan: int
    section: int
    lead: int
    listed_on: date
    due_on: date | None
    history: Sequence[Dated]
    scope: Sequence[Dated] = field(default_factory=list)
    accepted: Collection[date] = ()
    is_illustrative: bool = True
    provenance: Sequence[Dated] = ()
    accepted_illustrative: Collection[date] = ()


@dataclass
class MonthRow:
    """An accepted month of a project, in 万元."""

    period: date
    stage: str
    started_on: date | None
    invested: int


@dataclass
class ProjectRow:
    """`stage` is the one before its first month; `months` in the order in which they were submitted; `plans`: of the
    years. Money in 万元."""

    plan: int
    city: int
    category: int
    stage: str
    investment: int
    listed_on: date
    scope: Sequence[Dated] = field(default_factory=list)
    is_reserve: bool = False
    planned_start_on: date | None = None
    months: Sequence[MonthRow] = ()
    plans: Mapping[int, int] = field(default_factory=dict)
    is_illustrative: bool = True


def holding(rows: Sequence[Dated], day: date) -> str | None:
    """Return the value that the last row by the day says; None before the first."""
    return next((what for since, what in reversed(rows) if since <= day), None)


def is_in_plan(row: MeasureRow | ProjectRow, day: date) -> bool:
    return row.listed_on <= day and holding(row.scope, day) not in ("suspended", "withdrawn")


def light(row: MeasureRow, status: str, day: date, limits: tuple[int, int] = LIMITS) -> str:
    quiet = (day - max([row.listed_on, *(each for each in row.accepted if each <= day)])).days
    if status == "completed":
        return "green"
    if row.due_on and row.due_on < day:
        return "red"
    is_waiting = row.due_on and (row.due_on - day).days <= limits[0] and status == "promoting"
    return "yellow" if is_waiting or quiet > limits[1] else "green"


def count_measures(rows: Iterable[MeasureRow], day: date) -> dict[Any, dict[str, int]]:
    """Count the measures of a day by plan, section and lead."""
    cells: Any = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for row in rows:
        status = holding(row.history, day)
        if status is None or not is_in_plan(row, day):
            continue
        cell = cells[row.plan, row.section, row.lead]
        for name in ("total", status, light(row, status, day), *(["due"] if row.due_on and row.due_on <= day else [])):
            cell[name] += 1
        has_illustrative = any(each <= day for each in row.accepted_illustrative)
        is_status = holding(row.provenance, day) == "illustrative"
        cell["illustrative"] += row.is_illustrative or is_status or has_illustrative
    return dict(cells)


PROJECT_COUNTS = ("total", "investment", "started", "to_start", "planned", "invested", "without_month", "illustrative")


def newest_month(day: date) -> date:
    """The first day of the newest month that has ended by the day."""
    ends_today = (day + timedelta(days=1)).day == 1
    return day.replace(day=1) if ends_today else (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_in_force(row: ProjectRow, day: date) -> MonthRow | None:
    """The newest by the day; of two for one month the one that was submitted last."""
    ended = [each for each in row.months if each.period <= newest_month(day)]
    newest = max((each.period for each in ended), default=None)
    return next((each for each in reversed(ended) if each.period == newest), None)


def count_projects(rows: Iterable[ProjectRow], day: date) -> dict[Any, dict[str, int]]:
    """Count the projects of a day by plan, city, category and stage."""
    cells: Any = defaultdict(lambda: dict.fromkeys(PROJECT_COUNTS, 0))
    month = newest_month(day)
    for row in rows:
        if not is_in_plan(row, day):
            continue
        found = month_in_force(row, day)
        stage, started_on = (found.stage, found.started_on) if found else (row.stage, None)
        cell = cells[row.plan, row.city, row.category, stage]
        cell["total"] += 1
        cell["investment"] += row.investment
        cell["illustrative"] += row.is_illustrative
        cell["planned"] += row.plans.get(month.year, 0)
        if found and found.period.year == month.year:
            cell["invested"] += found.invested
        cell["without_month"] += found is None or found.period < month
        has_started = started_on is not None or stage not in ("preparing", "suspended")
        if not row.is_reserve:
            is_planned = row.planned_start_on is not None and row.planned_start_on.year <= month.year
            cell["started"] += has_started
            cell["to_start"] += not has_started and is_planned
    return dict(cells)


BUILT = ("completed", "in_production")
MOVEMENTS = ("opening", "listed", "readmitted", "reopened", "completed", "withdrawn", "closing")


def stage_on(row: ProjectRow, day: date) -> str:
    month = month_in_force(row, day)
    return month.stage if month else row.stage


def count_movement(rows: Iterable[ProjectRow], then: date, now: date) -> tuple[Any, Any]:
    """Count what entered and left the stock of projects that are not built yet, and the changes of stage, each with
    its number and investment; what did not happen is not among them."""
    stock: Any = defaultdict(lambda: (0, 0))
    stages: Any = defaultdict(lambda: (0, 0))
    for row in rows:
        before, after = stage_on(row, then), stage_on(row, now)
        was_built, is_built = before in BUILT, after in BUILT
        counted, counts = is_in_plan(row, then), is_in_plan(row, now)
        was, still = counted and not was_built, counts and not is_built
        is_new = counts and row.listed_on > then
        came_back = counts and row.listed_on <= then and not counted and not (was_built and is_built)
        holds = {
            "opening": was,
            "closing": still,
            "withdrawn": was and not counts,
            "completed": (was or is_new or came_back) and counts and is_built,
            "reopened": still and counted and not was,
            "listed": is_new,
            "readmitted": came_back,
        }
        for sums, key in (
            *((stock, name) for name in MOVEMENTS if holds[name]),
            *([(stages, (before, after))] if counted and counts and before != after else []),
        ):
            number, investment = sums[key]
            sums[key] = (number + 1, investment + row.investment)
    return dict(stock), dict(stages)


def standing(row: ProjectRow, day: date) -> str:
    """Return how a project with an annual plan stands: "no_month" without its newest month, "behind" where the share
    invested is more than a point below the share of the year, both to tenths; "" otherwise."""
    month, found = newest_month(day), month_in_force(row, day)
    if found is None or found.period < month:
        return "no_month"
    planned = row.plans.get(month.year, 0)
    if not planned:
        return ""
    return "behind" if _tenths(found.invested, planned) - _tenths(month.month, 12) < -10 else ""


def _tenths(part: int, whole: int) -> int:
    """The share in tenths of a per cent, halves up."""
    return (2 * part * 1000 + whole) // (2 * whole)
