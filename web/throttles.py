import logging
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.filebased import FileBasedCache
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.throttling import SimpleRateThrottle

logger = logging.getLogger(__name__)

# Every web process must count in the same place; without Redis that is the data folder.
COUNTS = cache if settings.REDIS_URL else FileBasedCache(str(settings.DATA_DIR / "throttle"), {})


class CountedThrottle(SimpleRateThrottle):
    cache = COUNTS

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError as error:
            # Better not counted for a while than nobody answered.
            logger.warning("Redis is away, requests are not counted: %s", error)
            return True


class AnonymousThrottle(CountedThrottle):
    """By address, for callers who are not logged in."""

    scope = "anonymous"

    def get_cache_key(self, request: HttpRequest, view: Any) -> str | None:
        if request.user.is_authenticated:
            return None
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}


class TokenThrottle(CountedThrottle):
    """By token, for callers who have one; pages and people who are logged in have no limit."""

    scope = "token"

    def get_cache_key(self, request: HttpRequest, view: Any) -> str | None:
        token = getattr(request, "auth", None)
        if token is None:
            return None
        return self.cache_format % {"scope": self.scope, "ident": token.pk}
