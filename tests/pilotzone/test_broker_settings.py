"""Each task waits in a queue that some service takes, and what people wait for not behind what takes hours."""

import pytest

from pilotzone.celery import app, register_tasks
from pilotzone.schedule import TASKS as SCHEDULE
from tests.compose import SERVICES, compose_command


def queues_of_services() -> dict[str, list[str]]:
    """Each service that is a worker -> the queues from which it takes."""
    commands = {name: compose_command(name) for name in SERVICES}
    return {
        name: command[command.index("--queues") + 1].split(",")
        for name, command in commands.items()
        if command[:4] == ["celery", "-A", "pilotzone", "worker"]
    }


def queue_of(task: str) -> str:
    return str(app.amqp.router.route({}, task)["queue"].name)


@pytest.fixture
def tasks() -> set[str]:
    register_tasks()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_each_task_is_taken_by_one_service(tasks: set[str]) -> None:
    taken = [queue for queues in queues_of_services().values() for queue in queues]
    assert len(taken) == len(set(taken))
    assert tasks >= {each["task"] for each in SCHEDULE.values()}
    assert {queue_of(task) for task in tasks} == set(taken)


def test_what_is_slow_has_a_service_of_its_own(tasks: set[str]) -> None:
    assert queues_of_services() == {"worker": ["celery"], "worker-slow": ["slow"]}
    assert {task for task in tasks if queue_of(task) == "slow"} == {
        "audit.tasks.verify_log_task",
        "backups.tasks.back_up_task",
        "integrity.tasks.check_integrity_task",
        "pilotzone.tasks.clean_task",
        "rollups.tasks.rebuild_rollups_task",
        "rollups.tasks.verify_rollups_task",
    }


def test_a_worker_that_is_told_of_no_queue_takes_all() -> None:
    """The units of earlier versions start a worker without naming a queue."""
    assert set(app.amqp.queues.consume_from) == {"celery", "slow"}
