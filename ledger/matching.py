"""The questions what the sheets and columns of a file are, where their names do not say it: asked once, and known again
in the next file of that layout."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ledger.cells import has_no_year, is_lasting, parse_cell
from ledger.declaration import Column, Kind, Sheet
from ledger.headers import MAX_HEADER, NOT_READ, PLACE, column_key, columns_by_header, header_key
from ledger.questions import EXAMPLES
from ledger.raw import RawSheet, Value
from ledger.recognition import NAME_COLUMNS, likely_header, sheet_key
from ledger.sentences import CellError
from ledger.sheets import SHEETS
from ledger.tables import Table, Tables

MAX_EXAMPLE = 80
# How alike two headers are that are taken for one, of 1.
ALIKE = 0.6
# A name of a task or project has so many letters.
NAME_LETTERS = range(4, 80)
CODE = re.compile(r"[A-Za-z]{0,3}-?\d{1,3}(?:[.-]\d{1,3})?")
# With these a Chinese name of a department ends.
DEPARTMENT_ENDS = (*"局委办厅部院处会", "中心", "政府", "集团", "公司")
# With this the keys of questions about names begin; their answers are keys of rows of the site, or one of these.
NAMED = "name:"
NEW, WRONG = "+", "-"
# What such tables are of, mostly.
LIKELY_SHEETS = ("measures", "projects")


@dataclass(frozen=True)
class MatchQuestion:
    """`kind`: sheet, column, name of a row of the site, or codes. `label`: its name in the file. `guess`: the choice
    that is likely right; "" where none is."""

    key: str
    kind: str
    sheet_label: str | Promise
    label: str
    choices: tuple[tuple[str, str | Promise], ...]
    examples: tuple[str, ...]
    guess: str


def is_kept(key: str, answer: str) -> bool:
    """Returns whether an answer holds for the next file, too: of a sheet or a column, but for those that only their
    place tells, and of a name that means a row of the site."""
    _about, colon, name = key.partition(":")
    if key.startswith(NAMED):
        return answer not in (NEW, WRONG)
    return bool(colon) and not PLACE.fullmatch(name)


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
        _examples(header.texts.values()),
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
            _shown(header),
            ((NOT_READ, _("Do not read it")), *((each.name, _marked(each)) for each in missing)),
            _examples(cells),
            guess,
        )


def _shown(header: str) -> str:
    place = PLACE.fullmatch(header)
    return _("Column %(number)s") % {"number": place[1]} if place else header[:MAX_HEADER]


def _examples(cells: Iterable[Value]) -> tuple[str, ...]:
    return tuple(islice(dict.fromkeys(str(cell)[:MAX_EXAMPLE] for cell in cells), EXAMPLES))


def _marked(column: Column) -> str:
    return f"{column.label}*" if column.required else str(column.label)


def _alike(header: str, sheet: Sheet) -> str:
    """Returns the column whose header is most like this one; "" where none is."""
    by_header = columns_by_header(sheet)
    found = get_close_matches(header_key(header), by_header, n=1, cutoff=ALIKE)
    return by_header[found[0]].name if found else ""


def _guess(header: str, cells: Sequence[Value], sheet: Sheet, free: Mapping[str, Column]) -> str:
    """Guesses by the words of the header, else by what stands below it: the first column that may hold that."""
    if (alike := _alike(header, sheet)) in free:
        return alike
    likely = sorted(free.values(), key=lambda column: column.name not in _OF_TEXTS)
    return next((column.name for column in likely if cells and _may_hold(column, cells)), NOT_READ)


def _may_hold(column: Column, cells: Sequence[Value]) -> bool:
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    if (are_such := _OF_TEXTS.get(column.name)) is not None:
        return len(texts) == len(cells) and are_such(texts)
    return column.kind in (Kind.DAY, Kind.MONEY) and all(_is_read(cell, column) for cell in cells)


def _are_departments(texts: Sequence[str]) -> bool:
    return all(text.endswith(DEPARTMENT_ENDS) for text in texts)


def _are_names(texts: Sequence[str]) -> bool:
    """Tasks and projects differ, and have names of some length."""
    is_named = all(len(text) in NAME_LETTERS for text in texts) and not _are_departments(texts)
    return is_named and len(set(texts)) == len(texts)


def _are_codes(texts: Sequence[str]) -> bool:
    """Rows are numbered, mostly, and no two alike."""
    return len(set(texts)) == len(texts) and all(CODE.fullmatch(text) for text in texts)


_OF_TEXTS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "code": _are_codes,
    "lead_department": _are_departments,
    "participating_departments": _are_departments,
    "title_zh": _are_names,
    "name_zh": _are_names,
}


def _is_read(cell: Value, column: Column) -> bool:
    """Returns whether a cell is a day, with or without its year, or an amount."""
    if column.kind is Kind.DAY and (has_no_year(cell, column) or is_lasting(cell)):
        return column.is_deadline
    try:
        return parse_cell(cell, column) is not None
    except CellError:
        return False
