"""Lists as files: CSV, Excel and NDJSON, each of the same rows as the JSON."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import batched
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from web.numbers import json_number
from web.renderers import to_json

Row = Mapping[str, Any]
EXPORTS = ("csv", "xlsx", "ndjson")
# Sent to the client at a time: a line each would cost a write each.
LINES = 100
# A cell that starts with one of these would run as a formula in a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(kind: str, *, name: str, columns: Sequence[str], rows: Iterable[Row]) -> HttpResponseBase:
    if kind == "xlsx":
        return FileResponse(
            _workbook(columns, rows),
            as_attachment=True,
            filename=f"{name}.xlsx",
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    if kind == "csv":
        response = StreamingHttpResponse(_csv(columns, rows), content_type="text/csv; charset=utf-8")
    else:
        response = StreamingHttpResponse(_ndjson(rows), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def cell(value: Any) -> str | int | float | bool | None:
    """One flat value: lists joined by a semicolon, nested answers as JSON, formulas as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Decimal):
        return json_number(value)
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        value = ";".join(value)
    elif isinstance(value, dict | list | tuple):
        value = to_json(value).decode()
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """A file that hands back what is written: the csv module then yields lines."""

    def write(self, text: str) -> str:
        return text


def _written(value: Any) -> Any:
    """A cell of a CSV file: nothing for null, and true and false as in JSON."""
    value = cell(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    # Excel reads UTF-8 only with the mark in front.
    yield "\ufeff" + writer.writerow(columns)
    for some in batched(rows, LINES):
        yield "".join([writer.writerow([_written(row[name]) for name in columns]) for row in some])


def _ndjson(rows: Iterable[Row]) -> Iterator[bytes]:
    for some in batched(rows, LINES):
        yield b"".join([to_json(row) + b"\n" for row in some])


def _workbook(columns: Sequence[str], rows: Iterable[Row]) -> Any:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 1)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        sheet.write_row(number, 0, [cell(row[name]) for name in columns])
    book.close()
    file.seek(0)
    return file
