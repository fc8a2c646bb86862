"""What was typed into a report's form and could not be saved, kept in the session until it can be."""

from datetime import date
from typing import Any

from django.http import HttpRequest

KEY = "kept_reports"
FIELDS = (
    *("status", "effective_on", "what_was_done", "problem", "next_step", "version", "against_status"),
    *("url", "url_title", "document_number", "document_title"),
)
# Of one field, in characters, and of forms in one session: a visitor who is not logged in may fill both.
MOST_CHARACTERS = 20_000
MOST_FORMS = 3


def _name(code: str, month: date) -> str:
    return f"{code} {month:%Y-%m}"


def keep_typed(request: HttpRequest, code: str, month: date) -> None:
    typed: dict[str, Any] = {name: request.POST.get(name, "")[:MOST_CHARACTERS] for name in FIELDS}
    typed["had_files"] = bool(request.FILES)
    kept = request.session.get(KEY, {})
    kept.pop(_name(code, month), None)
    kept[_name(code, month)] = typed
    request.session[KEY] = dict(list(kept.items())[-MOST_FORMS:])


def kept_typed(request: HttpRequest, code: str, month: date) -> dict[str, Any] | None:
    kept: dict[str, dict[str, Any]] = request.session.get(KEY, {})
    return kept.get(_name(code, month))


def forget_typed(request: HttpRequest, code: str, month: date) -> None:
    kept = request.session.get(KEY, {})
    if kept.pop(_name(code, month), None) is not None:
        request.session[KEY] = kept
