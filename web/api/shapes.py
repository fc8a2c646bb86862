"""The shapes of what the API takes and gives: JSON Schema that endpoints declare, read for answers, filters, the data
dictionary and, in `web.api.schema`, the description in OpenAPI.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from core.provenance import Provenance
from core.searching import MOST_SEARCHED
from web.lists.filters import (
    AMOUNT,
    AmountFilter,
    ChoiceFilter,
    DayFilter,
    MonthFilter,
    SearchFilter,
    SlugFilter,
    TimestampFilter,
)

Shape = Mapping[str, Any]
PROBLEM_TYPE = "application/problem+json"
# The key by which a shape says its own name.
COMPONENT = "x-component"

TEXT: Shape = {"type": "string"}
# A plan writes its codes as it likes (core/codes.py). Of dots alone no client leaves a part of an address as it is.
SLUG = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"}
CODE_IN_PATH = r"^[^\u0000/,.]+$"
# A slug or a code.
NAME: Shape = {"type": "string", "pattern": r"^[^\u0000,]+$"}
# Of what is sent and asked.
WITHOUT_NULL = r"^[^\u0000]*$"
# Of a parameter that is refused where it is empty.
FILLED_TEXT: Shape = {"type": "string", "minLength": 1, "pattern": WITHOUT_NULL}
ASKED_PLAN: Shape = {**FILLED_TEXT, "description": gettext_lazy("Action plan")}
DAY: Shape = {"type": "string", "format": "date"}
COMPARED: Shape = {"type": "string", "pattern": "^(last_month|last_quarter|[0-9]{4}-[0-9]{2}-[0-9]{2})$"}
MONTH: Shape = {"type": "string", "pattern": "^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])$"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
ADDRESS: Shape = {"type": "string", "format": "uri"}
WHOLE: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
FLAG: Shape = {"type": "boolean"}


def named(name: str, shape: Shape) -> Shape:
    return {**shape, COMPONENT: name}


def meaning(words: Any, shape: Shape = TEXT) -> Shape:
    """A field, and what it means in the reader's language."""
    return {**shape, "description": words}


def optional(shape: Shape) -> Shape:
    return {**shape, "nullable": True, **({"enum": [*shape["enum"], None]} if "enum" in shape else {})}


def one_of(values: Iterable[str]) -> Shape:
    return {"type": "string", "enum": [str(value) for value in values]}


def choice(choices: Iterable[tuple[Any, Any]], words: Any = "") -> Shape:
    """One of `choices`: values, each with its label."""
    labels = {str(value): label for value, label in choices}
    return {**one_of(labels), "x-enumDescriptions": labels, "description": words}


def array(of: Shape) -> Shape:
    return {"type": "array", "items": of}


def filled(values: Shape) -> Shape:
    """An array that is refused where it is empty."""
    return {**values, "minItems": 1}


def keyed(of: Shape) -> Shape:
    return {"type": "object", "additionalProperties": of}


def record(
    columns: Mapping[str, Shape], *, sometimes: Iterable[str] = (), always: Iterable[str] | None = None
) -> Shape:
    """An object of these fields; all are always there but those of `sometimes`, or only those of `always`."""
    required = list(always) if always is not None else [name for name in columns if name not in set(sometimes)]
    return {"type": "object", "properties": dict(columns), **({"required": required} if required else {})}


def quantity(unit: Any, shape: Shape = NUMBER, *, cumulative: bool | None = None, description: Any = "") -> Shape:
    """A figure of a row, with what the answers say of it in `meta`."""
    return {**shape, "x-unit": unit, "x-cumulative": cumulative, "description": description}


def number_of(unit: Any, words: Any) -> Shape:
    """A whole number of rows."""
    return quantity(unit, WHOLE, description=words)


def translated(words: Any) -> Shape:
    """A text in the caller's language."""
    return meaning(format_lazy(gettext_lazy("{what}, in the language of the request"), what=words))


def in_both(field: str, words: Any) -> dict[str, Shape]:
    return {
        f"{field}_zh": meaning(format_lazy(gettext_lazy("{what}, in Chinese"), what=words)),
        f"{field}_en": meaning(format_lazy(gettext_lazy("{what}, in English"), what=words)),
    }


def local_names(field: str, words: Any) -> dict[str, Shape]:
    """A name in the caller's language, and in both."""
    return {field: translated(words), **in_both(field, words)}


def qualified(shape: Shape, words: Any, **figure: Any) -> Shape:
    """The field, and each field in it, of which `words` say what is different: a text with {what} in it. `figure`: what
    `quantity` is then told anew of figures among them."""
    said: dict[str, Any] = {"description": format_lazy(words, what=shape["description"])}
    if "x-unit" in shape:
        said |= {f"x-{name}": value for name, value in figure.items()}
    if "properties" in shape:
        said["properties"] = {name: qualified(each, words, **figure) for name, each in shape["properties"].items()}
    if "additionalProperties" in shape:
        said["additionalProperties"] = qualified(shape["additionalProperties"], words, **figure)
    return {**shape, **said}


