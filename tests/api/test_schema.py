"""The description of the API is true: every answer fits it, and it names every parameter."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2

from tests.api.addresses import ALL, WRITTEN
from tests.api.conftest import API
from tests.sweeps import sample_or_whole, some_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def described() -> Any:
    """The schema as this site has it: where reading is open it asks nobody for an account."""
    return _described(settings.PILOTZONE_PUBLIC_READING)


@cache
def _described(_reads_openly: bool) -> Any:
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
    if shape.get("nullable") and "type" in shape:
        found["type"] = [shape["type"], "null"]
    elif shape.get("nullable"):
        found = {"anyOf": [found, {"type": "null"}]}
    if "properties" in shape:
        found.setdefault("additionalProperties", False)
    return found


def path_of(address: str) -> str:
    """The address with its code and its number as variables; the codes of the tests have a digit or a `_` in them."""
    named = re.sub(r"^(\w+)/(\w*[\d_]\w*)/", r"\1/{code}/", address)
    named = re.sub(r"^themes/[\w-]+/", "themes/{slug}/", named)
    named = re.sub(r"/problems/\d+/", "/problems/{number}/", named)
    return API + re.sub(r"/(reports|filed-values)/\d+/", r"/\1/{report}/", named)


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


def values_of(schema: Any) -> list[str]:
    """The values that a parameter may have, where they are few."""
    plain_schema = plain(schema, described())
    inner = plain_schema.get("items", plain_schema)
    values: list[str] = inner.get("allOf", [inner])[0].get("enum", [])
    return values


@sample_or_whole
@pytest.mark.parametrize("address", ALL)
def test_every_described_value_is_allowed(address: str, whole: bool, site: Any, ask: Any) -> None:
    parameters = described()["paths"][path_of(address)]["get"]["parameters"]
    # Some fields are there only where an earlier day is compared with.
    compared = "&compare=2023-05-31" if "compare" in {each["name"] for each in parameters} else ""
    for each in parameters:
        if each["name"] == "fields":
            values = values_of(each["schema"])
            assert ask(f"{address}?fields={','.join(values)}{compared}").status_code == 200
            continue
        for value in some_of(values_of(each["schema"]), f"{address} {each['name']}", whole=whole):
            assert ask(f"{address}?{each['name']}={value}").status_code == 200, (each["name"], value)


def test_every_address_is_described() -> None:
    found = {(method, path) for path, methods in described()["paths"].items() for method in methods}
    filed = ("measures/M001/reports/1/", "indicators/gdp_growth_ytd/filed-values/1/")
    others = {*(("get", path_of(each)) for each in filed), ("get", f"{API}explain/")}
    assert found == {("get", path_of(address)) for address in ALL} | others | {
        (method, path_of(address)) for method, address in WRITTEN
    }


def operations() -> list[tuple[str, Any]]:
    return [
        (f"{name} {path}", each) for path, methods in described()["paths"].items() for name, each in methods.items()
    ]


def shapes_in(shape: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Every shape, however deep, without what stands behind a name."""
    if isinstance(shape, dict):
        yield where, shape
        for key in ("items", "additionalProperties"):
            yield from shapes_in(shape.get(key), f"{where}.{key}")
        for name, inner in shape.get("properties", {}).items():
            yield from shapes_in(inner, f"{where}.{name}")
        for each in [*shape.get("allOf", []), *shape.get("oneOf", [])]:
            yield from shapes_in(each, where)


def test_each_operation_has_a_short_summary_and_examples_that_fit() -> None:
    everything = described()
    summaries = [each["summary"] for _where, each in operations()]
    assert all(0 < len(each) <= 120 for each in summaries), summaries
    assert not [each for each in summaries if "`" in each]
    for where, each in operations():
        answers = [answer for code, answer in each["responses"].items() if code < "300"]
        for holder in [*answers, *([each["requestBody"]] if "requestBody" in each else [])]:
            told = holder["content"]["application/json"]
            assert "example" in told, where
            jsonschema.validate(told["example"], plain(told["schema"], everything))


def test_every_record_and_list_of_values_has_a_name() -> None:
    components = described()["components"]["schemas"]
    places: list[tuple[str, Any]] = []
    for where, each in operations():
        holders = [*each["responses"].values(), *([each["requestBody"]] if "requestBody" in each else [])]
        schemas = [told["schema"] for holder in holders for told in holder.get("content", {}).values()]
        places += [(where, schema) for schema in (*schemas, *(p["schema"] for p in each["parameters"]))]
    for name, component in components.items():
        inner = [*component.get("properties", {}).items(), ("value", component.get("additionalProperties"))]
        places += [(f"{name}.{field}", shape) for field, shape in inner]
    nameless = [
        at
        for where, schema in places
        for at, shape in shapes_in(schema, where)
        if "enum" in shape or "properties" in shape or isinstance(shape.get("additionalProperties"), dict)
    ]
    assert nameless == []


@pytest.mark.parametrize("name", ["page", "page_size", "cursor"])
def test_what_a_program_would_send_by_itself_chooses_no_page(name: str) -> None:
    for where, each in operations():
        assert not [p for p in each["parameters"] if p["name"] == name and "default" in p["schema"]], where


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
    assert not re.search(r"<script(?![^>]* (?:src=|type=\"application/json\"))|<style|style=|\son\w+=|https?://", page)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert client.get(address).status_code == 200, address


def test_each_group_of_the_list_is_named_in_the_readers_language(ask: Any, client: Client) -> None:
    used = {each["tags"][0] for _where, each in operations()}
    named = {}
    for language in ("en", "zh-hans"):
        groups = client.get(f"/api/schema/?lang={language}").json()["tags"]
        assert {each["name"] for each in groups} == used
        assert len(groups) == len(used)
        named[language] = {each["name"]: each["description"] for each in groups}
    assert (named["en"]["sections"], named["zh-hans"]["sections"]) == ("Priority areas", "重点任务")
    assert (named["en"]["project-months"], named["zh-hans"]["project-months"]) == ("Months of projects", "项目月报")


def test_the_docs_page_has_chinese_for_what_swagger_ui_says(ask: Any, client: Client) -> None:
    def words(language: str) -> Any:
        page = client.get(f"/api/docs/?lang={language}").content.decode()
        found = re.search(r'<script id="api-docs-words" type="application/json">(.*?)</script>', page)
        assert found
        return json.loads(found[1])

    assert words("en") == {}
    assert (words("zh-hans")["Cancel"], words("zh-hans")["Name"]) == ("取消", "名称")
