"""The addresses for monitoring: `/healthz`, `/readyz`, `/version`, and `/metrics` for Prometheus."""

import errno
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import ContentSecurityPolicyMiddleware
from django.middleware.security import SecurityMiddleware
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from accounts.access_rules import ANYONE, METRICS_READERS, asks
from core.files import UNFINISHED
from core.release import commit, release
from pilotzone.site_metrics import SiteCollector
from web.middleware import PermissionsPolicyMiddleware

# How often a process tries whether it can write.
SECONDS_BETWEEN_WRITES = 10
# As much as is written: a disk without that room takes no report either.
TRIED_BYTES = 64 * 1024


class HealthMiddleware:
    """Answers monitors before all else: under any host name, whose check an operator has not set up for them, and
    without a line of the log for each probe. The headers of a page are theirs, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        with_policies = ContentSecurityPolicyMiddleware(PermissionsPolicyMiddleware(self._answer))
        self.answer = SecurityMiddleware(with_policies)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path not in self._views(request):
            return self.get_response(request)
        response: HttpResponse = self.answer(request)  # type: ignore[assignment]  # none of ours is a coroutine
        # CommonMiddleware, which adds it, is not asked; without it the connection would end after each answer.
        response.headers["Content-Length"] = str(len(response.content))
        # Django logs each answer from 400 on that was not.
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django's own mark
        return response

    def _views(self, request: HttpRequest) -> dict[str, Any]:
        views: dict[str, Any] = {"/healthz": healthz, "/readyz": readyz, "/version": version}
        return {**views, "/metrics": show_metrics} if _has_metrics_token(request) else views

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self._views(request)[request.path](request)
        return response


def _plain(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


@never_cache
@asks(read=ANYONE)
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else: a database that is away is no reason to start it again."""
    return _plain("ok")


@never_cache
@asks(read=ANYONE)
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether the site can work: 503 and why while the database does not answer or is damaged, a migration waits
    or nothing can be written; else 200."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        refusal = f"{len(waiting)} migrations are not applied." if waiting else _write_refusal()
    except DatabaseError:
        refusal = "The database does not answer, or is damaged."
    return _plain(refusal, status=503) if refusal else _plain("ready")


_last_try: tuple[float, str] | None = None


def _write_refusal() -> str:
    """Why nothing can be written; empty where it can. A process tries once in a while, and remembers what it found."""
    global _last_try
    if _last_try is None or time.monotonic() - _last_try[0] >= SECONDS_BETWEEN_WRITES:
        _last_try = time.monotonic(), _try_to_write()
    return _last_try[1]


def _try_to_write() -> str:
    """Try to write in the data folder, which evidence goes to, and return why that fails, else an empty text. In
    SQLite's file no lock is taken, which would hold up reports. Raises DatabaseError."""
    try:
        probe = Path(settings.DATA_DIR) / f".readyz.{os.getpid()}{UNFINISHED}"
        try:
            probe.write_bytes(secrets.token_bytes(TRIED_BYTES))
        finally:
            probe.unlink(missing_ok=True)
        # Not by opening it: closing a file of SQLite's takes away the locks of this process, and another one could then
        # delete the log of changes that this one goes on writing.
        name = connection.settings_dict["NAME"]
        if connection.vendor == "sqlite" and Path(name).is_file() and not os.access(name, os.W_OK):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
    except OSError as error:
        return f"Nothing can be written to the data folder: {error.strerror}."
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only')")
            if cursor.fetchone() != ("off",):
                return "The database takes no changes."
    return ""


@never_cache
@asks(read=ANYONE)
def version(request: HttpRequest) -> HttpResponse:
    """The commit, by which everybody could look up what was mended since, is told with the token of /metrics alone."""
    return _plain(" ".join(["pilotzone", release(), *([commit()] if _has_metrics_token(request) else [])]))


def _has_metrics_token(request: HttpRequest) -> bool:
    token, given = settings.PILOTZONE_METRICS_TOKEN, request.headers.get("Authorization", "")
    return bool(token) and secrets.compare_digest(given.encode(), f"Bearer {token}".encode())


def _refuse_metrics(request: HttpRequest) -> HttpResponse:
    return _plain("Only for superusers, and for the token of PILOTZONE_METRICS_TOKEN.", status=403)


@never_cache
@asks(read=METRICS_READERS, refuse=_refuse_metrics)
def metrics(request: HttpRequest) -> HttpResponse:
    """Whoever sends the token is answered by the middleware."""
    return show_metrics(request)


@never_cache
def show_metrics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(generate_latest(SiteCollector()), content_type=CONTENT_TYPE_LATEST)
