"""How a caller of the API says who it is."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied

from accounts.models import AccessToken, User
from accounts.tokens import TokenRefused, use_token
from core.client_address import client_address


class AccessTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; `Token` in place of `Bearer` does as well. `request.auth` is the token."""

    keywords = (b"bearer", b"token")

    def authenticate(self, request: Any) -> tuple[User, AccessToken] | None:
        keyword, _space, key = get_authorization_header(request).partition(b" ")
        if keyword.lower() not in self.keywords:
            return None
        try:
            token = use_token(key.strip().decode("latin-1"), address=client_address(request))
        except TokenRefused as refusal:
            raise AuthenticationFailed(str(refusal)) from None
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return "Bearer"


class BrowserAuthentication(SessionAuthentication):
    """Whoever is logged in on the site; what changes something needs the CSRF token of a page."""

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            sentence = _("From a browser this needs the CSRF token of a page; a program sends an access token.")
            raise PermissionDenied(sentence) from None
