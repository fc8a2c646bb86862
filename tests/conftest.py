from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings
from django.utils import translation

from web.throttles import AnonymousThrottle, TokenThrottle


@pytest.fixture(autouse=True)
def _a_clean_process(monkeypatch: pytest.MonkeyPatch) -> Any:
    """No test sees another's counted requests or language."""
    cache.clear()
    for throttle in (AnonymousThrottle, TokenThrottle):
        monkeypatch.setattr(throttle, "cache", cache)
    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Any:
    """The slow hash of passwords would take most of the suite's time."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def today(settings: Any) -> date:
    """The day of the demonstration, pinned."""
    settings.PILOTZONE_TODAY = date(2023, 8, 29)
    return settings.PILOTZONE_TODAY


@pytest.fixture
def open_reading(settings: Any) -> None:
    """The site reads openly, as the demonstration does."""
    settings.PILOTZONE_PUBLIC_READING = True
