"""The categories by which a plan sorts its projects, as administrators keep them."""

from django.utils.translation import gettext_lazy

from accounts.permissions import check_administrator
from measures.plan_rows import PlanRows
from projects.models import Category

CATEGORIES = PlanRows(
    Category,
    "name",
    check_administrator,
    held="projects",
    slug_is_taken=gettext_lazy("The plan has a category of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this category."),
    is_in_use=gettext_lazy("It has projects: give them to another category first."),
)
