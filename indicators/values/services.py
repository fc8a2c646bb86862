"""The values of indicators: what the departments that own these and the reviewing office do with them.

Each service is all or nothing and says who. What is refused raises NotAllowed with a sentence for the person; what is
only unlikely is asked about. What filings of anything have in common is in `reporting.services`.
"""

from copy import copy
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.bounds import FIRST_OBSERVED_DAY, check_columns, is_within
from core.clock import today
from core.exceptions import NotAllowed
from core.period_codes import Period
from core.periods import is_period
from core.provenance import Provenance
from core.published import MAX_SOURCE_LENGTH
from core.texts import MAX_REASON_LENGTH, clean_text
from indicators.models import MAX_SCOPE_LENGTH, STATED, Indicator, Observation, Purpose, ValueReport
from indicators.services import add_observation, check_not_corrected, correct_observation, revise_observation
from indicators.values.history import ValueHistory, load_history
from indicators.values.rules import doubts_about, is_revision, observation_of, why_incomplete
from regions.models import Region
from reporting.doubts import NO_ANSWERS, Answers, Doubt, answered
from reporting.plausibility import limits
from reporting.services import apply_move, begin_decision, check_filer, check_move, fill_draft, lock_report

TEXTS = {
    "source": MAX_SOURCE_LENGTH,
    "basis": 300,
    "scope": MAX_SCOPE_LENGTH,
    "note": 300,
    "reason": MAX_REASON_LENGTH,
}


@dataclass(frozen=True)
class ValueData:
    """The data of a value that a person filled in. `value` is in the indicator's `unit`; `corrects`: the id of a wrong
    observation of the same indicator, region and period."""

    value: Decimal | None = None
    in_chinese_unit: bool = False
    exact: bool = True
    verified: bool | None = None
    released_on: date | None = None
    release_basis: str = STATED
    value_provenance: str = Provenance.REPORTED.value
    source: str = ""
    basis: str = ""
    scope: str = ""
    note: str = ""
    purpose: str = ""
    corrects: int | None = None
    reason: str = ""


def lock_indicator(pk: int) -> Indicator:
    return Indicator.objects.select_for_update().get(pk=pk)


def open_value(indicator: Indicator, region: Region, period: Period) -> ValueReport | None:
    """The one that is a draft, submitted or returned, of the department that owns the indicator."""
    return open_values(indicator, region).filter(**_of_period(period)).select_related("corrects").first()


def open_values(indicator: Indicator, region: Region) -> QuerySet[ValueReport]:
    """The same of all periods."""
    return indicator.value_reports.open().filter(region=region, department=indicator.owner_id)


def _of_period(period: Period) -> dict[str, Any]:
    return {"period_kind": period.kind, "period_start": period.start, "period_end": period.end}


@transaction.atomic
def save_value(
    indicator: Indicator, region: Region, period: Period, *, by: User, data: ValueData, version: int | None = None
) -> ValueReport:
    """Makes the draft of a value, or saves what was typed into it; it need not be complete.

    `version` is that of the draft that was being edited; None for a new one. Raises DraftChanged when another one
    stands in the database, and NotAllowed when it is no longer the person's to edit.
    """
    indicator = lock_indicator(indicator.pk)
    report = open_value(indicator, region, period) or empty_value(indicator, region, period)
    report.indicator = indicator
    if fill_value(report, data, by=by, version=version):
        report.save()
    return report


def check_period(period: Period) -> None:
    """Raises NotAllowed for what no value can be of."""
    is_there = all(is_within(day, FIRST_OBSERVED_DAY) for day in (period.start, period.end))
    if not is_there or not is_period(*period):
        raise NotAllowed(_("There is no such period."), field="period")
    if period.start > today():
        raise NotAllowed(_("The period has not begun yet."), field="period")


def fill_value(report: ValueReport, data: ValueData, *, by: User, version: int | None) -> bool:
    """Does the work of `save_value`, short of saving. Returns whether there is anything to save."""
    check_filer(report, by)
    if report.indicator.derived_form:
        raise NotAllowed(_("Its values are derived from those of other indicators; none is filed."))
    check_period(report.span)
    return fill_draft(report, _columns_of(report, data), by=by, version=version)


def new_value(indicator: Indicator, region: Region, period: Period, data: ValueData) -> ValueReport:
    """Returns the report that `save_value` would make, not saved. Raises NotAllowed, with the field at fault."""
    return written_value(empty_value(indicator, region, period), data)


def written_value(report: ValueReport, data: ValueData) -> ValueReport:
    """Returns a report as it would be once it was filled in: a copy, not saved. Raises NotAllowed, with the field at
    fault."""
    written = copy(report)
    for name, value in _columns_of(report, data).items():
        setattr(written, name, value)
    return written


