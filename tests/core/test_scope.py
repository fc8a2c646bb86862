"""Tests of what is in a plan on a day: the rule case by case, and the questions to the database against it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.append_only import AppendOnlyError
from core.clock import SHANGHAI
from core.scope import latest_scope_change, scope_on, scope_window
from measures.models import ScopeChange
from projects.models import ScopeChange as ProjectScopeChange
from tests.factories import make_measure, make_project, make_user, shanghai
from tests.sweeps import examples

START = date(2023, 1, 3)
DAYS = st.integers(0, 12).map(lambda number: START + timedelta(days=number))
# Few different moments: rows of one day and one moment are told apart by their id.
MOMENTS = st.integers(1, 2).map(lambda number: datetime(2023, 12, number, tzinfo=SHANGHAI))


def rows(*kinds: str) -> Any:
    """Return a strategy for lists of scope changes of three subjects."""
    return st.lists(st.tuples(st.integers(0, 2), st.sampled_from(kinds), DAYS, MOMENTS), max_size=8)


class TestTheDatabaseFindsTheSame(TestCase):
    @settings(deadline=None, max_examples=examples(25))
    @given(history=rows("suspended", "resumed", "withdrawn"), on=DAYS)
    def test_measures(self, history: Any, on: date) -> None:
        self.compare(ScopeChange, "measure", [make_measure() for _each in range(3)], history, on)

    @settings(deadline=None, max_examples=examples(25))
    @given(history=rows("withdrawn", "readmitted"), on=DAYS)
    def test_projects(self, history: Any, on: date) -> None:
        self.compare(ProjectScopeChange, "project", [make_project() for _each in range(3)], history, on)

    def compare(self, model: Any, name: str, subjects: list[Any], history: Any, on: date) -> None:
        by = make_user(f"{model._meta.label}")
        for place, kind, day, moment in history:
            values = {"kind": kind, "effective_on": day, "recorded_at": moment, "recorded_by": by, "reason": "因"}
            model.objects.create(**{name: subjects[place]}, **values)
        found = {subject.pk: latest_scope_change(subject.scope_changes.all(), on=on) for subject in subjects}
        assert set(model.objects.in_force(on)) == {row for row in found.values() if row}
        out = {pk for pk, row in found.items() if scope_on([row] if row else [], on=on) != "in_plan"}
        assert {getattr(row, f"{name}_id") for row in model.objects.out(on)} == out


@pytest.mark.django_db
def test_a_row_of_leaving_is_written_once() -> None:
    row = ScopeChange.objects.create(
        measure=make_measure(),
        kind="withdrawn",
        effective_on=START,
        reason="因",
        recorded_at=shanghai(START),
        recorded_by=make_user(),
    )
    row.reason = "别的"
    with pytest.raises(AppendOnlyError):
        row.save()
    with pytest.raises(AppendOnlyError):
        ScopeChange.objects.all().delete()


def test_a_change_takes_effect_between_the_last_one_and_today() -> None:
    today = date(2023, 8, 29)
    assert scope_window([], listed_on=START, today=today) == (START, today)
    later = ScopeChange(kind="suspended", effective_on=date(2023, 5, 1), recorded_at=shanghai(START))
    assert scope_window([later], listed_on=START, today=today) == (date(2023, 5, 1), today)
