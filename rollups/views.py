"""The staff page of runs: those who may see logs read it, superusers may have the work done at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.access_rules import ADMINISTRATORS, LOG_READERS
from accounts.permissions import may_administer
from core.queue import BrokerAway, start_task
from rollups import runs, wording
from rollups.services import MAX_RECORDED_DIFFERENCES, RETENTION_DAYS
from rollups.stale_cells import RETRY_SECONDS
from web.errors import asked_choice
from web.lists.listing import asked_page
from web.views import TodayView


class RunsPage(TodayView):
    template_name = "rollups/runs.html"
    permission = LOG_READERS
    write_permission = ADMINISTRATORS

    def post(self, request: HttpRequest) -> HttpResponse:
        task = asked_choice(request.POST.get("task", ""), runs.TASKS, name="task")
        try:
            outcome = start_task(runs.TASKS[task])
        except BrokerAway:
            messages.error(request, _("The queue of tasks does not answer, so nothing was begun. Is Redis running?"))
            return redirect("rollups:runs")
        texts = {
            ("recompute", "queued"): _("All totals are being recomputed; the run is listed here when it has ended."),
            ("recompute", "done"): _("All totals were recomputed."),
            ("check", "queued"): _("The check has begun; its result stands here when it has ended."),
            ("check", "done"): _("All totals were checked; the result stands below."),
            ("recompute", "failed"): _("The totals could not be recomputed; the failed runs below say why."),
            ("check", "failed"): _("The check failed; the log of the site says why."),
        }
        if outcome == "failed":
            messages.error(request, texts[task, outcome])
        else:
            messages.success(request, texts[task, outcome])
        return redirect("rollups:runs")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        failed = self.request.GET.get("failed", "")
        failed_only = bool(failed and asked_choice(failed, ["1"], name="failed"))
        listed = runs.newest_runs()
        if failed_only:
            listed = listed.exclude(error="")
        page = asked_page(self.request.GET, listed)
        state = runs.totals_state()
        return super().get_context_data(
            state=state,
            sentence=wording.totals_sentence(state),
            stale_age=wording.format_age(state.stale),
            set_aside=wording.set_aside_rows(runs.cells_set_aside()[:MAX_RECORDED_DIFFERENCES]),
            retry_minutes=RETRY_SECONDS // 60,
            difference_tables=wording.difference_tables(state.verification) if state.verification else [],
            most_differences=MAX_RECORDED_DIFFERENCES,
            kept_days=RETENTION_DAYS,
            recent=runs.RECENT_HOURS,
            failed_only=failed_only,
            page=page,
            rows=[(run, wording.first_line(run.error)) for run in page],
            may_run=may_administer(self.request.user),
            **kwargs,
        )
