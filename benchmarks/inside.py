"""Measurements inside one process of a site: `python -m benchmarks.inside GROUP TIMES` prints a JSON line for each
line of the bench, and ends with 1 where one could not be measured.

Processor time is given in loops: how many times it is that of summing a million squares in plain Python. Page and loop
come in turns, and the smallest of each counts, so that machines can be compared and other work is not counted.
"""

import json
import re
import resource
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import cache as computed_once
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import django

django.setup()

import orjson
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.models import Role, User
from benchmarks import accepting
from benchmarks.plain_sql import PlainSQL, raw_rows
from benchmarks.stock import StockProjects
from core.clock import today
from core.periods import last_ended_month
from core.provenance import Provenance
from ledger.commit import commit_ledger
from ledger.contents import read_contents
from ledger.merging import What
from ledger.preview import preview
from ledger.reading import read_ledger
from ledger.rows import Values
from ledger.sheets import SHEETS
from ledger.workbook import write_workbook
from measures.models import Plan
from projects.api.projects import Projects
from projects.models import Project, ProjectMonth
from projects.services import cells_of_place
from rollups.engine import TABLES, mark_stale
from rollups.services import rebuild_rollups, refresh_stale_rollups

# The name of a line, its value, and how that came about.
type Measured = tuple[str, float, str]
type Job = Callable[[int], Iterable[Measured]]

HOST = "127.0.0.1"
# A measurement ends after so many seconds, though not before three turns.
PATIENCE, FEWEST = 20, 3


# Loops


def sum_a_million_squares() -> None:
    sum(i * i for i in range(1_000_000))


def processor_seconds() -> float:
    """Return the processor time of this process and of the one that PostgreSQL answers it with."""
    if connection.vendor != "postgresql":
        return time.process_time()
    schedule = Path(f"/proc/{_database_process()}/schedstat")
    theirs = int(schedule.read_text(encoding="ascii").split()[0]) / 1e9 if schedule.exists() else 0
    return time.process_time() + theirs


@computed_once
def _database_process() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [(found,)] = cursor.fetchall()
    return int(found)


def smallest(sides: Sequence[Callable[[], object]], times: int) -> list[float]:
    """Milliseconds of the processor that each side takes, the smallest of so many turns. The first is not counted, and
    after a while three are enough."""
    spent: list[list[float]] = [[] for _side in sides]
    end = time.monotonic() + PATIENCE
    for turn in range(times + 1):
        if turn > FEWEST and time.monotonic() > end:
            break
        for run, each in zip(sides, spent, strict=True):
            start = processor_seconds()
            run()
            each += [(processor_seconds() - start) * 1000] if turn else []
    return [min(each) for each in spent]


def in_loops(run: Callable[[], object], times: int) -> tuple[float, str]:
    """How many loops a run takes, and both in milliseconds."""
    loop, ours = smallest([sum_a_million_squares, run], times)
    return ours / loop, f"{ours:.3g} ms, a loop {loop:.3g} ms"


def compare(ours: Callable[[], object], theirs: Callable[[], object], times: int) -> tuple[float, str]:
    """How many times the baseline's time ours is, and both in milliseconds."""
    baseline, measured = smallest([theirs, ours], times)
    return measured / baseline, f"{measured:.3g} ms beside {baseline:.3g} ms"


# Pages

# By line: its address and, where not anybody's, whose of the demonstration's people it is.
PAGES = {
    "overview": ("/", ""),
    "a department": ("/departments/energy/", ""),
    "a city": ("/cities/370300/", ""),
    "measures, 100 rows": ("/measures/?page_size=100", ""),
    "projects, 50 rows": ("/projects/?page_size=50", ""),
    "API, summary": ("/api/v1/summary/", ""),
    "API, 100 projects": ("/api/v1/projects/?page_size=100", ""),
    "departments": ("/departments/", ""),
    "a measure": ("/measures/M172/", ""),
    "month board": ("/review/board/", "rita"),
    "projects behind their plan": ("/projects/?behind=yes&ordering=-total_investment", ""),
    "workspace of a city": ("/workspace/", "zoe"),
    "review of months": ("/review/projects/", "rita"),
    "problems": ("/problems/", ""),
    "checks of the data": ("/integrity/", "admin"),
    "search, two characters": ("/search/?q=%E6%B0%A2%E8%83%BD", ""),
    "search, initials": ("/search/?q=hsfd", ""),
}


def _visitor(person: str = "") -> Client:
    client = Client(SERVER_NAME=HOST, headers={"Accept-Encoding": "gzip"})
    if person:
        client.force_login(User.objects.get(username=person), "django.contrib.auth.backends.ModelBackend")
    return client


def page_made_anew(name: str, times: int) -> Iterator[Measured]:
    address, person = PAGES[name]
    client = _visitor(person)

    def make() -> None:
        cache.clear()
        response = client.get(address)
        assert response.status_code == 200, f"{address} answered {response.status_code}"

    yield name, *in_loops(make, times)


