"""JSON as the API, the exports and the charts write it."""

from decimal import Decimal
from typing import Any

import orjson

from web.formats.numbers import json_number


def to_json(data: Any) -> bytes:
    """Decimals are written as numbers; keys need not be text."""
    return orjson.dumps(data, default=json_default, option=orjson.OPT_NON_STR_KEYS)


def json_default(value: Any) -> Any:
    """`default` of orjson: what it does not know by itself."""
    if isinstance(value, Decimal):
        return json_number(value)
    return str(value)
