from datetime import date
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Q

from accounts.models import User
from accounts.permissions import may_see_every_report
from core.timestamps import UpdatedAtQuerySet
from reporting.workflow import FILED_STATES, OPEN_STATES, ReportState
from web.language import local_columns


class AbstractReportQuerySet[M: models.Model](UpdatedAtQuerySet[M]):
    """Questions about reports of any kind."""

    def accepted(self) -> Self:
        return self.filter(state=ReportState.ACCEPTED)

    def returned(self) -> Self:
        """Return the reports that the office returned and nobody has submitted again."""
        return self.filter(state=ReportState.RETURNED)

    def waiting(self) -> Self:
        """Return the reports that wait for the office."""
        return self.filter(state=ReportState.SUBMITTED)

    def waiting_by(self, unit: str, *, key: str) -> list[tuple[str, str, int]]:
        """Return the key and the short name of each unit with reports that wait, and how many. `unit`: the foreign key
        that leads to it."""
        groups = self.waiting().order_by().values_list(f"{unit}__{key}", *local_columns(f"{unit}__short"))
        rows = groups.annotate(rows=Count("*")).order_by(f"{unit}__{key}")
        return [(value, next(filter(None, names)), number) for value, *names, number in rows]

    def accepted_on(self, day: date) -> Self:
        """Return the reports that somebody accepted on the day, the newest first."""
        return self.accepted().filter(decided_on=day, decided_by__isnull=False).order_by("-decided_at", "-pk")

    def open(self) -> Self:
        """Drafts, submitted and returned ones."""
        return self.filter(state__in=OPEN_STATES)

    def filed(self, *, by: date) -> Self:
        """Reports that were filed by the day `by`: `AbstractFiling.is_filed` as a condition."""
        return self.filter(submitted_on__lte=by, state__in=FILED_STATES)


def is_visible_to(user: User | AnonymousUser) -> Q:
    """Return the condition of those reports that the person may read whole, among those that a department wrote, in
    their column `department`; `accounts.permissions.may_see_report` as a condition."""
    if may_see_every_report(user):
        return Q()
    condition = Q(state=ReportState.ACCEPTED)
    # No department would be that of every department that was not merged.
    if user.is_authenticated and user.reports_for_department:
        own = user.department_id
        condition |= Q(department=own) | Q(department__merged_into=own)
    return condition
