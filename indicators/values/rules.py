"""Rules for a filed value: what it must say before it is handed in, and what of it is asked about because it is
unlikely."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from statistics import mean, pstdev
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.exceptions import NotAllowed
from core.periods import PeriodKind
from core.provenance import Provenance
from indicators.dues import due_day, rhythm_of
from indicators.models import Observation, Purpose, ValueReport
from indicators.services import VALUES, check_not_corrected, check_observation, check_revised_on
from indicators.state import is_rate
from indicators.values.history import ValueHistory
from indicators.wording import with_unit
from reporting.doubts import Doubt
from reporting.plausibility import PER_CENT, POINTS, Check, Limits
from web.formats.dates import format_day

# Of fewer values nobody knows how far they spread.
LEAST_VALUES = 4

# What may be asked about, by the name by which it is confirmed.
FAR = Check("far", gettext_lazy("The value lies far from the last ones"), 3, gettext_lazy("standard deviations"))
FAR_FROM_FEW = Check(
    "far_from_few", gettext_lazy("There are few values, and it differs from the last one by more than"), 50, PER_CENT
)
RATE_FAR_FROM_FEW = Check(
    "rate_far_from_few",
    gettext_lazy("There are few values, and the rate differs from the last one by more than"),
    5,
    POINTS,
)
CHECKS = (
    FAR,
    FAR_FROM_FEW,
    RATE_FAR_FROM_FEW,
    Check("kind", gettext_lazy("The last values were of another length")),
    Check("early", gettext_lazy("It was released before its period ended")),
)
DOUBTS: dict[str, str | Promise] = {each.name: each.label for each in CHECKS}


def is_far(value: Decimal, last: Sequence[Decimal], *, spreads: int) -> bool:
    """Return whether a value lies more than so many standard deviations from the mean of the last ones, or beyond twice
    their range, laid about its middle. Of fewer than LEAST_VALUES none is far."""
    if len(last) < LEAST_VALUES:
        return False
    low, high = min(last), max(last)
    is_beyond = abs(value - (low + high) / 2) > high - low
    return is_beyond or abs(value - mean(last)) > spreads * pstdev(last)


def why_incomplete(report: ValueReport, history: ValueHistory, *, on: date) -> Iterator[NotAllowed]:
    """All that keeps a value from being submitted on the day, each with the field at fault."""
    found = [*_why_derived(report), *_why_not_filled_in(report, on=on), *_why_no_purpose(report, history)]
    yield from found
    if not found:
        yield from _why_no_observation(report, history)


def _why_derived(report: ValueReport) -> Iterator[NotAllowed]:
    if report.indicator.derived_form:
        yield NotAllowed(_("Its values are derived from those of other indicators; none is filed."))


def _why_not_filled_in(report: ValueReport, *, on: date) -> Iterator[NotAllowed]:
    if report.value is None:
        yield NotAllowed(_("This field is required"), field="value")
    elif sentence := report.indicator.why_no_value(report.value):
        yield NotAllowed(sentence, field="value")
    if report.verified is None:
        yield NotAllowed(_("Say whether the value was checked against its source."), field="verified")
    if report.value_provenance == Provenance.PUBLISHED and not report.source:
        yield NotAllowed(_("A published value needs its source."), field="source")
    if report.released_on is None:
        yield NotAllowed(_("This field is required"), field="released_on")
    elif report.released_on > on:
        yield NotAllowed(_("The day is in the future"), field="released_on")


def _why_no_purpose(report: ValueReport, history: ValueHistory) -> Iterator[NotAllowed]:
    if not report.purpose and history.releases(report):
        sentence = _("This period has a value already: say whether yours is a revision or corrects it.")
        yield NotAllowed(sentence, field="purpose")
    if report.purpose and not report.reason:
        yield NotAllowed(_("Please say why."), field="reason")


def _why_no_observation(report: ValueReport, history: ValueHistory) -> Iterator[NotAllowed]:
    """Yield the refusal that would keep the acceptance of a report from making an observation."""
    try:
        if report.corrects is not None:
            check_not_corrected(report.corrects)
        elif is_revision(report, history):
            assert report.released_on is not None
            check_revised_on(history.releases(report)[-1], report.released_on)
        # The day of release is over: each release of that day is among the rows.
        check_observation(observation_of(report), other_than=report.corrects, known=history.rows)
    except NotAllowed as refusal:
        yield refusal


def is_revision(report: ValueReport, history: ValueHistory) -> bool:
    """One that was filed as a revision of a value that is gone since is the first of its period."""
    return report.purpose == Purpose.REVISION and bool(history.releases(report))


def observation_of(report: ValueReport) -> Observation:
    """Return the observation that the acceptance of a complete report makes, not saved."""
    columns = {name: getattr(report, name) for name in VALUES if name != "provenance"}
    return Observation(**columns, provenance=report.value_provenance)


def doubts_about(report: ValueReport, history: ValueHistory, limits: Limits) -> Iterator[Doubt]:
    """Return the doubts about a complete report: what is unlikely about it."""
    assert report.value is not None and report.released_on is not None
    return limits.asked(
        [
            *_doubts_of_value(report, report.value, history, limits),
            *_doubts_of_length(report, history),
            *_doubts_of_release(report, report.released_on),
        ]
    )


def _doubts_of_release(report: ValueReport, released_on: date) -> Iterator[Doubt]:
    if released_on < report.period_end:
        question = _("It was released before its period ended, on %(day)s. Is that so?")
        yield Doubt("early", "released_on", question % {"day": format_day(report.period_end)})


def _doubts_of_value(report: ValueReport, value: Decimal, history: ValueHistory, limits: Limits) -> Iterator[Doubt]:
    last, indicator = [row.value for row in history.comparable(report)], report.indicator
    if last and len(last) < LEAST_VALUES:
        check = RATE_FAR_FROM_FEW if is_rate(indicator) else FAR_FROM_FEW
        limit = limits.of(check) if is_rate(indicator) else abs(last[0]) * limits.of(check) / 100
        if abs(value - last[0]) > limit:
            few = {
                "last": with_unit(indicator, last[0], exactly=True),
                "value": with_unit(indicator, value, exactly=True),
            }
            yield Doubt(check.name, "value", _("The last value was %(last)s. Is it %(value)s?") % few)
    if is_far(value, last, spreads=limits.of(FAR)):
        words: dict[str, Any] = {
            "count": len(last),
            "low": with_unit(indicator, min(last), exactly=True),
            "high": with_unit(indicator, max(last), exactly=True),
            "value": with_unit(indicator, value, exactly=True),
        }
        question = _("The last %(count)s values lie between %(low)s and %(high)s. Is it %(value)s?")
        yield Doubt("far", "value", question % words)


def _doubts_of_length(report: ValueReport, history: ValueHistory) -> Iterator[Doubt]:
    """A period that is due is as long as it should be, whatever came before."""
    kinds = dict.fromkeys(row.period_kind for row in history.last_values(report))
    due_on = due_day(rhythm_of(report.indicator), report.span)
    if kinds and report.period_kind not in kinds and due_on is None:
        names = pgettext("between items", ", ").join(str(PeriodKind(kind).label) for kind in kinds)
        words = {"kinds": names, "kind": report.get_period_kind_display()}
        question = _("The last values were of another length (%(kinds)s). Is this one of: %(kind)s?")
        yield Doubt("kind", "value", question % words)
