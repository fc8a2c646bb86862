from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.bounds import (
    days_bound,
    texts_bound,
)
from core.dated import DatedModel
from core.provenance import Sourced
from core.statuses import MeasureStatus
from core.succession import Succession
from core.terms_changes import AbstractTermsChange, terms_bounds
from core.texts import MAX_TEXT_LENGTH
from core.timestamps import UpdatedAtModel
from measures.models.loads import Load
from measures.models.plans import Measure
from measures.models.reports import Report
from measures.querysets import StatusChangeQuerySet

# What a measure had reached when the office added it: said by a person, with a reason.
ENTERED_STATUS = Q(
    old_status=MeasureStatus.PROMOTING,
    status=MeasureStatus.IN_PROGRESS,
    report__isnull=True,
    load__isnull=True,
    supersedes__isnull=True,
    recorded_by__isnull=False,
)


class StatusChange(DatedModel, Sourced, UpdatedAtModel):
    """A status that a measure has from a day on: what it was before, why, and who recorded it.

    The status of a measure on a day is that of the row with the greatest (`effective_on`,
    `recorded_at`, id) effective on or before it that nothing supersedes.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="status_changes", verbose_name=_("Measure"))
    old_status = models.CharField(_("Previous status"), max_length=11, choices=MeasureStatus, null=True, blank=True)
    status = models.CharField(_("New status"), max_length=11, choices=MeasureStatus)
    effective_on = models.DateField(_("Effective date"))
    recorded_at = models.DateTimeField(_("Date recorded"))
    recorded_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Recorded by")
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("Replaces")
    )
    # A report whose acceptance was undone can be accepted again: `acceptance` counts those that changed the status.
    report = models.ForeignKey(
        Report, models.PROTECT, null=True, blank=True, related_name="status_changes", verbose_name=_("Report")
    )
    acceptance = models.PositiveSmallIntegerField(_("Acceptance"), default=1, db_default=1, editable=False)
    # The load that brought it, and that answers for it where no report does.
    load = models.ForeignKey(
        Load,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="status_changes",
        verbose_name=pgettext_lazy("data", "Load"),
    )
    # It replaces the change of an acceptance that was undone, and says again what the row before that one says.
    restates = models.BooleanField(_("Restates"), default=False, db_default=False, editable=False)
    # What the report says that was done, or the office's reason.
    reason_zh = models.CharField(_("Reason (Chinese)"), max_length=MAX_TEXT_LENGTH, blank=True)
    reason_en = models.CharField(_("Reason (English)"), max_length=MAX_TEXT_LENGTH, blank=True)

    objects = StatusChangeQuerySet.as_manager()
    succession = Succession("measure", corrected=Q(superseded_by__isnull=False))

    class Meta(Sourced.Meta):
        verbose_name = _("Status change")
        verbose_name_plural = _("status changes")
        ordering = ["-effective_on", "-recorded_at", "-id"]
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=MeasureStatus.values)
                & (Q(old_status__isnull=True) | Q(old_status__in=MeasureStatus.values)),
                name="statuschange_statuses_known",
            ),
            days_bound("effective_on", name="statuschange_days_in_bounds"),
            models.CheckConstraint(
                condition=Q(old_status__isnull=True)
                | Q(supersedes__isnull=False)
                | Q(old_status__isnull=False) & ~Q(old_status=F("status")),
                name="statuschange_changes_something",
            ),
            models.CheckConstraint(
                condition=Q(old_status__isnull=False) | Q(status=MeasureStatus.PROMOTING),
                name="statuschange_first_is_promoting",
            ),
            # A first row, a correction and a reopening by the office stand on their own, and so does the status with
            # which the office adds a measure (ADR 4); every other change rests on an accepted report, or was loaded and
            # names its load.
            models.CheckConstraint(
                condition=Q(report__isnull=True)
                & (Q(old_status__isnull=True) | Q(supersedes__isnull=False) | Q(old_status=MeasureStatus.COMPLETED))
                | Q(report__isnull=False, old_status__isnull=False, supersedes__isnull=True)
                & ~Q(old_status=MeasureStatus.COMPLETED)
                | Q(report__isnull=True, load__isnull=False)
                | ENTERED_STATUS & ~Q(reason_zh="", reason_en=""),
                name="statuschange_rests_on_a_report",
            ),
            models.UniqueConstraint(
                fields=["measure"], condition=ENTERED_STATUS, name="statuschange_one_entered_status"
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(old_status__isnull=True, supersedes__isnull=True),
                name="statuschange_one_first_row",
            ),
            models.UniqueConstraint(fields=["report", "acceptance"], name="statuschange_one_an_acceptance"),
            models.CheckConstraint(
                condition=Q(restates=False) | Q(supersedes__isnull=False), name="statuschange_restates_in_place"
            ),
        ]
        indexes = [
            # The change in force on a day: is there a later one of the same measure?
            models.Index(fields=["measure", "effective_on", "recorded_at", "id"], name="statuschange_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.measure.code} {self.effective_on} {self.get_status_display()}"


class Comment(models.Model):
    """A comment of a participating department, the lead or the office about a measure."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="comments", verbose_name=_("Measure"))
    text = models.TextField(pgettext_lazy("comment", "Text"))
    written_at = models.DateTimeField(_("Written at"))
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("Written by"))

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["-written_at", "-id"]
        constraints = [texts_bound("text", most=MAX_TEXT_LENGTH, name="comment_text_in_bounds")]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.written_at:%Y-%m-%d}"


class MeasureEvent(models.TextChoices):
    """The events that departments hear of a measure, besides moves of its reports and a `core.scope.ScopeKind`."""

    LEAD_GIVEN = "lead_given", pgettext_lazy("notice", "New lead department")
    LEAD_TAKEN = "lead_taken", pgettext_lazy("notice", "Another lead department")
    DUE_MOVED = "due_moved", pgettext_lazy("notice", "New due date")
    CORRECTED = "corrected", pgettext_lazy("notice", "Corrected")
    REOPENED = "reopened", pgettext_lazy("notice", "Reopened")
    COMMENT = "comment", pgettext_lazy("notice", "Comment")


class Term(models.TextChoices):
    """Columns of a measure that only a reviewer changes, with a reason."""

    DUE_ON = "due_on", _("Due date")
    LEAD_DEPARTMENT = "lead_department", _("Lead department")
    SECTION = "section", _("Priority area")


class TermsChange(AbstractTermsChange):
    """A due date, lead department or section that was changed."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="terms_changes", verbose_name=_("Measure"))
    field = models.CharField(_("What was changed"), max_length=15, choices=Term)

    class Meta(AbstractTermsChange.Meta):
        constraints = terms_bounds(Term, name="termschange")

    def __str__(self) -> str:
        return f"{self.measure_id} {self.field} {self.old_value} {self.new_value}"


for _model in (StatusChange, TermsChange):
    auditlog.register(_model, exclude_fields=["updated_at", "superseded_by"])