def empty_value(indicator: Indicator, region: Region, period: Period) -> ValueReport:
    """Not saved. Without an owner nobody may file it."""
    owner: Any = indicator.owner_id
    return ValueReport(
        indicator=indicator,
        region=region,
        department_id=owner,
        period=period.code,
        version=0,
        provenance=Provenance.REPORTED,
        **_of_period(period),
    )


def _columns_of(report: ValueReport, data: ValueData) -> dict[str, Any]:
    """Returns the data that was filled in, cleaned, as columns. Raises NotAllowed, with the field at fault."""
    values = asdict(data)
    for name, most in TEXTS.items():
        values[name] = clean_text(values[name], field=name, max_length=most)
    named = {name: values[name] for name in ("value", "released_on") if values[name] is not None}
    check_columns(ValueReport(**named), *named)
    values["corrects"] = _corrected(report, data.corrects) if data.purpose == Purpose.CORRECTION else None
    return values


def _corrected(report: ValueReport, wrong: int | None) -> Observation:
    """Returns the observation that a report corrects. Raises NotAllowed where it is not there any more."""
    if report.corrects is not None and report.corrects_id == wrong:
        return report.corrects
    rows = Observation.objects.filter(indicator=report.indicator_id, region=report.region_id)
    found = rows.filter(pk=wrong, **_of_period(report.span)).first() if wrong is not None else None
    if found is None:
        raise NotAllowed(_("The value that it corrects is not there any more."), field="purpose")
    return found


@transaction.atomic
def submit_value(report: ValueReport, *, by: User, answers: Answers = NO_ANSWERS) -> ValueReport:
    """Hands a draft or a returned value to the office. `answers`: to the doubts about it. Raises NotAllowed, with the
    field at fault, and Doubtful."""
    lock_report(report)
    move = check_move(report, "submit", "resubmit", by=by)
    check_complete(report, load_history(report.indicator_id, report.region_id), answers=answers)
    apply_move(report, move.name, by=by)
    return report


def check_complete(report: ValueReport, history: ValueHistory, *, answers: Answers) -> None:
    """Raises NotAllowed, with the field at fault, and Doubtful; keeps the answers."""
    for refusal in why_incomplete(report, history, on=today()):
        raise refusal
    report.answers = answered(doubts_about(report, history, limits()), answers)


def value_doubts(report: ValueReport) -> list[Doubt]:
    """Returns the doubts about a complete report."""
    return list(doubts_about(report, load_history(report.indicator_id, report.region_id), limits()))


@transaction.atomic
def accept_value(report: ValueReport, *, by: User, note: str = "") -> Observation:
    """Accepts a submitted value: it is an observation from its release day on. Raises NotAllowed, and changes nothing,
    where somebody decided before, or the release is there meanwhile."""
    note = begin_decision(report, "accept", by=by, note=note)
    report.observation = observation = _make_observation(report, by=by)
    apply_move(report, "accept", by=by, note=note)
    return observation


def _make_observation(report: ValueReport, *, by: User) -> Observation:
    observation = observation_of(report)
    history = load_history(report.indicator_id, report.region_id)
    changed = {
        name: getattr(observation, name)
        for name in ("value", "exact", "basis", "scope", "note", "release_basis", "verified", "provenance")
    }
    if report.corrects is not None:
        days = {"released_on": observation.released_on, "source": observation.source}
        return correct_observation(report.corrects, by=by, reason=report.reason, **days, **changed)
    if is_revision(report, history):
        earlier = history.releases(report)[-1]
        return revise_observation(
            earlier,
            by=by,
            reason=report.reason,
            released_on=observation.released_on,
            source=observation.source,
            **changed,
        )
    return add_observation(observation, by=by, reason=report.reason)


@transaction.atomic
def undo_value(report: ValueReport, *, by: User, note: str) -> ValueReport:
    """Makes a value that was accepted today wait for its review again; its observation goes. Raises NotAllowed where
    another one of the same period was begun, or the observation was corrected since."""
    note = begin_decision(report, "undo_acceptance", by=by, note=note)
    made, report.observation = report.observation, None
    assert made is not None
    is_corrected_in_draft = ValueReport.objects.filter(corrects=made).exists()
    check_not_corrected(made)
    if is_corrected_in_draft or open_value(report.indicator, report.region, report.span) is not None:
        raise NotAllowed(_("Another report for this period has been begun."))
    apply_move(report, "undo_acceptance", by=by, note=note)
    wrong = made.supersedes
    made.delete()
    if wrong is not None:
        wrong.superseded = False
        wrong.save(update_fields=["superseded"])
    return report
