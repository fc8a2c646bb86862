from auditlog.registry import auditlog
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import may_report
from core.statuses import MeasureStatus
from core.timestamps import UpdatedAtModel, track_part
from measures.models.plans import Measure
from measures.querysets import ReportQuerySet
from measures.rules import NO_CHANGE_BEGINNINGS
from reporting.models import AbstractEvidence, AbstractReport, AbstractReportStep, WrittenByDepartment
from reporting.workflow import OPEN_STATES, ReportState


class Report(WrittenByDepartment, AbstractReport, UpdatedAtModel):
    """A department's report about a measure for a month; `against_status` is the status it was written against."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="reports", verbose_name=_("Measure"))
    # The one that wrote it: the measure's lead at the time. It keeps what it wrote when another one leads the measure.
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="reports", verbose_name=_("Department")
    )
    status = models.CharField(_("Status after this report"), max_length=11, choices=MeasureStatus)
    against_status = models.CharField(_("Status before this report"), max_length=11, choices=MeasureStatus)
    effective_on = models.DateField(_("Effective date"), null=True, blank=True)

    subject_name = "measure"
    kept_columns = ("status", "against_status", "effective_on", *AbstractReport.kept_columns)
    filing_refusal = _("Only the lead department may report on this measure")

    objects = ReportQuerySet.as_manager()

    class Meta(AbstractReport.Meta):
        verbose_name = _("Report")
        verbose_name_plural = _("reports")
        ordering = ["-period", "-submitted_on", "-id"]
        constraints = [
            *AbstractReport.Meta.constraints,
            models.CheckConstraint(
                condition=Q(status__in=MeasureStatus.values, against_status__in=MeasureStatus.values),
                name="report_statuses_known",
            ),
            models.UniqueConstraint(
                fields=["measure", "period", "department"],
                condition=Q(state__in=OPEN_STATES),
                name="report_one_open_a_month",
            ),
        ]
        indexes = [
            # Lights: has this measure an accepted report since that day?
            models.Index(
                fields=["measure", "submitted_on"],
                condition=Q(state=ReportState.ACCEPTED),
                name="report_accepted_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.period:%Y-%m}"

    @property
    def changes_status(self) -> bool:
        return self.status != self.against_status

    @property
    def says_no_change(self) -> bool:
        """Return whether it says no more than that nothing changed, with or without words after that."""
        says_more = self.changes_status or self.problem_zh or self.problem_en
        said = self.what_was_done_zh or self.what_was_done_en
        return not says_more and said.startswith(NO_CHANGE_BEGINNINGS)

    def may_be_filed_by(self, user: User | AnonymousUser) -> bool:
        lead = self.measure.lead_department_id
        return self.department_id == lead and may_report(user, lead=lead)


class Evidence(AbstractEvidence):
    report = models.ForeignKey(Report, models.CASCADE, related_name="evidence", verbose_name=_("Report"))


class ReportStep(AbstractReportStep):
    goes_with_its_subject = True

    report = models.ForeignKey(Report, models.PROTECT, related_name="steps", verbose_name=_("Report"))

    def __str__(self) -> str:
        return f"{self.report.measure} {self.report.period:%Y-%m}"


# The step itself keeps what was written.
auditlog.register(ReportStep, include_fields=["move"])

track_part(Evidence, "report")
