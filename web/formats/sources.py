"""The names of sources.

One text holds all of a source: `中文名称 | English name; https://address`. Without the bar every reader gets the same
name.
"""

import re

from web.language import is_chinese

BETWEEN_LANGUAGES = " | "
ADDRESS_AT_END = re.compile(r"(?P<name>.*?)(?P<url>https?://\S+)", re.DOTALL)
BEFORE_ADDRESSES = (";", ",", "，", "；")


def format_source(source: str) -> str:
    """Return a source for the API and its files: the name in the caller's language, and the address behind a
    semicolon."""
    if BETWEEN_LANGUAGES not in source:
        return source
    name, url = source_parts(source)
    chinese, _bar, english = name.partition(BETWEEN_LANGUAGES)
    name = chinese if is_chinese() else english
    return f"{name}; {url}" if url else name


def source_parts(source: str) -> tuple[str, str]:
    """Name and address; either may be empty."""
    found = ADDRESS_AT_END.fullmatch(source.strip())
    if found is None:
        return source, ""
    # Not by the pattern: very many blanks would keep it busy for hours.
    name = found["name"].strip()
    return (name[:-1].rstrip() if name.endswith(BEFORE_ADDRESSES) else name), found["url"]
