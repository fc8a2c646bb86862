"""The reviewing office: months of projects that wait, and who has filed."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.utils.translation import gettext_lazy, pgettext_lazy

from measures.filters import members_of_asked_plan
from measures.views.review import ReportsOfPlan
from projects.models import ProjectMonth
from projects.months.review import month_entries, review_rows
from projects.months.services import accept_month, undo_month
from regions.words import NEUTRAL
from reporting.steps import Entry
from reporting.views.returned import ReturnedPage, ReturnedRow
from reporting.views.review import DecidesMany, QueuePage
from web.formats.dates import format_month
from web.html.links import row_url
from web.language import localized
from web.lists.filters import MonthFilter, SlugFilter


class WaitingMonthFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    city = SlugFilter(
        field_name="project__city",
        to_field_name="code",
        queryset=members_of_asked_plan,
        label=pgettext_lazy("project", "City"),
    )
    period = MonthFilter(field_name="period", label=gettext_lazy("Month"))


class MonthReviewPage(ReportsOfPlan, QueuePage):
    template_name = "projects/month_review.html"
    accepted_template = "projects/_accepted_month.html"
    heading = gettext_lazy("Months of projects waiting for review")
    left_out = gettext_lazy("Unlikely ones, suspensions and reversals are not selected: review each of them.")
    undo_sentence = gettext_lazy("An acceptance can be undone on its own day. The month then waits again.")
    kept = "months"
    model = ProjectMonth
    filterset_class = WaitingMonthFilter
    orderings = {"city": ["project__city__code", "period", "project__position", "project__code"]}
    default_ordering = "city"
    # The months of three or four cities, to be accepted in one go.
    default_page_size = 100
    waiting_with = ("project__city", "project__plan", "project__lead_department")
    accepted_with = ("project__city", "project__plan")
    unit = ("project__city", "code", "city")
    waiting_rows = staticmethod(review_rows)

    def entries_of(self, report: ProjectMonth, content: Mapping[str, Any]) -> list[Entry]:
        return month_entries(content)

    def name_of(self, report: ProjectMonth) -> str:
        return str(report.project.code)


class ReturnedMonths(ReportsOfPlan, ReturnedPage):
    model = ProjectMonth
    filterset_class = WaitingMonthFilter
    returned_with = ("project__city",)
    heading = gettext_lazy("Returned months of projects")
    subject_label = gettext_lazy("Project")

    @property
    def unit_label(self) -> str:
        return self.plan.part_words.of_project if self.plan else NEUTRAL.of_project

    def row(self, report: ProjectMonth) -> ReturnedRow:
        project = report.project
        return ReturnedRow(
            report,
            f"{project.code} {localized(project, 'name')}",
            row_url(project, self.request.GET, plan=self.plan),
            localized(project.city, "short"),
            format_month(report.period),
        )


class DecideMonths(DecidesMany, MonthReviewPage):
    decided_with = ("project__plan",)
    decided_order = ("project", "period", "pk")
    accept_one = staticmethod(accept_month)
    undo_one = staticmethod(undo_month)
