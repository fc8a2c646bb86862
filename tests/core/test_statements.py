from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db.models import QuerySet

from accounts.models import Department
from core.statements import answer, compiled, moment
from rollups.models import RollupRun
from tests import factories as make

pytestmark = pytest.mark.django_db
asked: list[str] = []


@compiled
def named(slug: str) -> QuerySet[Any, Any]:
    asked.append(slug)
    return Department.objects.filter(slug=slug).values_list("name_en")


def test_the_statement_is_kept_and_its_answer_is_not() -> None:
    asked.clear()
    assert answer(named("energy")) == []
    make.make_department("energy", name_en="Energy")
    assert answer(named("energy")) == [("Energy",)]
    assert answer(named("water")) == []
    Department.objects.update(name_en="Coal")
    assert answer(named("energy")) == [("Coal",)]
    assert asked == ["energy", "water"]


def test_rows_are_objects_too() -> None:
    made = make.make_department("energy")
    statement = compiled(lambda: Department.objects.order_by("number"))()
    assert list(Department.objects.raw(*statement)) == [made]


def test_a_moment_of_an_answer_is_that_of_its_row() -> None:
    at = datetime(2023, 8, 29, 1, 2, 3, 456, tzinfo=UTC)
    run = RollupRun.objects.create(started_at=at, as_of=date(2023, 8, 29), full=False)
    statement = compiled(lambda: RollupRun.objects.values_list("pk", "as_of", "started_at"))()
    assert [(pk, day, moment(started_at)) for pk, day, started_at in answer(statement)] == [(run.pk, run.as_of, at)]
