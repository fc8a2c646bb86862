"""The reviewing office: reports that wait."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy

from accounts.models import Department
from measures.editing.acceptances import undo_acceptance
from measures.filters import OfAskedPlan, sections_of_asked_plan
from measures.models import Report
from measures.reports import accept_report
from measures.review import review_rows, status_entries, with_facts
from reporting.steps import Entry, report_texts
from reporting.views.returned import ReturnedPage, ReturnedRow
from reporting.views.review import DecidesMany, QueuePage
from web.formats.dates import format_month
from web.html.links import row_url
from web.language import localized
from web.lists.filters import SlugFilter


class WaitingReportFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    department = SlugFilter(
        field_name="measure__lead_department",
        queryset=Department.objects.all(),
        label=gettext_lazy("Lead department"),
    )
    section = SlugFilter(
        field_name="measure__section", queryset=sections_of_asked_plan, label=gettext_lazy("Priority area")
    )


class ReturnedReportFilter(WaitingReportFilter):
    """A filter by the department that wrote the returned report: another one may lead the measure by now."""

    department = SlugFilter(queryset=Department.objects.all(), label=gettext_lazy("Department"))


class ReportsOfPlan(OfAskedPlan):
    """The reports that a page of the office is about."""

    model: Any

    def reports(self) -> Any:
        return self.model.objects.in_plan(self.plan)


class ReviewPage(ReportsOfPlan, QueuePage):
    template_name = "measures/review.html"
    accepted_template = "measures/_accepted_report.html"
    heading = gettext_lazy("Reports waiting for review")
    left_out = gettext_lazy("Completions, reversals and unlikely entries are not selected: review each of them.")
    undo_sentence = gettext_lazy(
        "An acceptance can be undone on its own day, while nothing rests on it. The report then waits again."
    )
    kept, undo_kept = "reports", "undo"
    model = Report
    filterset_class = WaitingReportFilter
    orderings = {"submitted_on": ["submitted_on", "submitted_at"]}
    default_ordering = "submitted_on"
    waiting_with = ("measure__lead_department",)
    accepted_with = ("measure", "department")
    waiting_rows = staticmethod(review_rows)

    def get_queryset(self) -> Any:
        return with_facts(super().get_queryset(), day=self.day)

    def entries_of(self, report: Report, content: Mapping[str, Any]) -> list[Entry]:
        return [*status_entries(content), *report_texts(content)]

    def unmarked_entries_of(self, report: Report, content: Mapping[str, Any]) -> list[Entry]:
        return status_entries(content)

    def name_of(self, report: Report) -> str:
        return str(report.measure.code)


class ReturnedReports(ReportsOfPlan, ReturnedPage):
    model = Report
    filterset_class = ReturnedReportFilter
    returned_with = ("measure", "department")
    heading = gettext_lazy("Returned reports")
    subject_label = gettext_lazy("Measure")
    unit_label = gettext_lazy("Department")

    def row(self, report: Report) -> ReturnedRow:
        measure = report.measure
        return ReturnedRow(
            report,
            f"{measure.code} {localized(measure, 'title')}",
            row_url(measure, self.request.GET, plan=self.plan),
            localized(report.department, "short"),
            format_month(report.period),
        )


class Decide(DecidesMany, ReviewPage):
    decided_with = ("measure",)
    decided_order = ("measure", "submitted_on", "pk")
    accept_one = staticmethod(accept_report)
    undo_one = staticmethod(undo_acceptance)
