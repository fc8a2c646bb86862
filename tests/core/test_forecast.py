from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forecast import forecast, needed_per_month

PLAN = {"starts_on": date(2023, 1, 1), "ends_on": date(2025, 12, 31)}
DAY = date(2023, 8, 29)


def completions(*by_month: int) -> list[date]:
    """Return the days of so many completions in January 2023, in February and so on, one number for each month."""
    return [date(2023, month, 15) for month, count in enumerate(by_month, 1) for _each in range(count)]


@pytest.mark.parametrize(
    ("by_month", "total", "expected", "lowest", "highest"),
    [
        # 855 days, of which half a year has 182.625: 13 + 13 x 855/182.625 = 73.9; 4 in three months in a row, and 12.
        ((0, 1, 2, 1, 2, 4, 3), 249, 74, 50, 97),
        ((0, 1, 0, 3, 8, 1, 0), 249, 74, 50, 125),
        # January is before the six months, and counts as completed: 5 + 14.0 = 19, none in three months.
        ((2, 0, 0, 0, 1, 1, 1), 249, 19, 5, 33),
        # August has not ended: 6 + 14.0 = 20.
        ((0, 1, 1, 1, 0, 0, 0, 3), 249, 20, 6, 34),
        # Never above the total.
        ((0, 1, 0, 3, 8, 1, 0), 100, 74, 50, 100),
        ((0, 1, 0, 3, 8, 1, 0), 13, 13, 13, 13),
    ],
)
def test_completions_go_on_as_in_six_months(by_month, total, expected, lowest, highest) -> None:
    found = forecast(completions(*by_month), total=total, on=DAY, **PLAN)
    assert found is not None
    assert found.days_left == 855
    assert (found.expected, found.lowest, found.highest) == (expected, lowest, highest)


@given(by_month=st.lists(st.integers(0, 9), min_size=6, max_size=30), later=st.integers(180, 900))
def test_a_day_on_which_nothing_happens_moves_it_by_a_days_worth(by_month, later) -> None:
    """The pace changes when another month has ended, or is the same as before; nothing else jumps."""
    done = [date(2023 + n // 12, n % 12 + 1, 15) for n, count in enumerate(by_month) for _each in range(count)]
    days = [PLAN["starts_on"] + timedelta(later + number) for number in range(62)]
    for today, tomorrow in pairwise(forecast(done, total=2_000, on=day, **PLAN) for day in days):
        if today is None or tomorrow is None or today.per_month != tomorrow.per_month:
            continue
        paces = {"expected": today.pace, "lowest": today.slowest_pace, "highest": today.fastest_pace}
        for name, pace in paces.items():
            assert 0 <= getattr(today, name) - getattr(tomorrow, name) <= 1 + pace / 30


def test_the_end_of_a_month_is_a_day_like_others() -> None:
    done = [date(2023, month, 15) for month in range(1, 12) for _twice in range(2)]
    days = [date(2023, 11, 29), date(2023, 11, 30), date(2023, 12, 1), date(2023, 12, 2)]
    found = [forecast(done, total=249, on=day, **PLAN) for day in days]
    # 22 + 12 x 763/182.625 = 72.14, 72.07, 72.00 and 71.94.
    assert [each and each.expected for each in found] == [72, 72, 72, 72]
    needed = [needed_per_month(227, on=day, **PLAN) for day in days]
    assert needed == [Decimal("9.1"), Decimal("9.1"), Decimal("9.1"), Decimal("9.1")]


@pytest.mark.parametrize(
    ("by_month", "on", "is_there"),
    [
        # The sixth month has ended before 1 July, and not before 30 June.
        ((1, 1, 1), date(2023, 6, 30), False),
        ((1, 1, 1), date(2023, 7, 1), True),
        # Three completions, two, and three of which one was in January.
        ((0, 1, 1, 1), DAY, True),
        ((0, 1, 1, 0), DAY, False),
        ((1, 1, 1, 0), DAY, False),
        # Before the plan.
        ((0, 1, 1, 1), date(2022, 12, 31), False),
    ],
)
def test_without_six_months_and_three_completions_there_is_none(by_month, on, is_there) -> None:
    assert (forecast(completions(*by_month), total=249, on=on, **PLAN) is not None) == is_there


def test_paces_are_completions_a_month() -> None:
    found = forecast(completions(0, 1, 0, 3, 8, 1, 0), total=249, on=DAY, **PLAN)
    assert found is not None
    # 13 in six months; 4 and 12 in three.
    assert (found.pace, found.slowest_pace, found.fastest_pace) == (Decimal("2.2"), Decimal("1.3"), Decimal("4.0"))


@pytest.mark.parametrize(
    ("left", "on", "needed"),
    [
        # A month has 30.4375 days: 236 / 855 of a month = 8.40, 4 / 92 = 1.32, 1 / 609 = 0.05, and 7 / 31 = 6.87.
        (236, DAY, "8.4"),
        (4, date(2025, 9, 30), "1.3"),
        (1, date(2024, 5, 1), "0.0"),
        (7, date(2025, 11, 30), "6.9"),
        # Nothing open; less than a month left; before and after the plan.
        (0, DAY, None),
        (7, date(2025, 12, 1), None),
        (7, date(2022, 12, 31), None),
        (7, date(2026, 1, 1), None),
    ],
)
def test_the_pace_that_is_needed_is_that_of_the_days_to_come(left, on, needed) -> None:
    assert needed_per_month(left, on=on, **PLAN) == (None if needed is None else Decimal(needed))


def test_after_the_plan_there_is_none() -> None:
    late = [date(2025, month, 1) for month in (6, 7, 8, 9)]
    last = forecast(late, total=249, on=date(2025, 12, 31), **PLAN)
    assert last is not None
    assert (last.days_left, last.expected, last.lowest, last.highest) == (0, 4, 4, 4)
    assert forecast(late, total=249, on=date(2026, 1, 1), **PLAN) is None


def test_a_plan_that_begins_within_a_month_has_no_full_month_before_the_next() -> None:
    plan = {"starts_on": date(2023, 1, 2), "ends_on": date(2025, 12, 15)}
    days = completions(0, 1, 1, 1)
    assert forecast(days, total=249, on=date(2023, 7, 31), **plan) is None
    found = forecast(days, total=249, on=date(2023, 8, 1), **plan)
    assert found is not None
    assert (found.per_month, found.days_left) == ([1, 1, 1, 0, 0, 0], 867)


@given(
    ago=st.lists(st.integers(0, 240), max_size=40),
    open_ones=st.integers(0, 200),
    later=st.integers(0, 400),
)
def test_a_forecast_lies_between_what_is_done_and_all(ago, open_ones, later) -> None:
    on = DAY + timedelta(days=later)
    done, total = [on - timedelta(days=days) for days in ago], len(ago) + open_ones
    found = forecast(done, total=total, on=on, **PLAN)
    if found is not None:
        assert len(done) <= found.lowest <= found.expected <= found.highest <= total


@given(ago=st.lists(st.integers(0, 240), min_size=3, max_size=40), more=st.integers(1, 5))
def test_more_completions_lower_no_forecast(ago, more) -> None:
    done = [DAY - timedelta(days=days) for days in ago]
    before = forecast(done, total=500, on=DAY, **PLAN)
    after = forecast([*done, *[date(2023, 5, 31)] * more], total=500, on=DAY, **PLAN)
    if before is not None:
        assert after is not None
        assert before.lowest <= after.lowest
        assert before.expected <= after.expected
        assert before.highest <= after.highest
