"""A source is shown by its name in the reader's language; its address, where it has one, is behind the name.

One text holds all of it: `中文名称 | English name; https://address`. Without the bar every reader gets the same name.
"""

import re
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString

from web.language import as_written, suffix

BETWEEN_LANGUAGES = " | "
ADDRESS_AT_END = re.compile(r"(?P<name>.*?)[;,，；]?\s*(?P<url>https?://\S+)", re.DOTALL)


def format_source(source: str) -> str:
    """For the API and its files: the name in the caller's language, and the address behind a semicolon."""
    return format_source_in(source, suffix())


@lru_cache(maxsize=1024)
def format_source_in(source: str, language: str) -> str:
    """`language`: zh or en. Kept, since the rows of a list share few sources."""
    if BETWEEN_LANGUAGES not in source:
        return source
    name, url = _parts(source)
    chinese, _bar, english = name.partition(BETWEEN_LANGUAGES)
    name = english if language == "en" else chinese
    return f"{name}; {url}" if url else name


def named_source(source: str) -> SafeString:
    """A link where the text ends with an address; else the text. It is marked where it is in another language."""
    name, url = _parts(format_source(source))
    if not url:
        return as_written(_begun(name))
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', url, as_written(_begun(name)) or url)


def _begun(name: str) -> str:
    """As a page writes it: an English name that is no proper one begins with a capital too."""
    return name[:1].upper() + name[1:]


def _parts(source: str) -> tuple[str, str]:
    """Name and address; either may be empty."""
    found = ADDRESS_AT_END.fullmatch(source.strip())
    return (found["name"].strip(), found["url"]) if found else (source, "")
