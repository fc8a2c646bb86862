"""What a request asked wrongly, in sentences of the reader's language."""

from collections.abc import Iterable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views import defaults


class BadQuery(BadRequest):
    """A query that cannot be answered. `problems`: parameter -> sentences; a page and the API both show them."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(in_a_row([sentence for sentences in problems.values() for sentence in sentences]))
        self.problems = problems


def in_a_row(sentences: list[str]) -> str:
    """As one text: between two of them stands one mark, whether or not the first has its own."""
    *before, last = sentences or [""]
    return "".join(each.rstrip(".。") + pgettext("between sentences", ". ") for each in before) + last


def not_one_of(values: Iterable[str]) -> str:
    return _("This value is not allowed; choose one of: %(values)s") % {"values": ", ".join(values)}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    problems = exception.problems if isinstance(exception, BadQuery) else {}
    return render(request, "400.html", {"problems": problems}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: in the site's words on a page, as JSON from the API."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Something went wrong on our side")}, status=500)
    return defaults.server_error(request)
