"""The only clock of the product. Rules take the day as an argument; pages, endpoints and services ask here."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment in Shanghai; the present time of the pinned day where `PILOTZONE_TODAY` pins one."""
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
