"""Whole pages and answers of the API, kept for the next who asks for the same.

Each is kept under everything that it depends on: the version of the data, the day, the address, the language, large
print, the reader, and this release with its settings. There is nothing to clear: what has changed is asked for by
another name, and what nobody asks for any more expires.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable
from functools import cache as once
from pathlib import Path

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.utils.translation import get_language
from redis.exceptions import RedisError

from accounts.preferences import SIZE_COOKIE
from core.clock import today
from web.cache import versions
from web.unsaved_input import has_unsaved_input

logger = logging.getLogger(__name__)

# A longer page is rare, and not worth the room.
MOST_BYTES = 1_000_000
# The newest version that this process saw, and since when.
_seen: tuple[tuple[str, ...], float] = ((), 0.0)
# The token of a form is the visitor's own; in a kept page its place is empty.
_TOKEN = re.compile(rb'(<input type="hidden" name="csrfmiddlewaretoken" value=")\w*(?=")')


def kept_page(request: HttpRequest, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The page as it was kept; else what `make` makes, which is kept if it may be."""
    has_words = has_unsaved_input(request) or len(get_messages(request)) > 0
    if has_words or not settings.PILOTZONE_PAGE_CACHE_SECONDS or request.method != "GET":
        return make()
    key = page_key(request)
    kept = find(key)
    if kept is not None:
        content, headers = kept
        return _tagged(HttpResponse(_with_token(content, get_token(request)), headers=headers), key, request)
    response = make()
    if response.status_code != 200 or response.streaming:
        return response
    assert isinstance(response, HttpResponse)
    if hasattr(response, "render"):
        response.render()
    # What was made for this one visit: a message that was shown, words that came back into a form.
    if request.session.modified or response.cookies:
        return response
    keep(key, _with_token(response.content, ""), {"Content-Type": response.headers["Content-Type"]})
    return _tagged(response, key, request)


def _with_token(page: bytes, token: str) -> bytes:
    value = token.encode()
    return _TOKEN.sub(lambda found: found[1] + value, page)


def site_version() -> tuple[str, ...]:
    """What no answer can differ without, whoever asks and for what."""
    # Read before an answer is made: what is changed meanwhile is in the answer already, under a name that nobody asks
    # for any more.
    return (_release(), versions.current(), today().isoformat())


def seen_since(version: tuple[str, ...]) -> int | None:
    """The second, of the epoch, since which this process has known the version to be the site's; None in its first.

    It serves as Last-Modified: what is changed is first seen later than any such second that was told before, by any
    process. The moments of the changes themselves would not do, since one that began early may be committed late.
    """
    global _seen
    now = time.time()
    if _seen[0] != version:
        _seen = (version, now)
    since = int(_seen[1])
    return since if int(now) > since else None


def page_key(request: HttpRequest, version: tuple[str, ...] | None = None) -> str:
    parts = (
        *(version or site_version()),
        request.build_absolute_uri(),
        get_language() or "",
        request.COOKIES.get(SIZE_COOKIE, ""),
        # What this person may see, and is called, is data, and so in the version.
        str(request.user.pk),
    )
    return "page:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()


@once
def _release() -> str:
    """Of the code, the texts and the settings of this process, and of the database that it reads."""
    root = Path(settings.BASE_DIR)
    files = [root / "pyproject.toml", *(root / "locale").rglob("*.mo")]
    for folder in (root / "templates", root / "static", *(package.parent for package in root.glob("*/__init__.py"))):
        files += [path for path in folder.rglob("*") if path.suffix in (".py", ".html", ".css", ".js")]
    newest = max(path.stat().st_mtime_ns for path in files)
    names = sorted(name for name in dir(settings) if name.startswith("PILOTZONE_"))
    database = {name: settings.DATABASES["default"].get(name) for name in ("NAME", "HOST", "PORT")}
    return repr((newest, settings.SECRET_KEY, database, [(name, getattr(settings, name)) for name in names]))


def _tagged(response: HttpResponse, key: str, request: HttpRequest) -> HttpResponse:
    """With what lets a browser show the page again after asking whether it is still the newest."""
    visitor = hashlib.sha256(f"{key}{request.META.get('CSRF_COOKIE', '')}".encode()).hexdigest()
    response.headers["ETag"] = f'W/"{visitor[:32]}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def find(key: str) -> tuple[bytes, dict[str, str]] | None:
    """What is kept under the key: content and headers."""
    if not settings.PILOTZONE_PAGE_CACHE_SECONDS:
        return None
    try:
        return cache.get(key)
    except RedisError as error:
        logger.warning("Redis is away, pages are made anew each time: %s", error)
        return None


def keep(key: str, content: bytes, headers: dict[str, str]) -> None:
    """For `find`, unless it is longer than what is worth the room."""
    if not settings.PILOTZONE_PAGE_CACHE_SECONDS or len(content) > MOST_BYTES:
        return
    try:
        cache.set(key, (content, headers), settings.PILOTZONE_PAGE_CACHE_SECONDS)
    except RedisError as error:
        logger.warning("Redis is away, pages are made anew each time: %s", error)
