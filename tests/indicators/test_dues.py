"""The days by when which values are owed: each answer is written by hand."""

from datetime import date
from typing import Any

import pytest

from core.period_codes import read_period
from indicators.dues import (
    Rhythm,
    due_day,
    end_after,
    last_end,
    next_period,
    owed_periods,
    period_ending,
    rhythm_of,
)
from indicators.models import Indicator

DAY = date(2023, 8, 29)


@pytest.mark.parametrize(
    ("frequency", "on", "end"),
    [
        ("month", DAY, date(2023, 7, 31)),
        ("month", date(2023, 8, 31), date(2023, 7, 31)),
        ("month", date(2023, 1, 5), date(2022, 12, 31)),
        ("quarter", DAY, date(2023, 6, 30)),
        ("quarter", date(2023, 10, 1), date(2023, 9, 30)),
        ("half_year", DAY, date(2023, 6, 30)),
        ("half_year", date(2023, 6, 30), date(2022, 12, 31)),
        ("year", DAY, date(2022, 12, 31)),
    ],
)
def test_the_last_period_that_is_over(frequency: str, on: date, end: date) -> None:
    assert last_end(frequency, on) == end


@pytest.mark.parametrize(
    ("frequency", "end", "after"),
    [
        ("month", date(2023, 1, 31), date(2023, 2, 28)),
        ("quarter", date(2023, 12, 31), date(2024, 3, 31)),
        ("half_year", date(2023, 6, 30), date(2023, 12, 31)),
        ("year", date(2023, 12, 31), date(2024, 12, 31)),
    ],
)
def test_the_period_after(frequency: str, end: date, after: date) -> None:
    assert end_after(frequency, end) == after


@pytest.mark.parametrize(
    ("frequency", "end", "cumulative", "code"),
    [
        ("month", date(2023, 7, 31), False, "2023-07"),
        ("month", date(2023, 7, 31), True, "2023-01/07"),
        ("month", date(2023, 1, 31), True, "2023-01"),
        ("quarter", date(2023, 6, 30), False, "2023Q2"),
        ("quarter", date(2023, 6, 30), True, "2023H1"),
        ("quarter", date(2023, 9, 30), True, "2023Q1-Q3"),
        ("half_year", date(2023, 12, 31), False, "2023H2"),
        ("half_year", date(2023, 12, 31), True, "2023"),
        ("year", date(2023, 12, 31), False, "2023"),
    ],
)
def test_a_cumulative_one_begins_on_1_january(frequency: str, end: date, cumulative: bool, code: str) -> None:
    assert period_ending(frequency, end, cumulative=cumulative).code == code


def owed(frequency: str, known_until: date | None, due_days: int = 20) -> list[tuple[str, date]]:
    found = owed_periods(Rhythm(frequency, due_days), known_until=known_until, on=DAY)
    return [(each.period.code, each.due_on) for each in found]


def test_what_is_owed_follows_the_newest_value_and_the_oldest_comes_first() -> None:
    assert owed("quarter", date(2022, 12, 31)) == [("2023Q1", date(2023, 4, 20)), ("2023Q2", date(2023, 7, 20))]
    assert owed("quarter", date(2023, 6, 30)) == []
    assert owed("year", date(2021, 12, 31), 60) == [("2022", date(2023, 3, 1))]


def test_without_any_value_the_last_period_alone_is_owed() -> None:
    assert owed("month", None) == [("2023-07", date(2023, 8, 20))]


def test_a_value_of_a_part_of_the_period_leaves_it_owed() -> None:
    assert owed("half_year", date(2023, 3, 31)) == [("2023H1", date(2023, 7, 20))]


def test_of_many_years_the_last_twelve_periods_are_asked_for() -> None:
    found = owed("month", date(2015, 12, 31))
    assert (len(found), found[0][0], found[-1][0]) == (12, "2022-08", "2023-07")


@pytest.mark.parametrize(
    "changes",
    [{"frequency": ""}, {"due_days": None}, {"derived_form": "ratio"}],
)
def test_without_a_rhythm_or_days_or_of_a_derived_one_nothing_is_owed(changes: dict[str, Any]) -> None:
    rhythm = rhythm_of(Indicator(**{"frequency": "month", "due_days": 20, **changes}))
    assert rhythm is None
    assert owed_periods(rhythm, known_until=None, on=DAY) == []
    assert next_period(rhythm, on=DAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [("2023Q2", date(2023, 7, 20)), ("2023H1", None), ("2023-06", None), ("2023", None), ("2023-06-30", None)],
)
def test_a_period_that_is_not_of_the_rhythm_is_never_due(text: str, day: date | None) -> None:
    period = read_period(text)
    assert period is not None and due_day(Rhythm("quarter", 20), period) == day


def test_the_next_one_is_not_over_yet() -> None:
    found = next_period(Rhythm("quarter", 20, cumulative=True), on=DAY)
    assert found is not None and (found.period.code, found.due_on) == ("2023Q1-Q3", date(2023, 10, 20))
