"""The day a page or an answer speaks of: `?as_of=YYYY-MM-DD`; the month of a report: `?period=YYYY-MM`."""

import re
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reporting.clock import today
from reporting.periods import month_of
from web.errors import BadQuery

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(raw: str) -> date | None:
    """A day written as YYYY-MM-DD in ASCII digits; None for anything else."""
    if not DAY.fullmatch(raw):
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def parse_month(raw: str) -> date | None:
    """The first day of a month written as YYYY-MM; None for anything else."""
    return parse_day(f"{raw}-01")


def asked_month(raw: str) -> date:
    """The month of a text from a request; this month where it is empty. Raises BadQuery for what is no month,
    or comes after this one."""
    if not raw:
        return month_of(today())
    month = parse_month(raw)
    if month is None:
        raise BadQuery({"period": [_("This is not a month; write it like 2023-06.")]})
    if month > today():
        raise BadQuery({"period": [_("The month is in the future.")]})
    return month


def asked_day(request: HttpRequest) -> date:
    """The day asked for; today where none is. Raises BadQuery for what is not a day, or is after today."""
    raw = request.GET.get("as_of", "")
    if not raw:
        return today()
    day = parse_day(raw)
    if day is None:
        raise BadQuery({"as_of": [_("This is not a valid date"), _latest()]})
    if day > today():
        raise BadQuery({"as_of": [_("The day is in the future"), _latest()]})
    return day


def _latest() -> str:
    return _("Choose a day from 0001-01-01 to %(today)s.") % {"today": today().isoformat()}
