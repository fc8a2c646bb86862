"""The tables of a file: the columns and rows of its sheets, with what was understood besides, and what was not."""

import csv
import io
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.declaration import Column, Sheet, Text
from ledger.headers import (
    answered_columns,
    columns_by_key,
    header_key,
    in_all_languages,
)
from ledger.layout import FILLED_DOWN, HEADED_BY, Body, SumRow, fill_down, read_body, unit_above
from ledger.raw import (
    LISTS_SHEET,
    MAX_BYTES,
    MAX_FAULTS,
    Counted,
    MergedRange,
    RawFile,
    RawRow,
    RawSheet,
    Value,
    same_name,
    trimmed,
)
from ledger.recognition import (
    Header,
    find_header,
    looks_like_table,
    needed_columns,
    recognized,
    sheet_key,
    told,
    with_names,
)
from ledger.rows import Fault
from ledger.sentences import FileRefused, first_of

# Of a number that counts rows.
MAX_DIGITS = 7
# Headers of numbers that count the rows.
COUNTS = {header_key(text) for text in ("序号", "任务序号", "项目序号", "No.", "No", "Number")}
# The key of the answer of which sheet pasted rows are.
PASTED = "pasted"
# The sheets beside ours that a workbook of ours has.
GUIDE_TITLE, MARKS_TITLE = gettext_lazy("How to fill in"), gettext_lazy("What to correct")


@dataclass(frozen=True, slots=True)
class TableRow:
    """`cells`: by the names of the columns that the file has; None for an empty one."""

    number: int
    cells: Mapping[str, Value]


@dataclass(frozen=True)
class Table:
    """`name`: of the sheet in the file; `own_name`: the same where the file has several tables of that sheet, else "".
    `header`: name of a column -> as the file heads it. `has_base`: it was once downloaded here. `has_formats`: as of
    the file. `percentages`: name of a column -> the numbers of the rows whose unit is per cent, once `units` has found
    them. `unknown`: headers that name no column, with what stands below them. `sums`: rows that were left out, with
    their cells; `unit`: as a line above the header names it."""

    sheet: Sheet
    name: str
    header: Mapping[str, str]
    rows: list[TableRow]
    has_base: bool = False
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    has_formats: bool = True
    percentages: Mapping[str, Collection[int]] = field(default_factory=dict)
    unknown: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    sums: Sequence[tuple[SumRow, Mapping[str, Value]]] = ()
    unit: str = ""
    has_merged_code: bool = False
    own_name: str = ""

    @property
    def columns(self) -> list[Column]:
        return [column for column in self.sheet.columns if column.name in self.header]


@dataclass(frozen=True)
class Tables:
    """Several may be of one sheet, such as one of each city. `unknown`: sheets of the file that look like tables, where
    none of it is known."""

    tables: list[Table]
    faults: list[Fault]
    notices: list[str]
    base: str = ""
    unknown: Sequence[RawSheet] = ()


def find_tables(file: RawFile, sheets: Sequence[Sheet], answers: Mapping[str, str] = MappingProxyType({})) -> Tables:
    """The tables of a file, with what is wrong with them as a whole. `answers`: what sheets and columns are that their
    names do not say, by `sheet_key` and `column_key`."""
    keys = {sheet.name: columns_by_key(sheet) | answered_columns(sheet, answers) for sheet in sheets}
    found: list[Table] = []
    hidden: list[str] = []
    unknown: list[RawSheet] = []
    for raw in file.sheets:
        if not raw.rows or same_name(raw.name) in _own_titles():
            continue
        if match := told(raw, sheets, keys, answers) or recognized(raw, sheets, keys):
            table = _table(raw, *match, has_base=bool(file.base))
            found.append(replace(table, has_formats=file.has_formats))
            hidden += _said_of_hidden(raw, match[1])
        else:
            unknown.append(raw)
    notices = [*_said_of_sheets(file, unknown, sheets), *hidden]
    if found:
        return Tables(_told_apart(_without_counts(found)), [], notices, file.base)
    sentence = _("No table was found in the file: no row holds the headers of the template.")
    return Tables([], [Fault("", 0, "", sentence)], notices, file.base, list(filter(looks_like_table, unknown)))


