"""Tells which numbers of a file are percentages, where the unit is not their column's: it stands in the row, or beside
the indicator that the row names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from indicators.models import Indicator
from ledger.cells import plain_text
from ledger.declaration import Column
from ledger.raw import CellFault, Value
from ledger.references import NAMES, folded
from ledger.tables import Table

# What an indicator is called in a file.
_CALLED = ("code", *NAMES["indicators"])


def with_percentages(tables: Sequence[Table]) -> list[Table]:
    """The tables, with `percentages`. One query, and only where rows name indicators that are not in the file."""
    units = _Units(tables)
    return [replace(table, percentages=units.percentages(table)) for table in tables]


class _Units:
    def __init__(self, tables: Sequence[Table]) -> None:
        self.tables = tables

    def percentages(self, table: Table) -> dict[str, frozenset[int]]:
        return {
            column.name: frozenset(
                row.number for row in table.rows if self._unit(table, column, row.cells).startswith("%")
            )
            for column in table.columns
            if column.unit_in
        }

    def _unit(self, table: Table, column: Column, cells: Mapping[str, Value]) -> str:
        text = _text(cells.get(column.unit_in))
        if not table.sheet.column(column.unit_in).refers_to:
            return text
        name = folded(text)
        return self.of_file.get(name) or self.of_site.get(name, "")

    @cached_property
    def of_file(self) -> Mapping[str, str]:
        return _by_name(
            (_text(row.cells.get("unit")), *(_text(row.cells.get(name)) for name in _CALLED))
            for table in self.tables
            if table.sheet.name == "indicators"
            for row in table.rows
        )

    @cached_property
    def of_site(self) -> Mapping[str, str]:
        return _by_name(Indicator.objects.values_list("unit", *_CALLED))


def _by_name(rows: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """Units of indicators. A code names its indicator, whatever others are called."""
    held = list(rows)
    by_name = {folded(name): unit for unit, _code, *names in held for name in names if name}
    return by_name | {folded(code): unit for unit, code, *_names in held if code}


def _text(value: Value) -> str:
    return "" if value is None or isinstance(value, CellFault) else plain_text(value)
