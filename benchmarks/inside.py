"""What is measured inside one Django process: the API, the export and the rollups.

`python -m benchmarks.inside [--quick]` with the environment of a site prints its findings as JSON.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import django

django.setup()

import orjson
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

from benchmarks.load import NotMeasured
from benchmarks.stock import StockProjects
from dashboard.models import RollupRun
from dashboard.rollups import TABLES
from dashboard.services import rebuild_rollups
from reporting.clock import now, today
from reporting.lights import thresholds

HOST = "127.0.0.1"
SQL = Path(__file__).parent / "sql"


class Disagreement(Exception):
    """The two sides of a comparison do not give the same rows: their times mean nothing."""


def compare(
    ours: Callable[[], Any], baseline: Callable[[], Any], *, times: int, clock: Callable[[], float]
) -> dict[str, float]:
    """Medians in ms, taken in turns: what else the machine does falls on both alike."""
    spent: dict[str, list[float]] = {"measured": [], "baseline": []}
    for turn in range(times + 2):
        for name, run in (("measured", ours), ("baseline", baseline)):
            start = clock()
            run()
            if turn >= 2:
                spent[name].append((clock() - start) * 1000)
    return {name: statistics.median(each) for name, each in spent.items()}


def ask(address: str, view: Callable[..., Any] | None = None) -> Any:
    """The answer of the view at an address (or of another view), without the middleware."""
    request = RequestFactory().get(address, SERVER_NAME=HOST)
    request.user = AnonymousUser()
    if view is None:
        try:
            match = resolve(request.path)
        except Resolver404:
            raise NotMeasured(f"{request.path} does not exist") from None
        request.resolver_match = match
        view = match.func
    response = view(request)
    if response.status_code != 200:
        raise NotMeasured(f"{request.path} answered {response.status_code}")
    return response.render() if hasattr(response, "render") else response


def agree(what: str, ours: Any, baseline: Any) -> None:
    if ours != baseline:
        raise Disagreement(f"{what}: the measured rows and the baseline's rows are not the same")


PLAIN_COLUMNS = ("code", "city", "county", "category", "stage", "listed_on", "provenance", "investment_provenance")
SETS = ("also_in", "measures")


def _core(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in PLAIN_COLUMNS} | {name: sorted(row[name]) for name in SETS}


def api_projects(times: int) -> dict[str, float]:
    def ours() -> Any:
        return ask("/api/v1/projects/?page_size=100")

    def stock() -> Any:
        return ask("/api/v1/projects/", StockProjects.as_view())

    rows = [[_core(row) for row in json.loads(side().content)["results"]] for side in (ours, stock)]
    agree("API, 100 projects", *rows)
    if len(rows[0]) != 100:
        raise Disagreement(f"API, 100 projects: there are {len(rows[0])}")
    return compare(ours, stock, times=times, clock=time.process_time)


PROJECTS = """
    SELECT project.code, project.name_zh AS name, city.code AS city, county.code AS county, project.category,
           project.stage, project.investment_wan, project.listed_on, project.provenance,
           project.investment_provenance, project.source, project.name_zh, project.name_en, project.id
    FROM projects_project AS project
    JOIN regions_region AS city ON city.id = project.city_id
    LEFT JOIN regions_region AS county ON county.id = project.county_id
    WHERE project.listed_on <= %s
    ORDER BY project.code
"""
ALSO_IN = """
    SELECT link.project_id, region.code
    FROM projects_project_also_in AS link JOIN regions_region AS region ON region.id = link.region_id
"""
MEASURES = """
    SELECT link.project_id, measure.code
    FROM projects_project_measures AS link JOIN measures_measure AS measure ON measure.id = link.measure_id
