"""By when which values are owed: each answer is written by hand."""

from datetime import date

import pytest

from indicators.dues import end_after, last_end, next_period, owed_periods, period_ending

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


def owed(frequency: str, known_until: date | None, due_days: int | None = 20) -> list[tuple[str, date]]:
    found = owed_periods(frequency, due_days, cumulative=False, known_until=known_until, on=DAY)
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


def test_without_a_rhythm_or_days_nothing_is_owed() -> None:
    assert owed("", None) == []
    assert owed("month", None, None) == []
    assert next_period("", 20, cumulative=False, on=DAY) is None


def test_the_next_one_is_not_over_yet() -> None:
    found = next_period("quarter", 20, cumulative=True, on=DAY)
    assert found is not None and (found.period.code, found.due_on) == ("2023Q1-Q3", date(2023, 10, 20))
