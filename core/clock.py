"""The only clock of the product. Rules take the day as an argument; pages, endpoints and services ask here."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return this moment in Shanghai; where `PILOTZONE_TODAY` pins a day, the present time of that day."""
    moment = datetime.now(SHANGHAI)
    if settings.PILOTZONE_TODAY is not None:
        moment = datetime.combine(settings.PILOTZONE_TODAY, moment.timetz())
    return moment


def today() -> date:
    return now().date()


def latest_day() -> date:
    """Returns today, or the day of the real clock where the site's is pinned to one before it: such a site may hold
    what was published since, which counts from its own day on."""
    return max(today(), datetime.now(SHANGHAI).date())
