"""Cities that the reviewing office excuses from the ranking: from when to when, and why."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.bounds import check_columns
from core.clock import now
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.texts import clean_text
from measures.models import Plan
from projects.models import RankExemption
from projects.rules import EXEMPTION_ENDS_BEFORE_START, EXEMPTION_WITHOUT_REASON, Days, exempt_already
from regions.models import Region


def exemption_state(exemption: RankExemption) -> State:
    """Returns the state that the form of an exemption holds."""
    return {name: as_state(getattr(exemption, name)) for name in ("ends_on", "reason_zh", "reason_en")}


@transaction.atomic
def excuse_city(
    plan: Plan,
    *,
    by: User,
    city: Region,
    starts_on: date,
    ends_on: date | None = None,
    reason_zh: str = "",
    reason_en: str = "",
) -> RankExemption:
    """Takes a city out of the ranking from `starts_on` to `ends_on`, the last day; None: until further notice.

    Raises NotAllowed, with the field at fault.
    """
    check_reviewer(by)
    _lock(plan)
    if not Region.objects.members_of(plan.region_id).filter(pk=city.pk).exists():
        raise NotAllowed(_("The plan does not consist of this region."), field="city")
    exemption = RankExemption(plan=plan, city=city, starts_on=starts_on, recorded_at=now(), recorded_by=by)
    _fill(exemption, ends_on, reason_zh, reason_en)
    exemption.save()
    return exemption


@transaction.atomic
def change_exemption(
    exemption: RankExemption,
    *,
    by: User,
    opened: State,
    ends_on: date | None,
    reason_zh: str,
    reason_en: str,
) -> RankExemption:
    """Ends it on another day, or words its reason otherwise. Raises ChangedMeanwhile and NotAllowed."""
    check_reviewer(by)
    stored = _stored(exemption)
    if stored is None:
        raise NotAllowed(_("Somebody has removed this exemption."))
    before = exemption_state(stored)
    check_unchanged(opened, before)
    _fill(stored, ends_on, reason_zh, reason_en)
    if exemption_state(stored) == before:
        raise NotAllowed(_("Nothing was changed."))
    stored.save()
    return stored


@transaction.atomic
def remove_exemption(exemption: RankExemption, *, by: User) -> None:
    """Removes an exemption that was entered by mistake: the city is ranked on all of its days. The log keeps what it
    was."""
    check_reviewer(by)
    stored = _stored(exemption)
    if stored is not None:
        stored.delete()


def _fill(exemption: RankExemption, ends_on: date | None, reason_zh: str, reason_en: str) -> None:
    exemption.ends_on = ends_on
    exemption.reason_zh = clean_text(reason_zh, field="reason_zh")
    exemption.reason_en = clean_text(reason_en, field="reason_en")
    check_columns(exemption, "starts_on", *(["ends_on"] if ends_on else []))
    check_named(exemption, "reason", EXEMPTION_WITHOUT_REASON)
    if ends_on and ends_on < exemption.starts_on:
        raise NotAllowed(str(EXEMPTION_ENDS_BEFORE_START), field="ends_on")
    others = RankExemption.objects.filter(plan=exemption.plan_id, city=exemption.city_id).exclude(pk=exemption.pk)
    sentence = exempt_already(
        Days(exemption.starts_on, ends_on), (Days(each.starts_on, each.ends_on) for each in others)
    )
    if sentence:
        raise NotAllowed(sentence, field="starts_on" if exemption.pk is None else "ends_on")


def _lock(plan: Plan) -> None:
    """Two at once wait for each other, so that the second finds the days taken."""
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)


def _stored(exemption: RankExemption) -> RankExemption | None:
    _lock(exemption.plan)
    return RankExemption.objects.select_for_update().filter(pk=exemption.pk).first()
