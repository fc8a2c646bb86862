"""What every problem shares. No table here: each app makes its own problem, its steps and their files from these."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import NOT_MERGED, User
from accounts.permissions import carries_out, may_review
from core.append_only import AppendOnlyModel
from core.bounds import days_bound, texts_bound
from core.provenance import Sourced
from core.texts import MAX_TEXT_LENGTH
from reporting.problems.rules import TimeLeft, time_left
from reporting.problems.workflow import LISTED_STATES, STEPS, Party, ProblemState

# The texts of a problem that each of its steps keeps as they were.
TEXT_COLUMNS = ("text_zh", "text_en")


class AbstractProblem(Sourced):
    """What stands in the way. `number` counts the problems of its subject; without `raised_on` it is a draft.

    State, owner and due day are not stored here: its last step has them. `raised_by` is the department that raised it,
    `raised_by_city` the city whose people did, both None for the office; `proposed_owner` whom they think able to solve
    it, None for the lead. An app's own adds foreign keys to what it is about, one to its category, and the methods at
    the end.
    """

    data_kind = "reports"

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

    # Its steps: rows of a model made from AbstractProblemStep.
    steps: Any
    category: Any

    class Meta(Sourced.Meta):
        abstract = True
        constraints = [
            *Sourced.Meta.constraints,
            texts_bound(*TEXT_COLUMNS, most=MAX_TEXT_LENGTH, name="%(app_label)s_%(class)s_texts_in_bounds"),
            models.CheckConstraint(
                condition=Q(raised_on__isnull=True) | ~Q(text_zh="", text_en=""),
                name="%(app_label)s_%(class)s_says_something",
            ),
            days_bound("raised_on", name="%(app_label)s_%(class)s_day_in_bounds"),
            models.CheckConstraint(
                condition=Q(raised_by__isnull=True) | Q(raised_by_city__isnull=True),
                name="%(app_label)s_%(class)s_raised_once",
            ),
            models.CheckConstraint(
                condition=Q(edited_at__isnull=False, edited_by__isnull=False)
                | Q(edited_at__isnull=True, edited_by__isnull=True),
                name="%(app_label)s_%(class)s_edit_has_time_and_person",
            ),
        ]

    @property
    def is_draft(self) -> bool:
        return self.raised_on is None

    @cached_property
    def last_step(self) -> Any:
        """What holds now; None of a draft. Services that add a step forget it."""
        return self.steps.select_related("owner__merged_into").order_by("made_on", "pk").last()

    @property
    def state(self) -> ProblemState:
        return ProblemState.DRAFT if self.last_step is None else ProblemState(self.last_step.state)

    def content(self) -> dict[str, Any]:
        """What it says now, as JSON: its texts, the slug of its category ("" for none) and of those asked to help."""
        return {
            **{name: getattr(self, name) for name in TEXT_COLUMNS},
            "category": self.category.slug if self.category else "",
            "helpers": sorted(each.slug for each in self.helpers.all()),
        }

    def parties_of(self, user: User | AnonymousUser) -> set[Party]:
        """As whom the person takes part now."""
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
        """Whether the person's department, city or office raised it."""
        if self.raised_by is not None:
            return user.is_reporter and user.department_id == self.raised_by.successor.pk
        if self.raised_by_city_id is not None:
            return user.is_reporter and user.city_id == self.raised_by_city_id
        return may_review(user)

    @property
    def carriers(self) -> Mapping[str, Any]:
        """`departments` and `city` that carry out what it is about, and so may raise a problem: their ids."""
        raise NotImplementedError

    @property
    def subject(self) -> Any:
        """What it is about."""
        raise NotImplementedError

    @property
    def lead_department(self) -> Any:
        """That leads what it is about; None where nobody does."""
        raise NotImplementedError

    def others(self) -> Any:
        """All problems of what it is about."""
        raise NotImplementedError

    def lock_subject(self) -> None:
        """Locks the row of what it is about: changes of its problems come one after the other."""
        raise NotImplementedError


class AbstractProblemStep(AppendOnlyModel):
    """A move that was made with a problem, and what held from then on: its state, its owner, its due day.

    Nothing rewrites it. `content` is what `AbstractProblem.content` gave. Where nobody is known to have made the move
    (rows of a data set), there is the day alone. An app's own adds the foreign key `problem`, with
    `related_name="steps"`.
    """

    data_kind = "reports"

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

    problem: Any

    class Meta:
        abstract = True
        verbose_name = _("step of a problem")
        verbose_name_plural = _("steps of problems")
        ordering = ["problem", "made_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(move__in=[name for name, _done in STEPS]), name="%(app_label)s_%(class)s_move_known"
            ),
            models.CheckConstraint(condition=Q(state__in=LISTED_STATES), name="%(app_label)s_%(class)s_state_known"),
            models.CheckConstraint(
                condition=Q(made_at__isnull=False, made_by__isnull=False)
                | Q(made_at__isnull=True, made_by__isnull=True),
                name="%(app_label)s_%(class)s_has_time_and_person",
            ),
            texts_bound("note", most=MAX_TEXT_LENGTH, name="%(app_label)s_%(class)s_note_in_bounds"),
            days_bound("made_on", "due_on", name="%(app_label)s_%(class)s_days_in_bounds"),
        ]
        indexes = [
            # The step that holds on a day: is there a later one of the same problem?
            models.Index(fields=["problem", "made_on", "id"], name="%(app_label)s_%(class)s_last"),
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.made_on}"

    @property
    def known_state(self) -> ProblemState:
        """The state with its word and its depth, for `problem_state_mark`."""
        return ProblemState(self.state)

    def left_on(self, day: date) -> TimeLeft:
        """For `problem_due`, of the step that holds on the day."""
        return time_left(self.state, self.due_on, on=day)
