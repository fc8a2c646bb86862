"""Log-in, password, access tokens, and what a reader prefers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import (
    LoginView,
    PasswordChangeDoneView,
    PasswordChangeView,
    PasswordResetConfirmView,
)
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from accounts.access_rules import ACCOUNTS, ALL_METHODS, ANYONE, OWNERS, STRANGERS, Facts, GuardedView, asks
from accounts.forms import FirstPasswordForm, LoginForm, PasswordForm, PreferencesForm, TokenForm
from accounts.log import last_login
from accounts.log_in import GoesOn, count_failure, is_locked, locked_out, tell_of_last_login, wait_for_code
from accounts.models import AccessToken, TokenState, User
from accounts.people import forgive_failures
from accounts.permissions import signed_in
from accounts.preferences import SIZE_COOKIE
from accounts.second_factor import is_offered, wants_code
from accounts.tokens import create_token_once, newest_token, revoke_token
from core.exceptions import NotAllowed

TOKENS_ON_A_PAGE = 50


class LogIn(GoesOn, LoginView):
    authentication_form = LoginForm
    permission = write_permission = ANYONE
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(provider=settings.PILOTZONE_OIDC, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        if wants_code(form.get_user()):
            return wait_for_code(self.request, form.get_user(), self.get_redirect_url())
        # What is told is of the log-in before this one.
        previous = last_login(form.get_user())
        response = super().form_valid(form)
        tell_of_last_login(self.request, previous)
        return response


class ChangePassword(GuardedView, PasswordChangeView):
    """Wrong old passwords count as failed log-ins: whoever sits down at an open session may not guess for ever."""

    form_class = PasswordForm
    permission = write_permission = ACCOUNTS
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("accounts:password_done")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        has_password = signed_in(self.request.user).has_usable_password()
        return super().get_context_data(offers_second_factor=is_offered(), has_password=has_password, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_locked(request, signed_in(request.user)):
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.has_error("old_password", "password_incorrect"):
            count_failure(self.request, signed_in(self.request.user))
        return super().form_invalid(form)


class PasswordChanged(GuardedView, PasswordChangeDoneView):
    template_name = "accounts/password_change_done.html"
    permission = ACCOUNTS


class SetPassword(PasswordResetConfirmView):
    """The page to which a link leads: the link's owner sets a password, once, and logs in with it."""

    form_class = FirstPasswordForm
    permission = write_permission = ANYONE
    template_name = "accounts/password_set.html"
    success_url = reverse_lazy("accounts:login")

    def get_user(self, uidb64: str) -> User | None:
        user: User | None = super().get_user(uidb64)
        return user if user and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        forgive_failures(form.user)
        messages.success(self.request, _("Your password is set: log in with it"))
        return response


def _safe_return_url(request: HttpRequest, wanted: str) -> str:
    """The page to go back to, on this site only, without `lang`, which would outvote the choice just made."""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    parts = urlsplit(wanted if safe and wanted else "/")
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "lang"]
    # A path that begins with two slashes would be another site once its own host is cut off.
    return urlunsplit(("", "", "/" + parts.path.lstrip("/"), urlencode(query), ""))


@csrf_exempt
@asks(write=ANYONE)
def preferences(request: HttpRequest) -> HttpResponse:
    """Saves the language and the size of print, in the account of those who have one and in a cookie; and when the
    person is e-mailed of returned work.

    Visitors need no token, so that a page is the same for all of them; another site could change no more than how its
    own visitor reads this one.
    """
    save: Callable[[HttpRequest], HttpResponse] = _save_preferences
    if request.user.is_authenticated:
        save = csrf_protect(_save_preferences)
    return save(request)


def _save_preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST)
    form.is_valid()
    language, size = form.cleaned_data.get("language"), form.cleaned_data.get("size")
    response = HttpResponseRedirect(_safe_return_url(request, form.cleaned_data.get("next", "")))
    if language:
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    if size:
        _remember(response, SIZE_COOKIE, size)
    if request.user.is_authenticated:
        request.user.language = language or request.user.language
        request.user.large_print = size == "large" if size else request.user.large_print
        if returns := form.cleaned_data.get("returns"):
            request.user.returns_at_once = returns == "at_once"
            messages.success(request, _("Your choice is saved"))
        request.user.save(update_fields=User.preferences)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    age, secure = settings.LANGUAGE_COOKIE_AGE, settings.LANGUAGE_COOKIE_SECURE
    response.set_cookie(name, value, max_age=age, secure=secure, samesite="Lax", httponly=True)


@cache_control(private=True, no_store=True)
@asks(read=ACCOUNTS, write=ACCOUNTS, confirmed_methods=ALL_METHODS)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own access tokens, and a form for another.

    The answer to the form shows the new key: for a redirect it would have to be stored meanwhile, where others might
    read it. Sent again, by a reload or a double click, the form makes nothing: it names the token that was the newest
    when it was opened.
    """
    user = signed_in(request.user)
    form = TokenForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            token, key = create_token_once(user, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "accounts/token_made.html", {"token": token, "key": key})
    page = Paginator(user.access_tokens.all(), TOKENS_ON_A_PAGE).get_page(request.GET.get("page"))
    moment = timezone.now()
    rows = [{"token": token, "state": token.state(at=moment)} for token in page]
    context = {"form": form, "page": page, "rows": rows, "valid": TokenState.VALID, "newest": newest_token(user)}
    return render(request, "accounts/tokens.html", context)


class RevokeToken(GuardedView):
    permission = write_permission = OWNERS
    confirmed_methods = ALL_METHODS

    @cached_property
    def token(self) -> AccessToken:
        return get_object_or_404(AccessToken, pk=self.kwargs["pk"])

    def permission_facts(self) -> Facts:
        return {"owner": self.token.user_id}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if self.token.state(at=timezone.now()) != TokenState.VALID:
            return redirect("accounts:tokens")
        return render(request, "accounts/token_revoke.html", {"token": self.token})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        revoke_token(self.token)
        messages.success(request, _("The access token was revoked"))
        return redirect("accounts:tokens")


@asks(read=ACCOUNTS, write=ACCOUNTS)
def admin_password_change(request: HttpRequest) -> HttpResponse:
    """The administration's own page would let an open session guess at its password without a limit."""
    return redirect("accounts:password")


@asks(read=STRANGERS, write=STRANGERS)
def admin_log_in(request: HttpRequest) -> HttpResponse:
    """The administration has no log-in of its own: it would ask for no second factor."""
    return redirect(reverse("accounts:login", query={"next": request.GET.get("next", reverse("admin:index"))}))
