from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnlyModel
from core.texts import MAX_REASON_LENGTH


class Load(models.Model):
    """A file of rows that was loaded, whole, by a person or by a command. One that was taken back keeps its rows, and
    counts for no day."""

    # None once the plan itself, which the load brought, was taken back.
    plan = models.ForeignKey(
        "measures.Plan", models.PROTECT, null=True, related_name="loads", verbose_name=_("Action plan")
    )
    file_name = models.CharField(_("File name"), max_length=255)
    digest = models.CharField(_("Digest"), max_length=64)
    reason = models.CharField(_("Reason"), max_length=MAX_REASON_LENGTH)
    loaded_at = models.DateTimeField(_("Loaded at"))
    # A command knows nobody.
    loaded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("Loaded by")
    )
    taken_back_at = models.DateTimeField(_("Taken back at"), null=True)
    taken_back_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", verbose_name=_("Taken back by")
    )

    # What somebody said the sheets and columns of the file are, by the keys of `ledger.tables`: nobody is asked about
    # another file of that layout.
    matched = models.JSONField(_("Columns as matched"), default=dict, db_default={})
    taken_back_reason = models.CharField(_("Why it was taken back"), max_length=MAX_REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("data", "Load")
        verbose_name_plural = pgettext_lazy("data", "loads")
        ordering = ["-loaded_at", "-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.file_name}"

    @property
    def is_taken_back(self) -> bool:
        return self.taken_back_at is not None


class LoadedRow(AppendOnlyModel):
    """A row that a load wrote, and what it did with it: `sheet` and `key` name it as files do; `old` and `new` are the
    cells that it wrote, by column."""

    class What(models.TextChoices):
        NEW = "new", pgettext_lazy("loaded row", "New")
        CHANGED = "changed", pgettext_lazy("loaded row", "Changed")
        REMOVED = "removed", pgettext_lazy("loaded row", "Removed")

    load = models.ForeignKey(Load, models.PROTECT, related_name="rows", verbose_name=pgettext_lazy("data", "Load"))
    sheet = models.CharField(_("Sheet"), max_length=30)
    key = models.JSONField(_("Key"))
    # Of rows that belong to a measure, its code: what its page asks for.
    measure = models.CharField(_("Measure"), max_length=32, blank=True)
    what = models.CharField(_("What was done"), max_length=7, choices=What)
    old = models.JSONField(_("Previous values"))
    new = models.JSONField(_("New values"))

    class Meta(AppendOnlyModel.Meta):
        verbose_name = _("loaded row")
        verbose_name_plural = _("loaded rows")
        ordering = ["load", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(what__in=["new", "changed", "removed"]), name="loadedrow_what_known"),
        ]
        indexes = [
            # Which loads changed a measure?
            models.Index(fields=["measure"], condition=~Q(measure=""), name="loadedrow_of_measure"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.key} {self.what}"
