"""How the values of a column are written as text; `cells` reads the same back."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from core.clock import SHANGHAI
from ledger.declaration import Column, Kind
from web.formats.money import wan_to_yi
from web.formats.numbers import trimmed

MANY = "; "
# These kinds are texts: a spreadsheet program must not take them for anything else.
TEXTS = (Kind.TEXT, Kind.CODE, Kind.CHOICE, Kind.REFERENCE)


def written_text(value: object, column: Column) -> str:
    """Returns a value as text, "" for None. A value that is not of the column's kind is written as it stands."""
    if isinstance(value, list | tuple):
        return _many_text(written_text(each, column) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _written_time(value, column)
    if isinstance(value, int) and column.kind is Kind.MONEY:
        value = written_amount(value, column)
    if isinstance(value, Decimal):
        return f"{trimmed(value):f}"
    return "" if value is None else str(value)


def _many_text(parts: Iterable[str]) -> str:
    text = MANY.join(map(_one_of_many, parts))
    # Such a comma parts values where nothing else does, and quotation marks hold them together beside semicolons.
    return f"{text};" if (re.search("[、，]", text) or text.startswith('"')) and ";" not in text else text


def _one_of_many(text: str) -> str:
    """Puts a text in quotation marks where it would be taken for several."""
    if ";" not in text and not text.startswith('"'):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def written_amount(wan: int, column: Column) -> Decimal:
    """Returns an amount in the unit in which the column is written."""
    return Decimal(wan) if column.in_wan else wan_to_yi(wan)


def _written_time(value: date, column: Column) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()[:7] if column.kind is Kind.MONTH and value.day == 1 else value.isoformat()
    moment = value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value
    has_seconds = moment.second or moment.microsecond
    return moment.isoformat(" ") if has_seconds else moment.isoformat(" ", timespec="minutes")
