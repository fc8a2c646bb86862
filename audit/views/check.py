"""The page that holds the log against its seals, for those who read the log."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.access_rules import LOG_READERS
from accounts.log import log_reading
from audit.check import check_log, last_check
from audit.seals import seal_state
from web.views import TodayView

# Seals that the page checks, which takes half a second; the check of each night takes all.
NEWEST = 2_000


class LogCheckPage(TodayView):
    template_name = "audit/log_check.html"
    http_method_names = ["get", "head", "options"]
    permission = LOG_READERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if request.method == "GET":
            log_reading(request)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            check=check_log(newest=NEWEST), newest=NEWEST, seals=seal_state(), nightly=last_check(), **kwargs
        )
