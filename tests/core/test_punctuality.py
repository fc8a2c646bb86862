from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.punctuality import NextDue, Punctuality, next_due, punctuality, urgency

DAY = date(2023, 8, 29)
# Few days around the day itself, so that edges and equal days come up often.
days = st.integers(-40, 40).map(lambda number: DAY + timedelta(days=number))
measures = st.lists(st.tuples(st.none() | days, st.none() | days.filter(lambda day: day <= DAY)), max_size=30)


@pytest.mark.parametrize(
    ("due_on", "completed_on", "part"),
    [
        (date(2023, 6, 30), date(2023, 6, 29), "completed_in_time"),
        (date(2023, 6, 30), date(2023, 6, 30), "completed_in_time"),
        (date(2023, 6, 30), date(2023, 7, 1), "completed_late"),
        (date(2023, 6, 30), None, "overdue"),
        (date(2023, 8, 28), None, "overdue"),
        # Due on the day itself or later, and never due.
        (date(2023, 8, 29), None, None),
        (date(2023, 8, 29), date(2023, 8, 1), None),
        (date(2023, 8, 30), None, None),
        (None, date(2023, 8, 1), None),
        (None, None, None),
    ],
)
def test_each_measure_that_was_due_before_the_day_is_in_one_part(due_on, completed_on, part) -> None:
    found = punctuality([(due_on, completed_on)], on=DAY)
    parts = {name: getattr(found, name) for name in ("completed_in_time", "completed_late", "overdue")}
    assert parts == {"completed_in_time": 0, "completed_late": 0, "overdue": 0} | ({part: 1} if part else {})
    assert found.due_before == (part is not None)


def test_the_longest_overdue_counts_the_days_since_its_due_day() -> None:
    rows = [(date(2023, 8, 1), None), (date(2023, 6, 30), None), (date(2023, 1, 31), date(2023, 8, 1))]
    # 30 June to 29 August: 60 days.
    assert punctuality(rows, on=DAY) == Punctuality(completed_late=1, overdue=2, longest_overdue=60)
    assert punctuality(rows, on=date(2023, 7, 1)).longest_overdue == 1
    assert punctuality([], on=DAY).longest_overdue == 0


@pytest.mark.parametrize(
    ("in_time", "late", "overdue", "rate"),
    [(12, 1, 10, Decimal("52.2")), (0, 0, 5, Decimal("0.0")), (5, 0, 0, Decimal("100.0")), (4, 0, 0, None)],
)
def test_with_fewer_than_five_due_there_is_no_rate(in_time, late, overdue, rate) -> None:
    assert Punctuality(in_time, late, overdue).in_time_rate == rate


@given(rows=measures, on=days)
def test_the_parts_sum_to_what_was_due_before_the_day(rows, on) -> None:
    found = punctuality(rows, on=on)
    assert found.due_before == sum(due_on is not None and due_on < on for due_on, _completed_on in rows)
    assert (found.longest_overdue > 0) == (found.overdue > 0)


@given(rows=measures, on=days)
def test_a_later_due_day_makes_no_completion_late(rows, on) -> None:
    extended = [(due_on and due_on + timedelta(days=10), completed_on) for due_on, completed_on in rows]
    now, then = punctuality(extended, on=on), punctuality(rows, on=on)
    assert now.due_before <= then.due_before
    assert now.completed_late <= then.completed_late
    assert now.overdue <= then.overdue


@given(rows=measures)
def test_what_was_due_stays_so(rows) -> None:
    counts = [punctuality(rows, on=DAY + timedelta(days=number)).due_before for number in range(-45, 45)]
    assert counts == sorted(counts)


def dues(**counts: int) -> list[date]:
    return [date.fromisoformat(day[1:].replace("_", "-")) for day, count in counts.items() for _each in range(count)]


@pytest.mark.parametrize(
    ("due_days", "expected"),
    [
        # 12 in September, 51 on 31 December; more of the years after is not next.
        (
            dues(d2023_08_29=9, d2023_09_15=2, d2023_09_30=10, d2023_10_31=6, d2023_12_31=51, d2024_12_31=60),
            NextDue(date(2023, 9, 1), 12, date(2023, 12, 31), 51),
        ),
        # The rest of the day's own month.
        (dues(d2023_08_30=1, d2023_08_29=3), NextDue(date(2023, 8, 1), 1)),
        # The year of the next due day after the month, though not the month's own.
        (dues(d2023_12_31=2, d2024_03_31=1, d2024_06_30=3), NextDue(date(2023, 12, 1), 2, date(2024, 6, 30), 3)),
        (dues(d2023_09_01=1, d2023_10_01=2, d2023_11_01=2), NextDue(date(2023, 9, 1), 1, date(2023, 10, 1), 2)),
        (dues(d2023_08_29=3), NextDue()),
        ([None], NextDue()),
    ],
)
def test_what_falls_due_next(due_days, expected) -> None:
    assert next_due(due_days, on=DAY) == expected


@given(due_days=st.lists(st.none() | days), on=days)
def test_what_falls_due_next_lies_after_the_day(due_days, on) -> None:
    found = next_due(due_days, on=on)
    ahead = [day for day in due_days if day is not None and day > on]
    assert (found.month is None) == (not ahead)
    assert found.in_month + found.on_peak <= len(ahead)
    if found.peak_on is not None and found.month is not None:
        assert found.peak_on > on
        assert found.peak_on >= found.month
        assert found.on_peak == ahead.count(found.peak_on)


def test_who_must_act_first() -> None:
    table = {
        # Most overdue, then the longest, then the furthest behind the plan, then by number; nothing overdue comes last.
        "many": (Punctuality(overdue=3, longest_overdue=5), Decimal("-1.0"), 9),
        "long": (Punctuality(overdue=2, longest_overdue=90), Decimal("5.0"), 8),
        "far behind": (Punctuality(overdue=2, longest_overdue=30), Decimal("-40.0"), 7),
        "near": (Punctuality(overdue=2, longest_overdue=30), Decimal("-4.0"), 1),
        "small": (Punctuality(overdue=1, longest_overdue=400), Decimal("-100.0"), 2),
        "on course, first": (Punctuality(completed_in_time=9), Decimal("0.0"), 3),
        "nothing to measure": (Punctuality(), None, 4),
        "on course, second": (Punctuality(completed_in_time=1), Decimal("0.0"), 5),
        "ahead": (Punctuality(completed_in_time=1), Decimal("7.5"), 0),
    }
    keys = {name: urgency(of, gap_to_plan=gap, number=number) for name, (of, gap, number) in table.items()}
    by_name = sorted(table)
    assert sorted(by_name, key=lambda name: keys[name]) == list(table)
