"""Addresses of a project's months."""

from datetime import date

from django.urls import reverse

from web.html.links import query_of


def month_form_url(code: str, month: date, *, plan: str, name: str = "projects:month") -> str:
    """Return the address of the form of a project's month. `plan`: its slug; empty where the address names none."""
    return query_of(reverse(name, args=[code]), period=f"{month:%Y-%m}", plan=plan)
