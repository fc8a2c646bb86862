"""Sheets as an Excel workbook: empty as a template, with what the site holds, or with wrong cells marked."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from ledger.cells import HEADER_UNITS, choice_names
from ledger.declaration import Column, Kind, Sheet, Text
from ledger.raw import BASE_SHEET, LISTS_SHEET, MAX_CELL_LETTERS, same_name
from ledger.sentences import FileRefused
from ledger.tables import GUIDE_TITLE, MARKS_TITLE
from ledger.written import TEXTS, written_amount, written_text

type Rows = Sequence[Mapping[str, object]]

# Equal contents make equal files.
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001  # a workbook has no time zones
# Excel's days before are one off: it has a 29 February 1900.
FIRST_DAY = date(1900, 3, 1)
# The digits that a cell keeps.
EXACT_DIGITS = 15
# Below the rows that are there, so many more have drop-downs.
SPARE_ROWS = 500
# A comment is a drawing, which makes a file slow to open.
MAX_COMMENTS, MAX_LISTED = 2_000, 20_000
MAX_TITLE = 31
# As Excel numbers paper.
A3 = 8
WIDTHS = {Kind.TEXT: 36, Kind.MOMENT: 20, Kind.CHOICE: 16, Kind.REFERENCE: 16, Kind.CODE: 14}
WIDTH, MAX_WIDTH = 12, 60
# Codes that look like numbers stay as they are.
FORMATS = {
    **dict.fromkeys((*TEXTS, Kind.MOMENT), "@"),
    Kind.DAY: "yyyy-mm-dd",
    Kind.MONTH: "yyyy-mm",
    Kind.WHOLE: "0",
    Kind.MONEY: "#,##0.0000",
}
LOCKED, WRONG, HEAD = (
    {"bg_color": "#EEEEEE"},
    {"bg_color": "#FFC7CE"},
    {"bold": True, "bg_color": "#DCE6F1", "text_wrap": True, "valign": "top"},
)
PROTECTED = {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True}


@dataclass(frozen=True)
class Mark:
    """`index`: of the row among those that are written, from 0. `column`: "" where the whole row is meant."""

    sheet: str
    index: int
    column: str
    sentence: str


def write_workbook(
    output: BinaryIO,
    sheets: Sequence[Sheet],
    rows: Mapping[str, Rows],
    *,
    base: str = "",
    marks: Sequence[Mark] = (),
    locked: Mapping[str, Collection[str]] | None = None,
    is_explained: bool = True,
) -> None:
    """`rows`: by the name of their sheet, values as `cells.parse_cell` gives them; others are written as they stand.

    `locked`: columns that nobody is to change, by the name of their sheet. `is_explained`: a sheet says how each column
    is filled in. Texts are in the reader's language. Raises
    FileRefused for a text that no cell of a workbook can hold.
    """
    # It takes 3 MB: only of a process that is asked for a workbook.
    import xlsxwriter

    book = xlsxwriter.Workbook(output, {"constant_memory": True})
    book.set_properties({"created": CREATED})
    writer = _Writer(book, sheets, rows, marks, locked or {})
    if marks:
        writer.write_marks()
    if is_explained:
        writer.write_guide()
    for sheet in sheets:
        writer.write_sheet(sheet)
    writer.write_lists()
    if base:
        hidden = book.add_worksheet(BASE_SHEET)
        hidden.write_string(0, 0, base)
        hidden.very_hidden()
    book.close()


def header_text(column: Column) -> str:
    """Returns the text above a column of a workbook: its label, with the unit of its numbers."""
    units = {Kind.MONEY: _("10,000 yuan") if column.in_wan else _("100 million yuan"), Kind.PERCENT: "%"}
    label, unit = str(column.label), units.get(column.kind)
    if unit and not any(each in same_name(label) for each in (*HEADER_UNITS, "%")):
        label = _("%(label)s (%(unit)s)") % {"label": label, "unit": unit}
    return f"{label}*" if column.required else label


def sheet_title(sheet: Sheet) -> str:
    """Returns the title of a sheet as Excel allows it."""
    title = "".join(" " if letter in "[]:*?/\\" else letter for letter in str(sheet.label))
    return title.strip("' ")[:MAX_TITLE].strip("' ")


class _Writer:
    def __init__(
        self,
        book: Any,
        sheets: Sequence[Sheet],
        rows: Mapping[str, Rows],
        marks: Sequence[Mark],
        locked: Mapping[str, Collection[str]],
    ) -> None:
        self.book, self.sheets, self.rows, self.marks, self.locked = book, sheets, rows, marks, locked
        self.formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self.lists: list[list[str]] = []
        self.comments = 0
        self.marks_by_row: dict[tuple[str, int], list[Mark]] = {}
        for mark in marks:
            self.marks_by_row.setdefault((mark.sheet, mark.index), []).append(mark)

    def format(self, **properties: object) -> Any:
        """One for all cells that look alike: a workbook holds some thousands."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format(dict(key))
        return self.formats[key]

    def write_sheet(self, sheet: Sheet) -> None:
        page = self.book.add_worksheet(sheet_title(sheet))
        page.freeze_panes(1, 1)
        _set_up_paper(page)
        locked = self.locked.get(sheet.name, ())
        rows = self.rows.get(sheet.name, ())
        formats = {column.name: self._column_format(column, column.name in locked) for column in sheet.columns}
        for at, column in enumerate(sheet.columns):
            text = header_text(column)
            page.set_column(at, at, _width(text, column), self.format(**formats[column.name]))
            page.write_string(0, at, text, self.format(**HEAD))
            page.write_comment(0, at, _comment(column), {"x_scale": 2, "y_scale": 2})
            self._add_drop_down(page, at, column, len(rows) + SPARE_ROWS)
        for index, row in enumerate(rows):
            self._write_row(page, sheet, index, row, formats)
        page.autofilter(0, 0, len(rows), len(sheet.columns) - 1)
        if sheet.name in self.locked:
            page.protect(options=PROTECTED)
            # It is what a person opened the file for.
            page.activate()

    def _column_format(self, column: Column, is_locked: bool) -> dict[str, object]:
        number_format = "#,##0" if column.in_wan else FORMATS.get(column.kind, "General")
        if column.kind is Kind.PERCENT:
            # In a cell of no format Excel makes 0.9 of a typed 90 %.
            number_format = f"0.{'0' * column.decimals}".rstrip(".")
        looks: dict[str, object] = {"num_format": "@" if column.many else number_format, "valign": "top"}
        if column.kind is Kind.TEXT:
            looks["text_wrap"] = True
        return {**looks, **LOCKED, "locked": True} if is_locked else {**looks, "locked": False}

    def _write_row(
        self,
        page: Any,
        sheet: Sheet,
        index: int,
        row: Mapping[str, object],
        formats: Mapping[str, dict[str, object]],
    ) -> None:
        marks = self.marks_by_row.get((sheet.name, index), [])
        wrong: dict[str, list[str]] = {}
        for mark in marks:
            wrong.setdefault(mark.column or sheet.columns[0].name, []).append(mark.sentence)
        for at, column in enumerate(sheet.columns):
            looks, value = formats[column.name], workbook_value(row.get(column.name), column)
            if value is None and column.name not in wrong:
                # It looks as its column does.
                continue
            if column.name in wrong:
                looks = {**looks, **WRONG}
                if self.comments < MAX_COMMENTS:
                    self.comments += 1
                    page.write_comment(index + 1, at, "\n".join(wrong[column.name]), {"x_scale": 2})
            _write_cell(page, index + 1, at, value, self.format(**looks))

    def _add_drop_down(self, page: Any, at: int, column: Column, last_row: int) -> None:
        if column.many:
            return
        source = None
        if column.choices:
            source = self._list([choice_text(value, column) for value, _label in column.choices])
        elif column.kind is Kind.YES_NO:
            source = self._list([_("yes"), _("no")])
        elif column.kind is Kind.REFERENCE:
            source = self._keys_of(column.refers_to)
        if source is not None:
            # A name or a short name is right, too: it warns at most.
            page.data_validation(
                1, at, last_row, at, {"validate": "list", "source": source, "error_type": "information"}
            )

    def _list(self, texts: list[str]) -> str:
        """Puts a list of choices on a hidden sheet and returns its range: within a rule texts are short, and have no
        commas."""
        if texts not in self.lists:
            self.lists.append(texts)
        from xlsxwriter.utility import xl_range_abs  # as write_workbook imports it

        at = self.lists.index(texts)
        return f"='{LISTS_SHEET}'!{xl_range_abs(0, at, len(texts) - 1, at)}"

    def _keys_of(self, name: str) -> str | None:
        """The cells that name the rows of another sheet of the workbook, if one column does."""
        sheet = next((each for each in self.sheets if each.name == name), None)
        if sheet is None or len(sheet.key) != 1:
            return None
        at = sheet.columns.index(sheet.column(sheet.key[0]))
        from xlsxwriter.utility import xl_range_abs  # as write_workbook imports it

        last = len(self.rows.get(name, ())) + SPARE_ROWS
        title = sheet_title(sheet).replace("'", "''")
        return f"='{title}'!{xl_range_abs(1, at, last, at)}"

    def write_lists(self) -> None:
        if self.lists:
            page = self.book.add_worksheet(LISTS_SHEET)
            for number in range(max(map(len, self.lists))):
                for at, texts in enumerate(self.lists):
                    if number < len(texts):
                        page.write_string(number, at, texts[number])
            page.hide()

    def write_guide(self) -> None:
        head = (_("Sheet"), _("Column"), _("Column in CSV files"), _("Required"), _("What is wanted"), _("Example"))
        lines: list[Sequence[str]] = []
        for sheet in self.sheets:
            lines.append((str(sheet.label), "", f"{sheet.name}.csv", "", str(sheet.help), ""))
            lines += [
                (
                    str(sheet.label),
                    str(column.label),
                    column.name,
                    _("yes") if column.required else "",
                    column_help(column),
                    column.example,
                )
                for column in sheet.columns
            ]
        self._write_lines(str(GUIDE_TITLE), head, lines, (18, 22, 22, 10, 80, 24))

    def write_marks(self) -> None:
        head = (_("Sheet"), _("Row"), _("Column"), _("What is wanted"))
        by_name = {sheet.name: sheet for sheet in self.sheets}
        lines = [
            (
                str(by_name[mark.sheet].label),
                str(mark.index + 2),
                str(by_name[mark.sheet].column(mark.column).label) if mark.column else "",
                mark.sentence,
            )
            for mark in self.marks[:MAX_LISTED]
        ]
        if len(self.marks) > MAX_LISTED:
            lines.append(("", "", "", _("… and %(count)s more") % {"count": len(self.marks) - MAX_LISTED}))
        self._write_lines(str(MARKS_TITLE), head, lines, (18, 8, 22, 80))

    def _write_lines(
        self, title: str, head: Sequence[str], lines: Iterable[Sequence[str]], widths: Sequence[int]
    ) -> None:
        page = self.book.add_worksheet(title)
        page.freeze_panes(1, 0)
        for at, (text, width) in enumerate(zip(head, widths, strict=True)):
            page.set_column(at, at, width)
            page.write_string(0, at, text, self.format(**HEAD))
        for number, line in enumerate(lines, 1):
            for at, text in enumerate(line):
                _write_cell(page, number, at, text or None, self.format(text_wrap=True, valign="top"))


