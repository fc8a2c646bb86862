"""The services of access tokens, and the cleaning of those and of sessions that have ended."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccessToken, Scope, Session, TokenState, User
from core.exceptions import NotAllowed

# Of a token, in days.
TOKEN_DAYS = 90
# Valid ones of one account. Who needs more has lost sight of them.
MAX_TOKENS = 20
NOTE_USE_AFTER = timedelta(minutes=1)
# Of a token that has ended.
TOKEN_RETENTION_DAYS = 365
SESSIONS_AT_ONCE = 500


class TokenRefused(Exception):
    """A token that opens nothing; the text says why."""


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create_token(user: User, *, scope: Scope, name: str = "", days: int = TOKEN_DAYS) -> tuple[AccessToken, str]:
    """A new token and its key, of which only the digest is stored."""
    # Real time, also where the day is pinned: else no token would ever expire there.
    moment = timezone.now()
    tokens = _locked(user).access_tokens
    if tokens.valid(at=moment).count() >= MAX_TOKENS:
        sentence = _("This account has %(count)s valid access tokens, and may have no more: revoke one first.")
        raise NotAllowed(sentence % {"count": MAX_TOKENS})
    key = f"pz_{secrets.token_urlsafe(32)}"
    token = tokens.create(
        name=name,
        digest=_digest(key),
        scope=scope,
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    return token, key


@transaction.atomic
def create_token_once(user: User, *, newest: int | None, scope: Scope, name: str, days: int) -> tuple[AccessToken, str]:
    """`create_token` for a form, which makes one token however often it is sent.

    `newest`: the id of the account's newest token when the form was opened; None where it had none.
    """
    if newest_token(_locked(user)) != newest:
        raise NotAllowed(
            _(
                "No token was made: you have made one since this form was opened. If you did not copy it, revoke it. "
                "To make another, send the form again."
            )
        )
    return create_token(user, scope=scope, name=name, days=days)


def newest_token(user: User) -> int | None:
    """Returns the id of the account's newest token, whether it is still valid or not."""
    return user.access_tokens.order_by("-id").values_list("id", flat=True).first()


def _locked(user: User) -> User:
    """Two forms that are sent at once wait for each other."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def revoke_token(token: AccessToken) -> AccessToken:
    """Closes a token for good; the row stays, for the record. The first day it was closed stays too."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
    return token


def use_token(key: str, *, address: str | None = None) -> AccessToken:
    """The token of a key, with its user; notes the use and from where, at most once a minute. Raises TokenRefused."""
    token = AccessToken.objects.select_related("user").filter(digest=_digest(key)).first()
    if token is None:
        raise TokenRefused(_("This access token is not known here."))
    moment = timezone.now()
    state = token.state(at=moment)
    if state == TokenState.REVOKED:
        raise TokenRefused(_("This access token has been revoked."))
    if state == TokenState.EXPIRED:
        raise TokenRefused(_("This access token has expired."))
    if not token.user.is_active:
        raise TokenRefused(_("The account of this access token is closed."))
    # Without a password there is none to choose: its owner comes by single sign-on, or has not come yet.
    if token.user.must_change_password and token.user.has_usable_password():
        raise TokenRefused(_("The owner of this access token has to choose a password first."))
    if token.last_used_at is None or moment - token.last_used_at >= NOTE_USE_AFTER:
        AccessToken.objects.filter(pk=token.pk).update(last_used_at=moment, last_address=address)
    return token


def delete_ended_tokens() -> int:
    """Deletes access tokens that expired or were revoked more than TOKEN_RETENTION_DAYS ago. The log keeps who made and
    who revoked them."""
    before = timezone.now() - timedelta(days=TOKEN_RETENTION_DAYS)
    ended = AccessToken.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    return ended.delete()[0]


def delete_expired_sessions() -> int:
    """Deletes expired sessions in pieces: an attack may have left so many that one statement would hold the write lock
    for long."""
    expired, deleted = Session.objects.filter(expire_date__lt=timezone.now()), 0
    while keys := list(expired.values_list("pk", flat=True)[:SESSIONS_AT_ONCE]):
        deleted += expired.filter(pk__in=keys).delete()[0]
    return deleted
