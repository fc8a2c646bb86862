"""The cache of the site in Redis. A server that does not answer is left alone for a while: no page waits for it twice.

Whoever asks the cache catches `cache_errors`, and goes on without it.
"""

import logging
import time
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache as DjangosRedisCache
from django.core.cache.backends.redis import RedisCacheClient
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisHung
from redis.retry import Retry

logger = logging.getLogger(__name__)

SKIPPED_SECONDS = 10


class SkippingRedis(redis.Redis):
    # For all threads of the process.
    skipped_until = 0.0

    def execute_command(self, *args: Any, **options: Any) -> Any:
        if time.monotonic() < SkippingRedis.skipped_until:
            raise RedisAway("It did not answer just now.")
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except (RedisAway, RedisHung) as error:
            SkippingRedis.skipped_until = time.monotonic() + SKIPPED_SECONDS
            logger.warning("Redis does not answer; for %s seconds the cache is not asked: %s", SKIPPED_SECONDS, error)
            raise


class SkippingClient(RedisCacheClient):
    def __init__(self, servers: Any, **options: Any) -> None:
        # Once is enough: redis-py would try three times more.
        super().__init__(servers, retry=Retry(NoBackoff(), 0), **options)
        self._client = SkippingRedis


class RedisCache(DjangosRedisCache):
    def __init__(self, server: Any, params: Any) -> None:
        super().__init__(server, params)
        self._class = SkippingClient
