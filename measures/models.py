from auditlog.registry import auditlog
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from measures.querysets import MeasureQuerySet, PlanQuerySet, ReportQuerySet, StatusChangeQuerySet
from reporting.models import AbstractReport
from reporting.provenance import Provenance, Sourced
from reporting.statuses import MeasureStatus
from reporting.workflow import OPEN_STATES, ReportState


class Plan(Sourced):
    """An action plan and the days it runs, both included."""

    slug = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = PlanQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Action plan")
        verbose_name_plural = _("action plans")
        ordering = ["starts_on", "slug"]
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="plan_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Section(Sourced):
    """A part of a plan (重点任务)."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sections")
    slug = models.SlugField()
    number = models.PositiveSmallIntegerField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200)

    class Meta(Sourced.Meta):
        verbose_name = _("Section")
        verbose_name_plural = _("sections")
        ordering = ["plan", "number"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(fields=["plan", "slug"], name="section_slug_once_a_plan"),
            models.UniqueConstraint(fields=["plan", "number"], name="section_number_once_a_plan"),
        ]

    def __str__(self) -> str:
        return self.title_zh


class Measure(Sourced):
    """One item of a plan. Its status and its light are never stored here: they follow from its rows and the day."""

    code = models.CharField(_("Code"), max_length=12, unique=True, validators=[RegexValidator(r"^[A-Z][0-9]{3,}\Z")])
    section = models.ForeignKey(Section, models.PROTECT, related_name="measures", verbose_name=_("Section"))
    lead_department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="led_measures", verbose_name=_("Lead department")
    )
    participating_departments = models.ManyToManyField(
        "accounts.Department",
        blank=True,
        related_name="joined_measures",
        verbose_name=_("Participating departments"),
    )
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300)
    description_zh = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    target_zh = models.CharField(max_length=300, blank=True)
    target_en = models.CharField(max_length=400, blank=True)
    listed_on = models.DateField(pgettext_lazy("measure", "Date listed"), editable=False)
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    lead_provenance = models.CharField(max_length=12, choices=Provenance)

    objects = MeasureQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Measure")
        verbose_name_plural = _("measures")
        ordering = ["code"]
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z][0-9]{3,}$"), name="measure_code_shape"),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("listed_on")),
                name="measure_due_after_listed",
            ),
            models.CheckConstraint(
                condition=Q(lead_provenance__in=Provenance.values), name="measure_lead_provenance_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh}"

    def get_absolute_url(self) -> str:
        return reverse("measures:detail", args=[self.code])


class Report(AbstractReport):
    """What a department files about a measure for a month; `against_status` is the status it was written against."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="reports")
    status = models.CharField(_("Status after this report"), max_length=11, choices=MeasureStatus)
    against_status = models.CharField(max_length=11, choices=MeasureStatus)
    effective_on = models.DateField(_("Effective date"), null=True, blank=True)

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
                fields=["measure", "period"],
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


class Evidence(models.Model):
    """What shows that a report is true: a file, a link, or the number of an issued document."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="evidence")
    title_zh = models.CharField(max_length=200, blank=True)
    title_en = models.CharField(max_length=300, blank=True)
    document_number = models.CharField(_("Document number"), max_length=80, blank=True)
    url = models.URLField(max_length=500, blank=True)
    file = models.FileField(upload_to="reports/", blank=True)

    class Meta:
        verbose_name = _("Evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=~Q(document_number="", url="", file=""),
                name="evidence_is_a_document_a_link_or_a_file",
            ),
        ]

    def __str__(self) -> str:
        return self.document_number or self.title_zh or self.url


class StatusChange(Sourced):
    """The row that records a status: what it was, what it is, from which day, why, and by whom.

    The status of a measure on a day is that of the row with the greatest (`effective_on`,
    `recorded_at`, id) effective on or before it that nothing supersedes.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="status_changes")
    old_status = models.CharField(_("Previous status"), max_length=11, choices=MeasureStatus, null=True, blank=True)
    status = models.CharField(_("New status"), max_length=11, choices=MeasureStatus)
    effective_on = models.DateField(_("Effective date"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, blank=True, related_name="+")
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    report = models.OneToOneField(Report, models.PROTECT, null=True, blank=True, related_name="status_change")
    reason_zh = models.CharField(max_length=300, blank=True)
    reason_en = models.CharField(max_length=400, blank=True)

    objects = StatusChangeQuerySet.as_manager()

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
            # A first row, a correction and a reopening by the office stand on their own; every other
            # change rests on an accepted report.
            models.CheckConstraint(
                condition=Q(report__isnull=True)
                & (Q(old_status__isnull=True) | Q(supersedes__isnull=False) | Q(old_status=MeasureStatus.COMPLETED))
                | Q(report__isnull=False, old_status__isnull=False, supersedes__isnull=True)
                & ~Q(old_status=MeasureStatus.COMPLETED),
                name="statuschange_rests_on_a_report",
            ),
            models.UniqueConstraint(
                fields=["measure"],
                condition=Q(old_status__isnull=True, supersedes__isnull=True),
                name="statuschange_one_first_row",
            ),
        ]
        indexes = [
            # The status in force on a day: is there a later row of the same measure?
            models.Index(fields=["measure", "effective_on", "recorded_at", "id"], name="statuschange_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.effective_on} {self.status}"


# Section, departments and due day are read as they are now, for every day: what they were before is in this log.
auditlog.register(Measure, m2m_fields={"participating_departments"})
