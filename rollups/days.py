"""The cells of a plan on several days."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Value

from rollups.engine import TABLES, Counts, PlanCells, raise_unless_of_rows, read_cells
from rollups.models import CellKey


def read_cells_on(kind: str, *, plan_id: int, days: Collection[date], today: date) -> dict[date, PlanCells]:
    """Return the cells of each day as `read_cells` gives them: those of today by themselves, since they are stored, and
    those of all other days by one query."""
    found = {day: read_cells(kind, plan_id=plan_id, day=day, today=today) for day in days if day == today}
    counted = [day for day in days if day != today]
    if not counted:
        return found
    try:
        with transaction.atomic():
            return found | _count(kind, counted, plan_id)
    except DatabaseError as error:
        raise_unless_of_rows(error)
        # Around the cells that cannot be counted, day by day.
        return found | {day: read_cells(kind, plan_id=plan_id, day=day, today=today) for day in counted}


def _count(kind: str, days: Collection[date], plan_id: int) -> dict[date, PlanCells]:
    table = TABLES[kind]
    queries: list[Any] = [table.source_cells(day, plan_id=plan_id).annotate(on=Value(day.isoformat())) for day in days]
    found: dict[date, dict[CellKey, Counts]] = {day: {} for day in days}
    for row in queries[0].union(*queries[1:], all=True).order_by() if queries[1:] else queries[0]:
        key = tuple(row[path] for path in table.source_paths)
        found[date.fromisoformat(row["on"])][key] = {name: row[name] for name in table.count_fields}
    return {day: PlanCells(kind, cells) for day, cells in found.items()}
