"""What every report shares. No table here: each app makes its own report from this."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.provenance import Sourced
from reporting.workflow import ReportState


class AbstractReport(Sourced):
    """A report for a month. `period` is the month's first day; texts are in the language they were written in."""

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
        ]
