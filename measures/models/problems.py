from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
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
from web.language import localized

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


class ProblemSubject(models.TextChoices):
    """What a problem may be about, by the name of its column."""

    MEASURE = "measure", pgettext_lazy("problem", "A measure")
    PROJECT = "project", pgettext_lazy("problem", "A project")


class Problem(AbstractProblem, UpdatedAtModel):
    """Of a measure or of a project, which is one of its plan. `plan` is theirs: a list of problems asks for one plan,
    whatever they are about."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", editable=False, verbose_name=_("Action plan"))
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name=_("Measure")
    )
    # By name: projects stand above measures.
    project = models.ForeignKey(
        "projects.Project", models.PROTECT, null=True, blank=True, related_name="problems", verbose_name=_("Project")
    )
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
        ordering = ["measure", "project", "number"]
        constraints = [
            *AbstractProblem.Meta.constraints,
            models.CheckConstraint(
                condition=Q(measure__isnull=False, project__isnull=True)
                | Q(measure__isnull=True, project__isnull=False),
                name="problem_of_measure_or_project",
            ),
            models.UniqueConstraint(fields=["measure", "number"], name="problem_number_once_a_measure"),
            models.UniqueConstraint(fields=["project", "number"], name="problem_number_once_a_project"),
        ]

    def __str__(self) -> str:
        return self.code

    def save(self, **options: Any) -> None:
        if self.plan_id is None:
            self.plan_id = self.subject.plan_id
        super().save(**options)

    @property
    def subject_kind(self) -> ProblemSubject:
        return ProblemSubject.PROJECT if self.measure_id is None else ProblemSubject.MEASURE

    @property
    def subject(self) -> Any:
        return getattr(self, self.subject_kind.value)

    @property
    def subject_name(self) -> str:
        """In the reader's language."""
        return localized(self.subject, "title" if self.subject_kind == ProblemSubject.MEASURE else "name")

    @property
    def namespace(self) -> str:
        """Of its pages."""
        return f"{self.subject_kind.value}s"

    @classmethod
    def subjects(cls, subject_kind: ProblemSubject) -> Any:
        """All measures, or all projects: those stand above measures and are reached by way of their problems alone."""
        return cls._meta.get_field(subject_kind.value).related_model._default_manager  # type: ignore[union-attr]  # a model

    @property
    def code(self) -> str:
        """The code of what it is about and its number."""
        return f"{self.subject.code}-{self.number}"

    def get_absolute_url(self) -> str:
        return query_of(self.path, plan=self.plan.link_slug)

    @property
    def path(self) -> str:
        return self.path_of("problem")

    def path_of(self, name: str, *args: Any) -> str:
        """Of a page about it."""
        return reverse(f"{self.namespace}:{name}", args=[self.subject.code, self.number, *args])

    @property
    def lead_department(self) -> "Department | None":
        lead: Department | None = self.subject.lead_department
        return lead

    @cached_property
    def _participating(self) -> set[int]:
        return {each.pk for each in self.subject.participating_departments.all()}

    @property
    def carriers(self) -> Mapping[str, Any]:
        """The departments that carry it out, and the city of a project, by their ids."""
        if self.project is not None:
            return {"departments": {self.project.lead_department_id}, "city": self.project.city_id}
        return {"departments": {self.subject.lead_department_id} | self._participating, "city": None}

    def others(self) -> ProblemQuerySet:
        return Problem.objects.filter(**{self.subject_kind.value: self.subject.pk})

    def lock_subject(self) -> None:
        type(self.subject)._default_manager.select_for_update().get(pk=self.subject.pk)


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
