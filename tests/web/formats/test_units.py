from decimal import Decimal

import pytest
from django.utils import translation

from web.formats.units import english_decimals, english_unit, format_with_unit, in_english_unit

DECIMALS = {"billion yuan": 1, "thousand tonnes": 1, "million people": 2}


@pytest.mark.parametrize(
    ("stored", "value", "shown", "exactly", "unit"),
    [
        ("100 million yuan", "44125", "4412.5", "4412.5", "billion yuan"),
        ("100 million yuan", "3969.8", "397.0", "396.98", "billion yuan"),
        ("100 million yuan", "181.4", "18.1", "18.14", "billion yuan"),
        ("10,000 yuan", "8.603", "86030", "86030", "yuan"),
        ("10 thousand tonnes", "12.57", "125.7", "125.7", "thousand tonnes"),
        ("10 thousand vehicles", "110.5", "1105", "1105", "thousand vehicles"),
        ("10 thousand vehicles", "64", "640", "640", "thousand vehicles"),
        ("10 thousand people", "10122.97", "101.23", "101.2297", "million people"),
        ("GW", "83.82", "83.82", "83.82", "GW"),
        ("%", "6.2", "6.2", "6.2", "%"),
    ],
)
@translation.override("en")
def test_units_that_only_chinese_counts_in_are_converted(stored, value, shown, exactly, unit):
    rounded = in_english_unit(Decimal(value), stored)
    assert (rounded, english_decimals(stored)) == (Decimal(shown), DECIMALS.get(unit, 0))
    assert f"{in_english_unit(Decimal(value), stored, exactly=True):f}" == exactly
    assert english_unit(stored) == unit


@pytest.mark.parametrize(
    ("unit", "english", "chinese"),
    [("GW", "83.82 GW", "83.82GW"), ("亿元", "83.82 亿元", "83.82亿元"), ("", "83.82", "83.82")],
)
def test_a_unit_stands_behind_its_number(unit, english, chinese):
    for language, text in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert format_with_unit("83.82", unit) == text
