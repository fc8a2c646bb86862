"""Reads a spreadsheet from the standard input, in a process of its own: a cell far outside its table makes the library
ask for more memory than there is, which ends the process at once. It imports nothing of the site.

Answers with pickles on the standard output: ("sheet", name, merged ranges, numbers of hidden columns), ("rows",
[(number, cells), …], numbers of those that are hidden) of that sheet, ("hidden", name), ("base", text), ("end",), or
("refused", why): encrypted, broken or merged. Whoever reads them counts the rows.

The library tells neither a failed formula from an empty cell nor 5.2 % from 0.052, nor what is hidden, nor what is
merged in an .ods file: all of this is read here of an .xlsx file, what is hidden and merged of an .ods file.
"""

import io
import pickle
import posixpath
import re
import resource
import sys
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from itertools import batched
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

BATCH = 500
# Bytes of a cell with its formula.
LONGEST = 1 << 16
# Whole numbers up to here are exact in a workbook.
EXACT = 2**53
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# The digits that a workbook keeps of a number.
EXACT_DIGITS = 15
# The number formats 0% and 0.00%, which no workbook defines; and what of another one is not its own: texts, colours.
PERCENT_FORMATS = {9, 10}
BESIDE_FORMAT = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
# A cell with a value, or with a formula: in the parts of a workbook that are called xl/worksheets/….
CELL = re.compile(
    rb'<c (?=[^>]*?r="([A-Z]{1,3})([0-9]{1,7})")([^>]*?)(?<!/)>(?:<f[^>]*?(?:/>|>[^<]*</f>))?(?:<v>([^<]*)</v>)?'
)
STYLE = re.compile(rb'(?<![a-z])s="([0-9]{1,6})"')
HIDDEN_ROW = re.compile(rb'<row (?=[^>]*?(?<![a-z])r="([0-9]{1,7})")[^>]*?hidden="(?:1|true)"')
HIDDEN_COLUMNS = re.compile(rb'<col (?=[^>]*?min="([0-9]{1,5})")(?=[^>]*?max="([0-9]{1,5})")[^>]*?hidden="(?:1|true)"')
# The most that a sheet has, and the most merged ranges of one that are told.
MAX_ROWS, MAX_COLUMNS = 1 << 20, 1 << 14
MAX_MERGED = 100_000


def main() -> None:
    memory, seconds = map(int, sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = io.BytesIO(sys.stdin.buffer.read())
    try:
        read_book(CalamineWorkbook.from_filelike(content), find_parts(content), content, base_sheet=sys.argv[3])
    except PasswordError:
        say("refused", "encrypted")
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, expat.ExpatError, KeyError, ValueError, OSError):
        say("refused", "broken")
    say("end")


def say(*message: object) -> None:
    pickle.dump(message, sys.stdout.buffer)


@dataclass(frozen=True)
class Parts:
    """The parts of an .xlsx file: that of each sheet, and the numbers of the styles that show percentages. Of other
    files nothing."""

    sheets: dict[str, str] = field(default_factory=dict)
    percent_styles: Collection[int] = ()


@dataclass(frozen=True)
class Marked:
    """The properties of a sheet's cells that the library does not tell. `faults`: row -> column -> the error, or ""
    where the formula was never computed; `percentages`: row -> columns of cells that show their number as a percentage;
    `hidden_rows` and `hidden_columns`: their numbers; `merged`: the first and the last cell of each range, as the
    library gives it.
    """

    faults: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    percentages: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)


def read_book(book: CalamineWorkbook, parts: Parts, content: io.BytesIO, *, base_sheet: str) -> None:
    of_open_document = OpenDocument(content).tables
    for each in book.sheets_metadata:
        if each.typ != SheetTypeEnum.WorkSheet:
            continue
        if each.name == base_sheet:
            rows = book.get_sheet_by_name(each.name).iter_rows()
            say("base", str(next((row[0] for row in rows if row), "")))
        elif each.visible != SheetVisibleEnum.Visible:
            say("hidden", each.name)
        else:
            part = parts.sheets.get(each.name)
            marked = find_marked(content, part, parts.percent_styles) if part else of_open_document.get(each.name)
            say_sheet(book.get_sheet_by_name(each.name), marked or Marked())


