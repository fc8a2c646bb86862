"""The earlier day that a page is compared with, as addresses and the picker name it."""

from datetime import date
from typing import Any

import pytest
from django.test import RequestFactory
from django.utils import translation

from web.days import asked_comparison, comparison_redirect, end_of_month_before, end_of_quarter_before, month_ends
from web.errors import BadQuery

DAY = date(2023, 8, 29)


def ask(day: date = DAY, **query: str) -> date | None:
    return asked_comparison(RequestFactory().get("/", query), day)


def refusal(day: date = DAY, **query: str) -> list[str]:
    with translation.override("en"), pytest.raises(BadQuery) as refused:
        ask(day, **query)
    assert list(refused.value.problems) == ["compare"]
    return refused.value.problems["compare"]


def test_nothing_asked_for_is_no_comparison_but_the_page_may_have_its_own() -> None:
    assert ask() is None
    assert ask(compare="") is None
    assert asked_comparison(RequestFactory().get("/"), DAY, default="last_month") == date(2023, 7, 31)
    own = RequestFactory().get("/", {"compare": "2023-03-05"})
    assert asked_comparison(own, DAY, default="last_month") == date(2023, 3, 5)


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        ("2023-08-29", "2023-07-31", "2023-06-30"),
        ("2023-07-01", "2023-06-30", "2023-06-30"),
        ("2023-06-30", "2023-05-31", "2023-03-31"),
        ("2024-03-31", "2024-02-29", "2023-12-31"),
        ("2023-01-15", "2022-12-31", "2022-12-31"),
        ("9999-12-31", "9999-11-30", "9999-09-30"),
        ("0001-04-01", "0001-03-31", "0001-03-31"),
        ("0001-02-01", "0001-01-31", None),
        ("0001-01-31", None, None),
    ],
)
def test_the_ends_of_the_month_and_the_quarter_before(day: str, month: str | None, quarter: str | None) -> None:
    on = date.fromisoformat(day)
    for name, expected, found in (
        ("last_month", month, end_of_month_before(on)),
        ("last_quarter", quarter, end_of_quarter_before(on)),
    ):
        assert (found and found.isoformat()) == expected
        if expected:
            assert ask(on, compare=name) == found
        else:
            assert refusal(on, compare=name) == ["There is no earlier day to compare with."]


@pytest.mark.parametrize("raw", ["0001-01-01", "2022-12-31", "2023-08-28"])
def test_any_day_before_the_page_s_own_may_be_compared_with(raw: str) -> None:
    assert str(ask(compare=raw)) == raw


@pytest.mark.parametrize("raw", ["2023-08-29", "2023-08-30", "9999-12-31"])
def test_the_page_s_own_day_and_later_ones_are_refused(raw: str) -> None:
    assert refusal(compare=raw) == [
        "The day to compare with must come before the day of the page",
        "Choose last_month, last_quarter, or 2023-08-28 or an earlier day.",
    ]


@pytest.mark.parametrize("raw", ["day", "last_year", "LAST_MONTH", "2023-02-30", "20230531", "２０２３-05-31", "31"])
def test_what_is_no_day_is_refused_naming_what_is(raw: str) -> None:
    assert refusal(compare=raw)[0] == "This is nothing to compare with"
    assert "2023-08-28" in refusal(compare=raw)[1]


def test_the_first_day_of_the_calendar_has_none_before_it() -> None:
    assert refusal(date.min, compare="0001-01-01")[1] == "There is no earlier day to compare with."


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("compare=day&compare_day=2023-05-31", "/?compare=2023-05-31"),
        ("as_of=2023-06-30&compare=last_month&compare_day=2023-01-31", "/?as_of=2023-06-30&compare=last_month"),
        ("compare=&compare_day=2023-05-31", "/"),
        ("compare=day&compare_day=", "/"),
        ("compare_day=2023-05-31&plan=p", "/?plan=p"),
        ("compare=day&compare_day=nonsense", "/?compare=nonsense"),
        ("as_of=2023-08-29&compare=last_month&compare_day=", "/?compare=last_month"),
        ("as_of=2023-08-28&compare=&compare_day=", "/?as_of=2023-08-28"),
        ("as_of=2023-08-29&compare=2023-05-31", None),
        ("compare=2023-05-31", None),
        ("", None),
    ],
)
def test_what_the_pickers_send_becomes_one_short_address(today: date, sent: str, meant: str | None) -> None:
    assert comparison_redirect(RequestFactory().get(f"/?{sent}")) == meant


def test_the_ends_of_the_plan_s_months_up_to_a_day() -> None:
    assert [end.isoformat() for end in month_ends(date(2022, 12, 15), date(2023, 3, 30))] == [
        "2023-02-28",
        "2023-01-31",
        "2022-12-31",
    ]
    assert month_ends(date(2023, 1, 1), date(2023, 1, 31)) == [date(2023, 1, 31)]
    assert month_ends(date(2023, 1, 1), date(2022, 6, 1)) == []


@pytest.mark.parametrize(("first", "last"), [(date.min, date.max), (date.min, date(1, 5, 1)), (date.max, date.max)])
def test_a_very_long_plan_has_a_list_of_months_that_can_be_read(first: date, last: date) -> None:
    assert len(month_ends(first, last)) <= 120


def test_the_picker_sends_a_reader_to_the_address_that_it_means(db: Any, today: date, open_reading: None) -> None:
    from django.test import Client

    answer = Client().get("/measures/?compare=day&compare_day=2023-05-31&status=completed")
    assert answer.status_code == 302
    assert answer["Location"] == "/measures/?compare=2023-05-31&status=completed"
