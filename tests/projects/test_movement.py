"""Projects that entered and left the stock, counted in plain Python from rows made at random."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

from core.periods import last_ended_month
from projects.models import Project, Stage
from projects.movement import read_movement
from projects.sums import ProjectSum
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

MONTHS = [date(2023, month, 1) for month in range(1, 8)]
FIRST = date(2023, 1, 3)


def amounts(sums: Any) -> dict[Any, tuple[int, int]]:
    return {name: (each.number, each.wan) for name, each in sums.items() if each.number}


def make_history(plan: Any, chance: random.Random) -> list[dict[str, Any]]:
    """Projects with months and days on which they left and returned, and the same as plain values."""
    rows = []
    for number in range(40):
        listed_on = FIRST + timedelta(days=chance.randrange(180))
        opening, wan = chance.choice(Stage.values), 1_000 + number
        project = make.make_project(plan, code=f"P{number:04}", stage=opening, investment=wan, listed_on=listed_on)
        months = {}
        for period in chance.sample(MONTHS, chance.randrange(4)):
            months[period] = chance.choice(Stage.values)
            make.make_project_month(project, period, stage=months[period])
        scope = {}
        if chance.random() < 0.4:
            out = listed_on + timedelta(days=1 + chance.randrange(60))
            scope[out] = "withdrawn"
            if chance.random() < 0.5:
                scope[out + timedelta(days=1 + chance.randrange(60))] = "readmitted"
        for day, kind in scope.items():
            make.leave(project, kind, day)
        rows.append({"listed_on": listed_on, "opening": opening, "wan": wan, "months": months, "scope": scope})
    return rows


def stage_on(row: dict[str, Any], day: date) -> str:
    ended = [period for period in row["months"] if period <= last_ended_month(day)]
    return row["months"][max(ended)] if ended else row["opening"]


def counts_on(row: dict[str, Any], day: date) -> bool:
    before = [change for change in row["scope"] if change <= day]
    return row["listed_on"] <= day and not (before and row["scope"][max(before)] == "withdrawn")


@pytest.mark.parametrize("seed", range(3))
def test_the_stock_moves_by_what_entered_and_what_left(seed: int, today: Any) -> None:
    chance = random.Random(seed)
    plan = make.make_plan()
    rows = make_history(plan, chance)
    seen = set()
    for _n in range(10):
        then, now = FIRST + timedelta(days=chance.randrange(110)), FIRST + timedelta(days=110 + chance.randrange(110))
        expected = {name: ProjectSum() for name in read_movement(plan, then=then, now=now).stock}
        stages: dict[tuple[str, str], ProjectSum] = {}
        for row in rows:
            before, after = stage_on(row, then), stage_on(row, now)
            was_built, is_built = (stage in ("completed", "in_production") for stage in (before, after))
            was, still = counts_on(row, then) and not was_built, counts_on(row, now) and not is_built
            is_new = counts_on(row, now) and row["listed_on"] > then
            is_back = counts_on(row, now) and row["listed_on"] <= then and not counts_on(row, then)
            came_back = is_back and not (was_built and is_built)
            for name, holds in (
                ("opening", was),
                ("closing", still),
                ("withdrawn", was and not counts_on(row, now)),
                ("completed", (was or is_new or came_back) and counts_on(row, now) and is_built),
                ("reopened", still and counts_on(row, then) and not was),
                ("listed", is_new),
                ("readmitted", came_back),
            ):
                if holds:
                    expected[name].add(1, row["wan"])
            if counts_on(row, then) and counts_on(row, now) and before != after:
                stages.setdefault((before, after), ProjectSum()).add(1, row["wan"])
        found = read_movement(plan, then=then, now=now)
        assert amounts(found.stock) == amounts(expected)
        assert amounts(found.stages) == amounts(stages)
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
