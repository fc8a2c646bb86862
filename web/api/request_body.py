"""The body of a request of the API, read strictly. A field's reader and its shape in the schema stand together."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.period_codes import CODE_PATTERN, period_of_code
from core.texts import Text, TextInBoth, too_long, without_controls
from web.api.shapes import (
    DAY,
    FLAG,
    MONTH,
    NUMBER,
    TEXT,
    WHOLE,
    WITHOUT_NULL,
    Shape,
    array,
    in_both,
    meaning,
    one_of,
    optional,
    record,
)
from web.days import parse_day, parse_month
from web.errors import BadBody, not_one_of

MAX_INTEGER = 2_147_483_647

Problems = dict[str, list[str]]


# Not only spaces and control characters. \s misses some of what Python strips.
_NOT_BLANK = r"^[^\u0000]*[^\s\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff][^\u0000]*$"


class InvalidValue(Exception):
    """A value that a field does not take. `problems`: path below the field -> sentences; "" is the field itself."""

    def __init__(self, problems: str | Problems) -> None:
        self.problems = {"": [problems]} if isinstance(problems, str) else problems


@dataclass(frozen=True)
class BodyField:
    """`read` gives the value that the code works with, or raises InvalidValue."""

    read: Callable[[Any], Any]
    shape: Shape
    required: bool = False

    def described_as(self, shape: Shape) -> "BodyField":
        """The same field, with the description of another shape."""
        same = {key: shape[key] for key in ("description", "x-enumDescriptions") if key in shape}
        return replace(self, shape={**self.shape, **same})


def text_field(*, most: int, required: bool = False) -> BodyField:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise InvalidValue(_("It must be a text."))
        if "\0" in value:
            raise InvalidValue(_("Null characters are not allowed."))
        text = without_controls(value).strip()
        if len(text) > most:
            raise InvalidValue(too_long(text, most=most))
        if required and not text:
            raise InvalidValue(_("This field is required"))
        return text

    return BodyField(read, {**TEXT, "maxLength": most, "pattern": _NOT_BLANK if required else WITHOUT_NULL}, required)


def text_fields(name: str, words: Any, *, most: int) -> dict[str, BodyField]:
    """Return the fields of a text that columns have in both languages: bare, it goes to the language that it is written
    in; or as it is in each."""
    field = text_field(most=most)
    shapes = {name: meaning(words), **in_both(name, words)}
    return {each: field.described_as(shape) for each, shape in shapes.items()}


def read_text(values: Mapping[str, Any], name: str, *, present: Text) -> Text:
    """Return the text that was sent in the fields of `text_fields`; `present` where there is none of them. Raises
    BadBody for a bare one beside one of a language."""
    languages = {code: values[f"{name}_{code}"] for code in ("zh", "en") if f"{name}_{code}" in values}
    if languages and name in values:
        raise BadBody({name: [_("Send the text either bare or by its languages.")]})
    if languages:
        return TextInBoth(**languages)
    found: Text = values.get(name, present)
    return found


def url_field(*, most: int, required: bool = False) -> BodyField:
    plain = text_field(most=most, required=required)
    check = URLValidator(schemes=["http", "https"])

    def read(value: Any) -> str:
        address: str = plain.read(value)
        try:
            check(address)
        except ValidationError:
            raise InvalidValue(_("It must be an address that begins with http:// or https://.")) from None
        return address

    return BodyField(read, {**plain.shape, "format": "uri"}, required)


def choice_field(values: Iterable[str], *, required: bool = False) -> BodyField:
    allowed = [str(value) for value in values]

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise InvalidValue(not_one_of(allowed))
        return value

    return BodyField(read, one_of(allowed), required)


def _parsed_field[T](
    parse: Callable[[str], T | None], refusal: Promise, shape: Shape, *, required: bool = False
) -> BodyField:
    """Return a field for a text that `parse` reads; it gives None for what is to be refused."""

    def read(value: Any) -> T:
        found = parse(value) if isinstance(value, str) else None
        if found is None:
            raise InvalidValue(str(refusal))
        return found

    return BodyField(read, shape, required)


def day_field() -> BodyField:
    """Null is no day."""
    refusal = gettext_lazy("There is no such date; choose another, such as 2023-06-30")
    return nullable_field(_parsed_field(parse_day, refusal, DAY))


def month_field(*, required: bool = False) -> BodyField:
    refusal = gettext_lazy("This is not a month; write it like 2023-06.")
    return _parsed_field(parse_month, refusal, MONTH, required=required)


def period_field(*, required: bool = False) -> BodyField:
    """Return a field for a period by its code, such as 2023H1."""
    refusal = gettext_lazy("This is no period; write it like 2023H1, 2023Q1, 2023-06 or 2022.")
    return _parsed_field(period_of_code, refusal, {**TEXT, "pattern": CODE_PATTERN}, required=required)


def flag_field() -> BodyField:
    def read(value: Any) -> bool:
        if not isinstance(value, bool):
            raise InvalidValue(_("It must be true or false."))
        return value

    return BodyField(read, FLAG)


def nullable_field(field: BodyField) -> BodyField:
    """The same, or null."""

    def read(value: Any) -> Any:
        return None if value is None else field.read(value)

    return replace(field, read=read, shape=optional(field.shape))


def number_field() -> BodyField:
    """Return a field for a number with the digits that were sent."""

    def read(value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidValue(_("It must be a number."))
        return Decimal(str(value))

    return BodyField(read, NUMBER)


def integer_field(*, required: bool = False) -> BodyField:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_INTEGER:
            raise InvalidValue(_("It must be a whole number from 1."))
        return value

    return BodyField(read, {**WHOLE, "minimum": 1, "maximum": MAX_INTEGER}, required)


def list_field(of: BodyField, *, most: int) -> BodyField:
    def read(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise InvalidValue(_("It must be a list."))
        if len(value) > most:
            raise InvalidValue(_("At most %(count)s entries") % {"count": most})
        found, problems = [], {}
        for number, each in enumerate(value):
            try:
                found.append(of.read(each))
            except InvalidValue as invalid:
                problems.update({_path(str(number), below): words for below, words in invalid.problems.items()})
        if problems:
            raise InvalidValue(problems)
        return found

    return BodyField(read, {**array(of.shape), "maxItems": most})


def one_of_objects(*kinds: Mapping[str, BodyField], message: Callable[[], str]) -> BodyField:
    """An object of one of several kinds, told by the first field of each."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidValue(_("It must be an object."))
        fits = [fields for fields in kinds if next(iter(fields)) in value]
        if len(fits) != 1:
            raise InvalidValue(message())
        return read_fields(value, fits[0])

    return BodyField(read, {"oneOf": [shape_of(fields) for fields in kinds]})


