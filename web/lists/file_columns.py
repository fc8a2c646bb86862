"""The columns of a file of rows. What has members of its own in JSON has a column for each of them, named after both:
`latest {period value}` is `latest_period` and `latest_value`. Of a list of such, a cell has that member of each, joined
as other lists are; what lies deeper within a list is in JSON and NDJSON alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any

type Shape = Mapping[str, Any]
type Row = Mapping[str, Any]


@dataclass(frozen=True)
class FileColumn:
    """`read` gives the value of its cell for a row."""

    shape: Shape
    read: Callable[[Row], Any]


def file_columns(shapes: Mapping[str, Shape]) -> dict[str, FileColumn]:
    """Return the columns for the fields of a row, each with its shape, by their names and in their order."""
    found: dict[str, FileColumn] = {}
    for name, shape in shapes.items():
        found |= _columns_of(name, shape, itemgetter(name))
    return found


def file_rows(columns: Mapping[str, FileColumn], rows: Iterable[Row]) -> Iterator[Row]:
    """Return the rows as a file has them."""
    readers = {name: column.read for name, column in columns.items()}
    return ({name: read(row) for name, read in readers.items()} for row in rows)


def _columns_of(name: str, shape: Shape, read: Callable[[Row], Any]) -> dict[str, FileColumn]:
    if members := shape.get("properties"):
        found: dict[str, FileColumn] = {}
        for each, inner in members.items():
            found |= _columns_of(f"{name}_{each}", inner, partial(_member, read, each))
        return found
    if members := shape.get("items", {}).get("properties"):
        plain = {each: inner for each, inner in members.items() if not _has_members(inner)}
        return {
            f"{name}_{each}": FileColumn(inner, partial(_member_of_each, read, each)) for each, inner in plain.items()
        }
    return {name: FileColumn(shape, read)}


def _has_members(shape: Shape) -> bool:
    return bool(shape.get("properties") or shape.get("items"))


def _member(read: Callable[[Row], Any], name: str, row: Row) -> Any:
    """Return the member of a value; None where there is no value."""
    value = read(row)
    return None if value is None else value[name]


def _member_of_each(read: Callable[[Row], Any], name: str, row: Row) -> Any:
    """Return the member of each value of a list; None where there is no list."""
    values = read(row)
    return None if values is None else [each[name] for each in values]
