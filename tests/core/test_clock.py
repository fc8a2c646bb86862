from datetime import UTC, date, datetime
from typing import Any

import pytest

from core import clock


class Late(datetime):
    """20:30 of New Year's Eve in London, when it is the new year in Jinan."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime(2023, 12, 31, 20, 30, tzinfo=UTC).astimezone(tz)


@pytest.fixture(autouse=True)
def _late(monkeypatch: Any) -> None:
    monkeypatch.setattr(clock, "datetime", Late)


def test_a_day_is_a_day_in_shanghai(settings: Any) -> None:
    settings.PILOTZONE_TODAY = None
    assert clock.today() == date(2024, 1, 1)
    assert clock.now().isoformat() == "2024-01-01T04:30:00+08:00"


def test_a_pinned_day_keeps_the_hour(settings: Any) -> None:
    settings.PILOTZONE_TODAY = date(2023, 8, 29)
    assert clock.today() == date(2023, 8, 29)
    assert clock.now().isoformat() == "2023-08-29T04:30:00+08:00"


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_day_can_be_pinned(settings: Any, day: date) -> None:
    settings.PILOTZONE_TODAY = day
    assert clock.today() == day
