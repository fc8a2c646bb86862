"""The light of a measure on a day: the first rule that holds.

Written twice, side by side: as a function of plain values, which also says why, and as query
conditions from the same thresholds, which count. A property test holds the two together.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core.statuses import MeasureStatus

# Why a light is red, wherever it is said.
OVERDUE = gettext_lazy("Due before this day and not completed")


class Light(models.TextChoices):
    GREEN = "green", pgettext_lazy("light", "Green light")
    YELLOW = "yellow", pgettext_lazy("light", "Yellow light")
    RED = "red", pgettext_lazy("light", "Red light")


@dataclass(frozen=True)
class Thresholds:
    """In days. `due_soon`: a measure due within them should have moved; `silent`: two monthly reports missed."""

    due_soon: int
    silent: int


def thresholds() -> Thresholds:
    return Thresholds(due_soon=settings.PILOTZONE_DUE_SOON_DAYS, silent=settings.PILOTZONE_SILENT_DAYS)


@dataclass(frozen=True)
class Verdict:
    """A light and its reason; `rule` is one of completed, overdue, due_soon, silent, on_course."""

    light: Light
    rule: str
    days: int = 0

    @property
    def reason(self) -> str | Promise:
        """Why, in a sentence of the reader's language; empty for a measure that is on course or done."""
        if self.rule == "overdue":
            return OVERDUE
        if self.rule == "due_soon":
            return ngettext(
                "Due within %(days)s day and still being promoted",
                "Due within %(days)s days and still being promoted",
                self.days,
            ) % {"days": self.days}
        if self.rule == "silent":
            return ngettext(
                "No accepted report for %(days)s day", "No accepted report for %(days)s days", self.days
            ) % {"days": self.days}
        return ""


def light_of(
    *,
    status: str,
    due_on: date | None,
    listed_on: date,
    last_report_on: date | None,
    on: date,
    limits: Thresholds,
) -> Verdict:
    """`last_report_on`: the greatest day of last submission on or before `on` among reports accepted by now."""
    if status == MeasureStatus.COMPLETED:
        return Verdict(Light.GREEN, "completed")
    if due_on is not None and due_on < on:
        return Verdict(Light.RED, "overdue", (on - due_on).days)
    if due_on is not None and (due_on - on).days <= limits.due_soon and status == MeasureStatus.PROMOTING:
        return Verdict(Light.YELLOW, "due_soon", limits.due_soon)
    silent = (on - max(listed_on, last_report_on or listed_on)).days
    if silent > limits.silent:
        return Verdict(Light.YELLOW, "silent", silent)
    return Verdict(Light.GREEN, "on_course")


def _shift(day: date, days: int) -> date:
    """The day that many days on, held inside the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def silent_since(on: date, limits: Thresholds) -> date:
    """A measure whose last sign of life is before this day has been silent for too long."""
    return _shift(on, -limits.silent)


def light_conditions(
    *, on: date, limits: Thresholds, prefix: str = "", has_report: str = "has_recent_report"
) -> dict[Light, Q]:
    """The same rule as conditions over columns `status`, `has_report` (a boolean: an accepted report with
    `silent_since(on) <= submitted_on <= on`) and, behind `prefix`, `due_on` and `listed_on`."""
    due = f"{prefix}due_on"
    open_ = ~Q(status=MeasureStatus.COMPLETED)
    red = open_ & Q(**{f"{due}__isnull": False, f"{due}__lt": on})
    not_late = Q(**{f"{due}__isnull": True}) | Q(**{f"{due}__gte": on})
    soon = Q(
        **{f"{due}__isnull": False, f"{due}__gte": on, f"{due}__lte": _shift(on, limits.due_soon)},
        status=MeasureStatus.PROMOTING,
    )
    silent = Q(**{f"{prefix}listed_on__lt": silent_since(on, limits), has_report: False})
    yellow = open_ & not_late & (soon | silent)
    return {Light.RED: red, Light.YELLOW: yellow, Light.GREEN: ~red & ~yellow}
