"""Reads what a site says of single sign-on. Without these settings nothing of it is imported, nor need be installed."""

import re
from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured

from core.sign_on_settings import DirectorySettings, ProviderSettings, is_encrypted
from pilotzone import env


def provider() -> ProviderSettings | None:
    """Return the settings of the OpenID Connect provider; None without an issuer. Raises ImproperlyConfigured."""
    issuer = env.parsed("PILOTZONE_OIDC_ISSUER", _issuer, "an address such as https://login.example/realms/city")
    client_id = env.text("PILOTZONE_OIDC_CLIENT_ID")
    client_secret = env.secret_of_service("PILOTZONE_OIDC_CLIENT_SECRET")
    name = env.text("PILOTZONE_OIDC_NAME")
    second_factor = env.strings("PILOTZONE_OIDC_SECOND_FACTOR")
    ca_file = env.file("PILOTZONE_OIDC_CA_FILE")
    if not issuer:
        return None
    _need_package("PILOTZONE_OIDC_ISSUER", "authlib", "requirements-oidc.txt")
    for setting, value in (("CLIENT_ID", client_id), ("CLIENT_SECRET", client_secret), ("NAME", name)):
        if not value:
            raise ImproperlyConfigured(f"PILOTZONE_OIDC_{setting} must be set where PILOTZONE_OIDC_ISSUER is.")
    return ProviderSettings(issuer, client_id, client_secret, name, frozenset(second_factor), ca_file)


def directory() -> DirectorySettings | None:
    """Return the settings of the LDAP directory; None without an address. Raises ImproperlyConfigured."""
    url = env.matching("PILOTZONE_LDAP_URL", r"ldaps?://[^/?#\s]+/?", "an address such as ldaps://directory.example")
    bind_dn = env.text("PILOTZONE_LDAP_BIND_DN")
    bind_password = env.secret_of_service("PILOTZONE_LDAP_BIND_PASSWORD")
    search_base = env.text("PILOTZONE_LDAP_SEARCH_BASE")
    person_filter = env.matching(
        "PILOTZONE_LDAP_FILTER", r"\([^%\n]*%\(user\)s[^%\n]*\)", "a filter such as (uid=%(user)s)", "(uid=%(user)s)"
    )
    ca_file = env.file("PILOTZONE_LDAP_CA_FILE")
    if not url:
        return None
    _need_package("PILOTZONE_LDAP_URL", "django_auth_ldap", "requirements-ldap.txt")
    if not search_base:
        raise ImproperlyConfigured("PILOTZONE_LDAP_SEARCH_BASE must be set where PILOTZONE_LDAP_URL is.")
    if bool(bind_dn) != bool(bind_password):
        raise ImproperlyConfigured("PILOTZONE_LDAP_BIND_DN and PILOTZONE_LDAP_BIND_PASSWORD belong together.")
    return DirectorySettings(url.rstrip("/"), bind_dn, bind_password, search_base, person_filter, ca_file)


def _need_package(setting: str, package: str, lock: str) -> None:
    if find_spec(package) is None:
        raise ImproperlyConfigured(
            f"{setting} is set, and the packages that it needs are not installed: install those of {lock}."
        )


def _issuer(raw: str) -> str:
    if not is_encrypted(raw) or re.search("[?#\\s]", raw):
        raise ValueError
    return raw
