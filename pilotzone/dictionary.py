"""The data dictionary: every field that the API gives, with its meaning, made from what the endpoints declare."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.figure_definitions import format_unit
from web.api.endpoints import ListEndpoint
from web.api.shapes import MONTH, PROBLEM, Shape

_FORMATS: dict[str, str | Promise] = {
    "date": gettext_lazy("day (YYYY-MM-DD)"),
    "date-time": gettext_lazy("moment (ISO 8601)"),
    "uri": gettext_lazy("address"),
    "uri-reference": gettext_lazy("address"),
}
_TYPES: dict[str, str | Promise] = {
    "string": gettext_lazy("text"),
    "integer": gettext_lazy("whole number"),
    "number": gettext_lazy("number"),
    "boolean": gettext_lazy("true or false"),
    "object": gettext_lazy("record"),
}
COLUMNS = ("address", "field", "type", "unit", "cumulative", "values", "description")


@dataclass(frozen=True)
class Field:
    """`path`: dots lead into a record, [] into each of a list, and * stands for each key."""

    path: str
    shape: Shape

    @property
    def breakable(self) -> SafeString:
        """The path as HTML that a narrow column may break after each word."""
        return format_html_join("", "{}<wbr>", ((word,) for word in re.findall(r"[^._]*[._]?", self.path) if word))

    @property
    def type(self) -> str:
        words = _type(self.shape)
        return _("%(type)s or null") % {"type": words} if self.shape.get("nullable") else words

    @property
    def unit(self) -> str:
        return format_unit(self.shape.get("x-unit", ""))

    @property
    def cumulative(self) -> str:
        known = self.shape.get("x-cumulative")
        return "" if known is None else _("Yes") if known else _("No")

    @property
    def values(self) -> Mapping[str, Any]:
        """Allowed value -> its label; empty when any is allowed."""
        values: Mapping[str, Any] = self.shape.get("x-enumDescriptions") or self.shape.get("items", {}).get(
            "x-enumDescriptions", {}
        )
        return values

    @property
    def description(self) -> str:
        """Return the description without a full stop, unless it has several sentences."""
        text = str(self.shape["description"])
        return text if ". " in text else text.rstrip(".。")


@dataclass(frozen=True)
class Part:
    """The fields of one address, or of every answer. `name` is an anchor of the page."""

    name: str
    title: str
    summary: str
    fields: list[Field]

    @property
    def sentence(self) -> SafeString:
        """The summary as HTML: what stands between backticks becomes `<code>`."""
        pieces = self.summary.split("`")
        return format_html_join(
            "", "{}", ((format_html("<code>{}</code>", piece) if n % 2 else piece,) for n, piece in enumerate(pieces))
        )

    @property
    def is_address(self) -> bool:
        return self.title.startswith("/")


def dictionary(urlpatterns: Iterable[Any]) -> list[Part]:
    """The parts in order: what every list has, each address that can be read, and refusals."""
    return [
        Part("list", _("Every list"), _("The fields around the rows."), list(_fields(ListEndpoint.shape()))),
        *(_part(each) for each in urlpatterns if _is_read(each)),
        Part("refusal", _("Refused requests"), _("Problem details (RFC 9457)."), list(_fields(PROBLEM))),
    ]


def csv_rows(parts: Iterable[Part]) -> Iterator[dict[str, str]]:
    for part in parts:
        for field in part.fields:
            values = [
                _("%(value)s (%(label)s)") % {"value": each, "label": label} for each, label in field.values.items()
            ]
            cells = (
                part.title,
                field.path,
                field.type,
                field.unit,
                field.cumulative,
                "; ".join(values),
                field.description,
            )
            yield dict(zip(COLUMNS, cells, strict=True))


def _is_read(pattern: Any) -> bool:
    endpoint: Any = getattr(pattern.callback, "cls", None)
    return bool(getattr(endpoint, "schema", None)) and "get" in endpoint.http_method_names


def _part(pattern: URLPattern) -> Part:
    endpoint: Any = pattern.callback.cls  # type: ignore[attr-defined] # REST framework's own mark on its views
    address = "/api/" + re.sub(r"<\w+:(\w+)>", r"<\1>", str(pattern.pattern))
    # What stands around the rows has a part of its own.
    shape = (
        endpoint.shape()["properties"]["results"]["items"] if issubclass(endpoint, ListEndpoint) else endpoint.shape()
    )
    return Part(str(pattern.name), address, str(endpoint.summary), list(_fields(shape)))


def _fields(shape: Shape, path: str = "") -> Iterator[Field]:
    for name, each in shape.get("properties", {}).items():
        yield Field(f"{path}{name}", each)
        yield from _within(each, f"{path}{name}")


def _within(shape: Shape, path: str) -> Iterator[Field]:
    if "items" in shape:
        yield from _within(shape["items"], f"{path}[]")
    elif isinstance(shape.get("additionalProperties"), Mapping):
        yield from _within(shape["additionalProperties"], f"{path}.*")
    else:
        yield from _fields(shape, f"{path}.")


def _type(shape: Shape) -> str:
    if shape["type"] == "array":
        return _("list: %(type)s") % {"type": _type(shape["items"])}
    if isinstance(shape.get("additionalProperties"), Mapping):
        return _("by key: %(type)s") % {"type": _type(shape["additionalProperties"])}
    if shape.get("pattern") == MONTH["pattern"]:
        return _("month (YYYY-MM)")
    return str(_FORMATS.get(shape.get("format", "")) or _TYPES[shape["type"]])