def _told_apart(tables: Sequence[Table]) -> list[Table]:
    counts = Counter(each.sheet.name for each in tables)
    return [replace(each, own_name=each.name) if counts[each.sheet.name] > 1 else each for each in tables]


def _without_counts(tables: Sequence[Table]) -> list[Table]:
    """Returns the tables without the numbers that only count rows."""
    counted: dict[str, list[Table]] = {}
    for table in tables:
        if header_key(table.header.get("code", "")) in COUNTS:
            counted.setdefault(table.sheet.name, []).append(table)
    ids = {id(each) for of_sheet in counted.values() if _begin_anew(of_sheet) for each in of_sheet}
    return [_without_code(each) if id(each) in ids else each for each in tables]


def _begin_anew(tables: Sequence[Table]) -> bool:
    """Returns whether numbers begin anew in another table or below a heading, or are each of several rows."""
    texts = [str(cell).strip() for table in tables for row in table.rows if (cell := row.cells["code"]) is not None]
    numbers = [int(text) for text in texts if text.isdecimal() and len(text) < MAX_DIGITS]
    is_less = any(after < before for before, after in pairwise(numbers))
    return (is_less and len(set(numbers)) < len(numbers)) or any(each.has_merged_code for each in tables)


def _without_code(table: Table) -> Table:
    text = _("%(sheet)s: the numbers below “%(header)s” begin anew, so they are no codes; the rows are numbered.")
    words = {"sheet": table.sheet.label, "header": _one_line(table.header["code"])}
    return replace(
        table,
        header={name: header for name, header in table.header.items() if name != "code"},
        rows=[
            TableRow(row.number, {name: cell for name, cell in row.cells.items() if name != "code"})
            for row in table.rows
        ],
        notices=[*table.notices, text % words],
    )


def _own_titles() -> set[str]:
    return {same_name(name) for title in (GUIDE_TITLE, MARKS_TITLE) for name in in_all_languages(title)}


def _said_of_sheets(file: RawFile, unknown: Iterable[RawSheet], sheets: Sequence[Sheet]) -> Iterator[str]:
    for name in file.hidden:
        if name != LISTS_SHEET:
            yield _("The sheet “%(name)s” is hidden and was not read.") % {"name": name}
    for raw in unknown:
        words = {"name": raw.name, "names": ", ".join(str(sheet.label) for sheet in sheets)}
        yield _("The sheet “%(name)s” was not recognized and not read. Name it as one of: %(names)s") % words


def read_pasted(text: str, sheets: Sequence[Sheet], answers: Mapping[str, str] = MappingProxyType({})) -> Tables:
    """The same for rows that were copied from a spreadsheet. The answer of `PASTED` names their sheet: then the row of
    their headers may be missing. Raises FileRefused."""
    raw = RawSheet("", pasted_rows(text))
    for sheet in sheets:
        if sheet.name == answers.get(PASTED):
            if not find_header(raw, columns_by_key(sheet)).columns:
                raw = RawSheet("", [_places(raw.rows), *raw.rows])
            answers = {**answers, sheet_key(raw): sheet.name}
    return find_tables(RawFile([raw]), sheets, answers)


def _places(rows: Iterable[RawRow]) -> RawRow:
    """Returns a header for rows that have none."""
    return RawRow(0, tuple(f"#{at}" for at in range(1, max((len(row.cells) for row in rows), default=0) + 1)))


def pasted_rows(text: str) -> list[RawRow]:
    """Returns the rows of a text with tabs between cells. Raises FileRefused."""
    if len(text.encode()) > MAX_BYTES:
        raise FileRefused(_("The file is larger than %(limit)s MB."), limit=MAX_BYTES // 1024 // 1024)
    counted = Counted()
    rows = []
    # A quotation mark within a cell is one; only one that begins a cell is closed by another.
    reader = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter="\t")
    try:
        for number, record in enumerate(reader, 1):
            row = trimmed(cell if cell.strip() else None for cell in record)
            if row:
                counted.row(row)
                rows.append(RawRow(number, row))
    except csv.Error as error:
        raise FileRefused(_("Line %(line)s of the pasted rows cannot be read."), line=reader.line_num) from error
    return rows


