"""Status changes that follow from the accepted reports of a file, where no row of its status history names them: what
`measures.reports.accept_report` writes on the site."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from core.statuses import MeasureStatus
from ledger.defaults import RECORDED_AT
from ledger.derived import derived_item
from ledger.history import as_change, replaced_row, report_behind
from ledger.merging import Item, Merged
from measures.rules import Change, effective_changes, latest_by
from reporting.workflow import ReportState
from web.formats.text import format_counted

Reports = Mapping[str, list[Item]]


def reports_without_change(merged: Merged) -> Reports:
    """New accepted reports that change the status and that no row of the status history names: by the code of the
    measure, in the order in which they were decided."""
    history = merged.items["status_history"].values()
    named = {(row["measure"], row["report"], row["report_number"] or 1) for row in history}
    found: dict[str, list[Item]] = {}
    for report in _accepted(merged):
        if report["status"] != report["against_status"] and report.key not in named:
            found.setdefault(report["measure"], []).append(report)
    for reports in found.values():
        reports.sort(key=lambda report: (_decided_at(report), report.key[1:]))
    return found


def _accepted(merged: Merged) -> Iterable[Item]:
    """New ones of which both statuses can be read."""
    return (
        report
        for report in merged.touched("reports")
        if report.site is None
        and report["state"] == ReportState.ACCEPTED
        and report["status"] is not None
        and report["against_status"] is not None
    )


def _decided_at(report: Item) -> datetime:
    at: datetime | None = report["decided_at"]
    return at or datetime.combine(report["decided_on"] or report["submitted_on"], RECORDED_AT)


def add_changes_of_reports(merged: Merged, reports: Reports) -> None:
    """Adds the changes; the first rows of new measures must be there."""
    histories = merged.stories("status_history")
    for code, unnamed in reports.items():
        rows = histories.get((code,), [])
        for report in unnamed:
            change = _change_of(report, sorted(rows, key=_when_recorded))
            if change is not None:
                merged.items["status_history"][change.key] = change
                rows.append(change)


def _when_recorded(row: Item) -> tuple[datetime, int]:
    return row["recorded_at"], row["number"]


def _is_readable(rows: list[Item]) -> bool:
    return all(row["status"] is not None and row["effective_on"] is not None for row in rows)


def _change_of(report: Item, rows: list[Item]) -> Item | None:
    """`rows`: the history of the measure, in the order in which it was recorded. None where it says the same already,
    or cannot be read."""
    if not rows or not _is_readable(rows):
        return None
    changes = [as_change(number, row, rows) for number, row in enumerate(rows)]
    standing = effective_changes(changes)
    day = report["effective_on"] or _first_day(report, changes)
    before = latest_by(standing, day)
    if report["status"] == (before and before.status) or report["status"] == _said_later(standing, day, rows):
        return None
    recorded_at = max(_decided_at(report), (before or standing[0]).recorded_at)
    same_moment = [row["number"] for row in rows if row["recorded_at"] == recorded_at]
    return _change(report, day, recorded_at, number=max(same_moment, default=0) + 1)


def _said_later(standing: Sequence[Change], day: date, rows: list[Item]) -> str | None:
    """The next status after a day, where its row names no report: it may be the change of one, from another day on."""
    after = next((each for each in standing if each.effective_on > day), None)
    return None if after is None or _original(rows[after.id], rows)["report"] is not None else after.status


def _change(report: Item, day: date, recorded_at: datetime, *, number: int) -> Item:
    return derived_item(
        "status_history",
        {
            "measure": report["measure"],
            "recorded_at": recorded_at,
            "number": number,
            "old_status": report["against_status"],
            "status": report["status"],
            "effective_on": day,
            "restates": False,
            "report": report["submitted_on"],
            "report_number": report["number"],
            "reason_zh": report["what_was_done_zh"],
            "reason_en": report["what_was_done_en"],
            "recorded_by": report["decided_by"],
            "provenance": report["provenance"],
            "source": report["source"],
        },
    )


def _original(row: Item, rows: list[Item]) -> Item:
    """The row that was corrected, and perhaps corrected again."""
    replaced = replaced_row(row, rows)
    # In a file that is wrong a row may replace a later one.
    is_earlier = replaced is not None and _when_recorded(replaced) < _when_recorded(row)
    return _original(replaced, rows) if replaced is not None and is_earlier else row


def _first_day(report: Item, changes: list[Change]) -> date:
    """The day of submission, but not before the status that was current when the report was decided."""
    known = effective_changes(each for each in changes if each.recorded_at <= _decided_at(report))
    submitted_on: date = report["submitted_on"]
    return max(submitted_on, known[-1].effective_on if known else effective_changes(changes)[0].effective_on)


def check_stated_statuses(merged: Merged) -> None:
    """Checks that no new accepted report leaves its measure at a status that it never had."""
    unchanged = [report for report in _accepted(merged) if report["status"] == report["against_status"]]
    histories = merged.stories("status_history")
    for report in unchanged:
        statuses = [row["status"] for row in histories.get((report["measure"],), ())]
        if statuses and None not in statuses and report["status"] not in statuses:
            words = {"status": MeasureStatus(statuses[-1]).label}
            merged.add_problem(
                report, "against_status", _("The measure never had this status; it had “%(status)s”.") % words
            )


def said_of_changes(merged: Merged) -> str:
    """Says how many status changes follow from reports; "" where none does."""
    changes = [row for row in merged.touched("status_history") if not row.number]
    count = sum(report_behind(merged, row) is not None for row in changes)
    if not count:
        return ""
    return format_counted(
        "%(count)s status change follows from an accepted report that no row of the status history names.",
        "%(count)s status changes follow from accepted reports that no row of the status history names.",
        count,
    )
