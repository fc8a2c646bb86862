"""The sheets of plans and investment of projects by year and by month, and of places that are not ranked by it."""

from django.utils.translation import gettext_lazy as _

from core.bounds import MAX_INVESTMENT_WAN
from core.texts import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from ledger.declaration import Column, Kind, Sheet
from ledger.sheets.columns import (
    Text,
    about_problem,
    day,
    in_both,
    numbered,
    one_of,
    part,
    reasons,
    ref,
    remove,
    sourced,
    titles,
)
from ledger.sheets.records import moment
from projects.models import Stage
from projects.models.months import MAX_PROGRESS
from reporting.models import ProblemChoice
from reporting.workflow import ReportState

_PROJECT = ref("project", _("Project"), _("Its code."), "projects", example="P0001", required=True)
_YEAR = Column("year", _("Year"), _("The calendar year."), "2026", Kind.WHOLE, required=True, least=1990, most=2100)
_PERIOD = Column(
    "period", _("Reporting period"), _("The month that it reports on."), "2023-04", Kind.MONTH, required=True
)
_SEVERAL_A_DAY = _("Only where several reports of the project for the month were submitted on that day. Empty: 1.")


# What was returned is written anew, and may be incomplete meanwhile.
_WHERE_RETURNED = ("state", ReportState.RETURNED.value)


def _money(
    name: str, label: Text, help: Text, example: str, *, optional_where: tuple[str, str] | None = None
) -> Column:
    return Column(
        name,
        label,
        help,
        example,
        Kind.MONEY,
        required=True,
        least=0,
        most=MAX_INVESTMENT_WAN,
        optional_where=optional_where,
    )


ANNUAL_PLANS = Sheet(
    name="annual_plans",
    label=_("Annual plans"),
    help=_("How much of a project is to be invested in a year. Another amount for a year that has one needs a person."),
    key=("project", "year"),
    columns=(
        _PROJECT,
        _YEAR,
        _money("planned", _("Annual plan"), _("In 亿元 (100 million yuan), with up to 4 decimals."), "2.5"),
    ),
)

ANNUAL_PLAN_CHANGES = Sheet(
    name="annual_plan_changes",
    label=_("Changes of annual plans"),
    help=_("Annual plans that were changed before."),
    key=("project", "year", "recorded_at"),
    columns=(
        _PROJECT,
        _YEAR,
        Column(
            "recorded_at",
            _("Date recorded"),
            _("When the office entered it."),
            "2023-05-04 09:30",
            Kind.MOMENT,
            required=True,
        ),
        Column("old_value", _("Previous value"), _("As a whole number of 万元 (10,000 yuan)."), "20000", most=50),
        Column("new_value", _("New value"), _("As a whole number of 万元 (10,000 yuan)."), "25000", most=50),
        Column("reason", _("Reason"), _("Why."), "工期提前", required=True, most=MAX_REASON_LENGTH),
        ref("recorded_by", _("Recorded by"), _("The account name. Empty: whoever loads the file."), "people"),
    ),
)

RANK_EXEMPTIONS = Sheet(
    name="rank_exemptions",
    label=_("Excused from the ranking"),
    help=_("Cities or districts that have no rank from a day to another. Totals go on counting them."),
    key=("city", "starts_on"),
    columns=(
        part(_("That is not ranked."), example="371000", required=True),
        day("starts_on", _("First day"), _("Without a rank."), "2023-08-01", required=True),
        day("ends_on", _("Last day"), _("Without a rank. Empty: until further notice."), "2023-12-31"),
        *reasons(MAX_REASON_LENGTH, MAX_REASON_LENGTH, ("受灾停工", "Stopped after a flood")),
        moment("recorded_at", _("Date recorded"), _("Together with the person; empty where it is not known.")),
        ref("recorded_by", _("Recorded by"), _("The account name. Empty: nobody is known."), "people"),
        remove(),
    ),
)

PROJECT_MONTHS = Sheet(
    name="project_months",
    label=_("Months of projects"),
    help=_("What was reported of a project for a month. Not in it: drafts, which only their authors read."),
    key=("project", "period", "submitted_on", "number"),
    columns=(
        _PROJECT,
        _PERIOD,
        day("submitted_on", _("Date submitted"), _("The day of the last submission."), "2023-04-28", required=True),
        numbered(_SEVERAL_A_DAY),
        one_of("stage", _("Stage"), _("At the end of the month."), Stage, example="under_construction", required=True),
        day("started_on", _("Started on"), _("Of each stage from the start of building on."), "2022-10-12"),
        day("completed_on", _("Completed on"), _("Of a completed project, and of one in production.")),
        day("in_production_on", _("In production since"), _("Of a project in production.")),
        Column(
            "stage_reason",
            _("Why it was suspended or resumed"),
            _("Of a project that is suspended, or goes on again."),
            most=MAX_REASON_LENGTH,
        ),
        _money(
            "invested_since_january",
            _("Invested since 1 January"),
            _("In 亿元 (100 million yuan), with up to 4 decimals: to the end of the month."),
            "0.85",
            optional_where=_WHERE_RETURNED,
        ),
        Column(
            "progress",
            _("Physical progress"),
            _("Of the building, in per cent."),
            "40",
            Kind.PERCENT,
            required=True,
            least=0,
            most=MAX_PROGRESS,
            optional_where=_WHERE_RETURNED,
        ),
        *in_both(
            "what_was_done",
            MAX_TEXT_LENGTH,
            MAX_TEXT_LENGTH,
            (_("What was done (Chinese)"), _("What was done (English)")),
            _("One of the two languages is enough."),
            ("主体结构封顶。", "The structure is topped out."),
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
        about_problem(_("The problem of the project that the text is about. Empty: none.")),
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
        day("decided_on", _("Date decided"), _("Of accepted and returned reports."), "2023-05-08"),
        moment("decided_at", _("Decided at"), _("Together with the person; empty where only the day is known.")),
        ref("decided_by", _("Decided by"), _("The account name."), "people"),
        Column("decision_note", _("Note of the reviewer"), _("Why it was returned."), most=MAX_REASON_LENGTH),
        *sourced(),
    ),
)

PROJECT_MONTH_EVIDENCE = Sheet(
    name="project_month_evidence",
    label=_("Evidence of projects' months"),
    help=_("Numbers of documents and links that show that a report is true. Not in it: files; a backup has them."),
    key=("project", "period", "submitted_on", "number", "document_number", "url"),
    columns=(
        _PROJECT,
        _PERIOD,
        day("submitted_on", _("Date submitted"), _("Of its report."), "2023-04-28", required=True),
        numbered(_SEVERAL_A_DAY),
        Column("document_number", _("Document number"), _("Of an issued document."), "监字〔2026〕1号", most=80),
        Column(
            "url", _("Address"), _("Of a page; instead of the number or beside it."), "https://example.org/1", most=500
        ),
        *titles(200, 300, ("监理月报", "Monthly report of the supervisor")),
    ),
)
