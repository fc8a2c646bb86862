"""What the frame of every page shows: the day, the plan, and how fresh the totals are."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.preferences import SIZE_COOKIE
from accounts.roles import Role
from core.clock import today
from measures.filters import asked_plan
from measures.models import Notice, Plan, Report
from reporting.workflow import ReportState
from rollups import engine
from rollups.freshness import Freshness, freshness
from web.days import asked_day
from web.errors import BadQuery


def _plan(request: HttpRequest) -> Plan | None:
    try:
        return asked_plan(request)
    except BadQuery:
        return Plan.objects.current()


def _day(request: HttpRequest) -> date:
    try:
        return asked_day(request)
    except BadQuery:
        return today()


def _rollup_state(plan: Plan | None, day: date) -> Freshness | None:
    """Of a list, whose own counts are live: how fresh the totals are that other pages show for the same plan."""
    if plan is None:
        return None
    return freshness(plan.pk, engine.computed_at(plan_id=plan.pk, day=day, today=today()))


def _unread(user: Any) -> int:
    """New notices; nothing is asked for people who are told nothing."""
    is_told = getattr(user, "role", "") == Role.REPORTER
    return Notice.objects.filter(user=user, read_at=None).count() if is_told else 0


def site(request: HttpRequest) -> dict[str, Any]:
    day, now = _day(request), today()
    user = getattr(request, "user", None)
    department = getattr(user, "department_id", None)
    large = getattr(user, "large_print", False) or request.COOKIES.get(SIZE_COOKIE) == "large"
    return {
        "as_of": day,
        "today": now,
        "is_today": day == now,
        "demo": settings.PILOTZONE_DEMO,
        "pinned_day": settings.PILOTZONE_TODAY,
        "public_reading": settings.PILOTZONE_PUBLIC_READING,
        "large_print": large,
        # Asked for only by the pages that show them.
        "plan": SimpleLazyObject(lambda: _plan(request)),
        "rollup_state": SimpleLazyObject(lambda: _rollup_state(_plan(request), day)),
        "unread_notices": SimpleLazyObject(lambda: _unread(user)),
        "waiting_reviews": lambda: Report.objects.filter(state=ReportState.SUBMITTED).count(),
        "returned_reports": lambda: Report.objects.filter(
            state=ReportState.RETURNED, measure__lead_department=department
        ).count(),
    }
