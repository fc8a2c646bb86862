"""Numbers as text, the same in both languages, and as the numbers of JSON."""

from decimal import Decimal
from typing import Any

from core.pace import to_tenth
from core.rounding import whole

# Stands where there is no value.
NO_VALUE = "—"
MINUS = "\u2212"

type Number = Decimal | int | float
# Templates give "" for a variable that they do not have.
type OptionalNumber = Number | str | None


def format_number(value: OptionalNumber) -> str:
    """1518 -> 1,518; decimals stay as they are. A negative number has a hyphen, so that a spreadsheet reads it."""
    if value is None or value == "":
        return NO_VALUE
    return f"{to_decimal(value):,f}"


def format_whole(value: Decimal) -> str:
    """Return a number rounded half up to a whole one, as the reader writes it: 44,125."""
    return format_number(whole(value))


def format_change(value: OptionalNumber) -> str:
    """A change of a count or an amount in a table cell: +3, 0, -2."""
    text = format_number(value)
    return f"+{text}" if text != NO_VALUE and to_decimal(value) > 0 else text


def format_percent(rate: OptionalNumber) -> str:
    """5.2 -> 5.2%; always one decimal."""
    return NO_VALUE if rate is None or rate == "" else f"{round_to_tenth(rate):,f}%"


def format_gap(points: OptionalNumber) -> str:
    """Percentage points in a sentence or a headline: +0.7, 0.0, and −16.8 with a true minus."""
    return with_true_minus(format_gap_cell(points))


def format_gap_cell(points: OptionalNumber) -> str:
    """Percentage points in a table cell: with a hyphen, since a spreadsheet takes a true minus for text."""
    if points is None or points == "":
        return NO_VALUE
    tenths = round_to_tenth(points)
    return f"{tenths:+,f}" if tenths else "0.0"


def with_true_minus(text: Any) -> str:
    """A written number for a sentence: its hyphen becomes a minus."""
    return str(text).replace("-", MINUS)


def to_decimal(value: Any) -> Decimal:
    """A float by its shortest form, so that 5.2 stays 5.2."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def round_to_tenth(value: Any) -> Decimal:
    return to_tenth(to_decimal(value))


def json_number(value: Number | None) -> int | float | None:
    """A Decimal as the JSON number with the same digits; a whole one without a point unless it has a decimal."""
    if not isinstance(value, Decimal):
        return value
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)


def trimmed(value: Decimal) -> Decimal:
    """Return the value without the trailing zeros that the database column adds: 6.200000 is 6.2, 44125.000000 is
    44125."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
