"""The merging of a file into the site's data: the site's own rows with those of the file laid over them."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.bindings import BESIDE, EVIDENCE_OF, LEAVING, OF_MEASURE_OR_PROJECT, RECORDS
from ledger.contents import Contents, key_of, with_all_columns
from ledger.declaration import Column, Kind
from ledger.defaults import DEFAULTS, KEPT_WHERE_EMPTY, NUMBERED, RECORDED_BY_DAY, complete_keys
from ledger.named_rows import add_named_rows
from ledger.places import PLACE, Places, places_of, whole_place, without_addresses
from ledger.references import NAMES, Names, folded
from ledger.rows import Fault, Key, Ledger, Place, Row, Unreadable, Values
from ledger.sentences import shortened
from ledger.sheets import SHEETS
from ledger.written import written_text
from problems.categories import DEFAULT_CATEGORIES

NO_ROW = gettext_lazy("There is no “%(name)s” in %(sheet)s.")
NO_REGIONS = gettext_lazy(
    "There is no region yet for “%(name)s”: add the sheet “%(sheet)s” to the file, or name the place with its code."
)
# A cell: sheet, key of its row, column.
CellName = tuple[str, Key, str]


class What(StrEnum):
    """The possible outcomes of a row in a load."""

    NEW = "new"
    CHANGED = "changed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    WRONG = "wrong"


@dataclass(frozen=True)
class Cell:
    """A cell in which the file differs from the site: `old` is what the site says, `new` what the file does. In
    conflict where both were changed since the download, and nobody has decided yet."""

    column: str
    old: Any
    new: Any
    is_conflict: bool = False


@dataclass
class Item:
    """A row after the load. `site`: what the site says of it, None for a new one; `row`: of the file, None where the
    file does not have it."""

    sheet: str
    key: Key
    values: Values
    site: Values | None = None
    row: Row | None = None
    cells: tuple[Cell, ...] = ()

    def __getitem__(self, column: str) -> Any:
        return self.values.get(column)

    @property
    def table(self) -> str:
        """Returns the table of the row, where the file has several of its sheet."""
        return self.row.table if self.row else ""

    @property
    def number(self) -> int:
        """Returns the number of the row of the file; 0 for one that follows from another or is not in the file."""
        return self.row.number if self.row else 0

    @property
    def about(self) -> Key | None:
        """Returns the key of the fault that a report is about; None where it is about none."""
        number = self["about_problem"]
        return None if number is None else (self["measure"], self["project"], number)

    @property
    def what(self) -> What:
        if any(cell.is_conflict for cell in self.cells):
            return What.CONFLICT
        if self.is_removed:
            return What.REMOVED
        if self.site is None:
            return What.NEW
        return What.CHANGED if self.cells else What.UNCHANGED

    @property
    def is_removed(self) -> bool:
        """Returns whether the load takes the row away, or a measure or project out of the plan."""
        return self.site is not None and any(cell.column == "remove" and cell.new for cell in self.cells)

    @property
    def is_deleted(self) -> bool:
        return self.sheet not in LEAVING and self.is_removed

    @property
    def is_touched(self) -> bool:
        """Returns whether the load would write something in this row."""
        return self.row is not None and (self.site is None or bool(self.cells))


@dataclass
class Merged:
    """All rows after the load, by sheet and key, and what is wrong with the file's. `unreadable`: as of the file."""

    items: dict[str, dict[Key, Item]]
    names: dict[str, Names]
    earlier_submissions: Container[Key] = ()
    draft_problems: Container[Key] = ()
    draft_categories: Container[str] = ()
    # By sheet and column: the greatest number so far.
    last_numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    unreadable: Unreadable = field(default_factory=dict)
    # Places of projects that no region is called, each once.
    addresses: dict[str, None] = field(default_factory=dict)

    def touched(self, sheet: str) -> Iterator[Item]:
        return (item for item in self.items[sheet].values() if item.is_touched)

    def there(self, sheet: str) -> Iterator[Item]:
        """Rows that are there after the load."""
        return (item for item in self.items[sheet].values() if not item.is_deleted)

    def stories(self, sheet: str, length: int = 1, *, is_after: bool = True) -> dict[Key, list[Item]]:
        """Returns the rows on record by the parts of their keys that name what they are about, so many, in the order in
        which they were recorded; those of the site alone where it is as before the load."""
        found: dict[Key, list[Item]] = {}
        for key, item in self.items[sheet].items():
            if is_after or item.site is not None:
                found.setdefault(key[:length], []).append(item)
        for items in found.values():
            items.sort(key=lambda item: item.key[length:])
        return found

    def add_problem(self, item: Item | None, column: str, sentence: str) -> None:
        if item is not None:
            self.add_fault(item.row, column, sentence)

    def add_fault(self, row: Row | None, column: str, sentence: str) -> None:
        # A cell that could not be read has its fault already.
        if row is not None and not self.is_unreadable(row, column):
            self.faults.append(Fault(row.sheet, row.number, column, sentence, row.table))

    def is_unreadable(self, row: Row | None, column: str) -> bool:
        return row is not None and column in self.unreadable.get(row.place, ())

    @property
    def plan(self) -> Item | None:
        return next(iter(self.items["plan"].values()), None)

    def next_number(self, sheet: str, column: str) -> int:
        """The next after those of the site, of the file, and of earlier calls."""
        self.last_numbers[sheet, column] += 1
        return self.last_numbers[sheet, column]


