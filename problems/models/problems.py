from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import NOT_MERGED, User
from accounts.permissions import carries_out, may_review
from core.append_only import AppendOnlyModel
from core.bounds import days_bound, texts_bound
from core.dated import DatedModel
from core.names import named_bound
from core.provenance import Sourced, sourced_constraints
from core.succession import Succession
from core.texts import MAX_TEXT_LENGTH
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_links, track_part
from measures.models import Measure, Module, Plan, show_with_rows_of
from problems.querysets import IN_ORDER, ProblemQuerySet, ProblemStepQuerySet
from problems.rules import TimeLeft, responsible, time_left
from problems.workflow import LISTED_STATES, STEPS, Party, ProblemState
from projects.models import Project
from reporting.models import AbstractEvidence, evidence_constraints, problem_code
from web.html.links import query_of
from web.language import localized

if TYPE_CHECKING:
    from accounts.models import Department

# The texts of a problem that each of its steps keeps as they were.
TEXT_COLUMNS = ("text_zh", "text_en")


# Tables and constraints are named after `measures`, where they were made.
class ProblemCategory(Sourced, UpdatedAtModel):
    """A kind of problem: land, money, approval. Those of a plan are the office's to change."""

    data_kind = "measures"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="problem_categories", verbose_name=_("Action plan"))
    slug = models.SlugField(_("Name in addresses"))
    number = models.PositiveSmallIntegerField(_("Number"))
    name_zh = models.CharField(_("Name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=120, blank=True)

    objects = UpdatedAtQuerySet.as_manager()

    class Meta(Sourced.Meta):
        db_table = "measures_problemcategory"
        verbose_name = _("Category of problems")
        verbose_name_plural = _("categories of problems")
        ordering = ["plan", "number"]
        constraints = [
            *sourced_constraints("measures_problemcategory"),
            named_bound("name", name="problemcategory_is_named"),
            models.UniqueConstraint(fields=["plan", "slug"], name="problemcategory_slug_once_a_plan"),
            models.UniqueConstraint(fields=["plan", "number"], name="problemcategory_number_once_a_plan"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en


class ProblemSubject(models.TextChoices):
    """The kinds of things that a problem may be about, by the name of its column."""

    MEASURE = "measure", pgettext_lazy("problem", "A measure")
    PROJECT = "project", pgettext_lazy("problem", "A project")


class Problem(Sourced, UpdatedAtModel):
    """A problem that stands in the way of a measure or of a project of its plan. `plan` is theirs: a list of problems
    asks for one plan, whatever they are about.

    `number` counts the problems of its subject; without `raised_on` it is a draft. State, owner and due day are not
    stored here: its last step has them. `raised_by` is the department that raised it, `raised_by_city` the city whose
    people did, both None for the office; `proposed_owner` whom they think able to solve it, None for the lead.
    """

    data_kind = "reports"

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="+", editable=False, verbose_name=_("Action plan"))
    measure = models.ForeignKey(
        Measure, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name=_("Measure")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="problems", verbose_name=_("Project")
    )
    category = models.ForeignKey(
        ProblemCategory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name=pgettext_lazy("problem", "Category"),
    )
    number = models.PositiveSmallIntegerField(_("Number"), editable=False)
    text_zh = models.TextField(_("Problem (Chinese)"), blank=True)
    text_en = models.TextField(_("Problem (English)"), blank=True)
    raised_on = models.DateField(_("Date raised"), null=True, blank=True, editable=False)
    raised_by = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("problem", "Raised by"),
    )
    raised_by_city = models.ForeignKey(
        "regions.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("problem", "Raised by the city"),
    )
    proposed_owner = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to=NOT_MERGED,
        verbose_name=_("Who can solve it"),
    )
    helpers = models.ManyToManyField(
        "accounts.Department",
        blank=True,
        related_name="+",
        limit_choices_to=NOT_MERGED,
        verbose_name=_("Asked to help"),
    )
    # Goes up with each save of a draft: who saves over a newer version is told.
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False)
    edited_at = models.DateTimeField(_("Edited at"), null=True, blank=True, editable=False)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("Edited by"),
    )

    objects = ProblemQuerySet.as_manager()

    class Meta(Sourced.Meta):
        db_table = "measures_problem"
        verbose_name = _("Problem")
        verbose_name_plural = _("problems")
        ordering = ["measure", "project", "number"]
        constraints = [
            *sourced_constraints("measures_problem"),
            texts_bound(*TEXT_COLUMNS, most=MAX_TEXT_LENGTH, name="measures_problem_texts_in_bounds"),
            models.CheckConstraint(
                condition=Q(raised_on__isnull=True) | ~Q(text_zh="", text_en=""),
                name="measures_problem_says_something",
            ),
            days_bound("raised_on", name="measures_problem_day_in_bounds"),
            models.CheckConstraint(
                condition=Q(raised_by__isnull=True) | Q(raised_by_city__isnull=True),
                name="measures_problem_raised_once",
            ),
            models.CheckConstraint(
                condition=Q(edited_at__isnull=False, edited_by__isnull=False)
                | Q(edited_at__isnull=True, edited_by__isnull=True),
                name="measures_problem_edit_has_time_and_person",
            ),
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
        """The measure or project that it is about."""
        return getattr(self, self.subject_kind.value)

    @property
    def subject_name(self) -> str:
        """Return the name of the measure or project in the reader's language."""
        return localized(self.subject, "title" if self.subject_kind == ProblemSubject.MEASURE else "name")

    @property
    def code(self) -> str:
        return problem_code(self.subject, self.number)

    def get_absolute_url(self) -> str:
        return query_of(self.path, plan=self.plan.link_slug)

    @property
    def path(self) -> str:
        return self.path_of("problem")

    def path_of(self, name: str, *args: Any) -> str:
        """Return the path of a page about the problem."""
        return reverse(f"problems:{self.subject_kind.value}_{name}", args=[self.subject.code, self.number, *args])

    @property
    def is_draft(self) -> bool:
        return self.raised_on is None

    @cached_property
    def last_step(self) -> Any:
        """Return the step that holds now; None of a draft. Services that add a step drop the cached one."""
        return self.steps.select_related("owner__merged_into").order_by("made_on", "pk").last()

    @property
    def state(self) -> ProblemState:
        return ProblemState.DRAFT if self.last_step is None else ProblemState(self.last_step.state)

    def content(self) -> dict[str, Any]:
        """Return the problem's present content as JSON: its texts, the slug of its category ("" for none) and of those
        asked to help."""
        return {
            **{name: getattr(self, name) for name in TEXT_COLUMNS},
            "category": self.category.slug if self.category else "",
            "helpers": sorted(each.slug for each in self.helpers.all()),
        }

    def parties_of(self, user: User | AnonymousUser) -> set[Party]:
        """Return the parts that the person takes in the problem now."""
        if not user.is_authenticated:
            return set()
        parties = set()
        own = user.department_id if user.is_reporter else None
        if may_review(user):
            parties.add(Party.OFFICE)
        if self._was_raised_by(user):
            parties.add(Party.RAISER)
        if own and self.last_step is not None and own == self.last_step.owner.successor.pk:
            parties.add(Party.OWNER)
        if carries_out(user, **self.carriers) or (own and own in {each.pk for each in self.helpers.all()}):
            parties.add(Party.HELPER)
        return parties

    def _was_raised_by(self, user: User) -> bool:
        """Return whether the person's department, city or office raised it."""
        if self.raised_by is not None:
            return user.is_reporter and user.department_id == self.raised_by.successor.pk
        if self.raised_by_city_id is not None:
            return user.is_reporter and user.city_id == self.raised_by_city_id
        return may_review(user)

    @property
    def lead_department(self) -> "Department | None":
        """Return the department that leads what the problem is about; None where nobody does."""
        lead: Department | None = self.subject.lead_department
        return lead

    @cached_property
    def _participating(self) -> set[int]:
        return {each.pk for each in self.subject.participating_departments.all()}

    @property
    def carriers(self) -> Mapping[str, Any]:
        """`departments` and `city` that carry out what it is about, and so may raise a problem: their ids."""
        if self.project is not None:
            return {"departments": {self.project.lead_department_id}, "city": self.project.city_id}
        return {"departments": {self.subject.lead_department_id} | self._participating, "city": None}

    def others(self) -> ProblemQuerySet:
        """All problems of what it is about."""
        return Problem.objects.filter(**{self.subject_kind.value: self.subject.pk})

    def lock_subject(self) -> None:
        """Locks the row of what it is about: changes of its problems come one after the other."""
        type(self.subject)._default_manager.select_for_update().get(pk=self.subject.pk)


# The managers of what problems are about.
SUBJECTS: Mapping[ProblemSubject, Any] = {
    ProblemSubject.MEASURE: Measure.objects,
    ProblemSubject.PROJECT: Project.objects,
}


class ProblemStep(DatedModel, AppendOnlyModel):
    """A move that was made with a problem, and what held from then on: its state, its owner, its due day.

    Nothing rewrites it. `content` is what `Problem.content` gave. Where nobody is known to have made the move
    (rows of a data set), there is the day alone.
    """

    data_kind = "reports"

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="steps", verbose_name=_("Problem"))
    move = models.CharField(_("Step"), max_length=12, choices=STEPS)
    state = models.CharField(_("State"), max_length=9, choices=ProblemState)
    owner = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="+", verbose_name=pgettext_lazy("problem", "Owner")
    )
    due_on = models.DateField(_("Due date"), null=True, blank=True)
    is_escalated = models.BooleanField(_("Put before the government"), default=False)
    made_on = models.DateField(_("Day"))
    made_at = models.DateTimeField(_("Moment"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Made by")
    )
    note = models.TextField(pgettext_lazy("problem", "Note"), blank=True)
    content = models.JSONField(_("What the problem said"))

    objects: ClassVar[Any] = ProblemStepQuerySet.as_manager()
    succession = Succession("problem", begins_on="made_on", in_order=IN_ORDER)
    # Of rows of `last_by`.
    state_since: date

    class Meta:
        db_table = "measures_problemstep"
        verbose_name = _("step of a problem")
        verbose_name_plural = _("steps of problems")
        ordering = ["problem", "made_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(move__in=[name for name, _done in STEPS]), name="measures_problemstep_move_known"
            ),
            models.CheckConstraint(condition=Q(state__in=LISTED_STATES), name="measures_problemstep_state_known"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=False, made_by__isnull=False)
                | Q(made_at__isnull=True, made_by__isnull=True),
                name="measures_problemstep_has_time_and_person",
            ),
            texts_bound("note", most=MAX_TEXT_LENGTH, name="measures_problemstep_note_in_bounds"),
            days_bound("made_on", "due_on", name="measures_problemstep_days_in_bounds"),
        ]
        indexes = [
            # The step that holds on a day: is there a later one of the same problem?
            models.Index(fields=["problem", "made_on", "id"], name="measures_problemstep_last"),
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.made_on}"

    @property
    def responsible(self) -> "Department | None":
        """Return the department that has to solve the problem; None before the office has assigned it."""
        return responsible(self.state, self.owner)

    @property
    def known_state(self) -> ProblemState:
        """The state with its word and its depth, for `problem_state_mark`."""
        return ProblemState(self.state)

    def left_on(self, day: date) -> TimeLeft:
        """Return the time left, for `problem_due`, of the step that holds on the day."""
        return time_left(self.state, self.due_on, since=self.state_since, on=day)


class ProblemEvidence(AbstractEvidence):
    """A file that came with a step of a problem: an answer, or what shows that it is solved."""

    step = models.ForeignKey(ProblemStep, models.CASCADE, related_name="evidence", verbose_name=_("Step"))

    class Meta(AbstractEvidence.Meta):
        db_table = "measures_problemevidence"
        constraints = evidence_constraints("measures_problemevidence")


auditlog.register(ProblemCategory, exclude_fields=["updated_at"])
auditlog.register(Problem, exclude_fields=["updated_at", "version", "edited_at", "edited_by"], m2m_fields={"helpers"})
# The step itself keeps what was written.
auditlog.register(ProblemStep, include_fields=["move"])

track_part(ProblemStep, "problem")
track_links(Problem.helpers, on={Problem})
show_with_rows_of(Problem, Module.PROBLEMS)
