"""Sweeps over long tables: each run tries a sample of them, `./run test --long` all.

A hash of the case itself chooses, so that a failure comes back on every machine and day.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from os import environ
from typing import Any
from zlib import crc32

import pytest

# A test that takes `whole` asks `some_of` for what it tries.
sample_or_whole = pytest.mark.parametrize(
    "whole", [pytest.param(False, id="sample"), pytest.param(True, id="whole", marks=pytest.mark.long)]
)


def by_hash(cases: Iterable[Any], key: str = "") -> list[Any]:
    return sorted(cases, key=lambda case: crc32(f"{key} {case}".encode("utf-8", "surrogatepass")))


def some_of[Case](cases: Iterable[Case], key: str, *, whole: bool, number: int = 1) -> list[Case]:
    """Return all cases, or `number` of them; another `key` chooses others."""
    return list(cases) if whole else by_hash(cases, key)[:number]


def one_in(number: int, cases: Sequence[Any]) -> list[Any]:
    """Return the cases as parameters of pytest, of which all but one in `number` run with --long only.

    A case may be a tuple, which becomes several parameters; so may each case and way below.
    """
    sample = by_hash(cases)[: -(-len(cases) // number)]
    return [pytest.param(*_values(case), marks=[] if case in sample else [pytest.mark.long]) for case in cases]


def each_in_one_way(cases: Sequence[Any], ways: Sequence[Any]) -> list[Any]:
    """Return parameters of pytest, each case with each way: one way of a case runs always, the others with --long."""
    found = []
    for case, way in product(cases, ways):
        marks = [] if way == by_hash(ways, str(case))[0] else [pytest.mark.long]
        found.append(pytest.param(*_values(case), *_values(way), marks=marks))
    return found


def _values(case: Any) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)


def examples(number: int) -> int:
    """Return how many examples hypothesis tries: as many with --long, a third of them else."""
    return number if environ.get("PILOTZONE_TEST_LONG") else number // 3
