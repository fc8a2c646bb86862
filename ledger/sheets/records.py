"""The sheets of what happened to measures and projects. These rows are records: a load adds some, and rewrites none."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.scope import ScopeKind
from ledger.declaration import Column, Kind, Sheet, Text
from ledger.sheets.columns import ModelClass, column_of, counted, numbered, reasons, sourced
from ledger.sheets.reports import MEASURE, MEASURE_NUMBER, PROJECT
from measures.models import ScopeChange, StatusChange, TermsChange
from projects.models import ScopeChange as ProjectScopeChange
from projects.models import TermsChange as ProjectTermsChange

_IN_ORDER = _("When the office entered it: it orders rows of one day. Empty: 16:00 of the effective date.")

STATUS_HISTORY = Sheet(
    name="status_history",
    label=_("Status history"),
    help=_("How the status of each measure changed, corrections included. The first row of a measure is under way."),
    key=("measure", "recorded_at", "number"),
    columns=(
        MEASURE,
        column_of(StatusChange, "recorded_at", _IN_ORDER, required=False),
        numbered(_("Only where several rows of the measure were recorded at one moment. Empty: 1.")),
        column_of(
            StatusChange, "old_status", _("Empty in the first row; else found out where it is empty."), "promoting"
        ),
        column_of(StatusChange, "status", _("From the effective date on."), "in_progress"),
        column_of(StatusChange, "effective_on", _("From which the status holds."), "2023-04-04"),
        Column(
            "supersedes",
            pgettext_lazy("ledger", "Replaces the row recorded at"),
            _("Of a correction: when the wrong row was recorded."),
            kind=Kind.MOMENT,
        ),
        counted(
            "supersedes_number", pgettext_lazy("ledger", "Number of the replaced row"), _("Of that row. Empty: 1.")
        ),
        column_of(StatusChange, "restates", _("It replaces an acceptance that was undone. Empty: no.")),
        Column(
            "report",
            _("Report"),
            _("When the accepted report behind it was submitted. Empty: the load stands for it."),
            "2023-04-07",
            Kind.DAY,
        ),
        counted("report_number", pgettext_lazy("ledger", "Number of the report"), MEASURE_NUMBER.help),
        *reasons(StatusChange, ("工作专班成立", "Task force set up")),
        column_of(StatusChange, "recorded_by", _("The account name.")),
        *sourced(StatusChange),
    ),
)


def changed_by_hand(model: ModelClass, example: str = "征地延期") -> list[Column]:
    """Makes the columns of a change's reason, with an example of one, and of the person who made it."""
    return [
        column_of(model, "reason", _("Why."), example),
        column_of(model, "recorded_by", _("The account name. Empty: whoever loads the file."), required=False),
    ]


def recorded_at(model: ModelClass) -> Column:
    return column_of(model, "recorded_at", _("When the office entered it."), "2023-05-04 09:30")


def _terms_changes(
    model: ModelClass, name: str, label: Text, help: Text, subject: Column, field: str, values: Text
) -> Sheet:
    """`field`: an example of what is changed; `values`: what the old and the new value are."""
    return Sheet(
        name=name,
        label=label,
        help=help,
        key=(subject.name, "recorded_at", "field"),
        columns=(
            subject,
            recorded_at(model),
            column_of(model, "field", _("Which of the terms."), field),
            column_of(model, "old_value", values, "2023-12-31"),
            column_of(model, "new_value", values, "2024-06-30"),
            *changed_by_hand(model),
        ),
    )


TERMS_CHANGES = _terms_changes(
    TermsChange,
    "terms_changes",
    _("Changes of terms"),
    _("Due dates, lead departments and priority areas that were changed before."),
    MEASURE,
    "due_on",
    _("A day, or a name in addresses. Empty: none."),
)

PROJECT_TERMS_CHANGES = _terms_changes(
    ProjectTermsChange,
    "project_terms_changes",
    _("Changes of projects' terms"),
    _("Total investments and planned days that were changed before."),
    PROJECT,
    "planned_completion_on",
    _("A day, or a total as a whole number of 万元 (10,000 yuan). Empty: none."),
)


def _scope_changes(
    model: ModelClass, name: str, label: Text, help: Text, subject: Column, kind: str, *own: Column
) -> Sheet:
    """`kind`: an example of what happened; `own`: columns that the other sheet of this kind does not have."""
    return Sheet(
        name=name,
        label=label,
        help=help,
        key=(subject.name, "recorded_at", "number"),
        columns=(
            subject,
            column_of(model, "recorded_at", _IN_ORDER, required=False),
            numbered(_("Only where several rows were recorded at one moment. Empty: 1.")),
            column_of(model, "kind", _("What happened."), kind),
            column_of(model, "effective_on", _("The first day on which it is so.")),
            *own,
            *changed_by_hand(model),
        ),
    )


SCOPE_CHANGES = _scope_changes(
    ScopeChange,
    "scope_changes",
    _("Suspensions and resumptions"),
    _(
        "Measures that were suspended, withdrawn and resumed, each with its day. For a withdrawal alone the column in "
        "the sheet of measures is enough."
    ),
    MEASURE,
    ScopeKind.SUSPENDED,
    column_of(
        ScopeChange,
        "successors",
        _(
            "Of a measure that is withdrawn: the codes of those that carry it on, with semicolons between them. One: "
            "it was merged into that one. Several: it was split into them."
        ),
    ),
)

PROJECT_SCOPE_CHANGES = _scope_changes(
    ProjectScopeChange,
    "project_scope_changes",
    _("Withdrawals of projects"),
    _(
        "Projects that were withdrawn and readmitted, each with its day. For a withdrawal alone the column in the "
        "sheet of projects is enough."
    ),
    PROJECT,
    ScopeKind.WITHDRAWN,
)
