"""The rows that were read of a ledger, and what is wrong with it. Plain values: no model and no query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# The values of a sheet's key columns: names a row within its plan. None where a column of the key may be empty.
Key = tuple[Any, ...]
# By column, as `declaration.Kind` says; an empty cell is None, or () where a column holds many.
Values = dict[str, Any]
# A row of a file: its sheet, its table where the file has several of that sheet, else "", and its number.
Place = tuple[str, str, int]
Unreadable = Mapping[Place, tuple[str, ...]]


@dataclass(frozen=True)
class Row:
    """`number`: as a person sees it in the file, 0 for a row that follows from another one. `values` holds the columns
    that the file has; in a cell that could not be read there is no value either. `table`: as of `Place`."""

    sheet: str
    number: int
    values: Values
    table: str = ""

    @property
    def place(self) -> Place:
        return self.sheet, self.table, self.number


@dataclass(frozen=True)
class Fault:
    """`number` 0: of the sheet as a whole; `sheet` empty: of the file. `sentence` is in the reader's language. `table`:
    as of `Place`."""

    sheet: str
    number: int
    column: str
    sentence: str
    table: str = ""

    @property
    def place(self) -> Place:
        return self.sheet, self.table, self.number

    def __str__(self) -> str:
        row = f"row {self.number}" if self.number else ""
        place = ", ".join(filter(None, (self.sheet, self.table, row, self.column)))
        return f"{place}: {self.sentence}" if place else self.sentence


@dataclass
class Ledger:
    """A file as it was read: rows by sheet, in the file's order. `base`: the digest of the version that it was made
    from, empty where it names none. `unreadable`: by row the columns of cells without a value; beyond some
    thousands they have no fault of their own. `matched`: what somebody said its sheets and columns are."""

    rows: Mapping[str, list[Row]]
    faults: list[Fault] = field(default_factory=list)
    unreadable: Unreadable = field(default_factory=dict)
    base: str = ""
    name: str = ""
    matched: Mapping[str, str] = field(default_factory=dict)
