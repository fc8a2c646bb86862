from typing import TYPE_CHECKING, Any

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.bounds import MAX_INVESTMENT_WAN, days_bound, within_days, within_investment
from core.codes import CodeField, code_bound
from core.names import named_bound
from core.provenance import Provenance, Sourced
from core.scope import ScopeKind
from core.scope_changes import AbstractScopeChange
from core.succession import Succession
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_links
from measures.models import Measure, Module, show_with_rows_of
from projects.national_codes import NATIONAL_CODE_LENGTH, national_code_bound, validate_national_code
from projects.querysets import ProjectQuerySet
from projects.rules import COMPLETION_BEFORE_START
from web.html.links import query_of

# Columns of what a project may say of itself. The office's form takes each, the project's page and the API show it.
SAID = ("project_class", "list_name", "national_code")


class Stage(models.TextChoices):
    PREPARING = "preparing", pgettext_lazy("project stage", "Preparing")
    UNDER_CONSTRUCTION = "under_construction", pgettext_lazy("project stage", "Under construction")
    COMPLETED = "completed", pgettext_lazy("project stage", "Completed")
    IN_PRODUCTION = "in_production", pgettext_lazy("project stage", "In production")
    SUSPENDED = "suspended", pgettext_lazy("project stage", "Suspended")


class ProjectClass(models.TextChoices):
    """The classes of projects by what a list expects of them: to be built (实施类), or to be made ready (准备类). A
    project that states neither counts as implementing."""

    IMPLEMENTING = "implementing", pgettext_lazy("project class", "Implementing")
    RESERVE = "reserve", pgettext_lazy("project class", "Reserve")


