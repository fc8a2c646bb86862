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
# Has the password of an address that has none.
PASSWORD = "PASSWORD_FOR_TESTS"


@pytest.fixture
def given(monkeypatch: Any) -> Callable[[str], None]:
    monkeypatch.setattr(env, "values_read", {})
    monkeypatch.setattr(env, "secret_names", set())
    monkeypatch.setattr(env, "defaults", {})
    return lambda raw: monkeypatch.setenv(NAME, raw)


READERS: dict[str, Callable[[], Any]] = {
    "text": lambda: env.text(NAME, "default"),
    "boolean": lambda: env.boolean(NAME),
    "integer": lambda: env.integer(NAME, 25, least=1, most=28),
    "decimal": lambda: env.decimal(NAME, Decimal("0.5")),
    "day": lambda: env.day(NAME),
    "strings": lambda: env.strings(NAME, "localhost"),
    "rate": lambda: env.rate(NAME, "600/min"),
    "choice": lambda: env.choice(NAME, "INFO", ("DEBUG", "INFO")),
    "database": lambda: env.database(NAME, PASSWORD, Path("/data/db.sqlite3"))["NAME"],
    "redis_url": lambda: env.redis_url(NAME, PASSWORD),
    "site_url": lambda: env.site_url(NAME, "http://localhost:8000"),
    "mailer": lambda: env.mailer(NAME, timeout=10),
}
CONSOLE = {"BACKEND": "core.mail.CountingConsole"}


@pytest.mark.parametrize(
    ("reader", "raw", "value"),
    [
        ("text", " hello ", "hello"),
        ("boolean", "on", True),
        ("boolean", "TRUE", True),
        ("boolean", "1", True),
        ("boolean", "off", False),
        ("boolean", "No", False),
        ("integer", "1", 1),
        ("integer", "28", 28),
        ("decimal", "0", Decimal(0)),
        ("decimal", "0.75", Decimal("0.75")),
        ("day", "2023-08-29", date(2023, 8, 29)),
        ("day", "0001-01-01", date.min),
        ("strings", "a.gov.cn, b.gov.cn,,", ["a.gov.cn", "b.gov.cn"]),
        ("rate", "30/s", "30/s"),
        ("rate", "OFF", None),
        ("choice", "debug", "DEBUG"),
        ("database", "postgres://u:tram-kettle@db:5432/pilotzone", "pilotzone"),
        ("database", "sqlite:////tmp/x.sqlite3", "/tmp/x.sqlite3"),
        ("redis_url", "redis://cache:6379/0", "redis://cache:6379/0"),
        ("site_url", "https://pilotzone.example/", "https://pilotzone.example"),
    ],
)
def test_a_good_value_is_read(given: Any, reader: str, raw: str, value: Any) -> None:
    given(raw)
    assert READERS[reader]() == value


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        ("text", "default"),
        ("boolean", False),
        ("integer", 25),
        ("decimal", Decimal("0.5")),
        ("day", None),
        ("strings", ["localhost"]),
        ("rate", "600/min"),
        ("choice", "INFO"),
        ("database", "/data/db.sqlite3"),
        ("redis_url", ""),
        ("site_url", "http://localhost:8000"),
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
        ("boolean", "perhaps"),
        ("integer", "0"),
        ("integer", "29"),
        ("integer", "-3"),
        ("integer", "2.5"),
        ("integer", "1_0"),
        ("integer", "２"),
        ("integer", "²"),
        ("integer", "many"),
        ("integer", "9" * 5000),
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
        ("choice", "LOUD"),
        ("site_url", "pilotzone.example"),
        ("site_url", "javascript:alert(1)"),
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
        ("database", "postgres://root:hu#sh@db:5432/pilotzone"),
        ("database", "sqlite:////tmp/x.sqlite3?key=hush"),
        ("redis_url", "http://:hush@cache:6379"),
        ("mailer", "http://me:hush@mail"),
        ("mailer", "smtp://me:hush@"),
        ("mailer", "smtp://me:hush@mail:port"),
        ("mailer", "smtp://me:hush@mail/?tls=True&ssl=True"),
        ("mailer", "smtp://me:hush@mail/?start=tls"),
        ("mailer", "smtp://me:hush@mail/?tls=perhaps"),
    ],
)
def test_a_bad_address_is_refused_without_telling_its_password(given: Any, reader: str, raw: str, recwarn: Any) -> None:
    given(raw)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be ") as stopped:
        READERS[reader]()
    assert "hush" not in str(stopped.value) and "hu#sh" not in str(stopped.value)
    assert stopped.value.__context__ is None
    assert not [warning for warning in recwarn if "hush" in str(warning.message)]


