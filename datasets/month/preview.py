"""What a filled-in month would do: read, laid over what the site holds, and judged by the rules of the services."""

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Department
from accounts.permissions import may_report_measures
from core.clock import today
from core.exceptions import NotAllowed
from core.scope_changes import check_in_plan
from datasets.ledger.files import read_file
from datasets.ledger.questions import Question
from datasets.ledger.reading import read_tables
from datasets.ledger.rows import Ledger, Problem, Row
from datasets.ledger.sentences import FileRefused
from datasets.ledger.tables import find_tables
from datasets.models import Upload
from datasets.month.contents import EVIDENCE, Cells, MonthRow, empty_cells, plain_text, read_month
from datasets.month.sheets import FILLED, MONTH, SHOWN
from datasets.month.versions import HeldRow, MonthVersion, find_month
from measures.filing import EvidenceData
from measures.models import Evidence, Measure, Plan, Report
from measures.report_problems import ProblemStillOpen, resolve_choice
from measures.reports import ReportData, columns_of, why_incomplete
from reporting.evidence import MAX_EVIDENCE, clean_document_number, clean_url, too_many
from reporting.merging import merge_fields
from reporting.workflow import FILED_STATES, ReportState
from web.formats.dates import format_month
from web.formats.text import format_list

# No department leads nearly as many measures; so few cells have each its own sentence where they are wrong.
MAX_ROWS = 500
SHOWN_NAMES = tuple(column.name for column in SHOWN)
CLEAN = {"document_number": clean_document_number, "url": clean_url}


class What(StrEnum):
    """What becomes of a row: its report is submitted, stays a draft, or is left alone; or the row is wrong."""

    SUBMIT = "submit"
    DRAFT = "draft"
    LEFT = "left"
    WRONG = "wrong"


@dataclass(frozen=True)
class Entry:
    """A row of the file. `row`: what the site holds; `cells`: what would be filed; `base`: what the file held at the
    download; `conflicts`: the columns that both have changed since. `reasons`: why it stays a draft or is left alone.
    `evidence`: the documents and links that the report would have."""

    number: int
    code: str
    what: What
    row: MonthRow | None = None
    cells: Cells = field(default_factory=dict)
    base: HeldRow | None = None
    conflicts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    evidence: tuple[EvidenceData, ...] = ()

    @property
    def is_filed(self) -> bool:
        """Whether anything of it would be written."""
        return self.what in (What.SUBMIT, What.DRAFT)

    @property
    def has_moved(self) -> bool:
        """Whether the status of its measure has changed since the download."""
        return self.base is not None and self.row is not None and self.base.status != self.row.measure.status

    @property
    def is_conflict(self) -> bool:
        """Whether somebody has to say first that what the file says holds."""
        return self.is_filed and (bool(self.conflicts) or self.has_moved)


@dataclass
class Seen:
    """`problems`: of rows (with a number) and of the file; `untouched`: how many rows nobody filled in."""

    entries: list[Entry]
    problems: list[Problem]
    notices: list[str]
    questions: list[Question]
    untouched: int = 0
    has_base: bool = True

    @property
    def needs_confirmation(self) -> bool:
        return not self.has_base and any(each.is_filed for each in self.entries)

    @property
    def site(self) -> str:
        """A digest of all that what would be done rests on."""
        rests_on = [[each.code, each.what, each.reasons, *_state(each.row)] for each in self.entries if each.row]
        return hashlib.sha256(json.dumps([today().isoformat(), rests_on], sort_keys=True).encode()).hexdigest()


def _state(row: MonthRow) -> list[Any]:
    measure, report = row.measure, row.report
    held = [report.pk, report.version, report.state] if report else []
    opened = [[step.problem_id, step.pk] for step in row.opened]
    return [measure.status, measure.status_since.isoformat(), held, row.cells, row.files, opened]


def look(upload: Upload) -> Seen:
    """A fixed number of queries, and nothing is written. Raises FileRefused."""
    by, plan, month = upload.uploaded_by, upload.plan, upload.period
    if not may_report_measures(by) or by.department is None:
        raise FileRefused(Report.filing_refusal)
    assert plan is not None and month is not None
    tables = find_tables(read_file(BytesIO(upload.content), upload.file_name), [MONTH])
    reading = read_tables(tables, upload.file_name, upload.answers)
    ledger, version = reading.ledger, find_month(reading.ledger.base)
    if len(ledger.rows.get(MONTH.name, ())) > MAX_ROWS:
        raise FileRefused(_("The file has more than %(limit)s rows."), limit=MAX_ROWS)
    problems = [each for each in ledger.problems if not each.number]
    if version is not None:
        problems += [Problem("", 0, "", text) for text in _why_another(version, plan, by.department, month)]
    seen = Seen([], problems, reading.notices, reading.questions, has_base=version is not None)
    if not problems and not seen.questions:
        site = read_month(by.department, plan=plan, month=month)
        _Look(seen, site, version).judge(ledger)
        _explain_unknown(seen, plan, by.department)
        seen.notices += _changed_beside(ledger, version)
    return seen


