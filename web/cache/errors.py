"""The exceptions that a cache raises when it does not answer."""


def cache_errors() -> tuple[type[Exception], ...]:
    """Return the classes to catch: `except cache_errors()` asks for them only once something was raised."""
    # Redis's client takes 6 MB: only of a process in which a cache of Redis has failed.
    from redis.exceptions import RedisError

    return (RedisError,)
