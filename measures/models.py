from auditlog.registry import auditlog
from django.contrib.auth.models import AnonymousUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import NOT_MERGED, User
from accounts.permissions import may_report
from core.provenance import Provenance, Sourced
from core.statuses import MeasureStatus
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_links, track_part
from measures.querysets import MeasureQuerySet, PlanQuerySet, ReportQuerySet, StatusChangeQuerySet
from reporting.models import AbstractEvidence, AbstractReport
from reporting.workflow import OPEN_STATES, ReportState


class Plan(Sourced, UpdatedAtModel):
    """An action plan and the days it runs, both included."""

    slug = models.SlugField(_("Name in addresses"), unique=True)
    name_zh = models.CharField(_("Name (Chinese)"), max_length=120)
    name_en = models.CharField(_("Name (English)"), max_length=200)
    starts_on = models.DateField(_("First day"))
    ends_on = models.DateField(_("Last day"))

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


class Section(Sourced, UpdatedAtModel):
    """A part of a plan (重点任务)."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sections", verbose_name=_("Action plan"))
    slug = models.SlugField(_("Name in addresses"))
    number = models.PositiveSmallIntegerField(_("Number"))
    title_zh = models.CharField(_("Title (Chinese)"), max_length=120)
    title_en = models.CharField(_("Title (English)"), max_length=200)

    objects = UpdatedAtQuerySet.as_manager()

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


class Measure(Sourced, UpdatedAtModel):
    """One item of a plan. Status and light are not stored: they follow from its status changes, reports and the day."""

    code = models.CharField(_("Code"), max_length=12, unique=True, validators=[RegexValidator(r"^[A-Z][0-9]{3,}\Z")])
    section = models.ForeignKey(Section, models.PROTECT, related_name="measures", verbose_name=_("Section"))
    lead_department = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        related_name="led_measures",
        limit_choices_to=NOT_MERGED,
        verbose_name=_("Lead department"),
    )
    participating_departments = models.ManyToManyField(
        "accounts.Department",
        blank=True,
        related_name="joined_measures",
        limit_choices_to=NOT_MERGED,
        verbose_name=_("Participating departments"),
    )
    title_zh = models.CharField(_("Title (Chinese)"), max_length=200)
    title_en = models.CharField(_("Title (English)"), max_length=300)
    description_zh = models.TextField(_("Description (Chinese)"), blank=True)
    description_en = models.TextField(_("Description (English)"), blank=True)
    target_zh = models.CharField(_("Target (Chinese)"), max_length=300, blank=True)
    target_en = models.CharField(_("Target (English)"), max_length=400, blank=True)
    listed_on = models.DateField(pgettext_lazy("measure", "Date listed"), editable=False)
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    lead_provenance = models.CharField(_("Provenance of the lead department"), max_length=12, choices=Provenance)

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


class Report(AbstractReport, UpdatedAtModel):
    """What a department files about a measure for a month; `against_status` is the status it was written against."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="reports", verbose_name=_("Measure"))
    status = models.CharField(_("Status after this report"), max_length=11, choices=MeasureStatus)
    against_status = models.CharField(_("Status before this report"), max_length=11, choices=MeasureStatus)
    effective_on = models.DateField(_("Effective date"), null=True, blank=True)

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

    @property
    def changes_status(self) -> bool:
        return self.status != self.against_status

    def lock_subject(self) -> None:
        Measure.objects.select_for_update().get(pk=self.measure_id)

    def may_be_filed_by(self, user: User | AnonymousUser) -> bool:
        return may_report(user, lead=self.measure.lead_department_id)


class Evidence(AbstractEvidence):
    report = models.ForeignKey(Report, models.CASCADE, related_name="evidence", verbose_name=_("Report"))


class StatusChange(Sourced, UpdatedAtModel):
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
    report = models.OneToOneField(
        Report, models.PROTECT, null=True, blank=True, related_name="status_change", verbose_name=_("Report")
    )
    reason_zh = models.CharField(_("Reason (Chinese)"), max_length=300, blank=True)
    reason_en = models.CharField(_("Reason (English)"), max_length=400, blank=True)

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
            # The change in force on a day: is there a later one of the same measure?
            models.Index(fields=["measure", "effective_on", "recorded_at", "id"], name="statuschange_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.effective_on} {self.status}"


class Comment(models.Model):
    """What a participating department, the lead or the office says about a measure."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="comments", verbose_name=_("Measure"))
    text = models.TextField(_("Text"))
    written_at = models.DateTimeField(_("Written at"))
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("Written by"))

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["-written_at", "-id"]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.written_at:%Y-%m-%d}"


class Term(models.TextChoices):
    """Columns of a measure that only a reviewer changes, with a reason."""

    DUE_ON = "due_on", _("Due date")
    LEAD_DEPARTMENT = "lead_department", _("Lead department")
    SECTION = "section", _("Section")


class TermsChange(models.Model):
    """A due date, lead department or section that was changed. Values are ISO days or slugs; empty is none."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="terms_changes", verbose_name=_("Measure"))
    field = models.CharField(_("What was changed"), max_length=15, choices=Term)
    old_value = models.CharField(_("Previous value"), max_length=50, blank=True)
    new_value = models.CharField(_("New value"), max_length=50, blank=True)
    reason = models.CharField(_("Reason"), max_length=300)
    recorded_at = models.DateTimeField(_("Date recorded"))
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", verbose_name=_("Recorded by"))

    class Meta:
        verbose_name = _("change of terms")
        verbose_name_plural = _("changes of terms")
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(field__in=Term.values), name="termschange_field_known"),
            models.CheckConstraint(condition=~Q(old_value=F("new_value")), name="termschange_changes_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="termschange_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.field} {self.old_value} {self.new_value}"


class NoticeKind(models.TextChoices):
    RETURNED = "returned", pgettext_lazy("notice", "Returned")
    ACCEPTED = "accepted", pgettext_lazy("notice", "Accepted")
    REMINDER = "reminder", pgettext_lazy("notice", "Reminder")
    DUE_SOON = "due_soon", pgettext_lazy("notice", "Due soon")
    OVERDUE = "overdue", pgettext_lazy("notice", "Overdue")


class Notice(models.Model):
    """Something a person should know. Its sentence is written when it is shown, from the kind and the rows.

    `period` is the month of a reminder; `day` the day of which a due date was counted.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="notices", verbose_name=_("Account"))
    kind = models.CharField(_("Kind"), max_length=8, choices=NoticeKind)
    measure = models.ForeignKey(
        Measure, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("Measure")
    )
    report = models.ForeignKey(
        Report, models.CASCADE, null=True, blank=True, related_name="notices", verbose_name=_("Report")
    )
    period = models.DateField(_("Reporting period"), null=True, blank=True)
    day = models.DateField(_("Day"))
    created_at = models.DateTimeField(_("Created at"))
    read_at = models.DateTimeField(_("Read at"), null=True, blank=True)
    emailed_on = models.DateField(_("Date e-mailed"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            # For a task that runs twice on a day.
            models.UniqueConstraint(
                fields=["user", "kind", "measure", "day"],
                condition=Q(kind__in=["due_soon", "overdue"]),
                name="notice_of_due_day_once",
            ),
        ]
        indexes = [
            # The inbox, and the number of unread notices.
            models.Index(fields=["user", "read_at"], name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


# Section, departments and due day are read as they are now, for every day: what they were before is in this log.
auditlog.register(Measure, exclude_fields=["updated_at"], m2m_fields={"participating_departments"})

track_links(Measure.participating_departments, on={Measure})
track_part(Evidence, "report")
