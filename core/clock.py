"""The only clock of the product. Rules and services take the day as an argument; entrances ask here."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment in Shanghai, carried over to the pinned day where `PILOTZONE_TODAY` pins one."""
    moment = datetime.now(SHANGHAI)
    if settings.PILOTZONE_TODAY is not None:
        moment = datetime.combine(settings.PILOTZONE_TODAY, moment.timetz())
    return moment


def today() -> date:
    return now().date()
