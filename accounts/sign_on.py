"""Log-ins that somebody else vouches for: a provider of OpenID Connect, or a directory (LDAP).

Either only says who somebody is. Accounts, roles and departments are given here, by administrators: nobody gets an
account by a log-in. What both need from packages stands in `accounts.oidc` and `accounts.directory`, which are imported
only where the site has the one or the other.
"""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import User
from core.sign_on_settings import ProviderSettings

PROVIDER, DIRECTORY = "accounts.sign_on.ProviderBackend", "accounts.directory.DirectoryBackend"
# Backend -> how the log calls the way in; by any other it was a password of this site.
WAYS = {PROVIDER: "provider", DIRECTORY: "directory"}
PASSWORD = "password"  # noqa: S105  # a word of the log


class ProviderBackend(ModelBackend):
    """Marks the sessions of those whom the provider vouched for. No credentials that somebody sends log in with it."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **credentials: Any) -> None:
        return None

    async def aauthenticate(self, request: HttpRequest | None, *args: Any, **credentials: Any) -> None:
        return None


class ProviderAway(Exception):
    """The provider does not answer, or not as one does."""


class AnswerRefused(Exception):
    """The answer from the provider proves nothing. The text of the error says why, for the log of the server."""


class Answer(NamedTuple):
    """`subject`: the id under which the provider knows the person, for ever. `methods`: its `amr` and `acr`, by which
    it says how it made sure."""

    subject: str
    methods: frozenset[str]

    @property
    def has_second_factor(self) -> bool:
        """Returns whether the provider saw a second factor, as far as the site believes it."""
        provider = settings.PILOTZONE_OIDC
        return provider is not None and bool(self.methods & provider.second_factor)


def provider_of_site() -> ProviderSettings:
    """Returns the settings of the provider, for whatever is only reached where the site has one."""
    provider = settings.PILOTZONE_OIDC
    assert provider is not None
    return provider


def way_of(session: SessionBase) -> str:
    """How the person who is logged in came in."""
    return WAYS.get(session.get(BACKEND_SESSION_KEY, ""), PASSWORD)


def is_vouched_for_elsewhere(session: SessionBase) -> bool:
    """Returns whether the session was begun without a password of this site, whose rules are then nobody's concern."""
    return way_of(session) != PASSWORD


def person_of(answer: Answer) -> User | None:
    """The account that an administrator gave this id, be it closed; None where there is none."""
    return User.objects.filter(oidc_issuer=provider_of_site().issuer, oidc_subject=answer.subject).first()


def known_as(user: User) -> str:
    """The id of a person at the provider of this site; empty without one, also where it is one of another provider."""
    provider = settings.PILOTZONE_OIDC
    return user.oidc_subject if provider and user.oidc_issuer == provider.issuer else ""


def was_clicked_here(request: HttpRequest) -> bool:
    """Returns whether a page of this site led there: no other site begins a session in the name of somebody who passes
    by.

    Browsers say so in `Sec-Fetch-Site`, over HTTPS, or by the address of the page that they come from.
    """
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    return request.headers.get("Referer", "").startswith(request.build_absolute_uri("/"))