def merge(
    ledger: Ledger,
    contents: Contents,
    *,
    base: Mapping[str, Mapping[Key, Values]] | None = None,
    answers: Mapping[CellName, str] | None = None,
    without: Container[Place] = (),
) -> Merged:
    """Lays the rows of a file over what the site holds; `without`: rows that are left out.

    `base`: what the file was made from, where it says so. `answers`: "file" or "site" for cells in conflict.
    """
    items = {
        sheet: {key: Item(sheet, key, dict(values), values) for key, values in rows.items()}
        for sheet, rows in contents.rows.items()
    }
    merged = Merged(items, {}, contents.earlier_submissions, contents.draft_problems, contents.draft_categories)
    merged.unreadable = ledger.unreadable
    rows = {sheet: complete_keys(sheet, _kept(ledger, sheet, without), contents) for sheet in SHEETS}
    rows["problem_categories"] = _problem_categories(rows["problem_categories"], contents)
    merged.names = {sheet: _names(sheet, contents, rows[sheet]) for sheet in NAMES}
    add_named_rows(rows, merged.names, contents, given=ledger.rows)
    merged.last_numbers = _last_numbers(contents, rows)
    overlay = _Overlay(merged, base, answers or {})
    for sheet, found in rows.items():
        for row in found:
            overlay.add(row)
        if sheet == "plan":
            _place_plan(merged)
    merged.faults += [each for each in ledger.faults if each.place not in without]
    return merged


def _place_plan(merged: Merged) -> None:
    """A plan that was named before its site had regions lies where a new one would."""
    plan = merged.plan
    if plan is None or plan.site is None or plan["region"] is not None or not merged.items["regions"]:
        return
    plan.row = plan.row or Row("plan", 0, {})
    if region := whole_place([item.values for item in merged.items["regions"].values()]):
        plan.cells = (*plan.cells, Cell("region", None, region))
        plan.values["region"] = region


def _last_numbers(contents: Contents, rows: Mapping[str, list[Row]]) -> Counter[tuple[str, str]]:
    """The greatest that the site or the file has."""
    last: Counter[tuple[str, str]] = Counter()
    for sheet, column in NUMBERED.items():
        there = [values[column] for values in contents.rows[sheet].values()]
        written = [row.values.get(column) for row in rows[sheet]]
        last[sheet, column] = max(filter(None, there + written), default=0)
    return last


def _kept(ledger: Ledger, sheet: str, without: Container[Place]) -> list[Row]:
    return [row for row in ledger.rows.get(sheet, ()) if row.place not in without]


def _names(sheet: str, contents: Contents, rows: list[Row]) -> Names:
    names = Names(sheet)
    [column] = SHEETS[sheet].key
    for (key,) in contents.ids[sheet]:
        names.add(key, contents.rows[sheet].get((key,), {}))
    for row in rows:
        if row.values.get(column) is not None:
            names.add(row.values[column], row.values)
    return names


def _problem_categories(rows: list[Row], contents: Contents) -> list[Row]:
    """Returns the categories of problems of the file; for a plan that begins without any, those of any new plan."""
    if rows or contents.rows["sections"] or contents.rows["problem_categories"]:
        return rows
    return [
        Row("problem_categories", 0, {"slug": slug, "number": number, "name_zh": zh, "name_en": en})
        for number, (slug, zh, en) in enumerate(DEFAULT_CATEGORIES, start=1)
    ]


def _renamed(item: Item, key: Key) -> Iterator[Cell]:
    """The name in addresses of a plan that holds nothing yet, where the file has another."""
    names = zip(SHEETS[item.sheet].key, item.key, key, strict=True)
    return (Cell(name, old, new) for name, old, new in names if old != new)


