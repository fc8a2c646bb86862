"""The things that offices put into a table beside its rows: a line with the unit, cells merged over several rows,
headings between rows, and sums."""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ledger.raw import MergedRange, RawRow, Value, same_name

# By sheet, the columns in which a merged cell means each of its rows: never an amount, which would count twice.
FILLED_DOWN: Mapping[str, tuple[str, ...]] = {
    "measures": ("section", "lead_department", "participating_departments", "due_on"),
    "projects": ("city", "county", "category", "lead_department", "planned_start_on", "planned_completion_on"),
}
# By sheet, the column that headings between its rows speak of.
HEADED_BY: Mapping[str, str] = {"measures": "section", "projects": "category"}
# (一) 一、 第一部分; behind the words may stand how many tasks there are.
HEADING = re.compile(
    r"(?:(?P<brackets>\([一二三四五六七八九十]+\))|(?P<comma>[一二三四五六七八九十]+[、.．])"
    r"|(?P<part>第[一二三四五六七八九十]+(?:部分|章|类)))(?P<words>.+?)(?:\(共?\d+[项个条]\))?"
)
NOTE = re.compile(
    r"(?:备注|附注|注\d?|说明|填表说明|(?:填表|填报|制表|审核|联系|负责)(?:人|单位|时间|日期|电话|方式)|(?:资料|数据)来源"
    r"|notes?|remarks?|source):.*"
)
# At the end of what is repeated on the next page.
GOES_ON = re.compile(r"\(?续表?\)?$")
SUBTOTALS = {"小计", "subtotal"}
SUMS = SUBTOTALS | {"合计", "总计", "共计", "total", "sum"}
UNIT_LINE = re.compile(r"(?:.*\()?(?:金额)?单位:([^()]+)\)?")


@dataclass(frozen=True)
class SumRow:
    """`rows`: the numbers of the rows that it adds up."""

    number: int
    cells: tuple[Value, ...]
    rows: frozenset[int]


@dataclass(frozen=True)
class Body:
    """The rows below a header. `headings`: number of a row -> the heading above it, "" where none is; `notes` and
    `repeated`: the numbers of rows that are notes, or a title or header once more."""

    rows: list[RawRow] = field(default_factory=list)
    headings: dict[int, str] = field(default_factory=dict)
    sums: list[SumRow] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)


def unit_above(rows: Iterable[RawRow]) -> str:
    """Returns the unit that a line above the header names, as 单位：万元 does; "" where none does."""
    texts = (same_name(cell) for row in rows for cell in row.cells if isinstance(cell, str))
    return next((match[1] for text in texts if (match := UNIT_LINE.fullmatch(text.lstrip("(")))), "")


def fill_down(
    rows: Sequence[RawRow], merged: Iterable[MergedRange], columns: Mapping[int, str]
) -> tuple[list[RawRow], Counter[str], list[MergedRange]]:
    """Puts the value of each merged cell into all of its rows. `columns`: place -> name, of those that may be filled.

    Returns the rows, how many cells of each column were filled, and the ranges that are still merged, such as one that
    overlaps another.
    """
    filled: dict[int, dict[int, Value]] = {}
    counts: Counter[str] = Counter()
    left = []
    numbers = [row.number for row in rows]
    for each in merged:
        at = each.first_column - 1
        begin, end = bisect_left(numbers, each.first_row), bisect_left(numbers, each.last_row + 1)
        of_one_column = each.first_column == each.last_column and at in columns and begin < end
        if not of_one_column or rows[begin].number != each.first_row or at in filled.get(each.first_row, ()):
            left.append(each)
            continue
        value = next(islice(rows[begin].cells, at, None), None)
        for place in range(begin + 1, end):
            of_row = filled.setdefault(rows[place].number, {})
            if at in of_row:
                left.append(each)
                break
            of_row[at] = value
            counts[columns[at]] += 1
    return [_with(row, filled[row.number]) if row.number in filled else row for row in rows], counts, left


