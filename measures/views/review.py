"""The reviewing office: reports that wait."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from measures.filters import asked_plan, sections_of_asked_plan
from measures.models import Report, StatusChange
from measures.office.acceptances import undo_acceptance
from measures.reports import accept_report
from measures.review import ReviewRow, accepted_on, review_rows, status_entries, waiting_reports
from reporting.returned_pages import ReturnedPage, ReturnedRow
from reporting.review_pages import DecidesMany, QueuePage
from reporting.review_rows import AcceptedRow
from reporting.steps import Entry, report_texts
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


class ReviewPage(QueuePage):
    template_name = "measures/review.html"
    filterset_class = WaitingReportFilter
    orderings = {"submitted_on": ["submitted_on", "submitted_at"]}
    default_ordering = "submitted_on"

    def get_queryset(self) -> QuerySet[Report]:
        return waiting_reports(asked_plan(self.request), day=self.day).prefetch_related("evidence")

    def waiting_rows(self, reports: Iterable[Any]) -> list[ReviewRow]:
        return review_rows(reports)

    def entries_of(self, report: Report, content: Mapping[str, Any]) -> list[Entry]:
        return [*status_entries(content), *report_texts(content)]

    def unmarked_entries_of(self, report: Report, content: Mapping[str, Any]) -> list[Entry]:
        return status_entries(content)

    def accepted_rows(self) -> list[AcceptedRow]:
        return accepted_on(asked_plan(self.request), self.day)

    def returned(self) -> QuerySet[Report]:
        return Report.objects.in_plan(asked_plan(self.request)).returned()


class ReturnedReports(ReturnedPage):
    filterset_class = ReturnedReportFilter
    heading = gettext_lazy("Returned reports")
    subject_label = gettext_lazy("Measure")
    unit_label = gettext_lazy("Department")

    def get_queryset(self) -> QuerySet[Report]:
        self.plan = asked_plan(self.request)
        returned = Report.objects.in_plan(self.plan).returned()
        return returned.select_related("measure", "department", "decided_by", "submitted_by")

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
    queue_name = "measures:review"

    def find(self, ids: Sequence[int]) -> list[Report]:
        found = Report.objects.filter(pk__in=ids).select_related("measure")
        return list(found.order_by("measure", "submitted_on", "pk"))

    def accept_one(self, report: Report, *, by: User) -> StatusChange | None:
        return accept_report(report, by=by)

    def undo_one(self, report: Report, *, by: User, note: str) -> Report:
        return undo_acceptance(report, by=by, note=note)

    def name_of(self, report: Report) -> str:
        return str(report.measure.code)
