"""The lights of one measure at the end of each month, and why they turned."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from core.lights import Light, Thresholds, light_of
from core.periods import ends_between
from core.scope import PlanScope, scope_on
from measures.models import StatusChange
from measures.rules import latest_by
from measures.wording import outcome_note

# The last ones are shown.
SHOWN_MONTHS = 12


class LightMonth(NamedTuple):
    """The light on the last day of a month, or on the day of the page in its own month; None while the measure was not
    in the plan. `reason`: why it is another one than a month before; empty where it is the same."""

    day: date
    light: Light | None
    reason: str


def light_months(
    measure: Any,
    changes: Sequence[StatusChange],
    *,
    scope_changes: Sequence[Any],
    reported: Sequence[date],
    until: date,
    limits: Thresholds,
) -> list[LightMonth]:
    """Return the months up to a day, the oldest first. `changes`: those in force, the oldest first; `reported`: the
    days on which its accepted reports were submitted, in their order."""
    found: list[LightMonth] = []
    for day in ends_between(measure.listed_on, until, months=1):
        change = latest_by(changes, day)
        if change is None or scope_on(scope_changes, on=day) != PlanScope.IN_PLAN:
            found.append(LightMonth(day, None, ""))
            continue
        by_day = bisect_right(reported, day)
        light = light_of(
            status=change.status,
            due_on=measure.due_on,
            listed_on=measure.listed_on,
            last_report_on=reported[by_day - 1] if by_day else None,
            on=day,
            limits=limits,
            reports_from=measure.reports_from,
        )
        has_turned = bool(found) and light.light != found[-1].light
        reason = outcome_note(light, due_on=measure.due_on, since=change.effective_on) if has_turned else ""
        found.append(LightMonth(day, light.light, reason))
    return found[-SHOWN_MONTHS:]
