"""Projects that entered and left the stock, counted in plain Python from rows made at random."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from projects.models import Project, Stage
from projects.movement import read_movement
from tests import factories as make
from tests.counting import Dated, MonthRow, ProjectRow, count_movement

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MONTHS = [date(2023, month, 1) for month in range(1, 8)]
FIRST = date(2023, 1, 3)


def amounts(sums: Any) -> dict[Any, tuple[int, int]]:
    return {name: (each.number, each.wan) for name, each in sums.items() if each.number}


def make_history(plan: Any, chance: random.Random) -> list[ProjectRow]:
    """Projects with months and days on which they left and returned, and the same as plain values."""
    rows = []
    for number in range(40):
        listed_on = FIRST + timedelta(days=chance.randrange(180))
        opening, wan = chance.choice(Stage.values), 1_000 + number
        project = make.make_project(plan, code=f"P{number:04}", stage=opening, investment=wan, listed_on=listed_on)
        months = []
        for period in chance.sample(MONTHS, chance.randrange(4)):
            months.append(MonthRow(period, chance.choice(Stage.values), None, 0))
            make.make_project_month(project, period, stage=months[-1].stage)
        scope: list[Dated] = []
        if chance.random() < 0.4:
            scope.append((listed_on + timedelta(days=1 + chance.randrange(60)), "withdrawn"))
            if chance.random() < 0.5:
                scope.append((scope[0][0] + timedelta(days=1 + chance.randrange(60)), "readmitted"))
        for day, kind in scope:
            make.leave(project, kind, day)
        rows.append(ProjectRow(plan.pk, 0, 0, opening, wan, listed_on, scope, months=months))
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_the_stock_moves_by_what_entered_and_what_left(seed: int, today: Any) -> None:
    chance = random.Random(seed)
    plan = make.make_plan()
    rows = make_history(plan, chance)
    seen = set()
    for _n in range(10):
        then, now = FIRST + timedelta(days=chance.randrange(110)), FIRST + timedelta(days=110 + chance.randrange(110))
        found = read_movement(plan, then=then, now=now)
        assert (amounts(found.stock), amounts(found.stages)) == count_movement(rows, then, now)
        stock = {name: each.number for name, each in found.stock.items()}
        entered = stock["listed"] + stock["readmitted"] + stock["reopened"]
        assert stock["opening"] + entered - stock["completed"] - stock["withdrawn"] == stock["closing"]
        seen |= set(amounts(found.stock))
    assert len(seen) == 7


def test_another_plan_is_not_counted(today: Any) -> None:
    plan, other = make.make_plan(), make.make_plan(slug="other")
    make.make_project(other, listed_on=FIRST)
    assert not amounts(read_movement(plan, then=FIRST, now=FIRST + timedelta(days=9)).stock)
    assert Project.objects.count() == 1
