import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.handler import MailersHandler
from django.test import override_settings

from pilotzone import env

NAME = "PILOTZONE_FOR_TESTS"


@pytest.fixture
def given(monkeypatch: Any) -> Callable[[str], None]:
    monkeypatch.setattr(env, "READ", set())
    monkeypatch.setattr(env, "defaults", {})
    return lambda raw: monkeypatch.setenv(NAME, raw)


READERS: dict[str, Callable[[], Any]] = {
    "text": lambda: env.text(NAME, "default"),
    "flag": lambda: env.flag(NAME),
    "whole": lambda: env.whole(NAME, 25, least=1, most=28),
    "decimal": lambda: env.decimal(NAME, "0.5"),
    "day": lambda: env.day(NAME),
    "words": lambda: env.words(NAME, ["localhost"]),
    "rate": lambda: env.rate(NAME, "600/min"),
    "one_of": lambda: env.one_of(NAME, "INFO", ("DEBUG", "INFO")),
    "database": lambda: env.database(NAME, "sqlite:////data/db.sqlite3")["NAME"],
    "redis_url": lambda: env.redis_url(NAME),
    "address": lambda: env.address(NAME, "http://localhost:8000"),
    "mailer": lambda: env.mailer(NAME, timeout=10),
}
CONSOLE = {"BACKEND": "django.core.mail.backends.console.EmailBackend"}


@pytest.mark.parametrize(
    ("reader", "raw", "value"),
    [
        ("text", " hello ", "hello"),
        ("flag", "on", True),
        ("flag", "TRUE", True),
        ("flag", "1", True),
        ("flag", "off", False),
        ("flag", "No", False),
        ("whole", "1", 1),
        ("whole", "28", 28),
        ("decimal", "0", Decimal(0)),
        ("decimal", "0.75", Decimal("0.75")),
        ("day", "2023-08-29", date(2023, 8, 29)),
        ("day", "0001-01-01", date.min),
        ("words", "a.gov.cn, b.gov.cn,,", ["a.gov.cn", "b.gov.cn"]),
        ("rate", "30/s", "30/s"),
        ("rate", "OFF", None),
        ("one_of", "debug", "DEBUG"),
        ("database", "postgres://u:p@db:5432/pilotzone", "pilotzone"),
        ("database", "sqlite:////tmp/x.sqlite3", "/tmp/x.sqlite3"),
        ("redis_url", "redis://cache:6379/0", "redis://cache:6379/0"),
        ("address", "https://pilotzone.example/", "https://pilotzone.example"),
    ],
)
def test_a_good_value_is_read(given: Any, reader: str, raw: str, value: Any) -> None:
    given(raw)
    assert READERS[reader]() == value


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", "default"),
        ("flag", False),
        ("whole", 25),
        ("decimal", Decimal("0.5")),
        ("day", None),
        ("words", ["localhost"]),
        ("rate", "600/min"),
        ("one_of", "INFO"),
        ("database", "/data/db.sqlite3"),
        ("redis_url", ""),
        ("address", "http://localhost:8000"),
        ("mailer", CONSOLE),
    ],
)
@pytest.mark.parametrize("raw", [None, "", "  "])
def test_nothing_means_the_default(given: Any, monkeypatch: Any, raw: str | None, reader: str, value: Any) -> None:
    if raw is None:
        monkeypatch.delenv(NAME, raising=False)
    else:
        given(raw)
    assert READERS[reader]() == value


