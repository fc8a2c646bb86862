from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.formats.money import wan_to_yi
from web.formats.numbers import json_default, json_number, trimmed


@pytest.mark.parametrize(
    ("value", "number", "written"),
    [
        (Decimal("5.2"), 5.2, "5.2"),
        (Decimal("22.0"), 22.0, "22.0"),
        (Decimal("-16.8"), -16.8, "-16.8"),
        (Decimal(44125), 44125, "44125"),
        (Decimal("8E+3"), 8000, "8000"),
        (Decimal("0.0"), 0.0, "0.0"),
        (13, 13, "13"),
        (None, None, "None"),
    ],
)
def test_a_figure_keeps_its_digits_as_a_number(value: Any, number: Any, written: str) -> None:
    got = json_number(value)
    assert (got, str(got)) == (number, written)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("6.200000", "6.2"),
        ("44125.000000", "44125"),
        ("0.000000", "0"),
        ("100.000000", "100"),
        ("1000000", "1000000"),
        ("-14.500000", "-14.5"),
    ],
)
def test_the_zeros_of_the_column_are_trimmed(stored: str, shown: str) -> None:
    assert str(trimmed(Decimal(stored))) == shown


@pytest.mark.parametrize(
    ("wan", "shown"),
    [(845_000_000, "84500"), (94_200, "9.42"), (94_201, "9.4201"), (1, "0.0001"), (0, "0"), (10_000, "1")],
)
def test_wan_are_shown_as_yi_with_up_to_four_decimals(wan: int, shown: str) -> None:
    assert f"{wan_to_yi(wan):f}" == shown


@given(wan=st.integers(0, 10**13))
def test_yi_lose_nothing_on_the_way_to_json(wan: int) -> None:
    assert wan_to_yi(wan) * 10_000 == wan
    assert round(json_number(wan_to_yi(wan)) * 10_000) == wan  # type: ignore[operator]


def test_what_json_does_not_know_becomes_a_number_or_a_text() -> None:
    assert json_default(Decimal("0.7")) == 0.7
    assert json_default("x") == "x"
