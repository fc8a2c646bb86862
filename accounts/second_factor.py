"""A second factor of the log-in: the codes of an app (TOTP, RFC 6238), and ten recovery codes for whoever lost it.

django-otp keeps the key of the app, refuses a code that was used, and makes whoever guesses wait longer each time. A
recovery code is so long that it cannot be found from the keyed digest that is stored of it.
"""

import base64
import re
import secrets

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.log import Event, log_account_event
from accounts.models import User
from core.exceptions import NotAllowed

OFF, REQUIRED, EVERYONE = "off", "required", "everyone"
# In a session: its person has shown a code, or has just set up the app.
SHOWN = "second_factor"
RECOVERY_CODES = 10
# Without those that are taken for another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# Four groups of six letters: 118 random bits.
CODE_LENGTH, CODE_GROUP = 24, 6
APP_CODE = re.compile(r"[0-9]{6}")


def is_offered() -> bool:
    mode: str = settings.PILOTZONE_SECOND_FACTOR
    return mode != OFF


def must_have(user: User) -> bool:
    """Whether nothing is open to the account without a second factor."""
    mode: str = settings.PILOTZONE_SECOND_FACTOR
    return mode == EVERYONE or (mode == REQUIRED and user.is_trusted)


def has_app(user: User) -> bool:
    """Whether the account was set up with an app."""
    found: bool = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    return found


def wants_code(user: User) -> bool:
    """Whether the log-in asks for a code after the password."""
    return is_offered() and has_app(user)


def recovery_codes_left(user: User) -> int:
    number: int = StaticToken.objects.filter(device__user=user).count()
    return number


def app_to_confirm(user: User) -> TOTPDevice:
    """The key that an app is being set up with: the same until a code confirms it. Raises NotAllowed."""
    with transaction.atomic():
        _lock(user)
        if has_app(user):
            raise NotAllowed(_("The second factor is set up already."))
        device, _is_new = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "app"})
    return device


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
    """Whether it is the app's present code, or a recovery code; either is good once."""
    plain = _plain(code)
    with transaction.atomic():
        # Of two that bring the same code at once, one.
        _lock(user)
        if APP_CODE.fullmatch(plain):
            app = TOTPDevice.objects.filter(user=user, confirmed=True).first()
            return app is not None and bool(app.verify_token(plain))
        codes = StaticDevice.objects.filter(user=user).first()
        is_good = codes is not None and codes.verify_token(_digest(plain))
        if is_good:
            log_account_event(Event.RECOVERY_CODE_USED, user, by=user)
        return is_good


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
    TOTPDevice.objects.filter(user=user).delete()
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
    """As people copy it: with spaces, hyphens and capitals."""
    return re.sub(r"[\s-]", "", code).lower()


def _digest(code: str) -> str:
    """96 bits: what the column of django-otp holds."""
    digest = salted_hmac("accounts.second_factor", code, algorithm="sha256").digest()
    return base64.b64encode(digest[:12]).decode()
