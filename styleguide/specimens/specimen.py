"""The definition of a specimen of the gallery."""

from datetime import date
from typing import Any, NamedTuple

from web.language import is_chinese

DAY, STARTS, ENDS = date(2023, 8, 29), date(2023, 1, 1), date(2025, 12, 31)


class Specimen(NamedTuple):
    """`code`: a line as a page would have it. `state`: what is special about it. `context`: what the page gives."""

    code: str
    state: str = ""
    context: dict[str, Any] = {}


class Entry(NamedTuple):
    """A component, a tag or a class of the style sheet by its name. Not `is_visible`: nothing of it can be seen."""

    name: str
    specimens: list[Specimen]
    is_visible: bool = True


def component(name: str, arguments: str = "", state: str = "", **context: Any) -> Specimen:
    """Return the specimen of a template of `templates/components`. `arguments`: what stands behind `with`."""
    given = f" with {arguments}" if arguments else ""
    return Specimen(f'{{% include "components/{name}"{given} %}}', state, context)


def component_entry(name: str, arguments: str = "", state: str = "", **context: Any) -> Entry:
    """Return the entry of a component that is shown once."""
    return Entry(name, [component(name, arguments, state, **context)])


class ValueTable(NamedTuple):
    """Filters and tags that write a value. `is_code`: they write addresses and the like, for machines."""

    title: str
    codes: list[str]
    context: dict[str, Any] = {}
    is_code: bool = False


def in_language(zh: str, en: str) -> str:
    return zh if is_chinese() else en


def states(template: str, by_value: dict[str, str]) -> list[Specimen]:
    """`by_value`: the value that the template is filled with -> the state."""
    return [Specimen(template % value, state) for value, state in by_value.items()]
