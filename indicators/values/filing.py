"""Filing values in one go: a whole one with its evidence, as the API does; or those of many indicators, as a workbook
does. All of it, or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import User
from core.period_codes import Period
from indicators.models import Indicator, ValueReport
from indicators.values.history import Series, ValueHistory, load_histories
from indicators.values.services import (
    ValueData,
    check_complete,
    empty_value,
    fill_value,
    lock_indicator,
    open_value,
    save_value,
    submit_value,
)
from regions.models import Region
from reporting.bulk import ReportBatch
from reporting.doubts import NO_ANSWERS, Answers
from reporting.evidence import EvidenceData
from reporting.filing import AlreadyBegun, complete, lock_open
from reporting.services import check_move


@transaction.atomic
def file_value(
    indicator: Indicator,
    region: Region,
    period: Period,
    *,
    by: User,
    values: Mapping[str, Any],
    evidence: Iterable[EvidenceData] | None = None,
    submit: bool = True,
    answers: Answers = NO_ANSWERS,
) -> ValueReport:
    """Makes the report of a value. `values` are fields of ValueData; `answers`: as `submit_value` has them.

    Raises AlreadyBegun, and NotAllowed for what is refused.
    """
    indicator = lock_indicator(indicator.pk)
    if found := open_value(indicator, region, period):
        raise AlreadyBegun(found)
    report = save_value(indicator, region, period, by=by, data=ValueData(**values))
    hand_in = partial(submit_value, by=by, answers=answers)
    return complete(report, by=by, evidence=evidence, submit=hand_in if submit else None)


@transaction.atomic
def rewrite_value(
    report: ValueReport,
    *,
    by: User,
    version: int,
    values: Mapping[str, Any],
    evidence: Iterable[EvidenceData] | None = None,
    submit: bool = False,
    answers: Answers = NO_ANSWERS,
) -> ValueReport:
    """Changes a draft or returned one. What `values` leaves out stays; so does the evidence where it is None.

    Raises DraftChanged where somebody saved it after `version`, and NotAllowed for what is refused.
    """
    lock_open(report, by=by)
    names = [each.name for each in fields(ValueData) if each.name != "corrects"]
    present = ValueData(**{name: getattr(report, name) for name in names}, corrects=report.corrects_id)
    data = replace(present, **values)
    report = save_value(report.indicator, report.region, report.span, by=by, data=data, version=version)
    hand_in = partial(submit_value, by=by, answers=answers)
    return complete(report, by=by, evidence=evidence, submit=hand_in if submit else None)


@dataclass(frozen=True)
class ValueFiling:
    """`indicator`: its id. `version`: of the open report that was written over; None for a new one. `answers`:
    to the doubts about it."""

    indicator: int
    period: Period
    data: ValueData
    version: int | None
    submits: bool
    answers: Answers = field(default_factory=dict)


@transaction.atomic
def file_values(filings: Iterable[ValueFiling], *, by: User, region: Region) -> list[ValueReport]:
    """Saves each value, and submits those that are to be. What `indicators.values.services` refuses of one is refused
    of all. The number of queries does not grow with them."""
    asked = list(filings)
    locked = Indicator.objects.select_for_update().filter(pk__in={each.indicator for each in asked})
    indicators = {each.pk: each for each in locked.order_by("pk")}
    opened = _open_values(indicators, region)
    histories = load_histories(Series(key, region.pk) for key in indicators)
    batch = ReportBatch[ValueReport](by=by)
    for each in asked:
        indicator = indicators[each.indicator]
        report = opened.get((indicator.pk, each.period)) or empty_value(indicator, region, each.period)
        report.indicator, report.region = indicator, region
        _file(report, each, batch, histories[Series(indicator.pk, region.pk)])
    return list(batch.save())


def _open_values(indicators: dict[int, Indicator], region: Region) -> dict[tuple[int, Period], ValueReport]:
    """Returns the open values of the departments that own the indicators, by indicator and period."""
    reports = ValueReport.objects.open().filter(indicator__in=indicators, region=region)
    found = reports.select_related("corrects").prefetch_related("evidence")
    own = (each for each in found if each.department_id == indicators[each.indicator_id].owner_id)
    return {(each.indicator_id, each.span): each for each in own}


def _file(report: ValueReport, filing: ValueFiling, batch: ReportBatch[ValueReport], history: ValueHistory) -> None:
    fill_value(report, filing.data, by=batch.by, version=filing.version)
    batch.add(report, evidence=None)
    if filing.submits:
        move = check_move(report, "submit", "resubmit", by=batch.by)
        check_complete(report, history, answers=filing.answers)
        batch.move(report, move.name)
