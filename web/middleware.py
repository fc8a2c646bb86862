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
    """Tells callers of the API where they stand, whatever the answer: what is not modified has lost other headers."""

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
    """Brotli for data; gzip for pages.

    Django's gzip adds bytes at random, so that the length of a page tells nothing of the token in its forms; answers of
    the API and files hold none. django-brotli would hold a whole stream in memory, and takes it to be text.
    """

    accepts_brotli = re.compile(r"\bbr\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))")
    quality = 4
    shortest = 200
    # Bytes of a stream.
    flushed_after = 65_536

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if (
            response.headers.get("Content-Type", "").startswith("text/html")
            or not self.accepts_brotli.search(request.headers.get("Accept-Encoding", ""))
            or response.has_header("Content-Encoding")
            or (not response.streaming and len(response.content) < self.shortest)
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
            # Other bytes of the same answer.
            response.headers["ETag"] = f"W/{etag}"
        return response

    def compressed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        packer, held = brotli.Compressor(quality=self.quality), 0
        for piece in pieces:
            held += len(piece)
            packed = packer.process(piece)
            if held >= self.flushed_after:
                # By itself it would hold back megabytes, and the caller would see nothing come.
                packed, held = packed + packer.flush(), 0
            if packed:
                yield packed
        yield packer.finish()
