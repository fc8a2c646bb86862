"""An example of each shape of the API, for its description."""

from collections.abc import Mapping
from typing import Any

Shape = Mapping[str, Any]
_OF_FORMATS = {
    "date": "2023-06-30",
    "date-time": "2023-08-29T09:30:00+08:00",
    "uri": "https://example.org/api/v1/measures/",
    "uri-reference": "/api/help/#invalid-parameters",
}
_OF_TYPES: dict[str, Any] = {"integer": 1, "number": 5.2, "boolean": True, "string": "…"}
# By the name of the field.
_OF_FIELDS: dict[str, Any] = {
    "code": "M001",
    "measure": "M001",
    "period": "2023H1",
    "plan": "plan-2023-2025",
    "slug": "innovation",
    "section": "innovation",
    "region": "370600",
    "city": "370200",
    "unit": "%",
    "title": "Build a laboratory",
    "title_en": "Build a laboratory",
    "title_zh": "建设实验室",
    "name": "GDP growth",
    "name_en": "GDP growth",
    "name_zh": "地区生产总值增速",
    "source": "The city's daily; https://example.org/",
    "figure": "completion_rate",
    "working": "13 ÷ 249 = 5.2%",
    "next": None,
    "previous": None,
}


def example_of(shape: Shape, name: str = "") -> Any:
    """Return an example of a field of this name, which fits the shape."""
    if "oneOf" in shape:
        return example_of(shape["oneOf"][0], name)
    if "enum" in shape:
        return shape["enum"][0]
    kind = shape["type"]
    if kind == "array":
        return [example_of(shape["items"], name.removesuffix("s"))]
    if kind == "object":
        fields = {each: example_of(inner, each) for each, inner in shape.get("properties", {}).items()}
        others = shape.get("additionalProperties")
        return fields | ({"completion_rate": example_of(others)} if isinstance(others, Mapping) else {})
    found = _OF_FIELDS.get(name, _OF_FORMATS.get(shape.get("format", ""), _OF_TYPES[kind]))
    if found is None or isinstance(found, str) != (kind == "string"):
        return None if shape.get("nullable") else _fitting(_OF_TYPES[kind], shape)
    return _fitting(found, shape)


def _fitting(value: Any, shape: Shape) -> Any:
    """Months are the one text whose form is given as a pattern."""
    return "2023-08" if "[0-9]{4}" in shape.get("pattern", "") else value
