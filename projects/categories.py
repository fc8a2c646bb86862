"""What a plan sorts its projects by, as administrators keep it: added, renamed, renumbered, removed while unused."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_administrator
from core.exceptions import NotAllowed
from core.names import check_named
from core.published import explain_change
from core.versions import State, as_state, check_unchanged
from measures.models import Plan
from projects.models import Category
from web.language import localized

STATE = ("number", "name_zh", "name_en")


def category_state(category: Category) -> State:
    """What the form of a category holds."""
    return {name: as_state(getattr(category, name)) for name in STATE}


@transaction.atomic
def add_category(plan: Plan, *, by: User, slug: str, number: int, name_zh: str, name_en: str) -> Category:
    """Raises NotAllowed, with the field at fault."""
    check_administrator(by)
    others = _locked_categories(plan)
    if any(each.slug == slug for each in others):
        raise NotAllowed(_("The plan has a category of this name in addresses already."), field="slug")
    category = Category(plan=plan, slug=slug, number=number, name_zh=name_zh, name_en=name_en)
    check_named(category, "name")
    _check_number_is_free(number, others)
    category.save()
    return category


@transaction.atomic
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
    others = {each.pk: each for each in _locked_categories(category.plan)}
    stored = others.pop(category.pk, None)
    if stored is None:
        raise NotAllowed(_("Somebody has removed this category."))
    before = category_state(stored)
    check_unchanged(opened, before)
    _check_number_is_free(number, others.values())
    changed = Category.objects.get(pk=category.pk)
    changed.number, changed.name_zh, changed.name_en = number, name_zh, name_en
    if category_state(changed) == before:
        raise NotAllowed(_("Nothing was changed."))
    check_named(changed, "name")
    explain_change(changed, stored, reason=reason, source=source)
    changed.save()
    return changed


@transaction.atomic
def remove_category(category: Category, *, by: User) -> None:
    """Removes a category without projects; the log keeps what it was. Raises NotAllowed."""
    check_administrator(by)
    stored = next((each for each in _locked_categories(category.plan) if each.pk == category.pk), None)
    if stored is None:
        return
    if stored.projects.exists():
        raise NotAllowed(_("It has projects: give them to another category first."))
    try:
        stored.delete()
    except ProtectedError as error:
        raise NotAllowed(_("Other rows refer to it.")) from error


def _check_number_is_free(number: int, others: Iterable[Category]) -> None:
    for each in others:
        if each.number == number:
            title = {"title": localized(each, "name")}
            raise NotAllowed(_("“%(title)s” has this number: choose one that is free.") % title, field="number")


def _locked_categories(plan: Plan) -> list[Category]:
    """All of a plan, locked with it: whoever adds one waits, too."""
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    return list(Category.objects.select_for_update(no_key=True).filter(plan=plan).order_by("pk"))
