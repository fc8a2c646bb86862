"""Tests that the API explains itself: every field and parameter has a meaning, in Chinese and in English."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
HAN = re.compile("[一-鿿]")
METHODS = {"get", "post", "put"}


def described(language: str) -> Any:
    return Client().get(f"/api/schema/?lang={language}").json()


def fields(shape: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every field of a shape and of what lies within it, by its path."""
    for name, each in shape.get("properties", {}).items():
        yield f"{path}.{name}", each
        yield from fields(each, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(shape.get(key), dict):
            yield from fields(shape[key], f"{path}.{key}")
    for number, each in enumerate(shape.get("oneOf", [])):
        yield from fields(each, f"{path}.{number}")


def words(everything: Any) -> dict[str, str]:
    """Every place that is to be described, and how it is."""
    found = {"info": everything["info"].get("description", "")}
    for name, shape in everything["components"]["schemas"].items():
        found |= {path: each.get("description", "") for path, each in fields(shape, name)}
    for path, operations in everything["paths"].items():
        for method in METHODS & set(operations):
            operation, place = operations[method], f"{method} {path}"
            found[place] = operation.get("description", "")
            for each in operation.get("parameters", []):
                found[f"{place} ?{each['name']}"] = each.get("description", "")
            for status, answer in operation["responses"].items():
                found[f"{place} {status}"] = answer["description"]
                for name, header in answer.get("headers", {}).items():
                    found[f"{place} {status} {name}"] = header.get("description", "")
    return found


def test_every_field_and_parameter_has_a_meaning_in_both_languages(open_reading: None) -> None:
    chinese, english = words(described("zh-hans")), words(described("en"))
    assert chinese.keys() == english.keys()
    assert len(chinese) > 500
    assert [place for place, text in chinese.items() if not HAN.search(text)] == []
    assert [place for place, text in english.items() if not text or HAN.search(text)] == []


def schemas_in(language: str) -> Any:
    """The named shapes, each with all that it names."""
    schemas = described(language)["components"]["schemas"]

    def whole(shape: Any) -> Any:
        if isinstance(shape, list):
            return [whole(each) for each in shape]
        if not isinstance(shape, dict):
            return shape
        if "$ref" in shape:
            return whole(schemas[shape["$ref"].rpartition("/")[2]])
        found = {name: whole(value) for name, value in shape.items()}
        [inherited] = found.pop("allOf", [{}])
        words = [text for each in (found, inherited) if isinstance(text := each.get("description"), str)]
        return {**inherited, **found, **({"description": " ".join(words)} if words else {})}

    return {name: whole(shape) for name, shape in schemas.items()}


def test_allowed_values_are_said_in_words(open_reading: None) -> None:
    [chinese, english] = [schemas_in(language) for language in ("zh-hans", "en")]
    of_row = ("MeasureList", "properties", "results", "items", "properties", "status")
    for name in of_row:
        chinese, english = chinese[name], english[name]
    assert english["enum"] == ["promoting", "in_progress", "completed"]
    assert "completed (Completed)" in english["description"]
    assert "completed（已完成）" in chinese["description"]
    assert chinese["x-enumDescriptions"]["in_progress"] == "取得进展"


def test_figures_have_their_units(open_reading: None) -> None:
    schemas = schemas_in("en")
    rows = schemas["MeasureRollupList"]["properties"]["results"]["items"]["properties"]
    assert (rows["total"]["x-unit"], rows["total"]["x-cumulative"]) == ("measures", True)
    assert (rows["gap"]["x-unit"], rows["gap"].get("x-cumulative")) == ("percentage points", None)
    assert rows["lights"]["properties"]["red"]["x-unit"] == "measures"
    assert rows["gap_then"]["description"] == "On the earlier day: Completion rate minus time elapsed, as shown."
    red = rows["lights_then"]["properties"]["red"]
    assert red["description"].startswith("On the earlier day: Measures whose light on the day is “Red light”")
    listed = schemas["Changes"]["properties"]["projects"]["properties"]
    for field in (listed["total"], listed["by_category"]["additionalProperties"]["properties"]["total"]):
        assert field["description"].startswith("Of the projects listed in between: "), field
        assert field["x-cumulative"] is False
    projects = schemas["ProjectList"]["properties"]["results"]["items"]["properties"]
    assert projects["total_investment"]["x-unit"] == "100 million yuan"
    assert schemas["Indicator"]["properties"]["staleness"]["x-unit"] == "days"


def test_the_page_of_the_docs_asks_for_its_own_language(open_reading: None) -> None:
    for language in ("zh-hans", "en"):
        page = Client().get(f"/api/docs/?lang={language}").content.decode()
        assert f'data-schema="/api/schema/?lang={language}"' in page
