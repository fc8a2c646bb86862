from decimal import Decimal
from typing import Any

import pytest

from web.formats.json import json_default
from web.formats.numbers import (
    format_change,
    format_gap,
    format_gap_cell,
    format_number,
    format_percent,
    format_whole,
    json_number,
    trimmed,
    with_true_minus,
)


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


def test_what_json_does_not_know_becomes_a_number_or_a_text() -> None:
    assert json_default(Decimal("0.7")) == 0.7
    assert json_default("x") == "x"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1518, "1,518"),
        (0, "0"),
        (Decimal("84500"), "84,500"),
        (Decimal("6.20"), "6.20"),
        (-3, "-3"),
        (1234.5, "1,234.5"),
        (None, "—"),
    ],
)
def test_numbers_have_thousands_and_keep_their_decimals(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.2, "5.2%"), (Decimal("10"), "10.0%"), (0, "0.0%"), (100, "100.0%"), (Decimal("0.05"), "0.1%"), (None, "—")],
)
def test_a_rate_always_has_one_decimal(value, text):
    assert format_percent(value) == text


@pytest.mark.parametrize(
    ("value", "in_a_sentence", "in_a_cell"),
    [
        (Decimal("-16.8"), "\u221216.8", "-16.8"),
        (0.7, "+0.7", "+0.7"),
        (Decimal("0.0"), "0.0", "0.0"),
        (Decimal("-0.0"), "0.0", "0.0"),
        (None, "—", "—"),
    ],
)
def test_a_gap_has_its_sign_and_a_hyphen_only_in_cells(value, in_a_sentence, in_a_cell):
    assert format_gap(value) == in_a_sentence
    assert format_gap_cell(value) == in_a_cell


@pytest.mark.parametrize(
    ("value", "text"), [(3, "+3"), (0, "0"), (-1200, "-1,200"), (Decimal("0.5"), "+0.5"), (None, "—")]
)
def test_a_change_has_its_sign(value: Any, text: str) -> None:
    assert format_change(value) == text


def test_a_whole_number_is_rounded_half_up() -> None:
    assert [format_whole(Decimal(value)) for value in ("44124.5", "0.49", "-0.5")] == ["44,125", "0", "-1"]


def test_a_written_number_gets_a_true_minus() -> None:
    assert with_true_minus("-1,200.5") == "\u22121,200.5"
