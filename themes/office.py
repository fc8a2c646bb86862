"""Themes of a plan, as the reviewing office keeps them."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.exceptions import NotAllowed
from measures.models import Plan
from measures.plan_rows import PlanRows
from themes.models import MEMBERS, Theme

NOTES = ("note_zh", "note_en")
# Members that are a plan's own.
OF_PLAN = ("sections", "categories", "measures")


def _check_members(plan: Plan, values: Mapping[str, Collection[Any]]) -> None:
    for name in OF_PLAN:
        if any(each.plan_id != plan.pk for each in values[name]):
            raise NotAllowed(_("It belongs to another plan."), field=name)


THEMES = PlanRows(
    Theme,
    "name",
    slug_is_taken=gettext_lazy("The plan has a theme of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this theme."),
    more=NOTES,
    links=MEMBERS,
    check_values=_check_members,
)
