"""Priority areas of a plan, as the reviewing office keeps them."""

from django.utils.translation import gettext_lazy

from accounts.permissions import check_reviewer
from measures.models import Section
from measures.plan_rows import PlanRows

SECTIONS = PlanRows(
    Section,
    "title",
    check_reviewer,
    held="measures",
    slug_is_taken=gettext_lazy("The plan has a priority area of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this priority area."),
    is_in_use=gettext_lazy("It has measures: give them to another priority area first."),
)
