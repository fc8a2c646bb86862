"""A Redis that hangs, or is away, holds up one page for the time-out, and none for a while after it."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import RedisError

from web.cache import backend

TIMEOUT = 0.2


@pytest.fixture(autouse=True)
def _asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend.SkippingRedis, "skipped_until", 0.0)


@pytest.fixture
def hung() -> Iterator[Any]:
    """Yield a cache whose server takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        options = {"socket_connect_timeout": TIMEOUT, "socket_timeout": TIMEOUT}
        yield backend.RedisCache(address, {"OPTIONS": options})


def seconds_of(ask: Any) -> float:
    start = time.monotonic()
    with pytest.raises(RedisError):
        ask()
    return time.monotonic() - start


def test_the_first_waits_for_the_time_out_and_the_next_not_at_all(hung: Any, caplog: Any) -> None:
    assert TIMEOUT <= seconds_of(lambda: hung.get("a")) < 4 * TIMEOUT
    for ask in (lambda: hung.get("a"), lambda: hung.set("a", 1), lambda: hung.add("a", 1)):
        assert seconds_of(ask) < TIMEOUT / 2
    assert caplog.text.count("Redis does not answer") == 1


def test_it_is_asked_again_after_a_while(hung: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds_of(lambda: hung.get("a"))
    later = time.monotonic() + backend.SKIPPED_SECONDS
    monkeypatch.setattr(backend.time, "monotonic", lambda: later)
    asked = []
    monkeypatch.setattr(backend.redis.Redis, "execute_command", lambda *args, **options: asked.append(args[1]))
    hung.get("a")
    assert asked == ["GET"]


def test_one_that_refuses_is_left_alone_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    away = backend.RedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": {}})
    seconds_of(lambda: away.get("a"))
    assert backend.SkippingRedis.skipped_until > time.monotonic()
