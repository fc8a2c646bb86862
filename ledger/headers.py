"""The words of headers, and the columns that they name: by a column's own name or label, by what offices head it with,
or as somebody said."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from ledger.declaration import Column, Sheet
from ledger.raw import same_name

# What people head columns with besides their names and labels: by sheet and column, the surest first.
HEADERS: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(
    (Path(__file__).parent / "sheets" / "headers.toml").read_text(encoding="utf-8")
)
# Letters by which headers are told from each other.
MAX_HEADER = 60
# Between the texts of a header of two rows.
ROWS_BETWEEN = " › "
# The answer of a sheet or column that is to be left out.
NOT_READ = "-"
# At the end of a header, none of its name: a unit, a hint, an asterisk.
UNITS = r"亿元|万元|元|%|100millionyuan|10,000yuan"
HINTS = rf"{UNITS}|必填|选填|单选|多选|required|optional|yyyy-mm-dd|yyyy-mm"
HINT_BEHIND = re.compile(rf"(?:\((?:{HINTS})\)|\[(?:{HINTS})\]|[*:]|(?<=.),(?:{UNITS}))$")
HINT_BEFORE = re.compile(r"^\*+")


# Of rows without a header, a column's place, which means nothing in another table.
PLACE = re.compile(r"#(\d+)")


@dataclass(frozen=True)
class NamedColumn:
    """A column that a header may name. `doubt`: 0 for its own name or label, else its place in `headers.toml`."""

    column: Column
    doubt: int = 0


def in_all_languages(text: str | Promise) -> set[str]:
    found = {str(text)}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(str(text))
    return found


def header_key(text: str) -> str:
    """Return a header without what may differ in how it is written: full width, case, blanks, asterisks and units. Two
    headers with equal results are one."""
    key = HINT_BEFORE.sub("", same_name(text))
    while (shorter := HINT_BEHIND.sub("", key)) != key:
        key = shorter
    return key[:MAX_HEADER]


def columns_by_key(sheet: Sheet) -> dict[str, NamedColumn]:
    """Returns the columns by all that may stand above one: its name, its label in any language, and what offices head
    it with."""
    by_key: dict[str, NamedColumn] = {}
    for column in sheet.columns:
        for text in (column.name, *in_all_languages(column.label)):
            by_key.setdefault(header_key(text), NamedColumn(column))
            by_key[same_name(text)] = NamedColumn(column)
    for column in sheet.columns:
        for doubt, text in enumerate(HEADERS.get(sheet.name, {}).get(column.name, ()), 1):
            by_key.setdefault(header_key(text), NamedColumn(column, doubt))
    return by_key


def columns_by_header(sheet: Sheet) -> dict[str, Column]:
    """Returns the columns of a sheet by all that may stand above one, as `header_key` gives it."""
    return {key: named.column for key, named in columns_by_key(sheet).items()}


def column_key(sheet: Sheet, header: str) -> str:
    """Returns the key under which it is answered which column of the sheet a header names."""
    return f"{sheet.name}:{header_key(header)}"


def answered_columns(sheet: Sheet, answers: Mapping[str, str]) -> dict[str, NamedColumn]:
    columns = {column.name: NamedColumn(column) for column in sheet.columns}
    begin = f"{sheet.name}:"
    return {
        key.removeprefix(begin): columns[name]
        for key, name in answers.items()
        if key.startswith(begin) and name in columns
    }


def surest_columns(found: Mapping[int, NamedColumn]) -> dict[int, Column]:
    """Returns the columns by their place; of several places that may be one column the surest."""
    least: dict[str, int] = {}
    for each in found.values():
        least[each.column.name] = min(each.doubt, least.get(each.column.name, each.doubt))
    return {at: each.column for at, each in found.items() if each.doubt == least[each.column.name]}


def named_column(text: str, by_key: Mapping[str, NamedColumn]) -> NamedColumn | None:
    """Returns the column of a header: of one in two rows, such as 时间 above 开工, also of the lower one alone, or of
    both as one word."""
    outer, _between, inner = text.partition(ROWS_BETWEEN)
    words = (text, inner, f"{inner}{outer}") if inner else (text,)
    return next((by_key[key] for word in words for key in (same_name(word), header_key(word)) if key in by_key), None)


def parted_header(upper: Mapping[int, str], lower: Mapping[int, str]) -> dict[int, str]:
    """Returns the headers of the lower row of two, each with what stands above it, by place; nothing where the lower
    row does not part cells of the upper one: each into several, and not all of them."""
    parts: dict[int, list[int]] = {}
    outer = -1
    for at in sorted(upper.keys() | lower.keys()):
        outer = at if at in upper else outer
        if at in lower:
            parts.setdefault(outer, []).append(at)
    is_parted = all(places[0] == outer and len(places) > 1 for outer, places in parts.items())
    if not is_parted or not upper.keys() - parts.keys():
        return {}
    return {at: f"{upper[outer]}{ROWS_BETWEEN}{lower[at]}" for outer, places in parts.items() for at in places}