def _table(raw: RawSheet, sheet: Sheet, header: Header, *, has_base: bool) -> Table:
    found, header = header, with_names(raw, sheet, header)
    places: dict[str, int] = {}
    for at, column in header.columns.items():
        places.setdefault(column.name, at)
    if not places:
        nothing = Fault(sheet.name, 0, "", _("No row of this sheet holds the headers of the template."))
        below = [row for row in raw.rows if row.number > header.row]
        unknown = {text: _below(below, at) for at, text in header.texts.items()}
        return Table(sheet, raw.name, {}, [], has_base, [nothing], unknown=unknown)
    shape = _shape(raw, sheet, header, places)
    unread = {at: text for at, text in header.texts.items() if at not in header.columns}
    shape.notices.extend(_said_of_columns(header, found, unread.values()))
    return Table(
        sheet,
        raw.name,
        {name: header.texts[at] for name, at in places.items()} | shape.header,
        _rows(shape.body, places, shape.header),
        has_base,
        [*_faults_of_header(sheet, header, places), *_faults_of_merged(sheet, header, places, shape)],
        shape.notices,
        unknown={text: _below(shape.body.rows, at) for at, text in unread.items()},
        sums=[(each, _cells(each.cells, places)) for each in shape.body.sums],
        unit=unit_above(row for row in raw.rows if row.number < header.row),
        has_merged_code=shape.has_merged_code,
    )


def _said_of_columns(header: Header, found: Header, unknown: Collection[str]) -> Iterator[str]:
    """Says which columns were not read, and which was read as another than it was found to be."""
    if unknown:
        text = _("These columns are unknown and were not read: %(names)s")
        yield text % {"names": first_of(map(_one_line, unknown))}
    for at, column in header.columns.items():
        if column != found.columns[at]:
            text = _("“%(header)s” was read as the names of the rows, since no other column has any.")
            yield text % {"header": _one_line(header.texts[at])}


def _said_of_hidden(raw: RawSheet, header: Header) -> Iterator[str]:
    """Says which rows and columns were read though their author hid them, as a filter does."""
    # As of `_address`.
    from xlsxwriter.utility import xl_col_to_name

    rows = [number for number in raw.hidden_rows if number > header.row]
    columns = [xl_col_to_name(number - 1) for number in raw.hidden_columns if number - 1 in header.columns]
    hidden = (
        (_("The sheet “%(name)s” has hidden rows, which were read, too: %(numbers)s"), rows),
        (_("The sheet “%(name)s” has hidden columns, which were read, too: %(numbers)s"), columns),
    )
    yield from (text % {"name": raw.name, "numbers": first_of(numbers)} for text, numbers in hidden if numbers)


def _faults_of_header(sheet: Sheet, header: Header, places: Mapping[str, int]) -> Iterator[Fault]:
    for at, column in header.columns.items():
        if places[column.name] != at:
            text = _("The column “%(label)s” stands there twice; delete or rename one.")
            yield Fault(sheet.name, header.row, column.name, text % {"label": column.label})
    for name in sorted(needed_columns(sheet) - set(places)):
        text = _("The column “%(label)s” is missing.")
        yield Fault(sheet.name, header.row, name, text % {"label": sheet.column(name).label})


def _faults_of_merged(sheet: Sheet, header: Header, places: Mapping[str, int], shape: "_Shape") -> Iterator[Fault]:
    covered = (
        (merged, row) for merged in shape.merged for row in _merged_rows(merged, header.row, places, shape.body.rows)
    )
    for merged, row in islice(covered, MAX_FAULTS + 1):
        text = _("The cells %(cells)s are merged; undo this and fill in each of them.")
        yield Fault(sheet.name, row, "", text % {"cells": _address(merged)})


def _below(rows: Iterable[RawRow], at: int) -> list[Value]:
    """Returns the cells of a column that are not empty."""
    cells = (row.cells[at] for row in rows if at < len(row.cells))
    return [cell for cell in cells if cell is not None]