def kept_page(times: int) -> Iterator[Measured]:
    client = _visitor()
    with override_settings(PILOTZONE_PAGE_CACHE_SECONDS=600):
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            packed = client.get("/").headers.get("Content-Encoding") == "gzip"
        assert packed and len(queries) < 5, "the overview was not kept"
        yield "a kept page", *in_loops(lambda: client.get("/"), times)


# The API and the export, beside what is as simple as can be


def ask(address: str, view: Callable[..., Any] | None = None) -> Any:
    """The answer of the view at an address, or of another view, without the middleware."""
    request = RequestFactory().get(address, SERVER_NAME=HOST)
    request.user = AnonymousUser()
    match = request.resolver_match = resolve(request.path)
    response = (view or match.func)(request)
    assert response.status_code == 200, f"{address} answered {response.status_code}"
    return response.render() if hasattr(response, "render") else response


COLUMNS = (
    *("code", "city", "county", "category", "stage", "listed_on", "lead_department", "project_class", "list_name"),
    *("national_code", "planned_start_on", "planned_completion_on", "provenance", "investment_provenance"),
)
SETS = ("also_in", "measures")


def _core(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COLUMNS} | {name: sorted(row[name]) for name in SETS}


def beside_stock_view(times: int) -> Iterator[Measured]:
    def ours() -> Any:
        return ask("/api/v1/projects/?page_size=100")

    def stock() -> Any:
        return ask("/api/v1/projects/", StockProjects.as_view())

    rows, theirs = ([_core(row) for row in json.loads(side().content)["results"]] for side in (ours, stock))
    assert rows == theirs and rows, "the API and the stock view do not give the same rows"
    yield "API, 100 projects, beside a stock view", *compare(ours, stock, times)


def beside_raw_cursor(times: int) -> Iterator[Measured]:
    def ours() -> list[bytes]:
        return list(ask("/api/v1/projects/?format=ndjson").streaming_content)

    def raw() -> list[bytes]:
        return list(raw_rows(f"http://{HOST}"))

    rows, theirs = ([_core(orjson.loads(line)) for line in b"".join(side()).splitlines()] for side in (ours, raw))
    assert rows == theirs and rows, "the export and the raw cursor do not give the same rows"
    yield "NDJSON of a plan, beside a raw cursor", *compare(ours, raw, times)


class EveryProject(Projects):
    """The export of a plan that holds every project there is."""

    def get_queryset(self) -> QuerySet:
        return Project.objects.in_scope(self.day).with_annual_plan(last_ended_month(self.day).year)


# Enough to see whether the memory grows with the rows.
MOST_ROWS = 500_000


def long_export(times: int) -> Iterator[Measured]:
    def rows_in_chunks() -> Iterator[int]:
        # As a web server closes it. One that the garbage collector closes while another statement is sent waits for
        # the connection, which waits for the collector.
        with closing(ask("/api/v1/projects/?format=ndjson", EveryProject.as_view())) as answer:
            yield from (chunk.count(b"\n") for chunk in answer.streaming_content)

    # What is made once is there.
    next(rows_in_chunks())
    before, rows = _forget_peak(), 0
    for number in rows_in_chunks():
        rows += number
        if rows >= MOST_ROWS:
            break
    yield "memory of a long export", max(_peak() - before, 0), f"{rows:,} rows"


# Megabytes

STATUS, FORGET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _forget_peak() -> float:
    """Forget what the process needed until now; what it still has counts."""
    FORGET_PEAK.write_text("5", encoding="ascii")
    return _peak()


def _peak() -> float:
    """The most since `_forget_peak`."""
    [kilobytes] = re.findall(r"VmHWM:\s+(\d+)", STATUS.read_text(encoding="ascii"))
    return int(kilobytes) * 1024 / 1e6


# The totals


def rebuild(times: int) -> Iterator[Measured]:
    with CaptureQueriesContext(connection) as queries:
        run = rebuild_rollups()
    yield "full rebuild, queries", len(queries), f"{run.cells:,} cells"
    if connection.vendor != "postgresql":
        return
    plain = PlainSQL()

    def ours() -> None:
        nonlocal run
        run = rebuild_rollups()

    def theirs() -> None:
        plain.run(today(), run_id=run.pk)

    yield "full rebuild, beside plain SQL", *compare(ours, theirs, times)
    for kind, table in TABLES.items():
        stored = plain.cells(kind, table.model._meta.db_table)
        assert stored == plain.cells(kind), f"the stored {kind} cells differ"


# Cells and months to choose from: all over their tables.
MOST = 200


