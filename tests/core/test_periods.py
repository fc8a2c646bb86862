from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import month_end, month_of, months_between, next_month


@pytest.mark.parametrize(
    ("day", "first", "last", "after"),
    [
        (date(2023, 8, 29), date(2023, 8, 1), date(2023, 8, 31), date(2023, 9, 1)),
        (date(2024, 2, 29), date(2024, 2, 1), date(2024, 2, 29), date(2024, 3, 1)),
        (date(2023, 12, 31), date(2023, 12, 1), date(2023, 12, 31), date(2024, 1, 1)),
        (date(1, 1, 1), date(1, 1, 1), date(1, 1, 31), date(1, 2, 1)),
        (date(9999, 12, 31), date(9999, 12, 1), date(9999, 12, 31), None),
    ],
)
def test_a_month_is_its_first_day(day: date, first: date, last: date, after: date | None) -> None:
    month = month_of(day)
    assert (month, month_end(month), next_month(month)) == (first, last, after)


def test_months_between_holds_both_ends() -> None:
    assert months_between(date(2022, 12, 15), date(2023, 2, 1)) == [
        date(2022, 12, 1),
        date(2023, 1, 1),
        date(2023, 2, 1),
    ]
    assert months_between(date(2023, 3, 1), date(2023, 2, 28)) == []


def test_all_months_of_the_calendar() -> None:
    months = months_between(date.min, date.max)
    assert (len(months), months[0], months[-1]) == (9999 * 12, date(1, 1, 1), date(9999, 12, 1))


@given(day=st.dates())
def test_each_day_lies_in_its_month_and_no_other(day: date) -> None:
    month = month_of(day)
    assert month <= day <= month_end(month)
    after = next_month(month)
    assert after is None or after > day
