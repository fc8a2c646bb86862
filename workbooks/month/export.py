"""The workbooks that people download to report, and that of a month for the office."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, BinaryIO

from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from core.clock import today
from core.statuses import MeasureStatus
from ledger.workbook import write_workbook
from measures.models import Evidence, Measure, Plan, Report
from measures.reporting_months import reports_owed
from reporting.models import TEXTS
from reporting.workflow import ReportState
from web.formats.text import format_person
from web.language import localized
from workbooks.month.kinds import MonthKind, Place
from workbooks.month.sheets import OFFICE_MONTH
from workbooks.month.versions import keep_month

# What a draft says is the department's own until it is submitted.
OUTSTANDING = pgettext_lazy("reports", "Outstanding")
COVERED = pgettext_lazy("month's reports", "Covered later")


def write_month(
    output: BinaryIO,
    kind: MonthKind[Any],
    place: Place,
    *,
    plan: Plan,
    month: date | None,
    kept_by: User | None = None,
) -> int:
    """Writes the workbook in which a department or a city fills in its reports. Returns the number of rows."""
    rows = kind.read(place, plan=plan, month=month, kept_by=kept_by)
    base = keep_month(kind, rows, plan=plan, place=place, month=month)
    values = [
        {name: kind.typed(name, value) for name, value in (row.key | row.shown | row.cells).items()}
        for row in rows.values()
    ]
    write_workbook(output, [kind.sheet], {kind.sheet.name: values}, base=base, locked=kind.locked)
    return len(values)


def write_office_month(output: BinaryIO, *, plan: Plan, month: date) -> int:
    """The month of all departments with its decisions, and what is outstanding or was left out. Returns the number of
    rows."""
    rows = list(_office_rows(plan, month))
    every = {OFFICE_MONTH.name: {column.name for column in OFFICE_MONTH.columns}}
    write_workbook(output, [OFFICE_MONTH], {OFFICE_MONTH.name: rows}, locked=every, is_explained=False)
    return len(rows)


def _office_rows(plan: Plan, month: date) -> Iterator[Mapping[str, Any]]:
    """Yields rows by department, and as the plan lists its measures; of one measure the oldest report first."""
    reports = _reports(plan, month)
    drafts = [each.measure for each in reports if each.is_draft]
    rows = [(each.department, each.measure, _reported(each)) for each in reports if not each.is_draft]
    answered = {measure for _department, measure, _values in rows}
    for department, measure, is_covered in _not_filed(plan, month):
        # A returned one is owed, too: it stands for itself.
        if measure not in answered:
            state = ReportState.DRAFT.label if measure in drafts else COVERED if is_covered else OUTSTANDING
            rows.append((department, measure, {"state": str(state)}))
    for department, measure, values in sorted(rows, key=lambda row: (row[0].number, row[1].position, row[1].code)):
        yield _named(department, measure) | values


def _not_filed(plan: Plan, month: date) -> Iterator[tuple[Department, Measure, bool]]:
    """Each report that was not filed by today: whose, of which measure, and whether a later month covers it."""
    owed = reports_owed(plan, by=today(), months=[month])[month]
    missing = {code: each for code, each in owed.items() if each.filed_on is None}
    departments = Department.objects.in_bulk()
    for measure in Measure.objects.in_plan(plan).filter(code__in=missing):
        report = missing[measure.code]
        yield departments[report.department], measure, report.is_covered


def _reports(plan: Plan, month: date) -> list[Report]:
    people = ("submitted_by", "decided_by")
    found = Report.objects.in_plan(plan).filter(period=month).select_related("measure", "department", *people)
    return list(found.prefetch_related("evidence").order_by("submitted_on", "pk"))


def _named(department: Department, measure: Measure) -> dict[str, Any]:
    return {
        "department": localized(department, "short"),
        "code": measure.code,
        "title": localized(measure, "title"),
    }


def _reported(report: Report) -> dict[str, Any]:
    return {
        "state": report.get_state_display(),
        "status_before": MeasureStatus(report.against_status).label,
        "status": MeasureStatus(report.status).label,
        "effective_on": report.effective_on,
        **{name: localized(report, name) for name in TEXTS},
        "problem_choice": report.get_problem_choice_display(),
        "evidence": "\n".join(_pieces(report.evidence.all())),
        "submitted_on": report.submitted_on,
        "submitted_by": format_person(report.submitted_by) if report.submitted_by else "",
        "decided_on": report.decided_on,
        "decided_by": format_person(report.decided_by) if report.decided_by else "",
        "decision_note": report.decision_note,
    }


def _pieces(evidence: Iterable[Evidence]) -> Iterator[str]:
    for each in sorted(evidence, key=lambda each: each.pk):
        yield " ".join(filter(None, (each.document_number, localized(each, "title"), each.url or each.file_name)))
