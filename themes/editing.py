"""Themes of a plan, as the reviewing office keeps them."""

from django.utils.translation import gettext_lazy

from accounts.permissions import check_reviewer
from measures.plan_rows import PlanRows
from themes.models import MEMBERS, Theme

THEMES = PlanRows(
    Theme,
    "name",
    check_reviewer,
    slug_is_taken=gettext_lazy("The plan has a theme of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this theme."),
    more=("note_zh", "note_en"),
    links=MEMBERS,
    # Indicators are of no plan.
    links_of_plan=("sections", "categories", "measures"),
)
