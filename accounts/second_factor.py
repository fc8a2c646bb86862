"""A second factor of the log-in: the codes of an app (TOTP, RFC 6238), and ten recovery codes for whoever lost it.

django-otp keeps the key of the app, which is encrypted for it, refuses a code that was used, and makes whoever guesses
wait longer each time. A recovery code is so long that it cannot be found from the keyed digest that is stored of it.
"""

import base64
import logging
import re
import secrets

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts.log import Event, log_account_event
from accounts.models import AuthenticatorApp, User
from accounts.second_factor_keys import UnreadableKey, encrypt_key
from core.exceptions import NotAllowed

logger = logging.getLogger(__name__)

OFF, REQUIRED, EVERYONE = "off", "required", "everyone"
# In a session: its person has shown a code, or has just set up the app.
SHOWN = "second_factor"
RECOVERY_CODES = 10
# Without those that are taken for another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# Four groups of six letters: 118 random bits.
CODE_LENGTH, CODE_GROUP = 24, 6
# 160 bits, as RFC 4226 advises.
KEY_BYTES = 20
APP_CODE = re.compile(r"[0-9]{6}")


def is_offered() -> bool:
    mode: str = settings.PILOTZONE_SECOND_FACTOR
    return mode != OFF


def must_have(user: User) -> bool:
    """Returns whether nothing is open to the account without a second factor."""
    mode: str = settings.PILOTZONE_SECOND_FACTOR
    return mode == EVERYONE or (mode == REQUIRED and user.is_trusted)


def has_app(user: User) -> bool:
    """Returns whether the account was set up with an app."""
    found: bool = AuthenticatorApp.objects.filter(user=user, confirmed=True).exists()
    return found


def wants_code(user: User) -> bool:
    """Returns whether the log-in asks for a code after the password."""
    return is_offered() and has_app(user)


def recovery_codes_left(user: User) -> int:
    number: int = StaticToken.objects.filter(device__user=user).count()
    return number


def app_to_confirm(user: User) -> AuthenticatorApp:
    """The key that an app is being set up with: the same until a code confirms it. Raises NotAllowed."""
    with transaction.atomic():
        _lock(user)
        if has_app(user):
            raise NotAllowed(_("The second factor is set up already."))
        app: AuthenticatorApp | None = AuthenticatorApp.objects.filter(user=user, confirmed=False).first()
        if app is None or not _can_be_read(app):
            AuthenticatorApp.objects.filter(user=user).delete()
            key = encrypt_key(secrets.token_bytes(KEY_BYTES), user_id=user.pk)
            app = AuthenticatorApp.objects.create(user=user, confirmed=False, name="app", key=key)
    return app


def _can_be_read(app: AuthenticatorApp) -> bool:
    try:
        return bool(app.bin_key)
    except UnreadableKey:
        return False


def confirm_app(user: User, code: str) -> list[str] | None:
    """The recovery codes, which are told this once; None for a wrong code. Raises NotAllowed."""
    with transaction.atomic():
        device = app_to_confirm(user)
        if not device.verify_token(_plain(code)):
            return None
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        log_account_event(Event.FACTOR_SET_UP, user, by=user)
        return _make_codes(user)


def check_code(user: User, code: str) -> bool:
    """Returns whether the code is the app's present one, or a recovery code; either is good once. Raises NotAllowed
    where the site has another secret key than the one with which the key of the app was encrypted."""
    plain = _plain(code)
    with transaction.atomic():
        # Of two that bring the same code at once, one.
        _lock(user)
        if APP_CODE.fullmatch(plain):
            return _check_code_of_app(user, plain)
        codes = StaticDevice.objects.filter(user=user).first()
        is_good = codes is not None and codes.verify_token(_stored_digest(codes, plain))
        if is_good:
            log_account_event(Event.RECOVERY_CODE_USED, user, by=user)
        return is_good


def _check_code_of_app(user: User, code: str) -> bool:
    app: AuthenticatorApp | None = AuthenticatorApp.objects.filter(user=user, confirmed=True).first()
    try:
        is_right = app is not None and app.verify_token(code)
        if app and is_right and settings.SECRET_KEY_FALLBACKS:
            app.key = encrypt_key(app.bin_key, user_id=user.pk)
            app.save(update_fields=["key"])
        return is_right
    except UnreadableKey as error:
        logger.warning("%s", error)
        sentence = _(
            "The key of your second factor cannot be read on this site. Ask an administrator to remove the second"
            " factor; then set it up again."
        )
        raise NotAllowed(sentence, field="code") from None


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes; the ones before open nothing any more."""
    _lock(user)
    log_account_event(Event.RECOVERY_CODES_MADE, user, by=user)
    return _make_codes(user)


@transaction.atomic
def remove_app(user: User, *, by: User) -> None:
    """The app and the recovery codes."""
    _lock(user)
    AuthenticatorApp.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    log_account_event(Event.FACTOR_REMOVED, user, by=by)


def _make_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = ["".join(secrets.choice(LETTERS) for _n in range(CODE_LENGTH)) for _m in range(RECOVERY_CODES)]
    for code in codes:
        device.token_set.create(token=_digest(code))
    return ["-".join(code[at : at + CODE_GROUP] for at in range(0, CODE_LENGTH, CODE_GROUP)) for code in codes]


def _lock(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _plain(code: str) -> str:
    """Returns the code without the spaces, hyphens and capitals with which people copy it."""
    return re.sub(r"[\s-]", "", code).lower()


def _stored_digest(codes: StaticDevice, code: str) -> str:
    """Returns the digest of the code by the secret key with which it was made; by the present one where there is no
    such code."""
    digests = [_digest(code, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    found: str | None = codes.token_set.filter(token__in=digests).values_list("token", flat=True).first()
    return found or digests[0]


def _digest(code: str, secret: str | None = None) -> str:
    """96 bits: what the column of django-otp holds. `secret`: None is the present secret key."""
    digest = salted_hmac("accounts.second_factor", code, secret=secret, algorithm="sha256").digest()
    return base64.b64encode(digest[:12]).decode()
