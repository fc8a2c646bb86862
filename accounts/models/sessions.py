from importlib import import_module

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models.people import User
from accounts.second_factor_keys import decrypt_key


class Session(AbstractBaseSession):
    """A session of Django's, with the account that is logged in there; None for a visitor. `accounts.sessions` writes
    it."""

    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="sessions", verbose_name=_("Account")
    )

    is_versioned = False

    class Meta(AbstractBaseSession.Meta):
        pass

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
        return store


class UsedPassword(models.Model):
    """A password that an account has or had, as its hash: it is not taken again. The profile of passwords says how many
    are kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="used_passwords", verbose_name=_("Account"))
    digest = models.CharField(_("Digest"), max_length=128, editable=False)
    set_at = models.DateTimeField(_("Set at"))

    is_versioned = False

    class Meta:
        verbose_name = _("used password")
        verbose_name_plural = _("used passwords")
        ordering = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.set_at}"


class AuthenticatorApp(TOTPDevice):  # type: ignore[misc]  # it has no types
    """The app of a person: in the column in which django-otp has the key as it is, it is encrypted."""

    # No cached page shows them.
    is_versioned = False

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    @property
    def bin_key(self) -> bytes:
        """Returns the decrypted key. Raises UnreadableKey."""
        return decrypt_key(self.key, user_id=self.user_id)
