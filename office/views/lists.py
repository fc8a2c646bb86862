"""The base of the office's lists."""

from typing import Any

from accounts.rules import REVIEWERS
from measures.filters import asked_plan
from web.views import FilteredListView, TodayView


class OfficeList(TodayView, FilteredListView):
    """A list of all rows, those that no other page shows, too."""

    http_method_names = ["get", "head", "options"]
    permission = write_permission = REVIEWERS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_filtered = any(self.request.GET.get(name) for name in self.filterset_class.base_filters)
        return super().get_context_data(is_filtered=is_filtered, **kwargs)


class PlanList(OfficeList):
    """A list of rows of a plan."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(plan=asked_plan(self.request), **kwargs)
