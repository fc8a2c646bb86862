from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation

from web.days import asked_day, half_year_before, parse_day, parse_timestamp, quarter_after
from web.errors import BadQuery


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("2023-06-30", date(2023, 6, 30)),
        ("2024-02-29", date(2024, 2, 29)),
        ("0001-01-01", date.min),
        ("9999-12-31", date.max),
    ],
)
def test_only_hyphens_and_ascii_digits_make_a_day(raw: str, day: date) -> None:
    assert parse_day(raw) == day


NO_DAYS = [
    "",
    "20230630",
    "2023-W05-1",
    "2023-6-30",
    "2023-06-31",
    "2023-02-29",
    "2023-13-01",
    "0000-01-01",
    "10000-01-01",
    "-001-01-01",
    " 2023-06-30",
    "2023-06-30 ",
    "2023-06-30\n",
    "2023-06-30T00:00",
    "２０２３-06-30",
    "٢٠٢٣-06-30",
    "2023/06/30",
    "2023‐06‐30",
    "2023-06-3\x00",
    "today",
]


@pytest.mark.parametrize("raw", NO_DAYS)
def test_nothing_else_does(raw: str) -> None:
    assert parse_day(raw) is None


def ask(**query: Any) -> date:
    return asked_day(RequestFactory().get("/", query))


def test_an_empty_day_is_today(today: date) -> None:
    assert ask() == ask(as_of="") == date(2023, 8, 29)


@pytest.mark.parametrize("raw", ["0001-01-01", "2022-12-31", "2023-08-29"])
def test_any_day_up_to_today_may_be_asked_for(today: date, raw: str) -> None:
    assert ask(as_of=raw).isoformat() == raw


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(raw, "There is no such date; choose another, such as 2023-06-30") for raw in NO_DAYS if raw]
    + [("2023-08-30", "The day is in the future"), ("9999-12-31", "The day is in the future")],
)
def test_a_day_that_cannot_be_is_refused_with_the_range(today: date, raw: str, reason: str) -> None:
    with translation.override("en"), pytest.raises(BadQuery) as refused:
        ask(as_of=raw)
    assert refused.value.problems == {"as_of": [reason, "Choose 2023-08-29 or an earlier day."]}


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2023-08-29T01:30:00Z", datetime(2023, 8, 29, 1, 30, tzinfo=UTC)),
        ("2023-08-29T09:30+08:00", datetime(2023, 8, 29, 1, 30, tzinfo=UTC)),
        ("2023-08-29T01:30:00.999999999Z", datetime(2023, 8, 29, 1, 30, tzinfo=UTC)),
        ("2023-08-28T20:30:59-05:30", datetime(2023, 8, 29, 2, 0, 59, tzinfo=UTC)),
        ("2023-08-29", datetime(2023, 8, 28, 16, tzinfo=UTC)),
        # Summer time.
        ("1990-07-01", datetime(1990, 6, 30, 15, tzinfo=UTC)),
        ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-08:00", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_with_its_offset_and_a_day_from_its_start_in_shanghai(raw: str, moment: datetime) -> None:
    assert parse_timestamp(raw) == moment


@pytest.mark.parametrize("raw", [raw for raw in NO_DAYS if raw] + ["2023-08-29T01:30:00", "2023-08-29T01:30:00 08:00"])
def test_no_other_text_is_a_moment(raw: str) -> None:
    assert parse_timestamp(raw) is None


@pytest.mark.parametrize(
    ("day", "quarter", "half_year"),
    [
        (date(2023, 8, 29), (date(2023, 10, 1), date(2023, 12, 31)), date(2023, 2, 28)),
        (date(2023, 12, 31), (date(2024, 1, 1), date(2024, 3, 31)), date(2023, 6, 30)),
        (date(2024, 1, 1), (date(2024, 4, 1), date(2024, 6, 30)), date(2023, 7, 1)),
        (date(2024, 8, 31), (date(2024, 10, 1), date(2024, 12, 31)), date(2024, 2, 29)),
        (date(2023, 6, 30), (date(2023, 7, 1), date(2023, 9, 30)), date(2022, 12, 30)),
        (date(1, 1, 1), (date(1, 4, 1), date(1, 6, 30)), None),
        (date(9999, 12, 31), None, date(9999, 6, 30)),
    ],
)
def test_the_quarter_after_a_day_and_the_day_half_a_year_before(
    day: date, quarter: Any, half_year: date | None
) -> None:
    assert (quarter_after(day), half_year_before(day)) == (quarter, half_year)
