"""Data has a column a language (`title_zh`, `title_en`); this picks the reader's. What people typed and what sources
are called has one text, which is marked where it is not in the reader's language."""

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

_HAN = "\u3400-\u9fff"
_WIDE = "\u3000-\u303f\uff00-\uffef"
# A run begins and ends with its own script; figures and marks between are part of it, and the ending of a file.
CHINESE_RUN = re.compile(rf"[0-9]*[{_HAN}](?:[0-9A-Za-z.,%·“”\s{_HAN}{_WIDE}]*[{_HAN}{_WIDE}])?(?:\.[a-z]{{3,4}}\b)?")
# Two words at least: GDP or Excel alone is part of the Chinese sentence around it.
ENGLISH_RUN = re.compile(rf"[A-Za-z][^\s{_HAN}{_WIDE}]*[^\S\n][^{_HAN}{_WIDE}]*[A-Za-z0-9]")


def kept[Made](make: Callable[..., Made]) -> Callable[..., Made]:
    """For what follows from few values and the reader's language: each is made once, however many rows have it.

    Values are told apart by their type too: a text that is yet to be escaped is another than the same one, escaped.
    """

    @lru_cache(maxsize=1024, typed=True)
    def made(_language: str | None, *values: Any, **named: Any) -> Made:
        return make(*values, **named)

    @wraps(make)
    def by_language(*values: Any, **named: Any) -> Made:
        return made(get_language(), *values, **named)

    return by_language


def suffix() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def is_chinese() -> bool:
    return suffix() == "zh"


def babel_locale() -> str:
    """For the functions of Babel: days in English are written the British way, 29 August 2023."""
    return "zh_Hans_CN" if is_chinese() else "en_GB"


def local(thing: Any, field: str) -> str:
    """The field in the reader's language; the other language where that one is empty."""
    here = suffix()
    other = "zh" if here == "en" else "en"
    return getattr(thing, f"{field}_{here}") or getattr(thing, f"{field}_{other}")


def as_written(text: str) -> SafeString:
    """A text of one language for every reader: runs in another language than the page's say which, so that they are
    read aloud as what they are."""
    run, tag = (CHINESE_RUN, "zh-Hans") if suffix() == "en" else (ENGLISH_RUN, "en")
    pieces, end = [], 0
    for found in run.finditer(text):
        pieces.append(format_html('{}<span lang="{}">{}</span>', text[end : found.start()], tag, found[0]))
        end = found.end()
    return format_html_join("", "{}", ((piece,) for piece in [*pieces, text[end:]]))
