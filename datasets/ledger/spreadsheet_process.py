"""Reads a spreadsheet from the standard input, in a process of its own: a cell far outside its table makes the library
ask for more memory than there is, which ends the process at once. It imports nothing of the site.

Answers with pickles on the standard output: ("sheet", name, merged ranges), ("rows", [(number, cells), …]) of that
sheet, ("hidden", name), ("base", text), ("end",), or ("refused", why): encrypted or broken. Whoever reads them counts.
"""

import io
import pickle
import posixpath
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import time, timedelta
from itertools import batched
from xml.etree import ElementTree

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
# A cell whose formula failed, or was never computed: in the parts of a workbook that are called xl/worksheets/….
CELL = re.compile(
    rb'<c (?=[^>]*?r="([A-Z]{1,3})([0-9]{1,7})")([^>]*?)(?<!/)>(?:<f[^>]*?(?:/>|>[^<]*</f>))?(?:<v>([^<]*)</v>)?'
)


def main() -> None:
    memory, seconds = map(int, sys.argv[1:3])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = io.BytesIO(sys.stdin.buffer.read())
    try:
        read_book(CalamineWorkbook.from_filelike(content), sheet_parts(content), content, base_sheet=sys.argv[3])
    except PasswordError:
        say("refused", "encrypted")
    except (CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, OSError):
        say("refused", "broken")
    say("end")


def say(*message: object) -> None:
    pickle.dump(message, sys.stdout.buffer)


def read_book(book: CalamineWorkbook, parts: dict[str, str], content: io.BytesIO, *, base_sheet: str) -> None:
    for each in book.sheets_metadata:
        if each.typ != SheetTypeEnum.WorkSheet:
            continue
        if each.name == base_sheet:
            rows = book.get_sheet_by_name(each.name).iter_rows()
            say("base", str(next((row[0] for row in rows if row), "")))
        elif each.visible != SheetVisibleEnum.Visible:
            say("hidden", each.name)
        else:
            sheet = book.get_sheet_by_name(each.name)
            faults = find_faults(content, parts[each.name]) if each.name in parts else {}
            say("sheet", each.name, sheet.merged_cell_ranges or [])
            for batch in batched(numbered_rows(sheet, faults), BATCH):
                say("rows", batch)


def numbered_rows(sheet: CalamineSheet, faults: dict[int, dict[int, str]]) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Rows that are not empty; a failed formula is a tuple with its error."""
    before: list[object] = [None] * (sheet.start[1] if sheet.start else 0)
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = before + [plain(cell) for cell in row]
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


def plain(cell: object) -> object:
    if isinstance(cell, str):
        return cell if cell.strip() else None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return int(cell)
    # A time of day and a duration are no value of any column.
    return str(cell) if isinstance(cell, time | timedelta) else cell


def sheet_parts(content: io.BytesIO) -> dict[str, str]:
    """The part of each sheet of an .xlsx file; of other files nothing."""
    content.seek(0)
    if not zipfile.is_zipfile(content):
        return {}
    with zipfile.ZipFile(content) as archive:
        if "xl/_rels/workbook.xml.rels" not in archive.namelist():
            return {}
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314  # expat bounds what entities grow to, and this process has limits
        targets = {each.get("Id"): posixpath.join("/xl", each.get("Target", "")).lstrip("/") for each in relations}
        sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind(".//{*}sheet")  # noqa: S314  # expat bounds what entities grow to, and this process has limits
        return {each.get("name", ""): posixpath.normpath(targets.get(each.get(RELATIONS), "")) for each in sheets}


def find_faults(content: io.BytesIO, part: str) -> dict[int, dict[int, str]]:
    """Row -> column -> the error, or "" where the formula was never computed: the library calls both empty."""
    found: dict[int, dict[int, str]] = {}
    with zipfile.ZipFile(content) as archive:
        if part not in archive.namelist():
            return {}
        with archive.open(part) as stream:
            rest = b""
            while chunk := stream.read(1 << 20):
                whole = rest + chunk
                # The last cell or row may go on in the next piece; what is longer than any formula is none.
                cut = max(whole.rfind(b"<c "), whole.rfind(b"<row"), len(whole) - LONGEST)
                piece, rest = whole[:cut], whole[cut:]
                add_faults(piece, found)
            add_faults(rest, found)
    return found


def add_faults(piece: bytes, found: dict[int, dict[int, str]]) -> None:
    if b'"e"' not in piece and b"</f>" not in piece:
        return
    for cell in CELL.finditer(piece):
        letters, number, attributes, value = cell.groups()
        has_formula = b"<f" in cell.group()
        is_failed = b't="e"' in attributes
        if is_failed or (has_formula and not value and b't="str"' not in attributes):
            column = 0
            for letter in letters:
                column = column * 26 + letter - 64
            found.setdefault(int(number), {})[column] = (value or b"").decode("utf-8", "replace")


if __name__ == "__main__":
    main()
