"""Query conditions for who is in a plan on a day: `core.scope` as questions to the database."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce

from core.scope import OUT_KINDS, PlanScope
from core.timestamps import UpdatedAtQuerySet


def is_out(model: type[models.Model], on: date, *, subject: str = "pk") -> Exists:
    """Return a condition that a measure or a project (`model`) is out on the day; the outer query names it
    `subject`."""
    changes = model.scope_changes.rel.related_model  # type: ignore[attr-defined]  # the related name
    return Exists(changes.objects.out(on).filter(**{changes.succession.subject: OuterRef(subject)}))


def scope_of(model: type[models.Model], on: date) -> Coalesce:
    """The scope of a measure or a project on the day, as `scope_on` says."""
    changes = model.scope_changes.rel.related_model  # type: ignore[attr-defined]  # the related name
    # Kinds of those that are out are named as their scope.
    scope = Case(When(kind__in=OUT_KINDS, then=F("kind")), default=Value(PlanScope.IN_PLAN.value))
    latest = changes.objects.in_force(on).filter(**{changes.succession.subject: OuterRef("pk")}).annotate(scope=scope)
    return Coalesce(
        Subquery(latest.order_by().values("scope")[:1]), Value(PlanScope.IN_PLAN.value), output_field=CharField()
    )


class ScopedQuerySet[M: models.Model](UpdatedAtQuerySet[M]):
    """A queryset of measures or projects: rows with `listed_on`, and `scope_changes` of their own."""

    def listed(self, as_of: date) -> Self:
        """Return the rows that have been in the plan by the day, whether or not they are out on it."""
        return self.filter(listed_on__lte=as_of)

    def in_scope(self, as_of: date) -> Self:
        """Return the rows that count on the day: listed by then, and not out."""
        inside = self.listed(as_of).filter(~is_out(self.model, as_of))
        return inside.annotate(scope=Value(PlanScope.IN_PLAN.value, output_field=CharField()))

    def with_scope(self, as_of: date) -> Self:
        """Return the rows listed by the day, with their `scope` on it."""
        return self.listed(as_of).annotate(scope=scope_of(self.model, as_of))

    def of_asked_scope(self, as_of: date, *, is_asked: bool) -> Self:
        """Return the rows for a list: those that count on the day, or all with their `scope` where a filter asks for
        it."""
        return self.with_scope(as_of) if is_asked else self.in_scope(as_of)
