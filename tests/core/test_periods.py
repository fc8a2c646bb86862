from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import is_period, month_end, month_of, months_between, next_month


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


@pytest.mark.parametrize(
    ("kind", "first", "last", "fits"),
    [
        ("day", date(2023, 6, 30), date(2023, 6, 30), True),
        ("day", date(2023, 6, 29), date(2023, 6, 30), False),
        ("month", date(2024, 2, 1), date(2024, 2, 29), True),
        ("month", date(2024, 2, 1), date(2024, 2, 28), False),
        ("months", date(2021, 1, 1), date(2021, 4, 30), True),
        ("months", date(2021, 2, 1), date(2021, 4, 30), False),
        ("months", date(2020, 1, 1), date(2021, 4, 30), False),
        ("quarter", date(2023, 4, 1), date(2023, 6, 30), True),
        ("quarter", date(2023, 5, 1), date(2023, 7, 31), False),
        ("half_year", date(2023, 1, 1), date(2023, 6, 30), True),
        ("half_year", date(2023, 7, 1), date(2023, 12, 31), True),
        ("half_year", date(2023, 1, 1), date(2023, 12, 31), False),
        ("three_quarters", date(2023, 1, 1), date(2023, 9, 30), True),
        ("three_quarters", date(2023, 4, 1), date(2023, 12, 31), False),
        ("year", date(2023, 1, 1), date(2023, 12, 31), True),
        ("year", date(2023, 1, 1), date(2023, 6, 30), False),
        ("year", date(2022, 1, 1), date(2023, 12, 31), False),
        ("years", date(2021, 1, 1), date(2025, 12, 31), True),
        ("years", date(2023, 1, 1), date(2023, 12, 31), False),
        ("year", date(2023, 12, 31), date(2023, 1, 1), False),
    ],
)
def test_the_days_of_a_period_are_those_of_its_kind(kind: str, first: date, last: date, fits: bool) -> None:
    assert is_period(kind, first, last) is fits