class Category(Sourced, UpdatedAtModel):
    """A category by which a plan sorts its projects (类别). One of its names may be empty."""

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="categories", verbose_name=_("Action plan"))
    slug = models.SlugField(_("Name in addresses"))
    number = models.PositiveSmallIntegerField(_("Number"))
    name_zh = models.CharField(_("Name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=120, blank=True)

    objects = UpdatedAtQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Category")
        verbose_name_plural = _("categories")
        ordering = ["plan", "number"]
        constraints = [
            *Sourced.Meta.constraints,
            models.UniqueConstraint(fields=["plan", "slug"], name="category_slug_once_a_plan"),
            models.UniqueConstraint(fields=["plan", "number"], name="category_number_once_a_plan"),
            named_bound("name", name="category_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en


class Project(Sourced, UpdatedAtModel):
    """A project that supports a plan. It counts in one city; `also_in` names the others it lies in."""

    code = CodeField(_("Code"))
    # Its place in the list of its plan.
    position = models.PositiveIntegerField(_("Position"), default=0, editable=False)
    # The constraint of its code and the indexes below begin with it.
    plan = models.ForeignKey(
        "measures.Plan", models.PROTECT, related_name="projects", db_index=False, verbose_name=_("Action plan")
    )
    name_zh = models.CharField(_("Name (Chinese)"), max_length=200, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=300, blank=True)
    city = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        related_name="projects",
        verbose_name=pgettext_lazy("project", "City"),
    )
    county = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="county_projects",
        verbose_name=_("County"),
    )
    also_in = models.ManyToManyField(
        "regions.Region", blank=True, related_name="shared_projects", verbose_name=_("Also in")
    )
    # One of its plan: services keep them together, `verify_rollups` checks it.
    category = models.ForeignKey(Category, models.PROTECT, related_name="projects", verbose_name=_("Category"))
    # What it is at until its first month: the stage on a day is that of `ProjectQuerySet.with_stage`.
    opening_stage = models.CharField(_("Stage before its first month"), max_length=18, choices=Stage)
    investment_wan = models.PositiveBigIntegerField(
        _("Total investment"),
        validators=[within_investment],
        help_text=_("In 万元 (10,000 yuan): whole numbers, so that sums are exact everywhere"),
    )
    invested_before_wan = models.PositiveBigIntegerField(
        _("Invested in the years before"),
        default=0,
        validators=[within_investment],
        help_text=_("In 万元 (10,000 yuan): in the years before that of its first month"),
    )
    listed_on = models.DateField(_("Date listed"), validators=[within_days])
    lead_department = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_projects",
        verbose_name=_("Lead department"),
    )
    project_class = models.CharField(
        pgettext_lazy("project", "Class"), max_length=12, choices=ProjectClass, blank=True, default=""
    )
    list_name = models.CharField(
        _("Project list"),
        max_length=100,
        blank=True,
        default="",
        help_text=_("The list of projects that it belongs to, by its name"),
    )
    national_code = models.CharField(
        _("National project code"),
        max_length=NATIONAL_CODE_LENGTH,
        blank=True,
        default="",
        validators=[validate_national_code],
    )
    planned_start_on = models.DateField(_("Planned start"), null=True, blank=True, validators=[within_days])
    planned_completion_on = models.DateField(
        pgettext_lazy("project", "Planned completion"), null=True, blank=True, validators=[within_days]
    )
    measures = models.ManyToManyField(
        "measures.Measure", blank=True, related_name="projects", verbose_name=_("Linked measures")
    )
    investment_provenance = models.CharField(
        _("Provenance of the investment"), max_length=12, choices=Provenance, default=Provenance.REPORTED
    )

    objects = ProjectQuerySet.as_manager()

    if TYPE_CHECKING:
        # Of the rows that `with_stage` finds.
        stage: str

    class Meta(Sourced.Meta):
        verbose_name = _("Project")
        verbose_name_plural = _("projects")
        ordering = ["position", "code"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="project_is_named"),
            code_bound(name="project_code_shape"),
            models.UniqueConstraint(fields=["plan", "code"], name="project_code_once_a_plan"),
            models.CheckConstraint(condition=Q(opening_stage__in=Stage.values), name="project_stage_known"),
            models.CheckConstraint(
                condition=Q(investment_provenance__in=Provenance.values),
                name="project_investment_provenance_known",
            ),
            models.CheckConstraint(
                condition=Q(investment_wan__lte=MAX_INVESTMENT_WAN, invested_before_wan__lte=MAX_INVESTMENT_WAN),
                name="project_investment_in_bounds",
            ),
            days_bound("listed_on", "planned_start_on", "planned_completion_on", name="project_days_in_bounds"),
            models.CheckConstraint(
                condition=Q(planned_start_on__isnull=True)
                | Q(planned_completion_on__isnull=True)
                | Q(planned_completion_on__gte=F("planned_start_on")),
                name="project_completion_not_before_start",
                violation_error_message=COMPLETION_BEFORE_START,
            ),
            models.CheckConstraint(
                condition=Q(project_class__in=["", *ProjectClass.values]), name="project_class_known"
            ),
            national_code_bound(name="project_national_code_shape"),
        ]
        indexes = [
            # A page of a list: without it the database sorts all rows of the plan to find the first fifty.
            models.Index(fields=["plan", "position", "code"], name="project_in_order"),
            # Cells, and lists by city and category.
            models.Index(fields=["plan", "city", "category"], name="project_cells"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh or self.name_en}"

    def get_stage_display(self) -> str:
        """Return the name of the stage, of the rows that `with_stage` finds."""
        return str(Stage(self.stage).label)

    @property
    def said(self) -> list[tuple[str | Promise, str]]:
        """The columns of SAID that are filled in, each with its label, as people read them."""
        columns: Any = [(self._meta.get_field(name), getattr(self, name)) for name in SAID]
        return [(each.verbose_name, str(dict(each.flatchoices).get(value, value))) for each, value in columns if value]

    @property
    def path(self) -> str:
        return reverse("projects:detail", args=[self.code])

    def get_absolute_url(self) -> str:
        return query_of(self.path, plan=self.plan.link_slug)


class ScopeChange(AbstractScopeChange):
    """A project that was withdrawn from its plan on a day, or readmitted. One whose building was halted stays in the
    plan and counts: that is its stage."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="scope_changes", verbose_name=_("Project"))

    succession = Succession("project")

    class Meta(AbstractScopeChange.Meta):
        constraints = [
            *AbstractScopeChange.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=[ScopeKind.WITHDRAWN, ScopeKind.READMITTED]),
                name="project_scopechange_kind_known",
            ),
        ]


# City, category and investment are read as they are now, for every day: what they were before is in this log.
auditlog.register(Project, exclude_fields=["updated_at"], m2m_fields={"also_in", "measures"})
auditlog.register(ScopeChange)
auditlog.register(Category, exclude_fields=["updated_at"])

track_links(Project.also_in, on={Project})
track_links(Project.measures, on={Project, Measure})
show_with_rows_of(Project, Module.PROJECTS)
