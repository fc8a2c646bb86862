"""The reviewing office: months of projects that wait, and who has filed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from measures.filters import asked_plan, members_of_asked_plan
from projects.models import ProjectMonth
from projects.month_review import (
    ReviewRow,
    accepted_on,
    month_entries,
    review_rows,
    waiting_by_city,
    waiting_months,
)
from projects.months import accept_month, undo_month
from regions.words import NEUTRAL
from reporting.returned_pages import ReturnedPage, ReturnedRow
from reporting.review_pages import DecidesMany, QueuePage
from reporting.review_rows import AcceptedRow
from reporting.steps import Entry
from web.formats.dates import format_month
from web.html.links import query_with, row_url
from web.language import localized
from web.lists.filters import MonthFilter, SlugFilter
from web.views import Share


class WaitingMonthFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    city = SlugFilter(
        field_name="project__city",
        to_field_name="code",
        queryset=members_of_asked_plan,
        label=pgettext_lazy("project", "City"),
    )
    period = MonthFilter(field_name="period", label=gettext_lazy("Month"))


class MonthReviewPage(QueuePage):
    template_name = "projects/month_review.html"
    filterset_class = WaitingMonthFilter
    orderings = {"city": ["project__city__code", "period", "project__position", "project__code"]}
    default_ordering = "city"
    # The months of three or four cities, to be accepted in one go.
    default_page_size = 100

    def get_queryset(self) -> QuerySet[ProjectMonth]:
        return waiting_months(asked_plan(self.request)).prefetch_related("evidence", "steps__made_by")

    def waiting_rows(self, reports: Iterable[ProjectMonth]) -> list[ReviewRow]:
        return review_rows(reports)

    def entries_of(self, report: ProjectMonth, content: Mapping[str, Any]) -> list[Entry]:
        return month_entries(content)

    def accepted_rows(self) -> list[AcceptedRow]:
        return accepted_on(asked_plan(self.request), self.day)

    def returned(self) -> QuerySet[ProjectMonth]:
        return ProjectMonth.objects.in_plan(asked_plan(self.request)).returned()

    def shares(self) -> list[Share]:
        return [
            Share(name, number, query_with(self.request.GET, city=code, ticked=None))
            for code, name, number in waiting_by_city(asked_plan(self.request))
        ]


class ReturnedMonths(ReturnedPage):
    filterset_class = WaitingMonthFilter
    heading = gettext_lazy("Returned months of projects")
    subject_label = gettext_lazy("Project")

    @property
    def unit_label(self) -> str:
        return self.plan.part_words.of_project if self.plan else NEUTRAL.of_project

    def get_queryset(self) -> QuerySet[ProjectMonth]:
        self.plan = asked_plan(self.request)
        returned = ProjectMonth.objects.in_plan(self.plan).returned()
        return returned.select_related("project__city", "decided_by", "submitted_by")

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
    queue_name = "projects:review"

    def find(self, ids: Sequence[int]) -> list[ProjectMonth]:
        found = ProjectMonth.objects.filter(pk__in=ids).select_related("project__plan")
        return list(found.order_by("project", "period", "pk"))

    def accept_one(self, report: ProjectMonth, *, by: User) -> ProjectMonth:
        return accept_month(report, by=by)

    def undo_one(self, report: ProjectMonth, *, by: User, note: str) -> ProjectMonth:
        return undo_month(report, by=by, note=note)

    def name_of(self, report: ProjectMonth) -> str:
        return str(report.project.code)
