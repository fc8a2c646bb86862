from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pace import Pace, Progress, gap, month_share, pace, percent, shares, time_elapsed, to_tenth

PLAN = {"starts_on": date(2023, 1, 1), "ends_on": date(2025, 12, 31)}
numbers = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (13, 249, "5.2"),
        (105, 249, "42.2"),
        (131, 249, "52.6"),
        (1, 2000, "0.1"),  # 0.05 exactly: up
        (3, 2000, "0.2"),  # 0.15
        (1, 2001, "0.0"),
        (0, 7, "0.0"),
        (7, 7, "100.0"),
    ],
)
def test_percent_is_rounded_half_up_to_one_decimal(part: int, whole: int, shown: str) -> None:
    assert str(percent(part, whole)) == shown


def test_nothing_to_measure_is_not_zero_percent() -> None:
    assert percent(0, 0) is None


@given(part=numbers, whole=st.integers(1, 10_000))
def test_percent_agrees_with_decimal_arithmetic(part: int, whole: int) -> None:
    with localcontext(prec=60):
        reference = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert percent(part, whole) == reference


@pytest.mark.parametrize(
    ("exact", "shown"), [("0.25", "0.3"), ("-0.25", "-0.3"), ("-0.04", "0.0"), ("0.04", "0.0"), ("-16.85", "-16.9")]
)
def test_a_half_is_rounded_away_from_zero_and_zero_has_no_sign(exact: str, shown: str) -> None:
    assert str(to_tenth(Decimal(exact))) == shown
    assert str(to_tenth(Fraction(exact))) == shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        (date(2022, 12, 31), "0.0"),
        (date(2023, 1, 1), "0.1"),  # 1 of 1,096 days
        (date(2023, 6, 30), "16.5"),  # 181
        (date(2023, 8, 29), "22.0"),  # 241
        (date(2025, 12, 30), "99.9"),
        (date(2025, 12, 31), "100.0"),
        (date(2026, 1, 1), "100.0"),
        (date.min, "0.0"),
        (date.max, "100.0"),
    ],
)
def test_time_elapsed_counts_both_ends(day: date, shown: str) -> None:
    assert str(time_elapsed(**PLAN, on=day)) == shown


def test_time_elapsed_of_a_plan_over_the_whole_calendar() -> None:
    assert time_elapsed(starts_on=date.min, ends_on=date.max, on=date.max) == Decimal("100.0")


@pytest.mark.parametrize(("month", "shown"), [(1, "8.3"), (6, "50.0"), (8, "66.7"), (12, "100.0")])
def test_project_figures_of_a_year_elapse_by_twelfths(month: int, shown: str) -> None:
    assert str(month_share(month)) == shown


def test_a_gap_is_the_difference_of_the_figures_as_shown() -> None:
    assert gap(Decimal("5.2"), Decimal("22.0")) == Decimal("-16.8")
    assert gap(Decimal("6.2"), Decimal("5.5")) == Decimal("0.7")
    assert gap(None, Decimal("22.0")) is None
    assert gap(Decimal("5.2"), None) is None


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ("0.6", Pace.AHEAD),
        ("0.5", Pace.ON_PACE),
        ("0", Pace.ON_PACE),
        ("-0.5", Pace.ON_PACE),
        ("-0.6", Pace.BEHIND),
        (None, None),
    ],
)
def test_on_pace_is_within_the_tolerance_both_ends_included(points: str | None, expected: Pace | None) -> None:
    assert pace(None if points is None else Decimal(points), tolerance=Decimal("0.5")) == expected


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ((13, 105, 131), ["5.2", "42.2", "52.6"]),
        ((1, 1, 1), ["33.3", "33.4", "33.3"]),
        ((0, 1, 2), ["0.0", "33.3", "66.7"]),
        ((2, 0, 4), ["33.3", "0.0", "66.7"]),
        ((5, 0, 0), ["100.0", "0.0", "0.0"]),
        ((9999, 1, 0), ["100.0", "0.0", "0.0"]),
        ((0, 0, 0), ["0.0", "0.0", "0.0"]),
    ],
)
def test_shares_are_shown_as_an_official_would_add_them_up(parts: tuple[int, ...], shown: list[str]) -> None:
    assert [str(share) for share in shares(*parts)] == shown


@given(parts=st.lists(numbers, min_size=1, max_size=6).filter(any))
def test_shares_sum_to_a_hundred_and_stay_within_a_tenth_or_two(parts: list[int]) -> None:
    result = shares(*parts)
    assert sum(result) == Decimal("100.0")
    assert result[0] == percent(parts[0], sum(parts))
    for part, share in zip(parts, result, strict=True):
        assert share >= 0
        assert abs(share - Decimal(part) * 100 / sum(parts)) < Decimal("0.2")
        assert part or share == 0


def test_progress_of_the_plan_on_the_day_of_the_article() -> None:
    now = Progress(total=249, completed=13, due=23, elapsed=Decimal("22.0"))
    assert (now.completion_rate, now.due_rate) == (Decimal("5.2"), Decimal("9.2"))
    assert (now.gap, now.gap_to_plan) == (Decimal("-16.8"), Decimal("-4.0"))


def test_before_the_plan_nothing_but_time_has_a_number() -> None:
    early = Progress(total=3, completed=1, due=0, elapsed=Decimal("0.0"), before_plan=True)
    assert (early.completion_rate, early.due_rate, early.gap, early.gap_to_plan) == (None, None, None, None)


def test_an_empty_section_has_no_rate() -> None:
    empty = Progress(total=0, completed=0, due=0, elapsed=Decimal("22.0"))
    assert (empty.completion_rate, empty.due_rate, empty.gap, empty.gap_to_plan) == (None, None, None, None)
