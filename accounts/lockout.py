"""How many failed log-ins are too many. django-axes counts and locks; it knows one limit for all that it counts."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Q, Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.log import MAX_NAME_LENGTH

# Of one account from one address, from one address, and of one account, as AXES_LOCKOUT_PARAMETERS has them: within
# AXES_COOLOFF_TIME. An office may share an address; and nobody is to lock somebody else out with a few wrong passwords.
LIMITS = (5, 30, 60)


def attempted_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """The user name by which failures are counted, cut: forms take any length, and each failure is stored."""
    name = (credentials or request.POST).get("username") or ""
    return str(name)[:MAX_NAME_LENGTH]


def locked_names(names: Collection[str]) -> set[str]:
    """Returns those of these user names for which too many wrong passwords came lately."""
    of_one_address, _of_address, of_account = LIMITS
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    attempts = AccessAttempt.objects.filter(username__in=names, attempt_time__gt=since).values("username")
    failures = attempts.annotate(most=Max("failures_since_start"), total=Sum("failures_since_start"))
    found = failures.filter(Q(most__gte=of_one_address) | Q(total__gte=of_account))
    return set(found.order_by().values_list("username", flat=True))


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]  # it has no types
    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """How many of the limits are met: AXES_FAILURE_LIMIT is one."""
        counts = [
            attempts.aggregate(failures=Sum("failures_since_start", default=0))["failures"]
            for attempts in self.get_user_attempts(request, credentials)
        ]
        return sum(count >= limit for count, limit in zip(counts, LIMITS, strict=True))

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forgives whoever logs in their own mistakes from this address, and not what else was tried from it."""
        own, _from_address, _of_account = self.filter_user_attempts(request, credentials)
        deleted: int = own.delete()[0]
        return deleted
