"""What every report shares. No table here: each app makes its own report, and its evidence, from these."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.provenance import Sourced
from reporting.workflow import FILED_STATES, ReportState

# The texts of a report, and what each says.
TEXTS: dict[str, str | Promise] = {
    "what_was_done": _("What was done"),
    "problem": _("Problems"),
    "next_step": _("Next steps"),
}


class AbstractReport(Sourced):
    """A report for a month. `period` is the month's first day; texts are in the language they were written in.

    An app's own report adds a foreign key to what it is about, and the two methods at the end.
    """

    period = models.DateField(_("Reporting period"))
    state = models.CharField(_("State"), max_length=9, choices=ReportState, default=ReportState.DRAFT)
    what_was_done_zh = models.TextField(_("What was done (Chinese)"), blank=True)
    what_was_done_en = models.TextField(_("What was done (English)"), blank=True)
    problem_zh = models.TextField(_("Problems (Chinese)"), blank=True)
    problem_en = models.TextField(_("Problems (English)"), blank=True)
    next_step_zh = models.TextField(_("Next steps (Chinese)"), blank=True)
    next_step_en = models.TextField(_("Next steps (English)"), blank=True)
    # The day of last submission, in Shanghai: lights and rules count days, not moments.
    submitted_on = models.DateField(_("Date submitted"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("Submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Submitted by"),
    )
    decided_on = models.DateField(_("Date decided"), null=True, blank=True)
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Decided by"),
    )
    decision_note = models.TextField(_("Note of the reviewer"), blank=True)
    # Goes up with each save of a draft: who saves over a newer version is told.
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False)
    edited_at = models.DateTimeField(_("Edited at"), null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Edited by"),
    )

    # The pieces of its evidence: rows of a model made from AbstractEvidence.
    evidence: Any
    # Said to those who may not file it.
    filing_refusal: str | Promise = _("You may not do this")

    class Meta(Sourced.Meta):
        abstract = True
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values), name="%(app_label)s_%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ReportState.ACCEPTED, ReportState.RETURNED]) & Q(decided_on__isnull=False)
                | Q(state__in=[ReportState.DRAFT, ReportState.SUBMITTED]),
                name="%(app_label)s_%(class)s_decided_has_day",
            ),
            # An illustrative report was decided by nobody; a real decision has both a time and a person.
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False, decided_by__isnull=False)
                | Q(decided_at__isnull=True, decided_by__isnull=True),
                name="%(app_label)s_%(class)s_decision_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT) | Q(submitted_on__isnull=False),
                name="%(app_label)s_%(class)s_filed_has_day",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=False, submitted_by__isnull=False)
                | Q(submitted_at__isnull=True, submitted_by__isnull=True),
                name="%(app_label)s_%(class)s_submission_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(edited_at__isnull=False, edited_by__isnull=False)
                | Q(edited_at__isnull=True, edited_by__isnull=True),
                name="%(app_label)s_%(class)s_edit_has_time_and_person",
            ),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == ReportState.DRAFT

    @property
    def is_returned(self) -> bool:
        return self.state == ReportState.RETURNED

    def is_filed(self, *, by: date) -> bool:
        """Whether it counts for its month on the day `by`: submitted by then, and waiting for review or accepted."""
        return self.state in FILED_STATES and self.submitted_on is not None and self.submitted_on <= by

    def lock_subject(self) -> None:
        """Locks the row of what it is about: changes of its reports come one after the other."""
        raise NotImplementedError

    def may_be_filed_by(self, user: User | AnonymousUser) -> bool:
        """Whether the person writes, submits and withdraws it."""
        raise NotImplementedError


def random_name(evidence: "AbstractEvidence", name: str) -> str:
    """Where a file is stored: under a name that says nothing and that nobody can guess."""
    return f"{evidence.key.hex[:2]}/{evidence.key.hex}"


class AbstractEvidence(models.Model):
    """What shows that a report is true: a file, a link, or the number of an issued document.

    `key` names it in addresses; `file_name`, `content_type` and `size` (bytes) are those of a file. An app's own adds
    the foreign key `report`, with `related_name="evidence"`.
    """

    key = models.UUIDField(_("Key"), default=uuid4, unique=True, editable=False)
    title_zh = models.CharField(_("Title (Chinese)"), max_length=200, blank=True)
    title_en = models.CharField(_("Title (English)"), max_length=300, blank=True)
    document_number = models.CharField(_("Document number"), max_length=80, blank=True)
    url = models.URLField(_("Address"), max_length=500, blank=True)
    file = models.FileField(_("File"), upload_to=random_name, blank=True)
    file_name = models.CharField(_("File name"), max_length=255, blank=True)
    content_type = models.CharField(_("File type"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("Size in bytes"), null=True, blank=True)
    attached_at = models.DateTimeField(_("Attached at"), null=True, blank=True, editable=False)

    report: Any

    class Meta:
        abstract = True
        verbose_name = _("Evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=~Q(document_number="", url="", file=""),
                name="%(app_label)s_%(class)s_is_a_document_a_link_or_a_file",
            ),
        ]

    def __str__(self) -> str:
        return self.document_number or self.title_zh or self.file_name or self.url

    def delete_file(self) -> None:
        """Deletes the file, if there is one, once the transaction that deletes the row is committed."""
        if self.file:
            storage, name = self.file.storage, str(self.file.name)
            transaction.on_commit(lambda: storage.delete(name), robust=True)
