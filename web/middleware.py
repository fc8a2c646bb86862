import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import brotli
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from web.api.throttles import Limit

CODES = {code for code, _name in settings.LANGUAGES}


def _asked_language(request: HttpRequest) -> str:
    """`?lang=` for one page, else the account's choice, else the cookie's, else the browser's, else Chinese."""
    choices = [
        request.GET.get("lang", ""),
        getattr(request.user, "language", ""),
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


class LanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _asked_language(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        response.headers.setdefault("Content-Language", language)
        return response


class LimitMiddleware:
    """Tells callers of the API how many requests are left to them, also in an answer of status 304."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        limit: Limit | None = getattr(request, "limit", None)
        if limit is not None:
            for name, value in limit.headers.items():
                response.headers[name] = value
        return response


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
