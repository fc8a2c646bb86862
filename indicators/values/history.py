"""The values of an indicator in a region that are known when another one is filed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from core.clock import today
from core.period_codes import Period
from core.periods import PeriodKind
from indicators.models import Observation, ValueReport

# A value is set against so many of the last ones.
LAST_VALUES = 12


class Series(NamedTuple):
    """The ids of an indicator and of a region."""

    indicator: int
    region: int


@dataclass(frozen=True)
class ValueHistory:
    """`rows`: the observations of the series that were released by today."""

    rows: Sequence[Observation]

    def releases(self, report: ValueReport) -> list[Observation]:
        """Return the observations of the very period of the report, the newest release last."""
        return self.releases_of(report.span)

    def releases_of(self, period: Period) -> list[Observation]:
        own = (row for row in self.rows if span_of(row) == period)
        return sorted(own, key=lambda row: (row.released_on, row.pk))

    @property
    def last(self) -> Observation | None:
        """The value of the newest period."""
        return next(iter(self.newest_first), None)

    def last_values(self, report: ValueReport) -> list[Observation]:
        """The last values of other periods, each as it was released last; the newest period first."""
        others = (row for row in self.newest_first if span_of(row) != report.span)
        return list(islice(others, LAST_VALUES))

    def comparable(self, report: ValueReport) -> list[Observation]:
        """Return the values, like `last_values`, that the report's value can be set against: of periods as long as its
        own."""
        like = (row for row in self.newest_first if _is_as_long(row, report) and span_of(row) != report.span)
        return list(islice(like, LAST_VALUES))

    @cached_property
    def newest_first(self) -> list[Observation]:
        """Return the value of each period that was released last; the newest period first."""
        newest = {}
        for row in sorted(self.rows, key=lambda row: (row.released_on, row.pk)):
            newest[span_of(row)] = row
        return sorted(newest.values(), key=lambda row: (row.period_end, row.pk), reverse=True)


def span_of(row: Observation) -> Period:
    return Period(PeriodKind(row.period_kind), row.period_start, row.period_end)


def _is_as_long(row: Observation, report: ValueReport) -> bool:
    if row.period_kind != report.period_kind:
        return False
    # Months to date are as long as those to the same month.
    return report.period_kind != PeriodKind.MONTHS or row.period_end.month == report.period_end.month


def load_history(indicator: int, region: int) -> ValueHistory:
    """Return the history of an indicator and a region, by their ids. One query."""
    return load_histories([Series(indicator, region)])[Series(indicator, region)]


def load_histories(series: Iterable[Series]) -> Mapping[Series, ValueHistory]:
    """Return the history of each series. One query."""
    wanted = set(series)
    found: dict[Series, list[Observation]] = defaultdict(list)
    rows = Observation.objects.released(today()).filter(
        indicator__in={each.indicator for each in wanted}, region__in={each.region for each in wanted}
    )
    for row in rows.order_by("pk"):
        found[Series(row.indicator_id, row.region_id)].append(row)
    return {each: ValueHistory(found[each]) for each in wanted}
