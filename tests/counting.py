"""The totals of measures and projects in plain Python: no database, no clock, and none of the product's own rules.

Whoever checks stored or live totals describes what is so as rows, and has them counted here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

# In days: due within the first while still promoting, or no accepted report for more than the second, is yellow.
LIMITS = (60, 62)
COUNTS = ("total", "promoting", "in_progress", "completed", "due", "green", "yellow", "red")

# What holds from a day on, until the next: a status, or a kind of leaving or returning.
Dated = tuple[date, str]


@dataclass
class MeasureRow:
    """`history` and `scope` in the order in which they came into force; `accepted`: the days on which reports were
    submitted that are accepted by now."""

    plan: int
    section: int
    lead: int
    listed_on: date
    due_on: date | None
    history: Sequence[Dated]
    scope: Sequence[Dated] = field(default_factory=list)
    accepted: Collection[date] = ()


@dataclass
class ProjectRow:
    """`investment` in 万元."""

    plan: int
    city: int
    category: int
    stage: str
    investment: int
    listed_on: date
    scope: Sequence[Dated] = field(default_factory=list)


def holding(rows: Sequence[Dated], day: date) -> str | None:
    """What the last row by the day says; None before the first."""
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
    """By plan, section and lead."""
    cells: Any = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for row in rows:
        status = holding(row.history, day)
        if status is None or not is_in_plan(row, day):
            continue
        cell = cells[row.plan, row.section, row.lead]
        for name in ("total", status, light(row, status, day), *(["due"] if row.due_on and row.due_on <= day else [])):
            cell[name] += 1
    return dict(cells)


def count_projects(rows: Iterable[ProjectRow], day: date) -> dict[Any, dict[str, int]]:
    """By plan, city, category and stage."""
    cells: Any = defaultdict(lambda: {"total": 0, "investment": 0})
    for row in rows:
        if is_in_plan(row, day):
            cell = cells[row.plan, row.city, row.category, row.stage]
            cell["total"] += 1
            cell["investment"] += row.investment
    return dict(cells)
