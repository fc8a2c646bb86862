"""Lists as files: CSV, Excel and NDJSON, each of the same rows as the JSON."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import batched
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from web.errors import BadQuery
from web.formats.json import to_json
from web.formats.numbers import json_number

ExportRow = Mapping[str, Any]
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ndjson": "application/x-ndjson",
}
EXPORT_FORMATS = tuple(MEDIA_TYPES)
# Lines are sent in chunks: each chunk costs a write.
LINES_PER_CHUNK = 100
# A cell that starts with one of these would run as a formula in a spreadsheet, with the wide forms in some.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Of a sheet of Excel, below the row of heads.
MAX_ROWS = 1_048_575
# So many sources are named: a list of thousands of rows has few.
MAX_SOURCES = 100
MAX_WIDTH = 60


@dataclass(frozen=True)
class FileInfo:
    """The facts that a file gives of itself on its second sheet. `filters`: parameter -> value; `columns`: name -> its
    shape."""

    title: str
    day: date
    address: str
    filters: Mapping[str, str]
    columns: Mapping[str, Mapping[str, Any]]


def check_rows(kind: str, count: int) -> None:
    """Raises BadQuery where a file of this kind has no room for so many rows."""
    if kind == "xlsx" and count > MAX_ROWS:
        raise BadQuery({"format": [_("A sheet of Excel holds %(count)s rows; take CSV.") % {"count": MAX_ROWS}]})


def export(
    kind: str, *, name: str, columns: Sequence[str], rows: Iterable[ExportRow], about: FileInfo | None = None
) -> HttpResponseBase:
    """The rows as a file. `about` is needed for Excel alone."""
    if kind == "xlsx":
        assert about is not None
        return FileResponse(
            _workbook(columns, rows, about),
            as_attachment=True,
            filename=f"{name}.xlsx",
            content_type=MEDIA_TYPES["xlsx"],
        )
    if kind == "csv":
        response = StreamingHttpResponse(_csv(columns, rows), content_type=f"{MEDIA_TYPES['csv']}; charset=utf-8")
    else:
        response = StreamingHttpResponse(_ndjson(rows), content_type=MEDIA_TYPES["ndjson"])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def export_cell(value: Any) -> str | int | float | bool | None:
    """A value for one cell: a list is joined by semicolons, a text of it that has one itself stands in quotation marks,
    and nothing stands for null; a formula is made a text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, list | tuple):
        texts = ("" if each is None else str(each) for each in value)
        value = ";".join(f'"{each}"' if ";" in each else each for each in texts)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class _Echo:
    """A file whose `write` returns its text, so that `csv.writer.writerow` returns the line."""

    def write(self, text: str) -> str:
        return text


def _csv_cell(value: Any) -> Any:
    """A cell of a CSV file: nothing for null, and true and false as in JSON."""
    value = export_cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _csv(columns: Sequence[str], rows: Iterable[ExportRow]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Excel reads UTF-8 only with the mark in front.
    yield "\ufeff" + writer.writerow(columns)
    for chunk in batched(rows, LINES_PER_CHUNK):
        yield "".join([writer.writerow([_csv_cell(row[name]) for name in columns]) for row in chunk])


def _ndjson(rows: Iterable[ExportRow]) -> Iterator[bytes]:
    for chunk in batched(rows, LINES_PER_CHUNK):
        yield b"".join([to_json(row) + b"\n" for row in chunk])


def _workbook(columns: Sequence[str], rows: Iterable[ExportRow], about: FileInfo) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    # It takes 3 MB: only of a process that is asked for a file of Excel.
    import xlsxwriter

    book = xlsxwriter.Workbook(file, {**options, "default_date_format": "yyyy-mm-dd"})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(pgettext("sheet of a file", "Rows"))
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, None, bold)
    for at, name in enumerate(columns):
        sheet.set_column(at, at, min(len(name) + 4, MAX_WIDTH))
    sheet.write_row(0, 0, columns, bold)
    number, sources = 0, dict[str, None]()
    for number, row in enumerate(rows, start=1):
        for at, name in enumerate(columns):
            _write(sheet, number, at, row[name])
        if len(sources) < MAX_SOURCES and (source := row.get("source")):
            sources[source] = None
    sheet.autofilter(0, 0, number, len(columns) - 1)
    _explain(
        book.add_worksheet(pgettext("sheet of a file", "About this file")), bold, columns, about, number, list(sources)
    )
    book.close()
    file.seek(0)
    return file


def _write(sheet: Any, row: int, at: int, value: Any) -> None:
    if isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
        # Excel knows no day before.
        sheet.write_datetime(row, at, value)
    else:
        sheet.write(row, at, export_cell(value))


def _explain(sheet: Any, bold: Any, columns: Sequence[str], about: FileInfo, rows: int, sources: Sequence[str]) -> None:
    """The second sheet: day, filters, fields with their units, and sources."""
    lines: list[tuple[Any, ...]] = [
        (_("List"), about.title),
        (_("As of"), about.day),
        (_("Rows"), rows),
        (_("Address"), about.address),
        *((_("Filter: %(name)s") % {"name": name}, value) for name, value in about.filters.items()),
        (),
        (_("Field"), _("Unit"), _("Description")),
    ]
    lines += [
        (name, str(shape.get("x-unit", "")), str(shape.get("description", "")))
        for name in columns
        for shape in [about.columns[name]]
    ]
    lines += [(), (_("Sources"),), *((source,) for source in sources)]
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 2, MAX_WIDTH)
    heads = {(_("Field"), _("Unit"), _("Description")), (_("Sources"),)}
    for number, line in enumerate(lines):
        if line in heads:
            sheet.set_row(number, None, bold)
        for at, value in enumerate(line):
            _write(sheet, number, at, value)
