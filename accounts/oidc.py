"""Asks the provider of OpenID Connect: for its addresses, for what a code proves, and for its keys.

Authlib makes the request (PKCE, state, nonce), takes the code to the provider and checks the ID token. Said here is
what it leaves open: one algorithm, exactly this site as the audience, encrypted addresses, no redirects, an end of
waiting. Of the tokens nothing is kept. Imported only where the site has a provider.
"""

import time
from functools import cache
from typing import Any, cast

from authlib.integrations.base_client import FrameworkIntegration, OAuthError
from authlib.integrations.django_client import DjangoOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.http import HttpRequest, HttpResponse
from joserfc.errors import InvalidClaimError, JoseError
from requests.exceptions import RequestException

from accounts.sign_on import Answer, AnswerRefused, ProviderAway, provider_of_site
from core.sign_on_settings import ProviderSettings, is_encrypted

ALGORITHM = "RS256"
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
LEADS_AWAY = "end_session_endpoint"
ADDRESSES = (*NEEDED[1:], LEADS_AWAY)
# Seconds: for one answer of the provider, for which its addresses and keys are kept, and that its clock may differ.
TIMEOUT, KEPT, LEEWAY = 5, 600, 60
MAX_SUBJECT_LENGTH = 255


class Connection(OAuth2Session):  # type: ignore[misc]  # it has no types
    def request(self, method: str, url: str, **kwargs: Any) -> Any:
        answer = super().request(method, url, **{**kwargs, "allow_redirects": False, "timeout": TIMEOUT})
        if answer.is_redirect:
            raise ProviderAway(f"{url} leads elsewhere, which is not followed")
        return answer


class IDToken(CodeIDToken):  # type: ignore[misc]  # it has no types
    def validate(self, now: int | None = None, leeway: int = 0) -> None:
        super().validate(now, leeway)
        # The same key signs tokens for other purposes: access to an API, the end of a session.
        if str(self.header.get("typ", "JWT")).upper() != "JWT":
            raise InvalidClaimError("typ")


class Provider(DjangoOAuth2App):  # type: ignore[misc]  # it has no types
    client_cls = Connection

    def __init__(self, known: ProviderSettings) -> None:
        super().__init__(
            FrameworkIntegration("provider"),
            client_id=known.client_id,
            client_secret=known.client_secret,
            server_metadata_url=f"{known.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "verify": known.ca_file or True},
        )
        self.issuer = known.issuer
        self.loaded_at: float | None = None

    def load_server_metadata(self) -> dict[str, Any]:
        """Returns the addresses of the provider, read again after a while. Raises ProviderAway."""
        if self.loaded_at is None or time.monotonic() - self.loaded_at > KEPT:
            self.server_metadata = self._ask_for_metadata()
            self.loaded_at = time.monotonic()
        return self.server_metadata

    def _ask_for_metadata(self) -> dict[str, Any]:
        with self._get_session() as session:
            answer = session.request("GET", self._server_metadata_url, withhold_token=True)
            answer.raise_for_status()
            said = answer.json()
        found = self._checked_addresses(said)
        found["id_token_signing_alg_values_supported"] = [ALGORITHM]
        ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" not in ways and "client_secret_post" in ways:
            found["token_endpoint_auth_method"] = "client_secret_post"  # noqa: S105  # the name of a way
        return found

    def _checked_addresses(self, said: Any) -> dict[str, Any]:
        if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in NEEDED):
            raise ProviderAway("the provider does not say where to ask")
        if said["issuer"] != self.issuer:
            raise ProviderAway("another provider than that of PILOTZONE_OIDC_ISSUER answers")
        found = {name: said[name] for name in (*NEEDED, LEADS_AWAY) if isinstance(said.get(name), str)}
        for name in ADDRESSES:
            if name in found and not is_encrypted(found[name]):
                raise ProviderAway(f"the provider's {name} is not encrypted")
        return found


@cache
def _provider(known: ProviderSettings) -> Provider:
    return Provider(known)


def provider() -> Provider:
    return _provider(provider_of_site())


def ask(request: HttpRequest, callback: str) -> HttpResponse:
    """Leads the browser to the provider, which leads it back to `callback`. Raises ProviderAway."""
    try:
        return cast(HttpResponse, provider().authorize_redirect(request, callback))
    except RequestException as error:
        raise ProviderAway(str(error)) from error


def read_answer(request: HttpRequest) -> Answer:
    """Reads the answer that the browser brought back, once, as the provider confirms it. Raises ProviderAway and
    AnswerRefused."""
    known = provider_of_site()
    issuer, client_id = known.issuer, known.client_id
    if request.GET.get("iss", issuer) != issuer:
        raise AnswerRefused("it is the answer of another provider")
    options = {
        "iss": {"essential": True, "value": issuer},
        # Also within a list, where `azp` must be this site: Authlib sees to that.
        "aud": {"essential": True, "value": client_id},
        "sub": {"essential": True},
    }
    try:
        token = provider().authorize_access_token(request, claims_options=options, claims_cls=IDToken, leeway=LEEWAY)
    except RequestException as error:
        raise ProviderAway(str(error)) from error
    # Of what is sent in the place of a token each library falls over in its own way.
    except (OAuthError, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise AnswerRefused(f"{type(error).__name__}: {error}") from error
    return _answer(token.get("userinfo") if "id_token" in token else None)


def _answer(claims: Any) -> Answer:
    subject = claims.get("sub") if isinstance(claims, dict) else None
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_LENGTH or "\0" in subject:
        raise AnswerRefused("it names nobody")
    methods = claims.get("amr") or []
    acr = claims.get("acr")
    return Answer(subject, frozenset(str(each) for each in [*methods, *([acr] if acr else [])]))


def log_out_url(*, back: str) -> str | None:
    """Returns the address where somebody ends their session at the provider as well, and comes `back`; None where the
    provider has no such page.

    No token is kept for it: the provider asks the person instead. Raises ProviderAway.
    """
    try:
        if LEADS_AWAY not in provider().load_server_metadata():
            return None
    except RequestException as error:
        raise ProviderAway(str(error)) from error
    client_id = provider_of_site().client_id
    return cast(str, provider().create_logout_url(post_logout_redirect_uri=back, client_id=client_id)["url"])
