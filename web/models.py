from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DataChange(models.Model):
    """A transaction that changed rows of a kind; `web.cache.versions` adds up the tokens to a version of the data."""

    # 40 random bits: thousands of them still add up to a 64-bit number.
    token = models.BigIntegerField()
    kind = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("change of the data")
        verbose_name_plural = _("changes of the data")

    def __str__(self) -> str:
        return f"{self.token:010x}"


class IdempotencyKey(models.Model):
    """What came of a form or a request, under the id that its sender gave it: sent again, it is answered with that."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("Account"))
    key = models.CharField(_("Key"), max_length=200)
    # Of the method, the address and all that was sent.
    fingerprint = models.CharField(_("Fingerprint"), max_length=64)
    status = models.PositiveSmallIntegerField(_("Status of the answer"), default=0)
    location = models.TextField(_("Address it led to"), blank=True)
    body = models.TextField(_("Body of the answer"), blank=True)
    # Level and text of each message that stood on the page after it.
    messages = models.JSONField(_("Messages shown"), default=list)
    created_at = models.DateTimeField(_("Created at"), db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_once_per_user")]

    def __str__(self) -> str:
        return self.key
