"""The annual plans of projects, which only the office sets."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.bounds import check_columns
from core.clock import now
from core.edit_conflicts import State, check_unchanged
from core.exceptions import NotAllowed
from core.texts import MAX_REASON_LENGTH, clean_text
from projects.models import AnnualPlan, Project
from projects.services import touch_cells
from web.formats.money import wan_to_yi


def annual_plan_state(plan: AnnualPlan | None) -> State:
    """Returns the state that the form of a year's plan holds, in 亿元; None: nothing was planned yet."""
    return {"planned_wan": "" if plan is None else f"{wan_to_yi(plan.planned_wan):f}"}


@transaction.atomic
def set_annual_plan(
    project: Project, *, by: User, year: int, planned_wan: int, reason: str = "", opened: State | None = None
) -> AnnualPlan:
    """Sets how much is to be invested in a year, in 万元; the first time without a reason. `opened`: the state in which
    its form was opened, if there was one.

    Raises ChangedMeanwhile, and NotAllowed with the field at fault.
    """
    check_reviewer(by)
    project = Project.objects.select_for_update().get(pk=project.pk)
    plan = project.annual_plans.filter(year=year).first()
    check_unchanged(opened or {}, annual_plan_state(plan))
    was = plan.planned_wan if plan else None
    if was == planned_wan:
        raise NotAllowed(_("Nothing was changed."), field="planned_wan")
    if plan is None:
        plan = AnnualPlan(project=project, year=year)
    plan.planned_wan = planned_wan
    check_columns(plan, "planned_wan")
    plan.save()
    if was is not None:
        if_empty = _("Please say why the annual plan is changed.")
        plan.changes.create(
            old_value=str(was),
            new_value=str(planned_wan),
            reason=clean_text(reason, field="reason", max_length=MAX_REASON_LENGTH, if_empty=if_empty),
            recorded_at=now(),
            recorded_by=by,
        )
    Project.objects.filter(pk=project.pk).mark_updated()
    touch_cells(project)
    return plan
