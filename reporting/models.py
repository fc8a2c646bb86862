"""Base models that every report shares. No table here: each app makes its own report, and its evidence, from these."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from core.append_only import AppendOnlyModel
from core.bounds import texts_bound
from core.provenance import Sourced
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from reporting.workflow import FILED_STATES, HAND_IN_MOVES, STEPS, ReportState

# The texts of a report, and what each says.
TEXTS: dict[str, str | Promise] = {
    "what_was_done": _("What was done"),
    "problem": _("Problems"),
    "next_step": _("Next steps"),
}
TEXT_COLUMNS = tuple(f"{name}_{language}" for name in TEXTS for language in ("zh", "en"))
# The columns of a piece of evidence that a step of the report keeps. Files of one name are told apart by the key.
KEPT_OF_EVIDENCE = ("title_zh", "title_en", "document_number", "url", "file_name", "key")


class ProblemChoice(models.TextChoices):
    """The choices that a report has about problems."""

    NONE = "none", pgettext_lazy("problem of a report", "No problem")
    SAME = "same", pgettext_lazy("problem of a report", "Still the same")
    NEW = "new", pgettext_lazy("problem of a report", "A new problem")


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    return f"{value:f}" if isinstance(value, Decimal) else value


def digest_of(content: Mapping[str, Any]) -> str:
    """The same for two contents that say the same, whatever the order of their keys: 16 hexadecimal digits."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _person(label: Any, *, editable: bool = True) -> Any:
    """Returns a foreign key to who did something, None where nobody is known to have done it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=editable,
        verbose_name=label,
    )


def _time_and_person(verb: str, *, name: str) -> models.CheckConstraint:
    """Returns the constraint that what was done has both a time and a person, or neither."""
    at, by = f"{verb}_at__isnull", f"{verb}_by__isnull"
    known, unknown = Q(**{at: False, by: False}), Q(**{at: True, by: True})
    return models.CheckConstraint(condition=known | unknown, name=f"%(app_label)s_%(class)s_{name}")


class AbstractFiling(Sourced):
    """A filing that somebody makes and the office decides: a draft, its evidence, a submission, a decision.

    An app's own adds foreign keys to what it is about, its columns, and the methods at the end.
    """

    data_kind = "reports"

    state = models.CharField(_("State"), max_length=9, choices=ReportState, default=ReportState.DRAFT)
    # The day of last submission, in Shanghai: lights and rules count days, not moments.
    submitted_on = models.DateField(_("Date submitted"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("Submitted at"), null=True, blank=True)
    submitted_by = _person(_("Submitted by"), editable=False)
    decided_on = models.DateField(_("Date decided"), null=True, blank=True)
    decided_at = models.DateTimeField(_("Decided at"), null=True, blank=True)
    decided_by = _person(_("Decided by"), editable=False)
    decision_note = models.TextField(_("Note of the reviewer"), blank=True)
    # Goes up with each save of a draft: who saves over a newer version is told.
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False)
    edited_at = models.DateTimeField(_("Edited at"), null=True, blank=True, editable=False)
    edited_by = _person(_("Edited by"), editable=False)

    # What was unlikely when it was submitted, and was said to be so: `reporting.doubts.KeptAnswer`.
    answers = models.JSONField(
        _("Answers to questions"),
        default=list,
        db_default=Value([], models.JSONField()),
        blank=True,
        editable=False,
    )

    # The pieces of its evidence: rows of a model made from AbstractEvidence. Its steps: of one from AbstractReportStep.
    evidence: Any
    steps: Any
    # The foreign key to what the filing is about.
    subject_name: ClassVar[str]
    # The columns that each step keeps as they were.
    kept_columns: tuple[str, ...] = ("answers",)
    # Said to those who may not file it, and to those who may not take back what others submitted.
    filing_refusal: str | Promise = _("You may not do this")
    withdrawal_refusal: str | Promise = _("You may not do this")

    class Meta(Sourced.Meta):
        abstract = True
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values), name="%(app_label)s_%(class)s_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ReportState.ACCEPTED, ReportState.RETURNED]) & Q(decided_on__isnull=False)
                | Q(state__in=[ReportState.DRAFT, ReportState.SUBMITTED]),
                name="%(app_label)s_%(class)s_decided_has_day",
            ),
            # An illustrative report was decided by nobody; a real decision has both a time and a person.
            _time_and_person("decided", name="decision_has_time_and_person"),
            models.CheckConstraint(
                condition=Q(state=ReportState.DRAFT) | Q(submitted_on__isnull=False),
                name="%(app_label)s_%(class)s_filed_has_day",
            ),
            _time_and_person("submitted", name="submission_has_time_and_person"),
            _time_and_person("edited", name="edit_has_time_and_person"),
            texts_bound("decision_note", most=MAX_REASON_LENGTH, name="%(app_label)s_%(class)s_note_in_bounds"),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == ReportState.DRAFT

    @property
    def is_returned(self) -> bool:
        return self.state == ReportState.RETURNED

    def is_filed(self, *, by: date) -> bool:
        """Returns whether the filing counts for its month on the day `by`: submitted by then, and waiting for review or
        accepted."""
        return self.state in FILED_STATES and self.submitted_on is not None and self.submitted_on <= by

    def content(self) -> dict[str, Any]:
        """Returns the content as it is now, as JSON: the kept columns, days as 2023-08-29, decimals as texts, and
        `evidence`, a list of KEPT_OF_EVIDENCE of each piece."""
        return {
            **{name: _as_json(getattr(self, name)) for name in self.kept_columns},
            "evidence": [
                {name: _as_json(getattr(each, name)) for name in KEPT_OF_EVIDENCE}
                for each in sorted(self.evidence.all(), key=lambda each: each.pk)
            ],
        }

    @property
    def content_digest(self) -> str:
        return digest_of(self.content())

    @property
    def content_key(self) -> str:
        """Names the report and what it says: a page of the office sends it back with a decision."""
        return f"{self.pk}-{self.content_digest}"

    @property
    def subject(self) -> Any:
        """Returns the object that the filing is about."""
        return getattr(self, self.subject_name)

    def lock_subject(self) -> None:
        """Locks the row of what it is about: changes of its reports come one after the other."""
        field: Any = self._meta.get_field(self.subject_name)
        field.related_model.objects.select_for_update().get(pk=getattr(self, field.attname))

    def may_be_filed_by(self, user: User | AnonymousUser) -> bool:
        """Returns whether the person is one who writes and submits the filing."""
        raise NotImplementedError

    def may_be_withdrawn_by(self, user: User | AnonymousUser) -> bool:
        """Return whether the person belongs to the unit that submitted the report, and so may take it back.

        Where a single unit may file, that is everybody who may file.
        """
        return self.may_be_filed_by(user)

    def set_filing_unit(self, by: User) -> None:
        """Notes for which unit the person submits it. Where only one may, there is nothing to note."""


class WrittenByDepartment:
    """A mixin for models with the foreign key `department`, the one that wrote the row."""

    department: Any

    @property
    def readers_department_id(self) -> int:
        """Returns the id of the department whose people read the row while it is not accepted: the one that wrote it,
        or that one's successor."""
        found: int = self.department.successor.pk
        return found


