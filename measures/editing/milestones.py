"""Milestones of a plan, as administrators keep them: what happened to it, or will."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_administrator
from core.bounds import check_columns
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.published import explain_change
from measures.models import Plan, PlanMilestone


def milestone_state(milestone: PlanMilestone) -> State:
    """Return the values that the form of a milestone holds."""
    return {
        "happens_on": as_state(milestone.happens_on),
        "known": "day" if milestone.day_known else "month",
        "name_zh": milestone.name_zh,
        "name_en": milestone.name_en,
    }


@transaction.atomic
def add_milestone(plan: Plan, *, by: User, happens_on: date, known: str, name_zh: str, name_en: str) -> PlanMilestone:
    """`known`: "day", or "month" where only that is known. Raises NotAllowed, with the field at fault."""
    check_administrator(by)
    milestone = PlanMilestone(plan=_locked(plan))
    _fill(milestone, happens_on, known, name_zh, name_en)
    milestone.save()
    return milestone


@transaction.atomic
def change_milestone(
    milestone: PlanMilestone,
    *,
    by: User,
    opened: State,
    happens_on: date,
    known: str,
    name_zh: str,
    name_en: str,
    reason: str = "",
    source: str = "",
) -> PlanMilestone:
    """Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason and source."""
    check_administrator(by)
    stored = _stored(milestone)
    if stored is None:
        raise NotAllowed(_("Somebody has removed this milestone."))
    before = milestone_state(stored)
    check_unchanged(opened, before)
    changed = PlanMilestone.objects.get(pk=stored.pk)
    _fill(changed, happens_on, known, name_zh, name_en)
    if milestone_state(changed) == before:
        raise NotAllowed(_("Nothing was changed."))
    explain_change(changed, stored, reason=reason, source=source)
    changed.save()
    return changed


@transaction.atomic
def remove_milestone(milestone: PlanMilestone, *, by: User) -> None:
    """The log keeps what it was."""
    check_administrator(by)
    stored = _stored(milestone)
    if stored is not None:
        stored.delete()


def _fill(milestone: PlanMilestone, happens_on: date, known: str, name_zh: str, name_en: str) -> None:
    milestone.day_known = known == "day"
    # Of a month the first day stands for it.
    milestone.happens_on = happens_on if milestone.day_known else happens_on.replace(day=1)
    milestone.name_zh, milestone.name_en = name_zh, name_en
    check_columns(milestone, "happens_on")
    check_named(milestone, "name")
    others = PlanMilestone.objects.filter(plan=milestone.plan_id, happens_on=milestone.happens_on)
    if others.exclude(pk=milestone.pk).exists():
        raise NotAllowed(_("The plan has a milestone on this day already."), field="happens_on")


def _locked(plan: Plan) -> Plan:
    """Two at once wait for each other, so that the second finds the day taken."""
    locked: Plan = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    return locked


def _stored(milestone: PlanMilestone) -> PlanMilestone | None:
    _locked(milestone.plan)
    stored: PlanMilestone | None = PlanMilestone.objects.select_for_update().filter(pk=milestone.pk).first()
    return stored
