"""Cached pages and answers of the API, for the next reader who asks for the same.

The key of each holds what it depends on: the day, the address, the language, large print, the reader, and this release
with its settings. A page is kept with the kinds of the data that its statements read, and their version: a change of
another kind leaves it as it is. An answer of the API has the version in its key. So nothing has to be cleared.

Those who only read share their pages: what is a person's own in the frame is put in for each. Pages of visitors have
nothing of the kind, and are sent as they are kept: packed.
"""

import functools
import gzip
import hashlib
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.middleware.gzip import re_accepts_gzip
from django.utils.cache import patch_vary_headers
from django.utils.html import escape
from django.utils.translation import get_language

from accounts.models import User
from accounts.preferences import prefers_large_print
from core import metrics
from core.clock import today
from web.cache import versions
from web.cache.errors import cache_errors

# A longer page is rare, and not worth the room.
MAX_BYTES = 1_000_000
# How long it is remembered since when a version is known; after that a later second is told.
REMEMBERED_SECONDS = 24 * 3600
MOST_WAIT_SECONDS = 2
# One for all keys that end alike: a dictionary of locks would grow with each version.
_LOCKS = [threading.Lock() for _n in range(256)]
# What is a reader's own: the token of a form, and what the frame (templates/base.html) says of the account. By name
# the place, and what stands in it.
_OWN: dict[str, tuple[re.Pattern[bytes], Callable[[HttpRequest], str]]] = {
    "token": (re.compile(rb'(<input type="hidden" name="csrfmiddlewaretoken" value=")\w*(?=")'), get_token),
}

# Where something of the reader's own is put into a kept page, and the name of what.
Cut = tuple[int, str]


class Kept(NamedTuple):
    """A page or an answer as it is kept: packed with gzip, without what is a reader's own. Of a page: the kinds of the
    data that it was made of, and their version then."""

    packed: bytes
    headers: dict[str, str]
    cuts: Sequence[Cut] = ()
    kinds: Collection[str] = ()
    version: str = ""

    @property
    def content(self) -> bytes:
        return gzip.decompress(self.packed)


def add_own_place(name: str, place: re.Pattern[bytes], content: Callable[[User], str]) -> None:
    """Declares a place in the frame that is filled for each person. `place`: with a group for what is before its
    content, and nothing but a look-ahead behind it; `content`: HTML."""
    _OWN[name] = (place, lambda request: content(request.user) if isinstance(request.user, User) else "")


add_own_place("number", re.compile(rb'( data-user=")\d*(?=")'), lambda user: str(user.pk))
add_own_place("name", re.compile(rb"(<span data-own-name>)[^<]*(?=</span>)"), lambda user: escape(user.shown_name))


class _Asked(NamedTuple):
    """A page as a reader asks for it: its key, and the data as they are, by kind. `unseen`: kinds that the reader is
    shown nothing of."""

    key: str
    sums: Mapping[str, int]
    unseen: Collection[str]

    def version(self, kinds: Collection[str]) -> str:
        return versions.version_of(self.sums, kinds, but=self.unseen)


def cached_page(
    request: HttpRequest,
    respond: Callable[[], HttpResponseBase],
    *,
    is_own: Callable[[HttpRequest], bool],
    shows_filings: bool,
) -> HttpResponseBase:
    """The page out of the cache, where nothing that it was made of has changed; else what `respond` makes, which is
    cached if it may be. `is_own`: it has something of this person beyond the frame. `shows_filings`: it shows also to
    those who only read what was filed and not accepted.
    """
    if not _may_be_cached(request):
        return respond()
    asked = _asked_page(request, is_own=is_own, shows_filings=shows_filings)
    known = _known_page(request, asked)
    if known is not None:
        return known
    with _while_nobody_else_makes(asked.key) as has_waited:
        made_meanwhile = _known_page(request, asked) if has_waited else None
        return made_meanwhile or _new_page(request, asked, respond)