@pytest.mark.parametrize(
    ("reader", "raw"),
    [
        ("database", "postgres://pilotzone:Password1@db:5432/pilotzone"),
        ("redis_url", "redis://:letmein@cache:6379/0"),
        ("mailer", "smtp://me:qwerty123@mail"),
    ],
)
def test_a_password_that_many_have_is_refused(given: Any, reader: str, raw: str) -> None:
    given(raw)
    with pytest.raises(ImproperlyConfigured) as stopped:
        READERS[reader]()
    expected = f"The password in {NAME} is among the 20,000 most used ones; choose a random one."
    assert str(stopped.value) == expected


@pytest.mark.parametrize(
    "raw", ["too-short", "a" * 60, "abcabcabcabcabcabcabcabcabcabc", "with spaces in between, of any length"]
)
def test_a_weak_secret_is_refused_without_telling_it(given: Any, raw: str) -> None:
    given(raw)
    with pytest.raises(ImproperlyConfigured) as stopped:
        env.secret(NAME)
    assert str(stopped.value) == f"{NAME} must be at least 20 random letters, digits and signs."


def test_a_key_that_startproject_made_is_refused(given: Any) -> None:
    given("django-insecure-" + "aB3$eF7hI9kL2mN5pQ8rS1tU4vW6xY0zaB3$eF7hI9kL2mN5")
    with pytest.raises(ImproperlyConfigured, match="must be at least 50 random"):
        env.secret_key(NAME)


def test_keys_of_before_are_judged_like_the_present_one(given: Any) -> None:
    one, two = (
        "aB3$eF7hI9kL2mN5pQ8rS1tU4vW6xY0zaB3$eF7hI9kL2mN5pQ,",
        "zY8$xW6vU4tS2rQ0pO9nM7lK5jI3hG1fzY8$xW6vU4tS2rQ0pO9",
    )
    given(f"{one} {two}")
    assert env.secret_keys(NAME) == [one, two]
    given("")
    assert env.secret_keys(NAME) == []
    given(f"{one} too-short")
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.secret_keys(NAME)
    assert "must be secret keys of at least 50 random" in str(refusal.value)
    assert "too-short" not in str(refusal.value)


class TestSecretsInFiles:
    @pytest.fixture(autouse=True)
    def nothing_given(self, given: Any, monkeypatch: Any) -> None:
        monkeypatch.delenv(NAME, raising=False)

    def named(self, monkeypatch: Any, path: Path, content: bytes | None = None) -> None:
        if content is not None:
            path.write_bytes(content)
        monkeypatch.setenv(f"{NAME}_FILE", str(path))

    def test_a_secret_is_read_without_the_end_of_its_line(self, monkeypatch: Any, tmp_path: Path) -> None:
        self.named(monkeypatch, tmp_path / "token", b"correct-horse-battery-staple\r\n")
        assert env.secret(NAME) == "correct-horse-battery-staple"

    def test_and_is_held_to_the_same_rules(self, monkeypatch: Any, tmp_path: Path) -> None:
        self.named(monkeypatch, tmp_path / "url", b"mysql://root:hush@db/pilotzone\n")
        with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be "):
            READERS["database"]()

    def test_what_is_no_secret_is_not(self, monkeypatch: Any, tmp_path: Path) -> None:
        self.named(monkeypatch, tmp_path / "day", b"2023-08-29")
        assert env.day(NAME) is None

    def test_one_of_the_two_is_enough(self, monkeypatch: Any, tmp_path: Path, given: Any) -> None:
        given("correct-horse-battery-staple")
        self.named(monkeypatch, tmp_path / "token", b"correct-horse-battery-staple")
        with pytest.raises(ImproperlyConfigured, match=f"^{NAME} and {NAME}_FILE are both set; only one may be.$"):
            env.secret(NAME)

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (None, "names a file that cannot be read: {}: No such file or directory."),
            (b"\xff\xfe\x00", "names a file that cannot be read: {}: it is no text."),
            (b"\n", "names an empty file: {}."),
        ],
    )
    def test_a_file_without_a_secret_stops_the_start(
        self, monkeypatch: Any, tmp_path: Path, content: bytes | None, sentence: str
    ) -> None:
        self.named(monkeypatch, tmp_path / "token", content)
        with pytest.raises(ImproperlyConfigured) as stopped:
            env.secret(NAME)
        assert str(stopped.value) == f"{NAME}_FILE {sentence.format(tmp_path / 'token')}"


def test_a_database_server_is_read(given: Any) -> None:
    given("postgres://me:p%40ss@db.example:6432/pilot%20zone?sslmode=require&options=")
    assert env.database(NAME, PASSWORD, Path("unused")) == {
        "ENGINE": "pilotzone.postgresql",
        "NAME": "pilot zone",
        "USER": "me",
        "PASSWORD": "p@ss",
        "HOST": "db.example",
        "PORT": 6432,
        "OPTIONS": {"sslmode": "require", "options": ""},
    }


