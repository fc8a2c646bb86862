"""The models of what is reported of a project by month, and of what is planned for it by year."""

from auditlog.registry import auditlog
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import may_file_for, may_report_project
from core.bounds import MAX_INVESTMENT_WAN, days_bound, texts_bound, within_days, within_investment
from core.terms_changes import AbstractTermsChange, change_bounds
from core.texts import MAX_REASON_LENGTH
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_part
from projects.models.projects import Project, Stage
from projects.querysets import SUCCESSION, ProjectMonthQuerySet
from reporting.models import AbstractEvidence, AbstractReport, AbstractReportStep
from reporting.workflow import EDITABLE_STATES, OPEN_STATES, ReportState

# In per cent.
MAX_PROGRESS = 100
STAGE_DAYS = ("started_on", "completed_on", "in_production_on")


class AnnualPlan(UpdatedAtModel):
    """How much of a project is to be invested in a calendar year, in 万元. What it was before: AnnualPlanChange."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="annual_plans", verbose_name=_("Project"))
    year = models.PositiveSmallIntegerField(_("Year"))
    planned_wan = models.PositiveBigIntegerField(_("Annual plan"), validators=[within_investment])

    objects = UpdatedAtQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual plan")
        verbose_name_plural = _("annual plans")
        ordering = ["project", "year"]
        constraints = [
            models.UniqueConstraint(fields=["project", "year"], name="annualplan_once_a_year"),
            models.CheckConstraint(condition=Q(year__gte=1990, year__lte=2100), name="annualplan_year_in_bounds"),
            models.CheckConstraint(condition=Q(planned_wan__lte=MAX_INVESTMENT_WAN), name="annualplan_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.year}"


class AnnualPlanChange(AbstractTermsChange):
    """An annual plan (in 万元, as a whole number) that was changed."""

    annual_plan = models.ForeignKey(AnnualPlan, models.PROTECT, related_name="changes", verbose_name=_("annual plan"))

    class Meta(AbstractTermsChange.Meta):
        constraints = change_bounds(name="annualplanchange")

    def __str__(self) -> str:
        return f"{self.annual_plan_id} {self.old_value} {self.new_value}"


class ProjectMonth(AbstractReport, UpdatedAtModel):
    """A report that a city or the lead department files about a project for a month, and the office accepts.

    `invested_wan` (万元) counts from 1 January to the end of the month; `progress` is of the building, in per cent.
    A day of a stage is that of its beginning. See ADR 22 for what a month decides on a day.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="months", verbose_name=_("Project"))
    stage = models.CharField(_("Stage"), max_length=18, choices=Stage)
    started_on = models.DateField(_("Started on"), null=True, blank=True, validators=[within_days])
    completed_on = models.DateField(_("Completed on"), null=True, blank=True, validators=[within_days])
    in_production_on = models.DateField(_("In production since"), null=True, blank=True, validators=[within_days])
    stage_reason = models.TextField(_("Why it was suspended or resumed"), blank=True)
    invested_wan = models.PositiveBigIntegerField(
        _("Invested since 1 January"), null=True, blank=True, validators=[within_investment]
    )
    progress = models.PositiveSmallIntegerField(
        _("Physical progress"), null=True, blank=True, validators=[MaxValueValidator(MAX_PROGRESS)]
    )
    # The unit that submitted it; neither where nobody is known to have.
    filing_department = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        editable=False,
        related_name="+",
        verbose_name=_("Submitted by the department"),
    )
    filing_city = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        editable=False,
        related_name="+",
        verbose_name=_("Submitted by the city"),
    )
    # The period of the accepted month after it, which decides from then on; None for the newest. Of two for one month
    # the earlier one decides nothing. `core.dated.Succession` alone writes it, from the rows.
    superseded_from = models.DateField(_("Superseded from the month"), null=True, editable=False)

    subject_name = "project"
    kept_columns = ("stage", *STAGE_DAYS, "stage_reason", "invested_wan", "progress", *AbstractReport.kept_columns)
    filing_refusal = _("Only the project's city and its lead department may report on this project")
    withdrawal_refusal = _("Only the department or city that submitted this month may withdraw it")

    objects = ProjectMonthQuerySet.as_manager()
    succession = SUCCESSION

    class Meta(AbstractReport.Meta):
        verbose_name = _("project month")
        verbose_name_plural = _("project months")
        ordering = ["-period", "-submitted_on", "-id"]
        constraints = [
            *AbstractReport.Meta.constraints,
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="projectmonth_stage_known"),
            models.CheckConstraint(
                # One that was returned is written anew, and may be incomplete meanwhile.
                condition=Q(state__in=EDITABLE_STATES) | Q(invested_wan__isnull=False, progress__isnull=False),
                name="projectmonth_filed_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(invested_wan__isnull=True) | Q(invested_wan__lte=MAX_INVESTMENT_WAN),
                name="projectmonth_investment_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(progress__isnull=True) | Q(progress__lte=MAX_PROGRESS),
                name="projectmonth_progress_in_bounds",
            ),
            days_bound(*STAGE_DAYS, name="projectmonth_days_in_bounds"),
            texts_bound("stage_reason", most=MAX_REASON_LENGTH, name="projectmonth_reason_in_bounds"),
            models.CheckConstraint(
                condition=Q(superseded_from__isnull=True)
                | Q(state=ReportState.ACCEPTED, superseded_from__gte=F("period")),
                name="projectmonth_superseded_is_accepted",
            ),
            models.UniqueConstraint(
                fields=["project", "period"],
                condition=Q(state__in=OPEN_STATES),
                name="projectmonth_one_open_a_month",
            ),
        ]
        indexes = [
            # The month in force of a project, for cells and lists. What these ask of it stands in the index: rows are
            # wide, with their texts.
            models.Index(
                fields=["project", "period", "superseded_from", "stage", "started_on", "invested_wan"],
                condition=Q(state=ReportState.ACCEPTED),
                name="projectmonth_in_force",
            ),
            # How many wait for the office, and which of a plan.
            models.Index(fields=["project"], condition=Q(state=ReportState.SUBMITTED), name="projectmonth_waiting"),
            # How many came back to a city or a department: each of their pages says so.
            models.Index(fields=["project"], condition=Q(state=ReportState.RETURNED), name="projectmonth_returned"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.period:%Y-%m}"

    def may_be_filed_by(self, user: User | AnonymousUser) -> bool:
        return may_report_project(user, lead=self.project.lead_department_id, city=self.project.city_id)

    def may_be_withdrawn_by(self, user: User | AnonymousUser) -> bool:
        """Return whether the person files for the unit that submitted it; where that unit no longer files for the
        project, whether they are of any that does."""
        unit = self.filing_unit
        return may_file_for(user, **unit) if unit else self.may_be_filed_by(user)

    def set_filing_unit(self, by: User) -> None:
        is_of_lead = by.department_id is not None and by.department_id == self.project.lead_department_id
        self.filing_department_id = by.department_id if is_of_lead else None
        self.filing_city_id = None if is_of_lead else by.city_id

    @property
    def filing_unit(self) -> dict[str, int]:
        """`department` or `city` that submitted it, by its id; neither where that is not known, or that one no longer
        files for the project."""
        department = self.filing_department.successor.pk if self.filing_department is not None else None
        if department is not None and department == self.project.lead_department_id:
            return {"department": department}
        city = self.filing_city_id
        return {"city": city} if city is not None and city == self.project.city_id else {}


class ProjectMonthEvidence(AbstractEvidence):
    report = models.ForeignKey(ProjectMonth, models.CASCADE, related_name="evidence", verbose_name=_("project month"))


class ProjectMonthStep(AbstractReportStep):
    goes_with_its_subject = True

    report = models.ForeignKey(ProjectMonth, models.PROTECT, related_name="steps", verbose_name=_("project month"))

    def __str__(self) -> str:
        return f"{self.report.project} {self.report.period:%Y-%m}"


# The step itself keeps what was written.
auditlog.register(ProjectMonthStep, include_fields=["move"])
auditlog.register(AnnualPlan, exclude_fields=["updated_at"])
auditlog.register(AnnualPlanChange)

track_part(ProjectMonthEvidence, "report")
