"""The sheets of what happened to measures and projects. These rows are records: a load adds some, and rewrites none."""

from django.db.models import Choices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.scope import ScopeKind
from core.statuses import MeasureStatus
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import (
    Text,
    about_problem,
    day,
    in_both,
    numbered,
    one_of,
    reasons,
    ref,
    sourced,
    titles,
)
from measures.models import Term
from projects.models import Term as ProjectTerm
from reporting.models import ProblemChoice
from reporting.workflow import ReportState

_MEASURE = ref("measure", _("Measure"), _("Its code."), "measures", example="M001", required=True)
_SEVERAL_A_DAY = _("Only where several reports of the measure were submitted on that day. Empty: 1.")


def moment(name: str, label: Text, help: Text, example: str = "2023-04-13 16:00") -> Column:
    return Column(name, label, help, example, Kind.MOMENT)


REPORTS = Sheet(
    name="reports",
    label=_("Reports"),
    help=_("What departments filed about a measure for a month. Not in it: drafts, which only their authors read."),
    key=("measure", "submitted_on", "number"),
    columns=(
        _MEASURE,
        day("submitted_on", _("Date submitted"), _("The day of the last submission."), "2023-04-07", required=True),
        numbered(_SEVERAL_A_DAY),
        Column(
            "period", _("Reporting period"), _("The month that it reports on."), "2023-04", Kind.MONTH, required=True
        ),
        ref("department", _("Department"), _("That wrote it. Empty: the lead department."), "departments"),
        one_of(
            "status",
            _("Status after this report"),
            _("The status that it states."),
            MeasureStatus,
            example="in_progress",
            required=True,
        ),
        one_of(
            "against_status",
            _("Status before this report"),
            _("Against which it was written."),
            MeasureStatus,
            example="promoting",
            required=True,
        ),
        day("effective_on", _("Effective date"), _("From which the new status holds.")),
        *in_both(
            "what_was_done",
            MAX_TEXT_LENGTH,
            MAX_TEXT_LENGTH,
            (_("What was done (Chinese)"), _("What was done (English)")),
            _("One of the two languages is enough."),
            ("年度任务分解到位。", "The year's tasks are shared out."),
        ),
        *in_both(
            "problem",
            MAX_TEXT_LENGTH,
            MAX_TEXT_LENGTH,
            (_("Problems (Chinese)"), _("Problems (English)")),
            _("What stands in the way."),
            ("", ""),
        ),
        one_of("problem_choice", _("State of problems"), _("Whether it is a new one. Empty: not said."), ProblemChoice),
        about_problem(_("The problem of the measure that the text is about. Empty: none.")),
        *in_both(
            "next_step",
            MAX_TEXT_LENGTH,
            MAX_TEXT_LENGTH,
            (_("Next steps (Chinese)"), _("Next steps (English)")),
            _("What comes next."),
            ("", ""),
        ),
        one_of(
            "state", _("State"), _("Submitted, accepted or returned."), ReportState, example="accepted", required=True
        ),
        moment("submitted_at", _("Submitted at"), _("Together with the person; empty where only the day is known.")),
        ref("submitted_by", _("Submitted by"), _("The account name."), "people"),
        day("decided_on", _("Date decided"), _("Of accepted and returned reports."), "2023-04-13"),
        moment("decided_at", _("Decided at"), _("Together with the person; empty where only the day is known.")),
        ref("decided_by", _("Decided by"), _("The account name."), "people"),
        Column("decision_note", _("Note of the reviewer"), _("Why it was returned."), most=MAX_REASON_LENGTH),
        *sourced(),
    ),
)

EVIDENCE = Sheet(
    name="evidence",
    label=_("Evidence"),
    help=_("Numbers of documents and links that show that a report is true. Not in it: files; a backup has them."),
    key=("measure", "submitted_on", "number", "document_number", "url"),
    columns=(
        _MEASURE,
        day("submitted_on", _("Date submitted"), _("Of its report."), "2023-06-22", required=True),
        numbered(_SEVERAL_A_DAY),
        Column("document_number", _("Document number"), _("Of an issued document."), "科字〔2026〕1号", most=80),
        Column(
            "url", _("Address"), _("Of a page; instead of the number or beside it."), "https://example.org/1", most=500
        ),
        *titles(200, 300, ("通知", "Notice")),
    ),
)

