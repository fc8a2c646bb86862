from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from reporting.rounding import apportion, whole, whole_parts, whole_table

AMOUNTS = st.decimals(min_value=0, max_value=30_000, places=4)


def decimals(*texts):
    return [Decimal(text) for text in texts]


def test_the_largest_remainders_go_up():
    assert apportion([Fraction(1, 3), Fraction(1, 3), Fraction(4, 3)], 2) == [1, 0, 1]
    assert apportion(decimals("0.2", "0.9", "0.9"), 2) == [0, 1, 1]
    assert apportion([], 0) == []


def test_four_categories_add_up_to_their_total():
    # Each rounded for itself they would be 84,501.
    parts = decimals("33652.5", "24836.1", "22848.6", "3162.8")
    assert whole(sum(parts)) == 84500
    assert whole_parts(parts) == [33652, 24836, 22849, 3163]
    assert whole_parts([]) == []


def test_a_table_adds_up_in_rows_and_columns():
    # Row by row the first column would be 1 + 1 + 1, beside a sum of 2.
    cells = [decimals("0.5", "0.5"), decimals("0.5", "0.5"), decimals("0.5", "0.5")]
    table = whole_table(cells, [1, 1, 1], [2, 1])
    assert [sum(row) for row in table] == [1, 1, 1]
    assert [sum(column) for column in zip(*table, strict=True)] == [2, 1]


@given(st.lists(AMOUNTS, min_size=1, max_size=16))
def test_parts_sum_to_the_total_and_stay_within_one(parts):
    shown = whole_parts(parts)
    assert sum(shown) == whole(sum(parts))
    assert all(abs(each - exact) < 1 for each, exact in zip(shown, parts, strict=True))


@given(st.lists(st.lists(AMOUNTS, min_size=4, max_size=4), min_size=1, max_size=16))
def test_any_table_adds_up_with_cells_close_to_their_amounts(cells):
    rows = whole_parts([sum(row) for row in cells])
    columns = whole_parts([sum(column) for column in zip(*cells, strict=True)])
    table = whole_table(cells, rows, columns)
    assert [sum(row) for row in table] == rows
    assert [sum(column) for column in zip(*table, strict=True)] == columns
    for shown, exact in zip(table, cells, strict=True):
        assert all(each >= 0 and abs(each - amount) < 2 for each, amount in zip(shown, exact, strict=True))
