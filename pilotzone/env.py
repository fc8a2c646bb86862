"""Typed readers of the environment.

Each reader records the name it read in `READ`, so that a test can hold docker-compose.yml and
.env.example against what the settings really use. A bad value stops the start with one sentence.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

READ: set[str] = set()

# What `manage.py demo` keeps in the data folder: it stands beneath the environment.
defaults: dict[str, str] = {}


def _raw(name: str) -> str:
    READ.add(name)
    return os.environ.get(name, "").strip() or defaults.get(name, "")


def _read[T](name: str, default: T, parse: Callable[[str], T], expected: str, *, is_secret: bool = False) -> T:
    raw = _raw(name)
    if not raw:
        return default
    try:
        return parse(raw)
    except (ValueError, KeyError, InvalidOperation) as error:
        if is_secret:
            # The sentence goes to logs, and so would the error behind it.
            raise ImproperlyConfigured(f"{name} must be {expected}.") from None
        raise ImproperlyConfigured(f"{name} is {raw!r}; it must be {expected}.") from error


def text(name: str, default: str = "") -> str:
    return _raw(name) or default


def flag(name: str, default: bool = False) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    return _read(name, default, lambda raw: words[raw.lower()], "on or off")


def one_of(name: str, default: str, allowed: tuple[str, ...]) -> str:
    def parse(raw: str) -> str:
        if raw.upper() not in allowed:
            raise ValueError
        return raw.upper()

    return _read(name, default, parse, "one of " + ", ".join(allowed))


def whole(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    def parse(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit():
            raise ValueError
        number = int(raw)
        if number < least or (most is not None and number > most):
            raise ValueError
        return number

    return _read(name, default, parse, f"a whole number from {least}" + (f" to {most}" if most is not None else ""))


def decimal(name: str, default: str) -> Decimal:
    def parse(raw: str) -> Decimal:
        number = Decimal(raw)
        if not number.is_finite() or number < 0:
            raise ValueError
        return number

    return _read(name, Decimal(default), parse, "a number that is not negative, such as 0.5")


def day(name: str) -> date | None:
    def parse(raw: str) -> date:
        # Not 2023-W35-2, which fromisoformat reads too.
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", raw):
            raise ValueError
        return date.fromisoformat(raw)

    return _read(name, None, parse, "a day written as 2023-08-29")


def words(name: str, default: list[str]) -> list[str]:
    raw = _raw(name)
    return [word.strip() for word in raw.split(",") if word.strip()] if raw else default


def rate(name: str, default: str | None) -> str | None:
    """Requests per period as REST framework reads them, such as "600/min"; "off" is None: no limit."""

    def parse(raw: str) -> str | None:
        if raw.lower() == "off":
            return None
        number, period = raw.split("/")
        if int(number) < 1 or period not in {"s", "min", "hour", "day"}:
            raise ValueError
        return raw

    return _read(name, default, parse, "a rate such as 600/min (s, min, hour or day), or off")


def database(name: str, default: str) -> dict[str, Any]:
    def parse(raw: str) -> dict[str, Any]:
        if not raw.startswith(("postgres://", "postgresql://", "sqlite://")):
            raise ValueError
        config: Mapping[str, Any] = environ.Env.db_url_config(raw)
        if not config["NAME"]:
            raise ValueError
        return dict(config)

    none: dict[str, Any] = {}
    config = _read(
        name, none, parse, "postgres://user:password@host:5432/name or sqlite:////path/to/file", is_secret=True
    )
    return config or parse(default)


def redis_url(name: str) -> str:
    def parse(raw: str) -> str:
        if not raw.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError
        return raw

    return _read(name, "", parse, "redis://host:6379/0", is_secret=True)


def address(name: str, default: str) -> str:
    """The address of a site, without a slash at its end."""

    def parse(raw: str) -> str:
        if not raw.startswith(("http://", "https://")):
            raise ValueError
        return raw.rstrip("/")

    return _read(name, default, parse, "an address such as https://pilotzone.example")


def mailer(name: str, *, timeout: int) -> dict[str, Any]:
    """An entry of MAILERS: the SMTP server named, else the console. `timeout` is in seconds."""
    security = {"tls", "ssl"}

    def parse(raw: str) -> dict[str, Any]:
        if not raw.startswith("smtp://"):
            raise ValueError
        config: Mapping[str, Any] = environ.Env.email_url_config(raw)
        words = {option.lower(): str(word).lower() for option, word in config.get("OPTIONS", {}).items()}
        on = {option for option, word in words.items() if word in ("true", "1", "yes", "on")}
        if not config["EMAIL_HOST"] or set(words) - security or on == security:
            raise ValueError
        return {
            "BACKEND": config["EMAIL_BACKEND"],
            "OPTIONS": {
                "host": config["EMAIL_HOST"],
                "port": config["EMAIL_PORT"],
                "username": config["EMAIL_HOST_USER"],
                "password": config["EMAIL_HOST_PASSWORD"],
                "use_tls": "tls" in on,
                "use_ssl": "ssl" in on,
                "timeout": timeout,
            },
        }

    console = {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    return _read(name, console, parse, "smtp://user:password@host:587/?tls=True (or ssl=True)", is_secret=True)