def _set_up_paper(page: Any) -> None:
    """A3 across, as wide as one sheet, with the heads on each."""
    page.set_landscape()
    page.set_paper(A3)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&R&P / &N")


def column_help(column: Column) -> str:
    """Returns a text on what a cell means, and what it may be."""
    parts = [str(column.help)] if column.help else []
    if column.choices:
        names = ", ".join(str(label) for _value, label in column.choices)
        parts.append(_("One of: %(names)s") % {"names": names})
    if column.many:
        parts.append(_("Several are parted by semicolons."))
    return "\n".join(parts)


def _comment(column: Column) -> str:
    parts = [column_help(column)]
    if column.required:
        parts.append(_("Required"))
    if column.example:
        parts.append(_("For example: %(example)s") % {"example": column.example})
    return "\n".join(part for part in parts if part) or str(column.label)


def _width(header: str, column: Column) -> int:
    letters = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in header)
    return min(column.width or max(letters + 4, WIDTHS.get(column.kind, WIDTH)), MAX_WIDTH)


def choice_text(value: object, column: Column) -> str:
    """The label in the reader's language, where it names this choice alone."""
    labels: dict[object, Text] = dict(column.choices)
    label = str(labels.get(value, value))
    return label if choice_names(column).get(same_name(label)) == str(value) else str(value)


