"""Categories of problems: those that a new plan begins with, and what the office does with them."""

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import check_reviewer
from core.versions import State
from measures.models import Plan
from measures.plan_rows import PlanRows
from problems.models import ProblemCategory

CATEGORIES = PlanRows(
    ProblemCategory,
    "name",
    held="problems",
    slug_is_taken=gettext_lazy("The plan has a category of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this category."),
    is_in_use=gettext_lazy("It has problems: give them to another category first."),
)
# Of a new plan: slug, name in Chinese and in English. The office changes them.
DEFAULT_CATEGORIES = (
    ("land", "用地用海", "Land and sea use"),
    ("money", "资金", "Money"),
    ("approval", "审批手续", "Approvals"),
    ("environment", "环境容量", "Environment"),
    ("staff", "人员力量", "Staff"),
    ("coordination", "部门协调", "Coordination"),
    ("other", "其他", "Other"),
)


def add_default_categories(plan: Plan) -> None:
    """Add the default categories to a plan that has none."""
    if not plan.problem_categories.exists():
        ProblemCategory.objects.bulk_create(
            ProblemCategory(plan=plan, slug=slug, number=number, name_zh=zh, name_en=en)
            for number, (slug, zh, en) in enumerate(DEFAULT_CATEGORIES, start=1)
        )


def add_problem_category(plan: Plan, *, by: User, slug: str, number: int, **names: str) -> ProblemCategory:
    """Raises NotAllowed, with the field at fault."""
    check_reviewer(by)
    return CATEGORIES.add(plan, slug=slug, number=number, **names)


def change_problem_category(
    category: ProblemCategory, *, by: User, opened: State, reason: str = "", source: str = "", **values: Any
) -> ProblemCategory:
    """Renames or renumbers one. Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason
    and source."""
    check_reviewer(by)
    return CATEGORIES.change(category, opened=opened, reason=reason, source=source, **values)


def remove_problem_category(category: ProblemCategory, *, by: User) -> None:
    """Removes one without problems; the log keeps what it was. Raises NotAllowed."""
    check_reviewer(by)
    CATEGORIES.remove(category)
