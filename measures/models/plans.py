from datetime import date
from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import NOT_MERGED, User
from core.bounds import (
    MAX_DESCRIPTION_LENGTH,
    MAX_INVESTMENT_WAN,
    check_plan_years,
    days_bound,
    plan_years_bound,
    texts_bound,
    within_days,
    within_investment,
)
from core.codes import CodeField, code_bound
from core.names import named_bound
from core.periods import month_of
from core.provenance import Provenance, Sourced
from core.scope import ScopeKind
from core.scope_changes import AbstractScopeChange
from core.succession import Succession
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_links
from measures.querysets import MeasureQuerySet, PlanQuerySet
from regions.words import NEUTRAL, PartWords, words_of_parts
from web.formats.text import format_list
from web.html.links import query_of

# In 万元: as provinces and the country mean it.
LARGE_PROJECT_WAN = 1_000_000


class Plan(Sourced, UpdatedAtModel):
    """An action plan and the days it runs, both included."""

    data_kind = "plans"

    slug = models.SlugField(_("Name in addresses"), unique=True)
    name_zh = models.CharField(_("Name (Chinese)"), max_length=120, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=200, blank=True)
    starts_on = models.DateField(_("First day"), validators=[within_days])
    ends_on = models.DateField(_("Last day"), validators=[within_days])
    # Its projects lie in the members of the region, such as the cities of a province, or in itself where it has none.
    # Empty only on a site without regions.
    region = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        null=True,
        related_name="plans",
        verbose_name=_("Region"),
    )
    # What its indicators are compared with: such as the country, for a province. Without one nothing is compared.
    comparator = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="compared_plans",
        verbose_name=_("Compared with"),
    )
    first_reporting_month = models.DateField(
        _("First month of reports"),
        null=True,
        blank=True,
        validators=[within_days],
        help_text=_("Months before it owe no report. Empty: as the server says, else from the oldest report on."),
    )
    large_project_wan = models.PositiveBigIntegerField(
        _("Large projects: total investment from"),
        default=LARGE_PROJECT_WAN,
        db_default=LARGE_PROJECT_WAN,
        validators=[MinValueValidator(1, _("An amount above 0 is wanted.")), within_investment],
        help_text=_("In 万元 (10,000 yuan)"),
    )
    # Values of Module. Pages have no block, column or menu entry for them; addresses and the API stay.
    hidden_modules = models.JSONField(
        _("Hidden modules"), default=list, db_default=Value([], models.JSONField()), blank=True, editable=False
    )
    # The office has chosen it as the plan that is meant where none is named. No ledger carries that.
    is_current = models.BooleanField(_("Current plan"), default=False, db_default=False, editable=False)

    objects = PlanQuerySet.as_manager()

    if TYPE_CHECKING:
        # Of the rows that `with_others` finds.
        has_others: bool
        first_kind: str | None
        last_kind: str | None

    class Meta(Sourced.Meta):
        verbose_name = _("Action plan")
        verbose_name_plural = _("action plans")
        ordering = ["starts_on", "slug"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="plan_is_named"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="plan_ends_after_it_starts"),
            days_bound("starts_on", "ends_on", name="plan_days_in_bounds"),
            days_bound("first_reporting_month", name="plan_first_month_in_bounds"),
            plan_years_bound(name="plan_years_in_bounds"),
            models.CheckConstraint(
                condition=Q(large_project_wan__range=(1, MAX_INVESTMENT_WAN)), name="plan_large_project_in_bounds"
            ),
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="plan_is_current_once"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en

    def clean(self) -> None:
        if self.starts_on and self.ends_on:
            check_plan_years(self.starts_on, self.ends_on)

    @property
    def named_first_month(self) -> date | None:
        """Return the first month that reports are owed for as the plan names it, else as the settings do; None where
        neither does."""
        named: date | None = self.first_reporting_month or settings.PILOTZONE_FIRST_REPORTING_MONTH
        return month_of(named) if named else None

    @property
    def hides(self) -> dict[str, bool]:
        """Return the hidden modules, each as true: templates say `plan.hides.themes`, of no plan too."""
        return dict.fromkeys(self.hidden_modules, True)

    @cached_property
    def is_being_set_up(self) -> bool:
        """Return whether the plan has been named, and holds nothing yet. One that is filled lies in a region wherever
        there are any: the pages of most plans ask no query for this."""
        return self.region_id is None and not self.sections.exists()

    @cached_property
    def part_words(self) -> PartWords:
        """Return the words for the regions of which the plan's own region consists; where that has none, for that
        region itself."""
        if self.region is None:
            return NEUTRAL
        if hasattr(self, "first_kind"):
            kinds = {kind for kind in (self.first_kind, self.last_kind) if kind}
        else:
            kinds = set(self.region.children.values_list("kind", flat=True).distinct())
        return words_of_parts(kinds or {self.region.kind})

    @cached_property
    def link_slug(self) -> str:
        """Return the slug that links to the plan's rows say as `plan=`: empty where it is the current plan."""
        return "" if self == Plan.objects.current() else self.slug

    @cached_property
    def action_slug(self) -> str:
        """The same of forms: nothing only where there is no other plan, which may be chosen while one is filled in."""
        has_others = getattr(self, "has_others", None)
        return self.slug if (Plan.objects.exclude(pk=self.pk).exists() if has_others is None else has_others) else ""


