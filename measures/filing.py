"""A whole report in one go: its texts, its evidence and its submission, or nothing of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import User
from core.clock import today
from core.exceptions import NotAllowed
from core.periods import month_of
from core.texts import written_text
from measures.models import Measure, Report
from measures.reports import ReportData, open_report, save_draft, submit_report
from measures.rules import NO_CHANGE
from measures.services import current_change, lock_measure
from reporting.doubts import NO_ANSWERS, Answers
from reporting.evidence import EvidenceData
from reporting.filing import AlreadyBegun, complete, lock_open
from reporting.models import TEXTS
from reporting.services import Outcome, do_each
from reporting.workflow import REVIEWED_ALREADY


@transaction.atomic
def file_report(
    measure: Measure,
    *,
    by: User,
    period: date | None = None,
    values: Mapping[str, Any],
    evidence: Iterable[EvidenceData] | None = None,
    submit: bool = True,
    confirms_no_problem: bool = False,
    answers: Answers = NO_ANSWERS,
) -> Report:
    """Make the month's report, submitted unless `submit` is False. `values` are fields of ReportData; without
    `against_status` among them, the report starts from the current status.

    Raises AlreadyBegun, and NotAllowed for what is refused.
    """
    measure = lock_measure(measure.pk)
    month = month_of(period or today())
    if found := open_report(measure, month):
        raise AlreadyBegun(found)
    data = ReportData(**{"against_status": current_change(measure).status, **values})
    report = save_draft(measure, by=by, data=data, period=month)
    hand_in = partial(submit_report, by=by, confirms_no_problem=confirms_no_problem, answers=answers)
    return complete(report, by=by, evidence=evidence, submit=hand_in if submit else None)


def report_no_change(
    measures: Iterable[Measure], *, by: User, period: date | None = None, answers: Answers = NO_ANSWERS
) -> list[Outcome[Measure]]:
    """Files "no change this month" for each measure; each succeeds or fails by itself."""
    month = month_of(period or today())

    @transaction.atomic
    def file(measure: Measure) -> None:
        measure = lock_measure(measure.pk)
        # An old page still offers it for a month that has been accepted meanwhile.
        if measure.reports.accepted().filter(period=month).exists():
            raise NotAllowed(str(REVIEWED_ALREADY))
        values = {"status": current_change(measure).status, "what_was_done": NO_CHANGE}
        file_report(measure, by=by, period=month, values=values, answers=answers)

    return do_each(measures, file)


@transaction.atomic
def rewrite_report(
    report: Report,
    *,
    by: User,
    version: int,
    values: Mapping[str, Any],
    evidence: Iterable[EvidenceData] | None = None,
    submit: bool = False,
    confirms_no_problem: bool = False,
    answers: Answers = NO_ANSWERS,
) -> Report:
    """Changes a draft or returned report. What `values` leaves out stays; so does the evidence where it is None.

    Raises DraftChanged where somebody saved it after `version`, and NotAllowed for what is refused.
    """
    lock_open(report, by=by)
    present = ReportData(
        status=report.status,
        against_status=report.against_status,
        effective_on=report.effective_on,
        problem_choice=report.problem_choice,
        about_problem=report.about_problem,
        **{name: written_text(report, name) for name in TEXTS},
    )
    data = replace(present, **values)
    report = save_draft(report.measure, by=by, data=data, period=report.period, version=version)
    hand_in = partial(submit_report, by=by, confirms_no_problem=confirms_no_problem, answers=answers)
    return complete(report, by=by, evidence=evidence, submit=hand_in if submit else None)
