"""A broker that does not answer holds up one change, and none for a while after it."""

from typing import Any

import pytest
from kombu.exceptions import OperationalError

from rollups import receivers
from rollups.tasks import refresh_rollups_task

pytestmark = pytest.mark.both_databases


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows each time that the broker is asked in vain."""
    times: list[str] = []

    def fail() -> None:
        times.append("once")
        raise OperationalError("Timeout reading from socket")

    monkeypatch.setattr(refresh_rollups_task, "delay", fail)
    return times


def test_it_is_asked_once_and_then_not_for_a_while(asked: list[str], caplog: Any) -> None:
    for _change in range(3):
        receivers.ask_for_refresh()
    assert asked == ["once"]
    assert caplog.text.count("The broker does not answer") == 1


def test_after_a_while_it_is_asked_again(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    receivers.ask_for_refresh()
    later = receivers.time.monotonic() + receivers.SKIPPED_SECONDS
    monkeypatch.setattr(receivers.time, "monotonic", lambda: later)
    receivers.ask_for_refresh()
    assert len(asked) == 2
