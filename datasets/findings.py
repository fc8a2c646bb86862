"""What a file would do, as its page shows it: plain values in the reader's language, to be kept as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.clock import today
from core.statuses import MeasureStatus
from datasets.ledger.codec import plain_key
from datasets.ledger.history import as_change
from datasets.ledger.merging import Item, Merged, What
from datasets.ledger.preview import Entry, Preview
from datasets.ledger.questions import Question
from datasets.ledger.rows import Key, Problem, Values
from datasets.ledger.sheets import SHEETS
from datasets.shown import cell_text, column_label, row_address, row_name, sheet_label
from measures.rules import effective_changes, in_force
from web.formats.money import format_exact_money
from web.formats.numbers import format_change

Findings = dict[str, Any]
Base = Mapping[str, Mapping[Key, Values]]


def asked(questions: Iterable[Question], notices: list[str]) -> Findings:
    """What has to be answered before the cells mean anything."""
    found = [
        {
            "key": each.key,
            "kind": each.kind,
            "sheet": str(each.sheet.label),
            "column": str(each.column.label),
            "choices": [[value, str(label)] for value, label in each.choices],
            "examples": list(each.examples),
        }
        for each in questions
    ]
    # Several tables of one sheet ask the same.
    return {"questions": list({each["key"]: each for each in found}.values()), "notices": notices}


def found(seen: Preview, conflicts: Preview, *, base: Base, notices: list[str]) -> Findings:
    """`conflicts`: the same preview before any conflict was decided."""
    counts = seen.count()
    slug = seen.plan.action_slug if seen.plan else ""
    open_rows = conflicts.conflicts
    return {
        "notices": notices,
        "site": seen.site,
        "has_base": seen.has_base,
        "needs_confirmation": seen.needs_confirmation,
        "counts": {
            "wrong": counts[What.WRONG],
            "changed": counts[What.CHANGED],
            "removed": counts[What.REMOVED],
            "new": counts[What.NEW],
            "unchanged": counts[What.UNCHANGED],
        },
        "conflicts": [cell for entry in open_rows for cell in _conflicts(entry, conflicts.merged, slug, base)],
        "file_problems": [each.sentence for each in seen.problems if not each.number],
        "wrong": [_wrong(each) for each in _in_order(seen.problems) if each.number],
        "consequences": [_wrong(each) for each in _in_order(seen.consequences) if each.number],
        "changed": [_row(each, seen.merged, slug) for each in seen.entries if each.what is What.CHANGED],
        "removed": [_row(each, seen.merged, slug) for each in seen.entries if each.what is What.REMOVED],
        "new": [_row(each, seen.merged, "") for each in seen.entries if each.what is What.NEW],
        "totals": list(moved_totals(seen.merged, today())),
        "changes_terms": any(
            cell.column in ("due_on", "lead_department", "section")
            for each in seen.entries
            if each.sheet == "measures" and each.what is What.CHANGED
            for cell in each.cells
        ),
    }


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    order = {name: at for at, name in enumerate(SHEETS)}
    return sorted(problems, key=lambda each: (order.get(each.sheet, -1), each.number, each.column))


def _wrong(problem: Problem) -> Findings:
    return {
        "sheet": sheet_label(problem.sheet),
        "number": problem.number,
        "column": column_label(problem.sheet, problem.column) if problem.column else "",
        "sentence": problem.sentence,
    }


def _conflicts(entry: Entry, merged: Merged, slug: str, base: Base) -> Iterator[Findings]:
    before = base.get(entry.sheet, {}).get(entry.key, {})
    for cell in entry.cells:
        if cell.is_conflict:
            yield {
                **_named(entry, merged, slug),
                "cell": [entry.sheet, plain_key(entry.key), cell.column],
                "column": column_label(entry.sheet, cell.column),
                "before": cell_text(entry.sheet, cell.column, before.get(cell.column)),
                "old": cell_text(entry.sheet, cell.column, cell.old),
                "new": cell_text(entry.sheet, cell.column, cell.new),
            }


def _named(entry: Entry, merged: Merged, slug: str) -> Findings:
    item = merged.items[entry.sheet][entry.key]
    return {
        "sheet": sheet_label(entry.sheet),
        "number": entry.number,
        "name": row_name(entry.sheet, entry.key, item.values),
        "url": row_address(entry.sheet, entry.key, slug) if item.site else "",
    }


def _row(entry: Entry, merged: Merged, slug: str) -> Findings:
    return {
        **_named(entry, merged, slug),
        "cells": [
            {
                "column": column_label(entry.sheet, cell.column),
                "old": cell_text(entry.sheet, cell.column, cell.old),
                "new": cell_text(entry.sheet, cell.column, cell.new),
            }
            for cell in entry.cells
            if not cell.is_conflict
        ],
    }


def moved_totals(merged: Merged, on: date) -> Iterator[Findings]:
    """The totals of a day that the load moves, each with its change; those of suspended measures are counted, too."""
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
    for item in merged.items["measures"].values():
        if _counts(item, on, is_after=is_after):
            totals["measures"] += 1
            totals[statuses.get(item["code"], MeasureStatus.PROMOTING)] += 1
    for item in merged.items["projects"].values():
        if _counts(item, on, is_after=is_after):
            totals["projects"] += 1
            totals["investment"] += (item.values if is_after else item.site or {}).get("total_investment") or 0
    return totals


def _counts(item: Item, on: date, *, is_after: bool) -> bool:
    values = item.values if is_after else item.site
    if values is None or values.get("remove"):
        return False
    listed_on = values.get("listed_on")
    return listed_on is None or listed_on <= on


def _statuses(merged: Merged, on: date, *, is_after: bool) -> dict[str, str]:
    """Of each measure with a history, by code."""
    histories: dict[str, list[Item]] = {}
    for item in merged.items["status_history"].values():
        if is_after or item.site is not None:
            histories.setdefault(item["measure"], []).append(item)
    statuses = {}
    for code, rows in histories.items():
        rows.sort(key=lambda item: (item["recorded_at"], item["number"]))
        changes = effective_changes(as_change(number, row, rows) for number, row in enumerate(rows))
        if (current := in_force(changes, on=on)) is not None:
            statuses[code] = current.status
    return statuses
