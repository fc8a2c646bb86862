"""Values of the ledger as JSON, and back."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.clock import SHANGHAI
from ledger.declaration import Column, Kind
from ledger.rows import Key, Values
from ledger.sheets import SHEETS


def to_plain(value: Any) -> Any:
    """Turns a value into one that JSON knows."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def from_plain(value: Any, column: Column) -> Any:
    """The value of the column's kind again."""
    if column.many:
        return tuple(value)
    if value is None:
        return None
    match column.kind:
        case Kind.DAY | Kind.MONTH:
            return date.fromisoformat(value)
        case Kind.MOMENT:
            return datetime.fromisoformat(value)
        case Kind.NUMBER:
            return Decimal(value)
        case Kind.PERCENT:
            return Decimal(value) if column.decimals else int(value)
    return value


def plain_values(values: Values) -> Values:
    return {name: to_plain(value) for name, value in values.items()}


def parsed_values(sheet: str, values: Mapping[str, Any]) -> Values:
    columns = {column.name: column for column in SHEETS[sheet].columns}
    return {name: from_plain(value, columns[name]) for name, value in values.items() if name in columns}


def plain_key(key: Key) -> list[Any]:
    return [to_plain(part) for part in key]


def parsed_key(sheet: str, key: list[Any]) -> Key:
    names = SHEETS[sheet].key
    # Those that were stored before there were problems of projects do not name any.
    held = [name for name in names if name != "project"] if len(key) < len(names) else names
    parts = {name: from_plain(part, SHEETS[sheet].column(name)) for name, part in zip(held, key, strict=True)}
    return tuple(parts.get(name) for name in names)


def as_json(rows: Mapping[str, Mapping[Key, Values]]) -> str:
    """Equal rows make equal text."""
    found = {
        sheet: sorted(([plain_key(key), plain_values(values)] for key, values in held.items()), key=repr)
        for sheet, held in rows.items()
    }
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
