"""The cells of several plans at once are those of each by itself."""

from datetime import date
from typing import Any

import pytest

from rollups.days import read_cells_of_plans
from rollups.engine import read_cells
from rollups.services import rebuild_rollups
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY = date(2023, 8, 29)


@pytest.mark.parametrize("day", [TODAY, date(2023, 6, 30)])
def test_cells_of_plans_are_as_read_one_by_one(day: date, today: date) -> None:
    plans = [make.make_plan(slug) for slug in ("stored", "counted", "empty")]
    make.make_measure(plan=plans[0])
    rebuild_rollups()
    # Nothing is stored of the second yet.
    make.make_measure(plan=plans[1], due_on=date(2023, 6, 30))
    found: Any = read_cells_of_plans("measures", plan_ids=[plan.pk for plan in plans], day=day, today=TODAY)
    assert [cells.totals().get("total", 0) for cells in found.values()] == [1, 1, 0]
    for plan in plans:
        assert found[plan.pk] == read_cells("measures", plan_id=plan.pk, day=day, today=TODAY), plan
