"""Log-in, password, and what a reader prefers."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.forms import PreferencesForm
from accounts.preferences import SIZE_COOKIE

LOCK_MINUTES = int(settings.AXES_COOLOFF_TIME * 60)


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    return render(request, "accounts/locked.html", {"minutes": LOCK_MINUTES}, status=429)


def _way_back(request: HttpRequest, wanted: str) -> str:
    """The page to go back to, on this site only, without a `lang` that would outvote the choice just made."""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    parts = urlsplit(wanted if safe and wanted else "/")
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "lang"]
    # A path that begins with two slashes would be another site once its own host is cut off.
    return urlunsplit(("", "", "/" + parts.path.lstrip("/"), urlencode(query), ""))


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Saves the language and the size of print: in the account of those who have one, and in a cookie."""
    form = PreferencesForm(request.POST)
    form.is_valid()
    language, size = form.cleaned_data.get("language"), form.cleaned_data.get("size")
    response = HttpResponseRedirect(_way_back(request, form.cleaned_data.get("next", "")))
    if language:
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    if size:
        _remember(response, SIZE_COOKIE, size)
    if request.user.is_authenticated:
        request.user.language = language or request.user.language
        request.user.large_print = size == "large" if size else request.user.large_print
        request.user.save(update_fields=["language", "large_print"])
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax", httponly=True)
