"""The base of the office's lists."""

from typing import Any, ClassVar, NamedTuple

from django.utils.functional import Promise

from accounts.access_rules import REVIEWERS
from measures.filters import OfAskedPlan, asked_plan
from office.views.editing import OFFICE
from web.html.links import query_of
from web.views import FilteredListView, TodayView


class ListWords(NamedTuple):
    """The words of a list: its name and heading; what is said where it has no rows, or none that the filters find."""

    name: str | Promise
    heading: str | Promise
    empty: str | Promise
    none_found: str | Promise


class OfficeList(TodayView, FilteredListView):
    """A list of all rows, those that no other page shows, too."""

    words: ClassVar[ListWords]
    http_method_names = ["get", "head", "options"]
    permission = write_permission = REVIEWERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_filtered = any(self.request.GET.get(name) for name in self.filterset_class.base_filters)
        return super().get_context_data(words=self.words, is_filtered=is_filtered, **kwargs)


class PlanList(OfficeList):
    """A list of rows of a plan."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(plan=asked_plan(self.request), **kwargs)


class PlanTable(OfAskedPlan, TodayView):
    """All rows of a kind that a plan has, on one page."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        in_plan = query_of("", plan=self.plan.link_slug) if self.plan else ""
        return super().get_context_data(crumbs=[OFFICE], plan=self.plan, in_plan=in_plan, **kwargs)