@pytest.mark.parametrize(
    ("reader", "raw"),
    [
        ("flag", "perhaps"),
        ("whole", "0"),
        ("whole", "29"),
        ("whole", "-3"),
        ("whole", "2.5"),
        ("whole", "1_0"),
        ("whole", "２"),
        ("whole", "²"),
        ("whole", "many"),
        ("decimal", "-0.1"),
        ("decimal", "nan"),
        ("decimal", "Infinity"),
        ("decimal", "half"),
        ("day", "20230829"),
        ("day", "2023-W35-2"),
        ("day", "2023-02-30"),
        ("day", "２023-08-29"),
        ("day", "today"),
        ("rate", "600"),
        ("rate", "0/min"),
        ("rate", "600/week"),
        ("rate", "a/b/c"),
        ("one_of", "LOUD"),
        ("address", "pilotzone.example"),
        ("address", "javascript:alert(1)"),
    ],
)
def test_a_bad_value_stops_the_start_with_a_sentence(given: Any, reader: str, raw: str) -> None:
    given(raw)
    with pytest.raises(ImproperlyConfigured) as stopped:
        READERS[reader]()
    sentence = str(stopped.value)
    assert sentence.startswith(f"{NAME} is {raw!r}; it must be ")
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("reader", "raw"),
    [
        ("database", "mysql://root:hush@db/pilotzone"),
        ("database", "postgres://root:hush@db:port/pilotzone"),
        ("database", "postgres://root:hush@db:5432/"),
        ("database", "root:hush@db"),
        ("redis_url", "http://:hush@cache:6379"),
        ("mailer", "http://me:hush@mail"),
        ("mailer", "smtp://me:hush@"),
        ("mailer", "smtp://me:hush@mail:port"),
        ("mailer", "smtp://me:hush@mail/?tls=True&ssl=True"),
        ("mailer", "smtp://me:hush@mail/?start=tls"),
    ],
)
def test_a_bad_address_is_refused_without_telling_its_password(given: Any, reader: str, raw: str, recwarn: Any) -> None:
    given(raw)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be ") as stopped:
        READERS[reader]()
    assert "hush" not in str(stopped.value)
    assert stopped.value.__suppress_context__
    assert not [warning for warning in recwarn if "hush" in str(warning.message)]


@pytest.mark.parametrize(
    ("raw", "port", "tls", "ssl"),
    [
        ("smtp://me:p%40ss@mail.example:587/?tls=True", 587, True, False),
        ("smtp://me:p%40ss@mail.example/?tls=true", None, True, False),
        ("smtp://me:p%40ss@mail.example:465/?ssl=1", 465, False, True),
        ("smtp://me:p%40ss@mail.example:25/?tls=False", 25, False, False),
    ],
)
def test_a_mail_server_is_read(given: Any, raw: str, port: int | None, tls: bool, ssl: bool) -> None:
    given(raw)
    mailer = READERS["mailer"]()
    assert mailer == {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": "mail.example",
            "port": port,
            "username": "me",
            "password": "p@ss",
            "use_tls": tls,
            "use_ssl": ssl,
            "timeout": 10,
        },
    }
    backend = MailersHandler().create_connection
    with override_settings(MAILERS={"default": mailer}):
        assert backend("default").port == (port or 587)


def test_what_the_demonstration_keeps_stands_beneath_the_environment(given: Any, monkeypatch: Any) -> None:
    env.defaults[NAME] = "2023-08-29"
    monkeypatch.delenv(NAME, raising=False)
    assert env.day(NAME) == date(2023, 8, 29)
    given("2023-03-31")
    assert env.day(NAME) == date(2023, 3, 31)


def test_each_reader_notes_the_name_it_read(given: Any) -> None:
    given("")
    for reader in READERS.values():
        env.READ.clear()
        reader()
        assert {NAME} == env.READ


@pytest.mark.parametrize(
    ("name", "raw"),
    [("PILOTZONE_TODAY", "2023-W35-2"), ("PILOTZONE_LOG_LEVEL", "LOUD"), ("DATABASE_URL", "oracle://x")],
)
def test_the_settings_do_not_start_with_a_bad_value(tmp_path: Path, name: str, raw: str) -> None:
    environment = {**os.environ, "PILOTZONE_DATA_DIR": str(tmp_path), name: raw}
    result = subprocess.run(
        [sys.executable, "-c", "import pilotzone.settings"],
        cwd=Path(env.__file__).parent.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {name} ")
