"""The steps of a log-in that more than one page takes: the wait for a code, what is told, and where it goes on."""

from datetime import timedelta
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import RedirectURLMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.log import LastLogin
from accounts.models import User

LOCK_MINUTES = int(settings.AXES_COOLOFF_TIME * 60)
# In a session of nobody: for whom a password was right, when, and the state of the account then.
WAITS = "waits_for_code"
WAITS_FOR = timedelta(minutes=10)


def is_locked(request: HttpRequest, person: User) -> bool:
    """Return whether too many log-ins of this account failed lately."""
    return not AxesProxyHandler.is_allowed(request, {"username": person.get_username()})


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    return render(request, "accounts/locked.html", {"minutes": LOCK_MINUTES}, status=429)


class GoesOn(RedirectURLMixin):
    """A reporter goes on to the workspace. To have come by the front door, `?next=/`, is no wish for another page."""

    request: HttpRequest

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        wanted: str = super().get_redirect_url(request)
        return "" if wanted == settings.LOGIN_REDIRECT_URL else wanted

    def get_default_redirect_url(self) -> str:
        user = self.request.user
        is_reporter = user.is_authenticated and user.is_reporter
        return resolve_url(settings.REPORTER_REDIRECT_URL if is_reporter else settings.LOGIN_REDIRECT_URL)


def tell_of_last_login(request: HttpRequest, previous: LastLogin | None) -> None:
    """Tells a person of their last log-in, so that somebody notices who else uses the account."""
    if previous is None:
        return
    words = {
        "time": f"{timezone.localtime(previous.at):%Y-%m-%d %H:%M}",
        "address": previous.address or _("an unknown address"),
    }
    messages.info(request, _("You last logged in at %(time)s, from %(address)s") % words)
    if previous.failures:
        sentence = ngettext(
            "Since then %(count)s log-in under your name failed. If it was not you, tell the administrator.",
            "Since then %(count)s log-ins under your name failed. If it was not you, tell the administrator.",
            previous.failures,
        )
        messages.warning(request, sentence % {"count": previous.failures})


def count_failure(request: HttpRequest, person: User) -> None:
    """Counts a failure of the person as one of the log-ins that failed: too many lock the account."""
    user_login_failed.send(sender=__name__, credentials={"username": person.get_username()}, request=request)


def wait_for_code(request: HttpRequest, user: User, following: str) -> HttpResponse:
    """Leads to the page that asks for the code: between the password and the code nobody is logged in."""
    # A key that somebody else may know from before the password is none for what follows.
    request.session.cycle_key()
    moment = timezone.now().timestamp()
    backend = getattr(user, "backend", "")
    request.session[WAITS] = [user.pk, backend, moment, user.get_session_auth_hash()]
    return redirect(reverse("accounts:code", query={"next": following} if following else None))


def who_waits(request: HttpRequest) -> tuple[User, str] | None:
    """The person, and the backend that took their password."""
    pk, backend, moment, state = request.session.get(WAITS, (None, "", 0, ""))
    if pk is None or timezone.now().timestamp() - moment > WAITS_FOR.total_seconds():
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or not constant_time_compare(state, user.get_session_auth_hash()):
        return None
    return user, backend
