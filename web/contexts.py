"""Values that a page gives to its template, as a dataclass: each of its fields is a name in the template."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Any dataclass: mypy alone knows what all of them are.
type Context = DataclassInstance


def spread(*parts: Context) -> dict[str, Any]:
    """Return the fields of the parts by their names, each value itself: `asdict` would copy them all the way down. Of
    two with one name the later part's counts."""
    return {each.name: getattr(part, each.name) for part in parts for each in fields(part)}
