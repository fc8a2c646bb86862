"""The current plan, as the reviewing office decides: the one that pages and answers mean where none is named."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.texts import clean_text
from measures.models import Plan


def chosen_plan() -> Plan | None:
    """None where the office has chosen none, and the days of the plans say which is current."""
    chosen: Plan | None = Plan.objects.filter(is_current=True).first()
    return chosen


def current_plan_state() -> State:
    """Return the values that the form of the current plan holds."""
    return {"plan": as_state(chosen_plan())}


@transaction.atomic
def choose_current_plan(plan: Plan, *, by: User, reason: str, opened: State | None = None) -> Plan:
    """Makes a plan the current one: by a reviewer, with a reason, which the log keeps. `opened`: what the form held.

    Raises ChangedMeanwhile, and NotAllowed with the field at fault.
    """
    check_reviewer(by)
    reason = clean_text(reason, field="reason", if_empty=_("Please say why."))
    # All of them: where none is chosen yet, two who choose at once would wait for no row that both write.
    plans = list(Plan.objects.select_for_update(no_key=True).order_by("pk"))
    if opened is not None:
        check_unchanged(opened, current_plan_state())
    chosen = next((each for each in plans if each.pk == plan.pk), None)
    if chosen is None:
        raise NotAllowed(_("Somebody has removed this plan."), field="plan")
    if chosen.is_current:
        raise NotAllowed(_("This is the current plan already."), field="plan")
    for each in plans:
        if each.is_current:
            _mark(each, is_current=False, reason=reason)
    _mark(chosen, is_current=True, reason=reason)
    return chosen


def keep_current_plan(added: Plan) -> None:
    """Has a plan that was added a moment ago change nothing: the plan that was current stays so, whatever their days.
    The first one of a site is its current one; nobody decides that, and the log has nothing of it.

    Whatever adds a plan calls it, in the same transaction.
    """
    if chosen_plan() is not None:
        return
    before = Plan.objects.exclude(pk=added.pk).current()
    if before is None:
        Plan.objects.filter(pk=added.pk).update(is_current=True)
    else:
        _mark(before, is_current=True, reason=_("It was the current plan when another was added"))


def _mark(plan: Plan, *, is_current: bool, reason: str) -> None:
    plan.is_current = is_current
    plan.explanation = {"reason": reason}
    plan.save(update_fields=["is_current"])
