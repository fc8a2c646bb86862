"""The work that a department has to do for a month: its measures, sorted by what they ask of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from core.lights import Light, Thresholds, is_due_soon, is_overdue
from core.periods import month_end
from measures.models import Measure, Plan, Report
from measures.reporting_months import reports_owed
from reporting.months import OwedReport, reports_due_on
from reporting.workflow import OPEN_STATES, ReportState

# In the order of the page.
GROUPS: dict[str, str | Promise] = {
    "returned": pgettext_lazy("report state", "Returned"),
    "late": _("Outstanding for earlier months"),
    "overdue": _("Overdue"),
    "due_soon": _("Measures due soon"),
    "to_report": _("To submit"),
    "submitted": pgettext_lazy("report state", "Submitted"),
    "accepted": pgettext_lazy("report state", "Accepted"),
    "covered": pgettext_lazy("month's reports", "Covered later"),
    "nothing": _("No report due this month"),
}
TO_DO = ("late", "overdue", "due_soon", "to_report")


@dataclass
class WorkspaceRow:
    """A measure that the department leads; `report` is the month's: the open one, else the newest accepted one.

    A returned report of another month has a row of its own, since it must be answered too. `failure`: why it could not
    be filed just now. `ends`: the earlier months that are still owed, and no longer once this one is filed; `ends_text`
    names them.
    """

    measure: Any
    month: date
    report: Report | None
    group: str
    failure: str = ""
    ends: Sequence[date] = ()
    ends_text: str = ""

    @property
    def is_returned(self) -> bool:
        return self.group == "returned"

    @property
    def is_accepted(self) -> bool:
        return self.group == "accepted"

    @property
    def owes_nothing(self) -> bool:
        return self.group in ("covered", "nothing")

    @property
    def is_to_do(self) -> bool:
        return self.group in TO_DO

    @property
    def can_file_no_change(self) -> bool:
        """A draft is somebody's work: it is finished, not passed over. Late months are filed on their own page, and one
        that is overdue says why nothing has changed."""
        return self.is_to_do and self.group != "late" and self.report is None and self.measure.light != Light.RED


@dataclass
class Workspace:
    """`participating`: measures that the department takes part in; `left`: unfinished reports on measures that another
    department leads now; `owed`, `missing` and `covered`: numbers of reports for the month; `late`: how many are still
    owed of each other month whose day is over, the oldest first."""

    rows: list[WorkspaceRow]
    participating: list[Any]
    left: list[Report]
    owed: int
    missing: int
    covered: int
    late: dict[date, int]

    @property
    def groups(self) -> list[tuple[str | Promise, list[WorkspaceRow]]]:
        """Titles and rows of those that are not empty."""
        groups = [(title, [row for row in self.rows if row.group == key]) for key, title in GROUPS.items()]
        return [(title, rows) for title, rows in groups if rows]

    @property
    def ends(self) -> dict[date, int]:
        """Return the number of measures of which "no change" for the month ends the duty for each earlier one, the
        oldest first."""
        ends = Counter(month for row in self.rows if row.can_file_no_change for month in row.ends)
        return dict(sorted(ends.items()))

    @property
    def ending(self) -> int:
        """How many measures those are."""
        return sum(row.can_file_no_change and bool(row.ends) for row in self.rows)


def load_workspace(
    department: Department,
    *,
    plan: Plan | None,
    month: date,
    day: date,
    limits: Thresholds,
    kept_by: User | None = None,
) -> Workspace:
    """Return the department's workspace; with `kept_by` only what that person looks after, as owner or deputy."""
    measures = Measure.objects.in_plan(plan).as_of(day, limits=limits).listed(month_end(month))
    own = measures.led_by(department).select_related("owner", "deputy")
    own = own if kept_by is None else own.kept_by(kept_by)
    led: dict[int, Any] = {
        measure.pk: measure for measure in own.order_by(F("due_on").asc(nulls_last=True), "position", "code")
    }
    participating = measures.filter(participating_departments=department).select_related("lead_department")
    left = Report.objects.in_plan(plan).left_by(department).select_related("measure__lead_department")
    if kept_by is not None:
        participating, left = participating.none(), left.none()
    owed = _owed(led, plan=plan, day=day)
    late = _late(owed, month=month, day=day)
    reports = _reports(department, plan=plan, months=[month, *late])
    of_month = owed.get(month, {})
    return Workspace(
        [
            *_returned_rows(led, reports, month=month),
            *_late_rows(led, reports, late),
            *_rows_of_month(led, reports, owed, month=month, day=day, limits=limits),
        ],
        list(participating.order_by("position", "code")),
        list(left),
        owed=len(of_month),
        missing=sum(each.is_missing for each in of_month.values()),
        covered=sum(each.is_covered for each in of_month.values()),
        late={each: len(keys) for each, keys in late.items()},
    )


