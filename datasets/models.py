from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerVersion(models.Model):
    """What a site held of a plan when its ledger was downloaded: what a file that comes back was made from.

    `digest` is the SHA-256 of `contents`, which is compressed JSON; files carry it.
    """

    digest = models.CharField(_("Digest"), max_length=64, unique=True)
    plan = models.ForeignKey(
        "measures.Plan", models.PROTECT, related_name="ledger_versions", verbose_name=_("Action plan")
    )
    contents = models.BinaryField(_("Contents"))
    made_at = models.DateTimeField(_("Made at"))

    class Meta:
        verbose_name = _("version of a ledger")
        verbose_name_plural = _("versions of ledgers")
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.digest
