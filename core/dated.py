"""Rows that hold from a day on, until a later row of the same thing: statuses of measures, leaving and returning."""

from collections.abc import Sequence

from django.db.models import OuterRef, Q

# The order in which rows came into force: the last one by a day is in force on that day.
IN_ORDER = ("effective_on", "recorded_at", "pk")


def comes_later(in_order: Sequence[str] = IN_ORDER) -> Q:
    """A row that comes after the outer one."""
    later, same = Q(), Q()
    for column in in_order:
        later |= same & Q(**{f"{column}__gt": OuterRef(column)})
        same &= Q(**{column: OuterRef(column)})
    return later
