"""A whole report in one go, as a program sends it: its texts, its evidence and its submission, or nothing of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.exceptions import NotAllowed
from measures.models import Measure, Report
from measures.reports import (
    TEXTS,
    ReportData,
    attach_document,
    attach_link,
    open_report,
    remove_evidence,
    save_draft,
    submit_report,
)
from measures.services import current_change, lock_measure
from reporting.workflow import OPEN_STATES

# A document has a `document_number`, a link a `url`; both may have a `title`.
EvidenceData = Mapping[str, str]


class AlreadyBegun(NotAllowed):
    """The month has an open report; `theirs` is it."""

    def __init__(self, theirs: Report) -> None:
        super().__init__(_("There is an open report for this month already."), field="period")
        self.theirs = theirs


@transaction.atomic
def begin_report(
    measure: Measure,
    *,
    by: User,
    period: date,
    values: Mapping[str, Any],
    evidence: Iterable[EvidenceData] = (),
    submit: bool = False,
) -> Report:
    """The month's report, made. `values` are fields of ReportData; it is against the current status unless they say.

    Raises AlreadyBegun, and NotAllowed for what is refused.
    """
    measure = lock_measure(measure.pk)
    if found := open_report(measure, period):
        raise AlreadyBegun(found)
    current = current_change(measure).status
    data = ReportData(**{"against_status": current, **values})
    report = save_draft(measure, by=by, data=data, period=period)
    return _finish(report, by=by, evidence=evidence, submit=submit)


@transaction.atomic
def rewrite_report(
    report: Report,
    *,
    by: User,
    version: int,
    values: Mapping[str, Any],
    evidence: Iterable[EvidenceData] | None = None,
    submit: bool = False,
) -> Report:
    """A draft or returned report, changed. What `values` leaves out stays; so does the evidence where it is None.

    Raises DraftChanged where somebody saved it after `version`, and NotAllowed for what is refused.
    """
    measure = lock_measure(report.measure_id)
    report.refresh_from_db()
    if report.state not in OPEN_STATES:
        raise NotAllowed(_("This report has already been reviewed"))
    now = ReportData(
        status=report.status,
        against_status=report.against_status,
        effective_on=report.effective_on,
        **{name: getattr(report, f"{name}_zh") for name in TEXTS},
    )
    report = save_draft(measure, by=by, data=replace(now, **values), period=report.period, version=version)
    return _finish(report, by=by, evidence=evidence, submit=submit)


def _finish(report: Report, *, by: User, evidence: Iterable[EvidenceData] | None, submit: bool) -> Report:
    if evidence is not None:
        _settle_evidence(report, by=by, wanted=evidence)
    return submit_report(report, by=by) if submit else report


def _settle_evidence(report: Report, *, by: User, wanted: Iterable[EvidenceData]) -> None:
    """Makes the documents and links those wanted; files stay, and so does what is there already."""
    named = [(each.get("document_number", ""), each.get("url", ""), each.get("title", "")) for each in wanted]
    asked = list(dict.fromkeys(named))
    had = {(each.document_number, each.url, each.title_zh): each for each in report.evidence.filter(file="")}
    for key, each in had.items():
        if key not in asked:
            remove_evidence(each, by=by)
    for number, url, title in asked:
        if (number, url, title) in had:
            continue
        if url:
            attach_link(report, by=by, url=url, title=title)
        else:
            attach_document(report, by=by, number=number, title=title)
