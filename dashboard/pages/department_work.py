"""The months of a department's page: what it took part in, what was completed, changed and reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import Department
from core.lights import Light, is_overdue
from core.periods import month_end, month_of, months_between
from core.statuses import MeasureStatus
from dashboard.charts.report_matrix import MonthMark
from dashboard.figures import Figures
from dashboard.pages.groups import listed_measures
from dashboard.pages.links import Links
from dashboard.pages.rows import measure_lines
from measures.models import Measure, Plan, Report, StatusChange
from measures.reporting_months import ReportsOwed, count_by_department
from measures.rules import latest_by
from measures.timeline import History
from reporting.months import ReportingMonth
from web.days import end_of_quarter_before, parse_month
from web.errors import BadQuery
from web.formats.dates import format_month, format_month_name, format_short_month
from web.formats.numbers import format_number
from web.formats.text import excerpt, format_counted, format_sentence
from web.language import is_chinese, localized

# Of the measures that it takes part in, and of the reports of the chosen months, at most so many are shown.
FIRST_PARTICIPATING, MAX_REPORTS = 10, 300
# So many characters of what a report says.
EXCERPT = 120


class Months(NamedTuple):
    """The months from `first` to `last`, each by its first day."""

    first: date
    last: date

    def until(self, day: date) -> date:
        """The last day of them up to `day`."""
        return min(month_end(self.last), day)


def asked_months(first: str, last: str, *, plan: Plan, day: date) -> Months | None:
    """Return the months of the address; without them the last quarter that has ended, else the months of the plan up to
    the day. None before the plan. Raises BadQuery for what is no month."""
    if day < plan.starts_on:
        return None
    asked = {}
    for name, raw in (("from", first), ("to", last)):
        asked[name] = parse_month(raw) if raw else None
        if raw and asked[name] is None:
            raise BadQuery({name: [_("This is not a month; write it like 2023-06.")]})
    usual = _last_quarter(plan, day)
    start, end = asked["from"] or asked["to"] or usual.first, asked["to"] or asked["from"] or usual.last
    return Months(min(start, end), max(start, end))


def _last_quarter(plan: Plan, day: date) -> Months:
    end = end_of_quarter_before(day)
    if end is not None and end > plan.starts_on:
        last = month_of(end)
        return Months(max(last.replace(month=last.month - 2), month_of(plan.starts_on)), last)
    return Months(month_of(plan.starts_on), month_of(day))


def months_to_choose(plan: Plan, day: date) -> list[date]:
    return months_between(plan.starts_on, day) if day >= plan.starts_on else []


@dataclass(frozen=True)
class MonthRow:
    """A month of a department: its reports, how many of its measures were completed in it, and how many were overdue at
    its end, or on the day of the page."""

    month: date
    mark: MonthMark
    completed: int
    overdue: int

    @property
    def name(self) -> str:
        return format_short_month(self.month)

    @property
    def reports(self) -> ReportingMonth:
        return self.mark.month


def month_rows(department: Department, history: History, owed: ReportsOwed, *, shown: Sequence[date]) -> list[MonthRow]:
    reports = count_by_department(owed, shown).get(department.pk, [ReportingMonth(0, 0)] * len(shown))
    own = [entries for entries in history.measures if entries[-1].department_id == department.pk]
    rows = []
    for month, of_reports in zip(shown, reports, strict=True):
        end = min(month_end(month), history.day)
        then = [_in_force(entries, end) for entries in own]
        late = [each for each in then if each and is_overdue(due_on=each.due_on, status=each.status, on=end)]
        done = [each for each in then if each and each.is_completed and each.effective_on >= month]
        mark = MonthMark(of_reports, of_reports.state(month, day=history.day))
        rows.append(MonthRow(month, mark, len(done), len(late)))
    return rows


def _in_force(entries: Sequence[Any], day: date) -> Any:
    """Return the entry in force on the day; None where there is none, and for a measure that was out of the plan."""
    found = latest_by(entries, day)
    return None if found is None or found.is_out else found


def participation(figures: Figures, department: Department, links: Links) -> dict[str, Any]:
    """The measures that others lead and it takes part in, the longest overdue first."""
    found: list[Any] = list(listed_measures(figures, None).filter(participating_departments=department))
    lights = {light: sum(each.light == light for each in found) for light in (Light.RED, Light.YELLOW)}
    urgent = sorted(found, key=lambda each: Light(each.light).gravity)  # ties stay in the order of due days
    return {
        "participating": measure_lines(urgent[:FIRST_PARTICIPATING], figures.day),
        "participating_count": len(found),
        "participating_lights": lights,
        "participating_url": links.url("measures:list", participating=department.slug),
    }


@dataclass(frozen=True)
class ReportLine:
    """`text`: the beginning of what was done."""

    report: Report
    text: str


@dataclass(frozen=True)
class ReportedMeasure:
    """`reports`: those that say more than that nothing changed."""

    measure: Measure
    reports: Sequence[ReportLine]


@dataclass(frozen=True)
class Change:
    measure: Measure
    day: date
    before: str | None
    after: str


def department_work(figures: Figures, department: Department, months: Months) -> dict[str, Any]:
    """Return the accepted reports of the department in some months, and those of its measures that changed in them. Two
    queries."""
    reports = list(_reports(figures, department, months)[: MAX_REPORTS + 1])
    changes = _changes(figures, department, months)
    shown = reports[:MAX_REPORTS]
    reported = [_reported(measure, list(own)) for measure, own in groupby(shown, key=attrgetter("measure"))]
    return {
        "months": months,
        # Months of an address that lie outside the plan can be seen in the form too.
        "choices": sorted({*months_to_choose(figures.plan, figures.day), *months}),
        "name": _name_of(months),
        "changes": changes,
        "measures": [each for each in reported if each.reports],
        "unchanged": [each.measure for each in reported if not each.reports],
        "count": len(shown),
        "is_cut": len(reports) > MAX_REPORTS,
        "sentence": _work_sentence(shown, changes),
    }


def _reported(measure: Measure, reports: Sequence[Report]) -> ReportedMeasure:
    return ReportedMeasure(measure, [ReportLine(each, _excerpt(each)) for each in reports if not each.says_no_change])


def _reports(figures: Figures, department: Department, months: Months) -> Any:
    own = Q(department=department) | Q(department__merged_into=department)
    accepted = Report.objects.accepted().in_plan(figures.plan).filter(own, submitted_on__lte=figures.day)
    of_months = accepted.filter(period__gte=months.first, period__lte=months.last)
    return of_months.select_related("measure").order_by(
        "measure__position", "measure__code", "period", "submitted_on", "pk"
    )


def _changes(figures: Figures, department: Department, months: Months) -> list[Change]:
    """Return the changes of status of the measures that the department leads now, the newest first; that a measure was
    listed is none."""
    until = months.until(figures.day)
    rows = StatusChange.objects.in_plan(figures.plan).history(until).filter(measure__lead_department=department)
    found = []
    for _code, own in groupby(rows.select_related("measure"), key=lambda row: row.measure.code):
        for before, after in pairwise(own):
            if after.effective_on >= months.first and after.status != before.status:
                found.append(Change(after.measure, after.effective_on, before.status, after.status))
    return sorted(found, key=lambda each: (-each.day.toordinal(), each.measure.position, each.measure.code))


def _excerpt(report: Report) -> str:
    return excerpt(localized(report, "what_was_done"), EXCERPT)


def _name_of(months: Months) -> str:
    """April 2023, April to June 2023, November 2023 to February 2024."""
    first, last = months
    if first == last:
        return format_month(first)
    if first.year != last.year:
        return _("%(first)s to %(last)s") % {"first": format_month(first), "last": format_month(last)}
    if is_chinese():
        return f"{first.year}年{first.month}—{last.month}月"
    return _("%(first)s to %(last)s") % {"first": format_month_name(first), "last": format_month(last)}


def _work_sentence(reports: Sequence[Report], changes: Sequence[Change]) -> SafeString | str:
    if not reports and not changes:
        return ""
    measures = len({each.measure_id for each in reports})
    of_reports = format_counted("%(count)s report", "%(count)s reports", len(reports))
    of_measures = format_counted("%(count)s measure", "%(count)s measures", measures)
    filed = _("%(reports)s on %(measures)s") % {"reports": of_reports, "measures": of_measures}
    moved = {each.measure.pk for each in changes}
    done = {each.measure.pk for each in changes if each.after == MeasureStatus.COMPLETED}
    changed = format_counted(
        "%(count)s measure changed status, %(completed)s of them to completed",
        "%(count)s measures changed status, %(completed)s of them to completed",
        len(moved),
        completed=format_number(len(done)),
    )
    return format_sentence(
        _("%(filed)s; %(changed)s."), filed=format_html("<strong>{}</strong>", filed), changed=changed
    )
