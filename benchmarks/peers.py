"""Pilotzone beside Datasette and Dash, with the same rows: `.venv/bin/python -m benchmarks.peers`.

Installs both into a throwaway folder, which takes a network, and prints a table for docs/performance.md. What is
compared is not the same work: Datasette and Dash show rows, without days, permissions, languages or a log.
"""

import http.client
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from csv import DictReader
from pathlib import Path

from benchmarks.serving import demo, environment, fetch
from tests import services
from tests.lanes import clean_environment

TURNS = 15
# A dashboard as the documentation of Dash builds one: rows in pandas, a callback that groups them and draws.
DASH = """
import sys

import pandas
import plotly.express as px
from dash import Dash, Input, Output, dcc, html

measures, projects = (pandas.read_csv(f"{name}.csv") for name in ("measures", "projects"))
app = Dash(__name__)
app.layout = html.Div([dcc.Input("all", id="which"), *(dcc.Graph(id=f"chart{n}") for n in range(4))])
server = app.server


@app.callback([Output(f"chart{n}", "figure") for n in range(4)], Input("which", "value"))
def draw(which):
    by_status = measures.groupby("status").size().reset_index(name="measures")
    by_light = measures.groupby(["lead_department", "light"]).size().reset_index(name="measures")
    by_month = measures.assign(month=measures.due_on.str[:7]).groupby("month").size().reset_index(name="due")
    by_city = projects.groupby("city").total_investment.agg(["sum", "count"]).reset_index()
    return (
        px.bar(by_status, x="status", y="measures"),
        px.bar(by_light, x="lead_department", y="measures", color="light"),
        px.bar(by_month, x="month", y="due"),
        px.bar(by_city, x="city", y="sum"),
    )
"""
CALLBACK = json.dumps(
    {
        "output": "..chart0.figure...chart1.figure...chart2.figure...chart3.figure..",
        "outputs": [{"id": f"chart{number}", "property": "figure"} for number in range(4)],
        "inputs": [{"id": "which", "property": "value", "value": "all"}],
        "changedPropIds": ["which.value"],
    }
)
# What is compared: our address, whose answer it is laid beside, and the address there.
LIKE = {
    "list of 100 rows": ("/measures/?page_size=100", "Datasette", "/rows/measures?_size=100"),
    "list with facets": ("/projects/?page_size=50", "Datasette", "/rows/projects?_size=50&_facet=city&_facet=stage"),
    "JSON of 100": ("/api/v1/projects/?page_size=100", "Datasette", "/rows/projects.json?_size=100&_shape=objects"),
    "dashboard data": ("/", "Dash", "/_dash-update-component"),
}


def install(folder: Path) -> Path:
    """Return the folder with the programs."""
    uv, python = shutil.which("uv") or ".tools/bin/uv", folder / "venv" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    packages = ("datasette", "dash", "pandas", "gunicorn")
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *packages], check=True)
    return python.parent


def copy_rows(port: int, folder: Path) -> None:
    """Write our rows as CSV, for pandas, and into a database, for Datasette."""
    with sqlite3.connect(folder / "rows.db") as database:
        for table in ("measures", "projects"):
            text = fetch(port, f"/api/v1/{table}/?format=csv")[1].decode("utf-8-sig")
            (folder / f"{table}.csv").write_text(text, encoding="utf-8")
            rows = list(DictReader(text.splitlines()))
            database.execute(f"CREATE TABLE {table} ({', '.join(rows[0])}, PRIMARY KEY (code))")
            places = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO {table} VALUES ({places})", [tuple(row.values()) for row in rows])


def start(stack: ExitStack, command: list[str | Path], port: int) -> None:
    stack.enter_context(services.process([str(each) for each in command], clean_environment()))

    def answers() -> bool:
        with suppress(OSError):
            return fetch(port, "/")[0].status == 200
        return False

    services.wait_until(answers, f"the first answer of {command[0]}", seconds=60)


def asked(port: int, path: str) -> Callable[[], None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    is_callback = path == LIKE["dashboard data"][2]
    headers = {"Accept-Encoding": "gzip"} | ({"Content-Type": "application/json"} if is_callback else {})

    def ask() -> None:
        connection.request("POST" if is_callback else "GET", path, CALLBACK if is_callback else None, headers)
        response = connection.getresponse()
        content = response.read()
        assert response.status == 200 and content, (path, response.status, content[:500])

    return ask


def smallest(sides: Mapping[str, Callable[[], None]]) -> dict[str, float]:
    """Return the milliseconds of each side: the smallest of some turns, after one that does not count."""
    spent: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(TURNS + 1):
        for name, ask in sides.items():
            begin = time.perf_counter()
            ask()
            spent[name] += [(time.perf_counter() - begin) * 1000] if turn else []
    return {name: min(each) for name, each in spent.items()}


def main() -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(services.folder("pilotzone-peers-"))
        programs = install(folder)
        kept = stack.enter_context(demo(environment(folder / "kept"))).port
        anew = stack.enter_context(demo(environment(folder / "anew") | {"PILOTZONE_PAGE_CACHE_SECONDS": "0"})).port
        copy_rows(kept, folder)
        (folder / "dashboard.py").write_text(DASH, encoding="utf-8")
        ports = {name: services.free_port() for name in ("Datasette", "Dash")}
        commands: dict[str, list[str | Path]] = {
            "Datasette": [programs / "datasette", folder / "rows.db", "--port"],
            "Dash": [programs / "gunicorn", "--chdir", folder, "dashboard:server", "--bind"],
        }
        for name, command in commands.items():
            address = f"127.0.0.1:{ports[name]}" if name == "Dash" else str(ports[name])
            start(stack, [*command, address], ports[name])
        print("| in ms | Pilotzone, kept | made anew | the other | kept is | made anew is |\n| --- |" + " --: |" * 5)
        for what, (ours, other, theirs) in LIKE.items():
            sides = {"kept": asked(kept, ours), "anew": asked(anew, ours), other: asked(ports[other], theirs)}
            took = smallest(sides)
            ratios = " | ".join(f"{took[other] / took[way]:.2g} x as fast" for way in ("kept", "anew"))
            print(f"| {what} | {took['kept']:.2g} | {took['anew']:.3g} | {other} {took[other]:.3g} | {ratios} |")


if __name__ == "__main__":
    main()
