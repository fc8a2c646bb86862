"""The description of the API is true: every answer fits it, and it names every parameter."""

import json
import re
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2

from tests.api.addresses import ALL, WRITTEN
from tests.api.conftest import API

pytestmark = pytest.mark.django_db


@cache
def described() -> Any:
    return json.loads(OpenApiJsonRenderer2().render(SchemaGenerator().get_schema(public=True), renderer_context={}))


def plain(shape: Any, everything: Any) -> Any:
    """The JSON Schema of an OpenAPI 3.0 shape, in which nothing beyond the named fields is allowed."""
    if isinstance(shape, list):
        return [plain(each, everything) for each in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return plain(everything["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]], everything)
    found = {name: plain(value, everything) for name, value in shape.items() if name != "nullable"}
    if shape.get("nullable"):
        found["type"] = [shape["type"], "null"]
    if "properties" in shape:
        found.setdefault("additionalProperties", False)
    return found


def path_of(address: str) -> str:
    """The address with its code and its number as variables; the codes of the tests have a digit or a `_` in them."""
    named = re.sub(r"^(\w+)/(\w*[\d_]\w*)/", r"\1/{code}/", address)
    return API + re.sub(r"/\d+/", "/{report}/", named)


@pytest.mark.parametrize("address", ALL)
@pytest.mark.parametrize("query", ["", "?as_of=2023-02-01"])
def test_an_answer_fits_its_description(address: str, query: str, site: Any, ask: Any) -> None:
    everything = described()
    answers = everything["paths"][path_of(address)]["get"]["responses"]
    shape = answers["200"]["content"]["application/json"]["schema"]
    jsonschema.validate(ask(address + query).json(), plain(shape, everything))
    refused = ask(f"{address}?nothing=1").json()
    jsonschema.validate(refused, plain(answers["400"]["content"]["application/problem+json"]["schema"], everything))


@pytest.mark.parametrize("address", ALL)
def test_every_parameter_is_described_and_no_other(address: str, site: Any, ask: Any) -> None:
    parameters = described()["paths"][path_of(address)]["get"]["parameters"]
    names = {each["name"] for each in parameters if each["in"] == "query"}
    refused = ask(f"{address}?nothing=1&lang=en").json()["detail"]
    assert names == set(refused.split(": ")[-1].rstrip(".").split(", "))


@pytest.mark.parametrize("address", ALL)
def test_every_described_value_is_allowed(address: str, site: Any, ask: Any) -> None:
    for each in described()["paths"][path_of(address)]["get"]["parameters"]:
        for value in each["schema"].get("enum", []):
            assert ask(f"{address}?{each['name']}={value}").status_code == 200, (each["name"], value)


def test_every_address_is_described() -> None:
    found = {(method, path) for path, methods in described()["paths"].items() for method in methods}
    reports = path_of("measures/M001/reports/1/")
    others = {("get", reports), ("get", f"{API}explain/")}
    assert found == {("get", path_of(address)) for address in ALL} | others | {
        (method, path_of(address)) for method, address in WRITTEN
    }


def test_the_schema_is_valid_and_makes_no_warning(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))


def test_the_schema_comes_as_json_and_yaml(ask: Any, client: Client) -> None:
    answer = client.get("/api/schema/")
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["openapi"].startswith("3.")
    answer = client.get("/api/schema/?format=yaml")
    assert yaml.safe_load(answer.content)["info"]["title"] == "Pilotzone API"
    assert client.get("/api/schema/?format=csv").status_code == 400


def test_the_schema_is_for_those_who_may_read(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 401
    answer = client.get("/api/docs/")
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/api/docs/")


def test_the_docs_page_has_nothing_inline_and_asks_nobody_else(ask: Any, client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert 'data-schema="/api/schema/?lang=zh-hans"' in page
    assert not re.search(r"<script(?![^>]* src=)|<style|style=|\son\w+=|https?://", page)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert client.get(address).status_code == 200, address
