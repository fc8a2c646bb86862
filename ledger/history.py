"""The status history of each measure must tell one story: listed as under way, old and new status joined, accepted
reports behind its changes where it names them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.clock import today
from core.statuses import MeasureStatus
from ledger.merging import Item, Merged
from measures.rules import Change, correction_window, effective_changes, in_force, restating
from reporting.workflow import ReportState

# What columns of a status change are called in the report that it follows from.
COLUMNS_OF_REPORTS = {"old_status": "against_status", "report": "against_status"}


def check_histories(merged: Merged) -> None:
    """Checks the measures whose history the load would add to, and those whose listing it would move."""
    histories = merged.stories("status_history")
    concerned = {item.key[:1] for item in merged.touched("status_history")}
    for measure in merged.items["measures"].values():
        rows = histories.get(measure.key, [])
        if measure.key in concerned:
            _Story(merged, measure, rows).check()
        elif measure.site is not None and measure["listed_on"] != measure.site["listed_on"]:
            _check_moved_listing(merged, measure, rows)


def as_change(number: int, item: Item, rows: list[Item]) -> Change:
    replaced = replaced_row(item, rows)
    return Change(
        number,
        item["status"],
        item["effective_on"],
        item["recorded_at"],
        None if replaced is None else rows.index(replaced),
        bool(item["restates"]),
    )


def replaced_row(item: Item, rows: list[Item]) -> Item | None:
    """The row of the same measure that a correction replaces."""
    if item["supersedes"] is None:
        return None
    wanted = (item["supersedes"], item["supersedes_number"] or 1)
    return next((each for each in rows if (each["recorded_at"], each["number"]) == wanted), None)


def report_behind(merged: Merged, row: Item) -> Item | None:
    """The report that a row names; None where it names none, or none is there."""
    return merged.items["reports"].get((row["measure"], row["report"], row["report_number"] or 1))


@dataclass
class _Story:
    """`rows`: in the order in which they were recorded."""

    merged: Merged
    measure: Item
    rows: list[Item]
    written: list[Change] = field(default_factory=list)
    # Reports behind changes, with the number of the row that rests on each.
    behind: dict[Any, int] = field(default_factory=dict)

    def check(self) -> None:
        if any(row["status"] is None or row["effective_on"] is None for row in self.rows):
            return
        for number, row in enumerate(self.rows):
            if number == 0:
                self._check_first(row)
            elif row["supersedes"] is not None:
                self._check_correction(row)
            else:
                self._check_change(row)
            if row["effective_on"] > row["recorded_at"].date():
                self._problem(row, "effective_on", _("The change is recorded before it takes effect."))
            if row["report"] is not None:
                self._check_report(number, row)
            self.written.append(as_change(number, row, self.rows))

    def _problem(self, row: Item, column: str, sentence: str) -> None:
        """Adds a problem of a row; where a row of the site no longer fits, the rows of the file are at fault."""
        if row.is_touched:
            self._blame(row, column, sentence)
        else:
            added = [each for each in self.rows if each.is_touched]
            words = {"day": row["effective_on"], "sentence": sentence}
            self._blame(added[0], column, _("The row of %(day)s would not fit any more: %(sentence)s") % words)

    def _blame(self, row: Item, column: str, sentence: str) -> None:
        """A row that follows from a report stands in no file: the row of the report does."""
        report = None if row.row is None or row.row.number else report_behind(self.merged, row)
        if report is not None:
            row, column = report, COLUMNS_OF_REPORTS.get(column, column)
        self.merged.add_problem(row, column, sentence)

    def _check_first(self, row: Item) -> None:
        if row["old_status"] or row["status"] != MeasureStatus.PROMOTING or row["supersedes"]:
            words = {"status": MeasureStatus.PROMOTING.label}
            self._problem(
                row, "status", _("The first row of a measure is “%(status)s”, without a previous status.") % words
            )
        if row["effective_on"] != self.measure["listed_on"]:
            day = {"day": self.measure["listed_on"]}
            self._problem(
                row, "effective_on", _("The first row is of the day on which the measure was listed: %(day)s.") % day
            )

    def _check_correction(self, row: Item) -> None:
        replaced = replaced_row(row, self.rows)
        place = None if replaced is None else self.rows.index(replaced)
        standing = effective_changes(self.written)
        wrong = next((each for each in standing if each.id == place), None)
        if wrong is None:
            self._problem(row, "supersedes", _("No earlier row of the measure that still holds was recorded then."))
            return
        if row["old_status"] is None:
            row.values["old_status"] = wrong.status
        if row["old_status"] != wrong.status:
            self._problem(
                row, "old_status", _("The row that this one replaces says “%(status)s”.") % _label(wrong.status)
            )
        if wrong == standing[0] and row["status"] != MeasureStatus.PROMOTING:
            words = _label(MeasureStatus.PROMOTING)
            self._problem(row, "status", _("The first status of a measure is “%(status)s”.") % words)
        if row["restates"]:
            return
        window = correction_window(self.written, wrong, today=row["recorded_at"].date())
        if window is None:
            sentence = _("The replaced row counts for no day: another one follows on the same day.")
            self._problem(row, "supersedes", sentence)
        elif not window[0] <= row["effective_on"] <= window[1]:
            days = {"first": window[0], "last": window[1]}
            self._problem(row, "effective_on", _("A day from %(first)s to %(last)s is wanted.") % days)

    def _check_change(self, row: Item) -> None:
        before = in_force(self.written, on=row["effective_on"])
        if before is None:
            self._problem(row, "effective_on", _("The row takes effect before the first one."))
            return
        if row["old_status"] is None:
            row.values["old_status"] = before.status
        if row["old_status"] != before.status:
            self._problem(row, "old_status", _("“%(status)s” was in force before this row.") % _label(before.status))
        elif row["status"] == before.status:
            self._problem(row, "status", _("The row changes nothing."))

    def _check_report(self, number: int, row: Item) -> None:
        if number == 0 or row["supersedes"] is not None or row["old_status"] == MeasureStatus.COMPLETED:
            self._problem(row, "report", _("The first row, corrections and reopenings rest on no report."))
            return
        key = (row["measure"], row["report"], row["report_number"] or 1)
        report = report_behind(self.merged, row)
        if report is None or report["state"] != ReportState.ACCEPTED:
            self._problem(row, "report", _("No accepted report of the measure was submitted on that day."))
        elif (report["against_status"], report["status"]) != (row["old_status"], row["status"]):
            self._problem(row, "report", _("The report of that day states another change."))
        # That of an acceptance that was undone was replaced.
        if key in self.behind and all(each.supersedes != self.behind[key] for each in self.written):
            self._problem(row, "report", _("Another change rests on this report."))
        self.behind[key] = number


def _label(status: str) -> dict[str, Any]:
    return {"status": MeasureStatus(status).label}


def _check_moved_listing(merged: Merged, measure: Item, rows: list[Item]) -> None:
    """Checks a moved listing as `measures.editing.terms.move_listing` does: no later row may come to stand before the
    first."""
    listed_on: date | None = measure["listed_on"]
    changes = effective_changes(as_change(number, row, rows) for number, row in enumerate(rows))
    if not changes or listed_on is None:
        return
    later = changes[1 + len(restating(changes, changes[0])) :]
    if listed_on > today():
        merged.add_problem(measure, "listed_on", _("The day is in the future"))
    elif later and later[0].effective_on < listed_on:
        day = {"day": later[0].effective_on}
        merged.add_problem(measure, "listed_on", _("The measure already changed its status on %(day)s.") % day)
