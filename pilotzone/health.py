"""For monitoring: `/healthz`, `/readyz`, and `/metrics` for Prometheus."""

from ipaddress import ip_address

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from core.clock import now
from rollups import runs

PLAIN = "text/plain; charset=utf-8"


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type=PLAIN)


@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 while the database does not answer or a migration waits."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", status=503, content_type=PLAIN)
    if waiting:
        sentence = f"{len(waiting)} migrations are not applied.\n"
        return HttpResponse(sentence, status=503, content_type=PLAIN)
    return HttpResponse("ready\n", content_type=PLAIN)


def _may_read_metrics(request: HttpRequest) -> bool:
    """Superusers, and requests from this machine that no proxy passed on."""
    if getattr(request.user, "is_superuser", False):
        return True
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read_metrics(request):
        return HttpResponse("Only for superusers, or from this machine.\n", status=403, content_type=PLAIN)
    registry = CollectorRegistry()

    def gauge(name: str, help_text: str, value: float) -> None:
        Gauge(name, help_text, registry=registry).set(value)

    moment = now()
    stale = runs.stale_cells(moment)
    last = runs.newest_runs().filter(finished_at__isnull=False, error="").first()
    check = runs.latest_verification()
    gauge("pilotzone_stale_cells", "Cells that wait to be recomputed", stale.count)
    gauge(
        "pilotzone_stale_cell_oldest_seconds",
        "Age of the oldest cell that waits; 0 when none does",
        stale.oldest_seconds,
    )
    gauge(
        "pilotzone_rollup_failed_runs",
        f"Runs of the last {runs.RECENT_HOURS} hours that failed",
        runs.failed_runs(moment).count(),
    )
    if last is not None and last.finished_at is not None and last.seconds is not None:
        finished = last.finished_at.timestamp()
        gauge("pilotzone_rollup_last_run_timestamp_seconds", "When the last run that went well finished", finished)
        gauge("pilotzone_rollup_last_run_cells", "Cells that it recomputed", last.cells)
        gauge("pilotzone_rollup_last_run_seconds", "How long it took", last.seconds)
    if check is not None:
        checked = check.finished_at.timestamp()
        gauge("pilotzone_verification_timestamp_seconds", "When the last check of all totals finished", checked)
        gauge("pilotzone_verification_cells", "Cells that it held against their rows", check.cells)
        gauge("pilotzone_verification_differing_cells", "Cells of these that differed", check.differing)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
