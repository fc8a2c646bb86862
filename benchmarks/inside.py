"""What is measured inside one Django process: the API, the export and the rollups.

`python -m benchmarks.inside` with the environment of a site answers what `benchmarks.child` asks.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from itertools import islice
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

from benchmarks import accepting
from benchmarks.load import NotMeasured
from benchmarks.loading import load_workbook
from benchmarks.stock import StockProjects
from benchmarks.urls import EveryProject
from core.clock import now, today
from core.periods import last_ended_month
from measures.models import Measure, Plan
from projects.models import ProjectMonth
from projects.services import cells_of_place
from rollups.engine import TABLES, CellKey, mark_stale
from rollups.services import rebuild_rollups, refresh_stale_rollups
from web.limits import thresholds

HOST = "127.0.0.1"
SQL = Path(__file__).parent / "sql"


class Disagreement(Exception):
    """The two sides of a comparison do not give the same rows: their times mean nothing."""


# Runs of each side that are not counted, and the fewest that are.
WARM_UP, FEWEST = 1, 3


def compare(
    ours: Callable[[], Any], baseline: Callable[[], Any], *, times: int, seconds: float, clock: Callable[[], float]
) -> dict[str, float]:
    """Medians in ms of `times` runs of each side, or of as many as `seconds` allow; in turns, so that what else
    the machine does falls on both alike.
    """
    spent: dict[str, list[float]] = {"measured": [], "baseline": []}
    end = time.monotonic() + seconds
    for turn in range(times + WARM_UP):
        if turn >= WARM_UP + FEWEST and time.monotonic() > end:
            break
        for name, run in (("measured", ours), ("baseline", baseline)):
            start = clock()
            run()
            if turn >= WARM_UP:
                spent[name].append((clock() - start) * 1000)
    return {**{name: statistics.median(each) for name, each in spent.items()}, "times": len(spent["measured"])}


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


PLAIN_COLUMNS = (
    "code",
    "city",
    "county",
    "category",
    "stage",
    "listed_on",
    "lead_department",
    "project_class",
    "list_name",
    "national_code",
    "planned_start_on",
    "planned_completion_on",
    "provenance",
    "investment_provenance",
)
SETS = ("also_in", "measures")


def _core(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in PLAIN_COLUMNS} | {name: sorted(row[name]) for name in SETS}


def api_projects(times: int, seconds: float) -> dict[str, float]:
    def ours() -> Any:
        return ask("/api/v1/projects/?page_size=100")

    def stock() -> Any:
        return ask("/api/v1/projects/", StockProjects.as_view())

    rows = [[_core(row) for row in json.loads(side().content)["results"]] for side in (ours, stock)]
    agree("API, 100 projects", *rows)
    if len(rows[0]) != 100:
        raise Disagreement(f"API, 100 projects: there are {len(rows[0])}")
    return compare(ours, stock, times=times, seconds=seconds, clock=time.process_time)


PROJECTS = """
    SELECT project.code, project.name_zh AS name, city.code AS city, county.code AS county,
           category.slug AS category, coalesce(month.stage, project.opening_stage) AS stage, project.investment_wan,
           project.listed_on, lead.slug AS lead_department, project.project_class, project.list_name,
           project.national_code, project.planned_start_on, project.planned_completion_on, project.provenance,
           project.investment_provenance, project.source, project.updated_at, project.name_zh, project.name_en,
           project.id
    FROM projects_project AS project
    JOIN regions_region AS city ON city.id = project.city_id
    JOIN projects_category AS category ON category.id = project.category_id
    LEFT JOIN regions_region AS county ON county.id = project.county_id
    LEFT JOIN accounts_department AS lead ON lead.id = project.lead_department_id
    LEFT JOIN projects_projectmonth AS month ON month.project_id = project.id AND month.state = 'accepted'
        AND month.period <= %s AND (month.superseded_from IS NULL OR month.superseded_from > %s)
    WHERE {of_plan} AND project.listed_on <= %s
    ORDER BY project.position, project.code, project.id
"""
ALSO_IN = """
    SELECT link.project_id, region.code
    FROM projects_project_also_in AS link
    JOIN projects_project AS project ON project.id = link.project_id
    JOIN regions_region AS region ON region.id = link.region_id
    WHERE {of_plan}
