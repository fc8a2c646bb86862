"""The people who look after a measure in its lead department: an owner and a deputy, either of whom may be missing.

Both are reporters of that department. Who is none any more, or whose department gives the measure away, no longer looks
after it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.log import log_changes
from accounts.models import Department, Role, User
from accounts.permissions import may_assign
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.signals import person_changed
from measures.models import Measure
from measures.services import lock_measure
from reporting.services import Outcome, do_each

PLACES = ("owner", "deputy")
# The id of a person; None for nobody.
type Key = int | None


def owners_state(measure: Measure) -> State:
    """Return the values that the form of a measure's owner and deputy holds."""
    return {name: as_state(getattr(measure, name)) for name in PLACES}


def reporters_of(department: Department) -> Any:
    """Return the people who may look after what the department leads."""
    return User.objects.filter(department=department, role=Role.REPORTER, is_active=True).order_by("username")


@transaction.atomic
def set_owners(
    measure: Measure, *, by: User, opened: State, owner: User | None, deputy: User | None, may_stay: bool = False
) -> Measure:
    """Raises ChangedMeanwhile, and NotAllowed with the field at fault; where nothing changes unless that `may_stay`."""
    wanted = {"owner": owner, "deputy": deputy}
    # People before measures, as whoever closes an account locks them.
    keys = [each.pk for each in wanted.values() if each is not None]
    people = User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").in_bulk()
    measure = lock_measure(measure.pk)
    if not may_assign(by, lead=measure.lead_department_id):
        raise NotAllowed(_("You may not do this"))
    before = owners_state(measure)
    check_unchanged(opened, before)
    for name, person in wanted.items():
        stored = None if person is None else people[person.pk]
        if stored is not None and not _reports_for(stored, measure.lead_department_id):
            raise NotAllowed(_("Choose somebody who reports for the lead department."), field=name)
        setattr(measure, name, stored)
    if owner is not None and owner == deputy:
        raise NotAllowed(_("The deputy is somebody else than the owner."), field="deputy")
    if owners_state(measure) != before:
        measure.save(update_fields=PLACES)
    elif not may_stay:
        raise NotAllowed(_("Nothing was changed."))
    return measure


def set_owners_of_many(
    measures: Iterable[Measure], *, by: User, opened: Mapping[int, State], places: Mapping[str, User | None]
) -> list[Outcome[Measure]]:
    """Sets these of PLACES, and leaves the others; each measure is changed, or refused, by itself. `opened`: what was
    shown of each, by its id."""

    def set_one(measure: Measure) -> None:
        wanted = {name: getattr(measure, name) for name in PLACES} | dict(places)
        set_owners(measure, by=by, opened=opened[measure.pk], **wanted, may_stay=True)

    return do_each(measures, set_one)


def clear_owners(
    measures: Iterable[Measure], *, by: User | None, of: User | None = None, successor: User | None = None
) -> None:
    """Clear the owners and deputies of locked measures; only the places of the person `of`, if one is given, which the
    successor takes, if there is one. The log keeps who it was."""
    changes = [(measure, places) for measure in measures if (places := _changed_places(measure, of, successor))]
    # Deputies first: nobody is both, not even for a moment.
    for name in reversed(PLACES):
        for key in (None, successor and successor.pk):
            rows = [measure.pk for measure, places in changes if name in places and places[name][1] == key]
            if rows:
                Measure.objects.filter(pk__in=rows).update(**{f"{name}_id": key})
    log_changes([(measure, _as_logged(places)) for measure, places in changes], by=by)


def _changed_places(measure: Measure, of: User | None, successor: User | None) -> dict[str, tuple[Key, Key]]:
    """The ids of who had each place that changes, and of who has it then."""
    places: dict[str, Key] = {name: getattr(measure, f"{name}_id") for name in PLACES}
    heir = None if successor is None else successor.pk
    left = {name: heir if of is None or key == of.pk else key for name, key in places.items()}
    if left["owner"] == left["deputy"]:
        # Whoever has one place already, or gets both, is the owner alone.
        left["deputy"] = None
    return {name: (key, left[name]) for name, key in places.items() if key != left[name]}


def _as_logged(places: Mapping[str, tuple[Key, Key]]) -> dict[str, list[str]]:
    return {name: [str(old), str(new)] for name, (old, new) in places.items()}


def own_codes(codes: Iterable[str], keepers: Mapping[str, set[int]], user: User) -> list[str]:
    """Return the codes of the measures that the person or nobody looks after. `keepers`: as `MeasureQuerySet.keepers`
    finds."""
    return [code for code in codes if code not in keepers or user.pk in keepers[code]]


def leave_measures(person: User, *, by: User | None, successor: User | None = None, **kwargs: Any) -> None:
    """The person is owner and deputy only of what the department leads that they report for; the successor takes over
    what is left."""
    kept = Measure.objects.kept_by(person).select_for_update().order_by("pk")
    left = [each for each in kept if not _reports_for(person, each.lead_department_id)]
    clear_owners(left, by=by, of=person, successor=successor)


def _reports_for(person: User, department_id: int) -> bool:
    return person.is_active and person.is_reporter and person.department_id == department_id


def connect() -> None:
    person_changed.connect(leave_measures, dispatch_uid="measures.owners")
