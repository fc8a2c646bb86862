"""The preview of a filled-in workbook: read, laid over the site's data, and judged by the rules of the services."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Department
from core.clock import today
from core.exceptions import NotAllowed
from ledger.files import read_file
from ledger.questions import Question as ColumnQuestion
from ledger.reading import Reading, read_tables
from ledger.rows import Fault, Ledger, Row
from ledger.sentences import FileRefused
from ledger.tables import find_tables
from reporting.merging import merge_fields
from reporting.workflow import FILED_STATES, ReportState
from web.formats.dates import format_month
from web.formats.text import format_list
from workbooks.models import Upload
from workbooks.month.kinds import NO, YES, Cells, Entry, HeldRow, MonthKind, MonthRow, What
from workbooks.month.registry import kind_of
from workbooks.month.versions import MonthVersion, find_month, month_code, place_of


@dataclass
class Seen:
    """`faults`: of rows (with a number) and of the file; `untouched`: the codes of rows that nobody filled in."""

    entries: list[Entry]
    faults: list[Fault]
    notices: list[str]
    questions: list[ColumnQuestion]
    untouched: list[str] = field(default_factory=list)
    has_base: bool = True

    @property
    def needs_confirmation(self) -> bool:
        return not self.has_base and any(each.is_filed for each in self.entries)

    @property
    def site(self) -> str:
        """A digest of all that what would be done rests on."""
        rests_on = [_rests_on(each, each.row) for each in self.entries if each.row]
        return hashlib.sha256(json.dumps([today().isoformat(), rests_on], sort_keys=True).encode()).hexdigest()


def _rests_on(entry: Entry, row: MonthRow) -> list[Any]:
    report, doubts = row.report, [[each.name, each.text] for each in entry.doubts]
    held = [report.pk, report.version, report.state] if report else []
    return [entry.code, entry.what, entry.reasons, doubts, held, row.cells, row.files, *row.rests_on()]


def look(upload: Upload) -> Seen:
    """A fixed number of queries, and nothing is written. Raises FileRefused."""
    kind, plan = kind_of(upload), upload.plan
    assert plan is not None
    if not kind.may_file(upload.uploaded_by, upload.place):
        raise FileRefused(kind.filing_refusal)
    reading = _read(kind, upload)
    ledger, version = reading.ledger, find_month(reading.ledger.base)
    faults = [each for each in ledger.faults if not each.number]
    if version is not None:
        faults += [Fault("", 0, "", text) for text in _why_another(version, upload)]
    questions = [each for each in reading.questions if each.column.name not in kind.shown_names]
    seen = Seen([], faults, reading.notices, questions, has_base=version is not None)
    if not faults and not questions:
        judging = _Judging(kind, seen, kind.read(upload.place, plan=plan, month=upload.period), version)
        judging.judge(ledger)
        judging.explain_unknown(upload)
        seen.notices += judging.changed_beside(ledger)
    return seen


def _read(kind: MonthKind[Any], upload: Upload) -> Reading:
    tables = find_tables(read_file(BytesIO(upload.content), upload.file_name), [kind.sheet])
    reading = read_tables(tables, upload.file_name, upload.answers)
    if len(reading.ledger.rows.get(kind.sheet.name, ())) > kind.max_rows:
        raise FileRefused(_("The file has more than %(limit)s rows."), limit=kind.max_rows)
    return reading


def _why_another(version: MonthVersion, upload: Upload) -> Iterator[str]:
    kind, plan, month = kind_of(upload), upload.plan, upload.period
    assert plan is not None
    if version.kind is not kind:
        words = {"file": version.kind.sheet.label, "page": kind.sheet.label}
        yield _("The file holds “%(file)s”, and this page is for “%(page)s”.") % words
    if version.plan != plan:
        words = {"file": version.plan.slug, "plan": plan.slug}
        yield _("The file was downloaded from another plan: %(file)s, not %(plan)s.") % words
    if version.place != place_of(upload.place):
        if isinstance(upload.place, Department):
            yield _("The file was downloaded for another department.")
        else:
            yield _("The file was downloaded for another %(place)s.") % {"place": plan.part_words.one}
    if month is not None and version.month not in ("", month_code(month)):
        words = {"file": format_month(date.fromisoformat(f"{version.month}-01")), "month": format_month(month)}
        yield _("The file was downloaded for %(file)s, and this page is for %(month)s.") % words


class _Judging:
    """The judging of the rows of a file, one after the other."""

    def __init__(
        self, kind: MonthKind[Any], seen: Seen, site: Mapping[str, MonthRow], version: MonthVersion | None
    ) -> None:
        self.kind, self.seen, self.site = kind, seen, site
        self.held: Mapping[str, HeldRow] = version.rows if version is not None else {}

    def judge(self, ledger: Ledger) -> None:
        numbers: dict[str, int] = {}
        # What stands in the columns that are not read is never wrong.
        faults = [each for each in ledger.faults if each.number and each.column not in self.kind.shown_names]
        self.seen.faults += faults
        wrong = {each.number for each in faults}
        for row in ledger.rows.get(self.kind.sheet.name, ()):
            code = self.kind.code_of(row.values)
            if row.number in wrong:
                self.seen.entries.append(Entry(row.number, code, What.WRONG))
            elif not code:
                self._add_wrong(row.number, "", "code", str(self.kind.code_missing))
            elif code in numbers:
                words = {"code": code, "row": numbers[code]}
                self._add_wrong(row.number, code, "code", _("%(code)s stands in row %(row)s already.") % words)
            else:
                self._judge_row(row, code)
            numbers.setdefault(code, row.number)

    def _add_problem(self, number: int, column: str, sentence: str) -> None:
        self.seen.faults.append(Fault(self.kind.sheet.name, number, column, sentence))

    def _add_wrong(self, number: int, code: str, column: str, sentence: str) -> None:
        self._add_problem(number, column, sentence)
        self.seen.entries.append(Entry(number, code, What.WRONG))

    def _judge_row(self, row: Row, code: str) -> None:
        base, site = self.held.get(code), self.site.get(code)
        # Where nobody knows what the file held, what it says is compared with the site as it is.
        known = base or site
        held = known.cells if known else self.kind.empty_cells()
        # A column that the file has not stays as it was.
        cells = {column.name: self._cell(row, column.name, held) for column in self.kind.filled}
        # An emptied row throws nobody's draft away.
        if cells == held or not any(cells.values()):
            self.seen.untouched.append(code)
        elif site is None:
            # Said later, of all of them at once.
            self.seen.entries.append(Entry(row.number, code, What.WRONG))
        else:
            merged, conflicts = merge_fields(cells, site.cells, {name: [held[name]] for name in held})
            self._judge_filled(Entry(row.number, code, What.LEFT, site, merged, base, tuple(conflicts)))

    def _cell(self, row: Row, name: str, held: Cells) -> str:
        if name not in row.values:
            return held[name]
        value = row.values[name]
        if value is None:
            return ""
        if isinstance(value, bool):
            return YES if value else NO
        if isinstance(value, date):
            return value.isoformat()
        return f"{value:f}" if isinstance(value, Decimal) else self.kind.plain_text(str(value))

    def _judge_filled(self, entry: Entry) -> None:
        row, cells = entry.row, entry.cells
        assert row is not None
        if row.report is not None and row.report.state in FILED_STATES and cells == row.cells:
            self.seen.entries.append(replace(entry, reasons=(str(row.report.get_state_display()),)))
            return
        try:
            if row.report is not None and row.report.state == ReportState.SUBMITTED:
                raise NotAllowed(_("This report waits for its review; withdraw it to change it."))
            found = self.kind.judge(row, cells)
        except NotAllowed as refusal:
            column = refusal.field if refusal.field in cells else ""
            self._add_wrong(entry.number, entry.code, column or "", str(refusal))
            return
        what = What.DRAFT if found.reasons else What.DOUBT if found.doubts else What.SUBMIT
        self.seen.entries.append(
            replace(
                entry,
                what=what,
                reasons=tuple(found.reasons),
                doubts=tuple(found.doubts),
                evidence=tuple(found.evidence),
            )
        )

    def explain_unknown(self, upload: Upload) -> None:
        """Why rows are wrong of which nothing can be reported."""
        told = {each.number for each in self.seen.faults}
        unknown = [each for each in self.seen.entries if each.what is What.WRONG and each.number not in told]
        if not unknown or upload.plan is None:
            return
        codes = [each.code for each in unknown]
        sentences = self.kind.why_not_reported(codes, plan=upload.plan, place=upload.place)
        for each in unknown:
            self._add_problem(each.number, "code", sentences[each.code])

    def changed_beside(self, ledger: Ledger) -> Iterator[str]:
        """Yields notices of cells that were written over in the columns that are not read."""
        for row in ledger.rows.get(self.kind.sheet.name, ()):
            code = self.kind.code_of(row.values)
            shown = self.held[code].shown if code in self.held else {}
            there = [name for name in self.kind.shown_names if name in shown and name in row.values]
            changed = [name for name in there if _squeezed(row.values[name]) != _squeezed(shown[name])]
            if changed:
                labels = format_list(self.kind.label(name) for name in changed)
                words = {"row": row.number, "columns": labels}
                yield _("Row %(row)s: changed and not read, since the site fills these columns in: %(columns)s") % words


def _squeezed(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else "".join(str(value).split())
