from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.filebased import FileBasedCache
from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle

# Every web process must count in the same place; without Redis that is the data folder.
COUNTS = cache if settings.REDIS_URL else FileBasedCache(str(settings.DATA_DIR / "throttle"), {})


class AnonymousThrottle(SimpleRateThrottle):
    """By address, for callers who are not logged in."""

    scope = "anonymous"
    cache = COUNTS

    def get_cache_key(self, request: HttpRequest, view: Any) -> str | None:
        if request.user.is_authenticated:
            return None
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class TokenThrottle(SimpleRateThrottle):
    """By token, for callers who have one; pages and people who are logged in have no limit."""

    scope = "token"
    cache = COUNTS

    def get_cache_key(self, request: HttpRequest, view: Any) -> str | None:
        token = getattr(request, "auth", None)
        if token is None:
            return None
        return self.cache_format % {"scope": self.scope, "ident": token.pk}
