from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerVersion(models.Model):
    """The contents that a site held of a plan when its ledger was downloaded: what a file that comes back was made
    from. `made_at`: when that was last.

    `digest` is the SHA-256 of `contents`, which is compressed JSON; files carry it.
    """

    # A download changes nothing that a page shows.
    is_versioned = False
    goes_with_its_subject = True

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
