from decimal import Decimal
from typing import Any

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.bounds import (
    FIRST_DAY,
    FIRST_OBSERVED_DAY,
    LAST_DAY,
    days_bound,
    within_days,
    within_observed_days,
)
from core.names import named_bound
from core.periods import PeriodKind
from core.provenance import Sourced
from core.texts import MAX_REASON_LENGTH
from core.timestamps import UpdatedAtModel, track_links, track_part
from indicators.addresses import value_form_url
from indicators.derived import DerivedForm, Misfit, Part, misfit
from indicators.milestones import check_milestones
from indicators.querysets import IndicatorQuerySet, ObservationQuerySet, TargetQuerySet
from indicators.rules import HAS_NO_SHARES, NO_SHARE, SHARES, may_be_share
from measures.models import Measure, Module, show_with_rows_of
from regions.models import Region

# Of a release day: the source gives it.
STATED = "stated"
MAX_DUE_DAYS = 999
MAX_SCOPE_LENGTH = 80
SINGLE_YEAR_HELP = _("A growth or a level of that year, which its own value alone decides: no path leads to it")
SCOPE_HELP = _("Where it is not the whole that the name says: Chinese | English")


class Direction(models.TextChoices):
    UP = "up", _("Upward")
    DOWN = "down", _("Downward")
    NEUTRAL = "neutral", _("Neither is better")


class IndicatorGroup(models.TextChoices):
    """The groups under which indicators are listed, in this order."""

    ENERGY = "energy", pgettext_lazy("indicators", "Energy")
    EMISSIONS = "emissions", pgettext_lazy("indicators", "Emissions")
    ENVIRONMENT = "environment", pgettext_lazy("indicators", "Air and water")
    ECONOMY = "economy", pgettext_lazy("indicators", "Economy")
    INNOVATION = "innovation", pgettext_lazy("indicators", "Innovation")
    LIVELIHOOD = "livelihood", pgettext_lazy("indicators", "Livelihood")
    OTHER = "other", pgettext_lazy("indicators", "Other")


class Frequency(models.TextChoices):
    """How often a new value comes."""

    MONTH = "month", _("Monthly")
    QUARTER = "quarter", _("Quarterly")
    HALF_YEAR = "half_year", _("Half-yearly")
    YEAR = "year", _("Yearly")


