"""The accepted reports of all measures of a plan."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.access_rules import READERS
from core.statuses import MeasureStatus
from measures.api.addresses import row_address
from measures.filters import REPORT_SEARCH, asked_plan, measures_of_asked_plan, sections_of_asked_plan
from measures.models import Report
from reporting.models import TEXTS
from web.api.endpoints import ListEndpoint
from web.api.fields import ORIGIN, UPDATED, column, local_field, local_fields, stored
from web.api.shapes import ADDRESS, DAY, MONTH, meaning
from web.lists.filters import ChoiceFilter, CodeFilter, DepartmentFilter, MonthFilter, SlugFilter, UpdatedFilterSet


class AcceptedReportFilter(UpdatedFilterSet):
    search = REPORT_SEARCH
    measure = CodeFilter(queryset=measures_of_asked_plan, label=gettext_lazy("Measure"))
    section = SlugFilter(
        field_name="measure__section", queryset=sections_of_asked_plan, label=gettext_lazy("Priority area")
    )
    department = DepartmentFilter(label=gettext_lazy("Department that wrote it"))
    status = ChoiceFilter(choices=MeasureStatus.choices, label=gettext_lazy("Status after this report"))
    period_from = MonthFilter(field_name="period", lookup_expr="gte", label=gettext_lazy("From the month"))
    period_to = MonthFilter(field_name="period", lookup_expr="lte", label=gettext_lazy("To the month"))


ACCEPTED_REPORT = {
    "id": stored(Report, "pk", gettext_lazy("Number of the report")),
    "measure": stored(Report, "measure__code", gettext_lazy("Code of the measure")),
    **local_fields("measure_title", gettext_lazy("Title of the measure"), "measure__title"),
    "section": stored(Report, "measure__section__slug", gettext_lazy("Slug of its priority area")),
    "department": stored(Report, "department__slug", gettext_lazy("Slug of the department that wrote it")),
    "department_name": local_field(gettext_lazy("Name of the same department"), "department__name"),
    "period": column(
        "period", meaning(gettext_lazy("The month that it is for"), MONTH), convert=lambda month: f"{month:%Y-%m}"
    ),
    "against_status": stored(Report, "against_status", gettext_lazy("The status in force when it was written")),
    "status": stored(Report, "status", gettext_lazy("The status that it asked for")),
    "effective_on": stored(
        Report, "effective_on", gettext_lazy("The day on which the status takes effect; may be null")
    ),
    **{text: local_field(label, text) for text, label in TEXTS.items()},
    "submitted_on": column("submitted_on", meaning(gettext_lazy("The day it was last submitted"), DAY)),
    "decided_on": column("decided_on", meaning(gettext_lazy("The day on which it was accepted"), DAY)),
    **ORIGIN,
    **UPDATED,
    "url": row_address(
        "api-measures",
        meaning(gettext_lazy("Address of the reports of the measure in the API"), ADDRESS),
        key="measure__code",
        ending="reports/",
    ),
}


class AcceptedReports(ListEndpoint):
    permission = READERS
    component = "AcceptedReportList"
    summary = gettext_lazy("The accepted reports of a plan's measures that were submitted by the day.")
    row_fields = ACCEPTED_REPORT
    filterset_class = AcceptedReportFilter
    orderings = {
        "period": ["period", "measure__position", "measure__code", "submitted_on"],
        "submitted_on": ["submitted_on", "measure__position", "measure__code"],
        "measure": ["measure__position", "measure__code", "period", "submitted_on"],
    }
    default_ordering = "-period"
    takes_plan = True
    name = "reports"
    kinds = ("reports", "measures", "plans", "accounts")

    def get_queryset(self) -> QuerySet[Any, Any]:
        reports = Report.objects.in_plan(asked_plan(self.request._request)).accepted().filed(by=self.day)
        return reports.filter(measure__listed_on__lte=self.day)
