"""The action plans of a site: the one that a page is about, and those that the head of each page offers."""

from collections.abc import Iterable

from django.utils.functional import cached_property

from measures.filters import asked_plan_or_404
from measures.models import Plan
from web.html.links import query_of
from web.views import TodayView

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


def plan_choice(asked: Plan | None) -> list[Plan]:
    """The newest plans, the newest first, and the asked one before them where it is older. None on a site with one
    plan, without a query."""
    if asked is None or not asked.has_others:
        return []
    plans = list(Plan.objects.order_by("-starts_on", "slug")[:MAX_IN_HEAD])
    if asked not in plans:
        plans.insert(0, asked)
    current = Plan.objects.current() if asked.link_slug else asked
    return with_link_slugs(plans, current)


def with_link_slugs(plans: Iterable[Plan], current: Plan | None) -> list[Plan]:
    """The same, without a query for each."""
    rows = list(plans)
    for plan in rows:
        plan.link_slug = "" if plan == current else plan.slug
    return rows
