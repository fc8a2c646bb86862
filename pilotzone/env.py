"""Typed readers of environment variables.

A variable that is missing or blank gives the default. A bad value stops the start with one sentence that names it.
A secret may stand in a file instead, which the variable with `_FILE` behind its name tells.
"""

import os
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pyrage
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.checks.security.base import (
    SECRET_KEY_INSECURE_PREFIX,
    SECRET_KEY_MIN_LENGTH,
    SECRET_KEY_MIN_UNIQUE_CHARACTERS,
)
from django.core.exceptions import ImproperlyConfigured

# Values for variables that the environment does not set: those of the demonstration.
defaults: dict[str, str] = {}
# Setting -> its value as a text. A test compares docker-compose.yml and .env.example with the names.
values_read: dict[str, str] = {}
# Those whose value is nobody's business.
secret_names: set[str] = set()

BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
DATABASE_ENGINES = {
    "postgres": "pilotzone.postgresql",
    "postgresql": "pilotzone.postgresql",
    "sqlite": "django.db.backends.sqlite3",
}


def text(name: str, default: str = "") -> str:
    values_read[name] = _given(name) or defaults.get(name, default)
    return values_read[name]


def _given(name: str) -> str:
    raw = os.environ.get(name, "").strip()
    file = os.environ.get(f"{name}_FILE", "").strip() if name in secret_names else ""
    if raw and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; only one may be.")
    return _secret_in(file, name) if file else raw


def _secret_in(file: str, name: str) -> str:
    """Return the secret that stands in the file, without the end of its line."""
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read: {file}: {reason}.") from None
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE names an empty file: {file}.")
    return secret


def _read[T](
    name: str, default: T, pattern: str, parse: Callable[[str], T], expected: str, *, is_secret: bool = False
) -> T:
    """`parse` is given what matches `pattern`; it raises ValueError or KeyError for what is bad nevertheless."""
    if is_secret:
        secret_names.add(name)
    raw = text(name)
    if not raw:
        values_read[name] = "" if default is None or is_secret else str(default)
        return default
    try:
        if re.fullmatch(pattern, raw):
            return parse(raw)
    except (KeyError, ValueError):
        pass
    # Sentences go to logs.
    value = "" if is_secret else f"is {raw!r}; it "
    raise ImproperlyConfigured(f"{name} {value}must be {expected}.")


def boolean(name: str) -> bool:
    return _read(name, False, ".*", lambda raw: BOOLEANS[raw.lower()], "on or off")


def integer(name: str, default: int, *, least: int = 0, most: int) -> int:
    def parse(raw: str) -> int:
        if not least <= int(raw) <= most:
            raise ValueError
        return int(raw)

    return _read(name, default, "[0-9]+", parse, f"a whole number from {least} to {most}")


def decimal(name: str, default: Decimal) -> Decimal:
    return _read(name, default, r"[0-9]+(\.[0-9]+)?", Decimal, "a number that is not negative, such as 0.5")


def day(name: str) -> date | None:
    # Without the pattern, fromisoformat reads 2023-W35-2 too.
    return _read(name, None, "[0-9]{4}-[0-9]{2}-[0-9]{2}", date.fromisoformat, "a day written as 2023-08-29")


def month(name: str) -> date | None:
    """Return the first day of the month that a setting names."""
    pattern, expected = "[0-9]{4}-[0-9]{2}", "a month written as 2023-02"
    return _read(name, None, pattern, lambda raw: date.fromisoformat(f"{raw}-01"), expected)


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of the choices as they are written here, however the case is."""
    by_case = {each.casefold(): each for each in choices}
    expected = f"one of {', '.join(choices)}"
    return _read(name, default, f"(?i:{'|'.join(choices)})", lambda raw: by_case[raw.casefold()], expected)


def strings(name: str, default: str = "") -> list[str]:
    """Parts of a text with commas between them."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def rate(name: str, default: str) -> str | None:
    """Requests per period as REST framework reads them, such as "600/min"; None is no limit."""
    expected = "a rate such as 600/min (s, min, hour or day), or off"
    raw = _read(name, default, "(?i:off)|[1-9][0-9]*/(s|min|hour|day)", str, expected)
    return None if raw.lower() == "off" else raw


def redis_url(name: str, password: str) -> str:
    """`password` is the name of the setting that has it where the address has none."""
    apart = secret_of_service(password)

    def parse(raw: str) -> str:
        url = urlsplit(raw)
        _refuse_common_password(name, url.password)
        if url.password is not None or not apart:
            return raw
        user, _at, host = url.netloc.rpartition("@")
        return url._replace(netloc=f"{user}:{quote(apart, safe='')}@{host}").geturl()

    return _read(name, "", "(redis|rediss|unix)://.+", parse, "redis://host:6379/0", is_secret=True)


def secret_of_service(name: str) -> str:
    """Return a secret shared with another service, such as the password of a mail server.

    A common password is refused.
    """

    def parse(raw: str) -> str:
        _refuse_common_password(name, raw)
        return raw

    return _read(name, "", ".+", parse, "a text on one line", is_secret=True)


def parsed(name: str, parse: Callable[[str], str], expected: str) -> str:
    """Return a setting as `parse` returns it; `parse` raises ValueError for what cannot be used."""
    return _read(name, "", ".+", parse, expected)


def matching(name: str, pattern: str, expected: str, default: str = "") -> str:
    return _read(name, default, pattern, str, expected)


def _refuse_common_password(name: str, password: str | None) -> None:
    """Refuse a common password of a service that others may reach. Raises ImproperlyConfigured."""
    if password and unquote(password).lower() in CommonPasswordValidator().passwords:
        raise ImproperlyConfigured(f"The password in {name} is among the 20,000 most used ones; choose a random one.")


