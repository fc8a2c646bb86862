"""Slow tasks have a queue and a worker of their own: nobody waits behind them."""

import socket

import pytest

from pilotzone.celery import app
from rollups.models import Verification
from rollups.tasks import verify_rollups_task
from tests.acceptances import accept, in_progress, make_reports
from tests.compose import compose_command
from tests.factories import make_user
from tests.running import answers, environment, hold, tasks_begun
from tests.services import process, wait_until
from workbooks.tasks import work_on_waiting_uploads_task

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


def test_while_slow_tasks_run_and_wait_a_report_counts_and_files_are_worked_on_within_seconds(today, broker):
    rita, [report] = make_user("rita", role="reviewer"), make_reports(sections=1, departments=1, each=1)
    # More than both services have processes.
    for _number in range(4):
        app.send_task(verify_rollups_task.name)
    ours = environment(broker.url)
    worker, slow = (process(compose_command(name), ours) for name in ("worker", "worker-slow"))
    with hold(Verification, "INSERT") as held, worker, slow:
        for node in ("celery", "slow"):
            wait_until(lambda node=node: answers(f"{node}@{socket.gethostname()}"), f"{node} answering a ping")
        wait_until(lambda: held.held, "a slow task standing still")
        accept(report, rita)
        wait_until(lambda: in_progress() == 1, "the total", 10)
        app.send_task(work_on_waiting_uploads_task.name)
        wait_until(lambda: tasks_begun()[work_on_waiting_uploads_task.name] == 1, "a look for files", 10)
        # The others wait for their turn.
        assert len(held.held) == tasks_begun()[verify_rollups_task.name] == 1
