"""Each request in one line of the log, and in what `/metrics` counts. Those of monitors never come here."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, URLResolver

from core import log_context, metrics
from core.client_address import client_address
from core.log_formats import HIDDEN, without_secrets
from web.middleware import Middleware

log = logging.getLogger("pilotzone.access")
# What stands in an address and lets whoever has it in.
SECRET_PARTS = ("token",)
MOST_OF_PATH = 500


@dataclass(eq=False)
class Statements:
    """An execute wrapper that counts and times the statements of a request to the database."""

    count: int = 0
    seconds: float = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        begin = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - begin

    @contextmanager
    def watched(self, connection: Any) -> Iterator[None]:
        """Django's own `execute_wrapper` takes away the wrapper that came last. A connection that opens meanwhile gets
        that of the versions of the data, which is to stay."""
        connection.execute_wrappers.insert(0, self)
        try:
            yield
        finally:
            connection.execute_wrappers.remove(self)


class AccessMiddleware(Middleware):
    def __call__(self, request: HttpRequest) -> HttpResponse:
        begin = time.perf_counter()
        caller = log_context.begin(request, client_address(request))
        statements = Statements()
        with statements.watched(connection):
            response = self.get_response(request)
        seconds = time.perf_counter() - begin
        caller.settle()
        _count(request, response, statements, seconds)
        line = {
            "method": _method(request),
            "path": _path(request),
            "route": route_of(request),
            "status": response.status_code,
        }
        if getattr(response, "streaming", False) and getattr(response, "file_to_stream", None) is None:
            # It is read while it is sent: the line tells how long that took.
            response.streaming_content = _watched(response.streaming_content, line, begin)  # type: ignore[attr-defined]
        else:
            _log(line, size=_size(response), seconds=seconds)
        return response


def _watched(parts: Iterable[bytes], line: dict[str, Any], begin: float) -> Iterator[bytes]:
    size = 0
    try:
        for part in parts:
            size += len(part)
            yield part
    except Exception:
        # Its answer has begun: no status tells of it.
        metrics.request_errors.labels(line["route"]).inc()
        raise
    finally:
        _log(line, size=size, seconds=time.perf_counter() - begin)


def _size(response: Any) -> int:
    return int(response.headers.get("Content-Length") or (0 if response.streaming else len(response.content)))


def _log(line: dict[str, Any], *, size: int, seconds: float) -> None:
    line |= {"milliseconds": round(seconds * 1000, 1), "bytes": size}
    # A page brings a dozen files along.
    is_dull = line["route"] == metrics.STATIC and line["status"] < 400
    text = "%(method)s %(path)s %(status)s %(route)s %(milliseconds)s ms %(bytes)s B"
    log.log(logging.DEBUG if is_dull else logging.INFO, text, line, extra={"fields": line})


def _count(request: HttpRequest, response: HttpResponseBase, statements: Statements, seconds: float) -> None:
    route = route_of(request)
    metrics.requests.labels(route, _method(request), f"{response.status_code // 100}xx").inc()
    metrics.request_seconds.labels(route).observe(seconds)
    metrics.request_queries.labels(route).inc(statements.count)
    metrics.request_query_seconds.labels(route).inc(statements.seconds)
    # Refusals that say when to come again are meant.
    if response.status_code >= 500 and response.status_code != 503:
        metrics.request_errors.labels(route).inc()


def route_of(request: HttpRequest) -> str:
    """The name of the page, such as `measures:detail`; `static` for style sheets and the like; `none` where no page has
    the address."""
    match: ResolverMatch | None = request.resolver_match
    if match is None:
        return metrics.STATIC if request.path.startswith(settings.STATIC_URL) else metrics.NO_ROUTE
    # A page without a name has the pattern of its address.
    return match.view_name or match.route or metrics.NO_ROUTE


def named_routes(resolver: URLResolver, namespaces: tuple[str, ...] = ()) -> Iterator[str]:
    """Yields what `route_of` may answer of addresses that have a name."""
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from named_routes(each, (*namespaces, *filter(None, [each.namespace])))
        elif each.name:
            yield ":".join([*namespaces, each.name])


def _method(request: HttpRequest) -> str:
    """Return the method of a request for the metrics; `other` for one that a caller made up."""
    return request.method if request.method in metrics.METHODS else "other"


def _path(request: HttpRequest) -> str:
    path = request.path
    match = request.resolver_match
    for name, value in match.kwargs.items() if match is not None else ():
        if name in SECRET_PARTS and value:
            path = path.replace(str(value), HIDDEN)
    return without_secrets(path)[:MOST_OF_PATH]
