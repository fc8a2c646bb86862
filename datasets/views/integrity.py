"""The page of the data checks: those who may see logs read it, administrators have them run at once."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import may_administer
from accounts.rules import ADMINISTRATORS, LOG_READERS
from datasets.integrity.checks import Check, Severity, all_checks
from datasets.integrity.running import (
    MOST_ROWS_KEPT,
    RETENTION_DAYS,
    Found,
    addresses,
    found_in,
    latest_run,
    run_and_keep,
)
from web.views import TodayView


@dataclass(frozen=True)
class CheckRow:
    """A check as the page shows it. `found` is None before its first run; `rows`: the address of each, or "", its name
    and what is wrong."""

    check: Check
    title: str
    why: str
    do: str
    found: Found | None
    rows: list[tuple[str, str, str]]

    @property
    def found_something(self) -> bool:
        """Rows, or that it cannot run."""
        return self.found is not None and bool(self.found.count or self.found.error)


class IntegrityPage(TodayView):
    template_name = "datasets/integrity.html"
    permission = LOG_READERS
    write_permission = ADMINISTRATORS

    def post(self, request: HttpRequest) -> HttpResponse:
        # All take a second or two on a large site; nobody waits for a worker.
        run_and_keep()
        messages.success(request, _("All checks were run; what they found stands below."))
        return redirect("datasets:integrity")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = latest_run()
        found = [(check, found_in(run, check)) for check in all_checks()]
        links = addresses(row for _check, each in found if each for row in each.rows)
        checks = [_check_row(check, each, links) for check, each in found]
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


def _check_row(check: Check, found: Found | None, links: dict[tuple[str, int], str]) -> CheckRow:
    rows = [(links.get((row.model, row.id), ""), row.name, row.detail) for row in found.rows] if found else []
    return CheckRow(check, check.said("title"), check.said("why"), check.said("do"), found, rows)


def _count(checks: list[CheckRow], severity: Severity) -> int:
    return sum(each.found.count for each in checks if each.found and each.check.severity == severity)
