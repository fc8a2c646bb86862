"""An accepted report is in every total: at once in the demonstration, within a second with a worker, and after
the next sweep where the broker was away."""

import time

import pytest

from measures.reports import accept_report
from pilotzone.celery import app
from rollups.models import MeasureRollup, StaleCell
from rollups.services import rebuild_rollups, refresh_stale_rollups, verify_rollups
from tests.factories import file_report, make_department, make_measure, make_plan, make_user
from tests.running import worker
from tests.services import wait_until


@pytest.fixture
def measure(today):
    measure = make_measure(lead_department=make_department("energy"))
    rebuild_rollups()
    return measure


def accept_a_change(measure):
    ben = make_user("ben", role="reporter", department=measure.lead_department)
    report = file_report(measure, by=ben, status="in_progress")
    return accept_report(report, by=make_user("rita", role="reviewer"))


def in_progress():
    return sum(MeasureRollup.objects.values_list("in_progress", flat=True))


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_totals_change_with_the_report(measure, settings, monkeypatch):
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    assert in_progress() == 0
    accept_a_change(measure)
    assert in_progress() == 1
    assert StaleCell.objects.count() == 0
    assert verify_rollups() == []


@pytest.mark.django_db(transaction=True)
def test_an_error_in_the_refresh_keeps_the_report_and_its_mark(measure, monkeypatch):
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    monkeypatch.setattr("rollups.engine.refresh_batch", lambda **kwargs: 1 / 0)
    change = accept_a_change(measure)
    assert change.status == "in_progress"
    assert change.report.state == "accepted"
    assert StaleCell.objects.count() == 1
    monkeypatch.undo()
    assert refresh_stale_rollups() == 1
    assert in_progress() == 1


@pytest.mark.django_db(transaction=True)
def test_while_a_mark_waits_page_and_api_say_so(measure, client, open_reading, monkeypatch):
    monkeypatch.setattr("rollups.tasks.refresh_rollups_task.delay", lambda: None)
    assert "汇总数据正在更新" not in client.get("/").content.decode()
    accept_a_change(measure)
    assert "汇总数据正在更新" in client.get("/").content.decode()
    assert client.get("/api/v1/summary/").json()["refreshing"] is True
    other = make_plan("another")
    assert client.get(f"/api/v1/summary/?plan={other.slug}").json()["refreshing"] is False
    refresh_stale_rollups()
    assert "汇总数据正在更新" not in client.get("/").content.decode()
    assert client.get("/api/v1/summary/").json()["refreshing"] is False


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_with_a_worker_the_totals_change_within_a_second(measure, broker):
    with worker(broker.url):
        accepted = time.monotonic()
        accept_a_change(measure)
        wait_until(lambda: in_progress() == 1, "the new total", 5)
        assert time.monotonic() - accepted < 1
        wait_until(lambda: not StaleCell.objects.exists(), "the cleared mark", 5)
    assert verify_rollups() == []


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_while_the_broker_is_away_a_write_succeeds_and_the_sweep_brings_it_in(measure, broker):
    broker.stop()
    started = time.monotonic()
    change = accept_a_change(measure)
    # It was refused by the broker, and did not try again.
    assert time.monotonic() - started < 2
    assert change.report.state == "accepted"
    assert in_progress() == 0
    assert StaleCell.objects.count() == 1
    # What beat asks for every half minute.
    refresh_stale_rollups()
    assert in_progress() == 1
    assert verify_rollups() == []
