"""The cells of a plan on several days, and of several plans on one."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Value

from rollups.engine import (
    TABLES,
    Counts,
    PlanCells,
    StoredCell,
    cells_of_today,
    raise_unless_of_rows,
    read_cells,
)
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


def read_cells_of_plans(kind: str, *, plan_ids: Collection[int], day: date, today: date) -> dict[int, PlanCells]:
    """Return the cells of each plan as `read_cells` gives them: by one query for those that are stored, and by one for
    those that are counted."""
    table = TABLES[kind]
    stored: dict[int, list[StoredCell]] = defaultdict(list)
    for cell in table.stored_cells(*plan_ids) if day == today else ():
        stored[int(cell.key[0])].append(cell)
    found = {plan: cells for plan in plan_ids if (cells := cells_of_today(kind, stored[plan], today))}
    missing = [plan for plan in plan_ids if plan not in found]
    if not missing:
        return found
    try:
        with transaction.atomic():
            return found | _count_plans(kind, missing, day)
    except DatabaseError as error:
        raise_unless_of_rows(error)
        # Around the cells that cannot be counted, plan by plan.
        return found | {plan: read_cells(kind, plan_id=plan, day=day, today=today) for plan in missing}


def _count_plans(kind: str, plan_ids: Collection[int], day: date) -> dict[int, PlanCells]:
    table = TABLES[kind]
    found: dict[int, dict[CellKey, Counts]] = {plan: {} for plan in plan_ids}
    for row in table.source_cells(day).filter(**{f"{table.source_paths[0]}__in": plan_ids}):
        key = tuple(row[path] for path in table.source_paths)
        found[int(key[0])][key] = {name: row[name] for name in table.count_fields}
    return {plan: PlanCells(kind, cells) for plan, cells in found.items()}
