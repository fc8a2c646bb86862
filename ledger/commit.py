"""Loads a ledger: one transaction, whole or not at all."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import check_reviewer
from core.clock import now
from core.exceptions import NotAllowed
from core.scope import ScopeKind
from core.signals import limits_changed
from core.texts import MAX_REASON_LENGTH, clean_text
from integrity.running import check_load
from ledger.bindings import BINDINGS, LEAVING, RECORDED_BY_SOMEBODY
from ledger.codec import as_json, plain_key, plain_values
from ledger.contents import key_of
from ledger.derived import (
    TERMS_SHEETS,
    changes_of_terms,
    date_new_reports,
    drop_new_leads,
    hand_over,
    move_listings,
    tell_of_people,
    withdraw,
)
from ledger.merging import CellName, Item
from ledger.modules import empty_modules, show_what_was_added
from ledger.preview import Preview, preview
from ledger.rows import Ledger, Values
from ledger.scopes import leaving_items
from ledger.sheets import SHEETS
from ledger.touched import cells_of, mark_updated, rows_written, tell_of_cells
from ledger.writing import Writer, add_steps, analyze_tables, insert, lock_plan, write_both_links
from measures.editing.current_plan import keep_current_plan
from measures.models import Load, LoadedRow, Plan, Report, hide_modules
from projects.models import ProjectMonth
from web.models import Site

# So many new rows, and a database should look at its tables anew.
MANY_ROWS = 1_000


class LoadRefused(NotAllowed):
    """Nothing was loaded; `preview` says what would have been, and what is wrong."""

    def __init__(self, sentence: str, preview: Preview) -> None:
        super().__init__(sentence)
        self.preview = preview


@transaction.atomic
def commit_ledger(
    ledger: Ledger,
    plan: Plan | None,
    *,
    by: User | None,
    site: str = "",
    answers: Mapping[CellName, str] | None = None,
    leave_out_wrong: bool = False,
    confirmed: bool = False,
    unlikely_is_so: bool = False,
    reason: str = "",
    on_preview: Callable[[Preview], object] = lambda seen: None,
    on_sheet: Callable[[str], object] = lambda sheet: None,
) -> Load | None:
    """Writes what `preview` shows of the same file; None where that is nothing. `site`: the preview's digest, where
    there was one. `confirmed`: rows may change though the file does not say what it was made from. `unlikely_is_so`:
    what is asked about is so. `reason` stands with changes of terms. `on_preview` is told what is being written, and
    `on_sheet` which sheet.

    Raises LoadRefused, having changed nothing.
    """
    if by is not None:
        check_reviewer(by)
    if plan is not None:
        plan = lock_plan(plan)
    seen = preview(ledger, plan, answers=answers, has_person=by is not None)
    _check_may_be_loaded(
        seen, site=site, leave_out_wrong=leave_out_wrong, confirmed=confirmed, unlikely_is_so=unlikely_is_so
    )
    items = {sheet: list(seen.merged.touched(sheet)) for sheet in SHEETS}
    if not any(items.values()):
        return None
    on_preview(seen)
    reason = clean_text(reason, field="reason") or _("Loaded from %(name)s") % {"name": ledger.name}
    return _Commit(ledger, seen, by=by, reason=reason[:MAX_REASON_LENGTH], at=now()).write(on_sheet)


def _check_may_be_loaded(
    seen: Preview, *, site: str, leave_out_wrong: bool, confirmed: bool, unlikely_is_so: bool
) -> None:
    is_broken = any(not fault.number for fault in seen.faults)
    for is_refused, sentence in (
        (site not in ("", seen.site), _("The site has changed since the preview: look at it again.")),
        (is_broken, _("The file cannot be loaded.")),
        (seen.faults and not leave_out_wrong, _("Some rows are wrong: correct them, or have them left out.")),
        (seen.conflicts, _("Some cells were changed on the site, too: decide first which value holds.")),
        (
            seen.needs_confirmation and not confirmed,
            _("The file would change rows of the site: confirm that it may."),
        ),
        (
            seen.unlikely and not unlikely_is_so,
            _("Some rows are unlikely: look at them, and confirm that they are so."),
        ),
    ):
        if is_refused:
            raise LoadRefused(sentence, seen)


class _Commit:
    def __init__(self, ledger: Ledger, seen: Preview, *, by: User | None, reason: str, at: datetime) -> None:
        self.ledger, self.seen, self.merged = ledger, seen, seen.merged
        self.by, self.reason, self.at = by, reason, at
        self.plan = seen.plan
        self.ids = seen.contents.ids
        self.load: Load | None = None
        self.records: list[LoadedRow] = []

    def write(self, on_sheet: Callable[[str], object]) -> Load:
        drop_new_leads(self.merged)
        date_new_reports(self.merged)
        self._sign_records()
        is_first = self.plan is None or self.plan.is_being_set_up
        self.before = cells_of(self.merged, self.ids, self.plan, before=True)
        for sheet in SHEETS:
            on_sheet(sheet)
            items = list(self.merged.touched(sheet))
            if sheet in TERMS_SHEETS:
                items += changes_of_terms(self.merged, sheet, at=self.at, by=self.by, reason=self.reason)
            self._write_sheet(sheet, items)
            if sheet == "plan":
                self._begin(items)
        self._finish()
        assert self.load is not None and self.plan is not None
        if is_first:
            hide_modules(self.plan, empty_modules(self.plan))
        else:
            show_what_was_added(self.plan, {row.sheet for row in self.records if row.what == LoadedRow.What.NEW})
        return self.load

    def _sign_records(self) -> None:
        """Rows that name nobody were recorded by whoever loads them."""
        if self.by is None:
            return
        for sheet in RECORDED_BY_SOMEBODY:
            for item in self.merged.touched(sheet):
                item.values["recorded_by"] = item["recorded_by"] or self.by.username

    def _begin(self, plans: list[Item]) -> None:
        """The load's own row, once its plan is there."""
        if self.plan is None:
            self.plan = Plan.objects.get(pk=self.ids["plan"][plans[0].key])
            keep_current_plan(self.plan)
        self.load = Load.objects.create(
            plan=self.plan,
            file_name=self.ledger.name[:255],
            digest=_digest(self.ledger),
            matched=self.ledger.matched,
            reason=self.reason,
            loaded_at=self.at,
            loaded_by=self.by,
        )

    def _write_sheet(self, sheet: str, items: list[Item]) -> None:
        if not items:
            return
        new = [item for item in items if item.site is None]
        deleted = [item for item in items if item.is_deleted]
        if sheet == "links":
            write_both_links(new, deleted, self.ids)
        else:
            writer = Writer(self.load, self.plan, self.ids, by=self.by)
            writer.add(sheet, new)
            writer.change(sheet, [item for item in items if item.site and not item.is_deleted])
            writer.remove(sheet, deleted)
        self.records += [_record(item) for item in items]

    def _finish(self) -> None:
        measures = list(self.merged.touched("measures"))
        move_listings(measures, self.ids)
        hand_over(measures, self.ids, by=self.by, reason=self.reason)
        tell_of_people(self.merged.touched("people"), self.ids, by=self.by)
        for sheet in LEAVING:
            leaving = leaving_items(self.merged, sheet)
            withdraw(leaving, sheet, self.ids, at=self.at, by=self.by, kind=ScopeKind.WITHDRAWN)
        add_steps(Report, [self.ids["reports"][item.key] for item in self.merged.touched("reports")])
        months = [self.ids["project_months"][item.key] for item in self.merged.touched("project_months")]
        add_steps(ProjectMonth, months)
        ProjectMonth.objects.filter(pk__in=months).settle()
        mark_updated(self.merged, self.ids)
        assert self.load is not None
        for record in self.records:
            record.load = self.load
        insert(LoadedRow, map(vars, self.records))
        self._analyze()
        after = cells_of(self.merged, self.ids, self.plan, before=False)
        tell_of_cells(self.before, after)
        if any(self.merged.touched("site")):
            limits_changed.send(sender=Site)
        if any(cell.column == "first_reporting_month" for each in self.merged.touched("plan") for cell in each.cells):
            limits_changed.send(sender=Plan, plan=self.plan)
        check_load(self.load, rows_written(self.merged, self.ids))

    def _analyze(self) -> None:
        """The tables that rows were added to, where they are many."""
        added = [record.sheet for record in self.records if record.what == LoadedRow.What.NEW]
        if len(added) > MANY_ROWS:
            sheets = [sheet for sheet in BINDINGS if sheet in set(added)]
            analyze_tables([*(BINDINGS[sheet].model for sheet in sheets), LoadedRow])


def _record(item: Item) -> LoadedRow:
    if item.site is None:
        what = LoadedRow.What.NEW
        old: Values = {}
        new = {name: value for name, value in item.values.items() if value not in (None, ())}
    else:
        what = LoadedRow.What.REMOVED if item.is_removed else LoadedRow.What.CHANGED
        old = item.site if item.is_deleted else {cell.column: cell.old for cell in item.cells}
        new = {cell.column: cell.new for cell in item.cells}
    measure = item["code"] if item.sheet == "measures" else item["measure"]
    return LoadedRow(
        sheet=item.sheet,
        key=plain_key(key_of(item.sheet, item.values)),
        measure=measure or "",
        what=what,
        old=plain_values(old),
        new=plain_values(new),
    )


def _digest(ledger: Ledger) -> str:
    rows = {sheet: {row.place[1:]: row.values for row in held} for sheet, held in ledger.rows.items()}
    return hashlib.sha256(as_json(rows).encode()).hexdigest()
