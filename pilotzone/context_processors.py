"""Template context of every page: the day, the plan, how fresh the totals are, and the reader's settings."""

from datetime import date
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.preferences import prefers_large_print
from accounts.sessions import idle_minutes
from core.clock import today
from indicators.models import ValueReport
from measures.filters import asked_plan
from measures.models import Plan, Report
from measures.views.plans import plan_choice
from notices.services import unread_count
from projects.models import ProjectMonth
from regions.words import NEUTRAL, PartWords
from reporting.workflow import ReportState
from rollups.freshness import Freshness, freshness, stored_times
from web.days import asked_day
from web.errors import BadQuery
from web.site import site_profile


def _plan(request: HttpRequest) -> Plan | None:
    try:
        return asked_plan(request)
    except BadQuery:
        plan: Plan | None = Plan.objects.with_others().current()
        return plan


def _part_words(request: HttpRequest) -> PartWords:
    plan = _plan(request)
    return plan.part_words if plan else NEUTRAL


def _day(request: HttpRequest) -> date:
    try:
        return asked_day(request)
    except BadQuery:
        return today()


def _rollup_state(plan: Plan | None, day: date) -> Freshness | None:
    """How fresh the stored totals of the plan are. Lists show it too, though their own counts are live."""
    if plan is None:
        return None
    return freshness(plan.pk, stored_times(plan_id=plan.pk, day=day, today=today()))


def _count(*filings: QuerySet[Any]) -> dict[str, int]:
    """How many of each there are, by the label of their model. One query."""
    counts = [
        found.order_by().values_list(Value(found.model._meta.label)).annotate(number=Count("*")) for found in filings
    ]
    return dict(counts[0].union(*counts[1:], all=True).order_by())


def _waiting_filings(plan: Plan | None) -> dict[str, int]:
    """Return the numbers of submitted filings of the plan, as on the pages that they lead to. Values of indicators are
    the site's."""
    found = (Report.objects.in_plan(plan), ProjectMonth.objects.in_plan(plan), ValueReport.objects.all())
    return _count(*(each.filter(state=ReportState.SUBMITTED) for each in found))


def _returned_filings(plan: Plan | None, department: int | None) -> int:
    """Return how many filings of a department (its id) were returned, on the measures of the plan that it leads and the
    indicators that it owns; a person without a department has none of them."""
    if department is None:
        return 0
    own = {"state": ReportState.RETURNED, "department": department}
    reports = Report.objects.in_plan(plan).filter(**own, measure__lead_department=department)
    return sum(_count(reports, ValueReport.objects.filter(**own, indicator__owner=department)).values())


def _returned_months(plan: Plan | None, city: int | None) -> int:
    """Return how many months were returned of the projects of the plan in a city (its id)."""
    if city is None:
        return 0
    return ProjectMonth.objects.in_plan(plan).filter(state=ReportState.RETURNED, project__city=city).count()


def site(request: HttpRequest) -> dict[str, Any]:
    day = _day(request)
    user = getattr(request, "user", None)
    department, city = getattr(user, "department_id", None), getattr(user, "city_id", None)
    waiting = cache(lambda: _waiting_filings(_plan(request)))
    return {
        "as_of": day,
        "today": today(),
        # Not `site`: the pages of logging in have another one of that name.
        "site_profile": site_profile(),
        "demo": settings.PILOTZONE_DEMO,
        "pinned_day": settings.PILOTZONE_TODAY,
        "large_print": prefers_large_print(request),
        # Queried only by the pages that show them.
        "plan": SimpleLazyObject(lambda: _plan(request)),
        "plan_choice": SimpleLazyObject(lambda: plan_choice(_plan(request))),
        "part_words": SimpleLazyObject(lambda: _part_words(request)),
        "rollup_state": SimpleLazyObject(lambda: _rollup_state(_plan(request), day)),
        "idle_minutes": idle_minutes(user) if isinstance(user, User) else None,
        "unread_notices": SimpleLazyObject(lambda: unread_count(user) if isinstance(user, User) else 0),
        "waiting_reviews": lambda: sum(waiting().values()),
        "waiting_months": lambda: waiting().get(ProjectMonth._meta.label, 0),
        "waiting_values": lambda: waiting().get(ValueReport._meta.label, 0),
        "returned_months": lambda: _returned_months(_plan(request), city),
        "returned_reports": lambda: _returned_filings(_plan(request), department),
    }