def say_sheet(sheet: CalamineSheet, marked: Marked) -> None:
    merged = sheet.merged_cell_ranges or marked.merged
    if len(merged) > MAX_MERGED:
        say("refused", "merged")
    say("sheet", sheet.name, merged, sorted(marked.hidden_columns))
    for batch in batched(numbered_rows(sheet, marked), BATCH):
        say("rows", batch, [number for number, _cells in batch if number in marked.hidden_rows])


def numbered_rows(sheet: CalamineSheet, marked: Marked) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Rows that are not empty; a failed formula is a tuple with its error, and 0.052 that shows 5.2 % is "5.2%"."""
    before: list[object] = [None] * (sheet.start[1] if sheet.start else 0)
    faults = marked.faults
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = before + [plain(cell) for cell in row]
        for column in marked.percentages.get(number, ()):
            if column <= len(cells):
                cells[column - 1] = percentage(cells[column - 1])
        for column, error in faults.pop(number, {}).items():
            cells += [None] * (column - len(cells))
            cells[column - 1] = (error,)
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, tuple(cells)
    for number, errors in sorted(faults.items()):
        cells = [None] * max(errors)
        for column, error in errors.items():
            cells[column - 1] = (error,)
        yield number, tuple(cells)


def percentage(cell: object) -> object:
    """Gives all digits, whatever the format shows of them."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return cell
    number = Decimal(f"{cell:.{EXACT_DIGITS}g}") * 100
    return f"{number.normalize():f}%"


def plain(cell: object) -> object:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return int(cell)
    # A time of day and a duration are no value of any column.
    return str(cell) if isinstance(cell, time | timedelta) else cell


def find_parts(content: io.BytesIO) -> Parts:
    content.seek(0)
    if not zipfile.is_zipfile(content):
        return Parts()
    with zipfile.ZipFile(content) as archive:
        if "xl/_rels/workbook.xml.rels" not in archive.namelist():
            return Parts()
        relations = read_xml(archive, "xl/_rels/workbook.xml.rels")
        targets = {each.get("Id"): posixpath.join("/xl", each.get("Target", "")).lstrip("/") for each in relations}
        styles = next((each.get("Id") for each in relations if each.get("Type", "").endswith("/styles")), None)
        sheets = read_xml(archive, "xl/workbook.xml").iterfind(".//{*}sheet")
        return Parts(
            {each.get("name", ""): posixpath.normpath(targets.get(each.get(RELATIONS), "")) for each in sheets},
            find_percent_styles(archive, posixpath.normpath(targets.get(styles, ""))),
        )


def read_xml(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(part))  # noqa: S314  # expat bounds what entities grow to, and this process has limits


def find_percent_styles(archive: zipfile.ZipFile, part: str) -> set[int]:
    """The numbers of cell styles whose number format is a percentage."""
    if part not in archive.namelist():
        return set()
    styles = read_xml(archive, part)
    defined = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iterfind("./{*}numFmts/{*}numFmt")}
    formats = {number for number, code in defined.items() if "%" in BESIDE_FORMAT.sub("", code)}
    # One that the workbook defines anew is what it says.
    formats |= {str(number) for number in PERCENT_FORMATS} - defined.keys()
    cells = styles.iterfind("./{*}cellXfs/{*}xf")
    return {number for number, each in enumerate(cells) if each.get("numFmtId") in formats}


