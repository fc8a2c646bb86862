"""The month of the measures that a department leads."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access_rules import DEPARTMENT_FILE_OWNERS, DEPARTMENT_REPORTERS
from accounts.models import Department, User
from core.clock import today
from core.exceptions import NotAllowed
from core.statuses import MeasureStatus
from measures.addresses import report_url
from measures.filing import file_report, rewrite_report
from measures.models import Measure, Plan, Report
from measures.report_checks import Past, doubts_about, load_pasts
from measures.reports import ReportData, columns_of, why_incomplete
from measures.rules import NO_CHANGE, NO_CHANGE_EN
from measures.services import locked_measures
from measures.workspace import GROUPS, WorkspaceRow, load_workspace
from problems.models import Problem, ProblemStep
from problems.on_day import open_problems_of
from reporting.doubts import Doubt
from reporting.models import TEXTS, ProblemChoice
from reporting.plausibility import limits
from reporting.report_problems import ProblemStillOpen, resolve_choice
from web.language import in_language, localized
from web.limits import thresholds
from workbooks.models import Upload
from workbooks.month.kinds import (
    Cells,
    Entry,
    Judgement,
    MonthRow,
    Place,
    Question,
    SubjectMonth,
    written_evidence,
)
from workbooks.month.sheets import MEASURE_FILLED, MEASURE_SHOWN, MEASURES

# What a row writes of its report.
WRITTEN = ("status", "against_status", "effective_on", *TEXTS, "problem_choice", "about_problem")


@dataclass(frozen=True)
class MeasureRow(MonthRow):
    """`subject` has `status` and `status_since`; `work`: its row in the workspace. `last`: the newest accepted report
    up to the month. `opened`: the last steps of its open problems, the oldest first. `past`: its reports that are
    filed."""

    work: WorkspaceRow
    last: Report | None
    opened: list[ProblemStep]
    past: Past

    @property
    def name(self) -> str:
        return f"{self.subject.code} {localized(self.subject, 'title')}"

    @property
    def status(self) -> str:
        current: str = self.subject.status
        return current

    @property
    def problems(self) -> list[Problem]:
        """Returns the problems that are open."""
        return [step.problem for step in self.opened]

    def about_problem(self, cells: Cells) -> int | None:
        """Return the number of the problem that a filled-in row is about, or None for none or a new one.

        Where several problems are open, the row stays with the one that its report was about.
        """
        report = self.open_report
        before = report.about_problem if report is not None else None
        if cells["problem_choice"] == ProblemChoice.SAME:
            opened = [each.number for each in self.problems]
            return before if before in opened else next(iter(opened), None)
        is_still_new = report is not None and cells["problem_choice"] == report.problem_choice == ProblemChoice.NEW
        return before if is_still_new else None

    @cached_property
    def cells(self) -> Cells:
        report = self.report
        if report is None:
            return MEASURE_MONTH.empty_cells()
        return {
            "status": report.status,
            "effective_on": report.effective_on.isoformat() if report.effective_on else "",
            **MEASURE_MONTH.texts_of(report),
            "problem_choice": report.problem_choice,
            **self.evidence_cells(),
        }

    @cached_property
    def shown(self) -> Cells:
        measure, is_draft = self.subject, self.report is not None and self.report.is_draft
        return {
            "title": localized(measure, "title"),
            "section": localized(measure.section, "title"),
            "due_on": measure.due_on.isoformat() if measure.due_on else "",
            "status_now": str(MeasureStatus(measure.status).label),
            "last_text": localized(self.last, "what_was_done") if self.last else "",
            "open_problems": "\n".join(f"{each.code} {localized(each, 'text')}" for each in self.problems),
            "report_state": str(self.report.get_state_display() if is_draft else GROUPS[self.work.group]),
        }

    def rests_on(self) -> list[Any]:
        opened = [[step.problem_id, step.pk] for step in self.opened]
        return [self.status, self.subject.status_since.isoformat(), opened]


class MeasureMonth(SubjectMonth[MeasureRow]):
    upload_kind = Upload.Kind.MONTH
    sheet, shown, filled = MEASURES, MEASURE_SHOWN, MEASURE_FILLED
    # None of the names of a ledger's sheets.
    version_key = "month_of_department"
    pages = "workbooks:month"
    file_name = ""
    logged_as = "month of"
    # No department leads nearly as many.
    max_rows = 500
    permission = DEPARTMENT_REPORTERS
    own_files = DEPARTMENT_FILE_OWNERS
    filing_refusal = Report.filing_refusal
    code_missing = gettext_lazy("The code is missing: it names the measure.")
    subjects, url_of = Measure, staticmethod(report_url)
    unknown_code = gettext_lazy("The plan has no measure with this code.")
    not_yet_listed = gettext_lazy("The measure was not yet listed in this month.")
    accepted_note = gettext_lazy("A report of this month is accepted already: this one is filed beside it")

    def read(
        self, place: Place, *, plan: Plan, month: date | None, kept_by: User | None = None
    ) -> Mapping[str, MeasureRow]:
        assert isinstance(place, Department) and month is not None
        work = load_workspace(place, plan=plan, month=month, day=today(), limits=thresholds(), kept_by=kept_by)
        rows = [row for row in work.rows if row.month == month]
        measures = [row.measure for row in rows]
        prefetch_related_objects(measures, "section")
        reports = [row.report for row in rows if row.report is not None]
        prefetch_related_objects(reports, "evidence")
        for row in rows:
            if row.report is not None:
                row.report.measure = row.measure
        last, opened = _last_reports(measures, month=month), open_problems_of(measures, on=today())
        pasts = load_pasts(measures)
        rows.sort(key=lambda row: (row.measure.position, row.measure.code))
        return {
            each.code: MeasureRow(each, row.report, row, last.get(each.pk), opened.get(each.pk, []), pasts[each.pk])
            for row in rows
            for each in [row.measure]
        }

    def judge(self, row: MeasureRow, cells: Cells) -> Judgement:
        measure, report = row.subject, row.open_report
        evidence, files = written_evidence(row, cells), row.files if report else 0
        written = copy.copy(report) if report else Report(measure=measure, period=row.work.month)
        for name, value in columns_of(report_data(row, cells), written).items():
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
        doubts = list(doubts_about(written, row.past, limits()))
        reasons = [self.reason(each) for each in refusals]
        # The workbook has no place for words to a question.
        reasons += [_say_in_the_form(each) for each in doubts if each.needs_reason]
        return Judgement(evidence, reasons, [Question(each.name, each.question) for each in doubts if not reasons])

    def reason(self, refusal: NotAllowed) -> str:
        if isinstance(refusal, ProblemStillOpen):
            return _(
                "A problem of this measure is still open: if it no longer stands in the way, say so on the report's "
                "page."
            )
        return super().reason(refusal)

    def text(self, name: str, value: str) -> str:
        return in_language(NO_CHANGE, NO_CHANGE_EN) if value == NO_CHANGE else super().text(name, value)

    def typed(self, name: str, value: str) -> Any:
        return in_language(NO_CHANGE, NO_CHANGE_EN) if value == NO_CHANGE else super().typed(name, value)

    def plain_text(self, text: str) -> str:
        # What nobody typed is the same in both languages.
        text = super().plain_text(text)
        return NO_CHANGE if text == NO_CHANGE_EN else text

    def is_held_by(self, subject: Measure, place: Place) -> bool:
        return subject.lead_department_id == place.pk

    def lock(self, upload: Upload) -> None:
        list(locked_measures().filter(plan=upload.plan, lead_department=upload.department).values_list("pk"))

    def file(self, rows: Sequence[Entry], upload: Upload) -> None:
        by = upload.uploaded_by
        for each in rows:
            row, data = each.row, report_data(each.row, each.cells)
            values = {name: getattr(data, name) for name in WRITTEN}
            filing: dict[str, Any] = {
                "by": by,
                "values": values,
                "evidence": each.evidence,
                "submit": each.submits,
                "answers": each.answers,
            }
            report = row.open_report
            if report is not None:
                rewrite_report(report, version=report.version, **filing)
            else:
                file_report(row.subject, period=upload.period, **filing)


MEASURE_MONTH = MeasureMonth()


def _say_in_the_form(doubt: Doubt) -> str:
    return _("%(question)s Say so on the report's page.") % {"question": doubt.question}


def report_data(row: MeasureRow, cells: Cells) -> ReportData:
    """Returns the report's data from the cells; an empty status leaves the status as it is."""
    return ReportData(
        status=cells["status"] or row.subject.status,
        against_status=row.subject.status,
        effective_on=date.fromisoformat(cells["effective_on"]) if cells["effective_on"] else None,
        what_was_done=cells["what_was_done"],
        problem=cells["problem"],
        next_step=cells["next_step"],
        problem_choice=cells["problem_choice"],
        about_problem=row.about_problem(cells),
    )


def _last_reports(measures: list[Measure], *, month: date) -> dict[int, Report]:
    accepted = Report.objects.accepted().filter(measure__in=measures, period__lte=month)
    return {report.measure_id: report for report in accepted.order_by("period", "submitted_on", "pk")}
