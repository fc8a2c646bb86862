"""The contents of a file before anything is known about its columns, and limits on how much it may hold."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from ledger.sentences import FileRefused

MAX_BYTES = 50 * 1024 * 1024
# A workbook of 20,000 rows and 30 columns unpacks to 40 MB.
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_SHEETS = 200
# Of all sheets together, the empty ones aside.
MAX_ROWS, MAX_CELLS = 100_000, 1_500_000
MAX_COLUMNS = 500
# Longer than any text that is kept, and as much as Excel takes.
MAX_CELL_LETTERS = 32_767
MAX_BASE_LETTERS = 200
# Nobody reads more, and a file may have a million: one with more is not loaded, whatever is left out.
MAX_FAULTS = 5_000
# The sheet that is hidden from people and names the version of the data that was downloaded.
BASE_SHEET = "_base_version"
# The sheet that holds what drop-downs offer.
LISTS_SHEET = "_lists"


@dataclass(frozen=True)
class CellFault:
    """A formula without a value: `error` is what its cell shows, such as #REF!, or nothing."""

    error: str


type Value = str | int | float | bool | date | datetime | CellFault | None


@dataclass(frozen=True, slots=True)
class RawRow:
    """`number`: as the person's program shows it. `cells`: None is an empty one; the last is not."""

    number: int
    cells: tuple[Value, ...]


@dataclass(frozen=True)
class MergedRange:
    """Numbers from 1, the last ones included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class RawSheet:
    """`rows`: those that are not empty; `hidden_rows` and `hidden_columns`: numbers of those that their author hid."""

    name: str
    rows: list[RawRow]
    merged: tuple[MergedRange, ...] = ()
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: tuple[int, ...] = ()


@dataclass(frozen=True)
class RawFile:
    """`base`: the version of the data that this was once downloaded with, or "". `hidden`: sheets that were not read,
    since their author hid them. `has_formats`: a cell that shows 5.2 % is read as this text; where not, it may be
    read as 0.052."""

    sheets: list[RawSheet]
    base: str = ""
    hidden: tuple[str, ...] = ()
    has_formats: bool = True


class Counted:
    """Counts what was read of a file. Raises FileRefused where it is more than may be."""

    def __init__(self) -> None:
        self.rows = self.cells = 0

    def row(self, cells: tuple[Value, ...]) -> None:
        self.rows += 1
        self.cells += len(cells)
        if len(cells) > MAX_COLUMNS:
            text = _("A sheet has cells beyond column %(limit)s; delete what is outside the table.")
            raise FileRefused(text, limit=MAX_COLUMNS)
        if self.rows > MAX_ROWS or self.cells > MAX_CELLS:
            text = _("The file has more than %(rows)s rows or %(cells)s cells; divide it into several.")
            raise FileRefused(text, rows=MAX_ROWS, cells=MAX_CELLS)


def check_count(sheets: int) -> None:
    if sheets > MAX_SHEETS:
        raise FileRefused(_("The file has more than %(limit)s sheets."), limit=MAX_SHEETS)


def same_name(text: str) -> str:
    """Two names with equal results are one: full width, case and blanks aside."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def check_names(names: Iterable[str]) -> None:
    """Raises FileRefused where two sheets have one name: nobody could say which is meant."""
    seen: set[str] = set()
    for name in names:
        if same_name(name) in seen:
            raise FileRefused(_("Two sheets have the name “%(name)s”; rename or delete one."), name=name)
        seen.add(same_name(name))


def trimmed(cells: Iterable[Value]) -> tuple[Value, ...]:
    """Returns the cells without the empty ones at the end; () for an empty row."""
    row = list(cells)
    while row and (row[-1] is None or (isinstance(row[-1], str) and not row[-1].strip())):
        row.pop()
    return tuple(row)