def on_the_earlier_day(shape: Shape) -> Shape:
    """Return the shape of a field as it was on the earlier day that is compared with."""
    return qualified(shape, gettext_lazy("On the earlier day: {what}"))


# What many rows have.
AS_OF = meaning(gettext_lazy("The day for which the answer holds"), DAY)
PROVENANCE = choice(Provenance.choices, gettext_lazy("Where the row comes from"))
SOURCE = meaning(gettext_lazy("Its source by name, in the language of the request; an address follows a semicolon"))
UPDATED_AT = meaning(gettext_lazy("The moment at which anything that the row is made from was last written"), MOMENT)
URL = meaning(
    gettext_lazy("Its address in the API; where it has none, that of the list of what belongs to it"), ADDRESS
)
UNIT = meaning(gettext_lazy("The unit of the value"))
CUMULATIVE = meaning(gettext_lazy("Whether values are totals since the beginning of the year"), FLAG)

META = named(
    "FigureMeta",
    record(
        {
            "unit": meaning(gettext_lazy("The unit of the figure")),
            "cumulative": meaning(gettext_lazy("Whether it is a running total"), optional(FLAG)),
            "provenance": meaning(
                gettext_lazy("Where the figure comes from; null where each row has its own"), optional(PROVENANCE)
            ),
            "published_for": meaning(gettext_lazy("The day for which the published figure holds"), optional(DAY)),
            "source": SOURCE,
            "explain": meaning(gettext_lazy("What it is, or its formula")),
            "url": meaning(gettext_lazy("Address of its explanation"), optional(ADDRESS)),
        }
    ),
)
FIGURES = named("Figures", meaning(gettext_lazy("What each figure of the answer is, by its field"), keyed(META)))
PROBLEM = record(
    {
        "type": {
            **TEXT,
            "format": "uri-reference",
            "description": gettext_lazy("Names the kind of problem; it does not change"),
        },
        "title": meaning(gettext_lazy("The kind of the problem, in the language of the request")),
        "status": meaning(gettext_lazy("The HTTP status"), WHOLE),
        "detail": meaning(gettext_lazy("What is wrong, in the language of the request")),
        "request_id": meaning(gettext_lazy("The id of the request, as in the header X-Request-ID and in the log")),
        "errors": meaning(
            gettext_lazy("What is wrong with which parameter or field"),
            array(
                named(
                    "ProblemError",
                    record(
                        {
                            "parameter": meaning(gettext_lazy("The parameter of the query")),
                            "pointer": meaning(gettext_lazy("JSON pointer (RFC 6901) into what was sent")),
                            "detail": meaning(gettext_lazy("What is wrong with it, in the language of the request")),
                            "allowed": meaning(gettext_lazy("Values that are allowed"), array(TEXT)),
                        },
                        always=["detail"],
                    ),
                )
            ),
        ),
    },
    sometimes=["errors"],
)
# What dresses or cuts an answer; without a value it is as if it were not given. All else chooses rows.
MAY_BE_EMPTY = ("as_of", "compare", "lang", "format", "fields", "ordering", "page", "page_size", "cursor")


def filter_shape(each: django_filters.Filter) -> Shape:
    if isinstance(each, DayFilter):
        return DAY
    if isinstance(each, TimestampFilter):
        return MOMENT
    if isinstance(each, MonthFilter):
        return MONTH
    if isinstance(each, ChoiceFilter):
        return filled(array(choice(each.extra["choices"])))
    if isinstance(each, SlugFilter):
        return filled(array(NAME))
    if isinstance(each, AmountFilter):
        return {"type": "string", "format": "decimal", "pattern": f"^{AMOUNT.pattern}$"}
    if isinstance(each, SearchFilter):
        return {**FILLED_TEXT, "maxLength": MOST_SEARCHED}
    return FILLED_TEXT


def pascal(*words: str) -> str:
    return "".join(part[:1].upper() + part[1:] for word in words for part in word.replace("-", "_").split("_"))


def in_words(shape: Shape) -> str:
    """Return the meaning of a field, and of each of its values, in words."""
    words, values = str(shape.get("description", "")), shape.get("items", shape)
    labels = values.get("x-enumDescriptions", {})
    said = [_("%(value)s (%(label)s)") % {"value": value, "label": label} for value, label in labels.items()]
    return pgettext("before a list", ": ").join(filter(None, [words, pgettext("between items", ", ").join(said)]))


def parameters_of(filterset: type[django_filters.FilterSet]) -> dict[str, Shape]:
    return {name: meaning(each.label, filter_shape(each)) for name, each in filterset.base_filters.items()}
