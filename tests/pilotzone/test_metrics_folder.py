"""Tests that what several processes count is told as one, also after some of them have ended."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pilotzone import metrics_folder
from tests.services import ROOT

SCRIPT = """
import json, os, signal, sys, time
import django
from pilotzone import metrics_folder
metrics_folder.begin()
metrics_folder.begin()
django.setup()
from core import metrics
from pilotzone.site_metrics import _counted

def told():
    return {each.name: each.value for family in _counted() for each in family.samples if each.value}

def in_child(then):
    child = os.fork()
    if not child:
        metrics.mails.labels("sent").inc()
        metrics.task_seconds.labels("t").observe(0.5)
        metrics.pool_in_use.inc()
        then()
        os._exit(0)
    return child

metrics.mails.labels("sent").inc()
for _ in range(2):
    os.waitpid(in_child(lambda: None), 0)
living = in_child(lambda: time.sleep(60))
for begun in (living, 4_194_305):  # no process has such a number
    (metrics_folder.own_folder() / f"gauge_livemax_{begun}.db").touch()
    (metrics_folder.own_folder() / f"summary_{begun}.db").touch()
while told().get("pilotzone_database_connections_in_use") != 3:
    time.sleep(0.01)
before = told()
metrics_folder.retire_ended()
metrics_folder.retire_ended()
after = told()
files = sorted(os.path.basename(each) for each in metrics_folder.own_folder().glob("*.db") if "ended" in each.name)
os.kill(living, signal.SIGKILL)
os.waitpid(living, 0)
metrics_folder.retire_ended()
print(json.dumps([before, after, told(), files, len(list(metrics_folder.shared_folder().glob("process-*")))]))
"""


def run(folder: Path, tmp_path: Path) -> Any:
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PROMETHEUS")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={
            **variables,
            "DJANGO_SETTINGS_MODULE": "pilotzone.settings",
            "PILOTZONE_DATA_DIR": str(tmp_path / "data"),
            "PILOTZONE_METRICS_DIR": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_processes_count_together_and_those_that_ended_leave_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    before, after, last, files, folders = run(folder, tmp_path)
    assert before["pilotzone_mails_total"] == after["pilotzone_mails_total"] == last["pilotzone_mails_total"] == 4
    assert before["pilotzone_task_seconds_count"] == last["pilotzone_task_seconds_count"] == 3
    assert before["pilotzone_task_seconds_sum"] == last["pilotzone_task_seconds_sum"] == 1.5
    assert before["pilotzone_database_connections_in_use"] == 3
    assert after["pilotzone_database_connections_in_use"] == 1
    assert "pilotzone_database_connections_in_use" not in last
    assert files == ["counter_ended.db", "histogram_ended.db"]
    assert folders == 1
    assert folder.stat().st_mode & 0o077 == 0


def test_a_start_deletes_what_nobody_holds_any_more(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    for _ in range(2):
        *_told, folders = run(folder, tmp_path)
        assert folders == 1


@pytest.mark.parametrize("message", [b"", b"[]", b'{"headers": {}}', b'{"headers": {"pilotzone_sent_at": "soon"}}'])
def test_a_message_of_another_version_has_no_age(message: bytes) -> None:
    from pilotzone.site_metrics import _age

    assert _age(message) == 0
    assert _age(None) == 0
    assert _age(b'{"headers": {"pilotzone_sent_at": 1000}}') > 1_000_000


def test_a_queue_that_does_not_answer_holds_up_no_answer(settings: Any) -> None:
    from pilotzone.site_metrics import _look_at_queues

    settings.REDIS_URL = ""
    assert _look_at_queues() == ({}, 0, False)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert _look_at_queues() == ({}, 0, True)


def test_without_shared_memory_the_data_folder_is_used(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.PILOTZONE_METRICS_DIR, settings.DATA_DIR = "", tmp_path
    monkeypatch.setattr(metrics_folder, "SHARED_MEMORY", tmp_path / "none")
    assert metrics_folder.shared_folder() == tmp_path / "metrics"


def test_in_a_folder_of_somebody_else_nothing_is_written(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.PILOTZONE_METRICS_DIR = str(tmp_path)
    monkeypatch.setattr(metrics_folder, "_held", None)
    monkeypatch.setattr("os.getuid", lambda: -1)
    metrics_folder.begin()
    metrics_folder.retire_ended()
    assert (metrics_folder.own_folder(), list(tmp_path.iterdir())) == (None, [])


def test_a_start_keeps_what_is_held_and_what_another_account_runs(
    settings: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    settings.PILOTZONE_METRICS_DIR = str(tmp_path)
    monkeypatch.setenv(metrics_folder.ENVIRONMENT, "")
    monkeypatch.setattr(metrics_folder, "_held", None)
    (tmp_path / "process-without-lock").mkdir()
    metrics_folder.begin()
    first, lock = metrics_folder.own_folder(), metrics_folder._held
    monkeypatch.setattr(metrics_folder, "_held", None)
    metrics_folder.begin()
    second = metrics_folder.own_folder()
    assert first and second and lock
    assert set(tmp_path.glob("process-*")) == {first, second}

    def refuse(number: int, signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr("os.kill", refuse)
    held = second / "gauge_livemax_1.db"
    held.touch()
    metrics_folder.retire_ended()
    assert held.exists()
