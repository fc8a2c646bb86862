from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from web.formats.money import (
    exact_money,
    format_exact_money,
    format_rounded_money,
    format_yi,
    format_yi_cell,
    wan_to_yi,
    yi_decimals,
)
from web.formats.numbers import json_number


@pytest.mark.parametrize(
    ("wan", "shown"),
    [(845_000_000, "84500"), (94_200, "9.42"), (94_201, "9.4201"), (1, "0.0001"), (0, "0"), (10_000, "1")],
)
def test_wan_are_shown_as_yi_with_up_to_four_decimals(wan: int, shown: str) -> None:
    assert f"{wan_to_yi(wan):f}" == shown


@given(wan=st.integers(0, 10**13))
def test_yi_lose_nothing_on_the_way_to_json(wan: int) -> None:
    assert wan_to_yi(wan) * 10_000 == wan
    number = json_number(wan_to_yi(wan))
    assert number is not None
    assert round(number * 10_000) == wan


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


@pytest.mark.parametrize(
    ("yi", "chinese", "english"),
    [
        ("10", "10亿元", "1.0 billion yuan"),
        ("9.995", "10亿元", "1 billion yuan"),
        ("1.8123", "1.81亿元", "181 million yuan"),
        ("0.32", "0.32亿元", "32 million yuan"),
        ("0.0049", "0亿元", "0 million yuan"),
    ],
)
def test_less_than_ten_yi_has_decimals(yi, chinese, english):
    with translation.override("zh-hans"):
        assert format_rounded_money(Decimal(yi)) == chinese
    with translation.override("en"):
        assert format_rounded_money(Decimal(yi)) == english


@pytest.mark.parametrize(
    ("wan", "text"),
    [(845_000_000, "84,500"), (123_456, "12.3456"), (1, "0.0001"), (10_500, "1.05"), (0, "0"), (None, "—")],
)
def test_investment_is_shown_in_yi_yuan_to_the_last_wan(wan, text):
    assert format_yi(wan) == text


@pytest.mark.parametrize(
    ("wan", "english", "chinese"),
    [
        (845_000_000, "8.45 trillion yuan", "84,500亿元"),
        (8_748_200, "87.482 billion yuan", "874.82亿元"),
        (100_000, "1 billion yuan", "10亿元"),
        (94_200, "942 million yuan", "9.42亿元"),
        (28, "0.28 million yuan", "0.0028亿元"),
        (0, "0 million yuan", "0亿元"),
        (None, "—", "—"),
    ],
)
def test_an_amount_in_a_sentence_is_exact_in_the_units_of_its_language(wan, english, chinese):
    with translation.override("en"):
        assert format_exact_money(wan) == english
    with translation.override("zh-hans"):
        assert format_exact_money(wan) == chinese


@pytest.mark.parametrize(
    ("wan", "text"),
    [(845_000_000, "84,500.00"), (123_456, "12.3456"), (28_000, "2.80"), (94_200, "9.42"), (0, "0.00"), (None, "—")],
)
def test_investments_in_a_column_have_their_points_below_each_other(wan, text):
    assert format_yi_cell(wan) == text


def test_a_column_of_investments_has_the_decimals_of_its_most_exact_one():
    column = [SimpleNamespace(investment_wan=wan) for wan in (28_000, 123_450, 94_200)]
    decimals = yi_decimals(each.investment_wan for each in column)
    assert [format_yi_cell(each.investment_wan, decimals) for each in column] == ["2.800", "12.345", "9.420"]
    assert yi_decimals([28_000]) == yi_decimals([]) == 2
