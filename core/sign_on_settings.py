"""The services elsewhere that vouch for people, as the settings of a site name them: a provider of OpenID Connect, a
directory."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

# What is asked there never leaves this machine.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class ProviderSettings:
    """`name`: as its button has it. `second_factor`: values of `amr` or `acr` by which the provider says that it asked
    for more than a password. `ca_file`: the authorities whose certificates are believed; empty: the usual ones."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str
    second_factor: frozenset[str] = frozenset()
    ca_file: str = ""


@dataclass(frozen=True)
class DirectorySettings:
    """`bind_dn`: empty where the directory may be searched by anybody. `person_filter` has %(user)s once. `ca_file`: as
    above."""

    url: str
    bind_dn: str
    bind_password: str = field(repr=False)
    search_base: str
    person_filter: str
    ca_file: str = ""

    @property
    def starts_tls(self) -> bool:
        """Return whether the connection begins with StartTLS: that of ldaps:// is encrypted as a whole, and one to this
        machine itself need not be."""
        return urlsplit(self.url).scheme == "ldap" and not is_loopback(self.url)


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def is_encrypted(url: str) -> bool:
    """Return whether nobody on the way reads what is asked at an address of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url)))
