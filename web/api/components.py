"""The named parts of the API's description: a program that is generated from it has one class for each, and uses it
wherever it stands. Records, mappings and lists of values have names; what is alike has the same one.
"""

import json
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from django.db.models import TextChoices
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from web.api.shapes import COMPONENT, Shape, in_words, pascal
from web.lists.exports import EXPORT_FORMATS

# What belongs to the place where a part stands, not to the part.
_OF_THE_PLACE = ("description", "nullable", "default", "x-unit", "x-cumulative", "required")
_VALUES: dict[tuple[str, ...], str] = {
    tuple(code for code, _name in settings.LANGUAGES): "Language",
    ("json", *EXPORT_FORMATS): "ListFormat",
    ("json",): "Format",
    ("yes", "no"): "YesNo",
}


class Components:
    """The components of one description of the API. `put` gives what stands in the place of a shape."""

    def __init__(self, registry: ComponentRegistry) -> None:
        self.registry = registry
        self.by_name: dict[str, str] = {}
        self.by_content: dict[str, str] = {}
        classes = sorted(TextChoices.__subclasses__(), key=lambda each: each.__name__)
        self.values = _VALUES | {tuple(map(str, each.values)): each.__name__ for each in classes}

    @classmethod
    def of(cls, registry: ComponentRegistry) -> Self:
        """Return the components of the OpenAPI description that is being generated; its operations share them."""
        found: Self | None = vars(registry).get("_of_pilotzone")
        if found is None:
            found = vars(registry)["_of_pilotzone"] = cls(registry)
        return found

    def put(self, shape: Any, place: str) -> Any:
        """The shape as the description has it; `place` names what has no name of its own."""
        shape = {key: value for key, value in shape.items() if value is not None or key == "default"}
        if "items" in shape:
            return {**_told(shape), "items": self.put(shape["items"], place)}
        if "oneOf" in shape:
            parts = [self.put(each, f"{place}{number}") for number, each in enumerate(shape["oneOf"], start=1)]
            return {**_told(shape), "oneOf": parts}
        if "enum" in shape:
            return self._refer(shape, place, self._values(shape))
        if "properties" in shape or "additionalProperties" in shape:
            return self._refer(shape, place, self._record(shape, shape.get(COMPONENT, place)))
        return _told(shape)

    def _values(self, shape: Shape) -> dict[str, Any]:
        labels = {key: str(value) for key, value in shape.get("x-enumDescriptions", {}).items()}
        found = {"type": "string", "enum": [each for each in shape["enum"] if each is not None]}
        return found | ({"x-enumDescriptions": labels} if labels else {})

    def _record(self, shape: Shape, place: str) -> dict[str, Any]:
        found: dict[str, Any] = {"type": "object"}
        if "properties" in shape:
            found["properties"] = {
                name: self.put(each, place + pascal(name)) for name, each in shape["properties"].items()
            }
        if isinstance(shape.get("additionalProperties"), Mapping):
            found["additionalProperties"] = self.put(shape["additionalProperties"], f"{place}Value")
        elif "additionalProperties" in shape:
            found["additionalProperties"] = shape["additionalProperties"]
        if isinstance(shape.get("required"), list):
            found["required"] = shape["required"]
        return found

    def _refer(self, shape: Shape, place: str, content: dict[str, Any]) -> dict[str, Any]:
        name = self._register(shape.get(COMPONENT) or self.values.get(tuple(content.get("enum", ()))), place, content)
        at = {key: value for key, value in _told(shape).items() if key in _OF_THE_PLACE and key != "required"}
        if "enum" in content and "x-enumDescriptions" not in content:
            at.pop("x-enumDescriptions", None)
        if "description" in at and "x-enumDescriptions" in shape:
            at["description"] = in_words(shape)
        ref = {"$ref": f"#/components/schemas/{name}"}
        return {"allOf": [ref], **at} if at else ref

    def _register(self, own: str | None, place: str, content: dict[str, Any]) -> str:
        written = json.dumps(content, sort_keys=True, default=str)
        known = self.by_content.get(written)
        if known and own in (None, known):
            return known
        name = own if own and self.by_name.get(own, written) == written else place
        if self.by_name.setdefault(name, written) != written:
            raise ValueError(f"Two shapes would be called {name} in the description of the API")
        self.by_content.setdefault(written, name)
        found = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=content, object=name)
        self.registry.register_on_missing(found)
        return name


def _told(shape: Shape) -> dict[str, Any]:
    """A shape itself, without the shapes in it; its words as texts."""
    words = {"description": str(shape["description"])} if shape.get("description") else {}
    if "x-unit" in shape:
        words["x-unit"] = str(shape["x-unit"])
    hidden = {COMPONENT, "items", "oneOf", "description", "x-unit", "x-enumDescriptions"}
    return {**{key: value for key, value in shape.items() if key not in hidden}, **words}
