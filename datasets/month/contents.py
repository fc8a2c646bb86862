"""What the site holds of a department's month: each measure with its report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.models import Department, User
from core.clock import today
from core.statuses import MeasureStatus
from datasets.month.sheets import FILLED
from measures.models import Evidence, Measure, Plan, Problem, ProblemStep, Report
from measures.reports import NO_CHANGE, NO_CHANGE_EN
from measures.workspace import GROUPS, WorkspaceRow, load_workspace
from reporting.models import TEXTS, ProblemChoice
from reporting.workflow import EDITABLE_STATES
from web.language import localized
from web.limits import thresholds

# What is filled in, as text: a status by its value, a day as 2023-08-29, "" for an empty cell.
type Cells = dict[str, str]

EVIDENCE = ("document_number", "url")


@dataclass(frozen=True)
class MonthRow:
    """A measure that the department leads. `report`: that of the month, the open one, else the newest accepted one;
    `last`: the newest accepted one up to the month. `measure` has `status` and `status_since`. `pieces`: the documents
    and links of the report; `files`: how many files it has. `opened`: the last steps of its open problems, the oldest
    first."""

    measure: Any
    report: Report | None
    last: Report | None
    group: str
    pieces: list[Evidence] = field(default_factory=list)
    files: int = 0
    opened: list[ProblemStep] = field(default_factory=list)

    @property
    def open_report(self) -> Report | None:
        """The one that may be written in: a draft, or one that was returned."""
        report = self.report
        return report if report is not None and report.state in EDITABLE_STATES else None

    @property
    def problems(self) -> list[Problem]:
        """Those that are open."""
        return [step.problem for step in self.opened]

    def about_problem(self, cells: Cells) -> Problem | None:
        """As `measures.reports.problem_columns` has it; of several that are open the one that the report was about."""
        report = self.open_report
        before = report.about_problem if report is not None else None
        if cells["problem_choice"] == ProblemChoice.SAME:
            return before if before in self.problems else next(iter(self.problems), None)
        is_still_new = report is not None and cells["problem_choice"] == report.problem_choice == ProblemChoice.NEW
        return before if is_still_new else None

    @property
    def cells(self) -> Cells:
        """Of the month's report; of several documents or links the first."""
        report = self.report
        if report is None:
            return empty_cells()
        texts = {name: plain_text(getattr(report, f"{name}_zh") or getattr(report, f"{name}_en")) for name in TEXTS}
        return {
            "status": report.status,
            "effective_on": report.effective_on.isoformat() if report.effective_on else "",
            **texts,
            "problem_choice": report.problem_choice,
            **{name: next(filter(None, (getattr(each, name) for each in self.pieces)), "") for name in EVIDENCE},
        }

    @property
    def shown(self) -> Cells:
        """What the columns beside those that are filled in say, in the reader's language."""
        measure, is_draft = self.measure, self.report is not None and self.report.is_draft
        return {
            "title": localized(measure, "title"),
            "section": localized(measure.section, "title"),
            "due_on": measure.due_on.isoformat() if measure.due_on else "",
            "status_now": str(MeasureStatus(measure.status).label),
            "last_text": localized(self.last, "what_was_done") if self.last else "",
            "open_problems": "\n".join(f"{each.code} {localized(each, 'text')}" for each in self.problems),
            "report_state": str(self.report.get_state_display() if is_draft and self.report else GROUPS[self.group]),
        }


def empty_cells() -> Cells:
    return {column.name: "" for column in FILLED}


def plain_text(text: str) -> str:
    """As two are compared: what nobody typed is the same in both languages."""
    text = text.replace("\r\n", "\n").strip()
    return NO_CHANGE if text == NO_CHANGE_EN else text


def read_month(
    department: Department, *, plan: Plan, month: date, kept_by: User | None = None
) -> Mapping[str, MonthRow]:
    """By code, as the plan lists them: what the department leads today and can report for the month. A fixed number of
    queries."""
    work = load_workspace(department, plan=plan, month=month, day=today(), limits=thresholds(), kept_by=kept_by)
    rows = [row for row in work.rows if row.month == month]
    prefetch_related_objects([row.measure for row in rows], "section")
    reports = [row.report for row in rows if row.report is not None]
    prefetch_related_objects(reports, "evidence", "about_problem")
    last = _last_reports([row.measure for row in rows], month=month)
    opened = _open_problems([row.measure for row in rows])
    rows.sort(key=lambda row: (row.measure.position, row.measure.code))
    return {row.measure.code: _month_row(row, last.get(row.measure.pk), opened.get(row.measure.pk, [])) for row in rows}


def _month_row(row: WorkspaceRow, last: Report | None, opened: list[ProblemStep]) -> MonthRow:
    if row.report is None:
        return MonthRow(row.measure, None, last, row.group, opened=opened)
    row.report.measure = row.measure
    evidence = sorted(row.report.evidence.all(), key=lambda each: each.pk)
    pieces = [each for each in evidence if not each.file]
    return MonthRow(row.measure, row.report, last, row.group, pieces, len(evidence) - len(pieces), opened)


def _open_problems(measures: list[Measure]) -> dict[int, list[ProblemStep]]:
    """By measure, as `measures.problems.open_problems` has those of one."""
    found: dict[int, list[ProblemStep]] = {}
    by_code = {measure.pk: measure for measure in measures}
    steps = ProblemStep.objects.filter(problem__measure__in=by_code).last_by(today()).open().select_related("problem")
    for step in steps.order_by("problem__raised_on", "problem__number"):
        step.problem.measure = by_code[step.problem.measure_id]
        found.setdefault(step.problem.measure_id, []).append(step)
    return found


def _last_reports(measures: list[Measure], *, month: date) -> dict[int, Report]:
    accepted = Report.objects.accepted().filter(measure__in=measures, period__lte=month)
    return {report.measure_id: report for report in accepted.order_by("period", "submitted_on", "pk")}
