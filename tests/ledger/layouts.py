"""Tables as offices lay them out, made up after published ones, and how each is saved: what is asked about it, and what
is loaded."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import Any

import openpyxl
import xlwt
from openpyxl.utils import range_boundaries

from .samples import ods, saved

NUMBER = re.compile(r"\d+(?:\.\d+)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# Of what is saved as a text: the encoding, and what stands between two cells.
TEXTS = {"csv": ("utf-8-sig", ","), "gb18030.csv": ("gb18030", ","), "gbk.csv": ("gbk", ","), "tsv": ("utf-8", "\t")}

type Cell = str | int | float | date | None


@dataclass(frozen=True)
class Layout:
    """`ending`: what the file is saved as. `tables`: title of each sheet -> its rows, a line each with | between the
    cells, \\n for a break within a cell. `merged`: cells of each sheet, such as A1:B2.

    `asked`: what is asked about, in order, and the answer: the likely one where it says none. `loaded`: how many rows
    of each kind there are. `measures`: code, title, lead, due day and priority area of some; `projects`: code, name,
    region, investment in 万元, category and day of completion.
    """

    name: str
    ending: str
    tables: Mapping[str, str]
    loaded: Mapping[str, int]
    merged: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    measures: tuple[tuple[str, str, str, str, str], ...] = ()
    projects: tuple[tuple[str, str, str, int, str, str], ...] = ()
    participating: Mapping[str, set[str]] = field(default_factory=dict)
    indicators: tuple[tuple[str, str, str, str], ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        return f"{self.name}.{self.ending.rpartition('.')[2]}"

    @property
    def content(self) -> bytes:
        if self.ending in TEXTS:
            [text] = self.tables.values()
            return _text(text, *TEXTS[self.ending])
        pages = [(title, list(_rows(text)), self.merged.get(title, "").split()) for title, text in self.tables.items()]
        return SAVED[self.ending](pages)


def _lines(text: str) -> Iterator[list[str]]:
    for line in text.strip("\n").splitlines():
        yield [cell.strip().replace("\\n", "\n") for cell in line.split("|")]


def _rows(text: str) -> Iterator[list[Cell]]:
    return ([_cell(cell) for cell in line] for line in _lines(text))


def _cell(text: str) -> Cell:
    if DAY.fullmatch(text):
        return date.fromisoformat(text)
    if NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text or None


def _text(text: str, encoding: str, delimiter: str) -> bytes:
    output = io.StringIO(newline="")
    csv.writer(output, delimiter=delimiter).writerows(_lines(text))
    return output.getvalue().encode(encoding)


Pages = Iterable[tuple[str, list[list[Cell]], list[str]]]


def _xlsx(pages: Pages) -> bytes:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for title, rows, merged in pages:
        page: Any = book.create_sheet(title)
        for row in rows:
            page.append(row)
        for cells in merged:
            page.merge_cells(cells)
    return saved(book).getvalue()


def _xls(pages: Pages) -> bytes:
    book, of_day = xlwt.Workbook(), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for title, rows, merged in pages:
        page = book.add_sheet(title)
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                if cell is not None:
                    page.write(number, at, cell, of_day if isinstance(cell, date) else xlwt.Style.default_style)
        for cells in merged:
            left, top, right, bottom = (each - 1 for each in range_boundaries(cells))
            page.merge(top, bottom, left, right)
    return saved(book).getvalue()


def _ods(pages: Pages) -> bytes:
    [(title, rows, merged)] = pages
    spans = {}
    for cells in merged:
        left, top, right, bottom = range_boundaries(cells)
        spans[top, left] = (
            f' table:number-columns-spanned="{right - left + 1}" table:number-rows-spanned="{bottom - top + 1}"'
        )
    lines = (
        "".join(_ods_cell(cell, spans.get((number, at), "")) for at, cell in enumerate(row, 1))
        for number, row in enumerate(rows, 1)
    )
    return ods("".join(f"<table:table-row>{line}</table:table-row>" for line in lines), name=title).getvalue()


def _ods_cell(cell: Cell, span: str) -> str:
    kind = "string"
    if isinstance(cell, date):
        span, kind = f'{span} office:date-value="{cell.isoformat()}"', "date"
    elif isinstance(cell, int | float):
        span, kind = f'{span} office:value="{cell}"', "float"
    elif cell is None:
        return f"<table:table-cell{span}/>"
    return f'<table:table-cell office:value-type="{kind}"{span}><text:p>{escape(str(cell))}</text:p></table:table-cell>'


SAVED = {"xlsx": _xlsx, "xls": _xls, "ods": _ods}
