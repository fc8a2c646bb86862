"""The errors of a request, in sentences of the reader's language."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.core.exceptions import BadRequest
from django.forms import BaseForm, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.csrf import csrf_failure as plain_csrf_failure

from core.exceptions import CannotCount, NotAllowed
from core.view_instances import made_from

# PostgreSQL's code of a statement that was ended.
QUERY_CANCELED = "57014"


class OneOf(str):
    """A sentence that names the values that are allowed; `allowed` are these."""

    allowed: tuple[str, ...]


class BadQuery(BadRequest):
    """A query that cannot be answered. `problems`: parameter -> sentences; a page and the API both show them."""

    def __init__(self, problems: Mapping[str, Sequence[str]]) -> None:
        super().__init__(join_sentences([sentence for sentences in problems.values() for sentence in sentences]))
        self.problems = problems


class BadBody(BadQuery):
    """A request whose content cannot be taken. `problems`: JSON pointer of a field -> sentences."""


def join_sentences(sentences: list[str]) -> str:
    """Return the sentences as one text, with one full stop between two, whether or not the first has its own."""
    *before, last = sentences or [""]
    return "".join(each.rstrip(".。") + pgettext("between sentences", ". ") for each in before) + last


def not_one_of(values: Iterable[str], *, is_missing: bool = False, names: Mapping[str, Any] | None = None) -> OneOf:
    """`names`: what people call the values, where these are codes; the sentence then has both."""
    allowed = tuple(str(value) for value in values)
    shown = [
        _("%(name)s (%(code)s)") % {"name": names[code], "code": code}
        if names and code in names and str(names[code]).lower() != code
        else code
        for code in allowed
    ]
    text = _("Choose one of: %(values)s") if is_missing else _("This value is not allowed; choose one of: %(values)s")
    sentence = OneOf(text % {"values": (pgettext("between items", ", ") if names else ", ").join(shown)})
    sentence.allowed = allowed
    return sentence


def asked_choice(asked: str, choices: Collection[str], *, name: str) -> str:
    """Return what is asked for. Raises BadQuery where it is none of the choices of the parameter `name`."""
    if asked not in choices:
        raise BadQuery({name: [not_one_of(choices)]})
    return asked


def add_refusal(form: BaseForm, refusal: NotAllowed) -> None:
    """Shows why a service refused what was sent: at the field at fault, where the form has it."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def form_problems(form: Form) -> dict[str, list[str]]:
    """Return the problems for which a form refuses its input, as `BadQuery` takes them."""
    # As plain text a OneOf would lose its values.
    return {
        name: [
            sentence
            for error in errors
            for sentence in ([error.message] if isinstance(error.message, OneOf) else error.messages)
        ]
        for name, errors in form.errors.as_data().items()
    }


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    problems = exception.problems if isinstance(exception, BadQuery) else {}
    # What is wrong with a day is the heading of the page; all else stands below it.
    heading = next((name for name in ("as_of", "compare") if name in problems), None)
    below = [each for name, sentences in problems.items() for each in sentences[1 if name == heading else 0 :]]
    return render(request, "400.html", {"problems": problems, "sentences": below}, status=400)


def cannot_count_sentence(exception: CannotCount) -> str:
    words = {"error": str(exception).partition("\n")[0]}
    return _("The totals of this day cannot be counted, because of a row with an impossible value (%(error)s)") % words


def took_too_long(error: BaseException | None) -> bool:
    """Return whether the database ended what was asked for (`core.statement_timeout`), or waited too long for a
    lock."""
    # Django's errors wrap those of the driver.
    cause = getattr(error, "__cause__", None)
    is_locked = getattr(cause, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return is_locked or getattr(cause, "sqlstate", None) == QUERY_CANCELED


def cannot_count(request: HttpRequest, exception: CannotCount) -> HttpResponse:
    return render(request, "503.html", {"sentence": cannot_count_sentence(exception)}, status=503)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before a log-out and a new log-in is refused, and what was typed into it is shown.

    Only for pages of this site that sent cookies: no other may show its words in a page of ours.
    """
    view = made_from(request.resolver_match and request.resolver_match.func)
    is_ours = request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"
    if hasattr(view, "show_unsaved") and is_ours and request.COOKIES:
        with suppress(BadQuery):
            response: HttpResponse = view.show_unsaved(request)
            return response
    return plain_csrf_failure(request, reason=reason)
