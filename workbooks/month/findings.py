"""The effects of a filled-in workbook, expected and done, as its page shows them: plain values in the reader's
language."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from ledger.rows import Fault
from reporting.workflow import ReportState
from workbooks import findings
from workbooks.models import Upload
from workbooks.month.kinds import Entry, MonthKind, What
from workbooks.month.preview import Seen
from workbooks.month.registry import kind_of

Findings = dict[str, Any]

# In place of a column, where a choice is kept that says that what is unlikely of a row is so.
DOUBTS, CONFIRMED = "doubts", "confirmed"


def found(seen: Seen, upload: Upload) -> Findings:
    """Returns the effects that the file would have."""
    if seen.questions:
        return findings.asked(seen.questions, seen.notices)
    kind = kind_of(upload)
    rows: dict[str, list[Findings]] = {each.value: [] for each in What if each is not What.WRONG}
    conflicts = []
    for entry in seen.entries:
        if entry.is_conflict:
            conflicts.append(_conflict(kind, entry, upload))
        elif entry.what is not What.WRONG:
            rows[entry.what.value].append(_row(kind, entry, upload))
    return {
        "notices": seen.notices,
        "site": seen.site,
        "needs_confirmation": seen.needs_confirmation,
        "file_problems": [each.sentence for each in seen.faults if not each.number],
        "conflicts": conflicts,
        "wrong": _all_wrong(kind, seen),
        **rows,
        "counts": {name: len(held) for name, held in rows.items()} | {"untouched": len(seen.untouched)},
    }


def _all_wrong(kind: MonthKind[Any], seen: Seen) -> list[Findings]:
    return [_wrong(kind, each) for each in sorted(seen.faults, key=lambda each: each.number) if each.number]


def _wrong(kind: MonthKind[Any], fault: Fault) -> Findings:
    return {
        "sheet": str(kind.sheet.label),
        "number": fault.number,
        "column": kind.label(fault.column),
        "sentence": fault.sentence,
    }


def filed(entries: Iterable[Entry], seen: Seen, upload: Upload) -> Findings:
    """Returns the outcome of each row: its report was submitted, or is kept as a draft, with why; it was left out as
    wrong; it was left alone, or nobody filled it in."""
    kind, written = kind_of(upload), list(entries)
    rows: dict[str, list[Findings]] = {What.SUBMIT.value: [], What.DRAFT.value: []}
    for each in written:
        rows[each.what.value].append(_named(kind, each, upload))
    codes = {each.code for each in written}
    left = [each for each in seen.entries if each.what is not What.WRONG and each.code not in codes]
    wrong = _all_wrong(kind, seen)
    return {
        **rows,
        "left_out": len({each["number"] for each in wrong}),
        "wrong": wrong,
        "left": [_left(kind, each, upload) for each in left],
        "untouched": seen.untouched,
    }


def _left(kind: MonthKind[Any], entry: Entry, upload: Upload) -> Findings:
    named = _named(kind, entry, upload)
    if entry.is_conflict:
        named["reasons"] = [_("Changed on the site meanwhile, and left as it is there")]
    return named


def chosen_rows(upload: Upload) -> dict[str, str]:
    """Code of a row in conflict -> "file" or "site"."""
    return {key[0]: choice for _sheet, key, column, choice in upload.choices if column != DOUBTS}


def confirmed_rows(upload: Upload) -> set[str]:
    """Codes of rows of which somebody said that what is unlikely is so."""
    return {key[0] for _sheet, key, column, choice in upload.choices if column == DOUBTS and choice == CONFIRMED}


def doubtful_rows(found: Mapping[str, Any]) -> list[Findings]:
    """Returns the rows that are to be confirmed, in conflict or not."""
    return [*found["doubt"], *(each for each in found["conflicts"] if each["doubts"])]


def tally(found: Mapping[str, Any], chosen: Mapping[str, str], confirmed: set[str]) -> Counter[str]:
    """How many reports would be submitted, and how many would stay drafts, as conflicts and doubts are decided."""
    entries = [each for each in found["conflicts"] if chosen.get(each["code"]) == "file"]
    decided: Counter[str] = Counter({name: found["counts"][name] for name in (What.SUBMIT, What.DRAFT)})
    for each in (*entries, *found["doubt"]):
        if each["then"] == What.DOUBT:
            decided[What.SUBMIT if each["code"] in confirmed else What.DRAFT] += 1
        else:
            decided[each["then"]] += 1
    return decided


def _named(kind: MonthKind[Any], entry: Entry, upload: Upload) -> Findings:
    assert entry.row is not None
    return {
        "number": entry.number,
        "code": entry.code,
        "name": entry.row.name,
        "url": kind.form_url(entry.row, upload),
        "then": entry.what.value,
        "reasons": list(entry.reasons),
        "doubts": [each.text for each in entry.doubts],
        "doubt_cell": [kind.sheet.name, [entry.code], DOUBTS],
    }


def _row(kind: MonthKind[Any], entry: Entry, upload: Upload) -> Findings:
    cells = entry.cells
    return {
        **_named(kind, entry, upload),
        "note": _note(kind, entry),
        "cells": [{"column": kind.label(name), "value": kind.text(name, cells[name])} for name in cells if cells[name]],
    }


def _note(kind: MonthKind[Any], entry: Entry) -> str:
    report = entry.row.report if entry.row is not None else None
    is_accepted = report is not None and report.state == ReportState.ACCEPTED
    return str(kind.accepted_note) if entry.is_filed and is_accepted else ""


def _conflict(kind: MonthKind[Any], entry: Entry, upload: Upload) -> Findings:
    assert entry.row is not None
    base = entry.base.cells if entry.base is not None else kind.empty_cells()
    now = entry.row.cells
    cells = [
        {
            "column": kind.label(name),
            "before": kind.text(name, base[name]),
            "old": kind.text(name, now[name]),
            "new": kind.text(name, entry.cells[name]),
        }
        for name in entry.conflicts
    ]
    if entry.has_moved and entry.base is not None:
        moved = {"before": entry.base.status, "old": entry.row.status, "new": entry.cells["status"]}
        labels = {name: kind.text("status", value) for name, value in moved.items()}
        cells.insert(0, {"column": kind.label("status_now"), **labels})
    return {**_named(kind, entry, upload), "cell": [kind.sheet.name, [entry.code], ""], "cells": cells}
