"""Trials of the questions about unlikely entries: what they would have asked of the entries of the last twelve
months."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import Q

from core.clock import SHANGHAI
from core.periods import month_of
from indicators.models import Observation, ValueReport
from indicators.values.history import Series, ValueHistory
from indicators.values.rules import doubts_about as doubts_about_value
from indicators.wording import period_words
from measures.editing.due_day_doubts import doubts_about as doubts_about_due_day
from measures.models import Measure, Report, Term, TermsChange
from measures.report_checks import Past as PastReports
from measures.report_checks import doubts_about as doubts_about_report
from projects.models import AnnualPlan, ProjectMonth
from projects.months.rules import Past as PastMonths
from projects.months.rules import doubts_about as doubts_about_month
from reporting.doubts import Doubt
from reporting.models import TEXT_COLUMNS
from reporting.plausibility import Limits
from reporting.workflow import FILED_STATES
from web.formats.dates import format_day, format_month
from web.language import localized

# Of each question, so many entries are shown.
SHOWN = 10


class Found(NamedTuple):
    """An entry of which a question would have been asked."""

    name: str
    url: str
    question: str


@dataclass
class Trial:
    """`asked`: of how many entries; `found`: some of them."""

    asked: int = 0
    found: list[Found] = field(default_factory=list)


# How an entry is named and found, and what would have been asked of it.
type Entry = tuple[Callable[[], tuple[str, str]], list[Doubt]]


def try_checks(limits: Limits, *, plan: Any, day: date) -> dict[str, Trial]:
    """Returns the trial of each question by its name, in a number of queries that does not grow with the entries."""
    since = month_of(day).replace(year=day.year - 1)
    trials: dict[str, Trial] = defaultdict(Trial)
    entries = chain(
        _reports(limits, plan, since),
        _months(limits, plan, since),
        _values(limits, since, day),
        _due_days(limits, plan, since),
    )
    for named, doubts in entries:
        for doubt in doubts:
            trial = trials[doubt.name]
            trial.asked += 1
            if len(trial.found) < SHOWN:
                trial.found.append(Found(*named(), doubt.question))
    return trials


def _by[K](rows: Iterable[Any], key: Any) -> dict[K, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _reports(limits: Limits, plan: Any, since: date) -> Iterator[Entry]:
    rows = Report.objects.in_plan(plan).filter(state__in=FILED_STATES).select_related("measure")
    for reports in _by(rows.order_by("period", "submitted_on", "pk"), lambda row: row.measure_id).values():
        for at, report in enumerate(reports):
            if report.period >= since:
                asked = list(doubts_about_report(report, PastReports(reports[:at]), limits))
                yield partial(_of_month, report.measure, report.period, plan), asked


def _months(limits: Limits, plan: Any, since: date) -> Iterator[Entry]:
    rows = ProjectMonth.objects.in_plan(plan).filter(state__in=FILED_STATES).select_related("project")
    planned = {
        (project, year): wan
        for project, year, wan in AnnualPlan.objects.filter(project__plan=plan).values_list(
            "project", "year", "planned_wan"
        )
    }
    in_order = rows.defer(*TEXT_COLUMNS, "answers").order_by("period", "submitted_on", "submitted_at", "pk")
    for months in _by(in_order, lambda row: row.project_id).values():
        of_years: dict[int, int] = {}
        for at, month in enumerate(months):
            year, project = month.period.year, month.project
            if month.period >= since and None not in (month.invested_wan, month.progress):
                before = project.invested_before_wan + sum(wan for each, wan in of_years.items() if each < year)
                past = PastMonths(months[:at], before, planned.get((project.pk, year)))
                asked = list(doubts_about_month(month, past, limits))
                yield partial(_of_month, project, month.period, plan), asked
            of_years[year] = month.invested_wan or 0


def _values(limits: Limits, since: date, day: date) -> Iterator[Entry]:
    rows = Observation.objects.released(day).select_related("indicator", "region").order_by("released_on", "pk")
    for observations in _by(rows, lambda row: Series(row.indicator_id, row.region_id)).values():
        for at, row in enumerate(observations):
            if row.released_on >= since and not row.indicator.derived_form:
                asked = list(doubts_about_value(_as_report(row), ValueHistory(observations[:at]), limits))
                yield partial(_of_period, row), asked


def _due_days(limits: Limits, plan: Any, since: date) -> Iterator[Entry]:
    """Yields the due days of measures that were listed, or whose due date was changed."""
    begun_at = datetime.combine(since, time.min, SHANGHAI)
    changed = TermsChange.objects.filter(field=Term.DUE_ON, recorded_at__gte=begun_at)
    is_entry = Q(listed_on__gte=since) | Q(pk__in=changed.values("measure"))
    for measure in Measure.objects.in_plan(plan).filter(is_entry, due_on__gt=plan.ends_on):
        asked = list(doubts_about_due_day(measure.due_on, limits, ends_on=plan.ends_on))
        yield partial(_of_measure, measure, plan), asked


def _of_measure(measure: Measure, plan: Any) -> tuple[str, str]:
    measure.plan = plan
    return f"{measure.code} {format_day(measure.due_on)}", measure.get_absolute_url()


def _of_month(subject: Any, month: date, plan: Any) -> tuple[str, str]:
    # Whether links name it is asked once.
    subject.plan = plan
    return f"{subject.code} {format_month(month)}", subject.get_absolute_url()


def _of_period(row: Observation) -> tuple[str, str]:
    return f"{localized(row.indicator, 'name')} {period_words(row)}", row.indicator.get_absolute_url()


def _as_report(row: Observation) -> ValueReport:
    columns = ("indicator", "region", "period", "period_kind", "period_start", "period_end", "value", "released_on")
    return ValueReport(**{name: getattr(row, name) for name in columns})