def _path(name: str, below: str = "") -> str:
    """A JSON pointer (RFC 6901) without its first slash."""
    escaped = name.replace("~", "~0").replace("/", "~1")
    return f"{escaped}/{below}" if below else escaped


def read_fields(value: Mapping[str, Any], fields: Mapping[str, BodyField]) -> dict[str, Any]:
    """The fields that are there, read. Raises InvalidValue naming every field that is unknown, missing or wrong."""
    found: dict[str, Any] = {}
    problems: Problems = {_path(name): [_("There is no such field.")] for name in value if name not in fields}
    for name, field in fields.items():
        if name not in value:
            if field.required:
                problems[name] = [_("This field is required")]
            continue
        try:
            found[name] = field.read(value[name])
        except InvalidValue as invalid:
            problems.update({_path(name, below): words for below, words in invalid.problems.items()})
    if problems:
        raise InvalidValue(problems)
    return found


def read_body(data: Any, fields: Mapping[str, BodyField]) -> dict[str, Any]:
    """The body of a request, read field by field. Raises BadBody, which names what is wrong with which field."""
    if not isinstance(data, dict):
        raise BadBody({"": [_("The body must be a JSON object.")]})
    try:
        return read_fields(data, fields)
    except InvalidValue as invalid:
        raise BadBody(invalid.problems) from None


def shape_of(fields: Mapping[str, BodyField]) -> Shape:
    optional_ones = [name for name, field in fields.items() if not field.required]
    shape = record({name: field.shape for name, field in fields.items()}, sometimes=optional_ones)
    return {**{key: value for key, value in shape.items() if value != []}, "additionalProperties": False}
