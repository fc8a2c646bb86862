"""Sites as chance has them: see `tests.simulator.simulation`.

`SIMULATOR_SEED` and `SIMULATOR_STEPS` run one seed again, or longer.
"""

import os

import pytest
from django.conf import settings

from tests.simulator.actions import ACTIONS
from tests.simulator.simulation import Simulation

pytestmark = pytest.mark.django_db(transaction=True)

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


@pytest.mark.long
def test_nothing_acknowledged_is_lost_in_some_years():
    simulation = run(LONG_SEED, LONG_STEPS)
    done = {name for name, outcome in simulation.done if outcome == "done"}
    tasks = {entry["task"].rsplit(".", 1)[1] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert done == {action.__name__ for action in ACTIONS} | tasks
    assert {outcome for _name, outcome in simulation.done} == {"done", "refused", "lost", "known"}
