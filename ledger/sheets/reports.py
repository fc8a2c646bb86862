"""The sheets of what was reported of measures and projects for a month, and of the evidence for it. These rows are
records: a load adds some, and rewrites none."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from ledger.declaration import Column, Kind, Sheet, Text
from ledger.sheets.columns import MAX_COUNT, ModelClass, column_of, in_both, numbered, of_another, sourced, titles
from measures.models import Evidence, Report
from projects.models import ProjectMonth, ProjectMonthEvidence
from reporting.workflow import ReportState

MEASURE = column_of(Report, "measure", _("Its code."), "M001")
PROJECT = column_of(ProjectMonth, "project", _("Its code."), "P0001")
_PERIOD = column_of(ProjectMonth, "period", _("The month that it reports on."), "2023-04", kind=Kind.MONTH)
_EVIDENCE_HELP = _(
    "Numbers of documents and links that show that a report is true. Not in it: files; a backup has them."
)
# What was returned is written anew, and may be incomplete meanwhile.
_WHERE_RETURNED = ("state", ReportState.RETURNED.value)
MEASURE_NUMBER = numbered(_("Only where several reports of the measure were submitted on that day. Empty: 1."))
_PROJECT_NUMBER = numbered(
    _("Only where several reports of the project for the month were submitted on that day. Empty: 1.")
)


def _submitted_on(model: ModelClass, help: Text, example: str) -> Column:
    return column_of(model, "submitted_on", help, example, required=True)


def _filed(model: ModelClass, done: tuple[str, str], about_problem: Text, decided_on: str) -> list[Column]:
    """Makes the columns that every kind of report has. `done`: examples of what was done; `decided_on`: of the day."""
    with_person = _("Together with the person; empty where only the day is known.")
    account = _("The account name.")
    return [
        *in_both(model, "what_was_done", _("One of the two languages is enough."), done, most=MAX_TEXT_LENGTH),
        *in_both(model, "problem", _("What stands in the way."), most=MAX_TEXT_LENGTH),
        column_of(model, "problem_choice", _("Whether it is a new one. Empty: not said.")),
        column_of(
            model,
            "about_problem",
            about_problem,
            label=pgettext_lazy("ledger", "Number of the problem"),
            least=1,
            most=MAX_COUNT,
        ),
        *in_both(model, "next_step", _("What comes next."), most=MAX_TEXT_LENGTH),
        column_of(model, "state", _("Submitted, accepted or returned."), "accepted", required=True),
        column_of(model, "submitted_at", with_person),
        column_of(model, "submitted_by", account),
        column_of(model, "decided_on", _("Of accepted and returned reports."), decided_on),
        column_of(model, "decided_at", with_person),
        column_of(model, "decided_by", account),
        column_of(model, "decision_note", _("Why it was returned."), most=MAX_REASON_LENGTH),
        *sourced(model),
    ]


def _shown(model: ModelClass, number: str, title: tuple[str, str]) -> list[Column]:
    """Makes the columns of a document or a link. `number` and `title` are examples."""
    return [
        column_of(model, "document_number", _("Of an issued document."), number),
        column_of(model, "url", _("Of a page; instead of the number or beside it."), "https://example.org/1"),
        *titles(model, title),
    ]


REPORTS = Sheet(
    name="reports",
    label=_("Reports"),
    help=_("What departments filed about a measure for a month. Not in it: drafts, which only their authors read."),
    key=("measure", "submitted_on", "number"),
    columns=(
        MEASURE,
        _submitted_on(Report, _("The day of the last submission."), "2023-04-07"),
        MEASURE_NUMBER,
        _PERIOD,
        column_of(Report, "department", _("That wrote it. Empty: the lead department."), required=False),
        column_of(Report, "status", _("The status that it states."), "in_progress"),
        column_of(Report, "against_status", _("Against which it was written."), "promoting"),
        column_of(Report, "effective_on", _("From which the new status holds.")),
        *_filed(
            Report,
            ("年度任务分解到位。", "The year's tasks are shared out."),
            _("The problem of the measure that the text is about. Empty: none."),
            "2023-04-13",
        ),
    ),
)

EVIDENCE = Sheet(
    name="evidence",
    label=_("Evidence"),
    help=_EVIDENCE_HELP,
    key=("measure", "submitted_on", "number", "document_number", "url"),
    columns=(
        of_another(MEASURE),
        of_another(_submitted_on(Report, _("Of its report."), "2023-06-22")),
        MEASURE_NUMBER,
        *_shown(Evidence, "科字〔2026〕1号", ("通知", "Notice")),
    ),
)

PROJECT_MONTHS = Sheet(
    name="project_months",
    label=_("Months of projects"),
    help=_("What was reported of a project for a month. Not in it: drafts, which only their authors read."),
    key=("project", "period", "submitted_on", "number"),
    columns=(
        PROJECT,
        _PERIOD,
        _submitted_on(ProjectMonth, _("The day of the last submission."), "2023-04-28"),
        _PROJECT_NUMBER,
        column_of(ProjectMonth, "stage", _("At the end of the month."), "under_construction"),
        column_of(ProjectMonth, "started_on", _("Of each stage from the start of building on."), "2022-10-12"),
        column_of(ProjectMonth, "completed_on", _("Of a completed project, and of one in production.")),
        column_of(ProjectMonth, "in_production_on", _("Of a project in production.")),
        column_of(
            ProjectMonth, "stage_reason", _("Of a project that is suspended, or goes on again."), most=MAX_REASON_LENGTH
        ),
        column_of(
            ProjectMonth,
            "invested_wan",
            _("In 亿元 (100 million yuan), with up to 4 decimals: to the end of the month."),
            "0.85",
            name="invested_since_january",
            kind=Kind.MONEY,
            required=True,
            optional_where=_WHERE_RETURNED,
        ),
        column_of(
            ProjectMonth,
            "progress",
            _("Of the building, in per cent."),
            "40",
            kind=Kind.PERCENT,
            required=True,
            optional_where=_WHERE_RETURNED,
        ),
        *_filed(
            ProjectMonth,
            ("主体结构封顶。", "The structure is topped out."),
            _("The problem of the project that the text is about. Empty: none."),
            "2023-05-08",
        ),
    ),
)

PROJECT_MONTH_EVIDENCE = Sheet(
    name="project_month_evidence",
    label=_("Evidence of projects' months"),
    help=_EVIDENCE_HELP,
    key=("project", "period", "submitted_on", "number", "document_number", "url"),
    columns=(
        of_another(PROJECT),
        of_another(_PERIOD),
        of_another(_submitted_on(ProjectMonth, _("Of its report."), "2023-04-28")),
        _PROJECT_NUMBER,
        *_shown(ProjectMonthEvidence, "监字〔2026〕1号", ("监理月报", "Monthly report of the supervisor")),
    ),
)
