from decimal import Decimal

import pytest
from django.utils import translation

from web.formats.money import exact_money, format_rounded_money
from web.formats.units import english_decimals, english_unit, in_english_unit

ROUNDED = ("trillion yuan", "million people")


@pytest.mark.parametrize(
    ("stored", "value", "shown", "exactly", "unit"),
    [
        ("100 million yuan", "44125", "4.41", "4.4125", "trillion yuan"),
        ("100 million yuan", "3969.8", "0.40", "0.39698", "trillion yuan"),
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
    assert (rounded, english_decimals(stored)) == (Decimal(shown), 2 if unit in ROUNDED else 0)
    assert f"{in_english_unit(Decimal(value), stored, exactly=True):f}" == exactly
    assert english_unit(stored) == unit


@pytest.mark.parametrize(
    ("wan", "english", "chinese"),
    [
        (845_000_000, ("8.45", "trillion yuan"), ("84,500", "亿元")),
        (94_201, ("942.01", "million yuan"), ("9.4201", "亿元")),
        (0, ("0", "million yuan"), ("0", "亿元")),
    ],
)
def test_an_amount_as_exact_as_it_is(wan, english, chinese):
    with translation.override("en"):
        assert exact_money(wan) == english
    with translation.override("zh-hans"):
        assert exact_money(wan) == chinese


def test_an_amount_as_headlines_have_it():
    with translation.override("en"):
        assert [format_rounded_money(Decimal(yi)) for yi in (84500, 3836, 0)] == [
            "8.45 trillion yuan",
            "383.6 billion yuan",
            "0 billion yuan",
        ]
    with translation.override("zh-hans"):
        assert [format_rounded_money(Decimal(yi)) for yi in (84500, 3836, 0)] == ["8.45万亿元", "3,836亿元", "0亿元"]
