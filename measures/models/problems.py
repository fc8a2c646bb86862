from typing import TYPE_CHECKING, Any, ClassVar

from auditlog.registry import auditlog
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.names import named_bound
from core.provenance import Sourced
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_links, track_part
from measures.models.plans import Measure, Plan
from measures.querysets import ProblemQuerySet, ProblemStepQuerySet
from reporting.models import AbstractEvidence
from reporting.problems.models import AbstractProblem, AbstractProblemStep
from web.html.links import query_of

if TYPE_CHECKING:
    from accounts.models import Department


class ProblemCategory(Sourced, UpdatedAtModel):
    """A kind of problem: land, money, approval. Those of a plan are the office's to change."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="problem_categories", verbose_name=_("Action plan"))
    slug = models.SlugField(_("Name in addresses"))
    number = models.PositiveSmallIntegerField(_("Number"))
    name_zh = models.CharField(_("Name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=120, blank=True)

    objects = UpdatedAtQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Category of problems")
        verbose_name_plural = _("categories of problems")
        ordering = ["plan", "number"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="problemcategory_is_named"),
            models.UniqueConstraint(fields=["plan", "slug"], name="problemcategory_slug_once_a_plan"),
            models.UniqueConstraint(fields=["plan", "number"], name="problemcategory_number_once_a_plan"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en


class Problem(AbstractProblem, UpdatedAtModel):
    """Of a measure."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="problems", verbose_name=_("Measure"))
    category = models.ForeignKey(
        ProblemCategory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name=pgettext_lazy("problem", "Category"),
    )
    objects = ProblemQuerySet.as_manager()

    class Meta(AbstractProblem.Meta):
        verbose_name = _("Problem")
        verbose_name_plural = _("problems")
        ordering = ["measure", "number"]
        constraints = [
            *AbstractProblem.Meta.constraints,
            models.UniqueConstraint(fields=["measure", "number"], name="problem_number_once_a_measure"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The code of its measure and its number."""
        return f"{self.measure.code}-{self.number}"

    def get_absolute_url(self) -> str:
        return query_of(
            reverse("measures:problem", args=[self.measure.code, self.number]), plan=self.measure.plan.link_slug
        )

    @property
    def lead_department(self) -> "Department":
        return self.measure.lead_department

    @cached_property
    def _participating(self) -> set[int]:
        return {each.pk for each in self.measure.participating_departments.all()}

    def carrying_departments(self) -> set[int]:
        return {self.measure.lead_department_id} | self._participating

    def others(self) -> ProblemQuerySet:
        return Problem.objects.filter(measure=self.measure_id)

    def lock_subject(self) -> None:
        Measure.objects.select_for_update().get(pk=self.measure_id)


class ProblemStep(AbstractProblemStep):
    problem = models.ForeignKey(Problem, models.PROTECT, related_name="steps", verbose_name=_("Problem"))

    objects: ClassVar[Any] = ProblemStepQuerySet.as_manager()


class ProblemEvidence(AbstractEvidence):
    """A file that came with a step of a problem: an answer, or what shows that it is solved."""

    step = models.ForeignKey(ProblemStep, models.CASCADE, related_name="evidence", verbose_name=_("Step"))


auditlog.register(ProblemCategory, exclude_fields=["updated_at"])
auditlog.register(Problem, exclude_fields=["updated_at", "version", "edited_at", "edited_by"], m2m_fields={"helpers"})
# The step itself keeps what was written.
auditlog.register(ProblemStep, include_fields=["move"])

track_part(ProblemStep, "problem")
track_links(Problem.helpers, on={Problem})