# By month, and by the id of a measure.
type Owed = dict[date, dict[int, OwedReport]]


def _owed(led: Mapping[int, Any], *, plan: Plan | None, day: date) -> Owed:
    keys = {measure.code: key for key, measure in led.items()}
    return {
        month: {keys[code]: each for code, each in reports.items() if code in keys}
        for month, reports in reports_owed(plan, by=day).items()
    }


def _late(owed: Owed, *, month: date, day: date) -> dict[date, set[int]]:
    """Return, by month, the measures that still owe a report of another month whose day is over."""
    found = {each: {key for key, report in own.items() if report.is_missing} for each, own in owed.items()}
    return {each: keys for each, keys in found.items() if keys and each != month and day > reports_due_on(each)}


def _returned_rows(led: Mapping[int, Any], reports: Sequence[Report], *, month: date) -> list[WorkspaceRow]:
    """Return the rows of returned reports of other months."""
    return [
        WorkspaceRow(led[report.measure_id], report.period, report, "returned")
        for report in reports
        if report.period != month and _is_returned(report) and report.measure_id in led
    ]


def _late_rows(
    led: Mapping[int, Any], reports: Sequence[Report], late: Mapping[date, set[int]]
) -> Iterator[WorkspaceRow]:
    """One that was returned has its row already."""
    opened = {(report.measure_id, report.period): report for report in reports if report.state in OPEN_STATES}
    for month, keys in late.items():
        for key, measure in led.items():
            report = opened.get((key, month))
            if key in keys and not _is_returned(report):
                yield WorkspaceRow(measure, month, report, "late")


def _rows_of_month(
    led: Mapping[int, Any],
    reports: Sequence[Report],
    owed: Owed,
    *,
    month: date,
    day: date,
    limits: Thresholds,
) -> Iterator[WorkspaceRow]:
    of_month = [report for report in reports if report.period == month]
    newest = {report.measure_id: report for report in of_month}
    filed = {report.measure_id for report in of_month if report.is_filed(by=day)}
    earlier = {each: own for each, own in owed.items() if each < month}
    for key, measure in led.items():
        report, owes = newest.get(key), owed.get(month, {}).get(key)
        group = _group(measure, report, is_filed=key in filed, owes=owes, day=day, limits=limits)
        ends = [each for each, own in earlier.items() if key in own and own[key].is_missing]
        yield WorkspaceRow(measure, month, report, group, ends=ends)


def _is_returned(report: Report | None) -> bool:
    return report is not None and report.state == ReportState.RETURNED


def _reports(department: Department, *, plan: Plan | None, months: Sequence[date]) -> list[Report]:
    """Return the reports of the months and the returned ones of all months; of one measure and month the one that
    counts comes last: an open one is newer than all that are decided."""
    reports = Report.objects.filter(
        Q(period__in=months) & (Q(department=department) | Q(state=ReportState.ACCEPTED))
        | Q(state=ReportState.RETURNED, department=department),
        measure__lead_department=department,
        measure__plan=plan,
    )
    return sorted(reports.order_by("submitted_on", "pk"), key=lambda report: report.state in OPEN_STATES)


def _group(
    measure: Any, report: Report | None, *, is_filed: bool, owes: OwedReport | None, day: date, limits: Thresholds
) -> str:
    if report is not None and report.state == ReportState.RETURNED:
        return "returned"
    if is_filed:
        return "submitted" if report is not None and report.state == ReportState.SUBMITTED else "accepted"
    if owes is None:
        return "nothing"
    if owes.is_covered:
        return "covered"
    due: Any = {"due_on": measure.due_on, "status": measure.status, "on": day}
    if is_overdue(**due):
        return "overdue"
    return "due_soon" if is_due_soon(**due, limits=limits) else "to_report"
