"""The page of the data checks: those who may see logs read it, administrators have them run at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access_rules import ADMINISTRATORS, LOG_READERS
from accounts.permissions import may_administer
from integrity.checks import Severity
from integrity.running import MOST_ROWS_KEPT, RETENTION_DAYS, latest_run, run_and_keep
from integrity.shown import CheckRow, check_rows
from web.views import TodayView


class IntegrityPage(TodayView):
    template_name = "integrity/integrity.html"
    permission = LOG_READERS
    write_permission = ADMINISTRATORS

    def post(self, request: HttpRequest) -> HttpResponse:
        # All take a second or two on a large site; nobody waits for a worker.
        run_and_keep()
        messages.success(request, _("All checks were run; what they found stands below."))
        return redirect("integrity")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = latest_run()
        checks = check_rows(run)
        return super().get_context_data(
            run=run,
            wrong=[each for each in checks if each.found_something],
            others=[each for each in checks if not each.found_something],
            counts=[(severity, _count(checks, severity)) for severity in Severity],
            may_run=may_administer(self.request.user),
            most_rows=MOST_ROWS_KEPT,
            kept_days=RETENTION_DAYS,
            **kwargs,
        )


def _count(checks: list[CheckRow], severity: Severity) -> int:
    return sum(each.found.count for each in checks if each.found and each.check.severity == severity)
