"""The day a page or an answer speaks of: `?as_of=YYYY-MM-DD`."""

import re
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from reporting.clock import today
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