class Indicator(Sourced, UpdatedAtModel):
    """A figure that tells whether the plan works.

    The API gives values in `unit`; Chinese pages show value x `zh_factor` in `unit_zh`.
    `frequency` and `due_days` say when its `owner` owes the next value; without them nothing is owed.
    One with a `derived_form` has no observations of its own: its values are computed, when they are read, from those of
    `derived_from` and, but for a change on the year, of `derived_with`.
    """

    code = models.CharField(
        _("Code"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Small letters, digits and _, such as gdp_growth"))],
    )
    name_zh = models.CharField(_("Name (Chinese)"), max_length=80, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=160, blank=True)
    unit = models.CharField(_("Unit"), max_length=40)
    unit_zh = models.CharField(_("Unit (Chinese)"), max_length=40, blank=True)
    zh_factor = models.DecimalField(_("Factor to the Chinese unit"), max_digits=10, decimal_places=4, default=1)
    direction = models.CharField(_("Desired direction"), max_length=7, choices=Direction)
    cumulative = models.BooleanField(_("Cumulative"), default=False, help_text=_("Periods start on 1 January"))
    # A default of the database: a web process of the release before writes rows without it during an upgrade.
    is_share = models.BooleanField(
        _("Share of a whole"), default=False, db_default=False, help_text=_("Values lie between 0 and 100")
    )
    group = models.CharField(_("Group"), max_length=11, choices=IndicatorGroup, default=IndicatorGroup.OTHER)
    owner = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("Responsible department"),
    )
    frequency = models.CharField(_("Frequency"), max_length=9, choices=Frequency, blank=True)
    due_days = models.PositiveSmallIntegerField(
        _("Days until due"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(MAX_DUE_DAYS)],
        help_text=_("From the end of a period to the day by which its value is due"),
    )
    # What the method of its values allows.
    may_join = models.BooleanField(_("Joined by a line"), default=True)
    may_compare = models.BooleanField(_("Compared with other regions"), default=False)
    may_add_up = models.BooleanField(_("Parts of a region add up to it"), default=False)
    may_rank = models.BooleanField(_("Cities are ranked"), default=False)
    derived_form = models.CharField(_("Derived as"), max_length=12, choices=DerivedForm, blank=True)
    derived_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Derived from")
    )
    derived_with = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Derived with")
    )
    measures = models.ManyToManyField(
        "measures.Measure", blank=True, related_name="indicators", verbose_name=_("Linked measures")
    )

    objects = IndicatorQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Indicator")
        verbose_name_plural = _("indicators")
        ordering = ["code"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="indicator_is_named"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="indicator_direction_known"),
            models.CheckConstraint(condition=Q(zh_factor__gt=0), name="indicator_zh_factor_positive"),
            models.CheckConstraint(condition=Q(group__in=IndicatorGroup.values), name="indicator_group_known"),
            models.CheckConstraint(
                condition=Q(frequency__in=["", *Frequency.values]), name="indicator_frequency_known"
            ),
            models.CheckConstraint(
                condition=Q(derived_form="", derived_from__isnull=True, derived_with__isnull=True)
                | Q(derived_form=DerivedForm.YEAR_ON_YEAR, derived_from__isnull=False, derived_with__isnull=True)
                | Q(
                    derived_form__in=[each for each in DerivedForm.values if each != DerivedForm.YEAR_ON_YEAR],
                    derived_from__isnull=False,
                    derived_with__isnull=False,
                ),
                name="indicator_derived_whole",
            ),
            models.CheckConstraint(
                condition=Q(due_days__isnull=True) | Q(due_days__lte=MAX_DUE_DAYS), name="indicator_due_days_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en

    def clean(self) -> None:
        """Raises ValidationError where it cannot be derived as it says, or what is derived from it no longer can."""
        found = self.misfit_with(self.derived_from, self.derived_with)
        if found:
            raise ValidationError({found.field: found.sentence})
        if self.pk is None:
            return
        if self.derived_form and self.observations.exists():
            raise ValidationError({"derived_form": gettext("It has values of its own; a derived indicator has none.")})
        if self.is_share and self.observations.effective().exclude(value__range=SHARES).exists():
            raise ValidationError({"is_share": HAS_NO_SHARES})
        for each in self.derived_indicators():
            parts = [self if part == self else part for part in (each.derived_from, each.derived_with)]
            if each.misfit_with(*parts):
                sentence = gettext("%(code)s is derived from it, which this does not allow.") % {"code": each.code}
                raise ValidationError({"derived_form" if self.derived_form else "unit": sentence})

    def why_no_value(self, value: Decimal) -> str:
        """Says why it cannot have this value; empty where it can."""
        return str(NO_SHARE) if self.is_share and not may_be_share(value) else ""

    def misfit_with(self, source: "Indicator | None", other: "Indicator | None") -> Misfit | None:
        """Says what is wrong with its derivation from these; None: nothing."""
        return misfit(self.derived_form, self.as_part, *(each.as_part if each else None for each in (source, other)))

    @property
    def as_part(self) -> Part:
        return Part(self.code, self.unit, bool(self.derived_form))

    def derived_indicators(self) -> "models.QuerySet[Indicator]":
        """Returns the indicators whose values follow from this one's."""
        return Indicator.objects.derived_from_any([self.pk]).select_related("derived_from", "derived_with")

    def get_absolute_url(self) -> str:
        return reverse("indicators:detail", args=[self.code])

    def get_form_url(self, period: str, region: Region | None, *, plan: str = "") -> str:
        """Returns the address where its value of a period, named by its code, is filed. `plan`: its slug; without a
        region it is that of the plan."""
        return value_form_url(self.code, period, region, plan=plan)


class HeadlineIndicator(models.Model):
    """An indicator that the overview of a plan shows, and its place there."""

    goes_with_its_subject = True

    plan = models.ForeignKey(
        "measures.Plan", models.CASCADE, related_name="headline_indicators", verbose_name=_("Action plan")
    )
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="headlines", verbose_name=_("Indicator"), db_index=False
    )
    number = models.PositiveSmallIntegerField(
        _("Number"), help_text=_("Its place among the headline indicators of the overview")
    )

    class Meta:
        verbose_name = _("Headline indicator")
        verbose_name_plural = _("Headline indicators")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "plan"], name="headlineindicator_once_a_plan"),
            models.UniqueConstraint(fields=["plan", "number"], name="headlineindicator_number_once_a_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.indicator}"


class PeriodValue(models.Model):
    """The columns of a value of a period, filed or recorded."""

    period = models.CharField(_("Period"), max_length=24)
    period_kind = models.CharField(_("Kind of period"), max_length=14, choices=PeriodKind)
    period_start = models.DateField(_("First day of the period"), validators=[within_observed_days])
    period_end = models.DateField(_("Last day of the period"), validators=[within_observed_days])
    exact = models.BooleanField(_("Exact"), default=True)
    basis = models.CharField(_("What the value rests on"), max_length=300, blank=True)
    scope = models.CharField(
        pgettext_lazy("indicators", "Scope"), max_length=MAX_SCOPE_LENGTH, blank=True, help_text=SCOPE_HELP
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(period_kind__in=PeriodKind.values), name="%(class)s_period_kind_known"),
            models.CheckConstraint(condition=Q(period_start__lte=F("period_end")), name="%(class)s_period_in_order"),
            days_bound(
                "period_start", "period_end", "released_on", first=FIRST_OBSERVED_DAY, name="%(class)s_days_in_bounds"
            ),
        ]


