"""Priority areas of a plan, as the reviewing office keeps them."""

from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import check_reviewer
from core.versions import State
from measures.models import Plan, Section
from measures.plan_rows import PlanRows

SECTIONS = PlanRows(
    Section,
    "title",
    held="measures",
    slug_is_taken=gettext_lazy("The plan has a priority area of this name in addresses already."),
    is_gone=gettext_lazy("Somebody has removed this priority area."),
    is_in_use=gettext_lazy("It has measures: give them to another priority area first."),
)
section_state = SECTIONS.state


def add_section(plan: Plan, *, by: User, slug: str, number: int, title_zh: str, title_en: str) -> Section:
    """Raises NotAllowed, with the field at fault."""
    check_reviewer(by)
    return SECTIONS.add(plan, slug=slug, number=number, title_zh=title_zh, title_en=title_en)


def change_section(
    section: Section,
    *,
    by: User,
    opened: State,
    number: int,
    title_zh: str,
    title_en: str,
    reason: str = "",
    source: str = "",
) -> Section:
    """Renames a priority area, or gives it a number that no other has.

    Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason and source.
    """
    check_reviewer(by)
    values = {"number": number, "title_zh": title_zh, "title_en": title_en}
    return SECTIONS.change(section, opened=opened, reason=reason, source=source, **values)


def remove_section(section: Section, *, by: User) -> None:
    """Removes a priority area that never had a measure; the log keeps what it was. Raises NotAllowed."""
    check_reviewer(by)
    SECTIONS.remove(section)
