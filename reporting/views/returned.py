"""The page on which the office sees what it returned and nobody has submitted again: to whom, since when, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from accounts.access_rules import REVIEW_READERS
from web.views import FilteredListView, TodayView


@dataclass(frozen=True)
class ReturnedRow:
    """`name` and `url`: of what it is about; `unit`: whom the filters of the page ask for; `period`: in words."""

    report: Any
    name: str
    url: str
    unit: str
    period: str


class ReturnedPage(TodayView, FilteredListView):
    """The newest first. An app's own says the rest below; its filters are those of the page of what waits."""

    template_name = "reporting/returned.html"
    orderings = {"returned": ["decided_on", "decided_at", "pk"]}
    default_ordering = "-returned"
    permission = REVIEW_READERS
    # What is fetched with them.
    returned_with: Sequence[str]
    heading: str | Promise
    subject_label: str | Promise

    @property
    def unit_label(self) -> str | Promise:
        raise NotImplementedError

    def reports(self) -> Any:
        """Returns all reports that the page is about."""
        raise NotImplementedError

    def get_queryset(self) -> Any:
        return self.reports().returned().select_related(*self.returned_with, "decided_by", "submitted_by")

    def row(self, report: Any) -> ReturnedRow:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "rows": [self.row(report) for report in context["page"]],
            "heading": self.heading,
            "subject_label": self.subject_label,
            "unit_label": self.unit_label,
        }