def _stands_in(first: Row, row: Row) -> str:
    words = {"number": first.number, "table": first.table}
    if first.table == row.table:
        return _("The same row stands in row %(number)s.") % words
    return _("The same row stands in row %(number)s of “%(table)s”.") % words


class _Overlay:
    """Lays row after row over the site's."""

    def __init__(
        self,
        merged: Merged,
        base: Mapping[str, Mapping[Key, Values]] | None,
        answers: Mapping[CellName, str],
    ) -> None:
        self.merged, self.base, self.answers = merged, base, answers
        # By sheet and key, whatever its case.
        self.named = {(sheet, folded(key)): item for sheet in NAMES for (key,), item in merged.items[sheet].items()}

    @cached_property
    def places(self) -> Places:
        """The regions, once their sheet and that of the plan were laid over."""
        plan = self.merged.plan
        regions = [item.values for item in self.merged.items["regions"].values()]
        return places_of(regions, plan["region"] if plan else None)

    def add(self, row: Row) -> None:
        sheet = row.sheet
        row, values = self._project(row) if sheet == "projects" else (row, self._resolved(sheet, row))
        if self._lacks_key(sheet, row, values):
            return
        key = key_of(sheet, values)
        item = self.merged.items[sheet].get(key) or self._plan_without_contents(sheet)
        if item is None:
            # What is to be removed is gone already; what was removed here since the download stays so.
            is_gone = sheet not in LEAVING and bool(values.get("remove"))
            # A report that was rewritten and handed in again is there under another day.
            is_earlier = self._was_handed_in_again(sheet, key)
            if not (is_gone or is_earlier or self._is_as_before(sheet, key, values)):
                self.merged.items[sheet][key] = self._new_item(key, row, values)
                self._check_case(self.merged.items[sheet][key])
        elif item.row is not None:
            self.merged.add_fault(row, SHEETS[sheet].key[-1], _stands_in(item.row, row))
        else:
            item.row = row
            item.cells = (*_renamed(item, key), *self._differing(item, values))
            item.values |= {cell.column: cell.new for cell in item.cells if not cell.is_conflict}

    def _project(self, row: Row) -> tuple[Row, Values]:
        """Returns a project with the region in which it counts, and its values."""
        row, addresses = without_addresses(row, self.places, self.merged.names["regions"])
        self.merged.addresses |= dict.fromkeys(addresses)
        values = self.places.placed(self._resolved("projects", row))
        return replace(row, values=row.values | {name: values[name] for name in PLACE if values.get(name)}), values

    def _check_case(self, item: Item) -> None:
        """Checks that no other row has the key of a new one in other case: names find either of the two."""
        if item.sheet not in NAMES:
            return
        other = self.named.setdefault((item.sheet, folded(item.key[0])), item)
        if other is not item:
            words = {"key": item.key[0], "other": other.key[0], "number": other.number}
            by_file = _("“%(key)s” and “%(other)s” in row %(number)s differ in case alone; change one of them.")
            by_site = _("“%(key)s” and “%(other)s”, which the site has, differ in case alone; change one of them.")
            column = SHEETS[item.sheet].key[0]
            self.merged.add_fault(item.row, column, (by_file if other.number else by_site) % words)

    def _was_handed_in_again(self, sheet: str, key: Key) -> bool:
        reports = EVIDENCE_OF.get(sheet, sheet)
        if reports not in EVIDENCE_OF.values():
            return False
        return key[: SHEETS[reports].key.index("submitted_on") + 1] in self.merged.earlier_submissions

    def _plan_without_contents(self, sheet: str) -> Item | None:
        """The plan that was named on an empty site: a file that brings a plan means this one, whatever it is called in
        the addresses of the site that it comes from."""
        return self.merged.plan if sheet == "plan" and not self.merged.items["sections"] else None

    def _is_as_before(self, sheet: str, key: Key, values: Values) -> bool:
        """Returns whether the file was made from a row that it left as it was."""
        before = None if self.base is None else self.base.get(sheet, {}).get(key)
        return before is not None and all(before.get(name) == value for name, value in values.items())

    def _new_item(self, key: Key, row: Row, values: Values) -> Item:
        full = with_all_columns(row.sheet, values)
        for column, default in DEFAULTS.get(row.sheet, {}).items():
            if full[column] is None:
                full[column] = default(full, self.merged)
        self._check_needed(row.sheet, row, values)
        return Item(row.sheet, key, full, None, row)

    def _resolved(self, sheet: str, row: Row) -> Values:
        """The values of a row, with keys in place of the names of others."""
        values = dict(row.values)
        for column in SHEETS[sheet].columns:
            written = values.get(column.name)
            if column.kind is not Kind.REFERENCE or not written:
                continue
            found = [
                self._found(row, column.name, column.refers_to, each)
                for each in (written if column.many else [written])
            ]
            known = [each for each in found if each is not None]
            # Two departments may be one by now.
            values[column.name] = tuple(sorted(set(known))) if column.many else next(iter(known), None)
        return values

    def _found(self, row: Row, column: str, sheet: str, text: str) -> str | None:
        try:
            key = self.merged.names[sheet].find(text)
        except ValueError as error:
            self.merged.add_fault(row, column, str(error))
            return None
        if key is None:
            words = {"name": shortened(text), "sheet": SHEETS[sheet].label}
            self.merged.add_fault(row, column, (NO_REGIONS if self._lacks_regions(sheet) else NO_ROW) % words)
        return key

    def _lacks_regions(self, sheet: str) -> bool:
        return sheet == "regions" and not self.merged.items["regions"]

    def _lacks_key(self, sheet: str, row: Row, values: Values) -> bool:
        needed = [column for column in SHEETS[sheet].columns if column.name in SHEETS[sheet].key and column.required]
        missing = [column for column in needed if values.get(column.name) is None]
        for column in missing:
            # One that names nothing has its fault already.
            if row.values.get(column.name) is None:
                self.merged.add_fault(row, column.name, _("A value is wanted."))
        if sheet in RECORDED_BY_DAY and values.get("recorded_at") is None:
            self.merged.add_fault(row, "effective_on", _("A value is wanted."))
            return True
        return bool(missing) or (sheet in OF_MEASURE_OR_PROJECT and self._lacks_subject(row, values))

    def _lacks_subject(self, row: Row, values: Values) -> bool:
        """Returns whether a row of a measure or project names neither, or both."""

        def is_wrong(named: Values) -> bool:
            return (named.get("measure") is None) == (named.get("project") is None)

        if is_wrong(row.values):
            self.merged.add_fault(row, "measure", _("Name a measure or a project: one of the two."))
        return is_wrong(values)

    def _check_needed(self, sheet: str, row: Row, values: Values) -> None:
        for column in SHEETS[sheet].columns:
            is_empty = column.name not in SHEETS[sheet].key and row.values.get(column.name) is None
            if is_empty and column.is_needed(values):
                self.merged.add_fault(row, column.name, _("A value is wanted."))

    def _differing(self, item: Item, values: Values) -> Iterator[Cell]:
        assert item.site is not None
        for column in SHEETS[item.sheet].columns:
            name = column.name
            if name not in values or name in SHEETS[item.sheet].key:
                continue
            old, new = item.site.get(name), values[name]
            if self._now(column, old) == new or (new in (None, ()) and self._says_nothing(item.sheet, name)):
                continue
            if item.sheet in RECORDS:
                sentence = _("This row is on record and says %(value)s: correct it by a row of its own.")
                self.merged.add_fault(item.row, name, sentence % {"value": written_text(old, column) or "-"})
            elif new is None and column.is_needed(values):
                self.merged.add_fault(item.row, name, _("A value is wanted."))
            else:
                yield from self._decided(item, Cell(name, old, new))

    def _now(self, column: Column, old: Any) -> Any:
        """Returns the site's value as a file is read: a merged department is the one that does its work now."""
        names = self.merged.names.get(column.refers_to)
        if names is None or not names.merged or not old:
            return old
        return tuple(sorted(set(map(names.successor, old)))) if column.many else names.successor(old)

    def _says_nothing(self, sheet: str, column: str) -> bool:
        """Returns whether an empty cell leaves what the site has."""
        return column in KEPT_WHERE_EMPTY.get(sheet, ()) or column in BESIDE or sheet in RECORDS

    def _decided(self, item: Item, cell: Cell) -> Iterator[Cell]:
        """Yields a changed cell as decided by what the file was made from: whoever changed it since is right, where
        only one did."""
        before = None if self.base is None else self.base.get(item.sheet, {}).get(item.key)
        if before is None or cell.column not in before or before[cell.column] == cell.old:
            yield cell
            return
        if before[cell.column] == cell.new:
            return
        answer = self.answers.get((item.sheet, item.key, cell.column))
        if answer != "site":
            yield Cell(cell.column, cell.old, cell.new, is_conflict=answer != "file")
