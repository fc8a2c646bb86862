import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

import brotli
from auditlog.context import set_extra_data
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation.trans_real import parse_accept_lang_header

from accounts.log import log_refusal
from core import log_context
from core.client_address import client_address
from core.exceptions import CannotCount
from core.request_id import begin
from core.statement_timeout import timeout_of_new_connections
from web.api.throttles import Limit
from web.errors import cannot_count
from web.idempotency import FORM_ID, is_form_id, post_form_once
from web.site import remembered, site_profile

REQUEST_ID = "X-Request-ID"
CODES = {code for code, _name in settings.LANGUAGES}


def asked_language(request: HttpRequest, account: object = None, *, offered: Sequence[str] = tuple(CODES)) -> str:
    """`?lang=` for one page, else the account's choice, else the cookie's, else the browser's, else Chinese; of the
    languages that the site offers."""
    if len(offered) == 1:
        return offered[0]
    choices = [
        request.GET.get("lang", ""),
        getattr(account, "language", ""),
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
    ]
    for choice in choices:
        if choice in CODES:
            return choice
    for tag, weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if not weight:
            continue
        if tag.startswith("zh"):
            return "zh-hans"
        if tag.startswith("en"):
            return "en"
    return settings.LANGUAGE_CODE


class Middleware:
    """A middleware that passes each request on; others do something before or after."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class RequestIdMiddleware(Middleware):
    """Outermost: every answer has an id, a cached or redirected one too, and lines of the log have the same.

    The id stays until the answer is closed: rows of a file are read while it is sent.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = begin(request.headers.get(REQUEST_ID, ""))
        log_context.forget()
        response = self.get_response(request)
        response.headers[REQUEST_ID] = request_id
        return response


class ForgetMiddleware(Middleware):
    """Lets go of what was sent when it is answered. A request and its user refer to each other, so that forms of 5 MB
    would stay until the garbage collector comes: a stranger could fill the memory.
    """

    # Where Django keeps it. Files are closed with the answer.
    kept = ("_body", "_post")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name in self.kept:
            vars(request).pop(name, None)
        return response


class StatementTimeoutMiddleware(Middleware):
    """A middleware before whatever asks the database: no statement of a request holds it up for longer than is set."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with timeout_of_new_connections(settings.PILOTZONE_STATEMENT_TIMEOUT):
            return self.get_response(request)


class PermissionsPolicyMiddleware(Middleware):
    """No page of ours uses any of these, and nothing that might be slipped into one is to."""

    policy = ", ".join(f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb"))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers["Permissions-Policy"] = self.policy
        return response


class LanguageMiddleware(Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponse:
        # To find the account may fail, and the page that says so is to be in a language of whoever asks.
        translation.activate(asked_language(request, offered=remembered().codes))
        language = asked_language(request, request.user, offered=site_profile().codes)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        response.headers.setdefault("Content-Language", language)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return cannot_count(request, exception) if isinstance(exception, CannotCount) else None


class LogMiddleware(Middleware):
    """Tells the log who asks, and from where, and whom the site refused what. auditlog's own believes any
    X-Forwarded-For, and knows no tokens."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # REST framework puts a token's account on the request once it has read the token.
        actor = SimpleLazyObject(lambda: request.user)
        with set_extra_data({"actor": actor, "remote_addr": client_address(request)}):
            response = self.get_response(request)
        if response.status_code == HTTPStatus.FORBIDDEN:
            log_refusal(request)
        return response


class LimitMiddleware(Middleware):
    """Tells callers of the API how many requests are left to them, also in an answer of status 304."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        limit: Limit | None = getattr(request, "limit", None)
        if limit is not None:
            for name, value in limit.headers.items():
                response.headers[name] = value
        return response


class OnceMiddleware(Middleware):
    """A form with an id is done once, however often it is sent. Last in the list: others have asked who sends it."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if request.method != "POST" or request.path.startswith("/api/") or not request.user.is_authenticated:
            return None
        if not is_form_id(request.POST.get(FORM_ID, "")):
            return None
        return post_form_once(request, request.user, lambda: view(request, *args, **kwargs))


class CompressionMiddleware(GZipMiddleware):
    """Brotli for data, gzip for pages.

    Django's gzip adds random bytes, so that the length of a page tells nothing of the token in its forms; answers of
    the API and files have no token. django-brotli would hold a whole stream in memory, and takes it for text.
    """

    accepts_brotli = re.compile(r"\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
    quality = 4
    min_bytes = 200
    # Of a stream.
    flush_bytes = 65_536

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if (
            response.headers.get("Content-Type", "").startswith("text/html")
            or not self.accepts_brotli.search(request.headers.get("Accept-Encoding", ""))
            or response.has_header("Content-Encoding")
            or (not response.streaming and len(response.content) < self.min_bytes)
        ):
            return super().process_response(request, response)
        patch_vary_headers(response, ["Accept-Encoding"])
        if response.streaming:
            response.streaming_content = self.compressed(response.streaming_content)
            del response.headers["Content-Length"]
        else:
            response.content = brotli.compress(response.content, quality=self.quality)
            response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = "br"
        etag = response.headers.get("ETag", "")
        if etag.startswith('"'):
            # Weak: these are other bytes of the same answer.
            response.headers["ETag"] = f"W/{etag}"
        return response

    def compressed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        compressor, unflushed = brotli.Compressor(quality=self.quality), 0
        for piece in pieces:
            unflushed += len(piece)
            output = compressor.process(piece)
            if unflushed >= self.flush_bytes:
                # Brotli would hold back megabytes, and the caller would see nothing come.
                output, unflushed = output + compressor.flush(), 0
            if output:
                yield output
        yield compressor.finish()