class AbstractReport(AbstractFiling):
    """A report that is filed for a month, in words. `period` is the month's first day; texts are in the language they
    were written in.

    `about_problem` is the number of the problem that the text is about, among those of its measure or project: one that
    was open already, or that was raised with it. Problems stand above reports, so that this is no foreign key.
    """

    period = models.DateField(_("Reporting period"))
    what_was_done_zh = models.TextField(_("What was done (Chinese)"), blank=True)
    what_was_done_en = models.TextField(_("What was done (English)"), blank=True)
    problem_zh = models.TextField(_("Problems (Chinese)"), blank=True)
    problem_en = models.TextField(_("Problems (English)"), blank=True)
    # Empty where nobody was asked: then it follows from the text.
    problem_choice = models.CharField(_("State of problems"), max_length=4, choices=ProblemChoice, blank=True)
    next_step_zh = models.TextField(_("Next steps (Chinese)"), blank=True)
    next_step_en = models.TextField(_("Next steps (English)"), blank=True)
    about_problem = models.PositiveSmallIntegerField(_("Number of the problem"), null=True, blank=True, editable=False)
    kept_columns = (*AbstractFiling.kept_columns, *TEXT_COLUMNS, "problem_choice", "about_problem")

    class Meta(AbstractFiling.Meta):
        abstract = True
        constraints = [
            *AbstractFiling.Meta.constraints,
            models.CheckConstraint(
                condition=Q(problem_choice__in=["", *ProblemChoice.values]),
                name="%(app_label)s_%(class)s_problem_choice_known",
            ),
            texts_bound(*TEXT_COLUMNS, most=MAX_TEXT_LENGTH, name="%(app_label)s_%(class)s_texts_in_bounds"),
        ]

    @property
    def names_problem(self) -> bool:
        return bool(self.problem_zh or self.problem_en)

    @property
    def denies_problem(self) -> bool:
        """Returns whether the report says that there is no problem, while one was open when it was submitted."""
        return self.problem_choice == ProblemChoice.NONE and self.about_problem is not None

    @property
    def problem_code(self) -> str:
        """Returns the code of the problem that the report is about, which there is."""
        assert self.about_problem is not None
        return problem_code(self.subject, self.about_problem)


