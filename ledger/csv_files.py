"""Tables as CSV files: one for each sheet, with the names of the columns in its first row."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TextIO

from django.utils.translation import gettext_lazy as _

from ledger.declaration import Column, Sheet
from ledger.raw import MAX_BASE_LETTERS, Counted, RawFile, RawRow, RawSheet, Value, trimmed
from ledger.sentences import FileRefused
from ledger.written import TEXTS, written_text

PIECE = 1 << 20
DELIMITERS = (",", ";", "\t")
# As many rows tell which delimiter a file has.
SAMPLE_ROWS, SAMPLE_LETTERS = 20, 200_000
# A spreadsheet program would take such a text for a formula; the apostrophe says that it is a text.
LOOKS_LIKE_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r]")
# Of a row in a ZIP archive: equal contents make equal files.
ZIP_DATE = (2000, 1, 1, 0, 0, 0)


def read_csv(content: BinaryIO, name: str, counted: Counted | None = None) -> RawFile:
    """Read a CSV file as a file with one sheet, which has its name. A first row with one cell that begins with # names
    the base version.

    Raises FileRefused.
    """
    counted = counted or Counted()
    text = io.TextIOWrapper(content, encoding=_encoding(content), newline="")
    try:
        delimiter = _delimiter(text)
        text.seek(0)
        rows: list[RawRow] = []
        base = ""
        for number, cells in enumerate(_records(text, delimiter), 1):
            row = trimmed(_cell(cell) for cell in cells)
            if number == 1 and len(row) == 1 and str(row[0]).startswith("#"):
                base = str(row[0])[1:].strip()[:MAX_BASE_LETTERS]
            elif row:
                counted.row(row)
                rows.append(RawRow(number, row))
    finally:
        text.detach()
    # Who writes a table of their own may have taken its shares from anywhere.
    return RawFile([RawSheet(name, rows)], base, has_formats=bool(base))


def _encoding(content: BinaryIO) -> str:
    head = content.read(4)
    encodings = ["utf-16"] if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        content.seek(0)
        try:
            while piece := content.read(PIECE):
                if "\0" in decoder.decode(piece):
                    raise _not_text()
            decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        content.seek(0)
        return encoding
    raise _not_text()


def _not_text() -> FileRefused:
    return FileRefused(
        _("This is no table. Upload an Excel workbook (.xlsx, .xls, .ods), a CSV file or a ZIP of CSV files.")
    )


def _delimiter(text: TextIO) -> str:
    """The one that parts the most of the first rows into equally many cells, or into more; else the comma."""
    sample = text.read(SAMPLE_LETTERS)

    def share(delimiter: str) -> tuple[int, int]:
        first = islice(_records(io.StringIO(sample, newline=""), delimiter), SAMPLE_ROWS)
        widths = [len(row) for row in first if len(row) > 1]
        return max(((widths.count(width), width) for width in widths), default=(0, 0))

    return max(DELIMITERS, key=share)


def _records(text: TextIO, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(text, delimiter=delimiter)
    try:
        yield from reader
    except csv.Error as error:
        text_wanted = _("Line %(line)s cannot be read as CSV (%(error)s); perhaps a quotation mark is not closed.")
        raise FileRefused(text_wanted, line=reader.line_num, error=error) from error


def _cell(text: str) -> Value:
    if text.startswith("'") and LOOKS_LIKE_FORMULA.match(text):
        return text[1:]
    return text.replace("\r\n", "\n") if text.strip() else None


def write_csv(
    output: TextIO, columns: Sequence[Column], rows: Iterable[Mapping[str, object]], *, base: str = ""
) -> None:
    """`rows`: values as `cells.parse_cell` gives them, by the name of their column."""
    writer = csv.writer(output, lineterminator="\r\n")
    if base:
        writer.writerow([f"# {base}"])
    writer.writerow([column.name for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(row.get(column.name), column) for column in columns])


def _csv_cell(value: object, column: Column) -> str:
    text = written_text(value, column)
    is_text = isinstance(value, str) or column.kind in TEXTS
    return f"'{text}" if is_text and LOOKS_LIKE_FORMULA.match(text) else text


def _csv_bytes(sheet: Sheet, rows: Iterable[Mapping[str, object]], base: str) -> bytes:
    text = io.StringIO(newline="")
    write_csv(text, sheet.columns, rows, base=base)
    # Excel takes a file without the mark for one of the machine's own encoding.
    return codecs.BOM_UTF8 + text.getvalue().encode()


def write_csv_folder(
    folder: Path, sheets: Iterable[Sheet], rows: Mapping[str, Iterable[Mapping[str, object]]], *, base: str = ""
) -> None:
    """A file for each sheet that `rows` names, with equal bytes for equal rows."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets:
        if sheet.name in rows:
            (folder / f"{sheet.name}.csv").write_bytes(_csv_bytes(sheet, rows[sheet.name], base))


def write_csv_zip(
    output: BinaryIO, sheets: Iterable[Sheet], rows: Mapping[str, Iterable[Mapping[str, object]]], *, base: str = ""
) -> None:
    """The same files as one archive."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets:
            if sheet.name in rows:
                entry = zipfile.ZipInfo(f"{sheet.name}.csv", ZIP_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, _csv_bytes(sheet, rows[sheet.name], base))
