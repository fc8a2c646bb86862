"""Tests of what a web process does at its start with its settings."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.conf import settings
from django.db import DatabaseError

from pilotzone import env, logged_settings


@pytest.fixture(autouse=True)
def _connection_stays(monkeypatch: Any) -> None:
    """Keep the test's connection open, which would lose its rows."""
    monkeypatch.setattr(logged_settings.connection, "close", lambda: None)


@pytest.mark.django_db
def test_every_setting_is_logged_and_the_secret_ones_by_name_alone(monkeypatch: Any) -> None:
    monkeypatch.setitem(env.values_read, "DATABASE_URL", "postgres://a:password@c/d")
    logged_settings.log_settings_of_process()
    logged = {entry.object_pk: entry.changes[entry.object_pk][1] for entry in LogEntry.objects.all()}
    assert set(logged) == set(env.values_read) | {"PILOTZONE_SECRET_KEY"}
    secret = {name for name, value in logged.items() if value == "***"}
    assert secret == {
        "DATABASE_URL",
        "REDIS_URL",
        "CACHE_URL",
        "PILOTZONE_EMAIL_URL",
        "PILOTZONE_LDAP_BIND_PASSWORD",
        "PILOTZONE_METRICS_TOKEN",
        "PILOTZONE_OIDC_CLIENT_SECRET",
        "PILOTZONE_SECRET_KEY",
        "PILOTZONE_SECRET_KEY_FALLBACKS",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
    }
    assert logged["PILOTZONE_REPORT_DUE_DAY"] == str(settings.PILOTZONE_REPORT_DUE_DAY)
    everything = str(list(LogEntry.objects.values()))
    assert settings.SECRET_KEY not in everything
    assert "password@" not in everything


def test_a_database_that_is_away_is_no_reason_not_to_start(monkeypatch: Any, caplog: Any) -> None:
    def away(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("no route")

    monkeypatch.setattr(logged_settings, "log_settings", away)
    logged_settings.log_settings_of_process()
    assert "could not be logged: no route" in caplog.text
