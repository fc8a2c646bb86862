"""Addresses of pages about a plan's rows and months."""

from datetime import date

from django.urls import reverse

from measures.models import Plan
from web.html.links import query_of


def report_url(code: str, month: date, *, plan: str, name: str = "measures:report") -> str:
    """Return the address of the form of a measure's report for a month. `plan`: its slug; empty where the address is to
    name none."""
    return query_of(reverse(name, args=[code]), period=f"{month:%Y-%m}", plan=plan)


def month_url(name: str, month: date | None, *, plan: Plan | None, **more: str) -> str:
    """Return the address of the page `name`, a workspace or a board, for this month and plan.

    `more`: further query parameters.
    """
    return query_of(
        reverse(name),
        period=f"{month:%Y-%m}" if month is not None else "",
        plan=plan.action_slug if plan is not None else "",
        **more,
    )
