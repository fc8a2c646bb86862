"""The checks of reports, their evidence and annual plans: they must be as the services would have made them."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.periods import month_end, month_of
from ledger.bindings import EVIDENCE_OF
from ledger.checks.problems import no_problem
from ledger.merging import Item, Merged
from projects.models import ProjectMonth
from projects.models.months import STAGE_DAYS
from projects.months.rules import why_no_days
from reporting.workflow import OPEN_STATES, ReportState

NO_REPORT: Mapping[str, str | Promise] = {
    "reports": gettext_lazy("No report of the measure was submitted on that day."),
    "project_months": gettext_lazy("No report of the project for that month was submitted on that day."),
}
DECIDED = (ReportState.ACCEPTED, ReportState.RETURNED)


# The columns of the month that has one open report at most, by the sheet of the reports.
ONE_OPEN = {"reports": ("measure", "period", "department"), "project_months": ("project", "period")}


def check_reports(merged: Merged) -> None:
    for sheet, columns in ONE_OPEN.items():
        _check_reports_of(merged, sheet, columns)
        for item in merged.touched(sheet):
            _check_about(merged, item)
    for item in merged.touched("project_months"):
        _check_month(merged, item)


def _check_reports_of(merged: Merged, sheet: str, columns: tuple[str, ...]) -> None:
    waiting: dict[tuple[Any, ...], Item] = {}
    # What the site has comes first: the file's row is at fault.
    for item in sorted(merged.items[sheet].values(), key=lambda item: item.is_touched):
        if item.is_touched:
            _check_report(merged, item)
        if item["state"] not in OPEN_STATES:
            continue
        month = tuple(item[column] for column in columns)
        if month in waiting and item.is_touched:
            merged.add_problem(item, "state", _("The month has an open report already."))
        waiting.setdefault(month, item)


def _check_report(merged: Merged, item: Item) -> None:
    if item["state"] == ReportState.DRAFT:
        merged.add_problem(item, "state", _("A report that is loaded was submitted: no draft."))
        return
    if (item["state"] in DECIDED) != (item["decided_on"] is not None):
        merged.add_problem(item, "decided_on", _("A decided report has its day, and no other has one."))
    if item["decided_on"] is not None and item["decided_on"] < item["submitted_on"]:
        merged.add_problem(item, "decided_on", _("The report is decided before it was submitted."))
    if item["period"] is not None and item["submitted_on"] < item["period"]:
        merged.add_problem(item, "submitted_on", _("The report is submitted before its month begins."))
    for at, by in (("submitted_at", "submitted_by"), ("decided_at", "decided_by")):
        if (item[at] is None) != (item[by] is None):
            merged.add_problem(item, by, _("A moment and a person belong together."))


def _check_month(merged: Merged, item: Item) -> None:
    """Checks the rules of a month for the row alone, and for its project."""
    if item["stage"] is None or item["period"] is None:
        return
    project = merged.items["projects"].get((item["project"],))
    if project is not None and project["listed_on"] and item["period"] < month_of(project["listed_on"]):
        merged.add_problem(item, "period", _("The project was not yet listed in this month."))
    if item["state"] == ReportState.RETURNED:
        # It is written anew, and may be incomplete meanwhile.
        return
    month = ProjectMonth(stage=item["stage"], **{name: item[name] for name in STAGE_DAYS})
    for refusal in why_no_days(month, last=min(item["submitted_on"], month_end(item["period"]))):
        merged.add_problem(item, refusal.field or "stage", str(refusal))


def _check_about(merged: Merged, item: Item) -> None:
    if item.about is not None and item.about not in merged.items["problems"]:
        merged.add_problem(item, "about_problem", no_problem(item, item["about_problem"]))


def check_evidence(merged: Merged) -> None:
    for sheet, reports in EVIDENCE_OF.items():
        for item in merged.touched(sheet):
            if item["document_number"] is None and item["url"] is None:
                merged.add_problem(item, "document_number", _("A document needs its number, or its address."))
            if item.key[:-2] not in merged.items[reports]:
                merged.add_problem(item, "submitted_on", str(NO_REPORT[reports]))


def check_annual_plans(merged: Merged) -> None:
    for item in merged.touched("annual_plan_changes"):
        if item.key[:2] not in merged.items["annual_plans"]:
            merged.add_problem(item, "year", _("The project has no annual plan of that year."))
