"""Priority areas of a plan, as the reviewing office keeps them: added, renamed, renumbered, and removed while empty."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.exceptions import NotAllowed
from core.names import check_named
from core.published import explain_change
from core.versions import State, as_state, check_unchanged
from measures.models import Plan, Section
from web.language import localized

STATE = ("number", "title_zh", "title_en")


def section_state(section: Section) -> State:
    """What the form of a priority area holds."""
    return {name: as_state(getattr(section, name)) for name in STATE}


@transaction.atomic
def add_section(plan: Plan, *, by: User, slug: str, number: int, title_zh: str, title_en: str) -> Section:
    """Raises NotAllowed, with the field at fault."""
    check_reviewer(by)
    others = _locked_sections(plan)
    if any(each.slug == slug for each in others):
        raise NotAllowed(_("The plan has a priority area of this name in addresses already."), field="slug")
    _check_number_is_free(number, others)
    section = Section(plan=plan, slug=slug, number=number, title_zh=title_zh, title_en=title_en)
    check_named(section, "title")
    section.save()
    return section


@transaction.atomic
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
    others = {each.pk: each for each in _locked_sections(section.plan)}
    stored = others.pop(section.pk, None)
    if stored is None:
        raise NotAllowed(_("Somebody has removed this priority area."))
    before = section_state(stored)
    check_unchanged(opened, before)
    _check_number_is_free(number, others.values())
    changed = Section.objects.get(pk=section.pk)
    changed.number, changed.title_zh, changed.title_en = number, title_zh, title_en
    if section_state(changed) == before:
        raise NotAllowed(_("Nothing was changed."))
    check_named(changed, "title")
    explain_change(changed, stored, reason=reason, source=source)
    changed.save()
    return changed


@transaction.atomic
def remove_section(section: Section, *, by: User) -> None:
    """Removes a priority area that never had a measure; the log keeps what it was. Raises NotAllowed."""
    check_reviewer(by)
    stored = next((each for each in _locked_sections(section.plan) if each.pk == section.pk), None)
    if stored is None:
        return
    if stored.measures.exists():
        raise NotAllowed(_("It has measures: give them to another priority area first."))
    try:
        stored.delete()
    except ProtectedError as error:
        raise NotAllowed(_("Other rows refer to it.")) from error


def _check_number_is_free(number: int, others: Iterable[Section]) -> None:
    for each in others:
        if each.number == number:
            title = {"title": localized(each, "title")}
            raise NotAllowed(_("“%(title)s” has this number: choose one that is free.") % title, field="number")


def _locked_sections(plan: Plan) -> list[Section]:
    """All of a plan, locked with it: whoever adds one waits, too."""
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    return list(Section.objects.select_for_update(no_key=True).filter(plan=plan).order_by("pk"))
