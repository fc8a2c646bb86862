"""Rollups as a series: a row for each member and day, the same as each day gives by itself."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from core.periods import ends_between
from rollups import days as rollup_days
from rollups.services import rebuild_rollups
from tests.api.addresses import wrong

pytestmark = pytest.mark.django_db
DAYS = ["2023-05-31", "2023-06-30", "2023-07-31", "2023-08-29"]
SERIES = "from=2023-05-31&to=2023-08-29&interval=month&page_size=1000&lang=en"


def rows(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.content
    found: list[Any] = answer.json()["results"]
    return found


@pytest.mark.parametrize(
    "path",
    [
        *(f"rollups/measures/?by={by}" for by in ("plan", "section", "department")),
        *(
            f"rollups/projects/?by={by}"
            for by in ("plan", "city", "category", "stage", "city,category", "lead", "size")
        ),
    ],
)
def test_each_day_is_as_asked_for_by_itself(path: str, site: Any, ask: Any) -> None:
    rebuild_rollups()
    found = rows(ask(f"{path}&{SERIES}"))
    by_day = {day: rows(ask(f"{path}&as_of={day}&page_size=1000&lang=en")) for day in DAYS}
    # Member by member, each with its days in order.
    assert found == [row for member in zip(*by_day.values(), strict=True) for row in member]
    assert {row["as_of"] for row in found} == set(DAYS)


def test_the_figures_move_with_the_days(site: Any, ask: Any) -> None:
    found = rows(ask(f"rollups/measures/?by=section&key=innovation&{SERIES}"))
    assert [(row["as_of"], row["key"], row["completed"], row["total"]) for row in found] == [
        ("2023-05-31", "innovation", 0, 2),
        ("2023-06-30", "innovation", 1, 2),
        ("2023-07-31", "innovation", 1, 2),
        ("2023-08-29", "innovation", 1, 2),
    ]
    assert found[1]["url"].endswith("section=innovation&as_of=2023-06-30")


def test_quarters_and_the_last_day(site: Any, ask: Any) -> None:
    path = "rollups/measures/?from=2023-01-01&interval=quarter"
    assert [row["as_of"] for row in rows(ask(path))] == ["2023-03-31", "2023-06-30", "2023-08-29"]
    assert [row["as_of"] for row in rows(ask(f"{path}&to=2023-06-30"))] == ["2023-03-31", "2023-06-30"]
    assert [row["as_of"] for row in rows(ask("rollups/measures/?from=2023-06-30&to=2023-06-30"))] == ["2023-06-30"]
    # Since the plan began.
    assert [row["as_of"] for row in rows(ask("rollups/measures/?to=2023-02-10"))] == ["2023-01-31", "2023-02-10"]


def test_a_file_has_the_day_in_each_row(site: Any, ask: Any) -> None:
    answer = ask(
        f"rollups/measures/?by=department&key=power,science&ordering=key&fields=as_of,key,completed&format=csv&{SERIES}&page=1"
    )
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[0] == ["as_of", "key", "completed"]
    assert [line[:2] for line in found[1:]] == [[day, key] for key in ("power", "science") for day in DAYS]


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [
        ("from=2023-02-30", "from", "There is no such date"),
        ("from=2023-08-01&to=2023-07-01", "to", "The last day lies before the first one."),
        ("from=2023-08-01&as_of=2023-07-31", "from", "A series ends by the day of the answer, 2023-07-31."),
        ("from=2023-08-01&to=2023-08-30", "to", "A series ends by the day of the answer, 2023-08-29."),
        ("to=2021-12-31", "to", "The last day lies before the first one."),
        ("from=2023-08-01&interval=week", "interval", "This value is not allowed; choose one of: month, quarter"),
        ("from=2023-06-30&compare=2023-07-31", "compare", "A series is not compared"),
        ("from=2020-08-31&to=2023-08-29", "from", "A series has at most 36 days, not 37"),
        ("from=0001-01-01&interval=quarter", "from", "A series has at most 36 days, not 8091"),
    ],
)
def test_what_cannot_be_answered_is_told(query: str, name: str, sentence: str, site: Any, ask: Any) -> None:
    for kind in ("measures", "projects"):
        answer = ask(f"rollups/{kind}/?{query}", **{"Accept-Language": "en"})
        assert answer.status_code == 400
        [told] = wrong(answer)[name]
        assert told.startswith(sentence)


def test_three_years_of_months_are_one_series(site: Any, ask: Any) -> None:
    assert len(rows(ask("rollups/measures/?from=2020-09-01&to=2023-08-29"))) == 36


@pytest.mark.parametrize(
    "path",
    [
        *(f"rollups/measures/?by={by}" for by in ("plan", "section", "department")),
        *(f"rollups/projects/?by={by}" for by in ("plan", "city", "category", "stage")),
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_days(path: str, site: Any, ask: Any) -> None:
    rebuild_rollups()

    def queries(first: str) -> int:
        ask(path)
        with CaptureQueriesContext(connection) as found:
            rows(ask(f"{path}&from={first}"))
        return len(found)

    assert queries("2021-01-31") == queries("2023-07-31") <= 12


def test_where_the_days_cannot_be_counted_at_once_each_is_by_itself(
    site: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = rows(ask(f"rollups/measures/?by=section&{SERIES}"))

    def too_large(*args: Any) -> Any:
        raise DataError("integer out of range")

    monkeypatch.setattr(rollup_days, "_count", too_large)
    # Another address: this one is known by now.
    assert rows(ask(f"rollups/measures/?by=section&{SERIES}&ordering=number")) == expected


def test_ends_of_months_and_quarters() -> None:
    assert ends_between(date(2023, 1, 31), date(2023, 3, 31), months=1) == [
        date(2023, 1, 31),
        date(2023, 2, 28),
        date(2023, 3, 31),
    ]
    assert ends_between(date(2023, 2, 1), date(2023, 2, 2), months=1) == [date(2023, 2, 2)]
    assert ends_between(date(2022, 12, 31), date(2023, 7, 1), months=3) == [
        date(2022, 12, 31),
        date(2023, 3, 31),
        date(2023, 6, 30),
        date(2023, 7, 1),
    ]
