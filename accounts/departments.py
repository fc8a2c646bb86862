"""Departments as administrators keep them. They are merged by reviewers, since measures go along."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Department, User
from accounts.permissions import check_administrator
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.published import explain_change

NAMES = ("name_zh", "name_en", "short_zh", "short_en")


def department_state(department: Department) -> State:
    """Returns the values that the form of a department holds."""
    return {name: as_state(getattr(department, name)) for name in ("number", *NAMES)}


@transaction.atomic
def add_department(*, by: User, slug: str, number: int, **names: str) -> Department:
    """`names`: a text for each of NAMES. Raises NotAllowed, with the field at fault."""
    check_administrator(by)
    # All are locked, merged ones too: of two that are added at once the second finds the name taken.
    others = Department.objects.select_for_update(no_key=True).order_by("pk")
    if any(each.slug == slug for each in others):
        raise NotAllowed(_("There is a department of this name in addresses already."), field="slug")
    _check_names(names, [each for each in others if not each.is_merged])
    department = Department(slug=slug, number=number, **names)
    check_named(department, "name")
    department.save()
    return department


@transaction.atomic
def change_department(
    department: Department, *, by: User, opened: State, number: int, reason: str = "", source: str = "", **names: str
) -> Department:
    """Renames a department or gives it another place in the order; several may share one.

    Raises ChangedMeanwhile, and NotAllowed where a published one changes without reason and source.
    """
    check_administrator(by)
    others = {each.pk: each for each in Department.objects.select_for_update(no_key=True).order_by("pk")}
    stored = others.pop(department.pk)
    if stored.is_merged:
        raise NotAllowed(_("This department has been merged already."))
    before = department_state(stored)
    check_unchanged(opened, before)
    _check_names(names, [each for each in others.values() if not each.is_merged])
    changed = Department.objects.get(pk=stored.pk)
    changed.number = number
    for name, text in names.items():
        setattr(changed, name, text)
    if department_state(changed) == before:
        raise NotAllowed(_("Nothing was changed."))
    check_named(changed, "name")
    explain_change(changed, stored, reason=reason, source=source)
    changed.save()
    return changed


def _check_names(names: dict[str, str], others: list[Department]) -> None:
    """Files that people send name departments by these: none is that of another."""
    for name, text in names.items():
        if text and any(getattr(each, name) == text for each in others):
            raise NotAllowed(_("Another department has this name."), field=name)
