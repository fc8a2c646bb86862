"""What reports and their evidence must be, as the life of a report would have made them."""

from typing import Any

from django.utils.translation import gettext as _

from datasets.ledger.merging import Item, Merged
from reporting.workflow import OPEN_STATES, ReportState

DECIDED = (ReportState.ACCEPTED, ReportState.RETURNED)


def check_reports(merged: Merged) -> None:
    waiting: dict[tuple[Any, ...], Item] = {}
    # What the site has comes first: the file's row is at fault.
    for item in sorted(merged.items["reports"].values(), key=lambda item: item.is_touched):
        if item.is_touched:
            _check_report(merged, item)
        if item["state"] not in OPEN_STATES:
            continue
        month = (item["measure"], item["period"], item["department"])
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
    _check_about(merged, item)
    for at, by in (("submitted_at", "submitted_by"), ("decided_at", "decided_by")):
        if (item[at] is None) != (item[by] is None):
            merged.add_problem(item, by, _("A moment and a person belong together."))


def _check_about(merged: Merged, item: Item) -> None:
    about = item["about_problem"]
    if about is not None and (item["measure"], None, about) not in merged.items["problems"]:
        words = {"number": about}
        merged.add_problem(item, "about_problem", _("The measure has no problem of the number %(number)s.") % words)


def check_evidence(merged: Merged) -> None:
    for item in merged.touched("evidence"):
        if item["document_number"] is None and item["url"] is None:
            merged.add_problem(item, "document_number", _("A document needs its number, or its address."))
        if item.key[:3] not in merged.items["reports"]:
            merged.add_problem(item, "submitted_on", _("No report of the measure was submitted on that day."))