STATUS_HISTORY = Sheet(
    name="status_history",
    label=_("Status history"),
    help=_("How the status of each measure changed, corrections included. The first row of a measure is under way."),
    key=("measure", "recorded_at", "number"),
    columns=(
        _MEASURE,
        moment(
            "recorded_at",
            _("Date recorded"),
            _("When the office entered it: it orders rows of one day. Empty: 16:00 of the effective date."),
        ),
        numbered(_("Only where several rows of the measure were recorded at one moment. Empty: 1.")),
        one_of(
            "old_status",
            _("Previous status"),
            _("Empty in the first row; else found out where it is empty."),
            MeasureStatus,
            example="promoting",
        ),
        one_of(
            "status",
            _("New status"),
            _("From the effective date on."),
            MeasureStatus,
            example="in_progress",
            required=True,
        ),
        day("effective_on", _("Effective date"), _("From which the status holds."), "2023-04-04", required=True),
        moment(
            "supersedes",
            pgettext_lazy("ledger", "Replaces the row recorded at"),
            _("Of a correction: when the wrong row was recorded."),
            "",
        ),
        numbered(
            _("Of that row. Empty: 1."), "supersedes_number", pgettext_lazy("ledger", "Number of the replaced row")
        ),
        Column("restates", _("Restates"), _("It replaces an acceptance that was undone. Empty: no."), "", Kind.YES_NO),
        day(
            "report",
            _("Report"),
            _("When the accepted report behind it was submitted. Empty: the load stands for it."),
            "2023-04-07",
        ),
        numbered(_SEVERAL_A_DAY, "report_number", pgettext_lazy("ledger", "Number of the report")),
        *reasons(MAX_TEXT_LENGTH, MAX_TEXT_LENGTH, ("工作专班成立", "Task force set up")),
        ref("recorded_by", _("Recorded by"), _("The account name."), "people"),
        *sourced(),
    ),
)

_PROJECT = ref("project", _("Project"), _("Its code."), "projects", example="P0001", required=True)


def _terms_changes(
    name: str, label: Text, help: Text, subject: Column, terms: type[Choices], *, example: str, values: Text
) -> Sheet:
    """`values`: what the old and the new value are."""
    return Sheet(
        name=name,
        label=label,
        help=help,
        key=(subject.name, "recorded_at", "field"),
        columns=(
            subject,
            Column(
                "recorded_at",
                _("Date recorded"),
                _("When the office entered it."),
                "2023-05-04 09:30",
                Kind.MOMENT,
                required=True,
            ),
            one_of("field", _("What was changed"), _("Which of the terms."), terms, example=example, required=True),
            Column("old_value", _("Previous value"), values, "2023-12-31", most=50),
            Column("new_value", _("New value"), values, "2024-06-30", most=50),
            Column("reason", _("Reason"), _("Why."), "征地延期", required=True, most=MAX_REASON_LENGTH),
            ref("recorded_by", _("Recorded by"), _("The account name. Empty: whoever loads the file."), "people"),
        ),
    )


TERMS_CHANGES = _terms_changes(
    "terms_changes",
    _("Changes of terms"),
    _("Due dates, lead departments and priority areas that were changed before."),
    _MEASURE,
    Term,
    example="due_on",
    values=_("A day, or a name in addresses. Empty: none."),
)

PROJECT_TERMS_CHANGES = _terms_changes(
    "project_terms_changes",
    _("Changes of projects' terms"),
    _("Total investments and planned days that were changed before."),
    _PROJECT,
    ProjectTerm,
    example="planned_completion_on",
    values=_("A day, or a total as a whole number of 万元 (10,000 yuan). Empty: none."),
)


def _scope_changes(name: str, label: Text, help: Text, subject: Column, kind: str) -> Sheet:
    return Sheet(
        name=name,
        label=label,
        help=help,
        key=(subject.name, "recorded_at", "number"),
        columns=(
            subject,
            moment(
                "recorded_at",
                _("Date recorded"),
                _("When the office entered it: it orders rows of one day. Empty: 16:00 of the effective date."),
            ),
            numbered(_("Only where several rows were recorded at one moment. Empty: 1.")),
            one_of(
                "kind", pgettext_lazy("scope", "Change"), _("What happened."), ScopeKind, example=kind, required=True
            ),
            day("effective_on", _("Effective date"), _("The first day on which it is so."), required=True),
            Column("reason", _("Reason"), _("Why."), "征地延期", required=True, most=MAX_REASON_LENGTH),
            ref("recorded_by", _("Recorded by"), _("The account name. Empty: whoever loads the file."), "people"),
        ),
    )


SCOPE_CHANGES = _scope_changes(
    "scope_changes",
    _("Suspensions and resumptions"),
    _(
        "Measures that were suspended, withdrawn and resumed, each with its day. For a withdrawal alone the column in "
        "the sheet of measures is enough."
    ),
    _MEASURE,
    ScopeKind.SUSPENDED,
)

PROJECT_SCOPE_CHANGES = _scope_changes(
    "project_scope_changes",
    _("Withdrawals of projects"),
    _(
        "Projects that were withdrawn and readmitted, each with its day. For a withdrawal alone the column in the "
        "sheet of projects is enough."
    ),
    _PROJECT,
    ScopeKind.WITHDRAWN,
)
