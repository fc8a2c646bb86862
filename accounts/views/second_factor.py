"""The code after the password, and where somebody sets up, renews and removes the second factor."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control
from django.views.generic import FormView

from accounts.access_rules import ACCOUNTS, ALL_METHODS, ANYONE, asks
from accounts.forms import CodeForm
from accounts.log import last_login
from accounts.log_in import WAITS, GoesOn, count_failure, is_locked, locked_out, tell_of_last_login, who_waits
from accounts.models import AuthenticatorApp, User
from accounts.permissions import signed_in
from accounts.second_factor import (
    SHOWN,
    app_to_confirm,
    check_code,
    confirm_app,
    has_app,
    is_offered,
    recovery_codes_left,
    remove_app,
    renew_codes,
)
from accounts.sessions import end_sessions
from core.exceptions import NotAllowed

FEW_CODES = 3


class EnterCode(GoesOn, FormView):  # type: ignore[type-arg]  # at run time it takes no argument
    """The second step of the log-in. Wrong codes count as failed log-ins."""

    form_class = CodeForm
    template_name = "accounts/code.html"
    permission = write_permission = ANYONE
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        waiting = who_waits(request)
        if waiting is None:
            return redirect("accounts:login")
        self.person, self.backend = waiting
        if request.method == "POST" and is_locked(request, self.person):
            return locked_out(request)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        if not _is_right(self.request, form, self.person):
            return self.form_invalid(form)
        previous = last_login(self.person)
        del self.request.session[WAITS]
        login(self.request, self.person, backend=self.backend or None)
        self.request.session[SHOWN] = True
        tell_of_last_login(self.request, previous)
        left = recovery_codes_left(self.person)
        if left <= FEW_CODES:
            sentence = ngettext(
                "%(count)s recovery code is left: make new ones under “My account”.",
                "%(count)s recovery codes are left: make new ones under “My account”.",
                left,
            )
            messages.warning(self.request, sentence % {"count": left})
        return redirect(self.get_success_url())


def _wrong_code() -> str:
    return _("The code is not correct, or was used. After several wrong ones, wait a moment before the next.")


@cache_control(private=True, no_store=True)
@asks(read=ACCOUNTS, write=ACCOUNTS, confirmed_methods=ALL_METHODS)
def set_up(request: HttpRequest) -> HttpResponse:
    """The key for an app, as a picture and in letters; a code confirms it, and the answer shows the recovery codes."""
    user = _person(request)
    if has_app(user):
        return redirect("accounts:second_factor")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        codes = confirm_app(user, form.cleaned_data["code"])
        if codes is not None:
            # Others of this person have shown no code.
            end_sessions(user, but=request.session.session_key)
            request.session[SHOWN] = True
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
        form.add_error("code", _wrong_code())
    device = app_to_confirm(user)
    return render(request, "accounts/set_up_app.html", {"form": form, "key": _key(device), "picture": _picture(device)})


def _key(device: AuthenticatorApp) -> str:
    """Returns the key as people type it: in groups of four."""
    key = device.config_url.partition("secret=")[2].partition("&")[0]
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def _picture(device: AuthenticatorApp) -> str:
    # It takes 1 MB: only of a process that sets up a second factor.
    import segno

    return segno.make(device.config_url, error="m", micro=False).svg_data_uri(scale=5, border=4, light="white")


@cache_control(private=True, no_store=True)
@asks(read=ACCOUNTS, write=ACCOUNTS, confirmed_methods=ALL_METHODS)
def second_factor(request: HttpRequest) -> HttpResponse:
    """Shows whether one has a second factor; with a code it is removed, or gets new recovery codes."""
    user = _person(request)
    if not has_app(user):
        return render(request, "accounts/second_factor.html", {"is_set_up": False})
    if not request.session.get(SHOWN):
        # A session from before the second factor was asked for.
        logout(request)
        return redirect("accounts:login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if is_locked(request, user):
            return locked_out(request)
        if _is_right(request, form, user):
            return _change(request, user)
    context = {"is_set_up": True, "form": form, "left": recovery_codes_left(user)}
    return render(request, "accounts/second_factor.html", context)


def _is_right(request: HttpRequest, form: CodeForm, user: User) -> bool:
    """Return whether the form holds a right code. A wrong one is an error of the form, and counts as a failed
    log-in."""
    try:
        if form.is_valid() and not check_code(user, form.cleaned_data["code"]):
            form.add_error("code", _wrong_code())
            count_failure(request, user)
    except NotAllowed as refusal:
        form.add_error(refusal.field, str(refusal))
    return not form.errors


def _change(request: HttpRequest, user: User) -> HttpResponse:
    if request.POST.get("action") == "remove":
        remove_app(user, by=user)
        request.session.pop(SHOWN, None)
        messages.success(request, _("The second factor was removed"))
        return redirect("accounts:second_factor")
    return render(request, "accounts/recovery_codes.html", {"codes": renew_codes(user)})


def _person(request: HttpRequest) -> User:
    """Raises Http404 where the site offers no second factor."""
    if not is_offered():
        raise Http404
    return signed_in(request.user)