def workbook_value(value: object, column: Column) -> str | int | float | bool | date | None:
    """Returns a value as the cell holds it. A value that is not of the column's kind stays as it stands."""
    if value in (None, (), ""):
        return None
    if isinstance(value, list | tuple):
        is_choice = column.kind is Kind.CHOICE
        return written_text([choice_text(each, column) if is_choice else each for each in value], column)
    if column.kind is Kind.CHOICE:
        return choice_text(value, column)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value if value >= FIRST_DAY else written_text(value, column)
    if isinstance(value, int | float | Decimal):
        return _number(value, column)
    return written_text(value, column)


def _number(value: int | float | Decimal, column: Column) -> int | float | str:
    """Returns a number, as a text where it has more digits than a cell keeps."""
    is_money = column.kind is Kind.MONEY and isinstance(value, int)
    number = written_amount(int(value), column) if is_money else Decimal(str(value))
    if not number.is_finite() or len(number.normalize().as_tuple().digits) > EXACT_DIGITS:
        return written_text(value, column)
    return int(number) if number == number.to_integral_value() and abs(number) < 10**EXACT_DIGITS else float(number)


def _write_cell(page: Any, row: int, at: int, value: str | int | float | bool | date | None, looks: Any) -> None:
    if value is None:
        page.write_blank(row, at, None, looks)
    elif isinstance(value, str):
        if len(value) > MAX_CELL_LETTERS:
            text = _("A text of %(count)s characters does not fit into a workbook; take the CSV files.")
            raise FileRefused(text, count=len(value))
        # Never as a formula, whatever it begins with.
        page.write_string(row, at, value, looks)
    elif isinstance(value, date):
        page.write_datetime(row, at, value, looks)
    else:
        page.write_number(row, at, value, looks)
