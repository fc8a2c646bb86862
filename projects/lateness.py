"""The rule for whether a project is late: planned to start, or to be completed, by a day and not so. As plain values
and as a condition of the database; a property test holds them together."""

from datetime import date

from django.db.models import Q

# Stages of a project whose building has not begun, and of one that is built.
NOT_STARTED = ("preparing",)
BUILT = ("completed", "in_production")


def is_late(stage: str, planned_start_on: date | None, planned_completion_on: date | None, *, on: date) -> bool:
    """A planned day has passed on the day after it. Without planned days nothing is late."""
    is_not_started = stage in NOT_STARTED and planned_start_on is not None and planned_start_on < on
    is_not_built = stage not in BUILT and planned_completion_on is not None and planned_completion_on < on
    return is_not_started or is_not_built


def late(on: date) -> Q:
    """The same of the rows of a query."""
    return Q(stage__in=NOT_STARTED, planned_start_on__lt=on) | ~Q(stage__in=BUILT) & Q(planned_completion_on__lt=on)
