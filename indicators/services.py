"""The services that change observations. Each is all or nothing, says who, and leaves the row that was there."""

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.bounds import check_columns
from core.clock import now
from core.exceptions import NotAllowed
from core.periods import is_period
from core.texts import clean_text
from indicators.models import Observation
from indicators.rules import why_too_early

# What says which release of which value a row is.
KEY = ("indicator", "region", "period_kind", "period_start", "period_end", "released_on")
KEY_COLUMNS = tuple(f"{name}_id" if name in ("indicator", "region") else name for name in KEY)
# What a correction may change.
VALUES = (
    *KEY,
    *("period", "value", "exact", "basis", "scope", "note", "release_basis", "verified", "provenance", "source"),
)


def check_observation(
    observation: Observation, *, other_than: Observation | None = None, known: Iterable[Observation] | None = None
) -> None:
    """`known`: the effective observations among which the same release would be, where they are read already.

    Raises NotAllowed where the indicator is derived, or cannot have this value, the days are no period of the kind, a
    published value names no source, a release day is assumed that the source contradicts, or the same release is there
    already; `other_than`: the row that it is to supersede."""
    if observation.indicator.derived_form:
        raise NotAllowed(_("This indicator is derived from others and has no values of its own."), field="indicator")
    if sentence := observation.indicator.why_no_value(observation.value):
        raise NotAllowed(sentence, field="value")
    check_columns(observation, "period_start", "period_end", "released_on")
    if not is_period(observation.period_kind, observation.period_start, observation.period_end):
        kind = {"kind": observation.get_period_kind_display()}
        raise NotAllowed(_("These days are not the first and the last of: %(kind)s.") % kind, field="period_kind")
    if observation.is_published and not observation.source.strip():
        raise NotAllowed(_("A published value needs its source."), field="source")
    period_end, released_on = observation.period_end, observation.released_on
    too_early = why_too_early(observation.source, released_on, period_end=period_end)
    if observation.is_release_assumed and too_early:
        raise NotAllowed(too_early, field="released_on")
    if any(other_than is None or each.pk != other_than.pk for each in _same_releases(observation, known)):
        raise NotAllowed(_same_release(), field="released_on")


def _same_releases(observation: Observation, known: Iterable[Observation] | None) -> Iterable[Observation]:
    if known is None:
        return Observation.objects.effective().filter(**{name: getattr(observation, name) for name in KEY_COLUMNS})
    key = attrgetter(*KEY_COLUMNS)
    return [each for each in known if key(each) == key(observation)]


def _same_release() -> str:
    return _("This release is recorded already. Correct that row, or give the day of the new release.")


@transaction.atomic
def add_observation(observation: Observation, *, by: User, reason: str = "") -> Observation:
    """A value that was released. Raises NotAllowed."""
    check_observation(observation)
    return _record(observation, by=by, reason=clean_text(reason, field="reason"))


@transaction.atomic
def revise_observation(
    observation: Observation, *, by: User, reason: str, released_on: date, source: str, **values: Any
) -> Observation:
    """A later release of the same value: from its day on it counts, before it the earlier one. Raises NotAllowed."""
    check_revised_on(observation, released_on)
    revised = _copy(observation, released_on=released_on, source=source, **values)
    check_observation(revised)
    return _record(revised, by=by, reason=_cleaned_reason(reason))


def check_revised_on(observation: Observation, released_on: date) -> None:
    """Raises NotAllowed where the day is not after that on which the observation was released."""
    if released_on <= observation.released_on:
        day = {"day": observation.released_on}
        raise NotAllowed(_("The value was released on %(day)s; a revision comes later.") % day, field="released_on")


@transaction.atomic
def correct_observation(observation: Observation, *, by: User, reason: str, **values: Any) -> Observation:
    """A row that was wrong from the start gives way to another, for all days. Raises NotAllowed."""
    wrong = Observation.objects.select_for_update().get(pk=observation.pk)
    check_not_corrected(wrong)
    reason = _cleaned_reason(reason)
    right = _copy(wrong, **values)
    if all(getattr(right, name) == getattr(wrong, name) for name in VALUES):
        raise NotAllowed(_("Nothing was changed."))
    check_observation(right, other_than=wrong)
    wrong.superseded = True
    wrong.save(update_fields=["superseded"])
    right.supersedes = wrong
    return _record(right, by=by, reason=reason)


def check_not_corrected(observation: Observation) -> None:
    """Raises NotAllowed for a row that gave way to another."""
    if observation.superseded:
        raise NotAllowed(_("This row was corrected already; correct the newer one."))


def _cleaned_reason(reason: str) -> str:
    return clean_text(reason, field="reason", if_empty=_("Please say why."))


def _copy(observation: Observation, **values: Any) -> Observation:
    return Observation(**{name: getattr(observation, name) for name in VALUES} | values)


def _record(observation: Observation, *, by: User, reason: str) -> Observation:
    observation.reason, observation.recorded_at, observation.recorded_by = reason, now(), by
    try:
        with transaction.atomic():
            observation.save(force_insert=True)
    except IntegrityError as error:
        # Somebody else was quicker.
        raise NotAllowed(_same_release(), field="released_on") from error
    return observation
