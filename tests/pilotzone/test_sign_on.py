"""Tests of what the environment says of single sign-on, and of what is refused at the start."""

from collections.abc import Callable
from importlib import util
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.sign_on_settings import DirectorySettings, ProviderSettings, is_encrypted
from pilotzone import env, sign_on
from tests.manual import block


def settings_of(text: str) -> dict[str, str]:
    """Return the settings in lines as a file of settings has them."""
    return dict(line.split("=", 1) for line in text.splitlines())


# As the manual has them, with the secret that it leaves out.
OIDC = settings_of(block("PILOTZONE_OIDC_ISSUER=", **{"…": "tram-kettle-violin"}))
LDAP = settings_of(block("PILOTZONE_LDAP_URL=", **{"…": "tram-kettle-violin"}))
type Given = Callable[..., None]


@pytest.fixture(autouse=True)
def given(monkeypatch: Any) -> Given:
    """Sets variables, and takes others away with None. The packages are there, whatever is installed."""
    monkeypatch.setattr(env, "values_read", {})
    monkeypatch.setattr(env, "secret_names", set())
    monkeypatch.setattr(env, "defaults", {})
    monkeypatch.setattr(sign_on, "find_spec", lambda name: name)

    def give(known: dict[str, str], **changes: str | None) -> None:
        for name, value in {**known, **changes}.items():
            monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)

    return give


def test_without_settings_there_is_neither() -> None:
    assert (sign_on.provider(), sign_on.directory()) == (None, None)


def test_a_provider(given: Given, tmp_path: Path) -> None:
    (file := tmp_path / "ca.pem").write_text("x")
    given(OIDC, PILOTZONE_OIDC_SECOND_FACTOR="mfa, otp", PILOTZONE_OIDC_CA_FILE=str(file))
    assert sign_on.provider() == ProviderSettings(
        "https://login.example/realms/city",
        "pilotzone",
        "tram-kettle-violin",
        "City log-in",
        frozenset({"mfa", "otp"}),
        str(file),
    )
    assert "tram-kettle" not in repr(sign_on.provider())


def test_a_directory(given: Given) -> None:
    given(LDAP, PILOTZONE_LDAP_FILTER="(sAMAccountName=%(user)s)")
    assert sign_on.directory() == DirectorySettings(
        "ldaps://directory.example",
        "cn=pilotzone,ou=services,dc=city,dc=example",
        "tram-kettle-violin",
        "ou=people,dc=city,dc=example",
        "(sAMAccountName=%(user)s)",
    )
    assert "tram-kettle" not in repr(sign_on.directory())


def test_a_secret_may_stand_in_a_file(given: Given, tmp_path: Path) -> None:
    (file := tmp_path / "secret").write_text("violin-tram-kettle\n")
    given(OIDC, PILOTZONE_OIDC_CLIENT_SECRET=None, PILOTZONE_OIDC_CLIENT_SECRET_FILE=str(file))
    provider = sign_on.provider()
    assert provider is not None
    assert provider.client_secret == "violin-tram-kettle"


@pytest.mark.parametrize(
    ("known", "change", "sentence"),
    [
        (
            OIDC,
            {"PILOTZONE_OIDC_ISSUER": "http://login.example"},
            "PILOTZONE_OIDC_ISSUER is 'http://login.example'; it must",
        ),
        (OIDC, {"PILOTZONE_OIDC_ISSUER": "login.example"}, "PILOTZONE_OIDC_ISSUER is"),
        (OIDC, {"PILOTZONE_OIDC_ISSUER": "https://login.example/?x=1"}, "PILOTZONE_OIDC_ISSUER is"),
        (
            OIDC,
            {"PILOTZONE_OIDC_CLIENT_ID": None},
            "PILOTZONE_OIDC_CLIENT_ID must be set where PILOTZONE_OIDC_ISSUER is.",
        ),
        (OIDC, {"PILOTZONE_OIDC_CLIENT_SECRET": None}, "PILOTZONE_OIDC_CLIENT_SECRET must be set"),
        (OIDC, {"PILOTZONE_OIDC_CLIENT_SECRET": "password1"}, "among the 20,000 most used"),
        (OIDC, {"PILOTZONE_OIDC_NAME": None}, "PILOTZONE_OIDC_NAME must be set"),
        (OIDC, {"PILOTZONE_OIDC_CA_FILE": "/nowhere/ca.pem"}, "PILOTZONE_OIDC_CA_FILE is '/nowhere/ca.pem'; it must"),
        (LDAP, {"PILOTZONE_LDAP_URL": "https://directory.example"}, "PILOTZONE_LDAP_URL is"),
        (LDAP, {"PILOTZONE_LDAP_URL": "ldap://directory.example/dc=x"}, "PILOTZONE_LDAP_URL is"),
        (LDAP, {"PILOTZONE_LDAP_SEARCH_BASE": None}, "PILOTZONE_LDAP_SEARCH_BASE must be set"),
        (LDAP, {"PILOTZONE_LDAP_BIND_PASSWORD": None}, "PILOTZONE_LDAP_BIND_PASSWORD belong together."),
        (LDAP, {"PILOTZONE_LDAP_BIND_DN": None}, "PILOTZONE_LDAP_BIND_PASSWORD belong together."),
        (LDAP, {"PILOTZONE_LDAP_FILTER": "uid=%(user)s"}, "PILOTZONE_LDAP_FILTER is"),
        (LDAP, {"PILOTZONE_LDAP_FILTER": "(uid=vic)"}, "PILOTZONE_LDAP_FILTER is"),
        (LDAP, {"PILOTZONE_LDAP_FILTER": "(|(uid=%(user)s)(cn=%s))"}, "PILOTZONE_LDAP_FILTER is"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(
    given: Given, known: dict[str, str], change: dict[str, str | None], sentence: str
) -> None:
    given(known, **change)
    with pytest.raises(ImproperlyConfigured) as refusal:
        sign_on.provider() if known is OIDC else sign_on.directory()
    assert sentence in str(refusal.value)


def test_so_is_a_setting_whose_packages_are_missing(given: Given, monkeypatch: Any) -> None:
    monkeypatch.setattr(sign_on, "find_spec", lambda name: None)
    assert (sign_on.provider(), sign_on.directory()) == (None, None)
    given(OIDC | LDAP)
    with pytest.raises(ImproperlyConfigured, match=r"not installed: install those of requirements-oidc\.txt\."):
        sign_on.provider()
    with pytest.raises(ImproperlyConfigured, match=r"not installed: install those of requirements-ldap\.txt\."):
        sign_on.directory()


def test_the_package_of_the_provider_is_there_for_tests() -> None:
    assert util.find_spec("authlib")


def test_what_counts_as_encrypted() -> None:
    for url in ("https://a.example/x", "http://localhost:80/", "http://127.0.0.1:9", "http://[::1]/"):
        assert is_encrypted(url), url
    for url in (
        "http://a.example",
        "http://localhost.a.example",
        "http://127.0.0.1@a.example/",
        "ftp://localhost",
        "https:///x",
        "https://[",
        "",
    ):
        assert not is_encrypted(url), url
