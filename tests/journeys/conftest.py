import pytest

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
