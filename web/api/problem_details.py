"""Every refusal of the API as problem details (RFC 9457), in the caller's language."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template import loader
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from core import request_id
from core.exceptions import CannotCount, NotAllowed
from web.api.shapes import PROBLEM_TYPE
from web.errors import BadBody, BadQuery, OneOf, cannot_count_sentence, took_too_long

# Name -> status and title. A name is part of the API and stays: clients tell problems apart by it.
PROBLEMS: dict[str, tuple[int, str | Promise]] = {
    "malformed-request": (400, gettext_lazy("The request cannot be read")),
    "invalid-parameters": (400, gettext_lazy("A parameter is not valid")),
    "invalid-body": (400, gettext_lazy("The request body is not valid")),
    "not-authenticated": (401, gettext_lazy("An account is needed")),
    "forbidden": (403, gettext_lazy("Not allowed for this account")),
    "not-found": (404, gettext_lazy("Not found")),
    "method-not-allowed": (405, gettext_lazy("This address does not accept that method")),
    "not-acceptable": (406, gettext_lazy("No such format")),
    "request-too-slow": (408, gettext_lazy("The request took too long to arrive")),
    "conflict": (409, gettext_lazy("Not allowed in the present state")),
    "body-too-large": (413, gettext_lazy("The body is too large")),
    "address-too-long": (414, gettext_lazy("The address is too long")),
    "unsupported-media-type": (415, gettext_lazy("The body must be JSON")),
    "idempotency-key-reused": (422, gettext_lazy("The Idempotency-Key belongs to another request")),
    "too-many-requests": (429, gettext_lazy("Too many requests")),
    "headers-too-large": (431, gettext_lazy("The headers are too large")),
    "database-away": (503, gettext_lazy("The database does not answer")),
    "database-busy": (503, gettext_lazy("The database is busy")),
    "cannot-count": (503, gettext_lazy("The totals cannot be counted")),
    "too-busy": (503, gettext_lazy("Many files are being made already")),
    "too-many-log-ins": (503, gettext_lazy("Many people are logging in right now")),
    "server-error": (500, gettext_lazy("An error on this site")),
    "no-room": (507, gettext_lazy("The server has no room for what was sent")),
}
_OF_STATUS = {status: name for name, (status, _title) in reversed(PROBLEMS.items())}


def problem(name: str, detail: str, **more: Any) -> dict[str, Any]:
    """The body of an answer. `type` is an address of this site that explains the problem."""
    status, title = PROBLEMS[name]
    return {
        "type": f"{reverse('api-help')}#{name}",
        "title": str(title),
        "status": status,
        "detail": detail,
        "request_id": request_id.current(),
        **more,
    }


@dataclass(frozen=True)
class ProblemDetails:
    """A refusal: the name of its kind, the sentence, the fields at fault, and headers of the answer."""

    name: str
    detail: str
    errors: list[dict[str, Any]] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def explain_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's handler of exceptions. None for a fault of ours."""
    found = next((describe(error) for kind, describe in _DESCRIBED.items() if isinstance(error, kind)), None)
    if found is None:
        return None
    more = {} if found.errors is None else {"errors": found.errors}
    body = problem(found.name, found.detail, **more)
    return Response(body, status=body["status"], headers=found.headers, content_type=PROBLEM_TYPE)


def _invalid_body(error: BadBody) -> ProblemDetails:
    errors = [_field_error({"pointer": _pointer(at)}, words) for at, words in _each(error.problems)]
    return ProblemDetails("invalid-body", str(error), errors)


def _invalid_parameters(error: BadQuery) -> ProblemDetails:
    errors = [_field_error({"parameter": at}, words) for at, words in _each(error.problems)]
    return ProblemDetails("invalid-parameters", str(error), errors)


def _not_found(error: Http404) -> ProblemDetails:
    own = str(error) if error.args else ""
    return ProblemDetails("not-found", own or _("The page you asked for does not exist or has moved"))


