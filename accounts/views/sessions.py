"""The pages that show where somebody is logged in under one's own name, and end that."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control

from accounts.access_rules import ACCOUNTS, WRITE_METHODS, asks
from accounts.devices import device_name
from accounts.permissions import signed_in
from accounts.sessions import end_session, end_sessions, own_sessions

OTHERS = "others"


@cache_control(private=True, no_store=True)
@asks(read=ACCOUNTS, write=ACCOUNTS, confirmed_methods=WRITE_METHODS)
def sessions(request: HttpRequest) -> HttpResponse:
    """One's own sessions; `end` in the form names one, or says that all others are meant."""
    user, this = signed_in(request.user), request.session.session_key
    asked = request.POST.get("end", "")
    if request.method == "POST" and asked == OTHERS:
        number = end_sessions(user, but=this)
        sentence = ngettext("%(count)s other session was ended", "%(count)s other sessions were ended", number)
        messages.success(request, sentence % {"count": number})
        return redirect("accounts:sessions")
    if request.method == "POST":
        if end_session(user, asked):
            messages.success(request, _("The session was ended"))
        return redirect("accounts:sessions")
    rows = [(each, device_name(each.agent)) for each in own_sessions(user, this=this, at=timezone.now())]
    limits = {"most": settings.PILOTZONE_SESSIONS_AT_ONCE, "hours": settings.PILOTZONE_SESSION_HOURS}
    return render(request, "accounts/sessions.html", {"rows": rows, "others": OTHERS} | limits)


@asks(write=ACCOUNTS, refuse=lambda request: HttpResponse(status=401))
def active(request: HttpRequest) -> HttpResponse:
    """Told by a page in which a person types: the middleware notes each request of theirs."""
    return HttpResponse(status=204)