class PlanMilestone(Sourced, UpdatedAtModel):
    """An event in the life of a plan, past or to come: it was published, it ends its first year."""

    data_kind = "plans"

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="milestones", verbose_name=_("Action plan"))
    happens_on = models.DateField(pgettext_lazy("milestone", "Date"), validators=[within_days])
    # Sources often name the month alone: then the day is its first.
    day_known = models.BooleanField(_("The day is known, not the month alone"), default=True)
    name_zh = models.CharField(_("Name (Chinese)"), max_length=120, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=200, blank=True)

    objects = UpdatedAtQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Milestone of a plan")
        verbose_name_plural = _("milestones of plans")
        ordering = ["plan", "happens_on"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="planmilestone_is_named"),
            models.UniqueConstraint(fields=["plan", "happens_on"], name="planmilestone_day_once_a_plan"),
            days_bound("happens_on", name="planmilestone_day_in_bounds"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en


class Section(Sourced, UpdatedAtModel):
    """A part of a plan (重点任务)."""

    data_kind = "plans"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="sections", verbose_name=_("Action plan"))
    slug = models.SlugField(_("Name in addresses"))
    number = models.PositiveSmallIntegerField(_("Number"))
    title_zh = models.CharField(_("Title (Chinese)"), max_length=120, blank=True)
    title_en = models.CharField(_("Title (English)"), max_length=200, blank=True)

    objects = UpdatedAtQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Priority area")
        verbose_name_plural = _("priority areas")
        ordering = ["plan", "number"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("title", name="section_is_named"),
            models.UniqueConstraint(fields=["plan", "slug"], name="section_slug_once_a_plan"),
            models.UniqueConstraint(fields=["plan", "number"], name="section_number_once_a_plan"),
        ]

    def __str__(self) -> str:
        return self.title_zh or self.title_en


