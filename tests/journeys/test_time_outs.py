"""Tests that whoever waits too long for the database is told so, and nothing is half-saved; slow work is left to
end."""

import io
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client

from core.statement_timeout import statement_timeout, timeout_of_new_connections
from measures.models import Report, StatusChange
from rollups.models import StaleCell
from rollups.services import rebuild_rollups
from tests.factories import file_report, make_measure, make_user
from tests.running import database_address
from web.api.endpoints import ListEndpoint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
on_postgresql = pytest.mark.services

MEASURES = "LOCK TABLE measures_measure IN ACCESS EXCLUSIVE MODE"
MARKS = "LOCK TABLE rollups_stalecell IN ACCESS EXCLUSIVE MODE"
MIGRATIONS = "LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE"

SENTENCE = "处理时间过长，已停止，数据未作任何更改，请稍后重试。"
TITLE = "系统繁忙"


@pytest.fixture(autouse=True)
def _short(real_connections: None, today: Any, open_reading: None, settings: Any) -> None:
    settings.PILOTZONE_STATEMENT_TIMEOUT = 1
    settings.PILOTZONE_EXPORT_TIMEOUT = 20


@pytest.fixture
def _short_waits_of_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten SQLite's waits: its connections were told theirs when the settings were read."""
    connection = connections["default"]
    if connection.vendor == "sqlite":
        options = {**connection.settings_dict["OPTIONS"], "timeout": 1}
        monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)


@pytest.fixture
def rita() -> Any:
    return make_user("rita", role="reviewer")


@pytest.fixture
def report() -> Any:
    measure = make_measure()
    ada = make_user("ada", role="reporter", department=measure.lead_department)
    report = file_report(measure, by=ada, status="in_progress")
    rebuild_rollups()
    return report


@contextmanager
def lock_held(statement: str, seconds: float = 5) -> Iterator[None]:
    """Hold a lock as another process does, for so long at most: who waits without a bound goes on then. SQLite has one
    lock for all."""
    connection = connections["default"]
    with ExitStack() as stack:
        if connection.vendor == "sqlite":
            other: Any = sqlite3.connect(connection.settings_dict["NAME"], check_same_thread=False)
            statement = "BEGIN IMMEDIATE"
        else:
            other = psycopg.connect(database_address())
        stack.enter_context(closing(other))
        other.execute(statement)
        end = threading.Timer(seconds, other.rollback)
        end.start()
        yield
        end.cancel()
        end.join()


def ask(method: str, address: str, client: Client | None = None, **data: Any) -> tuple[Any, float]:
    """Send a request with a connection from the pool, given back afterwards; return the answer and its seconds."""
    client = client or Client()
    client.raise_request_exception = False
    connections.close_all()
    started = time.monotonic()
    try:
        answer = getattr(client, method)(address, **data)
        return answer, time.monotonic() - started
    finally:
        connections.close_all()


@on_postgresql
@pytest.mark.parametrize("address", ["/measures/?lang=zh-hans", "/api/v1/measures/?lang=zh-hans"])
def test_a_reader_whom_a_lock_holds_up_is_told_so(report: Any, address: str) -> None:
    with lock_held(MEASURES):
        answer, seconds = ask("get", address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert 1 <= seconds < 3
    if address.startswith("/api/"):
        problem = answer.json()
        assert (problem["type"], problem["title"]) == ("/api/help/#database-busy", TITLE)
        assert problem["detail"] == SENTENCE
    else:
        assert f"<h1>{TITLE}" in answer.content.decode()
        assert SENTENCE in answer.content.decode()
    assert ask("get", address)[0].status_code == 200


@pytest.mark.usefixtures("_short_waits_of_sqlite")
def test_a_writer_whom_a_lock_holds_up_is_told_so_and_nothing_is_half_saved(report: Any, rita: Any) -> None:
    client = Client()
    client.force_login(rita)
    form = {"decision": "accept", "report": report.content_key, "form_id": "a" * 22}
    changes = StatusChange.objects.count()
    # The last that an acceptance writes.
    with lock_held(MARKS):
        answer, seconds = ask("post", "/review/decide/", client, data=form)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert SENTENCE in answer.content.decode()
    assert 1 <= seconds < 3
    assert Report.objects.get().state == "submitted"
    assert StatusChange.objects.count() == changes
    assert not StaleCell.objects.exists()
    # The same form again, as a person sends it.
    assert ask("post", "/review/decide/", client, data=form)[0].status_code == 302
    assert Report.objects.get().state == "accepted"


@on_postgresql
def test_a_request_hands_its_bound_on_to_nobody() -> None:
    def bound() -> str:
        with connections["default"].cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return str(cursor.fetchone()[0])

    found = {}
    # The same connection of the pool each time.
    for what, seconds in (("command", 0), ("request", 15), ("command afterwards", 0)):
        connections.close_all()
        with timeout_of_new_connections(seconds):
            found[what] = bound()
            if seconds:
                with statement_timeout(120):
                    found["export"] = bound()
                found["request after it"] = bound()
    assert found == {
        "command": "0",
        "request": "15s",
        "export": "2min",
        "request after it": "15s",
        "command afterwards": "0",
    }


@on_postgresql
def test_a_file_of_rows_may_take_longer_than_a_page() -> None:
    class Rows:
        def iterator(self, chunk_size: int) -> Iterator[int]:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_sleep(1.3)")
            yield from range(3)

    connections.close_all()
    with timeout_of_new_connections(1):
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        listing: Any = SimpleNamespace(rows=Rows())
        assert list(ListEndpoint().every(listing)) == [(0, 1, 2)]


@on_postgresql
@pytest.mark.parametrize("seconds", [0, 1], ids=["in a command", "in a request, where there is no Redis"])
def test_totals_that_take_long_are_not_cut(report: Any, seconds: int) -> None:
    connections.close_all()
    with lock_held(MEASURES, 1.5), timeout_of_new_connections(seconds):
        started = time.monotonic()
        assert rebuild_rollups().cells == 1
        assert time.monotonic() - started > 1.4


@on_postgresql
def test_a_migration_that_waits_is_not_cut() -> None:
    connections.close_all()
    with lock_held(MIGRATIONS, 1.5):
        started = time.monotonic()
        call_command("migrate", verbosity=0, stdout=io.StringIO())
        assert time.monotonic() - started > 1.4
