"""What a department has to do for a month: its measures, sorted by what they ask of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department
from core.lights import Thresholds, is_due_soon, is_overdue
from core.periods import month_end
from measures.models import Measure, Plan, Report
from reporting.workflow import OPEN_STATES, ReportState

# In the order of the page.
GROUPS: dict[str, str | Promise] = {
    "returned": pgettext_lazy("report state", "Returned"),
    "overdue": _("Overdue"),
    "due_soon": _("Measures due soon"),
    "to_report": _("Still to report"),
    "submitted": pgettext_lazy("report state", "Submitted"),
    "accepted": pgettext_lazy("report state", "Accepted"),
    "nothing": _("No report owed this month"),
}
TO_DO = ("overdue", "due_soon", "to_report")


@dataclass
class WorkspaceRow:
    """A measure that the department leads; `report` is the month's: the open one, else the newest accepted one.

    A returned report of another month has a row of its own, since it must be answered too. `failure`: why it could not
    be filed just now.
    """

    measure: Any
    month: date
    report: Report | None
    group: str
    failure: str = ""

    @property
    def is_returned(self) -> bool:
        return self.group == "returned"

    @property
    def is_accepted(self) -> bool:
        return self.group == "accepted"

    @property
    def owes_nothing(self) -> bool:
        return self.group == "nothing"

    @property
    def is_to_do(self) -> bool:
        return self.group in TO_DO

    @property
    def can_file_no_change(self) -> bool:
        """A draft is somebody's work: it is finished, not passed over."""
        return self.is_to_do and self.report is None


@dataclass
class Workspace:
    """`participating`: measures that the department takes part in; `owed` and `missing`: numbers of reports."""

    rows: list[WorkspaceRow]
    participating: list[Any]
    owed: int
    missing: int

    @property
    def groups(self) -> list[tuple[str | Promise, list[WorkspaceRow]]]:
        """Titles and rows of those that are not empty."""
        groups = [(title, [row for row in self.rows if row.group == key]) for key, title in GROUPS.items()]
        return [(title, rows) for title, rows in groups if rows]


def load_workspace(
    department: Department, *, plan: Plan | None, month: date, day: date, limits: Thresholds
) -> Workspace:
    measures = Measure.objects.in_plan(plan).as_of(day, limits=limits).listed(month_end(month))
    led: dict[int, Any] = {
        measure.pk: measure
        for measure in measures.led_by(department).order_by(F("due_on").asc(nulls_last=True), "code")
    }
    participating = measures.filter(participating_departments=department).select_related("lead_department")
    owing = Measure.objects.in_plan(plan).owing(month, by=day).led_by(department)
    owed = set(owing.values_list("pk", flat=True))
    reports = _reports(department, plan=plan, month=month)
    of_month = [report for report in reports if report.period == month]
    newest = {report.measure_id: report for report in of_month}
    filed = {report.measure_id for report in of_month if report.is_filed(by=day)}
    rows = [
        WorkspaceRow(led[report.measure_id], report.period, report, "returned")
        for report in reports
        if report.period != month and report.measure_id in led
    ]
    for key, measure in led.items():
        report = newest.get(key)
        group = _group(measure, report, is_filed=key in filed, is_owed=key in owed, day=day, limits=limits)
        rows.append(WorkspaceRow(measure, month, report, group))
    missing = len((owed & led.keys()) - filed)
    return Workspace(rows, list(participating.order_by("code")), owed=len(owed), missing=missing)


def _reports(department: Department, *, plan: Plan | None, month: date) -> list[Report]:
    """Those of the month and the returned ones of all months; of one measure and month the one that counts comes last:
    an open one is newer than all that are decided."""
    reports = Report.objects.filter(
        Q(period=month) | Q(state=ReportState.RETURNED),
        measure__lead_department=department,
        measure__section__plan=plan,
    )
    return sorted(reports.order_by("submitted_on", "pk"), key=lambda report: report.state in OPEN_STATES)


def _group(measure: Any, report: Report | None, *, is_filed: bool, is_owed: bool, day: date, limits: Thresholds) -> str:
    if report is not None and report.state == ReportState.RETURNED:
        return "returned"
    if is_filed:
        return "submitted" if report is not None and report.state == ReportState.SUBMITTED else "accepted"
    if not is_owed:
        return "nothing"
    due: Any = {"due_on": measure.due_on, "status": measure.status, "on": day}
    if is_overdue(**due):
        return "overdue"
    return "due_soon" if is_due_soon(**due, limits=limits) else "to_report"
