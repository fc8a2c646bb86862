"""The sheets that are filled in, those of measures, of projects and of values; and one the office takes home."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from indicators.models import ValueProvenance
from indicators.values.forms import ValueForm
from ledger.declaration import Column, Kind, Sheet, Text
from ledger.sheets.columns import ModelClass, column_of
from measures.models import Evidence, Report
from projects.models import AnnualPlan, Project, ProjectMonth
from reporting.models import TEXTS

# Of a value as it is typed: an indicator keeps six in its own unit.
MAX_DECIMALS = 12
# Of a department.
MAX_NAME_LENGTH = 120
_CODE = Column("code", _("Code"), _("Names the row: it stays as it is."), kind=Kind.CODE, required=True, width=10)
_TITLE = Column("title", _("Title"), "", width=28)

_STATE = Column("report_state", _("This month's report"), _("When this file was downloaded."), width=12)
_DONE_HELP = _("Progress this month and measurable results.")
_NEXT = Column("next_step", TEXTS["next_step"], "", most=MAX_TEXT_LENGTH, width=24)
# The first document and the first link of a report.
_EVIDENCE = (
    column_of(
        Evidence,
        "document_number",
        _("Evidence: the number of an issued document. Files are added on the page of the report."),
        width=18,
    ),
    column_of(
        Evidence, "url", _("Evidence: an address that begins with http:// or https://."), label=_("Link"), width=20
    ),
)

# What the site says of each measure: read by the person, and not read back.
MEASURE_SHOWN = (
    _TITLE,
    Column("section", _("Priority area"), "", width=16),
    Column("due_on", _("Due date"), "", width=12),
    Column("status_now", _("Status now"), _("When this file was downloaded."), width=11),
    Column("last_text", _("Last report"), _("What was done, by the last accepted report."), width=28),
    Column("open_problems", _("Open problems"), _("When this file was downloaded."), width=24),
    _STATE,
)
# What a person fills in, under the names of the services.
MEASURE_FILLED = (
    column_of(Report, "status", _("Empty: the status stays. “Completed” needs evidence."), required=False),
    column_of(Report, "effective_on", _("Fill in only if the status changes; if blank, the date of submission.")),
    Column(
        "what_was_done",
        TEXTS["what_was_done"],
        _("Progress this month and measurable results. A row that stays empty is left alone."),
        most=MAX_TEXT_LENGTH,
    ),
    Column(
        "problem",
        TEXTS["problem"],
        _("Needed where a status is reversed, or where nothing has changed on an overdue measure."),
        most=MAX_TEXT_LENGTH,
        width=24,
    ),
    column_of(
        Report,
        "problem_choice",
        _(
            "Empty: the text is about the problem that is open, and about a new one where none is. “Still the same” "
            "means the oldest that is open. A new one comes on the list of problems."
        ),
    ),
    _NEXT,
    *_EVIDENCE,
)
MEASURES = Sheet(
    "month",
    _("Reports of the month"),
    _("One row for each measure. Fill in the white cells; the grey ones are not read."),
    ("code",),
    (_CODE, *MEASURE_SHOWN, *MEASURE_FILLED),
)


def _money(model: ModelClass, field_name: str, name: str = "", label: Text = "", help: Text = "") -> Column:
    return column_of(
        model, field_name, help, name=name, label=label, kind=Kind.MONEY, required=False, in_wan=True, width=14
    )


def _progress(help: Text, name: str = "", label: Text = "") -> Column:
    return column_of(ProjectMonth, "progress", help, name=name, label=label, kind=Kind.PERCENT, width=10)


PROJECT_SHOWN = (
    Column("title", _("Project"), "", width=28),
    Column("category", _("Category"), "", width=12),
    _money(Project, "investment_wan", "total"),
    _money(AnnualPlan, "planned_wan", "planned"),
    Column("stage_now", _("Stage now"), _("When this file was downloaded."), width=12),
    _money(
        ProjectMonth,
        "invested_wan",
        "last_invested",
        _("Last accepted investment"),
        _("Since 1 January, by the last accepted month."),
    ),
    _progress(_("By the last accepted month."), "last_progress", _("Last accepted progress")),
    _STATE,
    Column("note", _("Note of the reviewer"), _("Why it was returned."), width=24),
)
PROJECT_FILLED = (
    _money(
        ProjectMonth,
        "invested_wan",
        help=_("To the end of the month. A row in which nothing is changed is left alone."),
    ),
    _progress(_("Of the building, in per cent.")),
    column_of(ProjectMonth, "stage", _("At the end of the month. Empty: it stays."), required=False),
    *(
        column_of(ProjectMonth, name, _("Each stage that is reached needs its day; the others stay empty."), "")
        for name in ("started_on", "completed_on", "in_production_on")
    ),
    column_of(
        ProjectMonth,
        "stage_reason",
        _("Only where it is suspended now, or goes on after a suspension."),
        most=MAX_REASON_LENGTH,
        width=24,
    ),
    Column("what_was_done", TEXTS["what_was_done"], _DONE_HELP, most=MAX_TEXT_LENGTH),
    Column("problem", _("What stands in the way"), "", most=MAX_TEXT_LENGTH, width=24),
    Column(
        "problem_owner",
        _("Who can solve it"),
        _("Of a new problem, where the project has no lead department: the name of the department."),
        most=MAX_NAME_LENGTH,
        width=14,
    ),
    _NEXT,
    *_EVIDENCE,
)
PROJECTS = Sheet(
    "project_month",
    _("Projects of the month"),
    _("One row for each project. Fill in the white cells; the grey ones are not read."),
    ("code",),
    (_CODE, *PROJECT_SHOWN, *PROJECT_FILLED),
)


def _of_form(name: str, help: Text = "", **more: Any) -> Column:
    """Makes a column that looks as the field of that name does in the form of a value."""
    of_form: Any = ValueForm.base_fields[name]
    return Column(name, of_form.label, help or of_form.help_text, **more)


def _written(name: str, *, width: int) -> Column:
    of_form: Any = ValueForm.base_fields[name]
    return _of_form(name, most=of_form.max_length, width=width)


VALUE_KEY = (
    Column(
        "code",
        _("Code"),
        _("Names the row with its period: they stay as they are."),
        kind=Kind.CODE,
        required=True,
        width=20,
    ),
    Column("period", _("Period"), "", kind=Kind.CODE, required=True, width=10),
)
VALUE_SHOWN = (
    Column("name", _("Indicator"), "", width=28),
    Column("period_words", _("Period in words"), "", width=16),
    Column("unit", _("Unit"), _("The value is written in this unit."), width=14),
    Column("due_on", pgettext_lazy("values", "Due date"), "", width=12),
    Column("last_value", _("Last known value"), _("In the same unit, and of which period it is."), width=20),
    Column("report_state", _("State"), _("When this file was downloaded."), width=12),
    Column("decision_note", _("Note of the reviewer"), _("Why it was returned."), width=24),
)
VALUE_FILLED = (
    _of_form(
        "value",
        _("In the unit of the row. A row in which nothing is changed is left alone."),
        kind=Kind.NUMBER,
        decimals=MAX_DECIMALS,
        width=14,
        unit_in="unit",
    ),
    _of_form("released_on", kind=Kind.DAY, example="2023-07-20"),
    _of_form(
        "value_provenance", _("Empty: it stays."), kind=Kind.CHOICE, choices=tuple(ValueProvenance.choices), width=24
    ),
    _written("source", width=30),
    _of_form("verified", _("No: overview and gaps do not use it."), kind=Kind.YES_NO, width=12),
    _written("note", width=24),
)
VALUES = Sheet(
    "indicator_values",
    _("Values of indicators"),
    _("One row for each value that is due. Fill in the white cells; the grey ones are not read."),
    ("code", "period"),
    (*VALUE_KEY, *VALUE_SHOWN, *VALUE_FILLED),
)

OFFICE_MONTH = Sheet(
    "office_month",
    _("Reports of the month"),
    _("One row for each report, and one for each that is outstanding."),
    ("code",),
    (
        Column("department", _("Department"), "", width=16),
        Column("code", _("Code"), "", kind=Kind.CODE, width=10),
        _TITLE,
        Column("state", _("State"), "", width=12),
        Column("status_before", _("Status before this report"), "", width=12),
        Column("status", _("Status after this report"), "", width=12),
        column_of(Report, "effective_on", "", ""),
        Column("what_was_done", TEXTS["what_was_done"], ""),
        Column("problem", TEXTS["problem"], "", width=24),
        Column("problem_choice", _("State of problems"), "", width=12),
        Column("next_step", TEXTS["next_step"], "", width=24),
        Column("evidence", _("Evidence"), _("Document numbers, links, and names of files."), width=24),
        column_of(Report, "submitted_on", "", ""),
        Column("submitted_by", _("Submitted by"), "", width=12),
        column_of(Report, "decided_on", "", ""),
        Column("decided_by", _("Decided by"), "", width=12),
        Column("decision_note", _("Note of the reviewer"), "", width=24),
    ),
)
