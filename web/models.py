from django.db import models
from django.utils.translation import gettext_lazy as _


class DataChange(models.Model):
    """A transaction that changed what pages show; `web.cache.versions` adds up the tokens to a version of the data."""

    # 40 random bits: thousands of them still add up to a 64-bit number.
    token = models.BigIntegerField()

    class Meta:
        verbose_name = _("change of the data")
        verbose_name_plural = _("changes of the data")

    def __str__(self) -> str:
        return f"{self.token:010x}"
