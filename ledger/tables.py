"""The recognition of sheets, headers and columns: which sheet of a file is which of ours, where its header stands, and
which column is which."""

import csv
import io
import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.declaration import Column, Sheet, Text
from ledger.headers import (
    NamedColumn,
    answered_columns,
    columns_by_key,
    header_key,
    in_all_languages,
    named_column,
    surest_columns,
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
from ledger.rows import Fault
from ledger.sentences import FileRefused

# Above the header stand a title, a unit, a line of whoever filled it in.
HEADER_WITHIN = 20
# Of a header of several rows, how far above its last one a merged cell may stand.
HEADER_ROWS = 3
# Letters of a cell that may be a header: what is longer is none.
MAX_TEXT = 200
# So many headers tell one layout from another.
MAX_NAMED = 20
NAME_COLUMNS = ("name_zh", "name_en", "title_zh", "title_en")
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
    """`name`: of the sheet in the file. `header`: name of a column -> as the file heads it. `has_base`: it was once
    downloaded here. `has_formats`: as of the file. `percentages`: name of a column -> the numbers of the rows whose
    unit is per cent, once `units` has found them. `unknown`: headers that name no column, with
    what stands below them. `sums`: rows that were left out, with their cells; `unit`: as a line
    above the header names it."""

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


# The rank of a header of which no column is known.
NOTHING = (0, 0)


@dataclass(frozen=True)
class _Header:
    """`texts`: position in the row -> what stands above it, also where only a merged cell does."""

    row: int
    texts: Mapping[int, str]
    columns: Mapping[int, Column]
    # How many of them stand under their own name or label.
    sure: int = 0

    @property
    def rank(self) -> tuple[int, int]:
        """Returns the greater the likelier it is the header of its sheet."""
        return len(self.columns), self.sure

    @property
    def names(self) -> set[str]:
        return {column.name for column in self.columns.values()}


def find_tables(file: RawFile, sheets: Sequence[Sheet], answers: Mapping[str, str] = MappingProxyType({})) -> Tables:
    """The tables of a file, with what is wrong with them as a whole. `answers`: what sheets and columns are that their
    names do not say, by `sheet_key` and `column_key`."""
    keys = {sheet.name: columns_by_key(sheet) | answered_columns(sheet, answers) for sheet in sheets}
    found: list[Table] = []
    unknown: list[RawSheet] = []
    for raw in file.sheets:
        if not raw.rows or same_name(raw.name) in _own_titles():
            continue
        if match := _told(raw, sheets, keys, answers) or _recognized(raw, sheets, keys):
            table = _table(raw, *match, has_base=bool(file.base))
            found.append(replace(table, has_formats=file.has_formats))
        else:
            unknown.append(raw)
    notices = list(_said_of_sheets(file, unknown, sheets))
    if found:
        return Tables(found, [], notices, file.base)
    sentence = _("No table was found in the file: no row holds the headers of the template.")
    return Tables([], [Fault("", 0, "", sentence)], notices, file.base, list(filter(_looks_like_table, unknown)))


def _looks_like_table(raw: RawSheet) -> bool:
    return len(likely_header(raw).texts) > 1


def _own_titles() -> set[str]:
    return {same_name(name) for title in (GUIDE_TITLE, MARKS_TITLE) for name in in_all_languages(title)}


def _said_of_sheets(file: RawFile, unknown: Iterable[RawSheet], sheets: Sequence[Sheet]) -> Iterator[str]:
    for name in file.hidden:
        if name != LISTS_SHEET:
            yield _("The sheet “%(name)s” is hidden and was not read.") % {"name": name}
    for raw in unknown:
        words = {"name": raw.name, "names": ", ".join(str(sheet.label) for sheet in sheets)}
        yield _("The sheet “%(name)s” was not recognized and not read. Name it as one of: %(names)s") % words


def _told(
    raw: RawSheet, sheets: Sequence[Sheet], keys: Mapping[str, Mapping[str, NamedColumn]], answers: Mapping[str, str]
) -> tuple[Sheet, _Header] | None:
    """Returns what somebody said that the sheet is."""
    answer = answers.get(sheet_key(raw), "")
    for sheet in sheets:
        if sheet.name == answer:
            header = _find_header(raw, keys[answer])
            return sheet, (header if header.columns else likely_header(raw))
    return None


def read_pasted(text: str, sheets: Sequence[Sheet], answers: Mapping[str, str] = MappingProxyType({})) -> Tables:
    """The same for rows that were copied from a spreadsheet. The answer of `PASTED` names their sheet: then the row of
    their headers may be missing. Raises FileRefused."""
    raw = RawSheet("", pasted_rows(text))
    for sheet in sheets:
        if sheet.name == answers.get(PASTED):
            if not _find_header(raw, columns_by_key(sheet)).columns:
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


def sheet_key(raw: RawSheet) -> str:
    """Returns the key under which it is answered what a sheet is: equal for all with the same headers."""
    return "sheet:" + "|".join(map(header_key, islice(likely_header(raw).texts.values(), MAX_NAMED)))


def likely_header(raw: RawSheet) -> _Header:
    """Returns the row with the most texts as the header of a sheet of which no column is known."""
    rows = raw.rows[:HEADER_WITHIN]
    best = max(rows, key=lambda row: len(dict(_texts(row))), default=RawRow(0, ()))
    return _Header(best.number, dict(_texts(best)), {})


def _recognized(
    raw: RawSheet, sheets: Sequence[Sheet], keys: Mapping[str, Mapping[str, NamedColumn]]
) -> tuple[Sheet, _Header] | None:
    """Recognizes a sheet by its name, else by its headers: those of one sheet alone, with all that names a row."""
    named = next((sheet for sheet in sheets if same_name(raw.name) in _sheet_keys(sheet)), None)
    if named is not None:
        return named, _find_header(raw, keys[named.name])
    headers = [(sheet, _find_header(raw, keys[sheet.name])) for sheet in sheets]
    likely = headers if len(sheets) == 1 else [each for each in headers if _fits(each[0], each[1].names)]
    ranks = [header.rank for _sheet, header in likely]
    if not ranks or ranks.count(max(ranks)) > 1 or max(ranks) == NOTHING:
        return None
    return likely[ranks.index(max(ranks))]


def _fits(sheet: Sheet, names: set[str]) -> bool:
    """One common word such as "name" makes no header; of a sheet whose rows have names, either those are there or all
    of its key."""
    own = {column.name for column in sheet.columns if column.name in NAME_COLUMNS}
    tells_rows = set(sheet.key) <= names or bool(own & names) if own else True
    return len(names) >= 2 and tells_rows and needed_columns(sheet) <= names


def needed_columns(sheet: Sheet) -> set[str]:
    """Returns the names of the columns without which no row can be told from another."""
    return {name for name in sheet.key if sheet.column(name).required}


def _sheet_keys(sheet: Sheet) -> set[str]:
    return {same_name(text) for text in (sheet.name, *in_all_languages(sheet.label))}


def _find_header(raw: RawSheet, by_key: Mapping[str, NamedColumn]) -> _Header:
    """The row in which most cells name a column of the sheet; the first of equal ones."""
    best = _Header(0, {}, {})
    for index, row in enumerate(raw.rows[:HEADER_WITHIN]):
        own = dict(_texts(row))
        # A cell that is merged over two rows stands in the first.
        texts = _known_above(raw.rows[max(0, index - HEADER_ROWS + 1) : index], by_key) | own
        named = {at: found for at, text in texts.items() if (found := named_column(text, by_key))}
        columns = surest_columns(named)
        if len(columns) > len(best.columns) and not own.keys().isdisjoint(columns):
            best = _Header(row.number, texts, columns, sum(not named[at].doubt for at in columns))
        if len(texts) == len(columns) > 1:
            # Nothing is unknown, as in our own files: there is no better one.
            break
    return best


def _known_above(rows: Iterable[RawRow], by_key: Mapping[str, NamedColumn]) -> dict[int, str]:
    return {at: text for row in rows for at, text in _texts(row) if named_column(text, by_key)}


def _texts(row: RawRow) -> Iterator[tuple[int, str]]:
    return ((at, cell[:MAX_TEXT]) for at, cell in enumerate(row.cells) if isinstance(cell, str))


def _table(raw: RawSheet, sheet: Sheet, header: _Header, *, has_base: bool) -> Table:
    places: dict[str, int] = {}
    for at, column in header.columns.items():
        places.setdefault(column.name, at)
    if not places and not header.texts:
        nothing = Fault(sheet.name, 0, "", _("No row of this sheet holds the headers of the template."))
        return Table(sheet, raw.name, {}, [], has_base, [nothing])
    shape = _shape(raw, sheet, header, places)
    unknown = {at: text for at, text in header.texts.items() if at not in header.columns}
    if unknown:
        text = _("These columns are unknown and were not read: %(names)s")
        shape.notices.append(text % {"names": ", ".join(map(_one_line, unknown.values()))})
    return Table(
        sheet,
        raw.name,
        {name: header.texts[at] for name, at in places.items()} | shape.header,
        _rows(shape.body, places, shape.header),
        has_base,
        [*_faults_of_header(sheet, header, places), *_faults_of_merged(sheet, header, places, shape)],
        shape.notices,
        unknown={text: _below(shape.body.rows, at) for at, text in unknown.items()},
        sums=[(each, _cells(each.cells, places)) for each in shape.body.sums],
        unit=unit_above(row for row in raw.rows if row.number < header.row),
    )


def _faults_of_header(sheet: Sheet, header: _Header, places: Mapping[str, int]) -> Iterator[Fault]:
    for at, column in header.columns.items():
        if places[column.name] != at:
            text = _("The column “%(label)s” stands there twice; delete or rename one.")
            yield Fault(sheet.name, header.row, column.name, text % {"label": column.label})
    for name in sorted(needed_columns(sheet) - set(places)):
        text = _("The column “%(label)s” is missing.")
        yield Fault(sheet.name, header.row, name, text % {"label": sheet.column(name).label})


def _faults_of_merged(sheet: Sheet, header: _Header, places: Mapping[str, int], shape: "_Shape") -> Iterator[Fault]:
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


def _shape(raw: RawSheet, sheet: Sheet, header: _Header, places: Mapping[str, int]) -> _Shape:
    fillable = {at: name for name, at in places.items() if name in FILLED_DOWN.get(sheet.name, ())}
    below = [row for row in raw.rows if row.number > header.row]
    rows, counts, merged = fill_down(below, raw.merged, fillable)
    headed = HEADED_BY.get(sheet.name, "")
    body = read_body(rows, is_headed=bool(headed))
    is_filled = any(body.headings.values()) and headed not in places
    of_headings = {headed: str(sheet.column(headed).label)} if is_filled else {}
    labels = {column.name: column.label for column in sheet.columns}
    found = {labels[name]: count for name, count in sorted(counts.items(), key=lambda each: places[each[0]])}
    return _Shape(body, of_headings, merged, list(_said_of_shape(found, body, of_headings)))


def _said_of_shape(filled: Mapping[Text, int], body: Body, of_headings: Mapping[str, str]) -> Iterator[str]:
    """Says which cells were filled, by label, which headings were read, and which sums were not."""
    for label, count in filled.items():
        text = _(
            "%(label)s: a cell merged over several rows was read as the value of each of them; cells filled: %(count)s"
        )
        yield text % {"label": label, "count": count}
    for label in of_headings.values():
        headings = ", ".join(dict.fromkeys(filter(None, body.headings.values())))
        text = _("Headings between the rows were read as %(label)s: %(names)s")
        yield text % {"label": label, "names": headings}
    if body.sums:
        text = _("Rows of sums were left out: %(rows)s")
        yield text % {"rows": ", ".join(str(each.number) for each in body.sums)}


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
