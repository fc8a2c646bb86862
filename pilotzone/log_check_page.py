"""The page that holds the log against its seals, for those who read the log."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse

from accounts.log import Event, log_reading
from accounts.log_check import check_log
from accounts.log_seals import seal_state
from accounts.models import LogSeal
from accounts.rules import LOG_READERS
from web.views import TodayView

# Seals that the page checks, which takes half a second; the check of each night takes all.
NEWEST = 2_000


class LogCheckPage(TodayView):
    template_name = "log_check.html"
    http_method_names = ["get", "head", "options"]
    permission = LOG_READERS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if request.method == "GET":
            log_reading(request)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            check=check_log(newest=NEWEST), newest=NEWEST, seals=seal_state(), nightly=_last_nightly_check(), **kwargs
        )


def _last_nightly_check() -> LogEntry | None:
    own = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(LogSeal))
    found: LogEntry | None = own.filter(additional_data__event=Event.LOG_CHECKED).order_by("-pk").first()
    return found