def _why_another(version: MonthVersion, plan: Plan, department: Department, month: date) -> Iterator[str]:
    if version.plan != plan:
        words = {"file": version.plan.slug, "plan": plan.slug}
        yield _("The file was downloaded from another plan: %(file)s, not %(plan)s.") % words
    if version.department != department.slug:
        yield _("The file was downloaded for another department.")
    if version.month != f"{month:%Y-%m}":
        words = {"file": format_month(date.fromisoformat(f"{version.month}-01")), "month": format_month(month)}
        yield _("The file was downloaded for %(file)s, and this page is for %(month)s.") % words


class _Look:
    def __init__(self, seen: Seen, site: Mapping[str, MonthRow], version: MonthVersion | None) -> None:
        self.seen, self.site, self.version = seen, site, version

    def judge(self, ledger: Ledger) -> None:
        numbers: dict[str, int] = {}
        # What stands in the columns that are not read is never wrong.
        problems = [each for each in ledger.problems if each.number and each.column not in SHOWN_NAMES]
        self.seen.problems += problems
        wrong = {each.number for each in problems}
        for row in ledger.rows.get(MONTH.name, ()):
            code = row.values.get("code") or ""
            if row.number in wrong:
                self.seen.entries.append(Entry(row.number, code, What.WRONG))
            elif not code:
                self._add_wrong(row.number, "", "code", _("The code is missing: it names the measure."))
            elif code in numbers:
                words = {"code": code, "row": numbers[code]}
                self._add_wrong(row.number, code, "code", _("%(code)s stands in row %(row)s already.") % words)
            else:
                self._judge_row(row, code)
            numbers.setdefault(code, row.number)

    def _add_wrong(self, number: int, code: str, column: str, sentence: str) -> None:
        self.seen.problems.append(Problem(MONTH.name, number, column, sentence))
        self.seen.entries.append(Entry(number, code, What.WRONG))

    def _judge_row(self, row: Row, code: str) -> None:
        base = self.version.rows.get(code) if self.version is not None else None
        site = self.site.get(code)
        # Where nobody knows what the file held, what it says is compared with the site as it is.
        known = base or site
        held = known.cells if known else empty_cells()
        # A column that the file has not stays as it was.
        cells = {column.name: _cell(row, column.name, held) for column in FILLED}
        # An emptied row throws nobody's draft away.
        if cells == held or not any(cells.values()):
            self.seen.untouched += 1
        elif site is None:
            # Said later, of all of them at once.
            self.seen.entries.append(Entry(row.number, code, What.WRONG))
        else:
            merged, conflicts = merge_fields(cells, site.cells, {name: [held[name]] for name in held})
            self._judge_filled(Entry(row.number, code, What.LEFT, site, merged, base, tuple(conflicts)))

    def _judge_filled(self, entry: Entry) -> None:
        row, cells = entry.row, entry.cells
        assert row is not None
        if row.report is not None and row.report.state in FILED_STATES and cells == row.cells:
            self.seen.entries.append(replace(entry, reasons=(str(row.report.get_state_display()),)))
            return
        try:
            evidence, reasons = check_row(row, cells)
        except NotAllowed as refusal:
            column = refusal.field if refusal.field in cells else ""
            self._add_wrong(entry.number, entry.code, column or "", str(refusal))
            return
        what = What.DRAFT if reasons else What.SUBMIT
        self.seen.entries.append(replace(entry, what=what, reasons=tuple(reasons), evidence=tuple(evidence)))


def _cell(row: Row, name: str, held: Cells) -> str:
    if name not in row.values:
        return held[name]
    value = row.values[name]
    return value.isoformat() if isinstance(value, date) else plain_text(value or "")