class Observation(PeriodValue, Sourced, UpdatedAtModel):
    """A value of an indicator for a region and a period, as it was released on a day. Headlines and gaps use only
    verified, exact ones.

    Rows are not rewritten. A revision is another release of the same period, with its own `released_on`; a correction
    `supersedes` a wrong row, which stays visible and counts for no day.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="observations", verbose_name=_("Indicator"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="observations", verbose_name=_("Region"))
    value = models.DecimalField(_("Value"), max_digits=18, decimal_places=6)
    note = models.CharField(
        _("Note"), max_length=300, blank=True, help_text=_("A break or a base effect, for readers: Chinese | English")
    )
    released_on = models.DateField(_("Release date"), validators=[within_observed_days])
    release_basis = models.CharField(_("What the release date rests on"), max_length=80, blank=True)
    verified = models.BooleanField(_("Verified"), default=False)
    supersedes = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="superseded_by",
        verbose_name=_("Replaces"),
    )
    # Whether a row supersedes this one: the key below is of the others. Only the service that corrects sets it.
    superseded = models.BooleanField(_("Replaced"), default=False, editable=False)
    reason = models.CharField(_("Reason"), max_length=MAX_REASON_LENGTH, blank=True)
    recorded_at = models.DateTimeField(_("Date recorded"), null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("Recorded by"),
    )

    # Of a value of a derived indicator, which is computed when it is read and never saved: what it follows from.
    inputs: "tuple[Observation, ...]" = ()

    objects = ObservationQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Observation")
        verbose_name_plural = _("observations")
        ordering = ["indicator", "region", "period_end", "released_on", "id"]
        constraints = [
            *Sourced.Meta.constraints,
            *PeriodValue.Meta.constraints,
            models.UniqueConstraint(
                fields=["indicator", "region", "period_kind", "period_start", "period_end", "released_on"],
                condition=Q(superseded=False),
                name="observation_released_once",
            ),
            models.CheckConstraint(
                condition=Q(supersedes__isnull=True) | ~Q(reason=""), name="observation_correction_has_reason"
            ),
            # What was loaded was recorded by nobody.
            models.CheckConstraint(
                condition=Q(recorded_at__isnull=False, recorded_by__isnull=False)
                | Q(recorded_at__isnull=True, recorded_by__isnull=True),
                name="observation_record_has_time_and_person",
            ),
        ]
        indexes = [
            # The newest value of an indicator and region by a day.
            models.Index(fields=["indicator", "region", "-period_end", "-released_on"], name="observation_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.region} {self.period}"

    @property
    def is_release_assumed(self) -> bool:
        """Says whether the day of release is not in the source, but assumed from when such figures usually come."""
        return self.release_basis != STATED


class Target(Sourced):
    """A value that a document wants an indicator to have by a year.

    `baseline_*`: where the path to it starts, if the document says. `milestones`: values by the ends of years on the
    way, as `indicators.milestones` reads them; the path is straight between them. `single_year`: no path leads to it,
    and no other year's value decides. A value of another `scope` is never compared with it.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets", verbose_name=_("Indicator"))
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="targets", verbose_name=_("Region"))
    due_year = models.PositiveSmallIntegerField(
        _("Due year"), validators=[MinValueValidator(FIRST_DAY.year), MaxValueValidator(LAST_DAY.year)]
    )
    value = models.DecimalField(_("Target"), max_digits=18, decimal_places=6)
    unit = models.CharField(_("Unit"), max_length=40)
    qualifier = models.CharField(_("Qualifier"), max_length=120, blank=True)
    scope = models.CharField(
        pgettext_lazy("indicators", "Scope"), max_length=MAX_SCOPE_LENGTH, blank=True, help_text=SCOPE_HELP
    )
    milestones = models.CharField(
        _("Milestones"),
        max_length=200,
        blank=True,
        validators=[check_milestones],
        help_text=_("By the ends of years on the way: 2024 = 36; 2025 = 35.5"),
    )
    single_year = models.BooleanField(
        _("For the due year alone"), default=False, db_default=False, help_text=SINGLE_YEAR_HELP
    )
    derived = models.BooleanField(_("Derived from the document"), default=False)
    baseline_value = models.DecimalField(_("Baseline"), max_digits=18, decimal_places=6, null=True, blank=True)
    baseline_on = models.DateField(_("Day of the baseline"), null=True, blank=True, validators=[within_observed_days])
    document = models.CharField(_("Document"), max_length=200)
    adopted_on = models.DateField(_("Date adopted"), validators=[within_days])
    adopted_basis = models.CharField(_("What the date adopted rests on"), max_length=120, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Target")
        verbose_name_plural = _("targets")
        ordering = ["indicator", "region", "due_year", "adopted_on", "id"]
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(due_year__range=(FIRST_DAY.year, LAST_DAY.year)), name="target_due_year_in_calendar"
            ),
            days_bound("adopted_on", name="target_adopted_in_bounds"),
            days_bound("baseline_on", first=FIRST_OBSERVED_DAY, name="target_baseline_in_bounds"),
            models.CheckConstraint(
                condition=Q(baseline_value__isnull=True, baseline_on__isnull=True)
                | Q(baseline_value__isnull=False, baseline_on__isnull=False),
                name="target_baseline_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.due_year}"


@receiver(pre_save, sender=Indicator)
def mark_observations(instance: Indicator, **kwargs: Any) -> None:
    """Marks the observations of an indicator as updated: they are given with its unit."""
    if not instance._state.adding:
        instance.observations.mark_updated()


@receiver([post_save, post_delete], sender=Observation)
def mark_derived_indicators(instance: Observation, **kwargs: Any) -> None:
    """Marks the indicators derived from an observation's indicator as updated: they show what follows from it."""
    Indicator.objects.derived_from_any([instance.indicator_id]).mark_updated()


track_links(Indicator.measures, on={Indicator, Measure})
track_part(Observation, "indicator")
track_part(Target, "indicator")


auditlog.register(Indicator, exclude_fields=["updated_at"], m2m_fields={"measures"})
auditlog.register(HeadlineIndicator)
auditlog.register(Observation, exclude_fields=["updated_at"])
auditlog.register(Target, exclude_fields=["updated_at"])
show_with_rows_of(Indicator, Module.INDICATORS)
