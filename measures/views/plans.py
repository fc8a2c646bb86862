"""The action plans of a site: the list of them, and those that the head of each page offers."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.functional import cached_property

from accounts.access_rules import READERS
from measures.filters import PLAN_ORDERINGS, PlanFilter, asked_plan_or_404
from measures.models import Plan
from web.html.links import query_of
from web.views import FilteredListView, TodayView

# In the head of each page; the list has all.
MAX_IN_HEAD = 12


class PlanPage(TodayView):
    """A page of today about something of the plan that the address names. Raises Http404 on a site without a plan."""

    @cached_property
    def plan(self) -> Plan:
        return asked_plan_or_404(self.request)

    @property
    def action(self) -> str:
        """Return the address to which its form is sent."""
        return query_of(self.request.path, plan=self.plan.action_slug)


class PlanList(FilteredListView):
    permission = READERS
    template_name = "measures/plan_list.html"
    filterset_class = PlanFilter
    orderings = PLAN_ORDERINGS
    default_ordering = "-starts_on"

    def get_queryset(self) -> Any:
        return Plan.objects.select_related("region")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"rows": with_link_slugs(context["page"], Plan.objects.current())}


class PlanChoice(NamedTuple):
    """The plans that the head of a page offers. `has_more`: the site has plans besides."""

    plans: list[Plan]
    has_more: bool


def plan_choice(asked: Plan | None) -> PlanChoice:
    """The newest plans, the newest first, and the asked one before them where it is older. None on a site with one
    plan, without a query."""
    if asked is None or not asked.has_others:
        return PlanChoice([], has_more=False)
    newest = list(Plan.objects.order_by("-starts_on", "slug")[: MAX_IN_HEAD + 1])
    plans = newest[:MAX_IN_HEAD]
    if asked not in plans:
        plans.insert(0, asked)
    current = Plan.objects.current() if asked.link_slug else asked
    return PlanChoice(with_link_slugs(plans, current), has_more=len(newest) > MAX_IN_HEAD)


def with_link_slugs(plans: Iterable[Plan], current: Plan | None) -> list[Plan]:
    """The same, without a query for each."""
    rows = list(plans)
    for plan in rows:
        plan.link_slug = "" if plan == current else plan.slug
    return rows
