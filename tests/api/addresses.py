"""Every address of the API, as the tables of the tests go through them, and what its refusals say."""

import re
from typing import Any

from django.urls import resolve

from tests.addresses import ROWS, Row
from web.api.endpoints import ListEndpoint

ROOT = "/api/v1/"
# The small site of these tests has other rows than that of the registry.
HERE = {
    "indicators/gdp/": "indicators/gdp_growth_ytd/",
    "measures/M003/": "measures/M001/",
    "measures/M004/": "measures/M001/",
}


def _here(row: Row) -> str:
    """Return the address below the root; numbers stand for those of rows that only the registry's site has."""
    address = re.sub(r"\{\w+\}", "1", row.address.removeprefix(ROOT))
    for there, here in HERE.items():
        address = address.replace(there, here)
    return address


def _is_list(row: Row) -> bool:
    return issubclass(getattr(resolve(row.address).func, "cls", object), ListEndpoint)


_READ = [row for row in ROWS if row.is_api and row.method == "GET" and not re.search(r"[{?]|nothing", row.address)]
LISTS = tuple(_here(row) for row in _READ if _is_list(row))
SINGLE = tuple(_here(row) for row in _READ if not _is_list(row))
ALL = LISTS + SINGLE
# Where something is sent, each with its method.
WRITTEN = tuple((row.method.lower(), _here(row)) for row in ROWS if row.is_api and row.method != "GET")


def wrong(answer: Any) -> dict[str, list[str]]:
    """Return the errors of a refusal by parameter, or by the pointer of each field that was sent."""
    assert answer["Content-Type"] == "application/problem+json"
    found: dict[str, list[str]] = {}
    for each in answer.json()["errors"]:
        found.setdefault(each.get("parameter") or each["pointer"], []).append(each["detail"])
    return found
