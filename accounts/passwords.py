"""The rules of what a password must be, when it must be changed, and which were used before: by the profile that the
site names.

Level 3 of 等保2.0 wants kinds of characters, a history and an age; OWASP ASVS 5 forbids the first and the last, and
wants length. Both refuse a password that is in a list of leaked ones, or like the name of its owner.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Department, UsedPassword, User
from accounts.sign_on import is_vouched_for_elsewhere
from regions.models import Region

KINDS = (str.isupper, str.islower, str.isdigit)
PRODUCT = "pilotzone"
# Besides words of the place.
LEAST_OTHERS = 8


@dataclass(frozen=True)
class Profile:
    """`least`: characters; `least_trusted`: of those who administer, review or audit. `kinds`: how many of the four
    kinds of characters. `remembered`: passwords that are not taken again. `days`: after so many it must be changed.
    0 means that there is no such rule."""

    least: int
    least_trusted: int
    kinds: int = 0
    remembered: int = 0
    days: int = 0

    def least_of(self, user: User | None) -> int:
        return self.least_trusted if user is not None and user.is_trusted else self.least


PROFILES = {
    "dengbao": Profile(least=10, least_trusted=10, kinds=3, remembered=5, days=90),
    "asvs": Profile(least=12, least_trusted=15),
}


def current_profile() -> Profile:
    return PROFILES[settings.PILOTZONE_PASSWORD_PROFILE]


def count_kinds(password: str) -> int:
    """Counts those of four kinds that are in a password: capital letters, small letters, digits, and all else."""
    found = [any(is_kind(each) for each in password) for is_kind in KINDS]
    return sum(found) + any(not any(is_kind(each) for is_kind in KINDS) for each in password)


def describe_rules(user: User | None) -> str:
    """The rules of a new password, in the reader's language."""
    profile = current_profile()
    least = profile.least_of(user)
    sentences = [ngettext("At least %(count)s character", "At least %(count)s characters", least) % {"count": least}]
    if profile.kinds:
        sentence = _("Of at least %(count)s of these: capital letters, small letters, digits, other characters")
        sentences.append(sentence % {"count": profile.kinds})
    else:
        sentences.append(_("Of any kind: a few words in a row are easy to keep in mind"))
    sentences.append(_("Not one that is known to have leaked, unlike your name, and not built on names of this place"))
    if profile.remembered:
        sentences.append(_("None of your last %(count)s passwords") % {"count": profile.remembered})
    if profile.days:
        sentences.append(
            ngettext("To be changed after %(count)s day", "To be changed after %(count)s days", profile.days)
            % {"count": profile.days}
        )
    return pgettext("between sentences", ". ").join(sentences)


class ProfileValidator:
    """A validator by the profile, for AUTH_PASSWORD_VALIDATORS. Django tells it of each password that is set, so that
    it remembers them."""

    def validate(self, password: str, user: User | None = None) -> None:
        profile, problems = current_profile(), []
        least = profile.least_of(user)
        if len(password) < least:
            sentence = ngettext(
                "The password needs at least %(count)s character.",
                "The password needs at least %(count)s characters.",
                least,
            )
            problems.append(sentence % {"count": least})
        if count_kinds(password) < profile.kinds:
            sentence = _(
                "The password needs at least %(count)s of these:"
                " capital letters, small letters, digits, other characters."
            )
            problems.append(sentence % {"count": profile.kinds})
        if not problems and user is not None and was_used(user, password):
            sentence = _("This was one of your last %(count)s passwords; choose another one.")
            problems.append(sentence % {"count": profile.remembered})
        if problems:
            raise ValidationError([ValidationError(each) for each in problems])

    def password_changed(self, password: str, user: User | None = None) -> None:
        if user is not None:
            remember_password(user)

    def get_help_text(self) -> str:
        return describe_rules(None)


class PlaceValidator:
    """A validator against names of the place, for AUTH_PASSWORD_VALIDATORS: whoever guesses begins with them."""

    def validate(self, password: str, user: User | None = None) -> None:
        others = password.casefold()
        for word in sorted(words_of_place(), key=len, reverse=True):
            others = others.replace(word, "")
        if len(others) < len(password) and len(others) < LEAST_OTHERS:
            sentence = ngettext(
                "The password is built on a name of this place: it needs at least %(count)s character besides it.",
                "The password is built on a name of this place: it needs at least %(count)s characters besides it.",
                LEAST_OTHERS,
            )
            raise ValidationError(sentence % {"count": LEAST_OTHERS})

    def get_help_text(self) -> str:
        return _("Not built on names of this place")


def words_of_place() -> set[str]:
    """The product, and the regions and departments by their short names; in small letters."""
    names = {PRODUCT}
    for rows in (
        Region.objects.values_list("name_en", "short_en", "short_zh"),
        Department.objects.values_list("slug", "short_en", "short_zh"),
    ):
        names |= {word.casefold().replace(" ", "") for row in rows for word in row}
    # Shorter ones stand in many a password by chance.
    return {word for word in names if len(word) >= (4 if word.isascii() else 2)}


def remember_first_password(sender: Any, instance: User, created: bool, **kwargs: Any) -> None:
    """Receiver of `post_save`: accounts may be made with a password of which Django tells no validator."""
    if created:
        remember_password(instance)


def remember_password(user: User) -> None:
    """Keeps the present password of an account as a used one, and forgets those that the profile does not want."""
    remembered = current_profile().remembered
    if not remembered or not user.has_usable_password() or user.used_passwords.filter(digest=user.password).exists():
        return
    UsedPassword.objects.create(user=user, digest=user.password, set_at=timezone.now())
    newest = user.used_passwords.values_list("pk", flat=True)[:remembered]
    user.used_passwords.exclude(pk__in=list(newest)).delete()


def was_used(user: User, password: str) -> bool:
    """Returns whether the password is one of the last, as many as the profile remembers. Each costs a slow hash."""
    remembered = current_profile().remembered
    if not remembered or user.pk is None:
        return False
    digests = list(user.used_passwords.values_list("digest", flat=True)[:remembered])
    # One that is older than the history of this site.
    if user.has_usable_password() and user.password not in digests:
        digests.insert(0, user.password)
    return any(check_password(password, digest) for digest in digests[:remembered])


def is_expired(user: User, *, at: datetime) -> bool:
    """Returns whether the password is so old that it must be changed."""
    days = current_profile().days
    return days > 0 and user.password_changed_at + timedelta(days=days) <= at


def ask_for_another_when_old(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Receiver of `user_logged_in`: whoever works is not interrupted when the day comes. Nor is one whose password was
    not asked for."""
    if is_vouched_for_elsewhere(request.session):
        return
    if user.has_usable_password() and is_expired(user, at=timezone.now()):
        ask_for_another(user)


def ask_for_another(user: User) -> None:
    """Nothing else is open to the account until its owner has chosen another password."""
    user.must_change_password = True
    User.objects.filter(pk=user.pk).update(must_change_password=True)
