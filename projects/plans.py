"""The profile of a plan, as administrators keep it. What its measures and projects rest on stays."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import check_administrator
from core.bounds import check_columns, check_plan_years
from core.clock import today
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.periods import month_of, next_month
from core.published import explain_change
from core.signals import limits_changed
from measures.editing.current_plan import keep_current_plan
from measures.models import Measure, Module, Plan
from projects.models import Project
from regions.models import Region
from web.formats.money import wan_to_yi

STATE = (
    "name_zh",
    "name_en",
    "starts_on",
    "ends_on",
    "first_reporting_month",
    "large_project_wan",
    "region",
    "comparator",
    "hidden_modules",
)


def plan_state(plan: Plan) -> State:
    """Returns the state that the form of a plan holds."""
    state = {name: as_state(getattr(plan, name)) for name in STATE}
    return state | {"large_project_wan": f"{wan_to_yi(plan.large_project_wan):f}"}


def likely_first_month() -> date | None:
    """Return the first month that reports of a new plan are likely owed for: the months before the next were reported
    elsewhere, or not at all."""
    return Plan().named_first_month or next_month(month_of(today()))


@transaction.atomic
def add_plan(
    *,
    by: User,
    slug: str,
    name_zh: str,
    name_en: str,
    starts_on: date,
    ends_on: date,
    first_reporting_month: date | None = None,
) -> Plan:
    """A plan without anything in it. It lies in a region as soon as its ledger names one.

    Raises NotAllowed with the field at fault.
    """
    check_administrator(by)
    # All are locked: of two that are added at once the second finds the name taken.
    if slug in Plan.objects.select_for_update(no_key=True).order_by("pk").values_list("slug", flat=True):
        raise NotAllowed(_("There is an action plan of this name in addresses already."), field="slug")
    plan = Plan(slug=slug, name_zh=name_zh, name_en=name_en, starts_on=starts_on, ends_on=ends_on)
    plan.first_reporting_month = first_reporting_month
    check_named(plan, "name")
    _check_period(plan)
    plan.save()
    keep_current_plan(plan)
    return plan


@transaction.atomic
def change_plan(
    plan: Plan,
    *,
    by: User,
    opened: State,
    name_zh: str,
    name_en: str,
    starts_on: date,
    ends_on: date,
    first_reporting_month: date | None,
    large_project_wan: int,
    region: Region | None,
    comparator: Region | None,
    hidden_modules: Collection[str],
    reason: str = "",
    source: str = "",
) -> Plan:
    """Raises ChangedMeanwhile, and NotAllowed with the field at fault: where the days would leave out a measure that
    was within them, where projects lie outside the region, where a published plan changes without reason and source."""
    check_administrator(by)
    stored = Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    before = plan_state(stored)
    check_unchanged(opened, before)
    changed = Plan.objects.get(pk=plan.pk)
    changed.name_zh, changed.name_en = name_zh, name_en
    changed.starts_on, changed.ends_on = starts_on, ends_on
    changed.first_reporting_month, changed.large_project_wan = first_reporting_month, large_project_wan
    changed.region, changed.comparator = region, comparator
    changed.hidden_modules = [each for each in Module.values if each in hidden_modules]
    if plan_state(changed) == before:
        raise NotAllowed(_("Nothing was changed."))
    check_named(changed, "name")
    _check_days(changed, stored)
    check_columns(changed, "large_project_wan")
    _check_region(changed, stored)
    explain_change(changed, stored, reason=reason, source=source)
    changed.save()
    if first_reporting_month != stored.first_reporting_month:
        limits_changed.send(sender=Plan, plan=changed)
    return changed


def _check_period(plan: Plan) -> None:
    check_columns(plan, "starts_on", "ends_on", "first_reporting_month")
    if plan.ends_on < plan.starts_on:
        raise NotAllowed(_("The last day is before the first."), field="ends_on")
    try:
        check_plan_years(plan.starts_on, plan.ends_on)
    except ValidationError as error:
        raise NotAllowed(error.messages[0], field="ends_on") from error


def _check_days(plan: Plan, stored: Plan) -> None:
    _check_period(plan)
    measures = Measure.objects.in_plan(plan).order_by("position", "code")
    # What lay outside before may stay so: sources list some tasks early, and some are due later than their plan ends.
    early = (plan.starts_on, stored.starts_on)
    late = (stored.ends_on, plan.ends_on)
    left_out = {
        "starts_on": Q(listed_on__lt=early[0], listed_on__gte=early[1]) | Q(due_on__lt=early[0], due_on__gte=early[1]),
        "ends_on": Q(listed_on__lte=late[0], listed_on__gt=late[1]) | Q(due_on__lte=late[0], due_on__gt=late[1]),
    }
    for field, condition in left_out.items():
        codes = list(measures.filter(condition).values_list("code", flat=True))
        if codes:
            text = ngettext(
                "%(count)s measure is listed or due outside these days: %(code)s.",
                "%(count)s measures are listed or due outside these days, such as %(code)s.",
                len(codes),
            )
            raise NotAllowed(text % {"count": len(codes), "code": codes[0]}, field=field)


def _check_region(plan: Plan, stored: Plan) -> None:
    if plan.comparator is not None and plan.comparator == plan.region:
        raise NotAllowed(_("A region is not compared with itself."), field="comparator")
    if plan.region == stored.region:
        return
    if plan.region is None:
        raise NotAllowed(_("The plan lies in a region."), field="region")
    members = Region.objects.members_of(plan.region.pk)
    outside = Project.objects.in_plan(plan).exclude(city__in=members).order_by("position", "code")
    codes = list(outside.values_list("code", flat=True))
    if codes:
        text = ngettext(
            "%(count)s project does not lie in this region: %(code)s.",
            "%(count)s projects do not lie in this region, such as %(code)s.",
            len(codes),
        )
        raise NotAllowed(text % {"count": len(codes), "code": codes[0]}, field="region")
