"""The recognition of sheets: which sheet of a file is which of ours, and where its header stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from ledger.declaration import Column, Sheet
from ledger.headers import (
    NamedColumn,
    header_key,
    in_all_languages,
    named_column,
    parted_header,
    surest_columns,
)
from ledger.raw import RawRow, RawSheet, same_name

# Above the header stand a title, a unit, a line of whoever filled it in.
HEADER_WITHIN = 20
# Of a header of several rows, how far above its last one a merged cell may stand.
HEADER_ROWS = 3
# Letters of a cell that may be a header: what is longer is none.
MAX_TEXT = 200
# So many headers tell one layout from another.
HEADERS_OF_LAYOUT = 20
NAME_COLUMNS = ("name_zh", "name_en", "title_zh", "title_en")
# By sheet, the columns that are its names where no other is, if each row says something else.
NAMING_COLUMNS = {"measures": {"section": "title_zh", "description_zh": "title_zh"}}
# The rank of a header of which no column is known.
NOTHING = (0, 0)


@dataclass(frozen=True)
class Header:
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


def sheet_key(raw: RawSheet) -> str:
    """Returns the key under which it is answered what a sheet is: equal for all with the same headers."""
    return "sheet:" + "|".join(map(header_key, islice(likely_header(raw).texts.values(), HEADERS_OF_LAYOUT)))


def likely_header(raw: RawSheet) -> Header:
    """Returns the row with the most texts as the header of a sheet of which no column is known."""
    rows = raw.rows[:HEADER_WITHIN]
    best = max(rows, key=lambda row: len(dict(_texts(row))), default=RawRow(0, ()))
    return Header(best.number, dict(_texts(best)), {})


def recognized(
    raw: RawSheet, sheets: Sequence[Sheet], keys: Mapping[str, Mapping[str, NamedColumn]]
) -> tuple[Sheet, Header] | None:
    """Recognizes a sheet by its name, else by its headers: those of one sheet alone, with all that names a row."""
    named = next((sheet for sheet in sheets if same_name(raw.name) in _sheet_keys(sheet)), None)
    if named is not None:
        header = find_header(raw, keys[named.name])
        # Where no column is known, it is asked about each.
        return named, (header if header.columns or not looks_like_table(raw) else likely_header(raw))
    headers = [(sheet, find_header(raw, keys[sheet.name])) for sheet in sheets]
    likely = headers if len(sheets) == 1 else [each for each in headers if _fits(each[0], each[1].names)]
    ranks = [header.rank for _sheet, header in likely]
    if not ranks or ranks.count(max(ranks)) > 1 or max(ranks) == NOTHING:
        return None
    return likely[ranks.index(max(ranks))]


def told(
    raw: RawSheet, sheets: Sequence[Sheet], keys: Mapping[str, Mapping[str, NamedColumn]], answers: Mapping[str, str]
) -> tuple[Sheet, Header] | None:
    """Returns what somebody said that the sheet is."""
    answer = answers.get(sheet_key(raw), "")
    for sheet in sheets:
        if sheet.name == answer:
            header = find_header(raw, keys[answer])
            return sheet, (header if header.columns else likely_header(raw))
    return None


def looks_like_table(raw: RawSheet) -> bool:
    return len(likely_header(raw).texts) > 1


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


def find_header(raw: RawSheet, by_key: Mapping[str, NamedColumn]) -> Header:
    """The row in which most cells name a column of the sheet; the first of equal ones, but the lower row of a header of
    two."""
    best = Header(0, {}, {})
    rows = raw.rows[:HEADER_WITHIN]
    texts = [dict(_texts(row)) for row in rows]
    is_lower = [False, *(bool(parted_header(*two)) for two in pairwise(texts)), False]
    for index, row in enumerate(rows):
        header = _header(row.number, texts[max(0, index - HEADER_ROWS + 1) : index + 1], by_key)
        is_better = len(header.columns) > len(best.columns) and not texts[index].keys().isdisjoint(header.columns)
        if is_better or (is_lower[index] and best.row == rows[index - 1].number):
            best = header
        if len(header.texts) == len(header.columns) > 1 and not is_lower[index + 1]:
            # Nothing is unknown, as in our own files: there is no better one.
            break
    return best


def _header(number: int, rows: Sequence[Mapping[int, str]], by_key: Mapping[str, NamedColumn]) -> Header:
    """`rows`: the texts of the row and of those above it."""
    *above, own = rows
    if above and (parted := parted_header(above[-1], own)):
        texts = {**above[-1], **parted}
    else:
        texts = {**_known_above(above, by_key), **own}
    named = {at: found for at, text in texts.items() if (found := named_column(text, by_key))}
    columns = surest_columns(named)
    return Header(number, texts, columns, sum(not named[at].doubt for at in columns))


def _known_above(rows: Iterable[Mapping[int, str]], by_key: Mapping[str, NamedColumn]) -> dict[int, str]:
    """Returns the headers in rows above: a cell that is merged over two rows stands in the first."""
    return {at: text for row in rows for at, text in row.items() if named_column(text, by_key)}


def _texts(row: RawRow) -> Iterator[tuple[int, str]]:
    return ((at, cell[:MAX_TEXT]) for at, cell in enumerate(row.cells) if isinstance(cell, str))


def with_names(raw: RawSheet, sheet: Sheet, header: Header) -> Header:
    """Returns the header with one of its columns as that of the names, where it has none: 重点任务 is the task itself
    in one table, and above several tasks in another."""
    if header.names & set(NAME_COLUMNS):
        return header
    for name, meant in NAMING_COLUMNS.get(sheet.name, {}).items():
        for at, column in header.columns.items():
            if column.name == name and _tells_rows_apart(raw, header, at):
                return replace(header, columns={**header.columns, at: sheet.column(meant)})
    return header


def _tells_rows_apart(raw: RawSheet, header: Header, at: int) -> bool:
    """A row with one cell is a heading or a note."""
    rows = (row.cells for row in raw.rows if row.number > header.row and len(set(row.cells) - {None}) > 1)
    cells = [cells[at] if at < len(cells) else None for cells in rows]
    return len(cells) > 1 and len(set(cells) - {None}) == len(cells)
