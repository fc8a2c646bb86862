"""What the frame of every page shows: the day, the plan, and how fresh the totals are."""

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.preferences import SIZE_COOKIE
from dashboard.models import MeasureRollup
from dashboard.services import is_refreshing
from measures.filters import asked_plan
from measures.models import Plan
from reporting.clock import SHANGHAI, today
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


def _rollup_state() -> dict[str, Any]:
    newest = MeasureRollup.objects.order_by("-computed_at").values_list("computed_at", flat=True).first()
    return {"computed_at": newest.astimezone(SHANGHAI) if newest else None, "refreshing": is_refreshing()}


def site(request: HttpRequest) -> dict[str, Any]:
    day, now = _day(request), today()
    user = getattr(request, "user", None)
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
        "rollup_state": SimpleLazyObject(_rollup_state),
    }
