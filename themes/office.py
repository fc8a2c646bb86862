"""Themes of a plan, as the reviewing office keeps them."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import check_reviewer
from core.exceptions import NotAllowed
from core.versions import State
from measures.models import Plan
from measures.plan_rows import PlanRows
from themes.models import MEMBERS, Theme

NOTES = ("note_zh", "note_en")
# Members that are a plan's own.
OF_PLAN = ("sections", "categories", "measures")
THEMES = PlanRows(
    Theme,
    "name",
    slug_is_taken=gettext_lazy("The plan has a theme of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this theme."),
    more=NOTES,
    links=MEMBERS,
)
theme_state = THEMES.state


def add_theme(plan: Plan, *, by: User, slug: str, number: int, **values: Any) -> Theme:
    """`values`: names and notes, and its members. Raises NotAllowed, with the field at fault."""
    check_reviewer(by)
    _check_members(plan, values)
    return THEMES.add(plan, slug=slug, number=number, **values)


def change_theme(theme: Theme, *, by: User, opened: State, reason: str = "", source: str = "", **values: Any) -> Theme:
    """Gives a theme another name, number or note, or other members: `values` has all of them.

    Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason and source.
    """
    check_reviewer(by)
    _check_members(theme.plan, values)
    return THEMES.change(theme, opened=opened, reason=reason, source=source, **values)


def remove_theme(theme: Theme, *, by: User) -> None:
    """Remove a theme. Its members stay, and the log keeps what it was. Raises NotAllowed."""
    check_reviewer(by)
    THEMES.remove(theme)


def _check_members(plan: Plan, values: dict[str, Collection[Any]]) -> None:
    for name in OF_PLAN:
        if any(each.plan_id != plan.pk for each in values[name]):
            raise NotAllowed(_("It belongs to another plan."), field=name)
