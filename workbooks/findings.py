"""The effects that a file would have, as its page shows them: plain values in the reader's language, to be kept as
JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.clock import today
from core.scope import PlanScope, scope_on
from core.statuses import MeasureStatus
from ledger.codec import plain_key
from ledger.history import as_change
from ledger.last_changes import LastChange, last_changes
from ledger.matching import MatchQuestion
from ledger.merging import CellName, Item, Merged, What
from ledger.preview import Preview
from ledger.questions import Question
from ledger.report_changes import said_of_changes
from ledger.rows import Fault, Key, Values
from ledger.scopes import SCOPES, as_changes, leaving_items
from ledger.shown import cell_text, column_label, in_order_of_file, row_address, row_name, sheet_label, shown_change
from measures.rules import effective_changes, in_force
from web.formats.money import format_exact_money
from web.formats.numbers import format_change

Findings = dict[str, Any]
Base = Mapping[str, Mapping[Key, Values]]


def asked(questions: Iterable[Question | MatchQuestion], notices: list[str]) -> Findings:
    """Returns the questions that have to be answered before the cells mean anything."""
    found = [
        {
            "key": each.key,
            "kind": each.kind,
            "sheet": str(each.sheet_label),
            "column": str(each.label),
            "guess": each.guess,
            "choices": [[value, str(label)] for value, label in each.choices],
            "examples": list(each.examples),
        }
        for each in questions
    ]
    # Several tables of one sheet ask the same.
    return {"questions": list({each["key"]: each for each in found}.values()), "notices": notices}


def found(seen: Preview, conflicts: Preview, *, base: Base, notices: list[str]) -> Findings:
    """`conflicts`: the same preview before any conflict was decided."""
    changes = last_changes(conflicts)
    counts = seen.count()
    slug = seen.plan.action_slug if seen.plan else ""
    kinds = {"changed": What.CHANGED, "removed": What.REMOVED, "new": What.NEW}
    rows = {name: [_row(each, slug) for each in seen.entries if each.what is what] for name, what in kinds.items()}
    return {
        "notices": notices,
        "site": seen.site,
        "needs_confirmation": seen.needs_confirmation,
        "is_base_lost": seen.is_base_lost,
        "unlikely": [
            {"sheet": sheet_label(each.sheet), "title": each.title, "count": each.count, "rows": list(each.examples)}
            for each in seen.unlikely
        ],
        "unlikely_key": seen.unlikely_key,
        "counts": {name: counts[What(name)] for name in ("wrong", "changed", "removed", "new", "unchanged")},
        "conflicts": [cell for entry in conflicts.conflicts for cell in _conflicts(entry, slug, base, changes)],
        # Uploads of earlier versions are stored with this name.
        "file_problems": [each.sentence for each in seen.faults if not each.number],
        "wrong": _wrong(seen.faults),
        "consequences": _wrong(seen.consequences),
        **rows,
        "follows": said_of_changes(seen.merged),
        "totals": list(moved_totals(seen.merged, today())),
    }


def _wrong(faults: Iterable[Fault]) -> list[Findings]:
    """Returns the faults of rows, in the file's order."""
    return [
        {
            "sheet": sheet_label(each.sheet, each.table),
            "number": each.number,
            "column": column_label(each.sheet, each.column) if each.column else "",
            "sentence": each.sentence,
        }
        for each in in_order_of_file(faults)
        if each.number
    ]


def _conflicts(entry: Item, slug: str, base: Base, changes: Mapping[CellName, LastChange]) -> Iterator[Findings]:
    before = base.get(entry.sheet, {}).get(entry.key, {})
    for cell in entry.cells:
        if cell.is_conflict:
            yield {
                **_named(entry, slug),
                "cell": [entry.sheet, plain_key(entry.key), cell.column],
                **shown_change(entry.sheet, cell.column, cell.old, cell.new),
                "before": cell_text(entry.sheet, cell.column, before.get(cell.column)),
                "changed": str(changes.get((entry.sheet, entry.key, cell.column), "")),
            }


def _named(entry: Item, slug: str) -> Findings:
    return {
        "sheet": sheet_label(entry.sheet, entry.table),
        "number": entry.number,
        "name": row_name(entry.sheet, entry.key, entry.values),
        "url": row_address(entry.sheet, entry.key, slug) if entry.site else "",
    }


def _row(entry: Item, slug: str) -> Findings:
    return {
        **_named(entry, slug),
        "cells": [
            shown_change(entry.sheet, cell.column, cell.old, cell.new) for cell in entry.cells if not cell.is_conflict
        ],
    }


def moved_totals(merged: Merged, on: date) -> Iterator[Findings]:
    """The totals of a day that the load moves, each with its change."""
    before, after = (_totals(merged, on, is_after=is_after) for is_after in (False, True))
    labels = {
        "measures": _("Measures"),
        **{str(value): str(label) for value, label in MeasureStatus.choices},
        "projects": _("Projects"),
    }
    for name, label in labels.items():
        if change := after[name] - before[name]:
            yield {"label": label, "change": format_change(change)}
    if change := after["investment"] - before["investment"]:
        sign = "+" if change > 0 else "-"
        yield {"label": _("Total investment"), "change": f"{sign}{format_exact_money(abs(change))}"}


def _totals(merged: Merged, on: date, *, is_after: bool) -> Counter[str]:
    totals: Counter[str] = Counter()
    statuses = _statuses(merged, on, is_after=is_after)
    out = {sheet: _out(merged, sheet, on, is_after=is_after) for sheet in SCOPES}
    for item in merged.items["measures"].values():
        if item["code"] not in out["measures"] and _counts(item, on, is_after=is_after):
            totals["measures"] += 1
            totals[statuses.get(item["code"], MeasureStatus.PROMOTING)] += 1
    for item in merged.items["projects"].values():
        if item["code"] not in out["projects"] and _counts(item, on, is_after=is_after):
            totals["projects"] += 1
            totals["investment"] += (item.values if is_after else item.site or {}).get("total_investment") or 0
    return totals


def _counts(item: Item, on: date, *, is_after: bool) -> bool:
    values = item.values if is_after else item.site
    if values is None:
        return False
    listed_on = values.get("listed_on")
    return listed_on is None or listed_on <= on


def _out(merged: Merged, sheet: str, on: date, *, is_after: bool) -> set[str]:
    """The codes of measures or projects that are out of the plan."""
    rows = merged.stories(SCOPES[sheet].sheet, is_after=is_after)
    out = {code for (code,), held in rows.items() if scope_on(as_changes(held), on=on) != PlanScope.IN_PLAN}
    return out | {item["code"] for item in leaving_items(merged, sheet)} if is_after else out


def _statuses(merged: Merged, on: date, *, is_after: bool) -> dict[str, str]:
    """Returns the status of each measure with a history, by code."""
    statuses = {}
    for (code,), rows in merged.stories("status_history", is_after=is_after).items():
        changes = effective_changes(as_change(number, row, rows) for number, row in enumerate(rows))
        if (current := in_force(changes, on=on)) is not None:
            statuses[code] = current.status
    return statuses
