"""Words about the light and the due day of a measure."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from core.lights import MeasureLight, is_overdue
from measures.rules import is_completion


def format_days_late(days: int) -> str:
    return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": days}


def light_note(light: MeasureLight) -> str:
    """Return, for a list, why a light is not green: the days that the measure is late, is due in, or has been silent
    for."""
    if light.rule == "due_soon" and not light.days:
        return _("Due today")
    if light.rule == "due_soon":
        text = npgettext("beside a light", "Due in %(days)s day", "Due in %(days)s days", light.days)
        return text % {"days": light.days}
    if light.rule == "silent":
        text = ngettext("%(days)s day unreported", "%(days)s days unreported", light.days)
        return text % {"days": light.days}
    return format_days_late(light.days) if light.rule == "overdue" else ""


def light_reason(light: MeasureLight) -> str:
    """Why, in a sentence; for an overdue measure also by how many days."""
    if light.rule != "overdue":
        return str(light.reason)
    return _("%(reason)s, %(late)s") % {"reason": light.reason, "late": format_days_late(light.days)}


def outcome_note(light: MeasureLight, *, due_on: date | None, since: date) -> str:
    """Return why the light is what it is now, also of green ones: 7 days late, Completed 2 days late, On course.
    `since`: the first day of the measure's status."""
    if light.rule == "completed":
        late = (since - due_on).days if due_on is not None else 0
        text = ngettext("Completed %(days)s day late", "Completed %(days)s days late", late)
        return text % {"days": late} if late > 0 else _("Completed on time") if due_on else _("Completed")
    return light_note(light) or _("On course")


def due_note(measure: Any, on: date) -> str:
    """Return the note beside the due date of a measure with its `status`: overdue, or in how many days it is due."""
    if measure.due_on is None or is_completion(measure.status):
        return ""
    if is_overdue(due_on=measure.due_on, status=measure.status, on=on):
        return _("Overdue")
    days = (measure.due_on - on).days
    return ngettext("Due in %(days)s day", "Due in %(days)s days", days) % {"days": days} if days else _("Due today")
