"""Questions about a measure's due day, asked because it is unlikely."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reporting.doubts import Doubt
from reporting.plausibility import Check, Limits
from web.formats.dates import format_day

CHECKS = (Check("due_after_plan", gettext_lazy("A measure is due after the last day of its plan")),)


def doubts_about(due_on: date | None, limits: Limits, *, ends_on: date) -> Iterator[Doubt]:
    """`ends_on`: the last day of the measure's plan."""
    return limits.asked(_doubts(due_on, ends_on))


def _doubts(due_on: date | None, ends_on: date) -> Iterator[Doubt]:
    if due_on is not None and due_on > ends_on:
        question = _("The plan ends on %(day)s already. Is the measure due later?")
        yield Doubt("due_after_plan", "due_on", question % {"day": format_day(ends_on)})
