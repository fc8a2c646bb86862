"""Data has a column for each language (`title_zh`, `title_en`); this picks the reader's."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.utils.translation import get_language


def column_suffix() -> str:
    """zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def is_chinese() -> bool:
    return column_suffix() == "zh"


def babel_locale() -> str:
    """For the functions of Babel: days in English are written the British way, 29 August 2023."""
    return "zh_Hans_CN" if is_chinese() else "en_GB"


def localized(thing: Any, field: str) -> str:
    """The column `title_zh` or `title_en` of an object, by the reader's language; the other one where that is empty."""
    text: str = in_language(getattr(thing, f"{field}_zh"), getattr(thing, f"{field}_en"))
    return text


def in_language(zh: str, en: str) -> str:
    """The same of the two texts."""
    return (zh or en) if is_chinese() else (en or zh)


def cached_by_language[Made](make: Callable[[], Made]) -> Callable[[], Made]:
    """For what follows from the reader's language alone: it is made once for each language."""

    @cache
    def made(_language: str | None) -> Made:
        return make()

    @wraps(make)
    def in_this_language() -> Made:
        return made(get_language())

    return in_this_language
