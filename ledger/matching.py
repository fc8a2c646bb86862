"""The questions what the sheets and columns of a file are, where their names do not say it: asked once, and known again
in the next file of that layout."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ledger.cells import parse_cell
from ledger.declaration import Column, Kind, Sheet
from ledger.questions import EXAMPLES
from ledger.raw import RawSheet, Value
from ledger.sentences import CellError
from ledger.sheets import SHEETS
from ledger.tables import (
    NAME_COLUMNS,
    NOT_READ,
    Table,
    Tables,
    column_key,
    columns_by_header,
    header_key,
    likely_header,
    sheet_key,
)

# How alike two headers are that are taken for one, of 1.
ALIKE = 0.6
# A name of a task or project has so many letters.
NAME_LETTERS = range(4, 80)
# With these a Chinese name of a department ends.
DEPARTMENT_ENDS = (*"局委办厅部院处会", "中心", "政府", "集团", "公司")
# What such tables are of, mostly.
LIKELY_SHEETS = ("measures", "projects")


@dataclass(frozen=True)
class MatchQuestion:
    """`kind`: sheet or column. `label`: its name in the file. `guess`: the choice that is likely right."""

    key: str
    kind: str
    sheet_label: str | Promise
    label: str
    choices: tuple[tuple[str, str | Promise], ...]
    examples: tuple[str, ...]
    guess: str


def is_match(key: str) -> bool:
    """Returns whether an answer says what a sheet or a column is."""
    return ":" in key


def match_questions(
    tables: Tables, answers: Mapping[str, str], *, begun: Container[str] = SHEETS
) -> list[MatchQuestion]:
    """Returns the questions that are not answered: what a sheet is, and once that is known its columns. `begun`: sheets
    of which the plan has rows: a table of them may change a few columns of rows that are there."""
    found = [_about_sheet(each) for each in tables.unknown]
    for table in tables.tables:
        may_change = table.sheet.name in begun and table.header.keys() >= set(table.sheet.key)
        if not may_change and lacks_columns(table):
            found += _about_columns(table)
    return [each for each in found if answers.get(each.key) not in dict(each.choices)]


def lacks_columns(table: Table) -> bool:
    """Returns whether new rows of the table would want a column that it does not have, though it may under another
    name."""
    # A plan without priority areas has one.
    needed = {column.name for column in table.sheet.columns if column.required} - {"section"}
    names = {column.name for column in table.sheet.columns if column.name in NAME_COLUMNS}
    return bool(needed - table.header.keys()) or bool(names and not names & table.header.keys())


def _about_sheet(raw: RawSheet) -> MatchQuestion:
    header = likely_header(raw)
    choices = [(name, sheet.label) for name, sheet in SHEETS.items() if sheet.key]
    known = {name: _known(header.texts.values(), SHEETS[name]) for name in LIKELY_SHEETS}
    return MatchQuestion(
        sheet_key(raw),
        "sheet",
        _("Sheets of the file"),
        raw.name or _("Pasted rows"),
        ((NOT_READ, _("Do not read it")), *choices),
        tuple(islice(header.texts.values(), EXAMPLES)),
        max(known, key=lambda name: known[name]),
    )


def _known(headers: Iterable[str], sheet: Sheet) -> int:
    return len({_alike(header, sheet) for header in headers} - {""})


def _about_columns(table: Table) -> Iterator[MatchQuestion]:
    missing = [column for column in table.sheet.columns if column.name not in table.header]
    free = {column.name: column for column in missing}
    for header, cells in table.unknown.items():
        guess = _guess(header, cells, table.sheet, free)
        free.pop(guess, None)
        yield MatchQuestion(
            column_key(table.sheet, header),
            "column",
            table.sheet.label,
            header,
            ((NOT_READ, _("Do not read it")), *((each.name, _marked(each)) for each in missing)),
            tuple(islice(dict.fromkeys(map(str, cells)), EXAMPLES)),
            guess,
        )


def _marked(column: Column) -> str:
    return f"{column.label}*" if column.required else str(column.label)


def _alike(header: str, sheet: Sheet) -> str:
    """Returns the column whose header is most like this one; "" where none is."""
    by_header = columns_by_header(sheet)
    found = get_close_matches(header_key(header), by_header, n=1, cutoff=ALIKE)
    return by_header[found[0]].name if found else ""


def _guess(header: str, cells: Sequence[Value], sheet: Sheet, free: Mapping[str, Column]) -> str:
    """Guesses by the words of the header, else by what stands below it."""
    if (alike := _alike(header, sheet)) in free:
        return alike
    texts = [cell for cell in cells if isinstance(cell, str)]
    if "lead_department" in free and texts and all(text.strip().endswith(DEPARTMENT_ENDS) for text in texts):
        return "lead_department"
    for column in free.values():
        if cells and column.is_deadline and all(_is_read(cell, column) for cell in cells):
            return column.name
        if cells and column.kind is Kind.MONEY and not texts:
            return column.name
    name = next((each for each in NAME_COLUMNS if each in free), "")
    if name and len(texts) == len(cells) > 0 and all(len(text) in NAME_LETTERS for text in texts):
        return name
    return NOT_READ


def _is_read(cell: Value, column: Column) -> bool:
    try:
        return parse_cell(cell, column) is not None
    except CellError:
        return False
