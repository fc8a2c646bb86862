"""Whoever writes a row that holds until the next, each knows from when the next one holds."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest

from core.clock import now
from measures.models import Measure, ScopeChange, StatusChange
from measures.rules import in_force
from measures.services import load_changes
from tests.factories import make_change, make_measure, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
DAYS = [date(2023, 1, 3) + timedelta(days=each) for each in range(40)]


@pytest.fixture
def measure(today: date) -> Measure:
    return make_measure()


def ends_of(rows: Iterable[Any]) -> list[tuple[date, date | None]]:
    return [(each.effective_on, each.superseded_from) for each in rows]


def statuses_of(measure: Measure) -> list[tuple[date, date | None]]:
    return ends_of(measure.status_changes.order_by("effective_on", "recorded_at", "pk"))


def test_a_row_ends_where_the_next_one_begins_also_one_that_is_added_between(measure: Measure) -> None:
    make_change(measure, "completed", date(2023, 3, 1))
    assert statuses_of(measure) == [(date(2023, 1, 3), date(2023, 3, 1)), (date(2023, 3, 1), None)]
    make_change(measure, "in_progress", date(2023, 2, 1))
    assert statuses_of(measure)[:2] == [(date(2023, 1, 3), date(2023, 2, 1)), (date(2023, 2, 1), date(2023, 3, 1))]


def test_of_two_of_one_day_the_first_holds_on_none(measure: Measure) -> None:
    day = date(2023, 2, 1)
    make_change(measure, "completed", day)
    make_change(measure, "in_progress", day, old_status="completed")
    assert statuses_of(measure) == [(date(2023, 1, 3), day), (day, day), (day, None)]
    assert StatusChange.objects.in_force(day).get().status == "in_progress"


def test_a_corrected_row_holds_on_no_day_and_ends_none(measure: Measure) -> None:
    first, wrong = measure.status_changes.get(), make_change(measure, "completed", date(2023, 2, 1))
    right = make_change(measure, "completed", date(2023, 3, 1), supersedes=wrong)
    for row, until in ((first, right.effective_on), (wrong, wrong.effective_on), (right, None)):
        row.refresh_from_db()
        assert row.superseded_from == until
    days = (date(2023, 1, 2), date(2023, 2, 1), date(2023, 3, 1))
    assert [[*StatusChange.objects.in_force(day)] for day in days] == [[], [first], [right]]


def test_rows_that_are_moved_or_deleted_leave_no_gap_once_the_others_are_settled(measure: Measure) -> None:
    row = make_change(measure, "in_progress", date(2023, 2, 1))
    make_change(measure, "completed", date(2023, 3, 1), old_status="in_progress")
    StatusChange.objects.filter(pk=row.pk).update(effective_on=date(2023, 2, 9))
    measure.status_changes.settle()
    assert statuses_of(measure)[0] == (date(2023, 1, 3), date(2023, 2, 9))
    StatusChange.objects.filter(pk=row.pk).delete()
    measure.status_changes.settle()
    assert statuses_of(measure) == [(date(2023, 1, 3), date(2023, 3, 1)), (date(2023, 3, 1), None)]


def test_many_rows_that_are_written_at_once_are_settled_measure_by_measure(today: date) -> None:
    rita, kinds = make_user("rita", role="reviewer"), ("suspended", "resumed")
    measures = [make_measure() for _each in range(3)]
    random.seed(7)
    rows = [
        ScopeChange(measure=each, kind=kind, effective_on=day, reason="暂缓", recorded_at=now(), recorded_by=rita)
        for each in measures
        for kind, day in zip(kinds, sorted(random.sample(DAYS, 2)), strict=True)
    ]
    random.shuffle(rows)
    ScopeChange.objects.bulk_create(rows)
    for each in measures:
        (left, until), (back, after) = ends_of(each.scope_changes.order_by("effective_on"))
        assert (until, after) == (back, None)
        assert [Measure.objects.in_scope(day).filter(pk=each.pk).exists() for day in (left, back)] == [False, True]


def test_the_query_finds_what_the_rule_says_whatever_the_order_of_writing(measure: Measure) -> None:
    chance, statuses = random.Random(11), ("promoting", "in_progress", "completed")
    for _each in range(12):
        old, new = chance.sample(statuses, 2)
        make_change(measure, new, chance.choice(DAYS), old_status=old)
    changes = load_changes(measure)
    for day in DAYS:
        expected = in_force(changes, on=day)
        assert expected is not None
        assert StatusChange.objects.in_force(day).get(measure=measure).pk == expected.id