def _with(row: RawRow, values: Mapping[int, Value]) -> RawRow:
    cells = [*row.cells, *[None] * (max(values) + 1 - len(row.cells))]
    for at, value in values.items():
        cells[at] = value
    return RawRow(row.number, tuple(cells))


def read_body(
    rows: Iterable[RawRow], *, above: Iterable[RawRow] = (), merged: Iterable[MergedRange] = (), is_headed: bool
) -> Body:
    """Tells rows from headings, sums, notes, and titles and headers that stand there again. `above`: the rows up to the
    header; `is_headed`: the sheet has a column that headings speak of."""
    body, headings = Body(), _Headings(merged if is_headed else None)
    printed = set(map(_as_printed, above))
    sums: list[tuple[RawRow, bool]] = []
    for row in rows:
        first, count = _beginning(row)
        if _as_printed(row) in printed:
            body.repeated.append(row.number)
        elif _is_note(row, goes_on=bool(body.notes)):
            body.notes.append(row.number)
        elif count == 1 and headings.is_one(row, first):
            headings.add(first)
        elif count > 1 and same_name(first) in SUMS:
            sums.append((row, same_name(first) in SUBTOTALS))
        else:
            body.rows.append(row)
            body.headings[row.number] = headings.of_next_row()
    body.sums.extend(_sum_rows(sums, [row.number for row in body.rows]))
    return body


class _Headings:
    """The headings so far. One right below a heading of another kind, as （一） is below 一、, is a part of it, and so
    are all of its kind: rows belong to the outer one."""

    def __init__(self, merged: Iterable[MergedRange] | None) -> None:
        """`merged`: None where there are no headings."""
        self.is_headed = merged is not None
        self.merged_rows = {each.first_row for each in merged or () if each.first_column < each.last_column}
        self.heading = self.kind = ""
        self.inner: set[str] = set()
        self.has_no_row = False

    def is_one(self, row: RawRow, text: str) -> bool:
        is_likely = row.number in self.merged_rows or HEADING.fullmatch(same_name(text)) is not None
        return self.is_headed and bool(text) and is_likely

    def add(self, text: str) -> None:
        match = HEADING.fullmatch(same_name(text))
        kind = next(name for name, part in match.groupdict().items() if part) if match else ""
        if self.has_no_row and kind != self.kind:
            self.inner.add(kind)
        if kind not in self.inner:
            self.heading, self.kind, self.has_no_row = without_number(text), kind, True

    def of_next_row(self) -> str:
        self.has_no_row = False
        return self.heading


def _as_printed(row: RawRow) -> tuple[str, ...]:
    return tuple(GOES_ON.sub("", same_name(str(cell))) for cell in row.cells if cell is not None)


def _is_note(row: RawRow, *, goes_on: bool) -> bool:
    """`goes_on`: a note stands above, which may go on in one cell."""
    texts = [same_name(str(cell)) for cell in row.cells if cell is not None]
    goes_on = goes_on and len(texts) == 1 and not HEADING.fullmatch(texts[0])
    return goes_on or all(map(NOTE.fullmatch, texts))


def _beginning(row: RawRow) -> tuple[str, int]:
    """Return the first cell that is not empty, where it is a text, and how many are not."""
    cells = [cell for cell in row.cells if cell is not None]
    return (cells[0] if cells and isinstance(cells[0], str) else ""), len(cells)


def without_number(text: str) -> str:
    """Return the words of a heading such as 一、产业升级; a text without a number as it stands."""
    match = HEADING.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return match["words"].strip() if match else text.strip()


def _sum_rows(found: Sequence[tuple[RawRow, bool]], numbers: Sequence[int]) -> Iterable[SumRow]:
    """A total adds up all rows; a subtotal those since the last sum, or those below it where it stands first."""
    borders = [0, *(row.number for row, _is_part in found), max(numbers, default=0) + 1]
    for place, (row, is_part) in enumerate(found, 1):
        above = frozenset(number for number in numbers if borders[place - 1] < number < row.number)
        below = frozenset(number for number in numbers if row.number < number < borders[place + 1])
        yield SumRow(row.number, row.cells, (above or below) if is_part else frozenset(numbers))
