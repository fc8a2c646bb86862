"""Budgets of what one page may cost, counted and not timed, so that no busy machine blurs it: statements, bytes of SQL,
and calls of Python functions.

A page that costs more fails, and so does one that costs much less, until its figures here say so.
"""

import gc
import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from coverage import Coverage
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.test import RequestFactory

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


class Cost(NamedTuple):
    """`sql`: bytes of the statements as written, without their values; `calls`: each resumption of a generator too."""

    statements: int
    sql: int
    calls: int


# Over the demonstration's data, as of its day, for somebody without an account; nothing comes from the cache of pages.
COSTS = {
    "/": Cost(21, 21_900, 200_600),
    "/departments/energy/": Cost(15, 28_500, 187_000),
    "/cities/370200/": Cost(15, 25_600, 123_800),
    "/measures/?page_size=100": Cost(9, 8_400, 103_600),
    "/projects/?page_size=50": Cost(9, 8_600, 80_200),
    "/api/v1/summary/": Cost(15, 14_300, 101_900),
    "/api/v1/projects/?page_size=100": Cost(6, 6_000, 17_400),
}
# Calls are those of Python, Django and all libraries, which a patch of one of them may change a little.
CALLS_ALLOWED = 1.1
# What costs less than this share of its figures has figures that hold it to nothing.
TOO_LITTLE = 0.7
PYTHON_OF_CI = (3, 13)


def why_calls_are_not_counted() -> str:
    if Coverage.current() is not None:
        return "coverage calls functions of its own"
    if sys.version_info[:2] != PYTHON_OF_CI and not os.environ.get("CI"):
        return f"the calls of Python {'.'.join(map(str, PYTHON_OF_CI))} are counted: another one makes others"
    return ""


@pytest.fixture
def ask(demonstration: None) -> Callable[[str], None]:
    """Asks for a page as the server does: the client of the tests keeps a copy of the context of each template."""
    handler = BaseHandler()
    handler.load_middleware()

    def ask(address: str) -> None:
        answer = handler.get_response(RequestFactory().get(address))
        assert answer.status_code == 200

    return ask


def count_sql(ask: Callable[[], None]) -> tuple[int, int]:
    """Statements, and their bytes."""
    sizes: list[int] = []

    def count(execute: Any, sql: str, *more: Any) -> Any:
        sizes.append(len(sql.encode()))
        return execute(sql, *more)

    with connection.execute_wrapper(count):
        ask()
    return len(sizes), sum(sizes)


def count_calls(ask: Callable[[], None]) -> int:
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    # When rubbish is collected depends on what ran before, and so do the calls that this leads to.
    gc.collect()
    gc.disable()
    sys.setprofile(count)
    try:
        ask()
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


@pytest.fixture
def warmed(ask: Callable[[str], None], address: str) -> Callable[[], None]:
    """The page has been made twice: what a process keeps for good it has by then."""
    for _time in range(2):
        ask(address)
    return lambda: ask(address)


@pytest.mark.parametrize("address", COSTS)
def test_a_page_asks_the_database_for_no_more(warmed: Callable[[], None], address: str) -> None:
    limit = COSTS[address]
    statements, sql = count_sql(warmed)
    told = f"{address}: {statements} statements of {sql:,} bytes; {limit.statements} of {limit.sql:,} are allowed"
    assert statements <= limit.statements and sql <= limit.sql, told
    assert statements >= TOO_LITTLE * limit.statements and sql >= TOO_LITTLE * limit.sql, f"{told}: lower this"


@pytest.mark.skipif(bool(why_calls_are_not_counted()), reason=why_calls_are_not_counted())
@pytest.mark.parametrize("address", COSTS)
def test_a_page_calls_no_more_functions(warmed: Callable[[], None], address: str) -> None:
    limit = COSTS[address].calls
    calls = count_calls(warmed)
    told = f"{address}: {calls:,} calls; {limit:,} and a tenth are allowed"
    assert calls <= CALLS_ALLOWED * limit, told
    assert calls >= TOO_LITTLE * limit, f"{told}: lower this"
