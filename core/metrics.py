"""The numbers that the processes of a site count for `/metrics`. Where processes run for long,
`pilotzone.metrics_folder` puts the numbers of all of them together.

No label is something that a visitor types: routes, tasks and results are words of this code.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

# Of addresses that no page has.
NO_ROUTE = "none"
# Of style sheets, scripts and pictures.
STATIC = "static"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# Seconds. Most pages take hundredths; an export or a large form may take many.
OF_REQUESTS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)
OF_TASKS = (0.1, 1, 10, 60, 600)

# When each was counted first, which processes that count together do not tell either.
disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no types
REGISTRY = CollectorRegistry()

_counter = partial(Counter, namespace="pilotzone", registry=REGISTRY)
_histogram = partial(Histogram, namespace="pilotzone", registry=REGISTRY)
_gauge = partial(Gauge, namespace="pilotzone", registry=REGISTRY, multiprocess_mode="livesum")

requests = _counter("requests", "Requests that were answered", ["route", "method", "status"])
request_seconds = _histogram(
    "request_seconds",
    "From a request to its answer, without what is read while a file is sent",
    ["route"],
    buckets=OF_REQUESTS,
)
request_errors = _counter("request_errors", "Errors that no page expected", ["route"])
request_queries = _counter("request_queries", "Statements to the database of requests", ["route"])
request_query_seconds = _counter("request_query_seconds", "How long these statements took", ["route"])
tasks = _counter("tasks", "Tasks that ended", ["task", "result"])
task_seconds = _histogram("task_seconds", "How long tasks took", ["task"], buckets=OF_TASKS)
mails = _counter("mails", "E-mails that were handed to the mail server", ["result"])
cache_lookups = _counter("cache_lookups", "Pages and answers looked for in the cache", ["result"])
pool_in_use = _gauge(
    "database_connections_in_use", "Connections of the pools that a thread holds; PostgreSQL alone has pools"
)
pool_waiting = _gauge("database_connections_waiting", "Threads that wait for a connection")


def begin_at_zero(*, task_names: Iterable[str], routes: Iterable[str]) -> None:
    """Has those counters there that alerts look at. For Prometheus one that appears with its first failure has not
    grown, and one that is not there has not stood still."""
    for result in ("sent", "failed"):
        mails.labels(result)
    for result in ("hit", "miss", "unreachable"):
        cache_lookups.labels(result)
    for name in task_names:
        for result in ("success", "failure"):
            tasks.labels(name, result)
    for route in routes:
        request_errors.labels(route)


@contextmanager
def counted_mails(number: int) -> Iterator[None]:
    """Counts so many as sent, or as failed where the block raises."""
    try:
        yield
    except Exception:
        mails.labels("failed").inc(number)
        raise
    mails.labels("sent").inc(number)
