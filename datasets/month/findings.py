"""What the file of a month would do, and what it did, as its page shows it: plain values in the reader's language."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from core.statuses import MeasureStatus
from datasets import findings
from datasets.ledger.rows import Problem
from datasets.models import Upload
from datasets.month.contents import Cells, empty_cells
from datasets.month.preview import Entry, Seen, What
from datasets.month.sheets import MONTH
from measures.addresses import report_url
from measures.reports import NO_CHANGE, NO_CHANGE_EN
from reporting.models import ProblemChoice
from reporting.workflow import ReportState
from web.language import in_language, localized

Findings = dict[str, Any]

LABELS = {column.name: column.label for column in MONTH.columns}


def found(seen: Seen, upload: Upload) -> Findings:
    """What the file would do."""
    if seen.questions:
        return findings.asked(seen.questions, seen.notices)
    rows: dict[str, list[Findings]] = {What.SUBMIT.value: [], What.DRAFT.value: [], What.LEFT.value: []}
    conflicts = []
    for entry in seen.entries:
        if entry.is_conflict:
            conflicts.append(_conflict(entry, upload))
        elif entry.what is not What.WRONG:
            rows[entry.what.value].append(_row(entry, upload))
    return {
        "notices": seen.notices,
        "site": seen.site,
        "needs_confirmation": seen.needs_confirmation,
        "file_problems": [each.sentence for each in seen.problems if not each.number],
        "conflicts": conflicts,
        "wrong": [_wrong(each) for each in sorted(seen.problems, key=lambda each: each.number) if each.number],
        **rows,
        "counts": {name: len(held) for name, held in rows.items()} | {"untouched": seen.untouched},
    }


def _wrong(problem: Problem) -> Findings:
    return {
        "sheet": str(MONTH.label),
        "number": problem.number,
        "column": str(LABELS.get(problem.column, "")),
        "sentence": problem.sentence,
    }


def filed(entries: Iterable[Entry], seen: Seen, upload: Upload) -> Findings:
    """What became of it: reports submitted and drafts kept, with why; and how many wrong rows were left out."""
    rows: dict[str, list[Findings]] = {What.SUBMIT.value: [], What.DRAFT.value: []}
    for each in entries:
        rows[each.what.value].append(_named(each, upload) | {"reasons": list(each.reasons)})
    return {**rows, "left_out": len({each.number for each in seen.problems if each.number})}


def chosen_rows(upload: Upload) -> dict[str, str]:
    """Code of a row in conflict -> "file" or "site"."""
    return {key[0]: choice for _sheet, key, _column, choice in upload.choices}


def tally(found: Mapping[str, Any], chosen: Mapping[str, str]) -> Counter[str]:
    """How many reports would be submitted, and how many would stay drafts, as the conflicts are decided."""
    then = [each["then"] for each in found["conflicts"] if chosen.get(each["cell"][1][0]) == "file"]
    return Counter({name: found["counts"][name] for name in (What.SUBMIT, What.DRAFT)}) + Counter(then)


def _named(entry: Entry, upload: Upload) -> Findings:
    assert entry.row is not None and upload.period is not None and upload.plan is not None
    measure = entry.row.measure
    return {
        "number": entry.number,
        "name": f"{measure.code} {localized(measure, 'title')}",
        "url": report_url(measure.code, upload.period, plan=upload.plan.action_slug),
    }


def _row(entry: Entry, upload: Upload) -> Findings:
    cells = entry.cells
    return {
        **_named(entry, upload),
        "reasons": list(entry.reasons),
        "note": _note(entry),
        "cells": [{"column": str(LABELS[name]), "value": _text(name, cells)} for name in cells if cells[name]],
    }


def _note(entry: Entry) -> str:
    report = entry.row.report if entry.row is not None else None
    if entry.is_filed and report is not None and report.state == ReportState.ACCEPTED:
        return _("A report of this month is accepted already: this one is filed beside it")
    return ""


def _conflict(entry: Entry, upload: Upload) -> Findings:
    assert entry.row is not None
    base = entry.base.cells if entry.base is not None else empty_cells()
    now = entry.row.cells
    cells = [
        {
            "column": str(LABELS[name]),
            "before": _text(name, base),
            "old": _text(name, now),
            "new": _text(name, entry.cells),
        }
        for name in entry.conflicts
    ]
    if entry.has_moved and entry.base is not None:
        moved = {"before": entry.base.status, "old": entry.row.measure.status, "new": entry.cells["status"]}
        labels = {name: str(MeasureStatus(value).label) if value else "" for name, value in moved.items()}
        cells.insert(0, {"column": str(LABELS["status_now"]), **labels})
    return {
        **_named(entry, upload),
        "cell": [MONTH.name, [entry.code], ""],
        "cells": cells,
        "then": entry.what.value,
        "reasons": list(entry.reasons),
    }


def _text(name: str, cells: Cells) -> str:
    value = cells[name]
    if name == "status" and value:
        return str(MeasureStatus(value).label)
    if name == "problem_choice" and value:
        return str(ProblemChoice(value).label)
    return in_language(NO_CHANGE, NO_CHANGE_EN) if value == NO_CHANGE else value
