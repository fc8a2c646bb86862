"""The months of a year in numbers, as the second part of the overview draws and writes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.forecast import needed_per_month
from core.lights import Light, silent_since
from core.periods import month_end, month_of, months_between
from core.statuses import MeasureStatus
from dashboard.charts.month_strip import DueDay, MonthCounts, largest_due_day, month_strip, months_in_narrow_view
from dashboard.due_days import year_by_month
from dashboard.figures import Figures
from dashboard.pages.links import Links
from measures.models import Report
from measures.reporting_months import ReportsOwed, tallies
from measures.timeline import History
from web.charts.chart import Chart, Column
from web.formats.dates import format_day, format_year
from web.formats.numbers import format_number
from web.limits import thresholds


@dataclass(frozen=True)
class MonthRow:
    """A month of the year: measures due and completed in it; at its end, or on the day, those with a red and a yellow
    light; departments that reported it in time, and those that left some of it out and filed a later month, of those
    that owed reports. None for what is still to come."""

    month: date
    due: int
    completed: int | None
    red: int | None = None
    yellow: int | None = None
    in_time: int | None = None
    covered: int | None = None
    owing: int | None = None
    is_current: bool = False
    is_wide_only: bool = False
    red_url: str = ""
    yellow_url: str = ""

    @property
    def cells(self) -> tuple[Any, ...]:
        return self.month, self.due, self.completed, self.red, self.yellow, self.in_time, self.covered, self.owing


class Months:
    """Month by month, the year of the day, or of the plan where the day lies outside. A query beyond what is given.
    `since`: the earlier day that lights are compared with."""

    def __init__(
        self, figures: Figures, history: History, owed: ReportsOwed, links: Links, since: date | None = None
    ) -> None:
        self.figures = figures
        self.history = history
        self.owed = owed
        self.links = links
        self.since = since
        plan, day = figures.plan, figures.day
        self.year = min(max(day, plan.starts_on), plan.ends_on).year
        self.months = months_between(date(self.year, 1, 1), date(self.year, 12, 31))
        self.ended = [month for month in self.months if month <= day]

    @cached_property
    def counts(self) -> list[MonthCounts]:
        completed = {"status": MeasureStatus.COMPLETED.value}
        return [
            MonthCounts(
                each.month,
                each.due,
                each.completed if each.month <= self.figures.day else None,
                each.late,
                due_url=self._list_url(each.month, "due") if each.due else "",
                completed_url=self._list_url(each.month, "since", **completed) if each.completed else "",
            )
            for each in year_by_month(self.figures.measure_days, self.year)
        ]

    def _list_url(self, month: date, days: str, **filters: str) -> str:
        """Return the address of the measures whose `days`, due or status since, lie in the month."""
        span = {f"{days}_from": month, f"{days}_to": month_end(month)}
        return self.links.url("measures:list", **filters, **span)

    @cached_property
    def rows(self) -> list[MonthRow]:
        """None before the plan, and on a day without measures."""
        if not self.figures.measure_days or self.figures.day < self.figures.plan.starts_on:
            return []
        wide_only = self.counts[months_in_narrow_view(self.counts) :]
        return [
            MonthRow(
                each.month,
                each.due,
                each.completed,
                is_current=each.month == month_of(self.figures.day),
                is_wide_only=each in wide_only,
                **self._lights.get(each.month, {}),
                **self._reports.get(each.month, {}),
            )
            for each in self.counts
        ]

    @cached_property
    def turned(self) -> Counter[Light]:
        """Return how many measures turned to each light since the earlier day; of those in the plan on both days."""
        if self.since is None:
            return Counter()
        pairs = zip(self._lights_on(self.since), self._lights_on(self.figures.day), strict=True)
        return Counter(now for then, now in pairs if then and now and then != now)

    @cached_property
    def lights_then(self) -> Counter[Light | None]:
        """Return how many measures had each light on the earlier day."""
        return Counter(self._lights_on(self.since) if self.since else [])

    def _lights_on(self, day: date) -> list[Light | None]:
        reports_from = self.figures.plan.first_reporting_month
        return self.history.lights(day, submitted=self._submitted, limits=thresholds(), reports_from=reports_from)

    @cached_property
    def _submitted(self) -> Mapping[str, Sequence[date]]:
        """Return the days of accepted reports that the lights of the year's months and of the earlier day ask for."""
        first = min([*map(month_end, self.ended[:1]), self.since or self.figures.day, self.figures.day])
        since = silent_since(first, thresholds())
        return Report.objects.in_plan(self.figures.plan).accepted_days(since=since, by=self.figures.day)

    @cached_property
    def _lights(self) -> dict[date, dict[str, Any]]:
        found = {}
        for month in self.ended:
            end = min(month_end(month), self.figures.day)
            counts = Counter(self._lights_on(end))
            links = self.links.as_of(end)
            found[month] = {light.value: counts[light] for light in (Light.RED, Light.YELLOW)} | {
                f"{light.value}_url": links.url("measures:list", light=light.value)
                for light in (Light.RED, Light.YELLOW)
                if counts[light]
            }
        return found

    @cached_property
    def _reports(self) -> dict[date, dict[str, Any]]:
        """Return the counts of reports by month, without the months for which nothing was owed."""
        return {
            month: {"in_time": each.on_time, "covered": each.covered, "owing": each.owing}
            for month, each in tallies(self.owed, self.ended, day=self.figures.day).items()
        }

    @cached_property
    def largest(self) -> DueDay | None:
        return largest_due_day((row.due_on for row in self.figures.measure_days), self.year)

    @cached_property
    def needed(self) -> Decimal | None:
        plan, measures = self.figures.plan, self.figures.measures
        left = measures["total"] - measures["completed"]
        return needed_per_month(left, starts_on=plan.starts_on, ends_on=plan.ends_on, on=self.figures.day)


def months_chart(figures: Figures, months: Months, *, summary: str) -> Chart:
    title = _("Measures due and completed by month, %(year)s (number, as of %(day)s)")
    return Chart(
        name="months",
        title=title % {"year": format_year(months.year), "day": format_day(figures.day)},
        figure=month_strip(
            months.counts,
            as_of=figures.day,
            ends_on=figures.plan.ends_on,
            needed=months.needed,
            largest=months.largest,
        )
        if months.rows
        else None,
        missing=_("The day is before the plan began")
        if figures.day < figures.plan.starts_on
        else _("Nothing to measure"),
        summary=summary,
        columns=[
            Column(_("Month"), lambda month: f"{month:%Y-%m}", is_number=False),
            Column(pgettext("number of measures", "Due"), format_number),
            Column(pgettext("number of measures", "Completed"), format_number),
            Column(_("Red lights at its end"), format_number),
            Column(_("Yellow lights at its end"), format_number),
            Column(_("Departments that reported on time"), format_number),
            Column(_("Departments covered by a later month"), format_number),
            Column(_("Departments that owed reports"), format_number),
        ],
        rows=[row.cells for row in months.rows],
        kind="strip",
        provenance=figures.provenance_of("measures"),
        below_template="dashboard/overview/_month_rows.html",
    )
