import sys

import pytest
from django.db import connections

from pilotzone.celery import app
from pilotzone.postgresql import outage
from tests.services import postgresql, redis


@pytest.fixture
def broker(monkeypatch):
    """A Redis of the test's own, to which this process publishes too."""
    with redis() as server:
        monkeypatch.setitem(app.conf, "broker_url", f"{server.url}/0")
        monkeypatch.setattr(app, "_pool", None)
        monkeypatch.setattr(app.amqp, "_producer_pool", None)
        yield server
        app.pool.force_close_all()


@pytest.fixture
def own_postgresql(transactional_db, monkeypatch):
    """A server that the test may stop, in the place of the lane's. What it has committed outlasts that."""
    monkeypatch.setattr(outage, "_refused_until", 0.0)
    connection = connections["default"]
    lane = dict(connection.settings_dict)

    def turn_to(**place):
        connection.close()
        connection.close_pool()
        connection.settings_dict.update(place)

    with postgresql({"synchronous_commit": "on"}) as server:
        turn_to(HOST="127.0.0.1", PORT=server.port, USER="pilotzone", PASSWORD="", NAME="pilotzone")
        try:
            yield server
        finally:
            turn_to(**lane)


@pytest.fixture
def broker_of_site(request, real_connections):
    """PostgreSQL's sites have one, as in docker-compose.yml; SQLite's have none, as in the demonstration."""
    return request.getfixturevalue("broker") if connections["default"].vendor == "postgresql" else None


@pytest.fixture
def record_slowest(request):
    """Keeps the longest time in seconds that somebody waited for an answer, for the table of faults."""
    return lambda seconds: request.node.user_properties.append(("slowest", f"{seconds:.1f}"))


@pytest.fixture
def say(request, capsys):
    """Shows figures at once, and keeps them for the end of `./run test`: processes of pytest-xdist show none."""

    def say(line):
        request.node.user_properties.append(("figures", line))
        with capsys.disabled():
            sys.stdout.write(f"\n{line}\n")

    return say
