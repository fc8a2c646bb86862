"""Sentences and their parts in the reader's language."""

from collections.abc import Iterable, Sequence
from typing import Any

from babel.lists import format_list as babel_list
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import ngettext, pgettext

from web.formats.numbers import NO_VALUE, format_number
from web.language import babel_locale, is_chinese

CHINESE_NUMBERS = "一二三四五六七八九"


def format_sentence(text: str, **parts: Any) -> SafeString:
    """A translated sentence with parts put in; the parts are escaped, or marked up already."""
    return format_html(text.replace("{", "{{").replace("}", "}}") % {name: f"{{{name}}}" for name in parts}, **parts)


def numbered(titles: Iterable[str]) -> list[str]:
    """Return headings with their numbers: 1. Overdue; 一、逾期未完成. At most nine."""
    pattern = "{1}、{2}" if is_chinese() else "{0}. {2}"
    return [pattern.format(number, CHINESE_NUMBERS[number - 1], title) for number, title in enumerate(titles, 1)]


def format_list(items: Iterable[str]) -> str:
    """Energy, Finance, Transport; 能源、财政、交通."""
    return pgettext("between items", ", ").join(items)


def format_names(names: Sequence[str]) -> str:
    """Energy, Finance and Transport; 能源、财政、交通."""
    return "、".join(names) if is_chinese() else babel_list(names, locale=babel_locale())


def format_counted(singular: str, plural: str, count: Any, **words: Any) -> str:
    """The text of a count, translated as by `ngettext`, with the count written out and other words put in."""
    return ngettext(singular, plural, count) % {"count": format_number(count), **words}


def format_result_count(count: int) -> str:
    """How many rows a list has: 1 result, 1,518 results."""
    return format_counted("%(count)s result", "%(count)s results", count)


def excerpt(text: str, most: int) -> str:
    """The first `most` characters of a text, in one line."""
    return Truncator(" ".join(text.split())).chars(most, truncate="…")


def format_person(user: Any) -> str:
    """A person by their name, else their user name."""
    return (user.get_full_name() or user.get_username()) if user else NO_VALUE


def with_full_stop(sentence: str) -> str:
    """An error with its full stop: those of the glossary and of installed packages come without or with one."""
    if str(sentence).rstrip().endswith((".", "。", "!", "！", "?", "？")):
        return sentence
    return format_html("{}{}", sentence, pgettext("end of a sentence", "."))