class TestPasswordsApart:
    """A password that stands apart from its address is taken as it is, whatever its letters mean in an address."""

    @pytest.fixture(autouse=True)
    def password_given(self, given: Any, monkeypatch: Any) -> None:
        monkeypatch.setenv(PASSWORD, "a/b@c:d%40")

    @pytest.mark.parametrize(
        ("raw", "password"),
        [
            ("postgres://me@db:5432/pilotzone", "a/b@c:d%40"),
            ("postgres://me:own%40@db:5432/pilotzone", "own@"),
        ],
    )
    def test_of_the_database(self, given: Any, raw: str, password: str) -> None:
        given(raw)
        read = env.database(NAME, PASSWORD, Path("unused"))
        assert (read["USER"], read["PASSWORD"], read["HOST"]) == ("me", password, "db")

    @pytest.mark.parametrize(
        ("raw", "url"),
        [
            ("redis://cache:6379/0", "redis://:a%2Fb%40c%3Ad%2540@cache:6379/0"),
            ("rediss://me@cache/0", "rediss://me:a%2Fb%40c%3Ad%2540@cache/0"),
            ("unix:///run/redis.sock?db=1", "unix://:a%2Fb%40c%3Ad%2540@/run/redis.sock?db=1"),
            ("redis://:own@cache:6379/0", "redis://:own@cache:6379/0"),
        ],
    )
    def test_of_redis(self, given: Any, raw: str, url: str) -> None:
        given(raw)
        assert READERS["redis_url"]() == url

    def test_it_is_a_secret(self, given: Any, monkeypatch: Any, tmp_path: Path) -> None:
        given("redis://cache:6379/0")
        monkeypatch.delenv(PASSWORD)
        (tmp_path / "password").write_text("from-a-file\n")
        monkeypatch.setenv(f"{PASSWORD}_FILE", str(tmp_path / "password"))
        assert READERS["redis_url"]() == "redis://:from-a-file@cache:6379/0"
        assert env.secret_names == {NAME, PASSWORD}

    @pytest.mark.parametrize("reader", ["database", "redis_url"])
    def test_one_that_many_have_is_refused(self, given: Any, monkeypatch: Any, reader: str) -> None:
        given("")
        monkeypatch.setenv(PASSWORD, "letmein")
        with pytest.raises(ImproperlyConfigured, match=f"The password in {PASSWORD} is among"):
            READERS[reader]()


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
        "BACKEND": "core.mail.CountingSmtp",
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
        env.values_read.clear()
        reader()
        assert set(env.values_read) - {PASSWORD} == {NAME}


def run_settings(data: Path, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", f"from pilotzone import settings; {script}"],
        cwd=Path(env.__file__).parent.parent,
        env={**os.environ, "PILOTZONE_DATA_DIR": str(data), **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "raw"),
    [("PILOTZONE_TODAY", "2023-W35-2"), ("PILOTZONE_LOG_LEVEL", "LOUD"), ("DATABASE_URL", "oracle://x")],
)
def test_the_settings_do_not_start_with_a_bad_value(tmp_path: Path, name: str, raw: str) -> None:
    result = run_settings(tmp_path, "pass", **{name: raw})
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {name} ")


@pytest.mark.parametrize(
    ("query", "options"), [("", "-c max_parallel_workers_per_gather=0"), ("?options=", ""), ("?options=-c%20a", "-c a")]
)
def test_the_address_of_the_database_says_otherwise_what_postgresql_is_asked_for(
    tmp_path: Path, query: str, options: str
) -> None:
    address = f"postgres://me@db/pilotzone{query}"
    result = run_settings(tmp_path, "print(settings.DATABASES['default']['OPTIONS']['options'])", DATABASE_URL=address)
    assert result.stdout == f"{options}\n"


def test_the_settings_put_each_password_to_its_address(tmp_path: Path) -> None:
    addresses = {
        "DATABASE_URL": "postgres://me@db/zone",
        "REDIS_URL": "redis://queue/0",
        "CACHE_URL": "redis://cache/0",
    }
    passwords = {"POSTGRES_PASSWORD": "of-the-database", "REDIS_PASSWORD": "of-redis"}
    script = "print(settings.DATABASES['default']['PASSWORD'], settings.CELERY_BROKER_URL, settings.CACHE_URL)"
    result = run_settings(tmp_path, script, **addresses, **passwords)
    assert result.stdout == "of-the-database redis://:of-redis@queue/0 redis://:of-redis@cache/0\n"
