"""Takes a load back: what it changed is as before; what it added goes, and stays readable in its LoadedRows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.clock import now
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from core.signals import limits_changed
from core.succession import Succession
from core.texts import clean_text
from indicators.models import Observation
from integrity.models import IntegrityRun
from ledger.bindings import BESIDE, BINDINGS, LEAVING
from ledger.codec import parsed_key, parsed_values, plain_values
from ledger.contents import Contents, read_contents
from ledger.derived import derived_item, move_listings, withdraw
from ledger.merging import Cell, Item
from ledger.rows import Key, Row, Values
from ledger.scopes import SCOPES
from ledger.sheets import SHEETS
from ledger.touched import COUNTED, COUNTED_OF_PROJECTS, Cells, cells_of_rows, tell_of_cells
from ledger.writing import Writer, lock_plan, write_both_links
from measures.models import Load, LoadedRow, Plan
from projects.models import Project
from web.models import Site

# Of what leaves its plan: the change that takes it back.
RETURNS = {"measures": ScopeKind.RESUMED, "projects": ScopeKind.READMITTED}
# So many obstacles are named.
FIRST_FEW = 5


@dataclass
class _Undo:
    """A row of the load, with what it wrote."""

    sheet: str
    key: Key
    what: str
    old: Values
    new: Values
    values: Values

    @property
    def is_deletion(self) -> bool:
        return self.what == LoadedRow.What.REMOVED and self.sheet not in LEAVING


@transaction.atomic
def take_back(load: Load, *, by: User | None, reason: str = "") -> None:
    """Raises NotAllowed, having changed nothing, where something rests on the load."""
    if by is not None:
        check_reviewer(by)
    reason = clean_text(reason, field="reason")
    load = Load.objects.select_for_update(of=("self",)).select_related("plan").get(pk=load.pk)
    if load.is_taken_back:
        raise NotAllowed(_("This load was taken back already."))
    plan = load.plan
    assert plan is not None
    lock_plan(plan)
    contents = read_contents(plan)
    undone = [_undo(row, contents) for row in load.rows.order_by("pk")]
    _check_untouched(undone, contents)
    before = _cells(undone, contents, plan)
    _Restoration(load, plan, contents, by=by).run(undone)
    load.refresh_from_db()
    load.taken_back_at, load.taken_back_by, load.taken_back_reason = now(), by, reason
    load.save()
    IntegrityRun.objects.filter(load=load).delete()
    # Of a plan that left with the load nothing is counted any more.
    if load.plan:
        tell_of_cells(before, _cells(undone, read_contents(plan), plan))
    if any(each.sheet == "site" for each in undone):
        limits_changed.send(sender=Site)
    if load.plan and any(each.sheet == "plan" for each in undone):
        limits_changed.send(sender=Plan, plan=load.plan)


def _undo(row: LoadedRow, contents: Contents) -> _Undo:
    key = parsed_key(row.sheet, row.key)
    old, new = parsed_values(row.sheet, row.old), parsed_values(row.sheet, row.new)
    return _Undo(row.sheet, key, row.what, old, new, contents.rows[row.sheet].get(key, {}))


def _check_untouched(undone: Collection[_Undo], contents: Contents) -> None:
    """Checks that each cell is as the load wrote it."""
    changed = [each for each in undone if not _is_untouched(each, contents)]
    changed += _followed(undone, contents)
    if changed:
        names = ", ".join(f"{SHEETS[each.sheet].label} {_named(each.key)}" for each in changed[:FIRST_FEW])
        words = {"count": len(changed), "names": names}
        raise NotAllowed(_("Rows of this load were changed since (%(count)s): %(names)s.") % words)


def _is_untouched(undo: _Undo, contents: Contents) -> bool:
    is_there = undo.key in contents.rows[undo.sheet]
    if undo.is_deletion:
        return not is_there
    if not is_there:
        return False
    if undo.what == LoadedRow.What.NEW:
        there = {name: value for name, value in undo.values.items() if value not in (None, ())}
        # A row of its own says that it was withdrawn.
        return _without(plain_values(there), BESIDE) == _without(plain_values(undo.new), BESIDE)
    # A withdrawal without a day began on the day of the load.
    return all(undo.values.get(name) == value for name, value in undo.new.items() if name != "removed_on")


def _without(values: Values, columns: Iterable[str]) -> Values:
    return {name: value for name, value in values.items() if name not in columns}


def _followed(undone: Iterable[_Undo], contents: Contents) -> Iterator[_Undo]:
    """Rows of leaving and returning, and steps of problems, that a later one rests on, which is not of the load."""
    for scopes in SCOPES.values():
        own = {each.key: each for each in undone if each.sheet == scopes.sheet}
        yield from _followed_in(own, contents.rows[scopes.sheet], length=1)
    own = {each.key: each for each in undone if each.sheet == "problem_steps" and each.what == LoadedRow.What.NEW}
    yield from _followed_in(own, contents.rows["problem_steps"], length=3)


def _followed_in(own: Mapping[Key, _Undo], rows: Iterable[Key], *, length: int) -> Iterator[_Undo]:
    """`length`: how many parts of a key, which then goes by time, name what it is about."""
    others = [key for key in rows if key not in own]
    for key, undo in own.items():
        if any(other[:length] == key[:length] and other > key for other in others):
            yield undo


def _named(key: Key) -> str:
    return " ".join(str(part) for part in key if part is not None)


def _cells(undone: Iterable[_Undo], contents: Contents, plan: Plan) -> Cells:
    """The cells that count measures and projects of the load as they are in the contents."""
    counted = {}
    for sheet, records in COUNTED.items():
        keys = {each.key[:1] for each in undone if each.sheet in (sheet, *records)}
        rows = contents.rows[sheet]
        counted[sheet] = [rows[key] for key in keys if key in rows]
    return cells_of_rows(counted, contents.ids, plan)


class _Restoration:
    def __init__(self, load: Load, plan: Plan, contents: Contents, *, by: User | None) -> None:
        self.load, self.plan, self.ids, self.by = load, plan, contents.ids, by
        self.writer = Writer(load, plan, self.ids, by=by)

    def run(self, undone: list[_Undo]) -> None:
        by_sheet: dict[str, list[_Undo]] = {sheet: [] for sheet in SHEETS}
        for each in undone:
            by_sheet[each.sheet].append(each)
        # What was there before first: nothing that stays may still rest on what goes.
        for sheet, rows in by_sheet.items():
            self._restore(sheet, rows)
        move_listings([_reversed(each) for each in by_sheet["measures"] if "listed_on" in each.old], self.ids)
        for sheet in reversed(by_sheet):
            added = [each for each in by_sheet[sheet] if each.what == LoadedRow.What.NEW]
            if added:
                self._take_away(sheet, added)

    def _restore(self, sheet: str, rows: list[_Undo]) -> None:
        deleted = [derived_item(sheet, each.old) for each in rows if each.is_deletion]
        changed = [each for each in rows if each.what != LoadedRow.What.NEW and not each.is_deletion]
        if sheet == "links":
            write_both_links(deleted, [], self.ids)
        elif sheet == "observations":
            self._restore_observations(changed)
        else:
            self.writer.add(sheet, deleted)
            self.writer.change(sheet, [_reversed(each) for each in changed])
        if sheet in LEAVING:
            self._return([each for each in changed if each.new.get("remove")], sheet)

    def _return(self, left: list[_Undo], sheet: str) -> None:
        if left and self.by is None:
            raise NotAllowed(_("This needs to be known by whom: take it back as a person."))
        items = []
        for each in left:
            item = derived_item(sheet, each.values)
            item.values["remove"] = _("The load was taken back")
            items.append(item)
        withdraw(items, sheet, self.ids, at=now(), by=self.by, kind=RETURNS[sheet])

    def _restore_observations(self, changed: list[_Undo]) -> None:
        """The row that corrected goes; the corrected one counts again."""
        pks = [self.ids["observations"][each.key] for each in changed]
        _check_nothing_rests_on("observations", Observation, pks)
        wrong: Any = list(Observation.objects.filter(pk__in=pks).values_list("supersedes", flat=True))
        Observation.objects.filter(pk__in=pks)._raw_delete(connection.alias)
        Observation.objects.filter(pk__in=wrong).update(superseded=False)

    def _take_away(self, sheet: str, added: list[_Undo]) -> None:
        if sheet == "links":
            write_both_links([], [derived_item(sheet, each.new) for each in added], self.ids)
            return
        model: Any = BINDINGS[sheet].model
        pks = [self.ids[sheet][each.key] for each in added]
        for name in SHEETS[sheet].links:
            through = model._meta.get_field(name).remote_field.through
            own = model._meta.get_field(name).m2m_field_name()
            through._default_manager.filter(**{f"{own}__in": pks})._raw_delete(connection.alias)
        if sheet == "plan":
            Load.objects.filter(plan__in=pks, pk=self.load.pk).update(plan=None)
            Load.objects.filter(plan__in=pks).exclude(taken_back_at=None).update(plan=None)
        _check_nothing_rests_on(sheet, model, pks)
        _delete(model._base_manager.filter(pk__in=pks))
        if sheet in COUNTED_OF_PROJECTS:
            projects = {self.ids["projects"][each.key[:1]] for each in added}
            Project.objects.filter(pk__in=projects).mark_updated()


def _delete(rows: models.QuerySet[Any]) -> None:
    """Delete rows that nothing rests on; of those that follow each other the ones that stay are joined again."""
    succession: Succession | None = getattr(rows.model, "succession", None)
    about = set(rows.values_list(succession.subject, flat=True)) if succession else set()
    rows._raw_delete(connection.alias)
    if succession:
        succession.settle(rows.model._base_manager.filter(**{f"{succession.subject}__in": about}))


def _reversed(undo: _Undo) -> Item:
    """The row with its cells as they were."""
    cells = tuple(Cell(name, undo.new.get(name), undo.old.get(name)) for name in undo.new)
    values = undo.values | {cell.column: cell.new for cell in cells}
    return Item(undo.sheet, undo.key, values, undo.values, Row(undo.sheet, 0, values), cells)


def _check_nothing_rests_on(sheet: str, model: type[models.Model], pks: list[int]) -> None:
    """Delete the rows of models with `goes_with_its_subject` that refer to these rows; raise NotAllowed where any
    other row does."""
    found = {}
    for field, others in _references(model):
        resting = others._base_manager.filter(**{f"{field}__in": pks})
        if others is model:
            resting = resting.exclude(pk__in=pks)
        if getattr(others, "goes_with_its_subject", False):
            resting._raw_delete(connection.alias)
        elif count := resting.count():
            found[str(others._meta.verbose_name_plural)] = count
    if found:
        named = ", ".join(f"{name} ({count})" for name, count in found.items())
        words = {"sheet": SHEETS[sheet].label, "names": named}
        raise NotAllowed(_("Rows that this load added to %(sheet)s are in use: %(names)s.") % words)


def _references(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    """Columns of other tables that refer to rows of the model, those of links included."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            yield relation.field.name, relation.related_model
