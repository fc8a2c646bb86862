from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.append_only import AppendOnlyModel


class LogSeal(AppendOnlyModel):
    """A link of the chain that seals the log, one for each entry: `audit.seals` makes them, and
    `audit.check` holds the log against them.

    `entry_id` refers to an entry without a constraint: of one that was taken away the seal stays, and tells so.
    `content` is the digest of the entry, `digest` that of this link and the one before, both hexadecimal; `algorithm`
    says how they were computed.
    """

    # Of the chain, from 1 on without a gap. An entry whose transaction ends late comes after those with higher ids.
    number = models.PositiveBigIntegerField(_("Number"), primary_key=True)
    entry_id = models.BigIntegerField(_("Log entry"), unique=True)
    sealed_at = models.DateTimeField(_("Sealed at"), db_index=True)
    algorithm = models.CharField(_("Algorithm"), max_length=20)
    content = models.CharField(_("Digest of the entry"), max_length=128)
    digest = models.CharField(_("Digest"), max_length=128)

    # No cached page shows them.
    is_versioned = False

    class Meta:
        verbose_name = _("seal of the log")
        verbose_name_plural = _("seals of the log")
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="logseal_number_from_one"),
            models.CheckConstraint(condition=~Q(content="") & ~Q(digest=""), name="logseal_has_digests"),
        ]

    def __str__(self) -> str:
        """Returns the seal as the log of the server has it, and `manage.py verify_audit --seal` takes it."""
        return f"{self.number}:{self.digest}"
