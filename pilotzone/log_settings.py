"""The settings of the log of the server: every line goes to standard error."""

from typing import Any

# PILOTZONE_LOG_FORMAT -> the formatter: for people, or one JSON object a line for what collects logs.
FORMATS = {"TEXT": "core.log_formats.TextFormatter", "JSON": "core.log_formats.JSONFormatter"}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def logging_of(log_format: str, *, level: str, is_demonstration: bool) -> dict[str, Any]:
    """LOGGING, as `logging.config.dictConfig` takes it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATS[log_format]}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        # Without refused requests, tasks that succeeded, and requests that wait for a thread.
        "loggers": {
            "django.request": {"level": "ERROR"},
            "celery.app.trace": {"level": "WARNING"},
            "waitress.queue": {"level": "ERROR"},
            # It would write down what proves, to the provider, that it is this site which asks.
            "authlib": {"level": "WARNING"},
            # Whoever tries the demonstration reads its address and accounts there, not a line for each picture.
            **({"pilotzone.access": {"level": "WARNING"}} if is_demonstration else {}),
        },
        "root": {"handlers": ["console"], "level": level},
    }
