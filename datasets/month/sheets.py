"""The sheets of a month: the one that a department fills in, and the one that the office takes home."""

from django.utils.translation import gettext_lazy as _

from core.statuses import MeasureStatus
from core.texts import MAX_TEXT_LENGTH
from datasets.ledger.declaration import Column, Kind, Sheet
from datasets.ledger.sheets.columns import day, one_of
from reporting.evidence import MAX_NUMBER_LENGTH, MAX_URL_LENGTH
from reporting.models import TEXTS, ProblemChoice

_CODE = Column("code", _("Code"), _("Names the row: it stays as it is."), kind=Kind.CODE, required=True, width=10)
_TITLE = Column("title", _("Title"), "", width=28)

# What the site says of each measure: read by the person, and not read back.
SHOWN = (
    _TITLE,
    Column("section", _("Priority area"), "", width=16),
    Column("due_on", _("Due date"), "", width=12),
    Column("status_now", _("Status now"), _("When this file was downloaded."), width=11),
    Column("last_text", _("Last report"), _("What was done, by the last accepted report."), width=28),
    Column("open_problems", _("Open problems"), _("When this file was downloaded."), width=24),
    Column("report_state", _("This month's report"), _("When this file was downloaded."), width=12),
)
# What a person fills in, under the names of the services.
FILLED = (
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
    Column("next_step", TEXTS["next_step"], "", most=MAX_TEXT_LENGTH, width=24),
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
MONTH = Sheet(
    "month",
    _("Reports of the month"),
    _("One row for each measure. Fill in the white cells; the grey ones are not read."),
    ("code",),
    (_CODE, *SHOWN, *FILLED),
)
LOCKED = {MONTH.name: {column.name for column in (_CODE, *SHOWN)}}

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