def _forbidden(error: PermissionDenied) -> ProblemDetails:
    return ProblemDetails("forbidden", _("You may not do this"))


def _conflict(error: NotAllowed) -> ProblemDetails:
    errors = [_field_error({"pointer": _pointer(error.field)}, str(error))] if error.field else []
    return ProblemDetails("conflict", str(error), errors)


def _cannot_count(error: CannotCount) -> ProblemDetails:
    return ProblemDetails("cannot-count", cannot_count_sentence(error))


def _unreadable_body(error: exceptions.ParseError) -> ProblemDetails:
    return ProblemDetails("invalid-body", str(error.detail))


def _unsupported_media_type(error: exceptions.UnsupportedMediaType) -> ProblemDetails:
    return ProblemDetails("unsupported-media-type", _("Send JSON, with the header Content-Type: application/json."))


def _too_many_requests(error: exceptions.Throttled) -> ProblemDetails:
    seconds = int(error.wait or 1)  # rounded up already
    detail = ngettext(
        "Too many requests; please wait %(seconds)s second",
        "Too many requests; please wait %(seconds)s seconds",
        seconds,
    ) % {"seconds": seconds}
    return ProblemDetails("too-many-requests", detail, headers={"Retry-After": str(seconds)})


def _refused(error: exceptions.APIException) -> ProblemDetails:
    detail = _("Please log in first") if isinstance(error, exceptions.NotAuthenticated) else str(error.detail)
    header = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": header} if header else {}
    return ProblemDetails(_OF_STATUS[error.status_code], detail, headers=headers)


# The first kind that fits: particular kinds stand before general ones.
_DESCRIBED: Mapping[type[Exception], Callable[[Any], ProblemDetails]] = {
    BadBody: _invalid_body,
    BadQuery: _invalid_parameters,
    Http404: _not_found,
    PermissionDenied: _forbidden,
    NotAllowed: _conflict,
    CannotCount: _cannot_count,
    exceptions.ParseError: _unreadable_body,
    exceptions.UnsupportedMediaType: _unsupported_media_type,
    exceptions.Throttled: _too_many_requests,
    exceptions.APIException: _refused,
}


RETRY_AFTER = 5


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: in the site's words on a page, as JSON from the API. 503 where the database is what fails, which
    may be over in `RETRY_AFTER` seconds."""
    error = sys.exception()
    is_page = not request.path.startswith("/api/")
    if isinstance(error, OperationalError | InterfaceError):
        if took_too_long(error):
            name = "database-busy"
            sentence = _("This took too long and was stopped. Nothing was changed; please try again in a moment.")
        else:
            name, sentence = "database-away", _("Please try again in a moment. Nothing that was accepted is lost.")
        response = refuse(name, sentence, is_page=is_page, may_retry=request.method in ("GET", "HEAD"))
        response.headers["Retry-After"] = str(RETRY_AFTER)
        return response
    if is_page:
        return defaults.server_error(request)
    return refuse("server-error", _("Something went wrong on our side"), is_page=False)


def refuse(
    name: str, sentence: str, *, is_page: bool, may_retry: bool = False, again: int | None = None
) -> HttpResponse:
    """Return a page that needs nothing of the site, or problem details. `may_retry`: the page links to itself; `again`:
    the seconds after which it opens its address by itself, None where it does not.
    """
    found = problem(name, sentence)
    if not is_page:
        return JsonResponse(found, status=found["status"], content_type=PROBLEM_TYPE)
    shown = {"title": found["title"], "sentence": sentence, "may_retry": may_retry or again, "again": again}
    return HttpResponse(loader.render_to_string("refusal.html", shown), status=found["status"])


def _each(problems: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(at, words) for at, sentences in problems.items() for words in sentences]


def _pointer(path: str) -> str:
    return f"#/{path}" if path else "#"


def _field_error(where: Mapping[str, str], words: str) -> dict[str, Any]:
    allowed = {"allowed": list(words.allowed)} if isinstance(words, OneOf) else {}
    return {**where, "detail": str(words), **allowed}
