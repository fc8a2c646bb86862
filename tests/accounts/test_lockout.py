"""Tests that guessing is slowed: by account and address, by address, and last by account alone."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client

from accounts.lockout import LIMITS
from tests.factories import make_user

pytestmark = pytest.mark.django_db
OF_BOTH, OF_ADDRESS, OF_ACCOUNT = LIMITS
RIGHT = "only-for-tests"


def log_in(name: str, password: str = "guess", *, address: str = "192.0.2.1") -> int:
    client = Client(REMOTE_ADDR=address)
    return client.post("/accounts/login/", {"username": name, "password": password}).status_code


def fail(times: int, name: str = "vic", *, address: str = "192.0.2.1") -> None:
    """Record so many failed log-ins without making each of them: a thousand log-ins take their time."""
    found = AccessAttempt.objects.filter(username=name, ip_address=address)
    if not found.exists():
        log_in(name, address=address)
        times -= 1
    found.update(failures_since_start=found.get().failures_since_start + times)


@pytest.fixture(autouse=True)
def vic() -> Any:
    return make_user("vic", password=RIGHT)


def test_one_account_from_one_address() -> None:
    assert [log_in("vic") for _ in range(OF_BOTH)] == [200] * (OF_BOTH - 1) + [429]
    assert log_in("vic", RIGHT) == 429
    assert log_in("vic", RIGHT, address="192.0.2.2") == 302


def test_forty_names_from_one_address() -> None:
    answers = [log_in(f"name{number}") for number in range(40)]
    assert answers == [200] * (OF_ADDRESS - 1) + [429] * (41 - OF_ADDRESS)
    assert log_in("vic", RIGHT) == 429
    assert log_in("vic", RIGHT, address="192.0.2.2") == 302


def test_one_account_from_many_addresses_is_locked_last() -> None:
    for number in range(OF_ACCOUNT - 1):
        fail(1, address=f"198.51.100.{number}")
    assert log_in("vic", RIGHT) == 302
    fail(1, address="203.0.113.1")
    assert log_in("vic", RIGHT) == 429
    assert log_in("another") == 200


def test_a_log_in_forgives_ones_own_mistakes_alone() -> None:
    make_user("mallory", password=RIGHT)
    fail(OF_BOTH - 1)
    fail(OF_ADDRESS - OF_BOTH, "others")
    assert log_in("mallory", RIGHT) == 302
    assert log_in("another") == 429


def test_a_lock_is_not_renewed_by_those_who_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fail(OF_BOTH)
    [attempt] = AccessAttempt.objects.all()
    AccessAttempt.objects.update(attempt_time=attempt.attempt_time - timedelta(minutes=14))
    assert log_in("vic") == 429
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=2))
    assert log_in("vic", RIGHT) == 302


def test_behind_a_proxy_everybody_has_their_own_address(settings: Any) -> None:
    settings.PILOTZONE_PROXIES = 1

    def answer(address: str, password: str) -> int:
        client = Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": address})
        return client.post("/accounts/login/", {"username": "vic", "password": password}).status_code

    assert [answer("192.0.2.1", "guess") for _ in range(OF_BOTH)][-1] == 429
    assert answer("192.0.2.2", RIGHT) == 302


def test_of_a_name_that_is_too_long_the_beginning_is_stored(client: Client) -> None:
    """The whole would be a fault of ours with PostgreSQL, and 70,000 characters a failure with SQLite."""
    for _each in range(5):
        answer = client.post("/accounts/login/", {"username": "字" * 70_000, "password": "guess"})
    assert answer.status_code == 429
    assert {len(attempt.username) for attempt in AccessAttempt.objects.all()} == {150}
