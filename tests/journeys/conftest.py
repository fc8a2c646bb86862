import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings

from dashboard.services import rebuild_rollups
from pilotzone.celery import app
from tests.services import redis


@pytest.fixture
def broker(monkeypatch):
    """A Redis of the test's own, to which this process publishes too."""
    with redis() as server:
        monkeypatch.setitem(app.conf, "broker_url", f"{server.url}/0")
        monkeypatch.setattr(app, "_pool", None)
        monkeypatch.setattr(app.amqp, "_producer_pool", None)
        yield server
        app.pool.force_close_all()


def analyse() -> None:
    """What PostgreSQL does by itself within a minute: without it, it plans for empty tables, and takes minutes."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@pytest.fixture(scope="module")
def demonstration(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration's data, once for all tests of a file."""
    pinned = override_settings(PILOTZONE_TODAY=date(2023, 8, 29), PILOTZONE_PUBLIC_READING=True)
    with pinned, django_db_blocker.unblock(), transaction.atomic():
        call_command("load_fixtures", stdout=io.StringIO())
        rebuild_rollups()
        analyse()
        yield
        transaction.set_rollback(True)
