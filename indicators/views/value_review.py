"""The reviewing office: values of indicators that wait."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from accounts.models import Department, User
from indicators.models import Indicator, Observation, ValueReport
from indicators.value_review import (
    AcceptedValueRow,
    ReviewRow,
    accepted_on,
    review_rows,
    waiting_by_department,
    waiting_values,
)
from indicators.value_wording import step_texts
from indicators.values import accept_value, undo_value
from reporting.returned_pages import ReturnedPage, ReturnedRow
from reporting.review_pages import DecidesMany, QueuePage
from reporting.steps import Entry
from web.formats.periods import format_period
from web.html.links import query_with, sticky_query
from web.language import localized
from web.lists.filters import SlugFilter
from web.views import Share


class WaitingValueFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    department = SlugFilter(
        field_name="department",
        to_field_name="slug",
        queryset=Department.objects.all(),
        label=gettext_lazy("Department"),
    )
    indicator = SlugFilter(
        field_name="indicator",
        to_field_name="code",
        queryset=Indicator.objects.all(),
        label=gettext_lazy("Indicator"),
    )


class ValueReviewPage(QueuePage):
    template_name = "indicators/value_review.html"
    filterset_class = WaitingValueFilter
    orderings = {"indicator": ["indicator__code", "period_end", "region__code", "pk"]}
    default_ordering = "indicator"

    def get_queryset(self) -> QuerySet[ValueReport]:
        return waiting_values().prefetch_related("evidence", "steps__made_by")

    def waiting_rows(self, reports: Iterable[ValueReport]) -> list[ReviewRow]:
        return review_rows(reports)

    def entries_of(self, report: ValueReport, content: Mapping[str, Any]) -> list[Entry]:
        return step_texts(report.indicator, content)

    def accepted_rows(self) -> list[AcceptedValueRow]:
        return accepted_on(self.day)

    def returned(self) -> QuerySet[ValueReport]:
        return ValueReport.objects.returned()

    def shares(self) -> list[Share]:
        return [
            Share(name, number, query_with(self.request.GET, department=slug, ticked=None))
            for slug, name, number in waiting_by_department()
        ]


class ReturnedValues(ReturnedPage):
    filterset_class = WaitingValueFilter
    heading = gettext_lazy("Returned values of indicators")
    subject_label = gettext_lazy("Indicator")
    unit_label = gettext_lazy("Department")

    def get_queryset(self) -> QuerySet[ValueReport]:
        returned = ValueReport.objects.returned()
        return returned.select_related("indicator", "region", "department", "decided_by", "submitted_by")

    def row(self, report: ValueReport) -> ReturnedRow:
        indicator = report.indicator
        return ReturnedRow(
            report,
            f"{localized(indicator, 'name')} {localized(report.region, 'short')}",
            f"{indicator.get_absolute_url()}{sticky_query(self.request.GET)}",
            localized(report.department, "short"),
            format_period(*report.span),
        )


class DecideValues(DecidesMany, ValueReviewPage):
    queue_name = "indicators:review"

    def find(self, ids: Sequence[int]) -> list[ValueReport]:
        found = ValueReport.objects.filter(pk__in=ids).select_related("indicator", "corrects")
        return list(found.order_by("indicator", "period_end", "pk"))

    def accept_one(self, report: ValueReport, *, by: User) -> Observation:
        return accept_value(report, by=by)

    def undo_one(self, report: ValueReport, *, by: User, note: str) -> ValueReport:
        return undo_value(report, by=by, note=note)

    def name_of(self, report: ValueReport) -> str:
        return f"{report.indicator.code} {report.period}"
