"""The rows of leaving and returning. No table here: measures and projects have their own."""

from datetime import date
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core.append_only import AppendOnlyModel, AppendOnlyQuerySet
from core.clock import now, today
from core.dated import DatedModel, DatedRows
from core.exceptions import NotAllowed
from core.scope import OUT_KINDS, ScopeKind, ScopeKinds, out_since, scope_on, scope_window
from core.texts import clean_text


class ScopeChangeQuerySet[M: models.Model](DatedRows, AppendOnlyQuerySet[M]):
    def out(self, on: date) -> Self:
        """The change of each subject that is out on the day."""
        return self.in_force(on).filter(kind__in=OUT_KINDS)

    def lasting(self) -> Self:
        """Return the changes that hold at the end of their first day: no other one of that day took their place."""
        return self.exclude(superseded_from=F("effective_on"))


def add_scope_change(
    subject: Any, kind: ScopeKind, *, kinds: ScopeKinds, by: Any, effective_on: date, reason: str
) -> Any:
    """The row that says that a measure or a project, whose row is locked, left or returned. Raises NotAllowed."""
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    rows = list(subject.scope_changes.all())
    scope = scope_on(rows, on=today())
    if kind not in kinds[scope]:
        raise NotAllowed(_("It is “%(scope)s” by now; this cannot follow.") % {"scope": scope.label})
    first, last = scope_window(rows, listed_on=subject.listed_on, today=today())
    if not first <= effective_on <= last:
        days = {"first": first, "last": last}
        raise NotAllowed(_("The day must lie between %(first)s and %(last)s.") % days, field="effective_on")
    # The clock of a pinned day starts again at midnight.
    recorded_at = max([now(), *(row.recorded_at for row in rows)])
    return subject.scope_changes.create(
        kind=kind, effective_on=effective_on, reason=reason, recorded_at=recorded_at, recorded_by=by
    )


def check_in_plan(subject: Any) -> None:
    """Raises NotAllowed for a measure or a project that is out today: nothing is reported on it."""
    left = out_since(subject.scope_changes.all(), on=today())
    if left is not None:
        raise NotAllowed(left.refusal)


class AbstractScopeChange(DatedModel, AppendOnlyModel):
    """A row of leaving or returning. An app's own adds the foreign key that its succession names, and its kinds."""

    kind = models.CharField(pgettext_lazy("scope", "Change"), max_length=10, choices=ScopeKind)
    effective_on = models.DateField(gettext_lazy("Effective date"))
    reason = models.CharField(gettext_lazy("Reason"), max_length=300)
    recorded_at = models.DateTimeField(gettext_lazy("Date recorded"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=gettext_lazy("Recorded by"),
    )

    objects: ClassVar[Any] = ScopeChangeQuerySet.as_manager()

    class Meta(AppendOnlyModel.Meta):
        abstract = True
        verbose_name = gettext_lazy("leaving or returning")
        verbose_name_plural = gettext_lazy("leaving and returning")
        ordering = ["-effective_on", "-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="%(app_label)s_%(class)s_has_reason"),
        ]

    @property
    def successors_note(self) -> str:
        """Return in words which measures carry on what a withdrawn one was to do; nothing takes over from a project."""
        return ""

    @property
    def refusal(self) -> str:
        """Why nothing is reported on what is out by this row."""
        words = {"day": self.effective_on, "reason": self.reason.rstrip("。. ")}
        if self.kind == ScopeKind.SUSPENDED:
            return _("Suspended since %(day)s: %(reason)s. Nothing can be reported until it is resumed.") % words
        return _("Withdrawn since %(day)s: %(reason)s. Nothing can be reported any more.") % words

    def __str__(self) -> str:
        return f"{getattr(self, self.succession.subject).code} {self.effective_on} {self.get_kind_display()}"