def check_row(row: MonthRow, cells: Cells) -> tuple[list[EvidenceData], list[str]]:
    """The documents and links that its report would have, and why it could not be submitted. Raises NotAllowed where it
    could not even be kept."""
    measure, report = row.measure, row.open_report
    if row.report is not None and row.report.state == ReportState.SUBMITTED:
        raise NotAllowed(_("This report waits for its review; withdraw it to change it."))
    pieces, files = (row.pieces, row.files) if report else ([], 0)
    evidence = list(_evidence(pieces, cells))
    if len(evidence) + files > MAX_EVIDENCE:
        raise too_many()
    written = copy.copy(report) if report else Report(measure=measure)
    for name, value in columns_of(report_data(row, cells)).items():
        setattr(written, name, value)
    written.problem_choice, written.about_problem = cells["problem_choice"], row.about_problem(cells)
    resolve_choice(written, row.opened)
    refusals = why_incomplete(
        written,
        status=measure.status,
        since=measure.status_since,
        has_evidence=lambda: bool(evidence or files),
        opened=row.opened,
    )
    return evidence, [_reason(each) for each in refusals]


def report_data(row: MonthRow, cells: Cells) -> ReportData:
    """Without a status it stays."""
    about = row.about_problem(cells)
    return ReportData(
        status=cells["status"] or row.measure.status,
        against_status=row.measure.status,
        effective_on=date.fromisoformat(cells["effective_on"]) if cells["effective_on"] else None,
        what_was_done=cells["what_was_done"],
        problem=cells["problem"],
        next_step=cells["next_step"],
        problem_choice=cells["problem_choice"],
        about_problem=about.number if about else None,
    )


def _evidence(pieces: Iterable[Evidence], cells: Cells) -> Iterator[EvidenceData]:
    """The first document and the first link are those of the file; the others stay. Raises NotAllowed."""
    wanted, changed = {name: cells[name] for name in EVIDENCE}, dict[str, str]()
    for each in pieces:
        own = {name: wanted.pop(name) for name in EVIDENCE if name in wanted and getattr(each, name)}
        if all(getattr(each, name) == value for name, value in own.items()):
            yield {"document_number": each.document_number, "url": each.url, "title": each.title_zh}
        else:
            changed |= own
    for name, value in (changed | wanted).items():
        if value:
            yield {name: CLEAN[name](value)}


def _reason(refusal: NotAllowed) -> str:
    """With the column that it is about, where the sentence does not say so."""
    if isinstance(refusal, ProblemStillOpen):
        return _(
            "A problem of this measure is still open: if it no longer stands in the way, say so on the report's page."
        )
    column = next((each for each in FILLED if each.name == refusal.field), None)
    if column is None:
        return str(refusal)
    return _("%(label)s: %(text)s") % {"label": column.label, "text": refusal}


def _explain_unknown(seen: Seen, plan: Plan, department: Department) -> None:
    """Why rows are wrong whose measures the department cannot report on for the month. Two queries at most."""
    told = {each.number for each in seen.problems}
    unknown = [each for each in seen.entries if each.what is What.WRONG and each.number not in told]
    if not unknown:
        return
    found = Measure.objects.in_plan(plan).filter(code__in=[each.code for each in unknown])
    measures = {each.code: each for each in found.prefetch_related("scope_changes")}
    for each in unknown:
        sentence = _why_not_reported(measures.get(each.code), department)
        seen.problems.append(Problem(MONTH.name, each.number, "code", sentence))


def _why_not_reported(measure: Measure | None, department: Department) -> str:
    if measure is None:
        return _("The plan has no measure with this code.")
    if measure.lead_department_id != department.pk:
        return str(Report.filing_refusal)
    try:
        check_in_plan(measure)
    except NotAllowed as refusal:
        return str(refusal)
    return _("The measure was not yet listed in this month.")


def _changed_beside(ledger: Ledger, version: MonthVersion | None) -> Iterator[str]:
    """What was written over in the columns that are not read."""
    held = version.rows if version is not None else {}
    for row in ledger.rows.get(MONTH.name, ()):
        shown = held[row.values["code"]].shown if row.values.get("code") in held else {}
        there = [name for name in SHOWN_NAMES if name in shown and name in row.values]
        changed = [name for name in there if _squeezed(row.values[name]) != _squeezed(shown[name])]
        if changed:
            labels = format_list(str(MONTH.column(name).label) for name in changed)
            words = {"row": row.number, "columns": labels}
            yield _("Row %(row)s: changed and not read, since the site fills these columns in: %(columns)s") % words


def _squeezed(value: object) -> str:
    return "".join(str(value or "").split())
