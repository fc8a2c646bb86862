"""The scope of a plan: who is in it on a day. Nothing that counts is deleted: leaving and returning are rows with a day
and a reason.

Whoever is out on a day counts in no cell, has no light and owes no report; the days before keep their totals. The rule
is written twice: `scope_on`, and in `core/scoped.py` as a query. tests/core/test_scope.py holds the two together.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from django.db import models
from django.utils.translation import pgettext_lazy


class PlanScope(models.TextChoices):
    IN_PLAN = "in_plan", pgettext_lazy("scope", "In the plan")
    SUSPENDED = "suspended", pgettext_lazy("scope", "Suspended")
    WITHDRAWN = "withdrawn", pgettext_lazy("scope", "Withdrawn")


class ScopeKind(models.TextChoices):
    SUSPENDED = "suspended", pgettext_lazy("scope change", "Suspended")
    RESUMED = "resumed", pgettext_lazy("scope change", "Resumed")
    WITHDRAWN = "withdrawn", pgettext_lazy("scope change", "Withdrawn")
    READMITTED = "readmitted", pgettext_lazy("scope change", "Readmitted")


# What each kind leads to.
SCOPE_AFTER = {
    ScopeKind.SUSPENDED: PlanScope.SUSPENDED,
    ScopeKind.RESUMED: PlanScope.IN_PLAN,
    ScopeKind.WITHDRAWN: PlanScope.WITHDRAWN,
    ScopeKind.READMITTED: PlanScope.IN_PLAN,
}
OUT_KINDS = tuple(kind for kind, scope in SCOPE_AFTER.items() if scope != PlanScope.IN_PLAN)

# Which kinds may follow in each scope.
type ScopeKinds = Mapping[PlanScope, tuple[ScopeKind, ...]]

# A withdrawal can be a mistake, so that there is a way back.
MEASURE_KINDS: ScopeKinds = {
    PlanScope.IN_PLAN: (ScopeKind.SUSPENDED, ScopeKind.WITHDRAWN),
    PlanScope.SUSPENDED: (ScopeKind.RESUMED, ScopeKind.WITHDRAWN),
    PlanScope.WITHDRAWN: (ScopeKind.RESUMED,),
}
PROJECT_KINDS: ScopeKinds = {
    PlanScope.IN_PLAN: (ScopeKind.WITHDRAWN,),
    PlanScope.WITHDRAWN: (ScopeKind.READMITTED,),
}


class ScopeRow(Protocol):
    @property
    def pk(self) -> Any: ...
    @property
    def kind(self) -> str: ...
    @property
    def effective_on(self) -> date: ...
    @property
    def recorded_at(self) -> datetime: ...


def latest_scope_change[R: ScopeRow](changes: Iterable[R], *, on: date) -> R | None:
    """The change that holds on a day; None where nothing was changed by then."""
    known = (row for row in changes if row.effective_on <= on)
    return max(known, key=lambda row: (row.effective_on, row.recorded_at, row.pk), default=None)


def scope_on(changes: Iterable[ScopeRow], *, on: date) -> PlanScope:
    latest = latest_scope_change(changes, on=on)
    return PlanScope.IN_PLAN if latest is None else SCOPE_AFTER[ScopeKind(latest.kind)]


def out_since[R: ScopeRow](changes: Iterable[R], *, on: date) -> R | None:
    """The change by which somebody is out on a day; None for who is in the plan."""
    latest = latest_scope_change(changes, on=on)
    return latest if latest is not None and latest.kind in OUT_KINDS else None


def scope_window(changes: Iterable[ScopeRow], *, listed_on: date, today: date) -> tuple[date, date]:
    """The first and the last day that a new change may take effect."""
    return max([listed_on, *(row.effective_on for row in changes)]), today
