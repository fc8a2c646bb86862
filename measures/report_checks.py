"""Questions about a measure's report, asked because something in it is unlikely."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, takewhile
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.clock import today
from core.periods import month_end, month_of, months_between
from core.statuses import MeasureStatus
from measures.models import Measure, Report
from measures.rules import NO_CHANGE, is_completion
from reporting.doubts import Doubt
from reporting.plausibility import MONTHS, Check, Limits
from reporting.workflow import FILED_STATES, ReportState
from web.formats.dates import format_day, format_month
from web.formats.numbers import format_number

UNCHANGED = Check("unchanged", gettext_lazy("No change has been reported"), 3, MONTHS)
CHECKS = (
    Check("same_words", gettext_lazy("The words are those of the last report")),
    Check("next_step_at_completion", gettext_lazy("Completed, and there is a next step")),
    UNCHANGED,
    Check(
        "contradicts", gettext_lazy("The status is dated before accepted reports that say otherwise"), needs_reason=True
    ),
)
DOUBTS: dict[str, str | Promise] = {each.name: each.label for each in CHECKS}
# So many months are named whose published figures change.
MAX_MONTHS = 4


@dataclass(frozen=True)
class Past:
    """A measure's past when a report is filed: its reports that are accepted or wait, the oldest first."""

    filed: Sequence[Report] = ()

    def without(self, report: Report) -> "Past":
        return Past([each for each in self.filed if each.pk != report.pk])

    def before(self, report: Report) -> list[Report]:
        """Return the reports of earlier months, the newest first."""
        return [each for each in reversed(self.filed) if each.period < report.period]

    def contradicting(self, report: Report) -> list[Report]:
        """Accepted after the day from which the status is to hold, with another one."""
        since = report.effective_on
        if since is None or not report.changes_status:
            return []
        return [
            each
            for each in self.filed
            if each.state == ReportState.ACCEPTED
            and each.submitted_on is not None
            and each.submitted_on > since
            and each.status != report.status
        ]


def load_pasts(measures: Collection[Measure]) -> Mapping[int, Past]:
    """Return the past of each measure by its id. One query."""
    filed: dict[int, list[Report]] = {each.pk: [] for each in measures}
    rows = Report.objects.filter(measure__in=filed, state__in=FILED_STATES)
    for each in rows.order_by("period", "submitted_on", "pk"):
        filed[each.measure_id].append(each)
    return {pk: Past(reports) for pk, reports in filed.items()}


def doubts_about(report: Report, past: Past, limits: Limits) -> Iterator[Doubt]:
    """Return the doubts about a complete report: what in it is unlikely."""
    past = past.without(report)
    return chain(plain_doubts_about(report, past, limits), limits.asked(_doubts_of_day(report, past)))


def plain_doubts_about(report: Report, past: Past, limits: Limits) -> Iterator[Doubt]:
    """Return the doubts that need no reason. No query. `past`: without the report itself."""
    return limits.asked([*_doubts_of_words(report, past), *_doubts_of_silence(report, past, limits)])


def _doubts_of_words(report: Report, past: Past) -> Iterator[Doubt]:
    last = next(iter(past.before(report)), None)
    if last is not None and report.what_was_done_zh != NO_CHANGE and _says_the_same(report, last):
        question = _("These are the words of the report for %(month)s. Is there nothing new to say?")
        yield Doubt("same_words", "what_was_done", question % {"month": format_month(last.period)})
    if report.changes_status and is_completion(report.status) and (report.next_step_zh or report.next_step_en):
        question = _("The measure is completed, and there is a next step. Is that so?")
        yield Doubt("next_step_at_completion", "next_step", question)


def _says_the_same(report: Report, last: Report) -> bool:
    """Return whether the reports say in the same words, of either language, what was done."""
    names = ("what_was_done_zh", "what_was_done_en")
    return any(getattr(report, name) and getattr(report, name) == getattr(last, name) for name in names)


def _doubts_of_silence(report: Report, past: Past, limits: Limits) -> Iterator[Doubt]:
    if report.what_was_done_zh == NO_CHANGE:
        unchanged = takewhile(lambda each: each.what_was_done_zh == NO_CHANGE, past.before(report))
        months = 1 + len({each.period for each in unchanged})
        if months >= limits.of(UNCHANGED):
            question = _("No change is reported for %(count)s months in a row. Is that so?")
            yield Doubt("unchanged", "what_was_done", question % {"count": months})


def _doubts_of_day(report: Report, past: Past) -> Iterator[Doubt]:
    if contradicting := past.contradicting(report):
        yield Doubt("contradicts", "effective_on", _contradiction(report, contradicting), needs_reason=True)


def _contradiction(report: Report, contradicting: Sequence[Report]) -> str:
    assert report.effective_on is not None
    between = pgettext("between items", ", ")
    said = [
        _("%(month)s (%(status)s)") % {"month": format_month(each.period), "status": MeasureStatus(each.status).label}
        for each in contradicting
    ]
    sentences = [_("Accepted reports say otherwise: %(reports)s.") % {"reports": between.join(said)}]
    if changed := _changed_figures(report):
        sentences.append(
            _("Published figures change – completed measures: %(figures)s.") % {"figures": between.join(changed)}
        )
    question = _("Why does the status hold from %(day)s already?")
    return "\n".join([*sentences, question % {"day": format_day(report.effective_on)}])


def _changed_figures(report: Report) -> list[str]:
    """Return, for the end of each month that is over, how many measures are completed by what is known now, and would
    be. A query for each, of MAX_MONTHS at most."""
    assert report.effective_on is not None
    if not is_completion(report.status):
        return []
    last = month_of(today()) - timedelta(days=1)
    ends = [month_end(month) for month in months_between(month_of(report.effective_on), last)]
    found = []
    for end in ends[:MAX_MONTHS]:
        completed = completed_on(report.measure, end)
        words = {"day": format_day(end), "now": format_number(completed), "then": format_number(completed + 1)}
        found.append(_("%(day)s %(now)s → %(then)s") % words)
    if len(ends) > MAX_MONTHS:
        found.append(_("and of %(count)s later months") % {"count": len(ends) - MAX_MONTHS})
    return found


def completed_on(measure: Measure, day: date) -> int:
    """Measures of its plan that are completed on the day, by what is known now."""
    inside: Any = Measure.objects.in_plan(measure.plan_id).in_scope(day).with_status(day)
    return int(inside.filter(status=MeasureStatus.COMPLETED).count())
