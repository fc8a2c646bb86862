"""The fields of the rows that the API gives. A field is declared once: the columns of the query, the row, the schema,
the heads of CSV and Excel and the data dictionary are made of that.

    FIELDS = {
        "code": stored(Measure, "code", gettext_lazy("Code of the measure")),
        "section": stored(Measure, "section__slug", gettext_lazy("Slug of its priority area")),
        "light": column("light", choice(Light.choices, gettext_lazy("The light on the day"))),
        **local_fields("title", gettext_lazy("Title of the measure")),
    }
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    IntegerField,
    Model,
    Q,
    QuerySet,
    StringAgg,
    Value,
)
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Cast, Concat

from web.api.shapes import (
    DAY,
    FLAG,
    MOMENT,
    PROVENANCE,
    SOURCE,
    TEXT,
    UPDATED_AT,
    WHOLE,
    Shape,
    choice,
    in_both,
    meaning,
    optional,
    translated,
)
from web.days import api_timestamp
from web.formats.sources import format_source
from web.language import local_columns

if TYPE_CHECKING:
    from web.api.endpoints import Endpoint

# One row: what the query gives for it, by column; lists that are computed have objects of their own.
type Values = Any
type Reader = Callable[[Values], Any]

# No code holds them.
_BETWEEN_CODES, _BEFORE_CODE = "\n", "\t"


@dataclass(frozen=True)
class Chunk:
    """Rows that are made together, so that what they are linked to is read at once."""

    endpoint: "Endpoint"
    rows: Sequence[Values]

    @cached_property
    def ids(self) -> list[int]:
        return [row["pk"] for row in self.rows]


@dataclass(frozen=True)
class Field:
    """`columns` are read by the query; none where rows are objects. `reader` makes of a chunk the function that gives
    the value for one of its rows."""

    shape: Shape
    columns: tuple[str, ...]
    reader: Callable[[Chunk], Reader]


def column(name: str, shape: Shape, *, convert: Callable[[Any], Any] | None = None) -> Field:
    """The value of a column, as it is or converted."""

    def read(chunk: Chunk) -> Reader:
        return itemgetter(name) if convert is None else lambda row: convert(row[name])

    return Field(shape, (name,), read)


def stored(model: type[Model], path: str, words: Any = "") -> Field:
    """Return the field of a model's column, or of one that foreign keys lead to (`section__slug`). The model says its
    type, its choices and whether it may be null; and what it means, by the help text, where `words` do not."""
    described: Any = model
    may_be_null = False
    for name in path.split(LOOKUP_SEP):
        source = described._meta.pk if name == "pk" else described._meta.get_field(name)
        described, may_be_null = source.related_model, may_be_null or source.null
    words = words or source.help_text
    shape = choice(source.choices, words) if source.choices else meaning(words, _shape_of(source))
    moment = api_timestamp if isinstance(source, DateTimeField) else None
    return column(path, optional(shape) if may_be_null else shape, convert=moment)


# A moment is a day, too: of two that fit the first holds.
_SHAPES = {
    DateTimeField: MOMENT,
    DateField: DAY,
    BooleanField: FLAG,
    IntegerField: WHOLE,
    AutoField: WHOLE,
}


def _shape_of(source: Any) -> Shape:
    return next((shape for kind, shape in _SHAPES.items() if isinstance(source, kind)), TEXT)


def value(shape: Shape, read: Reader) -> Field:
    """Return a field for rows that are objects: its value is what `read` makes of one."""
    return Field(shape, (), lambda chunk: read)


def local_field(words: Any, name: str) -> Field:
    """A text in the caller's language, from `name_zh` and `name_en`; the other language where that one is empty;
    without a short name, the name."""
    return Field(translated(words), tuple(sorted(local_columns(name))), lambda chunk: local_text(name))


def local_text(name: str) -> Reader:
    if len(columns := local_columns(name)) == 2:
        first, second = columns
        return lambda row: row[first] or row[second]
    return lambda row: next(filter(None, map(row.__getitem__, columns)), "")


def both_fields(field: str, words: Any, name: str = "") -> dict[str, Field]:
    """The text in Chinese and in English."""
    shapes = in_both(field, words)
    return {
        f"{field}_{language}": column(f"{name or field}_{language}", shapes[f"{field}_{language}"])
        for language in ("zh", "en")
    }


def local_fields(field: str, words: Any, name: str = "") -> dict[str, Field]:
    """A text in the caller's language, and in both."""
    return {field: local_field(words, name or field), **both_fields(field, words, name)}


