"""Tests that the client openapi-python-client makes of the description works as it stands: lists, cursors, fields,
files, refusals."""

import csv
import importlib
import io
import json
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import WSGIHandler
from django.db import close_old_connections

from tests.api.test_schema import described

pytestmark = pytest.mark.django_db

NAME = "pilotzone_client"
# One file for each named part, and little more: 437 came of a description without names.
MOST_MODELS = 240


@pytest.fixture(scope="module")
def made(tmp_path_factory: Any) -> Iterator[Any]:
    """The package that the generator makes, and what it said. It takes two seconds, and asks nobody."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "schema.json").write_text(json.dumps(described()), encoding="utf-8")
    (folder / "config.yml").write_text("post_hooks: []\n", encoding="utf-8")
    options = ["--path", "schema.json", "--config", "config.yml", "--meta", "none", "--output-path", NAME]
    command = [sys.executable, "-m", "openapi_python_client", "generate", *options, "--fail-on-warning"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    try:
        yield SimpleNamespace(folder=folder / NAME, said=done.stdout)
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == NAME]:
            del sys.modules[name]


@pytest.fixture
def client(made: Any, site: Any, open_reading: None) -> Iterator[Any]:
    """A client of the site as its server runs it, without a network between."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    transport = httpx.WSGITransport(app=WSGIHandler())
    package = importlib.import_module(f"{NAME}.client")
    try:
        yield package.Client(base_url="http://localhost", httpx_args={"transport": transport})
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def operation(name: str) -> Any:
    """Import the client's module of an operation, such as `measures.measures`."""
    return importlib.import_module(f"{NAME}.api.{name}")


@pytest.fixture
def models(made: Any) -> Any:
    return importlib.import_module(f"{NAME}.models")


def test_it_has_a_class_for_each_named_part_and_every_module_loads(made: Any, models: Any) -> None:
    assert len(list((made.folder / "models").glob("*.py"))) < MOST_MODELS
    assert {"MeasureRow", "MeasureStatus", "Light", "Provenance", "Problem", "Summary"} <= set(models.__all__)
    api = importlib.import_module(f"{NAME}.api")
    loaded = [importlib.import_module(each.name) for each in pkgutil.walk_packages(api.__path__, f"{NAME}.api.")]
    operations = [each for each in loaded if hasattr(each, "sync")]
    assert len(operations) == sum(len(methods) for methods in described()["paths"].values())


def test_lists(client: Any, models: Any) -> None:
    answer = operation("measures.measures").sync(client=client, lang=models.Language.EN)
    assert (type(answer).__name__, answer.count, answer.as_of) == ("MeasureList", 4, date(2023, 8, 29))
    first = answer.results[0]
    assert (first.code, first.status, first.due_on) == ("M001", models.MeasureStatus.COMPLETED, date(2023, 6, 30))
    assert (first.light, first.url) == (models.Light.GREEN, "http://localhost/api/v1/measures/M001/")
    states = [models.MeasureStatus.COMPLETED, models.MeasureStatus.IN_PROGRESS]
    assert [row.code for row in operation("measures.measures").sync(client=client, status=states).results] == [
        "M001",
        "M002",
    ]
    rows = operation("projects.projects").sync(client=client, city=["370100", "370200"]).results
    assert [row.code for row in rows] == ["P0001", "P0002", "P0003"]


def test_every_list_can_be_read_with_what_the_client_sends_by_itself(client: Any) -> None:
    for path, methods in described()["paths"].items():
        parts = [each.replace("-", "_") for each in path.split("/")[3:] if each]
        if "{" not in path and "explain" not in path and parts:
            answer = operation(f"{parts[0]}.{'_'.join(parts)}").sync_detailed(client=client)
            assert (answer.status_code, type(answer.parsed).__name__ == "Problem") == (200, False), (path, methods)


def test_pages_by_cursor(client: Any) -> None:
    codes, cursor = [], "*"
    while cursor:
        page = operation("measures.measures").sync(client=client, cursor=cursor, page_size=3)
        codes += [row.code for row in page.results]
        cursor = parse_qs(urlsplit(page.next_).query)["cursor"][0] if page.next_ else ""
    assert codes == ["M001", "M002", "M003", "M004"]


def test_fields(client: Any, models: Any) -> None:
    wanted = [models.MeasureListField.CODE, models.MeasureListField.STATUS]
    answer = operation("measures.measures").sync(client=client, fields=wanted)
    assert answer.results[1].to_dict() == {"code": "M002", "status": "in_progress"}


def test_files(client: Any, models: Any) -> None:
    # It reads JSON alone; a file comes by the request that it makes.
    request = operation("measures.measures")._get_kwargs(format_=models.ListFormat.CSV)
    answer = client.get_httpx_client().request(**request)
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    # All of them: it asks for no page.
    assert [row["code"] for row in rows] == ["M001", "M002", "M003", "M004"]


def test_refusals(client: Any) -> None:
    answer = operation("measures.measures").sync_detailed(client=client, as_of=date(2999, 1, 1))
    assert answer.status_code == 400
    assert (answer.parsed.status, answer.parsed.errors[0].parameter) == (400, "as_of")
    assert answer.parsed.request_id == answer.headers["X-Request-ID"]
