"""The indicators that a department owns, in its workspace: which values are owed, and what became of those filed."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department
from core.period_codes import Period
from indicators.addresses import value_form_url
from indicators.dues import DuePeriod, Rhythm, due_day, next_period, owed_periods, rhythm_of
from indicators.models import Indicator, Observation, ValueReport
from indicators.wording import number_cell, period_words, shown_unit
from measures.models import Plan
from regions.models import Region
from reporting.workflow import EDITABLE_STATES, ReportState
from web.formats.periods import format_period

LATE, OUTSTANDING, COMING = "late", "outstanding", "coming"
# States of a value, in the order of the page: what is to be done comes first.
STATES: dict[str, str | Promise] = {
    ReportState.RETURNED.value: pgettext_lazy("report state", "Returned"),
    LATE: _("Overdue"),
    OUTSTANDING: _("Not begun"),
    ReportState.DRAFT.value: pgettext_lazy("report state", "Draft"),
    ReportState.SUBMITTED.value: pgettext_lazy("report state", "Submitted"),
    COMING: _("Not yet due"),
}


@dataclass(frozen=True)
class ValueRow:
    """A value to be filed, or one that was begun. `span`: its period, None for an indicator without a rhythm; `report`:
    the open one; `other_url`: where another period is chosen."""

    indicator: Any
    region: Any
    span: Period | None
    due_on: date | None
    report: ValueReport | None
    latest: Observation | None
    is_late: bool
    is_coming: bool
    form_url: str
    other_url: str

    @property
    def state(self) -> str:
        if self.report is not None and not (self.is_late and self.report.is_draft):
            return self.report.state
        if self.is_late:
            return LATE
        return COMING if self.is_coming else OUTSTANDING

    @property
    def state_label(self) -> str | Promise:
        return STATES[self.state]

    @property
    def is_returned(self) -> bool:
        return self.state == ReportState.RETURNED

    @property
    def is_begun(self) -> bool:
        return self.report is not None and self.report.state in EDITABLE_STATES

    @property
    def is_submitted(self) -> bool:
        return self.state == ReportState.SUBMITTED

    @property
    def is_due(self) -> bool:
        """Return whether the period of the value is over, or it was begun."""
        return self.span is not None and not self.is_coming

    @property
    def period(self) -> str:
        return "" if self.span is None else format_period(*self.span)

    @property
    def unit(self) -> str:
        return shown_unit(self.indicator)

    @property
    def latest_value(self) -> str:
        row = self.latest
        return "" if row is None else number_cell(self.indicator, row.value, exact=row.exact, exactly=True)

    @property
    def latest_period(self) -> str:
        return "" if self.latest is None else period_words(self.latest)


@dataclass(frozen=True)
class ValueWork:
    rows: Sequence[ValueRow]

    @property
    def owed(self) -> int:
        """How many are to be filed now, begun or not."""
        return sum(row.state not in (COMING, ReportState.SUBMITTED) for row in self.rows)

    @property
    def due(self) -> Sequence[ValueRow]:
        return [row for row in self.rows if row.is_due]

    @property
    def late(self) -> int:
        return sum(row.is_late and row.state != ReportState.SUBMITTED for row in self.rows)


def load_value_work(department: Department, *, plan: Plan | None, on: date) -> ValueWork:
    """Owed are values of the plan's region. Three queries."""
    indicators = list(department.indicators.filter(derived_form="").order_by("code"))
    if not indicators:
        return ValueWork([])
    home = plan.region if plan is not None else None
    latest = latest_values(indicators, home, on=on)
    reports: dict[int, list[ValueReport]] = defaultdict(list)
    opened = ValueReport.objects.open().filter(indicator__in=indicators, department=department)
    for report in opened.select_related("region").order_by("period_end", "pk"):
        reports[report.indicator_id].append(report)
    slug = plan.action_slug if plan is not None else ""
    order = list(STATES)
    rows = [
        row for each in indicators for row in _rows_of(each, reports[each.pk], latest.get(each.pk), home, slug, on=on)
    ]
    return ValueWork(sorted(rows, key=lambda row: (order.index(row.state), row.due_on or date.max, row.indicator.code)))


def latest_values(indicators: Sequence[Indicator], home: Region | None, *, on: date) -> Mapping[int, Observation]:
    """Return the value of the region with the newest period that is known on the day, by indicator."""
    rows = Observation.objects.released(on).filter(indicator__in=indicators, region=home)
    return {row.indicator_id: row for row in rows.order_by("period_end", "released_on", "pk")}


def _rows_of(
    indicator: Indicator,
    reports: Sequence[ValueReport],
    latest: Observation | None,
    home: Region | None,
    plan: str,
    *,
    on: date,
) -> Iterator[ValueRow]:
    rhythm, row = rhythm_of(indicator), partial(_row, indicator, latest, plan, on)
    for report in reports:
        yield row(report.region, report.span, due_day(rhythm, report.span), report)
    outstanding = list(_outstanding(rhythm, reports, latest, home, on=on))
    for each in outstanding:
        yield row(home, each.period, each.due_on)
    if not reports and not outstanding:
        coming = next_period(rhythm, on=on)
        yield row(home, coming and coming.period, coming and coming.due_on, is_coming=True)


def _outstanding(
    rhythm: Rhythm | None,
    reports: Sequence[ValueReport],
    latest: Observation | None,
    home: Region | None,
    *,
    on: date,
) -> Iterator[DuePeriod]:
    """Yield the periods that are owed of the plan's region and not begun."""
    if home is None:
        return
    begun = {report.span for report in reports if report.region_id == home.pk}
    for each in owed_periods(rhythm, known_until=latest.period_end if latest else None, on=on):
        if each.period not in begun:
            yield each


def _row(
    indicator: Indicator,
    latest: Observation | None,
    plan: str,
    on: date,
    region: Region | None,
    span: Period | None,
    due_on: date | None,
    report: ValueReport | None = None,
    *,
    is_coming: bool = False,
) -> ValueRow:
    is_late = due_on is not None and due_on < on
    other = value_form_url(indicator.code, "", region, plan=plan) if region else ""
    own = value_form_url(indicator.code, span.code, region, plan=plan) if region and span else ""
    return ValueRow(indicator, region, span, due_on, report, latest, is_late, is_coming, own, other)
