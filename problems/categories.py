"""Categories of problems: those that a new plan begins with, and what the office does with them."""

from django.utils.translation import gettext_lazy

from accounts.permissions import check_reviewer
from measures.models import Plan
from measures.plan_rows import PlanRows
from problems.models import ProblemCategory

CATEGORIES = PlanRows(
    ProblemCategory,
    "name",
    check_reviewer,
    held="problems",
    slug_is_taken=gettext_lazy("The plan has a category of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this category."),
    is_in_use=gettext_lazy("It has problems: give them to another category first."),
)
# Of a new plan: slug, name in Chinese and in English. The office changes them.
DEFAULT_CATEGORIES = (
    ("land", "用地用海", "Land and sea use"),
    ("money", "资金", "Funding"),
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
