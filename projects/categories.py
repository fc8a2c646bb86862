"""The categories by which a plan sorts its projects, as administrators keep them."""

from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import check_administrator
from core.versions import State
from measures.models import Plan
from measures.plan_rows import PlanRows
from projects.models import Category

CATEGORIES = PlanRows(
    Category,
    "name",
    held="projects",
    slug_is_taken=gettext_lazy("The plan has a category of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this category."),
    is_in_use=gettext_lazy("It has projects: give them to another category first."),
)
category_state = CATEGORIES.state


def add_category(plan: Plan, *, by: User, slug: str, number: int, name_zh: str, name_en: str) -> Category:
    """Raises NotAllowed, with the field at fault."""
    check_administrator(by)
    return CATEGORIES.add(plan, slug=slug, number=number, name_zh=name_zh, name_en=name_en)


def change_category(
    category: Category,
    *,
    by: User,
    opened: State,
    number: int,
    name_zh: str,
    name_en: str,
    reason: str = "",
    source: str = "",
) -> Category:
    """Renames a category, or gives it a number that no other of its plan has.

    Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason and source.
    """
    check_administrator(by)
    values = {"number": number, "name_zh": name_zh, "name_en": name_en}
    return CATEGORIES.change(category, opened=opened, reason=reason, source=source, **values)


def remove_category(category: Category, *, by: User) -> None:
    """Removes a category without projects; the log keeps what it was. Raises NotAllowed."""
    check_administrator(by)
    CATEGORIES.remove(category)
