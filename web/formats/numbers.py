"""How a figure is written as a number: the API, the exports and `data-value` on pages all use this."""

from decimal import Decimal
from typing import Any

WAN_PER_YI = 10_000


def json_number(value: Decimal | int | float | None) -> int | float | None:
    """A Decimal as the JSON number with the same digits; whole ones without a point unless they were shown with one."""
    if not isinstance(value, Decimal):
        return value
    exponent = value.as_tuple().exponent
    return int(value) if isinstance(exponent, int) and exponent >= 0 else float(value)


def trimmed(value: Decimal) -> Decimal:
    """Without the trailing zeros that the database column adds: 6.200000 is 6.2, 44125.000000 is 44125."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def yi(wan: int) -> Decimal:
    """万元 as 亿元 (100 million yuan), exactly: up to four decimals."""
    return trimmed(Decimal(wan) / WAN_PER_YI)


def plain(value: Any) -> Any:
    """What orjson does not know by itself."""
    if isinstance(value, Decimal):
        return json_number(value)
    return str(value)
