"""Tests that of several processes one holds a lease, and another takes it over once that one is gone."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from web import leases
from web.leases import LASTS, HeldLease, LeaseLost, leased
from web.models import Lease

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """clock(30): so many seconds later."""
    passed = [0.0]
    start, begin = timezone.now(), leases.time.monotonic()
    monkeypatch.setattr(leases.timezone, "now", lambda: start + timedelta(seconds=passed[0]))
    monkeypatch.setattr(leases.time, "monotonic", lambda: begin + passed[0])

    def wait(seconds: float) -> None:
        passed[0] += seconds

    return wait


def test_one_of_three_has_it_and_keeps_it(clock: Any) -> None:
    three = [HeldLease("schedule") for _each in range(3)]
    for _each in range(20):
        assert [each.is_held() for each in three] == [True, False, False]
        clock(10)
    assert Lease.objects.count() == 1


def test_of_one_that_is_gone_another_has_it_after_half_a_minute(clock: Any) -> None:
    gone, other = HeldLease("schedule"), HeldLease("schedule")
    assert gone.is_held()
    renewed = timezone.now()
    clock(LASTS.total_seconds() - 1)
    assert not other.is_held()
    clock(2)
    assert other.is_held()
    assert other.taken_after == renewed
    # It comes back: SIGCONT.
    assert not gone.is_held()


def test_one_that_ends_gives_it_back(clock: Any) -> None:
    first, second = HeldLease("schedule"), HeldLease("schedule")
    assert first.is_held()
    clock(20)
    first.release()
    given_back = timezone.now()
    clock(1)
    assert second.is_held()
    # What the first did until then is not done again.
    assert second.taken_after == given_back
    # Nobody gives back what is another's.
    first.release()
    assert second.is_held()
    assert not HeldLease("schedule").is_held()


def test_leases_of_two_names_are_two(clock: Any) -> None:
    assert HeldLease("schedule").is_held()
    assert HeldLease("another").is_held()


def test_a_clock_that_was_put_back_keeps_nobody_out(clock: Any) -> None:
    gone = HeldLease("schedule")
    assert gone.is_held()
    Lease.objects.update(renewed_at=timezone.now() + timedelta(days=3))
    assert HeldLease("schedule").is_held()


def test_while_the_database_is_away_it_lasts_as_long_as_it_was_meant_to(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = HeldLease("schedule")
    assert lease.is_held()

    def fail(*args: Any) -> bool:
        raise DatabaseError("away")

    monkeypatch.setattr(HeldLease, "_take", fail)
    clock(LASTS.total_seconds() - 1)
    assert lease.is_held()
    clock(2)
    assert not lease.is_held()
    lease.release()


def test_work_that_takes_longer_than_a_lease_keeps_it(real_connections: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LASTS", timedelta(seconds=1))
    monkeypatch.setattr(leases, "TICK", 0.1)
    with leased("upload 1") as mine:
        assert mine is not None
        for _each in range(4):
            time.sleep(0.5)
            with leased("upload 1") as other:
                assert other is None
        assert [each for each in threading.enumerate() if each.name == "lease of upload 1"] != []
    assert [each for each in threading.enumerate() if each.name == "lease of upload 1"] == []
    with leased("upload 1") as other:
        assert other is not None


def test_one_that_hung_is_told_that_another_has_taken_it_over(clock: Any) -> None:
    hung = HeldLease("upload 1")
    assert hung.is_held()
    hung.confirm()
    clock(LASTS.total_seconds() + 1)
    assert HeldLease("upload 1").is_held()
    with pytest.raises(LeaseLost):
        hung.confirm()
