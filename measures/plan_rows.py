"""Rows that a plan has in an order, each with a name in both languages and one in addresses: its priority areas, its
categories, its themes. They are added, renamed, renumbered, and removed while nothing is in them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from core.edit_conflicts import State, as_state, check_unchanged
from core.exceptions import NotAllowed
from core.names import check_named
from core.provenance import Sourced
from core.published import explain_change
from measures.models import Plan
from web.language import localized


@dataclass(frozen=True)
class PlanRows[Row: Sourced]:
    """`name`: what the columns of the names begin with. `check`: refuses whoever may not change the rows. `held`: what
    is in a row, by its related name; empty where nothing keeps it from being removed. `more`: further columns that its
    form holds, `links`: many-to-many ones, `links_of_plan` those of them whose rows belong to the same plan. The
    sentences say why something is refused."""

    model: type[Row]
    name: str
    check: Callable[[User], None]
    slug_is_taken: str | Promise
    is_gone: str | Promise
    held: str = ""
    is_in_use: str | Promise = ""
    more: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    links_of_plan: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """Return the columns of the name."""
        return f"{self.name}_zh", f"{self.name}_en"

    @property
    def columns(self) -> tuple[str, ...]:
        return ("number", *self.names, *self.more)

    def state(self, row: Row) -> State:
        """Return the values that the form of a row holds."""
        own = {name: as_state(getattr(row, name)) for name in self.columns}
        return own | {name: as_state(getattr(row, name).all()) for name in self.links}

    @transaction.atomic
    def add(self, plan: Plan, *, by: User, slug: str, number: int, **values: Any) -> Row:
        """`values`: names, further columns and links. Raises NotAllowed, with the field at fault."""
        self.check(by)
        self._check_links(plan, values)
        others = self._locked(plan)
        if any(each.slug == slug for each in others):
            raise NotAllowed(str(self.slug_is_taken), field="slug")
        self._check_number_is_free(number, others)
        linked = {name: values.pop(name) for name in self.links}
        row = self.model(plan=plan, slug=slug, number=number, **values)
        check_named(row, self.name)
        row.save()
        self._link(row, linked)
        return row

    @transaction.atomic
    def change(self, row: Any, *, by: User, opened: State, reason: str = "", source: str = "", **values: Any) -> Row:
        """Gives a row another number, other names, columns or links: `values` has all of them.

        Raises ChangedMeanwhile, and NotAllowed where a published row changes without reason and source.
        """
        self.check(by)
        self._check_links(row.plan, values)
        others = {each.pk: each for each in self._locked(row.plan)}
        stored = others.pop(row.pk, None)
        if stored is None:
            raise NotAllowed(str(self.is_gone))
        before = self.state(stored)
        check_unchanged(opened, before)
        self._check_number_is_free(values["number"], others.values())
        if all(as_state(value) == before[name] for name, value in values.items()):
            raise NotAllowed(_("Nothing was changed."))
        linked = {name: values.pop(name) for name in self.links}
        changed = self.model._default_manager.get(pk=row.pk)
        for name, value in values.items():
            setattr(changed, name, value)
        check_named(changed, self.name)
        explain_change(changed, stored, reason=reason, source=source)
        changed.save()
        self._link(changed, linked)
        return changed

    def _check_links(self, plan: Plan, values: Mapping[str, Any]) -> None:
        for name in self.links_of_plan:
            if any(each.plan_id != plan.pk for each in values[name]):
                raise NotAllowed(_("It belongs to another plan."), field=name)

    def _link(self, row: Any, linked: Mapping[str, Iterable[Any]]) -> None:
        for name, rows in linked.items():
            getattr(row, name).set(rows)

    @transaction.atomic
    def remove(self, row: Any, *, by: User) -> None:
        """Removes a row in which nothing is; the log keeps what it was. Raises NotAllowed."""
        self.check(by)
        stored = next((each for each in self._locked(row.plan) if each.pk == row.pk), None)
        if stored is None:
            return
        if self.held and getattr(stored, self.held).exists():
            raise NotAllowed(str(self.is_in_use))
        try:
            stored.delete()
        except ProtectedError as error:
            raise NotAllowed(_("Other rows refer to it.")) from error

    def _check_number_is_free(self, number: int, others: Iterable[Any]) -> None:
        for each in others:
            if each.number == number:
                title = {"title": localized(each, self.name)}
                raise NotAllowed(_("“%(title)s” has this number: choose one that is free.") % title, field="number")

    def _locked(self, plan: Plan) -> list[Any]:
        """All of a plan, locked with it: whoever adds one waits, too."""
        Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        rows = self.model._default_manager.select_for_update(no_key=True)
        return list(rows.filter(plan=plan).order_by("pk"))
