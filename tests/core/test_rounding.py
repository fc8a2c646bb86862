from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from core.rounding import apportion, whole

AMOUNTS = st.decimals(min_value=0, max_value=30_000, places=4)


def decimals(*texts):
    return [Decimal(text) for text in texts]


def test_the_largest_remainders_go_up():
    assert apportion([Fraction(1, 3), Fraction(1, 3), Fraction(4, 3)], 2) == [1, 0, 1]
    assert apportion(decimals("0.2", "0.9", "0.9"), 2) == [0, 1, 1]
    assert apportion([], 0) == []


@given(st.lists(AMOUNTS, min_size=1, max_size=16))
def test_parts_sum_to_the_total_and_stay_within_one(parts):
    total = whole(sum(parts))
    shown = apportion(parts, total)
    assert sum(shown) == total
    assert all(abs(each - exact) < 1 for each, exact in zip(shown, parts, strict=True))


def test_a_half_is_rounded_up_and_fractions_as_decimals_are():
    for numerator, expected in ((-7, -2), (-6, -2), (-5, -1), (0, 0), (5, 1), (6, 2), (7, 2)):
        assert whole(Fraction(numerator, 4)) == whole(Decimal(numerator) / 4) == expected
    # 13 + 13/6 x 28, which no decimal holds.
    assert whole(13 + Fraction(13 * 28, 6)) == 74
