from datetime import datetime
from typing import Self

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.people import User


class Scope(models.TextChoices):
    """The scopes of a token of the API; all include reading. `report` files whatever there is to be filed: it is of
    tokens that were made before there were others, until they end.
    """

    READ = "read", pgettext_lazy("token", "Read")
    REPORTS = "reports", pgettext_lazy("token", "File reports")
    VALUES = "values", pgettext_lazy("token", "File values")
    PROBLEMS = "problems", pgettext_lazy("token", "Raise problems")
    REPORT = "report", pgettext_lazy("token", "File everything")


class TokenState(models.TextChoices):
    VALID = "valid", pgettext_lazy("token", "Valid")
    EXPIRED = "expired", pgettext_lazy("token", "Expired")
    REVOKED = "revoked", pgettext_lazy("token", "Revoked")


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    def valid(self, at: datetime) -> Self:
        """Returns the tokens whose `state` at the moment is valid."""
        return self.filter(revoked_at=None, expires_at__gt=at)

    def revoke_all(self) -> None:
        """One by one, so that the log tells of each."""
        for token in self.filter(revoked_at=None):
            token.revoked_at = timezone.now()
            token.save(update_fields=["revoked_at"])


class AccessToken(models.Model):
    """A key to the API. Only its SHA-256 is stored: whoever reads the database cannot use it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="access_tokens", verbose_name=_("Account"))
    name = models.CharField(_("Name"), max_length=100, blank=True)
    digest = models.CharField(_("Digest"), max_length=64, unique=True, editable=False)
    scope = models.CharField(_("Scope"), max_length=8, choices=Scope)
    created_at = models.DateTimeField(_("Created at"))
    expires_at = models.DateTimeField(_("Expires at"))
    last_used_at = models.DateTimeField(_("Last used at"), null=True, blank=True)
    last_address = models.GenericIPAddressField(_("Last used from"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("Revoked at"), null=True, blank=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("Access token")
        verbose_name_plural = _("access tokens")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="accesstoken_scope_known"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("created_at")), name="accesstoken_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.name}"

    def state(self, at: datetime) -> TokenState:
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.EXPIRED if self.expires_at <= at else TokenState.VALID


# The log says who made and who revoked a token; its uses and its digest are left out.
auditlog.register(AccessToken, exclude_fields=["digest", "last_used_at", "last_address"])
