from collections.abc import Iterator
from typing import Any

import pytest
from django.test.utils import isolate_apps

from core.append_only import AppendOnlyError, AppendOnlyModel


@pytest.fixture
def step() -> Iterator[Any]:
    """A class of rows that are written once. Its table is not made: what is refused does not ask the database."""
    with isolate_apps():

        class Step(AppendOnlyModel):
            class Meta:
                app_label = "core"

        yield Step


def test_a_row_that_exists_is_not_saved_again(step: Any) -> None:
    row = step(pk=1)
    row._state.adding = False
    with pytest.raises(AppendOnlyError, match="written once"):
        row.save()


def test_a_row_is_not_deleted(step: Any) -> None:
    with pytest.raises(AppendOnlyError):
        step(pk=1).delete()


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.update(id=2),
        lambda rows: rows.filter(pk=1).update(id=2),
        lambda rows: rows.filter(pk=1).delete(),
        lambda rows: rows.bulk_update([], ["id"]),
        lambda rows: rows.bulk_create([], update_conflicts=True, update_fields=["id"], unique_fields=["id"]),
    ],
)
def test_rows_are_not_changed_by_a_query(step: Any, change: Any) -> None:
    with pytest.raises(AppendOnlyError):
        change(step.objects.all())
