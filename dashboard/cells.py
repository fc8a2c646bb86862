"""The cells of a plan by several fields of their key at once."""

from collections.abc import Sequence
from dataclasses import replace

from rollups.engine import TABLES, Counts, PlanCells
from rollups.models import CellKey


def split_cells(cells: PlanCells, fields: Sequence[str]) -> dict[tuple[int | str, ...], PlanCells]:
    """Return the cells split by the values of the fields, in their order; no group is empty."""
    places = [TABLES[cells.kind].key_fields.index(field) for field in fields]
    groups: dict[tuple[int | str, ...], dict[CellKey, Counts]] = {}
    for key, counts in cells.counts.items():
        groups.setdefault(tuple(key[place] for place in places), {})[key] = counts
    return {values: replace(cells, counts=counts) for values, counts in groups.items()}
