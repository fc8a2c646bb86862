"""Indicators and their targets, as the reviewing office keeps them. Each service is all or nothing, and says who."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.provenance import Sourced
from core.published import explain_change
from core.texts import clean_text
from indicators.models import Indicator, Target
from indicators.rules import HALF_BASELINE
from web.formats.numbers import trimmed

# What the forms hold in columns. The code of an indicator stays, since links and other systems hold it; the measures
# that it is linked to are the ledger's.
INDICATOR_COLUMNS = (
    *("name_zh", "name_en", "group", "direction", "cumulative", "is_share", "unit", "unit_zh", "zh_factor"),
    *("owner", "frequency", "due_days", "may_join", "may_compare", "may_add_up", "may_rank"),
    *("derived_form", "derived_from", "derived_with", "provenance", "source"),
)
TARGET_COLUMNS = (
    *("region", "due_year", "value", "unit", "qualifier", "scope", "milestones", "single_year", "derived"),
    *("baseline_value", "baseline_on", "document", "adopted_on", "adopted_basis", "provenance", "source"),
)


def indicator_state(indicator: Indicator) -> State:
    """Return the state of an indicator that its form holds."""
    return _state(indicator, INDICATOR_COLUMNS)


def target_state(target: Target) -> State:
    """Return the values of a target as its form shows them, to tell whether somebody changed it in the meantime."""
    return _state(target, TARGET_COLUMNS)


def _state(row: models.Model, columns: tuple[str, ...]) -> State:
    return {name: _as_state(getattr(row, name)) for name in columns}


def _as_state(value: Any) -> str | list[str]:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{trimmed(value):f}" if isinstance(value, Decimal) else as_state(value)


@transaction.atomic
def add_indicator(*, by: User, code: str, **values: Any) -> Indicator:
    """`values`: of INDICATOR_COLUMNS. Raises NotAllowed, with the field at fault."""
    check_reviewer(by)
    locked = _locked()
    if any(each.code == code for each in locked.values()):
        raise NotAllowed(_("There is an indicator of this code already."), field="code")
    indicator = Indicator(code=code, **_with_locked(values, locked))
    _check_indicator(indicator)
    indicator.save()
    return indicator


@transaction.atomic
def change_indicator(
    indicator: Indicator, *, by: User, opened: State, change_reason: str = "", change_source: str = "", **values: Any
) -> Indicator:
    """`values`: all of INDICATOR_COLUMNS. Raises ChangedMeanwhile, and NotAllowed with the field at fault: where a
    published one changes without reason and source, too."""
    check_reviewer(by)
    locked = _locked()
    stored = locked[indicator.pk]
    changed = _change(stored, _with_locked(values, locked), INDICATOR_COLUMNS, opened=opened)
    _check_indicator(changed)
    explain_change(changed, stored, reason=change_reason, source=change_source)
    changed.save()
    return changed


def _locked() -> dict[int, Indicator]:
    """All of them: what one is derived from must not become derived itself meanwhile."""
    return {each.pk: each for each in Indicator.objects.select_for_update(of=("self",)).order_by("pk")}


def _with_locked(values: dict[str, Any], locked: dict[int, Indicator]) -> dict[str, Any]:
    """Return the values with the indicators that it is derived from as they are now, and not as they were when the form
    was read."""
    parts = {name: values.get(name) for name in ("derived_from", "derived_with")}
    return values | {name: locked[part.pk] for name, part in parts.items() if part is not None}


@transaction.atomic
def add_target(indicator: Indicator, *, by: User, **values: Any) -> Target:
    """`values`: of TARGET_COLUMNS. Raises NotAllowed, with the field at fault."""
    check_reviewer(by)
    target = Target(indicator=indicator, **values)
    _check_target(target)
    target.save()
    return target


@transaction.atomic
def change_target(
    target: Target, *, by: User, opened: State, change_reason: str = "", change_source: str = "", **values: Any
) -> Target:
    """`values`: all of TARGET_COLUMNS. Raises as `change_indicator` does."""
    check_reviewer(by)
    stored = Target.objects.select_for_update(of=("self",)).filter(pk=target.pk).first()
    if stored is None:
        raise NotAllowed(_("Somebody has removed this target."))
    changed = _change(stored, values, TARGET_COLUMNS, opened=opened)
    _check_target(changed)
    explain_change(changed, stored, reason=change_reason, source=change_source)
    changed.save()
    return changed


@transaction.atomic
def remove_target(target: Target, *, by: User, reason: str) -> None:
    """Nothing is judged by it any more, on no day. The log keeps what it was, with the reason. Raises NotAllowed."""
    check_reviewer(by)
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    stored = Target.objects.select_for_update(of=("self",)).filter(pk=target.pk).first()
    if stored is not None:
        stored.explanation = {"reason": reason}
        stored.delete()


def _change[Row: Sourced](stored: Row, values: dict[str, Any], columns: tuple[str, ...], *, opened: State) -> Row:
    """The row with its new values, not saved yet."""
    before = _state(stored, columns)
    check_unchanged(opened, before)
    changed = type(stored)._default_manager.get(pk=stored.pk)
    # 1 and 1.0000 are one number: the log tells what really changed.
    new = {name: value for name, value in values.items() if _as_state(value) != before[name]}
    if not new:
        raise NotAllowed(_("Nothing was changed."))
    for name, value in new.items():
        setattr(changed, name, value)
    return changed


def _check_indicator(indicator: Indicator) -> None:
    check_named(indicator, "name")
    _check_sourced(indicator)
    if indicator.zh_factor <= 0:
        raise NotAllowed(_("A number above 0 is wanted."), field="zh_factor")
    _check_row(indicator)


def _check_target(target: Target) -> None:
    _check_sourced(target)
    if (target.baseline_value is None) != (target.baseline_on is None):
        missing = "baseline_value" if target.baseline_value is None else "baseline_on"
        raise NotAllowed(str(HALF_BASELINE), field=missing)
    _check_row(target)


def _check_sourced(row: Sourced) -> None:
    if row.is_published and not row.source:
        raise NotAllowed(_("A published row needs its source."), field="source")


def _check_row(row: models.Model) -> None:
    """Check a row by the validators of its columns and its own rule. Raises NotAllowed."""
    try:
        row.clean_fields()
        row.clean()
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise NotAllowed(sentences[0], field=None if field == NON_FIELD_ERRORS else field) from error
