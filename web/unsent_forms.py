"""Words that were typed before the session ended: kept until the person has logged in again."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

KEY = "unsent"
# Of one field, in characters: somebody who is not logged in may fill it.
MOST_CHARACTERS = 5_000


def keep_unsent(request: HttpRequest, fields: Sequence[str]) -> None:
    """One form at a time: that which was posted last."""
    typed = {name: request.POST[name][:MOST_CHARACTERS] for name in fields if name in request.POST}
    request.session[KEY] = {"path": request.path, "typed": typed}


def has_unsent(request: HttpRequest) -> bool:
    return KEY in request.session


def take_unsent(request: HttpRequest, path: str) -> dict[str, Any]:
    """What was typed into the form that posts to the path, once; says that it was not sent yet. Else nothing."""
    if request.session.get(KEY, {}).get("path") != path:
        return {}
    typed = request.session.pop(KEY)["typed"]
    if typed:
        messages.warning(request, _("You were logged out before this was sent. What you typed is kept below."))
    return typed