def find_marked(content: io.BytesIO, part: str, percent_styles: Collection[int]) -> Marked:
    found = Marked()
    signs = [b'"e"', b"</f>", b'hidden="', *(b's="%d"' % number for number in percent_styles)]
    if 0 in percent_styles:
        # It is the style of cells that name none.
        signs.append(b"<c ")
    with zipfile.ZipFile(content) as archive:
        if part not in archive.namelist():
            return found
        with archive.open(part) as stream:
            rest = b""
            while chunk := stream.read(1 << 20):
                whole = rest + chunk
                # The last cell or row may go on in the next piece; what is longer than any formula is none.
                cut = max(whole.rfind(b"<c "), whole.rfind(b"<row"), len(whole) - LONGEST)
                piece, rest = whole[:cut], whole[cut:]
                add_marked(piece, percent_styles, signs, found)
            add_marked(rest, percent_styles, signs, found)
    return found


def add_marked(piece: bytes, percent_styles: Collection[int], signs: list[bytes], found: Marked) -> None:
    """`signs`: a piece that has none of them has nothing to tell."""
    if not any(sign in piece for sign in signs):
        return
    for cell in CELL.finditer(piece):
        letters, number, attributes, value = cell.groups()
        if is_failed(cell):
            found.faults[int(number)][column_number(letters)] = (value or b"").decode("utf-8", "replace")
        elif value and percent_styles and style_number(attributes) in percent_styles:
            found.percentages[int(number)].add(column_number(letters))
    if b'hidden="' in piece:
        found.hidden_rows.update(int(row[1]) for row in HIDDEN_ROW.finditer(piece))
        for first, last in HIDDEN_COLUMNS.findall(piece):
            found.hidden_columns.update(range(int(first), min(int(last), MAX_COLUMNS) + 1))


def is_failed(cell: re.Match[bytes]) -> bool:
    attributes, value = cell[3], cell[4]
    was_never_computed = b"<f" in cell[0] and not value and b't="str"' not in attributes
    return b't="e"' in attributes or was_never_computed


def style_number(attributes: bytes) -> int:
    found = STYLE.search(attributes)
    return int(found[1]) if found else 0


def column_number(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class OpenDocument:
    """Follows the elements of an .ods file. `tables`: what is marked in each, by name."""

    def __init__(self, content: io.BytesIO) -> None:
        self.tables: dict[str, Marked] = {}
        self.table = Marked()
        # Numbers of the row and column that come next.
        self.row = self.next_row = self.column = 1
        content.seek(0)
        if not zipfile.is_zipfile(content):
            return
        with zipfile.ZipFile(content) as archive:
            if "content.xml" in archive.namelist():
                parser = expat.ParserCreate()
                parser.StartElementHandler = self.begin
                parser.EndElementHandler = self.end
                with archive.open("content.xml") as stream:
                    parser.ParseFile(stream)

    def begin(self, element: str, attributes: dict[str, str]) -> None:
        is_hidden = attributes.get("table:visibility", "visible") != "visible"
        if element == "table:table":
            self.table = self.tables.setdefault(attributes.get("table:name", ""), Marked())
            self.row = self.column = 1
        elif element == "table:table-column":
            last = self.column + repeated(attributes, "columns")
            if is_hidden:
                self.table.hidden_columns.update(range(self.column, min(last, MAX_COLUMNS + 1)))
            self.column = last
        elif element == "table:table-row":
            self.column, last = 1, self.row + repeated(attributes, "rows")
            if is_hidden:
                self.table.hidden_rows.update(range(self.row, min(last, MAX_ROWS + 1)))
            self.next_row = last
        elif element in ("table:table-cell", "table:covered-table-cell"):
            rows = int(attributes.get("table:number-rows-spanned", 1))
            columns = int(attributes.get("table:number-columns-spanned", 1))
            if rows > 1 or columns > 1:
                top, left = self.row - 1, self.column - 1
                self.table.merged.append(((top, left), (top + rows - 1, left + columns - 1)))
            self.column += repeated(attributes, "columns")

    def end(self, element: str) -> None:
        if element == "table:table-row":
            self.row = self.next_row


def repeated(attributes: dict[str, str], what: str) -> int:
    return int(attributes.get(f"table:number-{what}-repeated", 1))


if __name__ == "__main__":
    main()