def secret(name: str) -> str:
    expected = "at least 20 random letters, digits and signs"
    return _read(name, "", ".*", lambda raw: strong_secret(raw, length=20), expected, is_secret=True)


def strong_secret(secret: str, *, length: int) -> str:
    """The secret, where it has the length and no fewer different characters than Django asks of a key (its check
    security.W009), and is not one that `startproject` made. Raises ValueError."""
    is_strong = len(secret) >= length and len(set(secret)) >= SECRET_KEY_MIN_UNIQUE_CHARACTERS
    if not (is_strong and re.fullmatch("[!-~]+", secret)) or secret.startswith(SECRET_KEY_INSECURE_PREFIX):
        raise ValueError
    return secret


def strong_key(key: str) -> str:
    return strong_secret(key, length=SECRET_KEY_MIN_LENGTH)


def secret_key(name: str) -> str:
    expected = f"at least {SECRET_KEY_MIN_LENGTH} random letters, digits and signs"
    return _read(name, "", ".*", strong_key, expected, is_secret=True)


def secret_keys(name: str) -> list[str]:
    """Reads those with spaces between them: a key may have any other sign."""
    expected = f"secret keys of at least {SECRET_KEY_MIN_LENGTH} random letters, digits and signs, with spaces between"
    return _read(name, [], "(?s:.*)", lambda raw: [strong_key(key) for key in raw.split()], expected, is_secret=True)


def site_url(name: str, default: str) -> str:
    """The address of a site, without a slash at its end."""
    return _read(name, default, "https?://.+", str, "an address such as https://pilotzone.example").rstrip("/")


def database(name: str, password: str, default: Path) -> dict[str, Any]:
    """An entry of DATABASES; `default` is a SQLite file. What follows "?" becomes OPTIONS, as libpq names them.
    `password` is the name of the setting that has it where the address has none."""
    apart = secret_of_service(password)

    def parse(raw: str) -> dict[str, Any]:
        url = urlsplit(raw)
        if url.fragment or not url.path.strip("/"):
            raise ValueError
        _refuse_common_password(name, url.password)
        return {
            "ENGINE": DATABASE_ENGINES[url.scheme],
            "NAME": unquote(url.path.removeprefix("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or "") or apart,
            "HOST": url.hostname or "",
            "PORT": url.port or "",
            "OPTIONS": dict(parse_qsl(url.query, keep_blank_values=True)),
        }

    sqlite = {"ENGINE": DATABASE_ENGINES["sqlite"], "NAME": str(default)}
    expected = "postgres://user:password@host:5432/name or sqlite:////path/to/file"
    return _read(name, sqlite, "postgres(ql)?://.+|sqlite:///[^?]+", parse, expected, is_secret=True)


def whole_path(name: str) -> Path | None:
    """Return the absolute path that a variable names. A relative one is refused, since it would depend on the folder
    in which a process was started."""
    return _read(name, None, "/.+", Path, "a whole path, such as /srv/backups")


def file(name: str) -> str:
    """Return a setting that is the whole path of a file; empty where none is set. A file that is not there is
    refused."""

    def parse(raw: str) -> str:
        if not Path(raw).is_file():
            raise ValueError
        return raw

    return _read(name, "", "/.+", parse, "the whole path of a file that is there")


def backup_keep(name: str, default: str) -> dict[str, int]:
    """Letter of a period -> of how many of them: "7d,4w,12m" is of 7 days, 4 weeks and 12 months."""

    def each_once(raw: str) -> str:
        if len({part[-1] for part in raw.split(",")}) != len(raw.split(",")):
            raise ValueError
        return raw

    part, expected = "[1-9][0-9]{0,3}[dwm]", f"numbers of days, weeks and months such as {default}"
    raw = _read(name, default, f"{part}(,{part})*", each_once, expected)
    return {part[-1]: int(part[:-1]) for part in raw.split(",")}


def age_recipient(name: str) -> str:
    def parse(raw: str) -> str:
        try:
            return str(pyrage.x25519.Recipient.from_str(raw))
        except pyrage.RecipientError as error:
            raise ValueError from error

    expected = "a public key of age, which begins with age1"
    if _given(name).upper().startswith("AGE-SECRET-KEY"):
        raise ImproperlyConfigured(
            f"{name} holds a secret key, which belongs on another machine; it must be {expected}."
        )
    return _read(name, "", "age1.+", parse, expected)


def mailer(name: str, *, timeout: int) -> dict[str, Any]:
    """An entry of MAILERS: the SMTP server named, else the console. `timeout` is in seconds."""

    def parse(raw: str) -> dict[str, Any]:
        url = urlsplit(raw)
        security = {key.lower(): BOOLEANS[value.lower()] for key, value in parse_qsl(url.query)}
        use_tls, use_ssl = security.pop("tls", False), security.pop("ssl", False)
        if not url.hostname or security or (use_tls and use_ssl):
            raise ValueError
        _refuse_common_password(name, url.password)
        return {
            "BACKEND": "core.mail.CountingSmtp",
            "OPTIONS": {
                "host": url.hostname,
                "port": url.port,
                "username": unquote(url.username or ""),
                "password": unquote(url.password or ""),
                "use_tls": use_tls,
                "use_ssl": use_ssl,
                "timeout": timeout,
            },
        }

    console = {"BACKEND": "core.mail.CountingConsole"}
    return _read(
        name, console, "smtp://.+", parse, "smtp://user:password@host:587/?tls=True (or ssl=True)", is_secret=True
    )
