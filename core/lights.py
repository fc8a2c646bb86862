"""Overdue, due soon, and the light of a measure on a day.

Each rule is written twice: as a function of plain values, and as a query condition from the same thresholds.
tests/measures/test_querysets.py holds the two together.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core.statuses import MeasureStatus

# Why a light is red, wherever it is said.
OVERDUE = gettext_lazy("Past its due date and not completed")
DUE_TODAY = gettext_lazy("Due today and still “Under way”")


class Light(models.TextChoices):
    GREEN = "green", pgettext_lazy("light", "Green light")
    YELLOW = "yellow", pgettext_lazy("light", "Yellow light")
    RED = "red", pgettext_lazy("light", "Red light")

    @property
    def is_green(self) -> bool:
        return self is Light.GREEN

    @property
    def gravity(self) -> int:
        """0 is the gravest, as `MeasureQuerySet.with_light` orders them."""
        return [Light.RED, Light.YELLOW, Light.GREEN].index(self)


@dataclass(frozen=True)
class Thresholds:
    """The thresholds of the lights, in days; `web.limits` has those of the site. `due_soon`: a measure due within them
    should have moved. `silent`: two monthly reports missed."""

    due_soon: int
    silent: int


@dataclass(frozen=True)
class MeasureLight:
    """A light and its reason; `rule` is one of completed, overdue, due_soon, silent, on_course.

    `days`: how many it is overdue or silent, or in how many it is due.
    """

    light: Light
    rule: str
    days: int = 0

    @property
    def reason(self) -> str | Promise:
        """Why, in a sentence of the reader's language; empty for a measure that is on course or done."""
        if self.rule == "overdue":
            return OVERDUE
        if self.rule == "due_soon" and not self.days:
            return DUE_TODAY
        if self.rule == "due_soon":
            return ngettext(
                "Due in %(days)s day and still “Under way”",
                "Due in %(days)s days and still “Under way”",
                self.days,
            ) % {"days": self.days}
        if self.rule == "silent":
            return ngettext(
                "No accepted report for %(days)s day", "No accepted report for %(days)s days", self.days
            ) % {"days": self.days}
        return ""


def is_overdue(*, due_on: date | None, status: str, on: date) -> bool:
    return due_on is not None and due_on < on and status != MeasureStatus.COMPLETED


def is_due_soon(*, due_on: date | None, status: str, on: date, limits: Thresholds) -> bool:
    """Due on the day or within `limits.due_soon` days after it, and not completed."""
    is_open = status != MeasureStatus.COMPLETED
    return due_on is not None and is_open and 0 <= (due_on - on).days <= limits.due_soon


def should_have_moved(*, due_on: date | None, status: str, on: date, limits: Thresholds) -> bool:
    """Due soon and still being promoted."""
    return status == MeasureStatus.PROMOTING and is_due_soon(due_on=due_on, status=status, on=on, limits=limits)


def light_of(
    *,
    status: str,
    due_on: date | None,
    listed_on: date,
    last_report_on: date | None,
    on: date,
    limits: Thresholds,
    reports_from: date | None = None,
) -> MeasureLight:
    """`last_report_on`: the greatest day of last submission on or before `on` among reports accepted by now.
    `reports_from`: the first month that the plan asks reports for, where it names one; before it nobody is silent."""
    if status == MeasureStatus.COMPLETED:
        return MeasureLight(Light.GREEN, "completed")
    if due_on is not None and is_overdue(due_on=due_on, status=status, on=on):
        return MeasureLight(Light.RED, "overdue", (on - due_on).days)
    if due_on is not None and should_have_moved(due_on=due_on, status=status, on=on, limits=limits):
        return MeasureLight(Light.YELLOW, "due_soon", (due_on - on).days)
    silent = (on - max(filter(None, (listed_on, last_report_on, reports_from)))).days
    if silent > limits.silent:
        return MeasureLight(Light.YELLOW, "silent", silent)
    return MeasureLight(Light.GREEN, "on_course")


def _shift(day: date, days: int) -> date:
    """The day that many days on, held inside the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def silent_since(on: date, limits: Thresholds) -> date:
    """A measure whose last sign of life is before this day has been silent for too long."""
    return _shift(on, -limits.silent)


def _due_before(on: date, prefix: str) -> Q:
    # Negated, a comparison with a missing day would be unknown: hence the first part.
    return Q(**{f"{prefix}due_on__isnull": False, f"{prefix}due_on__lt": on})


def overdue_condition(*, on: date, prefix: str = "") -> Q:
    """`is_overdue`, over the columns `status` and, behind `prefix`, `due_on`."""
    return _due_before(on, prefix) & ~Q(status=MeasureStatus.COMPLETED)


def should_have_moved_condition(*, on: date, limits: Thresholds, prefix: str = "") -> Q:
    """`should_have_moved`, over the same columns."""
    due_on = f"{prefix}due_on"
    soon = {f"{due_on}__isnull": False, f"{due_on}__gte": on, f"{due_on}__lte": _shift(on, limits.due_soon)}
    return Q(**soon, status=MeasureStatus.PROMOTING)


def light_conditions(*, on: date, limits: Thresholds, prefix: str = "") -> dict[Light, Q]:
    """`light_of`, over the same columns, `listed_on` and the plan behind `prefix`, and `has_recent_report` (a boolean:
    an accepted report with `silent_since(on) <= submitted_on <= on`)."""
    red = overdue_condition(on=on, prefix=prefix)
    since, reports_from = silent_since(on, limits), f"{prefix}plan__first_reporting_month"
    are_asked = Q(**{f"{reports_from}__isnull": True}) | Q(**{f"{reports_from}__lt": since})
    silent = Q(**{f"{prefix}listed_on__lt": since}, has_recent_report=False) & are_asked
    waiting = should_have_moved_condition(on=on, limits=limits, prefix=prefix) | silent
    yellow = ~Q(status=MeasureStatus.COMPLETED) & ~_due_before(on, prefix) & waiting
    return {Light.RED: red, Light.YELLOW: yellow, Light.GREEN: ~red & ~yellow}