"""


def ndjson(times: int) -> dict[str, float]:
    def ours() -> list[bytes]:
        return list(ask("/api/v1/projects/?format=ndjson").streaming_content)

    def lists(cursor: Any, sql: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        cursor.execute(sql)
        for project, code in cursor:
            found.setdefault(project, []).append(code)
        return found

    def loop() -> Iterator[bytes]:
        with connection.cursor() as cursor:
            also_in, measures = lists(cursor, ALSO_IN), lists(cursor, MEASURES)
            cursor.execute(PROJECTS, [today()])
            names = [column[0] for column in cursor.description]
            for values in cursor:
                row = dict(zip(names, values, strict=True))
                key = row.pop("id")
                row["also_in"], row["measures"] = also_in.get(key, []), measures.get(key, [])
                row["total_investment"] = row.pop("investment_wan") / 10_000
                row["url"] = f"http://{HOST}/api/v1/projects/{row['code']}/"
                yield orjson.dumps(row) + b"\n"

    def baseline() -> list[bytes]:
        return list(loop())

    rows = [[_core(orjson.loads(line)) for line in b"".join(side()).splitlines()] for side in (ours, baseline)]
    agree("NDJSON", *rows)
    return {**compare(ours, baseline, times=times, clock=time.perf_counter), "rows": len(rows[0])}


class PlainSQL:
    """The statements of `benchmarks/sql/`, each into a copy of its table that has the same keys and constraints."""

    def __init__(self) -> None:
        self.statements = [(SQL / name).read_text() for name in ("measure_rollup.sql", "project_rollup.sql")]
        self.copies: dict[str, str] = {}
        with connection.cursor() as cursor:
            for kind, table in TABLES.items():
                stored = table.model._meta.db_table
                self.copies[kind] = copy = stored.replace("dashboard_", "benchmark_")
                cursor.execute(f"DROP TABLE IF EXISTS {copy}")
                cursor.execute(f"CREATE TABLE {copy} (LIKE {stored} INCLUDING ALL)")
                # LIKE leaves out the foreign keys.
                cursor.execute(
                    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
                    " WHERE contype = 'f' AND conrelid = %s::regclass",
                    [stored],
                )
                for name, definition in cursor.fetchall():
                    cursor.execute(f"ALTER TABLE {copy} ADD CONSTRAINT {name} {definition}")

    def run(self, day: date) -> None:
        limits = thresholds()
        values = {"day": day, "now": now(), "due_soon": limits.due_soon, "silent": limits.silent, "run": self.run_id}
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in self.statements:
                cursor.execute(statement, values)

    def empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(self.copies.values())}")

    @property
    def run_id(self) -> int:
        if not hasattr(self, "_run_id"):
            self._run_id = RollupRun.objects.latest("pk").pk
        return self._run_id

    def cells(self, kind: str, relation: str = "") -> dict[tuple[Any, ...], dict[str, int]]:
        table = TABLES[kind]
        columns = [*table.columns, *table.counts]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)} FROM {relation or self.copies[kind]}")
            width = len(table.columns)
            return {row[:width]: dict(zip(table.counts, row[width:], strict=True)) for row in cursor.fetchall()}


def rebuild(times: int) -> dict[str, float]:
    with CaptureQueriesContext(connection) as queries:
        rebuild_rollups()
    found: dict[str, float] = {"queries": len(queries)}
    if connection.vendor != "postgresql":
        return found
    plain = PlainSQL()
    for day in (date(2023, 3, 31), date(2023, 6, 30), date(2025, 12, 31), today()):
        plain.empty()
        plain.run(day)
        for kind, table in TABLES.items():
            agree(f"{kind} cells of {day}", table.fresh(day), plain.cells(kind))
    found |= compare(rebuild_rollups, lambda: plain.run(today()), times=times, clock=time.perf_counter)
    for kind, table in TABLES.items():
        agree(f"stored {kind} cells", plain.cells(kind, table.model._meta.db_table), plain.cells(kind))
    return found


def overview_queries(times: int) -> dict[str, float]:
    client = Client(SERVER_NAME=HOST)
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/")
    if response.status_code != 200:
        raise NotMeasured(f"/ answered {response.status_code}")
    return {"queries": len(queries)}


STEPS: dict[str, Callable[[int], dict[str, float]]] = {
    "overview queries": overview_queries,
    "api": api_projects,
    "ndjson": ndjson,
    "rebuild": rebuild,
}


def main() -> None:
    times = 5 if "--quick" in sys.argv else 20
    found: dict[str, Any] = {"database": f"{connection.vendor} {'.'.join(map(str, _version()))}"}
    for name, step in STEPS.items():
        print(name, file=sys.stderr, flush=True)
        try:
            found[name] = step(times)
        except NotMeasured as reason:
            found[name] = {"not measured": str(reason)}
        except Disagreement as reason:
            found[name] = {"wrong": str(reason)}
    print(json.dumps(found))


def _version() -> tuple[int, ...]:
    with connection.cursor():
        return tuple(connection.get_database_version())


if __name__ == "__main__":
    main()
