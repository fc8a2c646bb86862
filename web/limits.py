"""The limits from which a light turns yellow, and the day of a month by which its reports are due.

They are columns of the site's row; an empty one is what the server is set up with (`PILOTZONE_DUE_SOON_DAYS`,
`PILOTZONE_SILENT_DAYS`, `PILOTZONE_REPORT_DUE_DAY`).
"""

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.permissions import check_administrator
from core.edit_conflicts import State
from core.lights import Thresholds
from core.signals import limits_changed
from web.models import Site
from web.site import NEUTRAL, change_columns, locked_site, site_profile

LIMITS = ("report_due_day", "due_soon_days", "silent_days")


def thresholds() -> Thresholds:
    """Return the limits of the lights as this process knows them: for pages."""
    site = site_profile()
    return _thresholds(site.due_soon_days, site.silent_days)


def stored_thresholds() -> Thresholds:
    """Return the limits of the lights as the database has them now: for what is counted to be stored. One query."""
    return _thresholds(*Site.objects.values_list("due_soon_days", "silent_days").first() or (None, None))


def _thresholds(due_soon: int | None, silent: int | None) -> Thresholds:
    return Thresholds(
        due_soon=settings.PILOTZONE_DUE_SOON_DAYS if due_soon is None else due_soon,
        silent=settings.PILOTZONE_SILENT_DAYS if silent is None else silent,
    )


def report_due_day() -> int:
    """The last day of a month on which its reports are in time."""
    day = site_profile().report_due_day
    due_day: int = settings.PILOTZONE_REPORT_DUE_DAY if day is None else day
    return due_day


@transaction.atomic
def change_limits(*, by: User, opened: State | None = None, **values: int | None) -> Site:
    """Changes some of `LIMITS`; None: as the server is set up. `opened`: what the form held.

    Raises ChangedMeanwhile, NotAllowed, ValidationError.
    """
    check_administrator(by)
    # A row has a name: where there was none, that of a site without a profile.
    site = locked_site() or Site(name_zh=NEUTRAL.name_zh, name_en=NEUTRAL.name_en)
    change_columns(site, values, opened=opened)
    limits_changed.send(sender=Site)
    return site
