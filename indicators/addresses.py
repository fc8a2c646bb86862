"""Addresses of the values that are filed of an indicator."""

from django.urls import reverse

from regions.models import Region
from web.html.links import query_of


def value_form_url(code: str, period: str, region: Region | None, *, plan: str, name: str = "indicators:value") -> str:
    """Return the address of the form of a value. `period`: its code; empty where it is to be chosen. `plan`: its slug;
    empty where the address is to name none."""
    return query_of(reverse(name, args=[code]), period=period, region=region.code if region else "", plan=plan)
