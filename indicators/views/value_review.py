"""The reviewing office: values of indicators that wait."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy

from accounts.models import Department
from indicators.models import Indicator, ValueReport
from indicators.querysets import ValueReportQuerySet
from indicators.values.review import AcceptedValueRow, review_rows
from indicators.values.services import accept_value, undo_value
from indicators.values.wording import step_texts
from reporting.steps import Entry
from reporting.views.returned import ReturnedPage, ReturnedRow
from reporting.views.review import DecidesMany, QueuePage
from web.formats.periods import format_period
from web.html.links import sticky_query
from web.language import localized
from web.lists.filters import SlugFilter


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


class AllValues:
    """The values that a page of the office is about: those of all indicators, which are of no plan."""

    def reports(self) -> ValueReportQuerySet:
        return ValueReport.objects.all()


class ValueReviewPage(AllValues, QueuePage):
    template_name = "indicators/value_review.html"
    accepted_template = "indicators/_accepted_value.html"
    heading = gettext_lazy("Indicator values waiting for review")
    left_out = gettext_lazy("Unlikely and unchecked values and corrections are not selected: review each of them.")
    undo_sentence = gettext_lazy("An acceptance can be undone on its own day. The value then waits again.")
    kept = "values"
    model = ValueReport
    filterset_class = WaitingValueFilter
    orderings = {"indicator": ["indicator__code", "period_end", "region__code", "pk"]}
    default_ordering = "indicator"
    waiting_with = ("indicator", "region", "department", "corrects")
    accepted_with = ("indicator", "region", "department")
    unit = ("department", "slug", "department")
    waiting_rows = staticmethod(review_rows)

    def entries_of(self, report: ValueReport, content: Mapping[str, Any]) -> list[Entry]:
        return step_texts(report.indicator, content)

    def accepted_row(self, report: ValueReport) -> AcceptedValueRow:
        return AcceptedValueRow(
            report=report, name=f"{localized(report.indicator, 'name')} {format_period(*report.span)}"
        )

    def name_of(self, report: ValueReport) -> str:
        return f"{report.indicator.code} {report.period}"


class ReturnedValues(AllValues, ReturnedPage):
    filterset_class = WaitingValueFilter
    returned_with = ("indicator", "region", "department")
    heading = gettext_lazy("Returned values of indicators")
    subject_label = gettext_lazy("Indicator")
    unit_label = gettext_lazy("Department")

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
    decided_with = ("indicator", "corrects")
    decided_order = ("indicator", "period_end", "pk")
    accept_one = staticmethod(accept_value)
    undo_one = staticmethod(undo_value)
