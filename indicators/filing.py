"""A whole value in one go: what it says, its evidence and its submission, or nothing of it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any

from django.db import transaction

from accounts.models import User
from core.period_codes import Period
from indicators.models import Indicator, ValueReport
from indicators.values import ValueData, lock_indicator, open_value, save_value, submit_value
from regions.models import Region
from reporting.evidence import EvidenceData
from reporting.filing import AlreadyBegun, complete, lock_open


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
    confirmed: Collection[str] = (),
) -> ValueReport:
    """Makes the report of a value. `values` are fields of ValueData; `confirmed`: as `submit_value` has it.

    Raises AlreadyBegun, and NotAllowed for what is refused.
    """
    indicator = lock_indicator(indicator.pk)
    if found := open_value(indicator, region, period):
        raise AlreadyBegun(found)
    report = save_value(indicator, region, period, by=by, data=ValueData(**values))
    hand_in = partial(submit_value, by=by, confirmed=confirmed)
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
    confirmed: Collection[str] = (),
) -> ValueReport:
    """Changes a draft or returned one. What `values` leaves out stays; so does the evidence where it is None.

    Raises DraftChanged where somebody saved it after `version`, and NotAllowed for what is refused.
    """
    lock_open(report, by=by)
    names = [each.name for each in fields(ValueData) if each.name != "corrects"]
    present = ValueData(**{name: getattr(report, name) for name in names}, corrects=report.corrects_id)
    data = replace(present, **values)
    report = save_value(report.indicator, report.region, report.span, by=by, data=data, version=version)
    hand_in = partial(submit_value, by=by, confirmed=confirmed)
    return complete(report, by=by, evidence=evidence, submit=hand_in if submit else None)