def _known_page(request: HttpRequest, asked: _Asked) -> HttpResponse | None:
    kept = load(asked.key, asked.version)
    if kept is None:
        return None
    if kept.cuts or not re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")):
        response = HttpResponse(_with_own(kept, request), headers=kept.headers)
    else:
        response = HttpResponse(kept.packed, headers={**kept.headers, "Content-Encoding": "gzip"})
        patch_vary_headers(response, ["Accept-Encoding"])
    return _with_etag(response, f"{asked.key} {kept.version}", request)


def _new_page(request: HttpRequest, asked: _Asked, respond: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    response = respond()
    if response.status_code != 200 or response.streaming:
        return response
    assert isinstance(response, HttpResponse)
    if hasattr(response, "render"):
        response.render()
    # Made for this one visit: a message was shown.
    if request.session.modified or response.cookies:
        return response
    content, cuts = _cut(response.content)
    kinds = versions.kinds_read()
    version = asked.version(kinds)
    store(asked.key, content, {"Content-Type": response.headers["Content-Type"]}, cuts, kinds=kinds, version=version)
    return _with_etag(response, f"{asked.key} {version}", request)


@contextmanager
def _while_nobody_else_makes(key: str) -> Iterator[bool]:
    """Let one in a process make a page that many ask for at once after a change, while the others wait.

    Gives whether this one has waited.
    """
    lock = _LOCKS[int(key[-2:], 16)]
    is_first = lock.acquire(blocking=False)
    # Where making it takes so long, each makes it for themselves.
    is_alone = is_first or lock.acquire(timeout=MOST_WAIT_SECONDS)
    try:
        yield not is_first
    finally:
        if is_alone:
            lock.release()


def _asked_page(request: HttpRequest, *, is_own: Callable[[HttpRequest], bool], shows_filings: bool) -> _Asked:
    person = request.user
    sums, reader = versions.sums_by_kind(), None
    unseen: list[str] = []
    if not isinstance(person, User) or (person.is_plain_viewer and not person.is_staff):
        unseen = [versions.DRAFTS] if shows_filings else [versions.DRAFTS, versions.FILINGS]
        if isinstance(person, User) and not is_own(request):
            reader = f"{person.department_id} {person.city_id}"
    return _Asked(page_key(request, (_release(), today().isoformat()), reader=reader), sums, unseen)


def _may_be_cached(request: HttpRequest) -> bool:
    is_for_one_visit = len(get_messages(request)) > 0
    return request.method == "GET" and settings.PILOTZONE_PAGE_CACHE_SECONDS > 0 and not is_for_one_visit


def _cut(page: bytes) -> tuple[bytes, list[Cut]]:
    """Return the page without what is the reader's own, and where each of it stood."""
    found = [(each, name) for name, (place, _content) in _OWN.items() for each in place.finditer(page)]
    rest, cuts, begin = b"", [], 0
    for each, name in sorted(found, key=lambda place: place[0].start()):
        rest += page[begin : each.end(1)]
        cuts.append((len(rest), name))
        begin = each.end()
    return rest + page[begin:], cuts


def _with_own(kept: Kept, request: HttpRequest) -> bytes:
    """Return the page with what is this reader's own."""
    own = {name: _OWN[name][1](request).encode() for name in {name for _place, name in kept.cuts}}
    content, pieces, begin = kept.content, [], 0
    for end, name in kept.cuts:
        pieces += [content[begin:end], own[name]]
        begin = end
    return b"".join([*pieces, content[begin:]])


def site_version(kinds: Collection[str] = (), *, but: Collection[str] = ()) -> tuple[str, ...]:
    """Return what every page and answer depends on: the release, the data and the day. `kinds`: those of the data that
    it shows, where they are not all; `but`: those that it does not show.

    It is read before an answer is made. A change meanwhile may be in the answer already; then it is cached under a
    version that nobody asks for any more.
    """
    return (_release(), versions.current(kinds, but=but), today().isoformat())


def version_known_since(version: tuple[str, ...]) -> int | None:
    """The second, of the epoch, since which the site's processes have known the version; None in its first.

    It serves as Last-Modified: a change is first seen later than any second that was told before. The moments of the
    changes themselves would not do, since one that began early may be committed late. None without Redis, too:
    processes that share no memory would each tell another second.
    """
    if not settings.CACHE_URL:
        return None
    now = int(time.time())
    known = "since:" + hashlib.sha256("\0".join(version).encode()).hexdigest()
    try:
        since = int(cache.get_or_set(known, now, REMEMBERED_SECONDS) or now)
    except cache_errors():
        return None
    return since if now > since else None


def page_key(request: HttpRequest, version: tuple[str, ...] | None = None, *, reader: str | None = None) -> str:
    """Return the key under which a page is cached. `reader`: what the page depends on of those who share it; None: it
    is this person's."""
    parts = (
        *(version or site_version()),
        request.build_absolute_uri(),
        get_language() or "",
        str(prefers_large_print(request)),
        # The name and the permissions of this person are data, and so in the version.
        str(request.user.pk) if reader is None else f"only reads: {reader}",
    )
    return "page:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()


@functools.cache
def _release() -> str:
    """Return a text for the state of the code, the texts and the settings of this process, and for the database that it
    reads."""
    root = Path(settings.BASE_DIR)
    files = [root / "pyproject.toml", *(root / "locale").rglob("*.mo")]
    for folder in (root / "templates", root / "static", *(package.parent for package in root.glob("*/__init__.py"))):
        files += [path for path in folder.rglob("*") if path.suffix in (".py", ".html", ".css", ".js")]
    newest = max(path.stat().st_mtime_ns for path in files)
    names = sorted(name for name in dir(settings) if name.startswith("PILOTZONE_"))
    database = {name: settings.DATABASES["default"].get(name) for name in ("NAME", "HOST", "PORT")}
    # A page names static files, of packages too, by their hashes.
    hashes = staticfiles_storage.manifest_hash  # type: ignore[attr-defined]  # of the storage in the settings
    return repr((newest, hashes, settings.SECRET_KEY, database, [(name, getattr(settings, name)) for name in names]))


def _with_etag(response: HttpResponse, key: str, request: HttpRequest) -> HttpResponse:
    """A browser may show the page again once it has asked whether it is still the newest."""
    visitor = hashlib.sha256(f"{key}{request.user.pk}{request.META.get('CSRF_COOKIE', '')}".encode()).hexdigest()
    response.headers["ETag"] = f'W/"{visitor[:32]}"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def load(key: str, version: Callable[[Collection[str]], str] = lambda kinds: "") -> Kept | None:
    """Return what is kept under the key. `version`: of some kinds of the data as they are; another one than it was
    made of is as if nothing were kept."""
    if not settings.PILOTZONE_PAGE_CACHE_SECONDS:
        return None
    try:
        values: tuple[Any, ...] | None = cache.get(key)
    except cache_errors():
        metrics.cache_lookups.labels("unreachable").inc()
        return None
    kept = Kept(*values) if values else None
    found = kept if kept and kept.version == version(kept.kinds) else None
    metrics.cache_lookups.labels("hit" if found else "miss").inc()
    return found


def store(key: str, content: bytes, headers: dict[str, str], cuts: Sequence[Cut] = (), **made_of: Any) -> None:
    """Keep the content in the cache for `load`, unless it is too long. `made_of`: `kinds` and `version` of a page."""
    if not settings.PILOTZONE_PAGE_CACHE_SECONDS or len(content) > MAX_BYTES:
        return
    # As Django packs answers.
    packed = gzip.compress(content, compresslevel=6, mtime=0)
    try:
        cache.set(key, tuple(Kept(packed, headers, list(cuts), **made_of)), settings.PILOTZONE_PAGE_CACHE_SECONDS)
    except cache_errors():
        # The next who asks makes it anew.
        return
