"""Tests that while PostgreSQL is away or hangs everybody is answered soon, and told what is the matter; afterwards all
goes on."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from pilotzone.postgresql import outage
from tests.factories import make_measure
from tests.services import wait_until

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

# Seconds, as users were promised.
MOST = 3
ADDRESSES = ["/", "/measures/", "/api/v1/measures/", "/api/v1/summary/", "/accounts/login/", "/readyz"]


def ask(address: str) -> tuple[int, float, Any]:
    start = time.monotonic()
    try:
        answer = Client(raise_request_exception=False).get(address)
        return answer.status_code, time.monotonic() - start, answer
    finally:
        connections.close_all()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("away", marks=pytest.mark.faults("PostgreSQL away", "crashed while people read")),
        pytest.param(
            "hung", marks=pytest.mark.faults("PostgreSQL hung", "SIGSTOP of all its processes while people read")
        ),
    ],
)
def test_everybody_is_answered_soon(
    own_postgresql: Any, today: Any, open_reading: None, fault: str, capsys: Any, record_slowest: Any
) -> None:
    call_command("migrate", verbosity=0)
    make_measure()
    with ThreadPoolExecutor(8) as pool:
        # As many connections as the pool may have, idle.
        assert {status for status, _seconds, _answer in pool.map(ask, ADDRESSES * 2)} == {200}
        if fault == "away":
            own_postgresql.stop("immediate")
        with own_postgresql.hung() if fault == "hung" else nullcontext():
            alive = pool.submit(ask, "/healthz")
            answers = list(pool.map(ask, ADDRESSES * 4))
            assert alive.result()[:2] == (200, pytest.approx(0, abs=1))
            slowest = max(seconds for _status, seconds, _answer in answers)
        if fault == "away":
            own_postgresql.start()
    with capsys.disabled():
        sys.stdout.write(f"\nPostgreSQL {fault}: {len(answers)} answers, the slowest after {slowest:.1f} s\n")
    record_slowest(slowest)
    assert slowest <= MOST
    for address, (status, _seconds, answer) in zip(ADDRESSES * 4, answers, strict=True):
        if address == "/accounts/login/" and status == 200:
            # It asks nothing of whoever comes without a session.
            continue
        assert status == 503
        assert answer.headers.get("Retry-After") or answer.content.startswith(b"The database does not answer")
    wait_until(lambda: {ask(address)[0] for address in ADDRESSES} == {200}, "answers afterwards", outage.REST + 6)


def test_a_statement_that_only_takes_long_is_left_to_end(own_postgresql: Any) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [outage.PATIENCE + 3 * outage.LOOK_EVERY])
        assert cursor.fetchone() == ("",)
    assert not outage.is_on()
