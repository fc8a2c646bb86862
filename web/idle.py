"""Ends sessions that nobody uses, and those that lasted too long.

Before a page is looked for, so that it holds for cached ones too.
"""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.log import Event, log_own_event
from accounts.models import User
from accounts.sessions import idle_minutes, is_idle, is_too_old, note_activity
from web.middleware import Middleware

# Sent by a page that asks for something by itself.
BY_ITSELF = "X-By-Itself"


class IdleMiddleware(Middleware):
    """A request after too long a pause is one of nobody: a page leads to the log-in, and what a form brought is shown
    (`web.unsaved_input`)."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        moment = timezone.now()
        user = request.user
        if user.is_authenticated and is_idle(request.session, user, at=moment):
            _end(request, user, Event.IDLE, _idle_sentence(user))
        elif user.is_authenticated and is_too_old(request.session, user, at=moment):
            _end(request, user, Event.TOO_OLD, _age_sentence())
        response = self.get_response(request)
        # After the answer: one that changed the session would not be cached.
        if request.user.is_authenticated and not _is_by_itself(request, request.user):
            note_activity(request, at=moment)
        return response


def _end(request: HttpRequest, user: User, event: Event, sentence: str) -> None:
    log_own_event(event, user, request)
    request.session.flush()
    request.user = AnonymousUser()
    messages.info(request, sentence)


def _idle_sentence(user: User) -> str:
    minutes = idle_minutes(user)
    sentence = ngettext(
        "You were logged out, since nothing was done for %(count)s minute. What you had typed is kept in this browser.",
        "You were logged out, since nothing was done for %(count)s minutes."
        " What you had typed is kept in this browser.",
        minutes,
    )
    return sentence % {"count": minutes}


def _age_sentence() -> str:
    hours = settings.PILOTZONE_SESSION_HOURS
    sentence = ngettext(
        "You were logged out: a session ends %(count)s hour after the log-in."
        " What you had typed is kept in this browser.",
        "You were logged out: a session ends %(count)s hours after the log-in."
        " What you had typed is kept in this browser.",
        hours,
    )
    return sentence % {"count": hours}


def _is_by_itself(request: HttpRequest, user: User) -> bool:
    """Return whether a page made the request by itself, so that it does not keep the session; a viewer's keeps it,
    since a screen that hangs in a hall is that of a viewer."""
    return BY_ITSELF in request.headers and not user.is_plain_viewer
