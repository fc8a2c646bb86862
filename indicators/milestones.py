"""Milestones of a target: what an indicator is to be by the ends of years on the way, as one text."""

import re
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.bounds import FIRST_DAY, LAST_DAY

_MILESTONE = re.compile(r"\s*(?P<year>[0-9]{4})\s*=\s*(?P<value>[-−]?[0-9]{1,9}(?:\.[0-9]{1,6})?)\s*")


def read_milestones(text: str) -> list[tuple[date, Decimal]]:
    """The last days of the years with their values, in order: `2024 = 36; 2025 = 35.5`. Raises ValueError where the
    text is written otherwise, or names a year twice or out of order."""
    if not text.strip():
        return []
    found = []
    for part in re.split("[;；]", text):
        match = _MILESTONE.fullmatch(part)
        if match is None or not FIRST_DAY.year <= int(match["year"]) <= LAST_DAY.year:
            raise ValueError(text)
        found.append((date(int(match["year"]), 12, 31), Decimal(match["value"].replace("−", "-"))))
    years = [day.year for day, _value in found]
    if years != sorted(set(years)):
        raise ValueError(text)
    return found


def check_milestones(text: str) -> None:
    try:
        read_milestones(text)
    except ValueError as error:
        raise ValidationError(_("Write years in order, each with its value: 2024 = 36; 2025 = 35.5.")) from error
