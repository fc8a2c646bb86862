"""How often the API may be asked. Only callers with an account and a page at hand have no limit."""

import math
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.filebased import FileBasedCache
from django.http import HttpRequest
from rest_framework.throttling import SimpleRateThrottle

from core.client_address import client_address
from web.cache.errors import cache_errors

# Every web process must count in the same place; without Redis that is the data folder.
COUNTS = cache if settings.CACHE_URL else FileBasedCache(str(settings.DATA_DIR / "throttle"), {})


@dataclass(frozen=True)
class Limit:
    """The requests that a caller may still send: `left` of `quota` within the next `seconds`; after these there are
    more.

    The fields are those of draft-ietf-httpapi-ratelimit-headers; `web.middleware` puts them on the answer.
    """

    name: str
    quota: int
    window: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={self.window}',
            "RateLimit": f'"{self.name}";r={self.left};t={self.seconds}',
        }


class CountedThrottle(SimpleRateThrottle):
    """Leaves a `Limit` on the request that it has counted."""

    cache = COUNTS

    def allow_request(self, request: Any, view: Any) -> bool:
        try:
            is_allowed: bool = super().allow_request(request, view)
        except cache_errors():
            # Better not counted for a while than nobody answered.
            return True
        if self.rate is not None and self.key is not None:
            request._request.limit = self._limit()
        return is_allowed

    def _limit(self) -> Limit:
        # The newest request counted comes first; when the oldest is a window old, there is room for another.
        return Limit(
            name=self.scope,
            quota=self.num_requests,
            window=self.duration,
            left=max(self.num_requests - len(self.history), 0),
            seconds=math.ceil(self.history[-1] + self.duration - self.now),
        )


class AnonymousThrottle(CountedThrottle):
    """A throttle by address, for callers who are not logged in."""

    scope = "anonymous"

    def get_cache_key(self, request: HttpRequest, view: Any) -> str | None:
        if request.user.is_authenticated:
            return None
        key: str = self.cache_format % {"scope": self.scope, "ident": client_address(request)}
        return key


class TokenThrottle(CountedThrottle):
    """A throttle by token, for callers who have one; pages and people who are logged in have no limit."""

    scope = "token"

    def get_cache_key(self, request: HttpRequest, view: Any) -> str | None:
        token = getattr(request, "auth", None)
        if token is None:
            return None
        key: str = self.cache_format % {"scope": self.scope, "ident": token.pk}
        return key