def linked(shape: Shape, links: Callable[[Chunk], Mapping[int, Sequence[str]]]) -> Field:
    """Codes of what a row is linked to; `links` reads those of all rows of a chunk by their key."""

    def read(chunk: Chunk) -> Reader:
        found = links(chunk)
        return lambda row: found.get(row["pk"], [])

    return Field(shape, ("pk",), read)


def filtered_list(name: str, shape: Shape, **filters: str) -> Field:
    """The address of the list with the URL name, filtered by columns of the row: filter -> column."""

    def read(chunk: Chunk) -> Reader:
        return lambda row: chunk.endpoint.address(name, **{key: str(row[column]) for key, column in filters.items()})

    return Field(shape, tuple(filters.values()), read)


def _source(chunk: Chunk) -> Reader:
    """Each source is written once, since the rows of a list share few."""
    written = {source: format_source(source) for source in {row["source"] for row in chunk.rows}}
    return lambda row: written[row["source"]]


# Fields that most rows have.
ORIGIN = {
    "provenance": column("provenance", PROVENANCE),
    "source": Field(SOURCE, ("source",), _source),
}
UPDATED = {"updated_at": column("updated_at", UPDATED_AT, convert=api_timestamp)}


def shapes_of(fields: Mapping[str, Field]) -> dict[str, Shape]:
    return {name: field.shape for name, field in fields.items()}


def columns_of(fields: Iterable[Field]) -> list[str]:
    """Return the columns that the query reads for the fields; none where rows are objects."""
    names = [name for field in fields for name in field.columns]
    return list(dict.fromkeys(["pk", *names])) if names else []


def make_rows(chunk: Chunk, fields: Mapping[str, Field]) -> Iterable[dict[str, Any]]:
    readers = {name: field.reader(chunk) for name, field in fields.items()}
    return ({name: read(row) for name, read in readers.items()} for row in chunk.rows)


def among(column: str, ids: Sequence[int]) -> Q:
    """Rows whose column is one of the ids. Ids that lie close together are asked for as a range, which costs far less
    and may give more of them."""
    if ids and max(ids) - min(ids) < 2 * len(ids):
        return Q(**{f"{column}__gte": min(ids), f"{column}__lte": max(ids)})
    return Q(**{f"{column}__in": ids})


def grouped[Linked](pairs: Iterable[tuple[int, Linked]]) -> dict[int, list[Linked]]:
    """Links of many rows, read in one query: the id of a row, and what it is linked to, in the order of the pairs."""
    found: dict[int, list[Linked]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def sorted_codes(found: Mapping[int, list[str]]) -> dict[int, list[str]]:
    """Links in the order of their codes. Asked for in that order, the database would go through all codes there are."""
    return {key: sorted(codes) for key, codes in found.items()}


def placed_codes(links: QuerySet[Any], row: str, linked: str) -> dict[int, list[str]]:
    """Codes of the measures or projects that rows are linked to, in the order of their plan; sorted here for the same
    reason."""
    found = grouped(
        (key, (position, code))
        for key, position, code in links.order_by().values_list(row, f"{linked}__position", f"{linked}__code")
    )
    return {key: [code for _position, code in sorted(places)] for key, places in found.items()}


def joined_codes(links: QuerySet[Any], row: str, linked: str) -> dict[int, list[str]]:
    """The same for rows with dozens of links each: the database joins the codes of a row into one text, since fetching
    each would cost more than all else about the row."""
    code = Cast(f"{linked}__code", CharField())
    place = Concat(Cast(f"{linked}__position", CharField()), Value(_BEFORE_CODE), code)
    texts = links.order_by().values_list(row).annotate(codes=StringAgg(place, delimiter=Value(_BETWEEN_CODES)))
    return {key: [code for _position, code in sorted(map(_placed, text.split(_BETWEEN_CODES)))] for key, text in texts}


def _placed(text: str) -> tuple[int, str]:
    position, _tab, code = text.partition(_BEFORE_CODE)
    return int(position), code