class Measure(Sourced, UpdatedAtModel):
    """One item of a plan. Status and light are not stored: they follow from its status changes, reports and the day."""

    code = CodeField(_("Code"))
    # Its place in the list of its plan.
    position = models.PositiveIntegerField(_("Position"), default=0, editable=False)
    # That of its section: services keep them together, `verify_rollups` checks it. The constraint begins with it.
    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="measures", db_index=False, editable=False, verbose_name=_("Action plan")
    )
    section = models.ForeignKey(Section, models.PROTECT, related_name="measures", verbose_name=_("Priority area"))
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
    title_zh = models.CharField(_("Title (Chinese)"), max_length=200, blank=True)
    title_en = models.CharField(_("Title (English)"), max_length=300, blank=True)
    description_zh = models.TextField(_("Description (Chinese)"), blank=True, max_length=MAX_DESCRIPTION_LENGTH)
    description_en = models.TextField(_("Description (English)"), blank=True, max_length=MAX_DESCRIPTION_LENGTH)
    target_zh = models.CharField(_("Target (Chinese)"), max_length=300, blank=True)
    target_en = models.CharField(_("Target (English)"), max_length=400, blank=True)
    listed_on = models.DateField(pgettext_lazy("measure", "Date listed"), editable=False, validators=[within_days])
    due_on = models.DateField(_("Due date"), null=True, blank=True, validators=[within_days])
    # What its source says in place of a due date, such as 长期坚持.
    due_text = models.CharField(
        _("In place of a due date"), max_length=30, blank=True, default="", db_default="", editable=False
    )
    # Who looks after it in its lead department: reporters of it, as services see to.
    owner = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="owned_measures",
        verbose_name=pgettext_lazy("measure", "Owner"),
    )
    deputy = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="deputised_measures",
        verbose_name=pgettext_lazy("measure", "Deputy"),
    )
    lead_provenance = models.CharField(
        _("Provenance of the lead department"), max_length=12, choices=Provenance, default=Provenance.REPORTED
    )

    objects = MeasureQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Measure")
        verbose_name_plural = _("measures")
        ordering = ["position", "code"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("title", name="measure_is_named"),
            code_bound(name="measure_code_shape"),
            models.UniqueConstraint(fields=["plan", "code"], name="measure_code_once_a_plan"),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("listed_on")),
                name="measure_due_after_listed",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_text=""), name="measure_due_text_without_day"
            ),
            models.CheckConstraint(
                condition=Q(lead_provenance__in=Provenance.values), name="measure_lead_provenance_known"
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(deputy__isnull=True) | ~Q(owner=F("deputy")),
                name="measure_deputy_is_another",
            ),
            days_bound("listed_on", "due_on", name="measure_days_in_bounds"),
            texts_bound(
                "description_zh", "description_en", most=MAX_DESCRIPTION_LENGTH, name="measure_description_in_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh or self.title_en}"

    def is_kept_by(self, person: User) -> bool:
        """Return whether the person is the measure's owner or deputy."""
        return person.pk in (self.owner_id, self.deputy_id)

    @property
    def path(self) -> str:
        return reverse("measures:detail", args=[self.code])

    def get_absolute_url(self) -> str:
        return query_of(self.path, plan=self.plan.link_slug)


class ScopeChange(AbstractScopeChange):
    """A measure that was suspended or withdrawn on a day, or resumed. One that was withdrawn may have successors, as
    long as it is out: it was merged (合并) into the one, or split (拆分) into the several."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="scope_changes", verbose_name=_("Measure"))
    successors = models.ManyToManyField(
        Measure, blank=True, related_name="predecessor_changes", verbose_name=pgettext_lazy("measure", "Taken over by")
    )

    succession = Succession("measure")

    class Meta(AbstractScopeChange.Meta):
        constraints = [
            *AbstractScopeChange.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=[ScopeKind.SUSPENDED, ScopeKind.RESUMED, ScopeKind.WITHDRAWN]),
                name="measure_scopechange_kind_known",
            ),
        ]

    @property
    def successors_note(self) -> str:
        codes = [each.code for each in self.successors.all()]
        if len(codes) == 1:
            return gettext("Merged into %(code)s") % {"code": codes[0]}
        return gettext("Split into %(codes)s") % {"codes": format_list(codes)} if codes else ""


# Section, departments and due day are read as they are now, for every day: what they were before is in this log.
auditlog.register(Measure, exclude_fields=["updated_at"], m2m_fields={"participating_departments"})
auditlog.register(ScopeChange, m2m_fields={"successors"})
for _model in (Plan, PlanMilestone, Section):
    auditlog.register(_model, exclude_fields=["updated_at"])

track_links(Measure.participating_departments, on={Measure})
