"""The profile of the site: its name, the place that it is for, and the languages that it offers.

It is read once for each of its versions, not for each page: `web.cache.versions` notes on the way which version is in
force whenever a page asks for that of the data. Until then a process that did not make a change may greet one reader
in the language that was offered before.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_administrator
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from web.cache import versions
from web.models import Site

# Of a site that has no row.
NEUTRAL = Site(name_zh="重点任务推进情况平台", name_en="Key task progress")
COLUMNS = ("name_zh", "name_en", "place_zh", "place_en", "subject_zh", "subject_en", "languages")
# Of this process: the version that a profile was read in.
_known: tuple[int | None, Site] | None = None


def site_profile() -> Site:
    """No query while nothing of it has changed."""
    global _known
    if _known is not None and _known[0] is not None and _known[0] == versions.of_site:
        return _known[1]
    try:
        if versions.of_site is None:
            versions.current()
        version = versions.of_site
        row = Site.objects.first()
    except DatabaseError:
        # Also the page that says so has a name and a language.
        return remembered()
    _known = (version, row or NEUTRAL)
    return _known[1]


def remembered() -> Site:
    """The last one that was read, for whoever cannot ask the database."""
    return NEUTRAL if _known is None else _known[1]


def forget_version() -> None:
    """Ask anew next time, since what is known may be as old as the process."""
    versions.of_site = None


def forget() -> None:
    global _known
    _known = versions.of_site = None


def offered_languages() -> Collection[str]:
    """Suffixes of the columns of texts: zh, en."""
    return [code[:2] for code in site_profile().codes]


def state_of(site: Site, columns: Collection[str]) -> State:
    """Return the values that a form of these columns holds."""
    return {name: as_state(getattr(site, name)) for name in columns}


def locked_site() -> Site | None:
    site: Site | None = Site.objects.select_for_update().first()
    return site


@transaction.atomic
def change_site(*, by: User, opened: State | None = None, **values: Any) -> Site:
    """Changes columns of the site's profile; makes its row where there is none. `opened`: what its form held.

    Raises ChangedMeanwhile, NotAllowed, ValidationError.
    """
    for name in values:
        if name not in COLUMNS:
            raise NotAllowed(name)
    check_administrator(by)
    site = locked_site() or Site()
    change_columns(site, values, opened=opened)
    return site


def change_columns(site: Site, values: Mapping[str, Any], *, opened: State | None) -> None:
    """Change columns of a site that is locked, or new. The state of a form is that of the columns that it changes."""
    before = state_of(site, values)
    if opened is not None:
        check_unchanged(opened, before)
    for name, value in values.items():
        setattr(site, name, value)
    if opened is not None and state_of(site, values) == before:
        raise NotAllowed(_("Nothing was changed."))
    check_named(site, "name")
    site.full_clean(exclude=["id"], validate_unique=False)
    site.save()
