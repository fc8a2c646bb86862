"""Sites as chance has them: see `tests.simulator.simulation`.

`SIMULATOR_SEED` and `SIMULATOR_STEPS` run one seed again, or longer.
"""

import os
from datetime import timedelta

import pytest
from django.db import OperationalError

from measures.models import Measure
from notices.models import Notice
from notices.tasks import notify_of_due_dates_task
from pilotzone.schedule import TASKS as SCHEDULE
from tests.simulator import simulation as simulations
from tests.simulator.actions import ACTIONS
from tests.simulator.checks import check_notices
from tests.simulator.machinery import TICK, broken_at
from tests.simulator.simulation import START, Simulation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]

SEED = os.environ.get("SIMULATOR_SEED", "")
STEPS = int(os.environ.get("SIMULATOR_STEPS", "0"))
# A seed that finds a fault comes in here, with what it found.
SEEDS = [1]
LONG_SEED, LONG_STEPS = 1, 10_000


def run(seed, steps):
    with Simulation(seed) as simulation:
        simulation.run(STEPS or steps)
    return simulation


@pytest.mark.parametrize("seed", [int(SEED)] if SEED else SEEDS)
def test_nothing_acknowledged_is_lost_with_seed(seed):
    run(seed, 300)


def test_a_task_that_is_tried_again_after_midnight_tells_of_the_new_day(monkeypatch):
    """The first try begins in the last millisecond of the day, loses its database, and Celery tries again."""

    def draw_fault(*_arguments):
        return "database", broken_at(1, OperationalError("away"))

    monkeypatch.setattr(simulations, "draw_fault", draw_fault)
    with Simulation(1) as simulation:
        midnight = START.replace(hour=0) + timedelta(days=1)
        measure = Measure.objects.order_by("pk").first()
        Measure.objects.filter(pk=measure.pk).update(due_on=midnight.date() + timedelta(days=7))
        simulation.expected.measures[measure.pk].due_on = midnight.date() + timedelta(days=7)
        simulation.log.append("")
        simulation.clock.moment = midnight - 2 * TICK
        assert simulation.run_task(notify_of_due_dates_task.name)
        assert simulation.today == midnight.date()
        assert {each.day for each in Notice.objects.all()} == {midnight.date()}
        check_notices(simulation.expected)


@pytest.mark.long
def test_nothing_acknowledged_is_lost_in_some_years():
    simulation = run(LONG_SEED, LONG_STEPS)
    done = {name for name, outcome in simulation.done if outcome == "done"}
    tasks = {entry["task"].rsplit(".", 1)[1] for entry in SCHEDULE.values()}
    assert done == {action.__name__ for action in ACTIONS} | tasks
    assert {outcome for _name, outcome in simulation.done} == {"done", "refused", "lost", "known"}
