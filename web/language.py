"""Data has a column for each language (`title_zh`, `title_en`); this picks the reader's."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.utils.translation import get_language


def column_suffix() -> str:
    """Return the suffix of columns in the reader's language: zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def is_chinese() -> bool:
    return column_suffix() == "zh"


def babel_locale() -> str:
    """Return the locale for the functions of Babel: days in English are written the British way, 29 August 2023."""
    return "zh_Hans_CN" if is_chinese() else "en_GB"


def localized(thing: Any, field: str) -> str:
    """The column `title_zh` or `title_en` of an object, by the reader's language; the other one where that is empty.
    Without a short name, the name."""
    return next(filter(None, (getattr(thing, column, "") for column in local_columns(field))), "")


def local_columns(field: str) -> list[str]:
    """The columns of a text in the order in which they are read: the first that is not empty is shown. `field` may
    begin with a path, such as `city__short`."""
    first, second = ("zh", "en") if is_chinese() else ("en", "zh")
    stems = [field, f"{field.removesuffix('short')}name"] if field.rpartition("__")[2] == "short" else [field]
    return [f"{stem}_{language}" for language in (first, second) for stem in stems]


def in_language(zh: str, en: str) -> str:
    """The same of the two texts."""
    return (zh or en) if is_chinese() else (en or zh)


def cached_by_language[Made](make: Callable[[], Made]) -> Callable[[], Made]:
    """Cache what follows from the reader's language alone: it is made once for each language."""

    @cache
    def made(_language: str | None) -> Made:
        return make()

    @wraps(make)
    def in_this_language() -> Made:
        return made(get_language())

    return in_this_language
