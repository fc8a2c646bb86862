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
class Row:
    """A measure that the department leads; `report` is the month's: the open one, else the newest accepted one.

    A returned report of another month has a row of its own, since it must be answered too.
    """

    measure: Any
    month: date
    report: Report | None
    group: str
    failure: str = ""

    @property
    def is_to_do(self) -> bool:
        return self.group in TO_DO

    @property
    def can_file_no_change(self) -> bool:
        """A draft is somebody's work: it is finished, not passed over."""
        return self.is_to_do and self.report is None


@dataclass
class Workspace:
    rows: list[Row]
    joined: list[Any]
    owed: int
    left: int

    @property
    def groups(self) -> list[tuple[str, str | Promise, list[Row]]]:
        sorted_rows = [(key, title, [row for row in self.rows if row.group == key]) for key, title in GROUPS.items()]
        return [group for group in sorted_rows if group[2]]


def workspace_of(department: Department, *, plan: Plan | None, month: date, day: date, limits: Thresholds) -> Workspace:
    measures = Measure.objects.in_plan(plan).as_of(day, limits=limits).listed(month_end(month))
    owing = Measure.objects.in_plan(plan).owing(month, by=day).led_by(department)
    owed = set(owing.values_list("pk", flat=True))
    led: list[Any] = list(measures.led_by(department).order_by(F("due_on").asc(nulls_last=True), "code"))
    by_measure: dict[int, Any] = {measure.pk: measure for measure in led}
    months: dict[int, Report] = {}
    filed: set[int] = set()
    rows = []
    reports = Report.objects.filter(
        Q(period=month) | Q(state=ReportState.RETURNED),
        measure__lead_department=department,
        measure__section__plan=plan,
    )
    # Newest last, so that it is the one that stays; an open one is newer than all that are decided.
    for report in sorted(reports.order_by("submitted_on", "pk"), key=lambda each: each.state in OPEN_STATES):
        measure = by_measure.get(report.measure_id)
        if report.period == month:
            months[report.measure_id] = report
            if report.is_filed(by=day):
                filed.add(report.measure_id)
        elif measure is not None:
            rows.append(Row(measure, report.period, report, "returned"))
    for measure in led:
        own = months.get(measure.pk)
        is_filed, is_owed = measure.pk in filed, measure.pk in owed
        group = _group(measure, own, is_filed=is_filed, is_owed=is_owed, day=day, limits=limits)
        rows.append(Row(measure, month, own, group))
    joined = measures.filter(participating_departments=department).select_related("lead_department").order_by("code")
    left = sum(measure.pk in owed and measure.pk not in filed for measure in led)
    return Workspace(rows, list(joined), owed=len(owed), left=left)


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
