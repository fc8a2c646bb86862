"""Questions about what is not wrong, but unlikely. Each has a name, and perhaps a limit; the office says which are
asked, and with which limits. What they ask is in the room of what they are about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import check_reviewer
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from reporting.doubts import Doubt
from web.models import Site
from web.site import NEUTRAL, change_columns, locked_site, site_profile

MAX_LIMIT = 1_000


@dataclass(frozen=True)
class Check:
    """`label` says what is asked about. `limit`: from where on, in its `unit`, unless the office says otherwise; None
    where there is nothing to choose. Where it `needs_reason`, it is always asked, and the answer has words."""

    name: str
    label: str | Promise
    limit: int | None = None
    unit: str | Promise = ""
    needs_reason: bool = False


PER_CENT, POINTS = "%", gettext_lazy("percentage points")
TIMES, MONTHS = gettext_lazy("times"), gettext_lazy("months in a row")


@dataclass(frozen=True)
class Limits:
    """`chosen`: the limits that the office chose, by the names of checks; None for one that is not asked. A check
    without a limit has 1 where it is asked all the same."""

    chosen: Mapping[str, int | None]

    def is_asked(self, name: str) -> bool:
        return self.chosen.get(name, 0) is not None

    def of(self, check: Check) -> int:
        assert check.limit is not None
        return self.chosen.get(check.name) or check.limit

    def asked(self, doubts: Iterable[Doubt]) -> Iterator[Doubt]:
        return (each for each in doubts if each.needs_reason or self.is_asked(each.name))


def limits() -> Limits:
    """Return the limits as this process knows them."""
    return Limits(site_profile().plausibility)


def state_of_checks(checks: Iterable[Check], chosen: Limits) -> State:
    """Return the state that the form of these checks holds: whether each is asked, and its limit."""
    state: dict[str, str | list[str]] = {}
    for check in checks:
        if not check.needs_reason:
            state[f"{check.name}_asked"] = "True" if chosen.is_asked(check.name) else ""
        if check.limit is not None:
            state[check.name] = as_state(chosen.of(check))
    return state


@transaction.atomic
def change_plausibility(
    chosen: Mapping[str, int | None], *, by: User, checks: Iterable[Check] = (), opened: State | None = None
) -> Site:
    """`opened`: what the form of the `checks` held. Raises ChangedMeanwhile, NotAllowed."""
    check_reviewer(by)
    # A row has a name: where there was none, that of a site without a profile.
    site = locked_site() or Site(name_zh=NEUTRAL.name_zh, name_en=NEUTRAL.name_en)
    if opened is not None:
        check_unchanged(opened, state_of_checks(checks, Limits(site.plausibility)))
    if site.plausibility == chosen:
        raise NotAllowed(_("Nothing was changed."))
    change_columns(site, {"plausibility": dict(chosen)}, opened=None)
    return site