"""
MEASURES = """
    SELECT link.project_id, measure.code
    FROM projects_project_measures AS link
    JOIN projects_project AS project ON project.id = link.project_id
    JOIN measures_measure AS measure ON measure.id = link.measure_id
    WHERE {of_plan}
"""


def ndjson(times: int, seconds: float, whole_site: bool = False) -> dict[str, float]:
    """The projects of the current plan, or of all plans."""
    day, month = today(), last_ended_month(today())
    of_plan, plans = ("TRUE", []) if whole_site else ("project.plan_id = %s", [Plan.objects.current().pk])
    view = EveryProject.as_view() if whole_site else None

    def ours() -> list[bytes]:
        return list(ask("/api/v1/projects/?format=ndjson", view).streaming_content)

    def lists(cursor: Any, sql: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        cursor.execute(sql.format(of_plan=of_plan), plans)
        for project, code in cursor:
            found.setdefault(project, []).append(code)
        return found

    def loop() -> Iterator[bytes]:
        with connection.cursor() as cursor:
            also_in, measures = lists(cursor, ALSO_IN), lists(cursor, MEASURES)
            cursor.execute(PROJECTS.format(of_plan=of_plan), [month, month, *plans, day])
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
    return compare(ours, baseline, times=times, seconds=seconds, clock=time.perf_counter)


class PlainSQL:
    """The statements of `benchmarks/sql/`, each into a copy of its table that has the same keys and constraints."""

    def __init__(self) -> None:
        self.statements = [(SQL / name).read_text() for name in ("measure_rollup.sql", "project_rollup.sql")]
        self.copies: dict[str, str] = {}
        with connection.cursor() as cursor:
            for kind, table in TABLES.items():
                stored = table.model._meta.db_table
                self.copies[kind] = copy = stored.replace("rollups_", "benchmark_")
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

    def run(self, day: date, *, run_id: int) -> None:
        """`run_id` must be a new one, as it is for the engine: a row that keeps its run costs no new index entry."""
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in self.statements:
                cursor.execute(statement, self.values(day, run_id))

    def values(self, day: date, run_id: int) -> dict[str, Any]:
        limits, month = thresholds(), last_ended_month(day)
        return {
            "day": day,
            "now": now(),
            "due_soon": limits.due_soon,
            "silent": limits.silent,
            "run": run_id,
            "month": month,
            "january": month.replace(month=1),
            "december": date(month.year, 12, 31),
        }

    def empty(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(self.copies.values())}")

    def cells(self, kind: str, relation: str = "") -> dict[tuple[Any, ...], dict[str, int]]:
        table = TABLES[kind]
        columns = [*table.key_columns, *table.count_fields]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(columns)} FROM {relation or self.copies[kind]}")
            width = len(table.key_columns)
            return {row[:width]: dict(zip(table.count_fields, row[width:], strict=True)) for row in cursor.fetchall()}


# Up to so many the cells of four days are compared; beyond, those of the day alone.
FEW_MEASURES = 1_000


def rebuild(times: int, seconds: float) -> dict[str, Any]:
    with CaptureQueriesContext(connection) as queries:
        run = rebuild_rollups()
    found: dict[str, Any] = {"queries": len(queries), "cells": run.cells}
    if connection.vendor != "postgresql":
        return found
    plain = PlainSQL()
    days = [date(2023, 3, 31), date(2023, 6, 30), date(2025, 12, 31)]
    for day in (*(days if Measure.objects.count() <= FEW_MEASURES else []), today()):
        plain.empty()
        plain.run(day, run_id=run.pk)
        for kind, table in TABLES.items():
            agree(f"{kind} cells of {day}", table.count_from_source(day), plain.cells(kind))
    # The copies have been filled and emptied a few times.
    names = [*plain.copies.values(), *(table.model._meta.db_table for table in TABLES.values())]
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(names)}")

    def ours() -> None:
        nonlocal run
        run = rebuild_rollups()

    def baseline() -> None:
        plain.run(today(), run_id=run.pk)

    found |= compare(ours, baseline, times=times, seconds=seconds, clock=time.perf_counter)
    for kind, table in TABLES.items():
        agree(f"stored {kind} cells", plain.cells(kind, table.model._meta.db_table), plain.cells(kind))
    return found


def rebuild_plans() -> dict[str, list[str]]:
    """The plans of both sides of `rebuild`, statement by statement, as they are carried out; nothing is kept."""
    with CaptureQueriesContext(connection) as queries:
        run = rebuild_rollups()
    ours = [each["sql"] for each in queries.captured_queries if each["sql"].startswith('INSERT INTO "rollups_m')]
    ours += [each["sql"] for each in queries.captured_queries if each["sql"].startswith('INSERT INTO "rollups_p')]
    plain = PlainSQL()
    plain.run(today(), run_id=run.pk)
    values = plain.values(today(), rebuild_rollups().pk)
    return {
        "measured": [_explain(statement) for statement in ours],
        "baseline": [_explain(statement, values) for statement in plain.statements],
    }


def _explain(statement: str, values: dict[str, Any] | None = None) -> str:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        transaction.set_rollback(True)
    return plan


# Cells and months to choose from: all over their tables.
MOST = 200


@cache
def _some_cells() -> list[CellKey]:
    """The keys of measure cells, the same at every call."""
    table = TABLES["measures"]
    return _spread(table.model._default_manager.order_by("pk").values_list(*table.key_columns))


@cache
def _some_months() -> list[ProjectMonth]:
    """Accepted months that decide today, the same at every call."""
    return _spread(ProjectMonth.objects.in_force(today()).order_by("pk").select_related("project"))


def _spread(rows: Any) -> list[Any]:
    step = max(rows.count() // MOST, 1)
    return list(islice(rows.iterator(), 0, None, step))[:MOST]


def refresh(turn: int, cells: int) -> dict[str, float]:
    """One refresh of so many cells, from the change that marks them stale to the end of the refresh."""
    some = _some_cells()
    chosen = [some[(turn * cells + number) % len(some)] for number in range(min(cells, len(some)))]
    return _refreshed("measures", chosen, lambda: None)


def refresh_month(turn: int) -> dict[str, float]:
    """What follows an accepted month: those of its project are settled, and the cells of its city and category counted
    anew."""
    some = _some_months()
    month = some[turn % len(some)]
    project = month.project
    chosen = sorted(cells_of_place(project.plan_id, project.city_id, project.category_id))
    return _refreshed("projects", chosen, lambda: ProjectMonth.objects.filter(pk=month.pk).settle())


def _refreshed(kind: str, cells: list[Any], change: Callable[[], None]) -> dict[str, float]:
    start = time.perf_counter()
    with transaction.atomic():
        change()
        mark_stale(kind, cells)
    written = refresh_stale_rollups()
    milliseconds = (time.perf_counter() - start) * 1000
    if written != len(cells):
        raise Disagreement(f"{len(cells)} cells were marked and {written} refreshed")
    return {"measured": milliseconds}


def overview_queries() -> dict[str, float]:
    client = Client(SERVER_NAME=HOST)
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/")
    if response.status_code != 200:
        raise NotMeasured(f"/ answered {response.status_code}")
    return {"queries": len(queries)}


def about() -> dict[str, Any]:
    with connection.cursor():
        version = ".".join(map(str, connection.get_database_version()))
    return {"version": f"{connection.display_name} {version}", "months": ProjectMonth.objects.count()}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "about": about,
    "overview queries": overview_queries,
    "api": api_projects,
    "ndjson": ndjson,
    "rebuild": rebuild,
    "rebuild plans": rebuild_plans,
    "refresh": refresh,
    "refresh month": refresh_month,
    "load workbook": load_workbook,
    "wait for workers": accepting.wait_for_workers,
    "file reports": accepting.file_reports,
    "accept reports": accepting.accept_reports,
    "seal all": accepting.seal_all,
    "tasks": accepting.tasks,
}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = STEPS[asked.pop("step")](**asked)
        except NotMeasured as reason:
            answer = {"not measured": str(reason)}
        except Disagreement as reason:
            answer = {"wrong": str(reason)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
