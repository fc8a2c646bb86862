from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.periods import (
    days_late,
    is_month_reported,
    month_end,
    month_of,
    month_state,
    months_between,
    next_month,
)


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


@pytest.mark.parametrize(("owed", "filed", "reported"), [(3, 2, False), (3, 3, True), (0, 0, True)])
def test_a_department_has_reported_when_nothing_is_missing(owed: int, filed: int, reported: bool) -> None:
    assert is_month_reported(owed=owed, filed=filed) is reported


@pytest.mark.parametrize(
    ("owed", "filed", "last", "day", "state", "late"),
    [
        (2, 2, 25, 29, "on_time", 0),
        (2, 2, 26, 29, "late", 1),
        (2, 1, 20, 25, "pending", 0),
        (2, 0, None, 26, "missing", 1),
        (2, 1, 28, 29, "missing", 4),
    ],
)
def test_a_month_is_late_when_the_last_of_it_came_after_its_day(owed, filed, last, day, state, late) -> None:
    dates = {"last_on": last and date(2023, 8, last), "due_on": date(2023, 8, 25), "day": date(2023, 8, day)}
    assert month_state(owed=owed, filed=filed, **dates) == state
    assert days_late(is_reported=filed >= owed, **dates) == late


def test_a_month_for_which_nothing_is_owed_has_no_state() -> None:
    day = date(2023, 8, 29)
    assert month_state(owed=0, filed=0, last_on=None, due_on=date(2023, 8, 25), day=day) is None