@dataclass(frozen=True)
class _Shape:
    """The rows below a header, with what cells alone do not say. `header`: of a column that headings fill; `merged`:
    what is still merged."""

    body: Body
    header: dict[str, str]
    merged: Sequence[MergedRange]
    notices: list[str]
    has_merged_code: bool


def _shape(raw: RawSheet, sheet: Sheet, header: Header, places: Mapping[str, int]) -> _Shape:
    is_counted = header_key(header.texts.get(places.get("code", -1), "")) in COUNTS
    filled = (*FILLED_DOWN.get(sheet.name, ()), *(["code"] if is_counted else []))
    fillable = {at: name for name, at in places.items() if name in filled}
    below = [row for row in raw.rows if row.number > header.row]
    rows, counts, merged = fill_down(below, raw.merged, fillable)
    headed = HEADED_BY.get(sheet.name, "")
    above = [row for row in raw.rows if row.number <= header.row]
    body = read_body(rows, above=above, merged=merged, is_headed=bool(headed))
    is_filled = any(body.headings.values()) and headed not in places
    of_headings = {headed: str(sheet.column(headed).label)} if is_filled else {}
    labels = {column.name: column.label for column in sheet.columns}
    has_merged_code = counts.pop("code", 0) > 0
    found = {labels[name]: count for name, count in sorted(counts.items(), key=lambda each: places[each[0]])}
    return _Shape(body, of_headings, merged, list(_said_of_shape(found, body, of_headings)), has_merged_code)


def _said_of_shape(filled: Mapping[Text, int], body: Body, of_headings: Mapping[str, str]) -> Iterator[str]:
    """Says which cells were filled, by label, which headings were read, and which sums were not."""
    for label, count in filled.items():
        text = _(
            "%(label)s: a cell merged over several rows was read as the value of each of them; cells filled: %(count)s"
        )
        yield text % {"label": label, "count": count}
    for label in of_headings.values():
        text = _("Headings between the rows were read as %(label)s: %(names)s")
        yield text % {"label": label, "names": first_of(filter(None, body.headings.values()))}
    left_out = (
        (_("Rows of sums were left out: %(rows)s"), [each.number for each in body.sums]),
        (_("Rows of notes were left out: %(rows)s"), body.notes),
        (_("Titles and headers that stand there again were left out: rows %(rows)s"), body.repeated),
    )
    yield from (text % {"rows": first_of(numbers)} for text, numbers in left_out if numbers)


def _rows(body: Body, places: Mapping[str, int], of_headings: Iterable[str]) -> list[TableRow]:
    """Returns the rows of a table, but for those that are empty in all our columns."""
    found = []
    for row in body.rows:
        cells = _cells(row.cells, places)
        if any(cell is not None for cell in cells.values()):
            found.append(TableRow(row.number, cells | dict.fromkeys(of_headings, body.headings[row.number] or None)))
    return found


def _cells(cells: Sequence[Value], places: Mapping[str, int]) -> dict[str, Value]:
    return {name: cells[at] if at < len(cells) else None for name, at in places.items()}


def _merged_rows(merged: MergedRange, header_row: int, places: Mapping[str, int], rows: Sequence[RawRow]) -> list[int]:
    """Each row of the table of which it hides or may hide a cell; none where it is of the header or a remark."""
    columns = [at for at in places.values() if merged.first_column <= at + 1 <= merged.last_column]
    hidden = (merged.last_row - merged.first_row + 1) * len(columns)
    if merged.first_row <= header_row or hidden < 2:
        return []
    begin, end = (bisect_left(rows, row, key=_number) for row in (merged.first_row, merged.last_row + 1))
    return [row.number for row in rows[begin:end]]


def _number(row: RawRow) -> int:
    return row.number


def _address(merged: MergedRange) -> str:
    # It takes 3 MB: only of a process that is sent such a file.
    from xlsxwriter.utility import xl_range

    address: str = xl_range(merged.first_row - 1, merged.first_column - 1, merged.last_row - 1, merged.last_column - 1)
    return address


def _one_line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())[:60]
