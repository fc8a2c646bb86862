"""The values that a department files about an indicator and a period: one that the office accepts becomes an
observation."""

from auditlog.registry import auditlog
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.permissions import may_file_for
from core.bounds import within_observed_days
from core.period_codes import Period
from core.periods import PeriodKind
from core.provenance import Provenance
from core.texts import MAX_REASON_LENGTH
from core.timestamps import UpdatedAtModel, track_part
from indicators.models.indicators import STATED, Indicator, Observation, PeriodValue
from indicators.querysets import ValueReportQuerySet
from reporting.models import AbstractEvidence, AbstractFiling, AbstractReportStep, WrittenByDepartment
from reporting.workflow import EDITABLE_STATES, OPEN_STATES, ReportState

# Of a release day: the source does not give it; it is when such figures usually come.
ASSUMED = "assumed"
RELEASE_BASES = [
    (STATED, pgettext_lazy("day of release", "The source gives it")),
    (ASSUMED, pgettext_lazy("day of release", "Assumed: when such figures usually come")),
]


class ValueProvenance(models.TextChoices):
    """The provenance of a filed value; its choices are among those of `Provenance`."""

    PUBLISHED = Provenance.PUBLISHED.value, pgettext_lazy("value", "Published: the source can be named")
    REPORTED = Provenance.REPORTED.value, pgettext_lazy("value", "From the department’s own records")


class Purpose(models.TextChoices):
    """Why a value is filed for a period that has one."""

    REVISION = "revision", pgettext_lazy("value", "A revision")
    CORRECTION = "correction", pgettext_lazy("value", "A correction")


class ValueReport(PeriodValue, WrittenByDepartment, AbstractFiling, UpdatedAtModel):
    """A value of an indicator for a region and a period, as its department files it. The `value` is in the indicator's
    `unit`; whoever filed it wrote it in the Chinese one where `in_chinese_unit`.

    `provenance` is that of this row; `value_provenance`, `source` and the rest are those of the observation that its
    acceptance makes. A correction names the wrong row in `corrects`.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="value_reports", verbose_name=_("Indicator"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+", verbose_name=_("Region"))
    # The one that wrote it: the indicator's owner at the time.
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="value_reports", verbose_name=_("Department")
    )
    value = models.DecimalField(_("Value"), max_digits=18, decimal_places=6, null=True, blank=True)
    in_chinese_unit = models.BooleanField(_("In the Chinese unit"), default=False)
    verified = models.BooleanField(_("Verified"), null=True, blank=True)
    released_on = models.DateField(_("Release date"), null=True, blank=True, validators=[within_observed_days])
    release_basis = models.CharField(
        _("What the release date rests on"),
        max_length=8,
        choices=RELEASE_BASES,
        default=STATED,
    )
    value_provenance = models.CharField(
        _("Where the value comes from"),
        max_length=12,
        choices=ValueProvenance,
        default=ValueProvenance.REPORTED,
    )
    note = models.CharField(_("Note"), max_length=300, blank=True)
    purpose = models.CharField(_("Why it is filed"), max_length=10, choices=Purpose, blank=True)
    corrects = models.ForeignKey(
        Observation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("observation", "Corrects"),
    )
    reason = models.CharField(_("Reason"), max_length=MAX_REASON_LENGTH, blank=True)
    # What its acceptance made.
    observation = models.OneToOneField(
        Observation,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="report",
        verbose_name=_("Observation"),
    )

    subject_name = "indicator"
    kept_columns = (
        *AbstractFiling.kept_columns,
        *("period", "value", "exact", "verified", "released_on", "release_basis", "value_provenance", "source"),
        *("basis", "scope", "note", "purpose", "reason", "corrects_id"),
    )
    filing_refusal = _("Only the responsible department may file values of this indicator")

    objects = ValueReportQuerySet.as_manager()

    class Meta(AbstractFiling.Meta):
        verbose_name = _("filed value")
        verbose_name_plural = _("filed values")
        ordering = ["-period_end", "-submitted_on", "-id"]
        constraints = [
            *AbstractFiling.Meta.constraints,
            *PeriodValue.Meta.constraints,
            models.CheckConstraint(
                condition=Q(release_basis__in=[value for value, _label in RELEASE_BASES]),
                name="valuereport_release_basis_known",
            ),
            models.CheckConstraint(
                condition=Q(value_provenance__in=ValueProvenance.values),
                name="valuereport_value_provenance_known",
            ),
            models.CheckConstraint(
                # One that was returned is written anew, and may be incomplete meanwhile.
                condition=Q(state__in=EDITABLE_STATES)
                | Q(value__isnull=False, released_on__isnull=False, verified__isnull=False),
                name="valuereport_filed_is_complete",
            ),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.CORRECTION, corrects__isnull=False)
                | Q(purpose__in=["", Purpose.REVISION], corrects__isnull=True),
                name="valuereport_correction_names_the_row",
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.ACCEPTED, observation__isnull=False)
                | ~Q(state=ReportState.ACCEPTED) & Q(observation__isnull=True),
                name="valuereport_accepted_made_an_observation",
            ),
            models.UniqueConstraint(
                fields=["indicator", "region", "period_kind", "period_start", "period_end", "department"],
                condition=Q(state__in=OPEN_STATES),
                name="valuereport_one_open_a_period",
            ),
        ]
        indexes = [
            # How many wait for the office, and how many came back to a department: each of their pages says so.
            models.Index(fields=["indicator"], condition=Q(state=ReportState.SUBMITTED), name="valuereport_waiting"),
            models.Index(fields=["department"], condition=Q(state=ReportState.RETURNED), name="valuereport_returned"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.region_id} {self.period}"

    @property
    def span(self) -> Period:
        return Period(PeriodKind(self.period_kind), self.period_start, self.period_end)

    def get_form_url(self) -> str:
        return self.indicator.get_form_url(self.period, self.region)

    def may_be_filed_by(self, user: User | AnonymousUser) -> bool:
        """Another department that owns the indicator by now files its own."""
        is_own = self.indicator.owner_id == self.department_id
        return is_own and may_file_for(user, department=self.department_id)


class ValueReportEvidence(AbstractEvidence):
    report = models.ForeignKey(ValueReport, models.CASCADE, related_name="evidence", verbose_name=_("filed value"))


class ValueReportStep(AbstractReportStep):
    report = models.ForeignKey(ValueReport, models.PROTECT, related_name="steps", verbose_name=_("filed value"))


# The step itself keeps what was written.
auditlog.register(ValueReportStep, include_fields=["move"])

track_part(ValueReportEvidence, "report")
