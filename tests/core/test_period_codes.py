"""How periods are named: what people write is read as what it is, and named again as the rows name it."""

import csv
from datetime import date

import pytest
from django.conf import settings

from core.period_codes import period_code, read_period

WRITTEN = [
    ("2023", "year", date(2023, 1, 1), date(2023, 12, 31), "2023"),
    ("2023年", "year", date(2023, 1, 1), date(2023, 12, 31), "2023"),
    ("２０２３年全年", "year", date(2023, 1, 1), date(2023, 12, 31), "2023"),
    ("2023H1", "half_year", date(2023, 1, 1), date(2023, 6, 30), "2023H1"),
    ("2023年上半年", "half_year", date(2023, 1, 1), date(2023, 6, 30), "2023H1"),
    ("2023h2", "half_year", date(2023, 7, 1), date(2023, 12, 31), "2023H2"),
    ("2023年下半年", "half_year", date(2023, 7, 1), date(2023, 12, 31), "2023H2"),
    ("2023 Q1", "quarter", date(2023, 1, 1), date(2023, 3, 31), "2023Q1"),
    ("2023年第四季度", "quarter", date(2023, 10, 1), date(2023, 12, 31), "2023Q4"),
    ("2023年二季度", "quarter", date(2023, 4, 1), date(2023, 6, 30), "2023Q2"),
    ("2023年前三季度", "three_quarters", date(2023, 1, 1), date(2023, 9, 30), "2023Q1-Q3"),
    ("2023Q1–Q3", "three_quarters", date(2023, 1, 1), date(2023, 9, 30), "2023Q1-Q3"),
    ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
    ("2023年6月", "month", date(2023, 6, 1), date(2023, 6, 30), "2023-06"),
    ("2023.6", "month", date(2023, 6, 1), date(2023, 6, 30), "2023-06"),
    ("2023年1—8月", "months", date(2023, 1, 1), date(2023, 8, 31), "2023-01/08"),
    ("2021-01/04", "months", date(2021, 1, 1), date(2021, 4, 30), "2021-01/04"),
    ("2021-2023", "years", date(2021, 1, 1), date(2023, 12, 31), "2021-2023"),
    ("2021—2023年", "years", date(2021, 1, 1), date(2023, 12, 31), "2021-2023"),
    ("2023-06-30", "day", date(2023, 6, 30), date(2023, 6, 30), "2023-06-30"),
    ("2023年6月30日", "day", date(2023, 6, 30), date(2023, 6, 30), "2023-06-30"),
]


@pytest.mark.parametrize(("text", "kind", "start", "end", "code"), WRITTEN, ids=[each[0] for each in WRITTEN])
def test_what_people_write(text: str, kind: str, start: date, end: date, code: str) -> None:
    found = read_period(text)
    assert found is not None
    assert (found.kind, found.start, found.end, found.code) == (kind, start, end, code)


@pytest.mark.parametrize(
    "text",
    [
        *("", "23", "0000", "20231", "2023-1-", "2023H3", "2023Q5", "2023-13", "2023-00", "2023-02-30"),
        *("2023-2021", "2023-2023", "last year", "2023年五季度", "H1 2023", "2023年2—8月"),
    ],
)
def test_what_is_no_period(text: str) -> None:
    assert read_period(text) is None


def test_the_periods_that_ship_are_named_so() -> None:
    with (settings.BASE_DIR / "fixtures/observations.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 300
    for row in rows:
        kind, start, end = row["period_kind"], row["period_start"], row["period_end"]
        assert period_code(kind, date.fromisoformat(start), date.fromisoformat(end)) == row["period"]
        assert read_period(row["period"]) == (kind, date.fromisoformat(start), date.fromisoformat(end))
