"""The sheets that are filled in, those of measures, of projects and of values; and one the office takes home."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.bounds import MAX_INVESTMENT_WAN
from core.statuses import MeasureStatus
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from indicators.models import ValueProvenance
from indicators.value_forms import ValueForm
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import day, one_of
from projects.models import Stage
from projects.models.months import MAX_PROGRESS
from reporting.evidence import MAX_NUMBER_LENGTH, MAX_URL_LENGTH
from reporting.models import TEXTS, ProblemChoice

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
    Column(
        "document_number",
        _("Document number"),
        _("Evidence: the number of an issued document. Files are added on the page of the report."),
        most=MAX_NUMBER_LENGTH,
        width=18,
    ),
    Column(
        "url",
        _("Link"),
        _("Evidence: an address that begins with http:// or https://."),
        most=MAX_URL_LENGTH,
        width=20,
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
    one_of(
        "status",
        _("Status after this report"),
        _("Empty: the status stays. “Completed” needs evidence."),
        MeasureStatus,
    ),
    day(
        "effective_on",
        _("Effective date"),
        _("Fill in only if the status changes; if blank, the date of submission."),
    ),
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
    one_of(
        "problem_choice",
        _("State of problems"),
        _(
            "Empty: the text is about the problem that is open, and about a new one where none is. “Still the same” "
            "means the oldest that is open. A new one comes on the list of problems."
        ),
        ProblemChoice,
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


def _money(name: str, label: str | Promise, help: str | Promise = "") -> Column:
    return Column(name, label, help, kind=Kind.MONEY, least=0, most=MAX_INVESTMENT_WAN, in_wan=True, width=14)


def _progress(name: str, label: str | Promise, help: str | Promise) -> Column:
    return Column(name, label, help, kind=Kind.PERCENT, least=0, most=MAX_PROGRESS, width=10)


PROJECT_SHOWN = (
    Column("title", _("Project"), "", width=28),
    Column("category", _("Category"), "", width=12),
    _money("total", _("Total investment")),
    _money("planned", _("Annual plan")),
    Column("stage_now", _("Stage now"), _("When this file was downloaded."), width=12),
    _money("last_invested", _("Last accepted investment"), _("Since 1 January, by the last accepted month.")),
    _progress("last_progress", _("Last accepted progress"), _("By the last accepted month.")),
    _STATE,
    Column("note", _("Note of the reviewer"), _("Why it was returned."), width=24),
)
PROJECT_FILLED = (
    _money(
        "invested_wan",
        _("Invested since 1 January"),
        _("To the end of the month. A row in which nothing is changed is left alone."),
    ),
    _progress("progress", _("Physical progress"), _("Of the building, in per cent.")),
    one_of("stage", _("Stage"), _("At the end of the month. Empty: it stays."), Stage),
    *(
        day(name, label, _("Each stage that is reached needs its day; the others stay empty."), "")
        for name, label in (
            ("started_on", _("Started on")),
            ("completed_on", _("Completed on")),
            ("in_production_on", _("In production since")),
        )
    ),
    Column(
        "stage_reason",
        _("Why it was suspended or resumed"),
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


def _of_form(name: str, help: str | Promise = "", **more: Any) -> Column:
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
    _of_form("value_provenance", _("Empty: it stays."), kind=Kind.CHOICE, choices=ValueProvenance, width=24),
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
        day("effective_on", _("Effective date"), "", ""),
        Column("what_was_done", TEXTS["what_was_done"], ""),
        Column("problem", TEXTS["problem"], "", width=24),
        Column("problem_choice", _("State of problems"), "", width=12),
        Column("next_step", TEXTS["next_step"], "", width=24),
        Column("evidence", _("Evidence"), _("Document numbers, links, and names of files."), width=24),
        day("submitted_on", _("Date submitted"), "", ""),
        Column("submitted_by", _("Submitted by"), "", width=12),
        day("decided_on", _("Date decided"), "", ""),
        Column("decided_by", _("Decided by"), "", width=12),
        Column("decision_note", _("Note of the reviewer"), "", width=24),
    ),
)