def problem_code(subject: Any, number: int) -> str:
    """The code of the measure or project that a problem is of, and its number."""
    return f"{subject.code}-{number}"


class AbstractReportStep(AppendOnlyModel):
    """A move that was made with a report: which, when, by whom, with which words, and what the report said then.

    Nothing rewrites it. `content` is what `AbstractFiling.content` gave. Where nobody is known to have made the move
    (rows of a data set), there is the day alone. An app's own adds the foreign key `report`, with
    `related_name="steps"`.
    """

    data_kind = "reports"

    move = models.CharField(_("Step"), max_length=20, choices=STEPS)
    made_on = models.DateField(_("Day"))
    made_at = models.DateTimeField(_("Moment"), null=True, blank=True)
    made_by = _person(_("Made by"))
    note = models.TextField(_("Note of the reviewing office"), blank=True)
    content = models.JSONField(_("What the report said"))

    report: Any

    class Meta:
        abstract = True
        verbose_name = _("step of a report")
        verbose_name_plural = _("steps of reports")
        ordering = ["report", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(move__in=[name for name, _done in STEPS]), name="%(app_label)s_%(class)s_move_known"
            ),
            _time_and_person("made", name="has_time_and_person"),
            texts_bound("note", most=MAX_REASON_LENGTH, name="%(app_label)s_%(class)s_note_in_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.move} {self.made_on}"

    @property
    def hands_in(self) -> bool:
        """Returns whether the report was handed to the office with the step."""
        return self.move in HAND_IN_MOVES

    @property
    def is_return(self) -> bool:
        return self.move == "return"


def random_name(evidence: "AbstractEvidence", name: str) -> str:
    """Returns the path at which a file is stored: a name that says nothing and that nobody can guess."""
    return f"{evidence.key.hex[:2]}/{evidence.key.hex}"


def evidence_constraints(prefix: str = "%(app_label)s_%(class)s") -> list[models.BaseConstraint]:
    """Returns the constraints of `AbstractEvidence`; `prefix` as `core.provenance.sourced_constraints` has it."""
    is_something = ~Q(document_number="", url="", file="")
    return [models.CheckConstraint(condition=is_something, name=f"{prefix}_is_a_document_a_link_or_a_file")]


class AbstractEvidence(models.Model):
    """A piece of evidence that a report is true: a file, a link, or the number of an issued document.

    `key` names it in addresses; `file_name`, `content_type` and `size` (bytes) are those of a file. An app's own adds
    the foreign key `report`, with `related_name="evidence"`.
    """

    data_kind = "reports"

    key = models.UUIDField(_("Key"), default=uuid4, unique=True, editable=False)
    title_zh = models.CharField(_("Title (Chinese)"), max_length=200, blank=True)
    title_en = models.CharField(_("Title (English)"), max_length=300, blank=True)
    document_number = models.CharField(_("Document number"), max_length=80, blank=True)
    url = models.URLField(_("Address"), max_length=500, blank=True)
    file = models.FileField(pgettext_lazy("evidence", "File"), upload_to=random_name, blank=True)
    file_name = models.CharField(_("File name"), max_length=255, blank=True)
    content_type = models.CharField(_("File type"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("Size in bytes"), null=True, blank=True)
    attached_at = models.DateTimeField(_("Attached at"), null=True, blank=True, editable=False)

    report: Any

    class Meta:
        abstract = True
        verbose_name = _("Evidence")
        verbose_name_plural = _("evidence")
        constraints = evidence_constraints()

    def __str__(self) -> str:
        return self.document_number or self.title_zh or self.title_en or self.file_name or self.url

    def delete_file(self) -> None:
        """Deletes the file, if there is one, once the transaction that deletes the row is committed."""
        if self.file:
            storage, name = self.file.storage, str(self.file.name)
            transaction.on_commit(lambda: storage.delete(name), robust=True)