def _spread(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    """Rows from all over a table, in turn, for ever. They are read at once: reading is not to be measured."""
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    return cycle(list(rows.filter(pk__in=pks[:: max(len(pks) // MOST, 1)])))


def refresh_cell(times: int) -> Iterator[Measured]:
    """Do what comes between the mark that an accepted report leaves and the end of the refresh."""
    table = TABLES["measures"]
    cells = _spread(table.model._default_manager.values_list(*table.key_columns))
    yield "refresh of a cell", *in_loops(lambda: _refreshed("measures", [next(cells)], lambda: None), times)


def refresh_month(times: int) -> Iterator[Measured]:
    """Measure what follows an accepted month: those of its project are settled, and the cells of its city and category
    counted anew."""
    months = _spread(ProjectMonth.objects.in_force(today()).select_related("project"))

    def refresh() -> None:
        month: ProjectMonth = next(months)
        project = month.project
        cells = sorted(cells_of_place(project.plan_id, project.city_id, project.category_id))
        _refreshed("projects", cells, lambda: ProjectMonth.objects.filter(pk=month.pk).settle())

    yield "refresh of an accepted month", *in_loops(refresh, times)


def _refreshed(kind: str, cells: list[Any], change: Callable[[], object]) -> None:
    with transaction.atomic():
        change()
        mark_stale(kind, cells)
    assert refresh_stale_rollups() == len(cells), "other cells were refreshed than those that were marked"


# A workbook


def workbook(times: int) -> Iterator[Measured]:
    """The plan's projects, each with another investment, are read, compared and loaded; the site stays as it is."""
    plan = Plan.objects.current()
    rows = [_revised(each) for each in read_contents(plan).rows["projects"].values()]
    spent: dict[str, list[float]] = {"preview": [], "load": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "projects.xlsx"
        with path.open("wb") as file:
            write_workbook(file, [SHEETS["projects"]], {"projects": rows})
        _forget_peak()
        for _turn in range(min(times, FEWEST)):
            with timed(spent["preview"]):
                ledger = read_ledger(path).ledger
                seen = preview(ledger, plan)
            assert not seen.faults and seen.count()[What.CHANGED] == len(rows), seen.faults[:1]
            with transaction.atomic():
                # Revised totals are on record with whoever loads them.
                by = User.objects.create(username="loader-of-the-benchmark", role=Role.REVIEWER)
                with timed(spent["load"]):
                    commit_ledger(ledger, plan, by=by, confirmed=True)
                transaction.set_rollback(True)
    for name, each in spent.items():
        yield f"workbook of all projects, {name}", statistics.median(each), f"{len(rows):,} rows"
    # Of this process or of the one that reads spreadsheets, whichever had more.
    readers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    yield "workbook of all projects, memory", max(_peak(), readers), f"{len(rows):,} rows"


def _revised(project: Values) -> Values:
    """Return the project with another total investment, which no source has published."""
    is_published = project["investment_provenance"] == Provenance.PUBLISHED
    said = {"investment_provenance": Provenance.REPORTED.value} if is_published else {}
    return {**project, "total_investment": project["total_investment"] + 1, **said}


@contextmanager
def timed(spent: list[float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent.append(time.perf_counter() - start)


# Groups


def migration(times: int) -> Iterator[Measured]:
    """Measure the migration of an empty database, which is there from then on."""
    start = processor_seconds()
    call_command("migrate", verbosity=0, interactive=False)
    yield "migration of an empty database, processor time", processor_seconds() - start, ""


def small_site(times: int) -> Iterator[Measured]:
    """Fills an empty database with a few rows of each kind that a line looks at, in place of the demonstration's."""
    from tests import factories as make  # of a development installation, and only here

    department = make.make_department("energy")
    measures = [make.make_measure(lead_department=department, code=f"M{172 + n}") for n in range(30)]
    month = last_ended_month(today())
    for number in range(3):
        project = make.make_project(city="370300", lead_department=department, measures=measures[:1], investment=number)
        make.make_project_month(project, month - timedelta(days=28 * number))
    make.make_problem(measures[0])
    make.make_indicator()
    make.make_user("rita", role="reviewer")
    make.make_user("zoe", role="reporter", city=project.city)
    make.make_user("admin", is_superuser=True)
    rebuild_rollups()
    return iter(())


SITE: list[Job] = [
    *(partial(page_made_anew, name) for name in PAGES),
    *(kept_page, beside_stock_view, beside_raw_cursor, long_export, refresh_cell, refresh_month, workbook, rebuild),
]
GROUPS: dict[str, list[Job]] = {
    "empty": [migration],
    "small": [migration, small_site],
    "site": SITE,
    "accepting": [accepting.accepted_reports],
}


def main(group: str, times: int) -> int:
    failed = False
    for job in GROUPS[group]:
        try:
            for name, value, note in job(times):
                print(json.dumps({"name": name, "value": value, "note": note}), flush=True)
        except Exception:
            failed = True
            traceback.print_exc()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
