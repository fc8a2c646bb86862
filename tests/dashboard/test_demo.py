import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.management.commands import demo


@pytest.mark.parametrize("is_read", [True, False])
def test_a_day_that_another_start_pinned_is_read_before_going_on(
    settings: Any, monkeypatch: Any, tmp_path: Path, is_read: bool
) -> None:
    monkeypatch.delenv("PILOTZONE_TODAY", raising=False)
    monkeypatch.delenv("PILOTZONE_PUBLIC_READING", raising=False)
    pinned = {"PILOTZONE_TODAY": demo.PINNED_DAY, "PILOTZONE_PUBLIC_READING": "on"}
    settings.DEMO_FILE = tmp_path / "demo.json"
    settings.DEMO_FILE.write_text(json.dumps(pinned))
    settings.PILOTZONE_DEMO = is_read
    starts: list[Any] = []
    monkeypatch.setattr(demo.os, "execv", lambda *words: starts.append(words))
    demo.Command()._pin_day()
    assert len(starts) == (0 if is_read else 1)
    assert json.loads(settings.DEMO_FILE.read_text()) == pinned
    assert list(tmp_path.iterdir()) == [settings.DEMO_FILE]
